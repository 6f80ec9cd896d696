"""Random Fourier features for the Gaussian kernel."""

from derive import Note, cos, eq, exp, expectation, identity, integral, norm2, pi, recipe


@recipe(
    "random-fourier-features",
    title="Random Fourier features for the Gaussian kernel",
    chapter="kernels",
    needs=["gaussian-integral"],
    source="Rahimi and Recht, Random Features for Large-Scale Kernel Machines (2007)",
    level=4,
)
def random_fourier_features(note: Note) -> None:
    """The Gaussian kernel is the mean of products of cosines with random frequencies, so a few of them replace it."""
    (d,) = note.dims("d")
    x = note.vector("x", d, "a point")
    y = note.vector("y", d, "another point")
    l = note.scalar("l", "length scale of the kernel", "positive")
    t = note.scalar("t", "a number")
    s = note.scalar("s", "a standard deviation", "positive")
    u = note.scalar("u", "a frequency")
    a, b = note.scalar("a", "an angle"), note.scalar("b", "another angle")

    note("""A kernel machine with many examples needs a large matrix. Features whose inner products are nearly
        the kernel would do without it. The Gaussian kernel has such features, waves with random frequencies. With one
        frequency, Gaussian with standard deviation $s$, the mean of a wave is""")
    note.calc(
        integral(cos(u * t) * exp(-(u**2) / (2 * s**2)) / (s * (2 * pi) ** (1 / 2)), u),
        eq(
            exp(-(s**2) * t**2 / 2),
            r"complete the square with the imaginary linear term $i u t$; take the real part",
        ),
    )
    note("""The wave averages out the faster, the farther the two points are apart. In $d$ dimensions let the
        frequencies be independent, each with standard deviation $1 / l$. Their product with the difference of
        two points is a Gaussian number again, and the result is the kernel:""")
    z = 0 * x
    w = note.random(
        r"\omega", (d,), "normal", z, 1 / l**2 * identity(d), meaning="random frequencies"
    )
    k = note.let("k", exp(-norm2(x - y) / (2 * l**2)), "Gaussian kernel of two points")
    note.calc(
        expectation(cos(w.T @ (x - y)), w),
        eq(k, r"$\omega^\top (x - y)$ has the variance $\lVert x - y \rVert^2 / l^2$"),
        result=True,
    )
    note("""This is a function of both points, not yet a product of features. A random phase makes it one. By the
        formula for a product of cosines""")
    note.calc(
        2 * cos(a) * cos(b),
        eq(cos(a - b) + cos(a + b), "addition theorem"),
    )
    note("and over a phase that is uniform on a whole turn, the wave with the sum averages out:")
    p = note.random("p", (), "uniform", 0, 2 * pi, meaning="random phase")
    note.calc(
        expectation(2 * cos(a + p) * cos(b + p), p),
        eq(cos(a - b), "the wave with $a + b + 2 p$ has mean zero over two turns"),
    )
    note(
        "So for every frequency $f$ the phase turns the wave of the difference into a product of features:"
    )
    f = note.vector("f", d, "any frequencies")
    note.calc(
        expectation(2 * cos(f.T @ x + p) * cos(f.T @ y + p), p),
        eq(cos(f.T @ (x - y)), "the equation above"),
        result=True,
    )
    note(
        "With both means the kernel is a mean of products of features; for points on a line, with $v$ and $c$,"
    )
    v, c = note.scalar("v", "a point on a line"), note.scalar("c", "another point")
    g = note.random("g", (), "normal", 0, 1 / l**2, meaning="one random frequency")
    note.calc(
        expectation(2 * cos(g * v + p) * cos(g * c + p), p, g),
        eq(expectation(cos(g * (v - c)), g), "the mean over the phase"),
        eq(exp(-((v - c) ** 2) / (2 * l**2)), "the mean over the frequency"),
        result=True,
    )
    note(r"""Draw $m$ frequencies and phases once, and let $\sqrt{2 / m} \cos(\omega_j^\top x + p_j)$ be the features
        of a point. Their inner products estimate the kernel, with an error that falls like one over the root of
        $m$.""")
