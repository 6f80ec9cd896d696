"""The result of the derivative machine in one step, with an honest reason: the rules that the sweep went through."""

from __future__ import annotations

from derive.errors import DeriveError
from derive.expr.nodes import Apply, Call, Derivative, Expr, Item, Power, Product, Quotient, Reduce
from derive.expr.walk import post_order
from derive.rules.lift import is_elementwise
from derive.rules.reach import depends
from derive.tensor import derivative

#: function -> how its rule is called
CALLED = {
    "softmax": "softmax",
    "log_softmax": "log-softmax",
    "logsumexp": "log-sum-exp",
    "trace": "trace",
    "logdet": "log-determinant",
    "logabsdet": "log-determinant",
    "det": "determinant",
    "inverse": "inverse",
    "norm": "norm",
    "norm_frobenius": "norm",
    "hadamard": "entrywise product",
    "inner": "inner product",
    "eigenvalues": "eigenvalues",
}


def sweep(node: Derivative) -> Expr | None:
    """The derivative by the machine, None where it has no rule for a part."""
    try:
        return derivative(node.body, node.wrt)
    except DeriveError:
        return None


def sweep_words(node: Derivative) -> str:
    """`reverse accumulation: softmax, logarithm, sum over an index`; its own words for softmax with cross-entropy."""
    if is_cross_entropy(node.body, node.wrt[0]):
        return "softmax and cross-entropy: prediction minus target"
    found: dict[str, None] = {}
    for part in post_order(node.body, into_definitions=True):
        if not depends(part, node.wrt[0]):
            continue
        name = _called(part)
        if name:
            found[name] = None
    listed = ", ".join(reversed(found))
    return f"reverse accumulation: {listed}" if listed else "reverse accumulation"


def is_cross_entropy(body: Expr, x: Expr) -> bool:
    """Whether x enters through the logarithm of a softmax and in no other way (x: the logits)."""
    logs = [
        p
        for p in post_order(body, into_definitions=True)
        if isinstance(p, Apply) and p.function in ("log", "log_softmax") and depends(p, x)
    ]
    if not logs:
        return False
    logits = [
        p.args[0]
        for p in post_order(body, into_definitions=True)
        if isinstance(p, Apply) and p.function in ("softmax", "log_softmax") and depends(p, x)
    ]
    return len(logs) == 1 and logits == [x]


def _called(node: Expr) -> str:
    if isinstance(node, Apply):
        if node.function in CALLED:
            return CALLED[node.function]
        return f"chain rule for {node.function}" if is_elementwise(node) else ""
    if isinstance(node, Call):
        return "chain rule"
    if isinstance(node, Product):
        return "product rule"
    if isinstance(node, Quotient):
        return "quotient rule"
    if isinstance(node, Power):
        return "power rule"
    if isinstance(node, Reduce):
        return "sum over an index" if node.kind == "sum" else "product over an index"
    return "entries by index" if isinstance(node, Item) else ""
