"""`derive.differentiate`: from a formula and a variable to a derivative with its steps, code and verdict."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from derive import engine, pipeline, reader, tensor, writer
from derive.derivation import Chain, Derivation, Given, Reason, Step
from derive.errors import ShapeError, UsageError
from derive.expr.nodes import Derivative as DerivativeNode
from derive.expr.nodes import Dim, Expr, Index, Item, Number, Symbol, Transpose, as_expr
from derive.expr.shapes import transposed
from derive.expr.sizes import Shape, shape_text
from derive.expr.walk import free_symbols, post_order

if TYPE_CHECKING:
    from derive.checker.verdicts import FileReport

KINDS = ("gradient", "jacobian", "hessian")
LAYOUTS = ("denominator", "numerator")
#: two words in a row: a remark, not a declaration in LaTeX
WORDS = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b")


@dataclass(frozen=True)
class Derivative:
    """A derivative: `expr` is the result, `kind` gradient, jacobian or hessian; `assumed` tells what was not declared.

    The gradient has the shape of its variable (a row of it in numerator layout), a Jacobian f.shape + x.shape, a
    Hessian x.shape + x.shape.
    """

    body: Expr
    variable: Expr
    kind: str
    layout: str
    expr: Expr
    wrt: str
    axes: Shape
    found: tensor.Entries
    names: tuple[tuple[Symbol, str], ...] = ()
    assumed: tuple[str, ...] = ()
    checked: bool = True
    seed: int = 0

    @cached_property
    def claim(self) -> DerivativeNode:
        """The derivative as it is asked for, not carried out; entry by entry where it has no matrix notation."""
        if self._by_entries:
            return self.found.claim
        style = "partial" if self.kind == "jacobian" else "nabla"
        return replace(self.found.claim, style=style)

    @property
    def _by_entries(self) -> bool:
        shape = self.body.shape + self.variable.shape * (1 + (self.kind == "hessian"))
        return self.found.claim.shape != shape

    @cached_property
    def chains(self) -> tuple[Chain, ...]:
        """The worked derivation: by a matrix its differential first, in a network the backward recursion.

        The last chain ends with the result.
        """
        if self._by_entries:
            return (engine.worked(self.claim.body, self.claim.wrt, "jacobian"),)
        made = engine.worked_blocks(self.body, self.claim.wrt, self.kind)
        if self.expr.shape == self.claim.shape:
            return (*made[:-1], self._ended(made[-1]))
        reason = Reason("numerator layout: the gradient as a row")
        row = Chain(Transpose(self.claim), (Step("=", self.expr, reason, made_by_engine=True),))
        return (*made, row)

    @property
    def chain(self) -> Chain:
        """The last chain: from the derivative as it is asked for to the result."""
        return self.chains[-1]

    def _ended(self, chain: Chain) -> Chain:
        """The chain with the result as its last side, so that the judge decides on the result itself."""
        last = chain.steps[-1].rhs
        if last == self.expr or not isinstance(last, Expr) or last.shape != self.expr.shape:
            return chain
        step = Step("=", self.expr, Reason("insert the earlier results"), made_by_engine=True)
        return replace(chain, steps=(*chain.steps, step))

    @cached_property
    def report(self) -> FileReport | None:
        """The verdicts on the steps, None when the check was not asked for."""
        if not self.checked:
            return None

        return pipeline.judged(self.derivation, pipeline.CheckOptions(seed=self.seed))

    @cached_property
    def derivation(self) -> Derivation:
        """The steps as a document of their own."""
        givens = tuple(Given(s) for s in free_symbols(self.body))
        title = f"{self.kind.capitalize()} with respect to ${writer.latex(self.variable)}$"
        return Derivation(title=title, givens=givens, blocks=self.chains, notes=self._notes)

    @property
    def _notes(self) -> tuple[str, ...]:
        """What was assumed, as sentences of a page."""
        found = dict.fromkeys(a if WORDS.search(a) else f"${a}$" for a in self.assumed)
        return (f"Assumed, since it is not declared: {', '.join(found)}.",) if found else ()

    @property
    def shape(self) -> tuple[str, ...]:
        """The sizes of the result."""
        return tuple(str(size) for size in self.axes)

    @cached_property
    def latex(self) -> str:
        """The result in LaTeX."""
        return writer.latex(self.expr)

    @cached_property
    def text(self) -> str:
        """The result in one line of Unicode."""
        return writer.text(self.expr)

    @cached_property
    def jax(self) -> str:
        """Python source of a JAX function with the result's value."""
        return self._code("jax")

    @cached_property
    def numpy(self) -> str:
        """Python source of a NumPy function with the result's value."""
        return self._code("numpy")

    @cached_property
    def _parameters(self) -> tuple[Symbol, ...]:
        return tuple(free_symbols(self.body))

    def _code(self, target: str) -> str:
        return tensor.generate(
            self.expr, self._parameters, target, self.kind, layout=self._code_layout
        )

    @property
    def _code_layout(self) -> tuple[Index | int, ...] | None:
        """Axes of the array that the generated code returns: a family's index goes where its variable's axes stand."""
        return None if self.expr is not self.found.value else self.found.layout

    @cached_property
    def arguments(self) -> dict[str, str]:
        """LaTeX of each symbol (a family by a member, `x_i`) -> parameter of the generated functions."""
        shown = _members(self.claim) | dict(self.names)
        parameters = tensor.parameter_names(self._parameters)
        found = {
            shown.get(s, s.name): tensor.parameter_of(parameters, s) or "" for s in self._parameters
        }
        sizes = tensor.size_arguments(self.expr, self._parameters, self._code_layout)
        return found | {size: size for size in sizes}

    @cached_property
    def steps(self) -> tuple[dict[str, Any], ...]:
        """Each step of the worked derivation: its LaTeX, rule and verdict (None when not checked)."""
        reports = self.report.relations if self.report else ()
        listed = []
        for position, step in enumerate(s for chain in self.chains for s in chain.steps):
            assert isinstance(step.rhs, Expr)
            verdict = reports[position].verdict.kind if reports else None
            rule = step.reason.rule or step.reason.text
            listed.append({"latex": writer.latex(step.rhs), "rule": rule, "verdict": verdict})
        return tuple(listed)

    @property
    def verdict(self) -> str | None:
        """holds only if every step holds; fails if one fails; unchecked otherwise; None when not checked."""
        if self.report is None:
            return None
        kinds = [r.verdict.kind for r in self.report.relations]
        if "fails" in kinds:
            return "fails"
        return "holds" if kinds and all(kind == "holds" for kind in kinds) else "unchecked"

    def to_json(self) -> dict[str, Any]:
        """The object of `derive grad --format json`, version 1."""
        evidence: dict[str, Any] = {}
        if self.report and self.report.relations:
            evidence = self.report.relations[-1].to_json()["evidence"]
        return {
            "version": 1,
            "expr": writer.latex(self.body),
            "wrt": self.wrt or writer.latex(self.variable),
            "kind": self.kind,
            "layout": self.layout,
            "shape": list(self.shape),
            "result": {
                "latex": self.latex,
                "text": self.text,
                "jax": self.jax,
                "numpy": self.numpy,
            },
            "arguments": self.arguments,
            "assumed": list(self.assumed),
            "steps": list(self.steps),
            "verdict": self.verdict,
            "evidence": evidence,
        }

    @property
    def text_page(self) -> str:
        """The worked derivation for a terminal."""
        return writer.write(self.derivation, self.report, to="text")

    @property
    def latex_page(self) -> str:
        """The worked derivation as a LaTeX document."""
        return writer.write(self.derivation, self.report, to="tex")

    def _repr_latex_(self) -> str:
        return f"${writer.latex(self.claim)} = {self.latex}$"

    def __repr__(self) -> str:
        return f"{self.kind} ({shape_text(self.axes)}): {self.text}"


def _member(variable: Expr, shown: str) -> Expr:
    """A family as a variable stands for any of its members: x becomes x_i, with the index that the author wrote."""
    if not isinstance(variable, Symbol) or not variable.rank:
        return variable
    written = re.search(r"[_^]\{?\(?([a-z]+|\\[a-z]+)\)?\}?$", shown)
    letters = list(written.group(1)) if written else list("ijkl")
    if not variable.family:
        entries = written is not None and len(letters) == variable.rank
        if not entries or variable.name.replace(" ", "") == shown.replace(" ", ""):
            return variable
    first = as_expr(variable.origin)
    chosen = [
        Index(
            letters[axis] if axis < len(letters) else "ijkl"[axis],
            first,
            Dim(size - 1 + variable.origin),
        )
        for axis, size in enumerate(variable.dims[: variable.family or variable.rank])
    ]
    return Item(variable, (*chosen, *[None] * (variable.rank - len(chosen))))


def _members(root: Expr) -> dict[Symbol, str]:
    """Each family -> the LaTeX of the first of its members that occurs, such as x_i."""
    found: dict[Symbol, str] = {}
    for node in post_order(root, into_definitions=True):
        if isinstance(node, Item) and isinstance(node.base, Symbol) and node.base.family:
            member = Item(
                node.base,
                node.indices[: node.base.family] + (None,) * (node.base.rank - node.base.family),
            )
            found.setdefault(node.base, writer.latex(member))
    return found


def differentiate(
    expr: Expr | str,
    wrt: Expr | str,
    *,
    given: Sequence[str] = (),
    where: Sequence[str] = (),
    kind: str = "gradient",
    layout: str = "denominator",
    check: bool = True,
    seed: int = 0,
) -> Derivative:
    """The derivative of `expr` by `wrt`: expressions, or LaTeX with declarations `given` and definitions `where`.

    Raises `ReadError` for LaTeX that cannot be read, `ShapeError` for a gradient of an array, `NoRuleError` where a
    part has no derivative rule.
    """
    if kind not in KINDS:
        raise UsageError(f"kind {kind!r} is none of {', '.join(KINDS)}")
    if layout not in LAYOUTS:
        raise UsageError(f"layout {layout!r} is none of {', '.join(LAYOUTS)}")
    names: tuple[tuple[Symbol, str], ...] = ()
    assumed: tuple[str, ...] = ()
    shown = wrt if isinstance(wrt, str) else ""
    if isinstance(expr, str) or isinstance(wrt, str):
        problem = reader.read_problem(
            expr, wrt, given=list(given), where=list(where), scalar=kind != "jacobian"
        )
        body, variable, assumed = problem.body, problem.variable, problem.assumed
        base = variable.base if isinstance(variable, Item) else variable
        names = problem.members
        if shown and isinstance(base, Symbol):
            names = (*names, (base, shown))
    else:
        body, variable = expr, wrt
    if kind != "jacobian" and body.shape:
        raise ShapeError(
            f"a {kind} needs a scalar, {body!r} has shape {shape_text(body.shape)}; ask for the Jacobian"
        )
    _refuse_outside(body)
    base = variable.base if isinstance(variable, Item) else variable
    axes = body.shape + (variable.shape if base is variable else _open_axes(variable)) * (
        1 + (kind == "hessian")
    )
    variable = _member(variable, shown)
    times = (variable,) * (1 + (kind == "hessian"))
    found = tensor.textbook(body, times)
    result = found.value
    if layout == "numerator" and kind == "gradient" and result.rank in (1, 2):
        result, axes = tensor.normalise(Transpose(result)), transposed(result.shape)
    return Derivative(
        body, variable, kind, layout, result, shown, axes, found, names, assumed, check, seed
    )


def _refuse_outside(body: Expr) -> None:
    """Entries below the first one have no value: `w_0` of a vector whose entries count from 1."""
    for node in post_order(body, into_definitions=True):
        if not isinstance(node, Item) or not isinstance(node.base, Symbol):
            continue
        if any(fact.name == "zero_outside" for fact in node.base.facts):
            continue
        for axis, index in enumerate(node.indices):
            first = node.base.origin if axis < node.base.family or not node.base.family else 1
            low = index.lower if isinstance(index, Index) else index
            if isinstance(low, Number) and low.value < first:
                raise UsageError(
                    f"{node!r} uses the entry {low!r} of {node.base.name}, whose entries count from {first}; "
                    f"declare {node.base.name}_{low!r}, ... to count from there"
                )


def _open_axes(variable: Expr) -> Shape:
    """The sizes over which the free indices of an entry or member run, then its own."""
    assert isinstance(variable, Item)
    pairs = zip(variable.base.shape, variable.indices, strict=True)
    return tuple(size for size, index in pairs if index is None or isinstance(index, Index))
