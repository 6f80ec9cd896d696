"""Bound indices kept apart from the index of the variable: in dL/dw_j a sum over j inside L is over another j."""

from __future__ import annotations

from derive.expr.nodes import Expr, Index, Reduce
from derive.expr.walk import bound_indices, free_indices, size_names, substitute, symbols
from derive.rules.reach import depends

LETTERS = "klmijrsabcpquvw"


def apart(body: Expr, x: Expr) -> Expr:
    """A sum whose index is also a free index of x, with another letter for the bound one; else as it stands."""
    if not isinstance(body, Reduce):
        return body
    clashing = [i for i in body.indices if i in free_indices(x)]
    for i in clashing:
        if i in bound_indices(body.body):
            return body
        fresh = Index(_letter(body, x), i.lower, i.upper)
        swap: dict[Expr, Expr] = {i: fresh}
        body = Reduce(
            body.kind,
            tuple(fresh if k == i else k for k in body.indices),
            substitute(body.body, swap),
            tuple(substitute(w, swap) for w in body.where),
            body.written,
        )
    return body


def _letter(body: Expr, x: Expr) -> str:
    taken = {
        i.name: None for root in (body, x) for i in (*free_indices(root), *bound_indices(root))
    }
    taken.update({s.name: None for s in (*symbols(body), *symbols(x))})
    taken.update(dict.fromkeys((*size_names(body), *size_names(x))))
    return next((letter for letter in LETTERS if letter not in taken), "k'")


def sums_fixed(body: Reduce, x: Expr) -> bool:
    """Whether the derivative by x may go inside the sum: its range is fixed, and it binds no index of x."""
    fixed = not any(depends(w, x) for w in body.where)
    return body.kind == "sum" and fixed and not any(i in free_indices(x) for i in body.indices)
