"""A derivative as the chain that a textbook prints: the rules of differentiation one by one, then the tidying by name.

The chain ends where `tensor.derivative` ends: the last side is proved equal to it. When the stepwise way gets stuck, or
its end is not proved, the chain has one step, and its reason names the rules of the reverse sweep that made it.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.derivation import Chain, Reason, Step
from derive.engine.ending import Line, arriving
from derive.engine.proof import proved
from derive.engine.stepper import advance, first_derivatives, replaced
from derive.engine.sweep import sweep, sweep_words
from derive.engine.tidying import tidied
from derive.errors import DeriveError, UsageError
from derive.expr.nodes import Derivative, Expr
from derive.rules import RULES
from derive.rules.calculus import der
from derive.rules.rule import Rule
from derive.tensor import derivative, entries

MOST_STEPS = 8
MOST_ADVANCES = 24


def worked(body: Expr, wrt: Expr | Sequence[Expr], kind: str = "gradient") -> Chain:
    """The derivative of `body` by `wrt` as a chain of named steps.

    `kind` is gradient, jacobian or hessian; a Hessian by one variable starts from its gradient. The first side is the
    derivative as a question, the last the result. Raises `NoRuleError` where a part has no derivative.
    """
    variables = _variables(wrt, kind)
    start = Derivative(body, variables, _style(body, variables))
    if sum(v.rank for v in variables) + body.rank > 2:
        return by_entries(body, variables)
    result = derivative(body, variables)
    try:
        lines = _stepwise(start, result)
    except DeriveError:
        lines = None
    if lines is None:
        lines = [(result, (), (sweep_words(start),))]
    return Chain(start, tuple(_step(line) for line in lines), result=True)


def _variables(wrt: Expr | Sequence[Expr], kind: str) -> tuple[Expr, ...]:
    given = (wrt,) if isinstance(wrt, Expr) else tuple(wrt)
    if kind not in ("gradient", "jacobian", "hessian"):
        raise UsageError(f"{kind!r} is no kind of derivative: gradient, jacobian or hessian")
    return given * 2 if kind == "hessian" and len(given) == 1 else given


def _style(body: Expr, variables: Sequence[Expr]) -> str:
    """Nabla for gradients and Hessians by arrays, d/dt for one scalar by another, else partial."""
    if body.shape:
        return "partial" if any(v.shape for v in variables) else "d"
    return "nabla" if all(v.shape for v in variables) else "d" if len(variables) == 1 else "partial"


def by_entries(body: Expr, variables: Sequence[Expr]) -> Chain:
    """A derivative with more than two axes, in index notation: one step."""
    found = entries(body, variables)
    words = sweep_words(Derivative(body, tuple(variables)))
    return Chain(found.claim, (_step((found.value, (), (words,))),), result=True)


def _step(line: Line) -> Step:
    expr, names, words = line
    names = tuple(name for name in names if name in RULES)
    return Step("=", expr, Reason("; ".join(words), "; ".join(names)), made_by_engine=True)


def _stepwise(start: Derivative, result: Expr) -> list[Line] | None:
    """The lines after the question, None when the way is not found or does not end at the proved result."""
    lines: list[Line] = []
    current: Expr = start
    if len(start.wrt) == 2:
        opened = _first_of_two(start)
        if opened is None:
            return None
        lines.append((opened, ("gradient first",), ("differentiate the gradient",)))
        current = opened
    elif len(start.wrt) > 2:
        return None
    rest = steps_from(current)
    if rest is None:
        return None
    lines.extend(rest)
    return _ended(start, lines, lines[-1][0], result) if lines else None


def steps_from(current: Expr) -> list[Line] | None:
    """The lines that carry out every derivative in a formula and tidy it; None when the rules get stuck."""
    lines: list[Line] = []
    for _ in range(MOST_ADVANCES):
        if not first_derivatives(current):
            break
        line = _next(current)
        if line is None:
            return None
        lines.append(line)
        current = line[0]
    else:
        return None
    lines.extend((expr, (rule.name,), (rule.words,)) for expr, rule in tidied(current))
    return lines


def _ended(start: Expr, lines: list[Line], current: Expr, result: Expr) -> list[Line] | None:
    """The lines to the result, if their end is proved equal to it."""
    if current != result and not proved(current, "=", result):
        return None
    return compressed(start, arriving(lines, result))


def _first_of_two(start: Derivative) -> Expr | None:
    """The derivative of the gradient, d/dx of the worked first derivative."""
    first = worked(start.body, start.wrt[:1]).steps[-1].rhs
    if not isinstance(first, Expr):
        return None
    found = der(first, start.wrt[1])
    return found if found.shape == start.shape else None


def _next(current: Expr) -> Line | None:
    """Every derivative one rule further; one that the rules cannot finish goes to the reverse sweep."""
    known: dict[Expr, Expr] = {}
    words: dict[str, None] = {}
    for d in first_derivatives(current):
        if _finishes(d):
            continue
        value = sweep(d)
        if value is None:
            return None
        known[d] = value
        words[sweep_words(d)] = None
    if known:
        return replaced(current, known), ("reverse accumulation",), tuple(words)
    move = advance(current)
    return None if move is None else (move.result, _names(move.rules), move.words)


def _finishes(node: Derivative) -> bool:
    """Whether the rules reach an end, or at least the next named quantity."""
    current: Expr = node
    for _ in range(MOST_ADVANCES):
        if not first_derivatives(current):
            return True
        move = advance(current)
        if move is None:
            return False
        if any(rule.name == "backward recursion" for rule in move.rules):
            return True
        current = move.result
    return False


def _names(rules: Sequence[Rule]) -> tuple[str, ...]:
    return tuple(rule.name for rule in rules)


def compressed(start: Expr, lines: list[Line]) -> list[Line]:
    """At most eight lines: neighbours of one rule, then the shortest reasons, are joined."""
    kept: list[Line] = []
    for line in lines:
        if kept and kept[-1][1:] == line[1:] and line[1] != ("backward recursion",):
            kept[-1] = line
        elif line[0] != (kept[-1][0] if kept else start):
            kept.append(line)
    while len(kept) > MOST_STEPS:
        position = min(range(len(kept) - 1), key=lambda i: len(kept[i][1]) + len(kept[i + 1][1]))
        (_, a, x), (expr, b, y) = kept[position], kept[position + 1]
        kept[position : position + 2] = [
            (expr, tuple(dict.fromkeys((*a, *b))), tuple(dict.fromkeys((*x, *y))))
        ]
    return kept
