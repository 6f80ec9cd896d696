"""Formulas in the notation of real notes, each against the value that it has in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special as sp

from derive.checker.evaluate import Evaluator
from derive.checker.numpy_kernel import NumpyKernel
from derive.checker.plan import Plan
from derive.errors import ReadError
from derive.expr.nodes import Integral
from derive.expr.walk import free_symbols
from derive.reader.grammar.formula import readings
from derive.reader.reading.expression import (
    read_expression,
    read_together,
    read_with_notes,
    table_of,
    tokens_of,
)
from derive.reader.source.places import Source

GIVEN = [
    r"X \in \mathbb{R}^{n\times d}",
    r"w,u,v \in \mathbb{R}^d",
    r"y, t \in \mathbb{R}^n",
    r"A \in \mathbb{R}^{d\times d}",
    r"a,b,c \in \mathbb{R}",
    r"\lambda > 0",
    r"x_i \in \mathbb{R}^d, i=1,\dots,n",
    r"\Sigma \in \mathbb{R}^{d\times d}, \Sigma \succ 0",
    r"B \in \mathbb{R}^{m\times d}",
    r"W \in \mathbb{R}^{d\times K}",
    r"\sigma^2>0",
]
SIZES = {"n": 4, "d": 3, "m": 2, "k": 3, "K": 3, "N": 4}
RNG = np.random.default_rng(0)
SQUARE = RNG.normal(size=(3, 3))
VALUES = {
    "X": RNG.normal(size=(4, 3)), "w": RNG.normal(size=3), "u": RNG.normal(size=3), "v": RNG.normal(size=3),
    "y": RNG.normal(size=4), "t": RNG.normal(size=4), "A": RNG.normal(size=(3, 3)), "a": 0.7, "b": 1.3, "c": -0.4,
    r"\lambda": 0.8, r"\Sigma": SQUARE @ SQUARE.T / 3 + np.eye(3), r"\sigma^2": 0.6, "x": RNG.normal(size=(4, 3)),
    "B": RNG.normal(size=(2, 3)), "W": RNG.normal(size=(3, 3)),
}  # fmt: skip
X, w, u, v, y, t, A, B, x = (VALUES[name] for name in ("X", "w", "u", "v", "y", "t", "A", "B", "x"))
a, b, c, lam, s2, Sg = (
    VALUES[name] for name in ("a", "b", "c", r"\lambda", r"\sigma^2", r"\Sigma")
)


def sig(z):
    return 1 / (1 + np.exp(-z))


def value(expr):
    """The value of an expression at VALUES; a number without symbols as it is."""
    values = {}
    for symbol in free_symbols(expr):
        array = np.asarray(VALUES.get(symbol.name, 0.0), dtype=float)
        values[symbol] = array.reshape((1, 1, *array.shape))
    found = np.asarray(Evaluator(NumpyKernel(), SIZES, values, Plan([expr])).value(expr))
    return found[0, 0] if found.ndim >= 2 else found


# fmt: off
CASES = [
    (r'\|Xw-y\|_2^2', lambda: np.sum((X@w-y)**2)),
    (r'\lVert Xw-y\rVert^2+\lambda\left\|w\right\|_1', lambda: np.sum((X@w-y)**2)+lam*np.abs(w).sum()),
    (r'||Xw-y||^2', lambda: np.sum((X@w-y)**2)),
    (r'|a||b|', lambda: abs(a)*abs(b)),
    (r'|a| |b+c|', lambda: abs(a)*abs(b+c)),
    (r'2|a|b', lambda: 2*abs(a)*b),
    (r'\log|\Sigma|', lambda: np.log(np.linalg.det(Sg))),
    (r'\ln\det\Sigma + \operatorname{tr}(\Sigma^{-1}A)',
     lambda: np.log(np.linalg.det(Sg))+np.trace(np.linalg.inv(Sg)@A)),
    (r'\operatorname{tr} A \Sigma', lambda: np.trace(A@Sg)),
    (r'\mathrm{Tr}\{A\Sigma\}', lambda: np.trace(A@Sg)),
    (r"w'Aw", lambda: w@A@w),
    (r"(Xw-y)'(Xw-y)", lambda: np.sum((X@w-y)**2)),
    (r'\left(X^{\mathsf T}X\right)^{-1}X^{\mathrm{T}}y', lambda: np.linalg.solve(X.T@X,X.T@y)),
    (r'(X^\text{T}X)^{-1}X^{\intercal} y', lambda: np.linalg.solve(X.T@X,X.T@y)),
    (r'A^{-T}w', lambda: np.linalg.inv(A).T@w),
    (r'A^{-\top}w', lambda: np.linalg.inv(A).T@w),
    (r'A^{-\mathsf{T}}w', lambda: np.linalg.inv(A).T@w),
    (r'\mathop{\mathrm{tr}}(A\Sigma)', lambda: np.trace(A@Sg)),
    (r'e^{[Xw]_1}', lambda: np.exp((X@w)[0])),
    (r'\prod_{i=1}^n (1+y_i^2) \cdot a', lambda: np.prod(1+y**2)*a),
    (r'\prod_{i=1}^n \mathcal{N}(y_i|a,\sigma^2)\mathcal{N}(a|0,\lambda^{-1})',
     lambda: np.prod(np.exp(-(y-a)**2/2/s2)/np.sqrt(2*np.pi*s2))*np.exp(-a**2*lam/2)/np.sqrt(2*np.pi/lam)),
    (r'\left.\frac{\partial}{\partial a}(c a^2)\right|_{a=b}', lambda: 2*c*b),
    (r'\frac{\partial}{\partial a} (b a^2)\Big|_{a=0} + b', lambda: b),
    (r'[a]_+ + (c)_+', lambda: a),
    (r'e^{-(a-b)^2/2c^2}', lambda: np.exp(-(a-b)**2/(2*c**2))),
    (r'\lambda/2\|w\|^2', lambda: lam/2*w@w),
    (r'A^{2}w', lambda: A@A@w),
    (r'e^{-a/b}', lambda: np.exp(-a/b)),
    (r'\exp\{-\tfrac{1}{2}(w-u)^\top\Sigma^{-1}(w-u)\}', lambda: np.exp(-.5*(w-u)@np.linalg.inv(Sg)@(w-u))),
    (r'{1\over 2} w^\top w', lambda: .5*w@w),
    (r'\frac12 w \cdot u', lambda: .5*w@u),
    (r'a\, w\cdot u + b', lambda: a*(w@u)+b),
    (r'\langle w, u\rangle', lambda: w@u),
    (r'\langle A,\Sigma\rangle_F', lambda: np.sum(A*Sg)),
    (r'\sum_{i=1}^n (y_i - w^\top x_i)^2', lambda: np.sum((y-x@w)**2)),
    (r'\sum_i (y_i - w^\top x_i)^2', lambda: np.sum((y-x@w)**2)),
    (r'\sum_i y_i \log t_i^2 + (1-y_i)\log 2', lambda: np.sum(y*np.log(t**2)+(1-y)*np.log(2))),
    (r'\sum_{i=1}^n y_i^2 + b', lambda: np.sum(y**2)+b),
    (r'\sum_{i=1}^n\sum_{j\ne i} y_i y_j', lambda: y.sum()**2-(y**2).sum()),
    (r'\sum_{i<j} y_i y_j', lambda: (y.sum()**2-(y**2).sum())/2),
    (r'\sum_{i,j} X_{ij}^2', lambda: (X**2).sum()),
    (r'\sum_{ij} X_{ij}^2', lambda: (X**2).sum()),
    (r'\prod_{i=1}^{n} \sigma(y_i)', lambda: np.prod(sig(y))),
    (r'\max_i y_i', lambda: y.max()),
    (r'\max(0, 1-a)', lambda: max(0,1-a)),
    (r'\max\{0, 1-y\odot (Xw)\}', lambda: np.maximum(0,1-y*(X@w))),
    (r'\min_{j} (a + y_j)', lambda: (a+y).min()),
    (r'\mathbf{1}^\top y', lambda: y.sum()),
    (r'1_n^\top y', lambda: y.sum()),
    (r'y^\top \mathbf{1}/n', lambda: y.mean()),
    (r'\bigl(I_n - \tfrac1n \mathbf 1\mathbf 1^\top\bigr)X', lambda: X-X.mean(0)),
    (r'(A+\lambda I)^{-1}w', lambda: np.linalg.solve(A+lam*np.eye(3),w)),
    (r'\operatorname{diag}(w)A', lambda: np.diag(w)@A),
    (r'\operatorname{diag}(A)', lambda: np.diag(A)),
    (r'w \odot u \odot v', lambda: w*u*v),
    (r'Aw\odot u', lambda: (A@w)*u),
    (r'u \odot A w', lambda: u*(A@w)),
    (r'w^{\odot 2}', lambda: w**2),
    (r'w\circ u', lambda: w*u),
    (r'w \oslash u', lambda: w/u),
    (r'\frac{w}{u}', lambda: w/u),
    (r'w\otimes u', lambda: np.kron(w,u)),
    (r'\operatorname{vec}(B)', lambda: B.T.ravel()),
    (r'\operatorname{logsumexp}(w)', lambda: sp.logsumexp(w)),
    (r'\tanh(Xw)', lambda: np.tanh(X@w)),
    (r"\tanh'(a)", lambda: 1-np.tanh(a)**2),
    (r"\sigma'(a)", lambda: sig(a)*(1-sig(a))),
    (r'\sin^2 a + \cos^2 a', lambda: 1),
    (r'\sin 2\pi a', lambda: np.sin(2*np.pi*a)),
    (r'\log 2\pi\sigma^2', lambda: np.log(2*np.pi*s2)),
    (r'\log_2 b', lambda: np.log2(b)),
    (r'\log_{10}(b)', lambda: np.log10(b)),
    (r'\frac{1}{\sigma\sqrt{2\pi}}', lambda: 1/np.sqrt(2*np.pi*s2)),
    (r'\frac{1}{\sigma^4}', lambda: 1/s2**2),
    (r'\mathcal{N}(w\mid u,\Sigma)',
     lambda: np.exp(-.5*(w-u)@np.linalg.inv(Sg)@(w-u))/np.sqrt(np.linalg.det(2*np.pi*Sg))),
    (r'\mathcal{N}(w; 0, I)', lambda: np.exp(-.5*w@w)/(2*np.pi)**1.5),
    (r'\mathcal N(a|b,\sigma^2)', lambda: np.exp(-(a-b)**2/2/s2)/np.sqrt(2*np.pi*s2)),
    (r'\frac{\partial}{\partial w} w^\top A w', lambda: (A+A.T)@w),
    (r'\frac{\partial w^\top A w}{\partial w}', lambda: (A+A.T)@w),
    (r'\nabla_w \left(w^\top A w\right)', lambda: (A+A.T)@w),
    (r'\nabla_w w^\top A w', lambda: (A+A.T)@w),
    (r'\nabla^2_w (w^\top A w)', lambda: A+A.T),
    (r'\nabla_w^2 (w^\top A w)', lambda: A+A.T),
    (r'\frac{\partial^2 (w^\top A w)}{\partial w\partial w^\top}', lambda: A+A.T),
    (r'\frac{\partial^2 w^\top A w}{\partial w_1 \partial w_2}', lambda: (A+A.T)[0,1]),
    (r'\frac{\partial (Bw)}{\partial w}', lambda: B),
    (r'\frac{\partial (Bw)}{\partial w^\top}', lambda: B),
    (r'\frac{\partial w^\top u}{\partial w^\top}', lambda: u[None]),
    (r'\partial_a (a^2 b)', lambda: 2*a*b),
    (r'\frac{d}{da} a^3', lambda: 3*a*a),
    (r'\frac{d^2}{da^2} a^3', lambda: 6*a),
    (r'\frac{\mathrm{d}}{\mathrm{d}a}\sin(a b)', lambda: b*np.cos(a*b)),
    (r'd(a^2)/da', lambda: 2*a),
    (r'\begin{bmatrix} a & b\\ c & 1\end{bmatrix}', lambda: np.array([[a,b],[c,1]])),
    (r'\begin{bmatrix} A & w\\ w^\top & a\end{bmatrix}', lambda: np.block([[A,w[:,None]],[w[None],np.array([[a]])]])),
    (r'\begin{vmatrix} a & b\\ c & 1\end{vmatrix}', lambda: a-b*c),
    (r'\begin{cases} a & \text{if } a>0\\ b & \text{otherwise}\end{cases}', lambda: a),
    (r'\mathbb{1}[a>0]', lambda: 1.),
    (r'1\{a \le 0\}', lambda: 0.),
    (r'\mathbf 1_{\{a>0\}}', lambda: 1.),
    (r'\mathbb{I}(a > 0)\,b', lambda: b),
    (r'[a>0]', lambda: 1.),
    (r'\binom{5}{2}', lambda: 10),
    (r'4!', lambda: 24),
    (r'\Gamma(b)', lambda: sp.gamma(b)),
    (r'\lfloor b \rfloor', lambda: 1),
    (r'\sqrt{w_1^2+w_2^2}', lambda: np.hypot(w[0],w[1])),
    (r'[Xw]_1', lambda: (X@w)[0]),
    (r'(X^\top y)_2', lambda: (X.T@y)[1]),
    (r'X_{2,1}', lambda: X[1,0]),
    (r'X_{21}', lambda: X[1,0]),
    (r'X_{1:}w', lambda: X[0]@w),
    (r'w^\top X_{1:}', lambda: X[0]@w),
    (r'X_{:,1}', lambda: X[:,0]),
    (r'e_1^\top w', lambda: w[0]),
    (r'\sum_{j=1}^d w_j e_j', lambda: w),
    (r'\sum_j w_j', lambda: w.sum()),
    (r'\sum_{j=1}^{d} \delta_{j2} w_j', lambda: w[1]),
    (r'\frac{1}{n}\sum_{i=1}^n x_i x_i^\top', lambda: x.T@x/4),
    (r'\left\|A - u v^\top\right\|_F^2', lambda: ((A-np.outer(u,v))**2).sum()),
    (r'\|w\|_\infty', lambda: np.abs(w).max()),
    (r'\|w\|^2_2', lambda: w@w),
    (r'\|w\|_\Sigma^2', lambda: w@Sg@w),
    (r'\|w\|_3', lambda: (np.abs(w)**3).sum()**(1/3)),
    (r'\frac{\exp(w_1)}{\sum_{k} \exp(w_k)}', lambda: np.exp(w[0])/np.exp(w).sum()),
    (r'\exp(w)/\sum_k e^{w_k}', lambda: np.exp(w)/np.exp(w).sum()),
    (r'1/n \sum_i y_i', lambda: y.mean()),
    (r'X w + b', lambda: X@w+b),
    (r'-\frac{1}{2}\left(y - Xw\right)^T\left(y - Xw\right)', lambda: -.5*((y-X@w)**2).sum()),
    (r'a \times b', lambda: a*b),
    (r'3 \cdot 10^{-2}', lambda: .03),
    (r'w^\top (\nabla_w (w^\top A w))', lambda: w@(A+A.T)@w),
    (r'\mathbf{1}\{a>0, b>0\}', lambda: 1.),
    (r'\left.a\right.', lambda: a),
    (r'\underbrace{a+b}_{\text{sum}}\cdot c', lambda: (a+b)*c),
    (r'\operatorname{sign}(c)', lambda: -1),
    (r'(a,b)^\top', lambda: np.array([a,b])),
    (r'[a, b]^\top', lambda: np.array([a,b])),
    (r'\operatorname{mean}(y)', lambda: y.mean()),
    (r'(1-a)(1+a)', lambda: 1-a*a),
    (r'a(b+c)', lambda: a*(b+c)),
    (r'\lambda_{\max}(\Sigma)', lambda: np.linalg.eigvalsh(Sg).max()),
    (r'\mathrm{ReLU}(w)', lambda: np.maximum(w,0)),
    (r'\max(0, w)', lambda: np.maximum(w,0)),
    (r'\left(\prod_{i=1}^n e^{y_i}\right)^{1/n}', lambda: np.exp(y.mean())),
    (r'\sum_{i=1}^{n-1} y_i y_{i+1}', lambda: (y[:-1]*y[1:]).sum()),
    (r'\sum_{1\le i<j\le n} y_i y_j', lambda: (y.sum()**2-(y**2).sum())/2),
    (r'\sum_{i: y_i > 0} y_i', lambda: y[y>0].sum()),
    (r'\sum_{i\in\{1,\dots,n\}} y_i', lambda: y.sum()),
    (r"{\Sigma^{-1}}^\top w", lambda: np.linalg.inv(Sg).T@w),
    (r'|w|_1 + |u|_2 + |X|_F', lambda: np.abs(w).sum()+np.linalg.norm(u)+np.linalg.norm(X)),
    (r'|w-u|^2 + |w-u|^2_2', lambda: 2*np.sum((w-u)**2)),
    (r'|w|^2 \odot u', lambda: w*w*u),
    (r'\tanh X w + y', lambda: np.tanh(X@w)+y),
    (r'\log 2 w^\top w', lambda: np.log(2*w@w)),
    (r'\log w^\top w', lambda: np.log(w@w)),
    (r'\det X^\top X', lambda: np.linalg.det(X.T@X)),
    (r'\max_{i=1,\ldots,n} y_i', lambda: y.max()),
    (r'\nicefrac{1}{2}\,a', lambda: a/2),
    (r'\begin{cases} 2a & \text{for } |a| \le b, \\ 1 & \text{otherwise.} \end{cases}', lambda: 2*a),
    (r'1/2 w^\top u', lambda: w@u/2),
    (r'\mathbf{1}^\top\exp(A)\mathbf{1} + v^\top \exp(A) w', lambda: np.exp(A).sum()+v@np.exp(A)@w),
    (r'\operatorname{erfc}(a) + \operatorname{clip}(b, 0, 1)', lambda: sp.erfc(a)+1),
    (r'\operatorname{adj}(A)', lambda: np.linalg.det(A)*np.linalg.inv(A)),
    (r'\|A\|_*', lambda: np.linalg.norm(A, 'nuc')),
    (r'\|B\|_{\mathrm{op}}', lambda: np.linalg.norm(B, 2)),
]
# fmt: on


@pytest.mark.parametrize(("latex", "meaning"), CASES, ids=[c[0] for c in CASES])
def test_a_formula_has_the_value_that_it_means(latex, meaning) -> None:
    got, want = value(read_expression(latex, GIVEN)), np.asarray(meaning())
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-9)


REFUSED = [
    (r"\|A\|_2", "may be spectral"),
    (r"\Phi^{-1}(a)", "may be the inverse function"),
    (r"\sigma^{(2)}(a)", "may be a derivative or another function"),
    (r"\operatorname{tr}(\exp(A))", "may be the function of the matrix"),
    (r"\exp(A) A", "may be the function of the matrix"),
    (r"\log(A^{-1})", "may be the function of the matrix"),
    (r"\ln a\sqrt{2\pi}", "may be ln(a) b or ln(a b)"),
    (r"y_{(1)}", "may be a place in the order of size"),
    (r"\log ab", r"log a b may be log(a) b or log(a b)"),
    (r"1/2a", "may be (a/b) c or a/(b c)"),
    (r"X w + y + A", "does not fit the shape"),
    (r"X (X w)", "inner sizes d and n differ"),
    (r"q + 1", r"q is not declared; add q \in"),
    (r"g(a)", "as a function a definition g(x) = ..."),
    (r"w^{-1}", "has no inverse"),
    (r"a'", "neither a transpose nor the derivative"),
    (r"A^{1/2}", "only integers"),
    (r"X^{-1}", "only a square matrix has powers"),
    (r"w^\dagger", "has no declared meaning"),
    (r"\sum_j \lambda", "the range of the index j is not said"),
    (r"\mathbb{E}[a]", "does not say what is random"),
    (r"\foo + a", "unknown command \\foo"),
    (r"(a + b", "')' is due"),
    (r"a +", "an expression is due"),
    (r"a \pm b", "has two values"),
    (r"a + \dots + b", "stands where an expression is due"),
    (r"\sqrt{A}", "of the matrix or of its entries"),
    (r"\frac{a}{A}", "write its inverse"),
    (r"w \times u", "cross product"),
    (r"\int a", "without its dx"),
    (r"I", "the size of I is not said"),
    (r"", "the formula is empty"),
]


@pytest.mark.parametrize(("latex", "why"), REFUSED, ids=[r[0] or "empty" for r in REFUSED])
def test_what_is_not_clear_is_refused_with_a_reason(latex, why) -> None:
    with pytest.raises(ReadError) as caught:
        read_expression(latex, GIVEN)
    assert why in str(caught.value)
    assert caught.value.line == 1


def test_an_integral_binds_its_variable() -> None:
    found = read_expression(r"\int_0^1 a s^2\, \mathrm{d}s", GIVEN)
    assert isinstance(found, Integral)
    assert found.variable.name == "s"
    assert repr(found.body) == "a s^2"


def test_a_refusal_points_to_its_column() -> None:
    with pytest.raises(ReadError) as caught:
        read_expression(r"a + b + q", GIVEN)
    assert caught.value.column == 9
    assert not caught.value.ill_typed


def test_shapes_that_do_not_fit_are_marked() -> None:
    with pytest.raises(ReadError) as caught:
        read_expression(r"w + X^\top w", GIVEN)
    assert caught.value.ill_typed


def test_conventions_are_noted() -> None:
    assert (
        "a scalar added to an array is added to each entry"
        in read_with_notes(r"w + a", GIVEN).notes
    )


def test_the_strict_reading_of_a_sum_is_offered() -> None:
    found = readings(tokens_of(r"a / b c"), table_of(GIVEN), Source("", ""))
    assert [round(float(value(r.expr)), 9) for r in found] == [
        round(a / b * c, 9),
        round(a / (b * c), 9),
    ]


def test_sizes_left_open_are_found_on_the_other_side() -> None:
    left, right = read_together([r"I - \mathbf 1 \mathbf 1^\top", r"A"], table_of(GIVEN))
    assert left.shape == right.shape


def test_an_index_that_may_be_summed_over_is_refused() -> None:
    with pytest.raises(ReadError, match="repeated but not bound"):
        read_together([r"A_{ij} w_j", r"u_i"], table_of(GIVEN))


def test_a_sigmoid_is_recognised_by_its_value() -> None:
    for body in (
        r"\frac{1}{1+e^{-z}}",
        r"(1+\exp(-z))^{-1}",
        r"\frac{e^z}{1+e^z}",
        r"\tfrac12(1+\tanh(z/2))",
    ):
        expr = read_expression(r"s(Xw)", [*GIVEN, rf"s(z) = {body}"])
        assert "sigmoid" in repr(expr)
    other = read_expression(r"s(a)", [*GIVEN, r"s(z) = \frac{1}{1+e^{-2z}}"])
    assert value(other) == pytest.approx(sig(2 * a))


def test_symbols_defined_by_index() -> None:
    given = [*GIVEN, r"p_i = \sigma(w^\top x_i)"]
    assert value(read_expression(r"\sum_i p_i", given)) == pytest.approx(sig(x @ w).sum())
    np.testing.assert_allclose(value(read_expression("p", given)), sig(x @ w))


CHAINS = [
    ((r"\sum_{i=1}^n X_iX_i^\top", r"\|X\|_F^2"), lambda: np.sum(X**2)),
    ((r"wy^\top", r"w \otimes y"), lambda: np.outer(w, y)),
]


@pytest.mark.parametrize(("sides", "meaning"), CHAINS, ids=[c[0][0] for c in CHAINS])
def test_a_chain_decides_what_fits(sides, meaning) -> None:
    for side in read_together(sides, table_of(GIVEN)):
        np.testing.assert_allclose(value(side), meaning(), rtol=1e-9)


def test_a_chain_that_leaves_out_its_sums_is_refused_as_a_whole() -> None:
    sides = (
        r"\frac{\partial}{\partial w_k} w_p A_{pq} w_q",
        r"A_{kp}w_p + w_pA_{pk}",
        r"(A_{kp}+A_{pk})w_p",
    )
    with pytest.raises(ReadError, match="repeated but not bound"):
        read_together(sides, table_of(GIVEN))


def test_functions_without_declared_parameters_take_the_shape_of_their_argument() -> None:
    where = [r"g(z) = Az", r"f(z) = \|z\|^2"]
    found = value(read_expression(r"f(g(w)) + f \circ g(u)", GIVEN, where))
    np.testing.assert_allclose(found, np.sum((A @ w) ** 2) + np.sum((A @ u) ** 2))


def test_a_script_in_brackets_is_the_order_of_a_derivative() -> None:
    found = read_expression(r"f^{(2)}(a) + f'(a)", [*GIVEN, r"f(x) = x^3"])
    np.testing.assert_allclose(value(found), 6 * a + 3 * a**2)
