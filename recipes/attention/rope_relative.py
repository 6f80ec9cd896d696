"""Rotary positions make attention scores relative."""

from derive import Note, block, cos, eq, norm2, recipe, sin, sum_over


@recipe(
    "rope-relative",
    title="Rotary positions make attention scores relative",
    chapter="attention",
    needs=["transpose-adjoint"],
    source="Su et al., RoFormer: Enhanced Transformer with Rotary Position Embedding (2021), section 3",
    level=3,
)
def rope_relative(note: Note) -> None:
    """Queries and keys are turned by angles that grow with their positions, so that only the distance counts."""
    (h,) = note.dims("h")
    j = note.index("j", h)
    a, b = note.scalar("a", "an angle"), note.scalar("b", "another angle")
    q, k = note.vector("q", 2, "a pair of entries of a query"), note.vector("k", 2, "of a key")
    m, n = note.scalar("m", "position of the query"), note.scalar("n", "position of the key")
    theta = note.scalar(r"\theta", "angle per position")

    note("""Attention does not know the order of its inputs. Rotary embedding tells it by turning each pair of
        entries of a query or a key, like the hand of a clock, by an angle that is proportional to the position.
        A rotation by an angle is the matrix""")
    R = note.define("R", a, block([[cos(a), -sin(a)], [sin(a), cos(a)]]))
    note("Its transpose turns back, since the sine is odd:")
    note.calc(R(a).T, eq(R(-a), "symmetry of cosine and sine"))
    note("and two rotations one after the other add their angles, by the addition theorems:")
    note.calc(
        R(a) @ R(b),
        eq(
            block(
                [
                    [cos(a) * cos(b) - sin(a) * sin(b), -cos(a) * sin(b) - sin(a) * cos(b)],
                    [sin(a) * cos(b) + cos(a) * sin(b), cos(a) * cos(b) - sin(a) * sin(b)],
                ]
            ),
            "product of two matrices",
        ),
        eq(R(a + b), "addition theorems"),
    )
    note(r"""The score of a turned query and a turned key then contains one rotation only, by the difference of the
        positions:""")
    note.calc(
        (R(m * theta) @ q).T @ (R(n * theta) @ k),
        eq(q.T @ R(m * theta).T @ R(n * theta) @ k, "transpose of a product"),
        eq(q.T @ R((n - m) * theta) @ k, "the angles add"),
        result=True,
    )
    note("""A vector of $2 h$ entries has $h$ such pairs, each with its own angle per position. With the first and
        second entries of the pairs in separate vectors, the score is a sum:""")
    q1 = note.vector("c", h, "first entries of the pairs of a query")
    q2 = note.vector("d", h, "second entries")
    k1 = note.vector("e", h, "first entries of the pairs of a key")
    k2 = note.vector("f", h, "second entries")
    t = note.vector(r"\omega", h, "angle per position of each pair")
    x1 = note.array("x", (j,), cos(m * t[j]) * q1[j] - sin(m * t[j]) * q2[j], "turned query")
    x2 = note.array("u", (j,), sin(m * t[j]) * q1[j] + cos(m * t[j]) * q2[j], "turned query")
    y1 = note.array("y", (j,), cos(n * t[j]) * k1[j] - sin(n * t[j]) * k2[j], "turned key")
    y2 = note.array("v", (j,), sin(n * t[j]) * k1[j] + cos(n * t[j]) * k2[j], "turned key")
    note("In each pair the positions enter through their difference alone:")
    note.calc(
        x1.T @ y1 + x2.T @ y2,
        eq(sum_over(j, x1[j] * y1[j] + x2[j] * y2[j]), "one term for each pair"),
        eq(
            sum_over(
                j,
                (q1[j] * k1[j] + q2[j] * k2[j]) * cos((n - m) * t[j])
                + (q2[j] * k1[j] - q1[j] * k2[j]) * sin((n - m) * t[j]),
            ),
            "addition theorems",
        ),
        result=True,
    )
    note(r"""As complex numbers $c + i \, d$ and $e + i \, f$ this is the real part of
        $\overline{(c + i d)} \, (e + i f) \, e^{i (n - m) \omega}$: a rotation is a phase. Lengths do not
        change, so the embedding adds no scale of its own:""")
    note.calc(
        norm2(R(a) @ q),
        eq(q.T @ R(a).T @ R(a) @ q, "squared norm as an inner product"),
        eq(norm2(q), "turn, and turn back"),
    )
