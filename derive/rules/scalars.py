"""Rules of scalar functions and sums: logarithms, exponentials, sigmoid, softmax, splitting sums, Kronecker deltas."""

from __future__ import annotations

from derive.expr.facts import declared
from derive.expr.nodes import (
    Add,
    Apply,
    Cases,
    Constant,
    Expr,
    Indicator,
    Item,
    Neg,
    Power,
    Product,
    Quotient,
    Reduce,
    Relation,
    Symbol,
    as_expr,
)
from derive.expr.walk import bound_indices, free_indices, substitute
from derive.rules import forms
from derive.rules.algebra import is_call


def is_positive(node: Expr) -> bool:
    """Whether node > 0 follows from facts and form."""
    value = forms.constant_value(node)
    if value is not None:
        return value > 0
    if isinstance(node, Constant):
        return node.name in ("pi", "e", "eulergamma")
    if isinstance(node, Symbol):
        return declared(node.facts, "positive") is True
    if isinstance(node, Item):
        return not node.shape and isinstance(node.base, (Symbol, Apply)) and is_positive(node.base)
    if isinstance(node, Apply):
        if node.function in ("exp", "sigmoid", "softmax", "softplus"):
            return True
        inner = node.args[0]
        return node.function in ("det", "sqrt") and (
            is_positive(inner)
            or (isinstance(inner, Symbol) and declared(inner.facts, "pd") is True)
        )
    if isinstance(node, (Add, Product)):
        parts = node.terms if isinstance(node, Add) else node.factors
        return not node.shape and all(map(is_positive, parts)) and not any(p.shape for p in parts)
    if isinstance(node, Quotient):
        return is_positive(node.numerator) and is_positive(node.denominator)
    if isinstance(node, Power):
        return is_positive(node.base)
    return isinstance(node, Reduce) and node.kind in ("sum", "prod") and is_positive(node.body)


# ------------------------------------------------------------------------------------ logarithm and exponential


def _log(node: Expr) -> Expr:
    return Apply("log", (node,))


def log_of_product(node: Expr) -> Expr | None:
    """log(a b) = log a + log b and log prod_i a_i = sum_i log a_i for positive factors."""
    if not is_call(node, "log"):
        return None
    inner = node.args[0]
    if isinstance(inner, Product) and not inner.shape and all(map(is_positive, inner.factors)):
        return Add(tuple(_log(f) for f in inner.factors))
    if isinstance(inner, Reduce) and inner.kind == "prod" and is_positive(inner.body):
        return Reduce("sum", inner.indices, _log(inner.body), inner.where, inner.written)
    return None


def log_of_quotient(node: Expr) -> Expr | None:
    """log(a / b) = log a - log b for positive a and b."""
    if not is_call(node, "log") or not isinstance(node.args[0], Quotient):
        return None
    inner = node.args[0]
    if inner.shape or not (is_positive(inner.numerator) and is_positive(inner.denominator)):
        return None
    below = forms.negative(_log(inner.denominator))
    return below if forms.is_ones(inner.numerator) else Add((_log(inner.numerator), below))


def log_of_power(node: Expr) -> Expr | None:
    """log a^c = c log a for positive a."""
    if not is_call(node, "log") or not isinstance(node.args[0], Power):
        return None
    inner = node.args[0]
    if inner.base == Constant("e"):
        return inner.exponent
    return forms.times(inner.exponent, _log(inner.base)) if is_positive(inner.base) else None


def log_of_exponential(node: Expr) -> Expr | None:
    """log exp(x) = x."""
    if is_call(node, "log") and is_call(node.args[0], "exp"):
        return node.args[0].args[0]
    return None


def exp_of_log(node: Expr) -> Expr | None:
    """exp(log x) = x for positive x."""
    if is_call(node, "exp") and is_call(node.args[0], "log") and is_positive(node.args[0].args[0]):
        return node.args[0].args[0]
    return None


def exp_of_sum(node: Expr) -> Expr | None:
    """exp(a + b) = exp(a) exp(b)."""
    if not is_call(node, "exp") or node.shape:
        return None
    inner = node.args[0]
    if isinstance(inner, Add):
        return Product(tuple(Apply("exp", (t,)) for t in inner.terms))
    return None


def exp_of_index_sum(node: Expr) -> Expr | None:
    """exp(sum_i a_i) = prod_i exp(a_i)."""
    if not is_call(node, "exp") or node.shape:
        return None
    inner = node.args[0]
    if isinstance(inner, Reduce) and inner.kind == "sum":
        return Reduce(
            "prod", inner.indices, Apply("exp", (inner.body,)), inner.where, inner.written
        )
    return None


# ------------------------------------------------------------------------------------------ sigmoid and softmax


def sigmoid_symmetry(node: Expr) -> Expr | None:
    """1 - sigma(x) = sigma(-x)."""
    if not isinstance(node, Add) or len(node.terms) != 2:
        return None
    one, other = node.terms
    if forms.is_ones(one) and isinstance(other, Neg) and is_call(other.operand, "sigmoid"):
        return Apply("sigmoid", (forms.negative(other.operand.args[0]),))
    return None


def sigmoid_definition(node: Expr) -> Expr | None:
    """sigma(x) = 1 / (1 + exp(-x))."""
    if not is_call(node, "sigmoid") or node.shape:
        return None
    inner = node.args[0]
    return Quotient(as_expr(1), Add((as_expr(1), Apply("exp", (forms.negative(inner),)))))


def softplus_definition(node: Expr) -> Expr | None:
    """softplus(x) = log(1 + exp(x))."""
    if not is_call(node, "softplus") or node.shape:
        return None
    return _log(Add((as_expr(1), Apply("exp", node.args))))


def log_of_softmax(node: Expr) -> Expr | None:
    """log softmax(z)_k = z_k - logsumexp(z)."""
    if is_call(node, "log") and isinstance(node.args[0], Item) and not node.shape:
        entry = node.args[0]
        base = entry.base.definition if isinstance(entry.base, Symbol) else entry.base
        if base is not None and is_call(base, "softmax") and base.rank == 1:
            z = base.args[0]
            return Add((Item(z, entry.indices), Neg(Apply("logsumexp", (z,)))))
        if base is not None and is_call(base, "softmax") and base.rank == 2:
            z = base.args[0]
            row = Item(z, (entry.indices[0], None))
            return Add((Item(z, entry.indices), Neg(Apply("logsumexp", (row,)))))
    return None


def softmax_definition(node: Expr) -> Expr | None:
    """softmax(z)_k = exp(z_k) / (1^T exp(z))."""
    if isinstance(node, Item) and is_call(node.base, "softmax") and node.base.rank == 1:
        z = node.base.args[0]
        total = Apply("sum", (Apply("exp", (z,)),))
        return Quotient(Apply("exp", (Item(z, node.indices),)), total)
    return None


# ------------------------------------------------------------------------------------------------- sums


def split_sum(node: Expr) -> Expr | None:
    """sum_i (a_i + b_i) = sum_i a_i + sum_i b_i."""
    if not isinstance(node, Reduce) or node.kind != "sum":
        return None
    if isinstance(node.body, Add):
        parts = [
            Reduce("sum", node.indices, t, node.where, node.written)
            for t in map(_unsigned, node.body.terms)
        ]
        signed = [
            forms.negative(p) if isinstance(t, Neg) else p
            for p, t in zip(parts, node.body.terms, strict=True)
        ]
        return forms.total(signed, node.shape)
    if isinstance(node.body, Neg):
        inner = Reduce("sum", node.indices, node.body.operand, node.where, node.written)
        return forms.negative(inner)
    return None


def _unsigned(node: Expr) -> Expr:
    return node.operand if isinstance(node, Neg) else node


def constant_sum(node: Expr) -> Expr | None:
    """sum_{i=1}^n c = n c."""
    if not isinstance(node, Reduce) or node.kind != "sum" or node.where:
        return None
    free = free_indices(node.body)
    count = forms.UNIT
    for i in node.indices:
        if i in free or forms.constant_value(i.lower) != 1:
            return None
        count = forms.times(count, i.upper)
    return forms.times(count, node.body)


def kronecker(node: Expr) -> Expr | None:
    """sum_j delta_{ij} a_j = a_i, for an i in the range of j."""
    if not isinstance(node, Reduce) or node.kind != "sum" or node.where:
        return None
    split = forms.term(node.body)
    for factor in split.numerators:
        if not is_call(factor, "kronecker_delta"):
            continue
        a, b = factor.args
        for bound, other in ((a, b), (b, a)):
            if bound in node.indices and other not in node.indices and _same_range(bound, other):
                top = tuple(f for f in split.numerators if f is not factor)
                rest = forms.assembled(
                    forms.Term(split.coefficient, top, split.denominators, split.core)
                )
                if other in bound_indices(rest):
                    return None
                left = tuple(i for i in node.indices if i != bound)
                body = substitute(rest, {bound: other})
                return Reduce("sum", left, body, (), node.written) if left else body
    return None


def _same_range(a: Expr, b: Expr) -> bool:
    return all(getattr(a, k, None) == getattr(b, k, 0) for k in ("lower", "upper"))


def kronecker_square(node: Expr) -> Expr | None:
    """delta_{ij} a_j = delta_{ij} a_i."""
    if not isinstance(node, Product):
        return None
    for factor in node.factors:
        if is_call(factor, "kronecker_delta"):
            i, j = factor.args
            if any(k in bound_indices(node) for k in (i, j)):
                return None
            rest = [f if f is factor else substitute(f, {j: i}) for f in node.factors]
            made = Product(tuple(rest), node.dot)
            return None if made == node else made
    return None


# ------------------------------------------------------------------------------------------- distributing


def distribute(node: Expr) -> Expr | None:
    """A (B + C) = A B + A C."""
    if isinstance(node, Neg) and isinstance(node.operand, Add):
        return forms.total([forms.negative(t) for t in node.operand.terms], node.shape)
    if isinstance(node, Quotient) and isinstance(node.numerator, Add):
        return forms.total(
            [forms.divided(t, node.denominator) for t in node.numerator.terms], node.shape
        )
    if isinstance(node, Power) and not node.shape:
        return None
    if not isinstance(node, Product):
        return None
    for position, factor in enumerate(node.factors):
        if isinstance(factor, Add):
            before, after = node.factors[:position], node.factors[position + 1 :]
            return forms.total([_put(before, t, after) for t in factor.terms], node.shape)
    return None


def _put(before: tuple[Expr, ...], t: Expr, after: tuple[Expr, ...]) -> Expr:
    made = forms.times(*before, t, *after)
    again = distribute(made)
    return made if again is None else again


def entrywise_distribute(node: Expr) -> Expr | None:
    """a o (b + c) = a o b + a o c."""
    if not is_call(node, "hadamard"):
        return None
    args = node.args
    for position, factor in enumerate(args):
        if isinstance(factor, Add):
            made = [
                forms.entrywise(*args[:position], t, *args[position + 1 :]) for t in factor.terms
            ]
            return forms.total(made, node.shape)
    return None


def diag_times_vector(node: Expr) -> Expr | None:
    """diag(a) b = a o b."""
    if isinstance(node, Product):
        made = forms.times(*node.factors)
        return made if made != node and any(is_call(f, "diag") for f in node.factors) else None
    return None


def power_of_power(node: Expr) -> Expr | None:
    """a^b a^c = a^(b + c) for integers b and c."""
    if not isinstance(node, Product) or node.shape:
        return None
    made = forms.times(*node.factors)
    return made if made != node and len(repr(made)) < len(repr(node)) else None


def indicator_as_cases(node: Expr) -> Expr | None:
    """[c] = 1 if c, else 0."""
    if isinstance(node, Indicator) and not node.shape and isinstance(node.condition, Relation):
        return Cases(((as_expr(1), node.condition),), forms.ZERO)
    return None
