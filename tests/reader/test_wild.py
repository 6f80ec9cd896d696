r"""Constructs of public notes that once gave a false alarm or a false `holds`: each is decided as a reader would."""

from __future__ import annotations

import pytest

from derive import pipeline, reader


def kinds(text: str) -> list[str]:
    report = pipeline.check_derivation(reader.read(text, "note.md"))
    return [relation.verdict.kind for relation in report.relations]


def whys(text: str) -> list[str]:
    report = pipeline.check_derivation(reader.read(text, "note.md"))
    return [relation.verdict.why for relation in report.relations]


def test_a_derivative_of_a_name_that_is_no_function_is_not_zero() -> None:
    assert kinds(r"$$\frac{dy}{dx} = 0$$") == ["unchecked"]
    assert whys(r"$$\frac{dy}{dx} = 0$$")[0].startswith("y is not given as a function of x")
    assert kinds(r"$$dz = \frac{dz}{d\mathbf{y}} d\mathbf{y}$$") == ["unchecked"]


def test_the_derivative_of_what_is_given_as_a_function_is_decided() -> None:
    given = r"Let $x \in \mathbb{R}$ and $f(x) = x^2$." + "\n\n"
    assert kinds(given + r"$$\frac{df}{dx}(x) = 2x$$") == ["holds"]
    assert kinds(given + r"$$\frac{df}{dx}(x) = 3x$$") == ["fails"]
    assert kinds(given + r"$$\frac{df}{dx}(3) = 6$$") == ["unchecked"]


def test_the_sign_of_a_differential_is_no_function() -> None:
    text = (
        r"$$d(\mathbf{X}^\top) = (d\mathbf{X})^\top$$"
        + "\n\n"
        + r"$$d(\mathbf{x}^\top \mathbf{x}) = 2 \mathbf{x}^\top d\mathbf{x}$$"
    )
    assert kinds(text) == ["holds", "holds"]
    wrong = text.replace(r"= 2 \mathbf{x}", r"= 3 \mathbf{x}")
    assert kinds(wrong) == ["holds", "fails"]


def test_an_ordering_of_free_names_is_a_condition() -> None:
    assert kinds(r"$$\sigma_1 \ge \sigma_2 \ge 0$$") == ["definition", "definition"]


def test_a_function_is_defined_anew_in_another_section() -> None:
    first = "# One\n\nLet $f(x) = x^2$ for $x \\in \\mathbb{R}$. Then\n\n$$f(x) = x^2 + 1$$\n\n"
    assert kinds(first) == ["fails"]
    assert kinds(first + "# Two\n\n$$f(x) = x^3$$\n") == ["fails", "definition"]


def test_conditions_end_with_their_section() -> None:
    given = "Let $a, b \\in \\mathbb{R}$.\n\n# One\n\nSuppose that $a b = 1$. Then\n\n$$a^2 b^2 = 1$$\n\n# Two\n\n"
    assert kinds(given + "$$(a - b)^2 = a^2 - 2 a b + b^2$$\n\n$$a^2 b^2 = 1$$") == [
        "holds",
        "holds",
        "fails",
    ]


def test_premises_without_a_solution_cost_only_what_needs_them() -> None:
    text = r"""Let $x \in \mathbb{R}$ satisfy

$$x^2 = -1$$

Then

$$(x + 1)^2 = x^2 + 2x + 1$$
"""
    assert kinds(text)[-1] == "holds"


def test_clashes_of_shapes_across_sections_are_no_alarms() -> None:
    text = """# Products

Let $A \\in \\mathbb{R}^{n \\times m}$ and $v \\in \\mathbb{R}^m$.

$$2 (A v) = A v + A v$$

# Inverses

$$A^{-1} A = I$$
"""
    assert kinds(text)[0] == "holds"
    assert kinds(text)[1] != "fails"


def test_clashes_within_a_section_are_alarms() -> None:
    text = "Let $A \\in \\mathbb{R}^{n \\times m}$ and $v \\in \\mathbb{R}^m$.\n\n$$v^\\top A = A v$$\n"
    assert kinds(text) == ["fails"]


@pytest.mark.parametrize(
    "text",
    [
        r"$$2 \bar{q} = \sum_{i=1}^n u_i$$",  # gives q
        r"$$[a - r, a + r] = [2.4, 3.6]$$",  # the value at a point
    ],
)
def test_names_in_doubt_are_unchecked(text: str) -> None:
    assert kinds(text) == ["unchecked"]


def test_a_display_that_is_too_long_is_named() -> None:
    derivation = reader.read("$$a = " + "+".join(["b"] * 200_000) + "$$", "note.md")
    assert any("a display is not read" in note for note in derivation.notes)


def test_an_equivalence_claims_neither_of_its_equations() -> None:
    given = "Let $X \\in \\mathbb{R}^{n \\times n}$, $w \\in \\mathbb{R}^n$ and $\\lambda \\in \\mathbb{R}$.\n\n"
    assert kinds(given + r"$$X w = \lambda w \Leftrightarrow X w - \lambda w = 0$$") == [
        "unchecked",
        "unchecked",
    ]
    assert kinds(given + r"$$X w + X w = 2 X w \iff 2 X w - X w = X w$$") == ["holds", "holds"]
    assert kinds(given + r"$$X w + X w = 3 X w$$") == ["fails"]


def test_a_value_of_a_function_does_not_define_it() -> None:
    text = "Let $x \\in \\mathbb{R}$. Suppose that $f(0) = 1$.\n\n$$f(x) = f(2 x)$$"
    assert kinds(text) != ["holds"]


def long_note(*sections: str) -> str:
    """A note that is read section by section, because it has many displays."""
    filler = "# Remarks\n\n" + "$$1 + 1 = 2$$\n\n" * 40
    return "\n\n".join(sections) + "\n\n" + filler


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        # A letter has another shape in another section, and each statement is decided by itself.
        (
            (
                "# One\n\nLet $x \\in \\mathbb{R}^n$.\n\n$$x^\\top x = \\sum_{i=1}^n x_i^2$$",
                "# Two\n\nLet $x \\in \\mathbb{R}$.\n\n$$(x + 1)^2 = x^2 + 2x + 1$$",
            ),
            ["holds", "holds"],
        ),
        # What is declared at the beginning holds later; so does a definition, though it may be another function by now.
        (
            (
                "# One\n\nLet $A \\in \\mathbb{R}^{n \\times n}$ be symmetric and $x \\in \\mathbb{R}^n$.\n\n"
                "$$f(x) = x^\\top A x$$",
                "# Two\n\n$$\\nabla_x f(x) = 2 A x$$\n\n$$\\nabla_x f(x) = 3 A x$$",
            ),
            ["definition", "holds", "unchecked"],
        ),
        # A fact that stands in another section only, of a name that is assumed here, is no reason for an alarm.
        (
            (
                "# One\n\nLet $B$ be symmetric.\n\n$$1 + 2 = 3$$",
                "# Two\n\n$$\\nabla_z (z^\\top B z) = 2 B z$$",
            ),
            ["holds", "unchecked"],
        ),
        # An equation in the text that was not used may be what a relation needs.
        (
            (
                "# One\n\nLet $A, Q \\in \\mathbb{R}^{n \\times n}$. Since $A Q_i = Q_i L_i$ for the columns,\n\n"
                "$$A Q = Q A$$",
            ),
            ["unchecked"],
        ),
        # A numeric example ends with its section; a repeated index may be summed by convention.
        (
            (
                "# One\n\n$$M = \\begin{bmatrix} 1 & 2 \\\\ 2 & 4 \\end{bmatrix}$$",
                "# Two\n\nFor every invertible $M$\n\n$$M^{-1} M = M M^{-1}$$",
                "# Three\n\nLet $K \\in \\mathbb{R}^{n \\times m}$, $b \\in \\mathbb{R}^m$, $c \\in \\mathbb{R}^n$.\n\n"
                "$$c_i + 0 = K_{ij} b_j$$",
            ),
            ["definition", "holds", "unchecked"],
        ),
    ],
)
def test_sections_of_a_long_note(sections: tuple[str, ...], expected: list[str]) -> None:
    assert kinds(long_note(*sections))[: len(expected)] == expected


@pytest.mark.parametrize(
    "lead",
    [
        "A function $f: \\mathbb{R} \\to \\mathbb{R}$ is convex if",
        "Let $f: \\mathbb{R} \\to \\mathbb{R}$. There are constants $t$ such that",
    ],
)
def test_what_a_sentence_postulates_is_no_claim(lead: str) -> None:
    text = f"{lead}\n\n$$f(t x + (1 - t) y) \\le t f(x) + (1 - t) f(y)$$\n"
    assert "fails" not in kinds(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"$$\frac{d}{dx} f(g(x)) = f'(g(x)) g'(x)$$", "holds"),
        (r"$$\frac{d}{dx} f(g(x)) = f'(g(x)) + g'(x)$$", "unchecked"),
        (
            r"Let $A \in \mathbb{R}^{m\times n}$ and $x\in\mathbb{R}^n$. $$\nabla_x f(Ax) = A^\top \nabla f(Ax)$$",
            "holds",
        ),
        (r"$$L(w + v) - L(w) = L(v + w) - L(w)$$", "holds"),
        (r"$$h(x + 1) = h x + h$$", "unchecked"),
        (r"$$f(x) - f(y) = (f(x) - f(y)) + 1$$", "unchecked"),
    ],
)
def test_a_letter_that_is_only_called_is_any_smooth_function(text: str, expected: str) -> None:
    assert kinds(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"$$e^{x+1} = e\, e^x$$", "holds"),
        (r"$$e^{(x+1)} = e\, e^x$$", "holds"),
        (r"$$e^{-x} = 1/e^x$$", "holds"),
        (r"$$e = y - t$$", "definition"),
        (r"$$e^{(k)} = x^{(k)} - t^{(k)}$$", "definition"),
    ],
)
def test_a_power_of_e_is_no_name_that_is_defined(text: str, expected: str) -> None:
    assert kinds(text) == [expected]


def test_a_capital_that_only_stands_among_factors_is_no_number() -> None:
    text = r"Let $A = T \Lambda T^{-1}$. $$A T = T \Lambda$$ $$A T = \Lambda T$$"
    assert kinds(text) == ["holds", "fails"]
    assert kinds(r"$$\frac{1}{N} N a = a$$") == ["holds"]
    assert kinds(r"Let $x_1, \dots, x_N \in \mathbb{R}$. $$N (a + b) = N a + N b$$") == ["holds"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"$$1.69 \cdot 0.59 = 0.997$$", "holds"),
        (r"$$\sqrt{2} = 1.41$$", "holds"),
        (r"$$\sqrt{2} = 1.42$$", "fails"),
        (r"$$1.69 \cdot 0.59 = 0.998$$", "unchecked"),
        (r"$$-0.041 (0.99998) (1 - 0.99998) 5 = -3 \times 10^{-6}$$", "unchecked"),
        (r"$$1.4 \cdot 1000 = 1 \times 10^3$$", "unchecked"),
        (r"$$1.44 \cdot 1000 = 1.4 \times 10^3$$", "holds"),
        (r"$$1.44 \cdot 1000 = 2 \times 10^3$$", "fails"),
        (r"$$0.5 + 0.5 = 2$$", "fails"),
        (r"When $n = m = 2$, let $x \in \mathbb{R}^n$. $$x^\top x = x_1^2 + x_2^2$$", "unchecked"),
    ],
)
def test_rounded_numbers_and_conditions_that_are_not_read(text: str, expected: str) -> None:
    assert kinds(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            r"We used $f(\mathbf{x}) = x_1^2 + 2 x_2^2$. We distort this function further by"
            r" $$f(\mathbf{x}) = x_1^2 + 3 x_2^2$$",
            ["unchecked"],
        ),
        (
            r"Let $f: \mathbb{R} \to \mathbb{R}$ have $f'' \geq 0$; let $x, h \in \mathbb{R}$."
            r" $$f''(x) = \lim_{h \to 0} \frac{f(x + h) + f(x - h) - 2 f(x)}{h^2}$$"
            r" $$\frac{1}{2} f(x + h) + \frac{1}{2} f(x - h) \ge f(x)$$",
            ["holds", "unchecked"],
        ),
        (
            r"Let $a, b, c \in \mathbb{R}^n$ with $a < b$, $b < c$ and $c < a$."
            r" $$(a + b)^\top c = a^\top c + b^\top c$$ $$a^\top c = b^\top c$$",
            ["holds", "unchecked"],
        ),
        (
            r"Let $\beta \in (0, 1)$ and $\mathbf{v}_t, \mathbf{g}_t \in \mathbb{R}^d$."
            r" $$\mathbf{v}_t = \beta \mathbf{v}_{t-1} + \mathbf{g}_t$$"
            r" $$\mathbf{v}_t - \beta \mathbf{v}_{t-1} = \mathbf{g}_t$$",
            ["definition", "holds"],
        ),
    ],
)
def test_what_is_changed_supposed_or_recursive_raises_no_alarm(
    text: str, expected: list[str]
) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("For any constant $a$\n\n$$\\mathbb{E}[a] = a$$", ["unchecked"]),
        (
            "$$f(x) = x^2 + x$$\n\nHence we rewrite f as\n\n$$f(x) = x (x + 2)$$",
            ["definition", "fails"],
        ),
        (
            "$$f(x) = x^2 + x$$\n\nThe second is\n\n$$f(x) = x (x + 2)$$",
            ["definition", "unchecked"],
        ),
        ("$$y = a + b x$$\n\nA cubic is\n\n$$y = a + b x + c x^3$$", ["definition", "unchecked"]),
    ],
)
def test_what_may_be_meant_in_a_long_note(section: str, expected: list[str]) -> None:
    assert kinds(long_note(f"# One\n\n{section}"))[: len(expected)] == expected


def test_two_dollars_within_words_are_no_display_where_one_is_never_used() -> None:
    lines = "We know that $$X \\le x$$ and $$y = 2$$ here.\n\n" * 5
    assert kinds(lines + "$$\n2 + 2 = 4\n$$\n") == ["holds"]
    assert kinds("Then $$2 + 2 = 4$$ holds.\n") == ["holds"]
    assert kinds("Let $x$ be given.\n\n" + "Then $$2 + 2 = 4$$ holds.\n\n" * 5) == ["holds"] * 5


def test_the_letter_i_before_a_name_in_brackets_is_not_the_identity() -> None:
    assert kinds(r"$$I(p) = I(G)$$") == ["unchecked"]
    assert kinds(r"Let $A \in \mathbb{R}^{n\times n}$. $$(A + I)(A - I) = A^2 - I$$") == ["holds"]


def test_a_condition_holds_until_its_sentence_ends() -> None:
    text = (
        "Let $x \\in \\mathbb{R}^n$. When $n = 2$, we have\n\n$$x^\\top x = x_1^2 + x_2^2$$\n"
        "and after it\n$$2 x^\\top x = 2 x_1^2 + 2 x_2^2.$$\n\nNow in general\n\n$$x^\\top x = x_1^2 + x_2^2$$\n"
    )
    assert kinds(text) == ["holds", "holds", "fails"]


def test_a_name_on_one_side_only_is_asked_for_in_a_long_note() -> None:
    text = "# One\n\nLet $r > 0$.\n\n$$|\\det(D \\phi)| = |r|$$\n\n$$r^2 + 1 = r^2$$"
    assert kinds(long_note(text))[:2] == ["unchecked", "fails"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            r"For $x \in \mathbb{R}^n$ and any constant $c$, "
            r"$$\log \sum_{i=1}^n e^{x_i} = -c + \log \sum_{i=1}^n e^{x_i - c}.$$",
            ["fails"],
        ),
        (
            r"Let $v = r + \gamma P v$ with $v, r \in \mathbb{R}^n$, $P \in \mathbb{R}^{n \times n}$ and "
            r"$0 \le \gamma < 1$. Then $$(I - \gamma P) v = r$$ and $$v = (I - \gamma P)^{-1} r$$",
            ["holds", "holds"],
        ),
        (
            r"Let $f(x) = \frac{x}{\|x\|}$ for $x \in \mathbb{R}^n$, $x \ne 0$. Then "
            r"$$\frac{\partial f}{\partial x} = \frac{1}{\|x\|} \left(I - f f^\top\right)$$",
            ["holds"],
        ),
        (
            r"Let $x \in \mathbb{R}^d$, let $F: \mathbb{R}^d \to \mathbb{R}^d$ be differentiable and "
            r"$y = x + F(x)$. $$\frac{\partial y}{\partial x} = I + \frac{\partial F}{\partial x}$$",
            ["holds"],
        ),
        (
            r"Let $h = W x$ with $W \in \mathbb{R}^{d \times k}$ and let $\mathcal{L}(h)$ be a differentiable loss "
            r"with $g = \frac{\partial \mathcal{L}}{\partial h}$. "
            r"$$\frac{\partial \mathcal{L}}{\partial W} = g x^\top$$ $$\frac{\partial \mathcal{L}}{\partial x} = W g$$",
            ["holds", "fails"],
        ),
        (
            r"Let $A, O \in \mathbb{R}^{n \times d}$ and $Y = A O^\top$. Given the upstream gradient "
            r"$dY = \frac{\partial \mathcal{L}}{\partial Y}$, $$dA = dY\, O$$",
            ["holds"],
        ),
    ],
)
def test_what_stands_for_a_quantity(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


_MATRIX = r"Let $x \in \mathbb{R}^d$ and let $A \in \mathbb{R}^{d \times d}$ be symmetric"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            _MATRIX
            + r" with $A \preceq L I$. $$x^\top A x \le L \|x\|^2$$ $$x^\top A x \ge L \|x\|^2$$",
            ["holds", "fails"],
        ),
        (
            _MATRIX
            + r", with eigenvalues of $A$ in $[1, 2]$. $$x^\top A x \le 2 \|x\|^2$$ $$x^\top A = 2 x^\top$$",
            ["unchecked", "fails"],
        ),
        (
            _MATRIX
            + r" and $w \in \mathbb{R}^d$. When $A = I$ and $w = 0$ this is $$x^\top A x + w^\top x = x^\top x$$ "
            r"In general $$x^\top A x + w^\top x = x^\top x$$",
            ["holds", "fails"],
        ),
        (
            r"Given $\vec x_1, \dots, \vec x_n \in \mathbb{R}^p$ with $\sum_{i=1}^n \vec x_i = \vec 0$ and "
            r"$\vec w \in \mathbb{R}^p$: $$\sum_{i=1}^n \vec w^\top \vec x_i = 0$$",
            ["holds"],
        ),
        (
            r"Weights $\pi_k > 0$, $k = 1, \dots, K$, $\sigma > 0$. $$\sum_{k=1}^K (\log \pi_k - \log(2 \pi \sigma^2)) "
            r"= \log \prod_{k=1}^K \pi_k - K \log(2 \pi \sigma^2)$$",
            ["holds"],
        ),
        (
            r"Pairs $(x_i, y_i)$, $i = 1, \dots, m$, $x_i \in \mathbb{R}^n$, $y_i \in \mathbb{R}$; let "
            r"$w \in \mathbb{R}^n$, $f = \sum_{i=1}^m y_i w^\top x_i$. "
            r"$$\frac{\partial f}{\partial w_j} = \sum_{i=1}^m y_i x_{ij}$$",
            ["holds"],
        ),
    ],
)
def test_what_prose_says_of_matrices_cases_and_pairs(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected
