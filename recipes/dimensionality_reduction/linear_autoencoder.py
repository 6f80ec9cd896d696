"""A linear autoencoder finds the principal subspace."""

from derive import (
    Note,
    differential,
    eq,
    ge,
    grad,
    inverse,
    norm2,
    recipe,
    sum_over,
    trace,
)


@recipe(
    "linear-autoencoder",
    title="A linear autoencoder finds the principal subspace",
    chapter="dimensionality reduction",
    needs=["pca-min-reconstruction", "dense-layer-backward"],
    source="Baldi and Hornik, Neural Networks and Principal Component Analysis (1989); Goodfellow, "
    "Bengio and Courville, Deep Learning (2016), chapter 14",
    level=4,
)
def linear_autoencoder(note: Note) -> None:
    """Two matrices with a bottleneck between them can do no better than PCA, and do as well."""
    n, d, k = note.dims("n d k")
    X = note.matrix("X", n, d, "centred data, one example per row", "centred")
    A = note.matrix("A", d, k, "encoder")
    B = note.matrix("B", k, d, "decoder")
    M = note.matrix("M", k, k, "any change of coordinates in the bottleneck", "invertible")

    note.suppose(k <= d)
    note("""An autoencoder squeezes each example through a narrow layer and rebuilds it. Without activations
        it is a product of two matrices. What does training find?""")
    E = note.let("E", X @ A @ B - X, "error of the reconstruction")
    L = note.let("L", norm2(X @ A @ B - X), "squared error")
    note("Both matrices change, and the product rule gives a term for each:")
    dA, dB = differential(A), differential(B)
    note.calc(
        differential(L, A, B),
        eq(2 * trace(E.T @ (X @ dA @ B + X @ A @ dB)), "differential of a squared norm"),
        eq(
            2 * trace((X.T @ E @ B.T).T @ dA) + 2 * trace((A.T @ X.T @ E).T @ dB),
            "cyclic property of the trace",
        ),
    )
    note("Read off the two gradients. They are the backward passes of two dense layers:")
    note.calc(grad(L, A), eq(2 * X.T @ E @ B.T, "identify the gradient"), result=True)
    note.calc(grad(L, B), eq(2 * A.T @ X.T @ E, "identify the gradient"), result=True)
    note(r"""How small can the error be? The reconstruction $X A B$ has rank at most $k$, and by the theorem of
        Eckart and Young no such matrix is nearer to $X$ than what the $k$ largest singular values give. With
        the squared singular values $\ell_i$ of the data, which are the eigenvalues of $X^\top X$,""")
    j, kept = note.index("j", d), note.index("j", k)
    left = note.index("j", d, lower=k + 1)
    lam = note.eigenvalues(r"\ell", X.T @ X, d, r"eigenvalues of $X^\top X$, in falling order")
    note.calc(
        L,
        ge(sum_over(left, lam[left]), "the best matrix of rank $k$"),
        result=True,
    )
    note("""Principal components reach the bound. Let the encoder be the $k$ leading eigenvectors, and the
        decoder their transpose:""")
    V = note.eigenvectors("V_k", X.T @ X, k, r"orthonormal eigenvectors of $X^\top X$")
    note.calc(
        norm2(X @ V @ V.T - X),
        eq(trace(X.T @ X) - trace(V.T @ X.T @ X @ V), "trace trick; $V_k^\\top V_k = I$"),
        eq(sum_over(j, lam[j]) - sum_over(kept, lam[kept]), "traces as sums of eigenvalues"),
        eq(sum_over(left, lam[left]), "the first $k$ cancel"),
        result=True,
    )
    note("""Only the product of the two matrices is determined, and it is the projection onto the principal
        subspace. In the bottleneck any invertible change of coordinates may be made and undone:""")
    note.calc(
        (V @ M) @ (inverse(M) @ V.T),
        eq(V @ V.T, "a matrix times its inverse"),
        result=True,
    )
    note("""So the columns that training finds span the principal subspace, but are in general neither
        orthogonal nor sorted.""")
