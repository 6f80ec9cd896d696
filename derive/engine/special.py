"""Rules about a whole side, which no rewriting of one node says: definitions, reading off a gradient, a sweep."""

from __future__ import annotations

from collections.abc import Callable

from derive.engine.differentials import by_differential
from derive.engine.proof import proved
from derive.engine.stepper import first_derivatives, replaced
from derive.engine.sweep import sweep
from derive.engine.tidying import CLOSED, everywhere
from derive.errors import DeriveError
from derive.expr.nodes import Derivative, Expr, Symbol
from derive.expr.walk import inline, post_order
from derive.rules.algebra import inverse_cancels
from derive.rules.canonical import canonical
from derive.rules.tidy import symmetric
from derive.tensor import derivative

MOST_DEFINITIONS = 40


def unfolded(root: Expr) -> Expr:
    """Definitions put in, unless there are many of them; not where a named quantity may be a variable."""
    if any(isinstance(node, CLOSED) for node in post_order(root, into_definitions=True)):
        return root
    named = [
        s
        for s in post_order(root, into_definitions=True)
        if isinstance(s, Symbol) and s.definition is not None
    ]
    return inline(root) if 0 < len(named) <= MOST_DEFINITIONS else root


def by_definition(lhs: Expr, rhs: Expr) -> bool:
    """Definitions put in on both sides give one formula, and there was something to put in."""
    a, b = unfolded(lhs), unfolded(rhs)
    return (a != lhs or b != rhs) and canonical(a) == canonical(b)


def identified(lhs: Expr, rhs: Expr) -> bool:
    """The gradient read off from df = tr(G^T dX) is the right side."""
    if not isinstance(lhs, Derivative) or len(lhs.wrt) != 1 or lhs.body.shape:
        return False
    x = lhs.wrt[0]
    found = by_differential(lhs.body, x) if isinstance(x, Symbol) and x.shape else None
    if found is None:
        return False
    gradient = found[1].steps[0].rhs
    return isinstance(gradient, Expr) and proved(gradient, "=", rhs)


def of_the_gradient(lhs: Expr, rhs: Expr) -> bool:
    """d^2 f / dx dy = d(grad_x f) / dy."""
    if not (isinstance(lhs, Derivative) and isinstance(rhs, Derivative)):
        return False
    if len(lhs.wrt) != 2 or rhs.wrt != lhs.wrt[1:]:
        return False
    try:
        first = derivative(lhs.body, lhs.wrt[:1])
    except DeriveError:
        return False
    return proved(rhs.body, "=", first)


def swept(lhs: Expr, rhs: Expr) -> bool:
    """Every derivative of a side carried out by the reverse sweep gives the other side."""
    left, right = _carried_out(lhs), _carried_out(rhs)
    if left is None or right is None or (left == lhs and right == rhs):
        return False
    return proved(left, "=", right)


def _carried_out(root: Expr) -> Expr | None:
    mapping: dict[Expr, Expr] = {}
    for node in first_derivatives(root):
        value = sweep(node)
        if value is None:
            return None
        mapping[node] = value
    return replaced(root, mapping) if mapping else root


def completed_square(lhs: Expr, rhs: Expr) -> bool:
    """Both sides multiplied out are one formula, where inverses cancel and S^T = S."""
    ends = [canonical(_cancelled(canonical(side, True)), True) for side in (lhs, rhs)]
    return ends[0] == ends[1] and canonical(lhs) != canonical(rhs)


def _cancelled(node: Expr) -> Expr:
    for _ in range(3):
        node = everywhere(everywhere(node, symmetric), inverse_cancels)
    return node


Special = Callable[[Expr, Expr], bool]

SPECIAL: dict[str, Special] = {
    "definition": by_definition,
    "insert the definition": by_definition,
    "by definition": by_definition,
    "identify the gradient": identified,
    "read off the gradient": identified,
    "the hessian is the jacobian of the gradient": of_the_gradient,
    "differentiate the gradient": of_the_gradient,
    "reverse accumulation": swept,
    "gradient of the cross entropy in the logits": swept,
    "softmax and cross entropy": swept,
    "completing the square": completed_square,
}


def special_rule(text: str) -> Special | None:
    """The check of a rule about a whole side, None for the rules of the tables."""
    return SPECIAL.get(" ".join(text.lower().replace("-", " ").split()))
