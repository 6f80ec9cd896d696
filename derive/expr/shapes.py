"""Shape rules of the nodes; every error names both sides, their shapes and, where one is found, the fix."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from derive.errors import ShapeError
from derive.expr.sizes import ONE, Shape, normal, shape_text

if TYPE_CHECKING:
    from derive.expr.nodes import Call, Expr, Index, Item

Plan = Any  # a factor's position, or a pair of plans


def described(node: Expr) -> str:
    """`X w (n)`: an expression and its shape, for messages."""
    return f"{node!r} ({shape_text(node.shape)})"


def sum_shape(terms: tuple[Expr, ...]) -> Shape:
    """The common shape of all terms."""
    if not terms:
        raise ShapeError("a sum needs at least one term, got 0")
    first = terms[0]
    for term in terms[1:]:
        if term.shape != first.shape:
            hint = _transpose_hint(first, term)
            raise ShapeError(
                f"cannot add {described(first)} and {described(term)}: the shapes differ{hint}"
            )
    return first.shape


def _transpose_hint(first: Expr, other: Expr) -> str:
    if len(other.shape) in (1, 2) and transposed(other.shape) == first.shape:
        return f"; did you mean ({other!r})^T?"
    return ""


def transposed(shape: Shape) -> Shape:
    """The shape of the transpose."""
    if not shape:
        return shape
    return normal((ONE, shape[0]) if len(shape) == 1 else (shape[1], shape[0]))


def transpose_shape(operand: Expr) -> Shape:
    """Only scalars, vectors and matrices have a transpose."""
    if len(operand.shape) > 2:
        raise ShapeError(
            f"{described(operand)} has {len(operand.shape)} axes: a transpose needs at most 2"
        )
    return transposed(operand.shape)


def pair_shape(left: Shape, right: Shape) -> Shape | None:
    """The shape of a product of two factors, None when they do not fit. (m x n)(n x k), scalar times anything."""
    if not left or not right:
        return left or right
    if len(left) > 2 or len(right) > 2:
        return None
    rows, inner = (left[0], ONE) if len(left) == 1 else left
    other, columns = (right[0], ONE) if len(right) == 1 else right
    return normal((rows, columns)) if inner == other else None


@lru_cache(maxsize=65536)
def product_plan(factors: tuple[Shape, ...]) -> tuple[Plan, Shape] | None:
    """How to multiply the factors: a nested pair of positions and the shape; None when no grouping fits.

    From left to right if that fits (`A x`, `a x^T b`); else the first grouping that does (`M w^T S
    w` is `M (w^T S w)`). All groupings that fit give the same value, since scalars commute and
    matrix products are associative.
    """
    plan: Plan = 0
    shape = factors[0]
    for position, right in enumerate(factors[1:], start=1):
        next_shape = pair_shape(shape, right)
        if next_shape is None:
            return _grouped(factors)
        plan, shape = (plan, position), next_shape
    return plan, shape


def _grouped(factors: tuple[Shape, ...]) -> tuple[Plan, Shape] | None:
    """Interval dynamic programme over groupings; the outermost split as far right as possible."""
    count = len(factors)
    table: dict[tuple[int, int], tuple[Plan, Shape] | None] = {
        (i, i): (i, factors[i]) for i in range(count)
    }
    for width in range(1, count):
        for start in range(count - width):
            end, found = start + width, None
            for split in range(end - 1, start - 1, -1):
                left, right = table[start, split], table[split + 1, end]
                if left is None or right is None:
                    continue
                shape = pair_shape(left[1], right[1])
                if shape is not None:
                    found = ((left[0], right[0]), shape)
                    break
            table[start, end] = found
    return table[0, count - 1]


def product_shape(factors: tuple[Expr, ...]) -> Shape:
    """The shape of juxtaposed factors, or an error that names the pair that does not fit."""
    if len(factors) < 2:
        raise ShapeError(f"a product needs at least two factors, got {len(factors)}")
    found = product_plan(tuple(f.shape for f in factors))
    if found is not None:
        return found[1]
    raise _product_error(factors)


def _product_error(factors: tuple[Expr, ...]) -> ShapeError:
    shape: Shape | None = factors[0].shape
    for position in range(1, len(factors)):
        right = factors[position]
        left_shape = shape
        shape = pair_shape(left_shape or (), right.shape)
        if shape is not None:
            continue
        left = " ".join(_factor(f) for f in factors[:position])
        text = f"cannot multiply {left} ({shape_text(left_shape or ())}) by {described(right)}"
        if len(left_shape or ()) > 2 or len(right.shape) > 2:
            return ShapeError(text + ": products need at most 2 axes; use index notation")
        inner = (left_shape or (ONE,))[-1] if len(left_shape or ()) == 2 else ONE
        text += f": inner sizes {inner} and {right.shape[0]} differ"
        return ShapeError(text + _product_hint(factors, position))
    return ShapeError(f"cannot multiply {factors!r}")


def _factor(node: Expr) -> str:
    from derive.expr.plain import plain_factor

    return plain_factor(node)


def _product_hint(factors: tuple[Expr, ...], position: int) -> str:
    """`; did you mean ...?` with one transpose that makes the whole product fit."""
    listed = [f.shape for f in factors]
    for place in (position - 1, position):
        if len(listed[place]) not in (1, 2):
            continue
        trial = list(listed)
        trial[place] = transposed(listed[place])
        if trial[place] != listed[place] and product_plan(tuple(trial)) is not None:
            parts = [_factor(f) + ("^T" if i == place else "") for i, f in enumerate(factors)]
            return f"; did you mean {' '.join(parts)}?"
    return ""


def power_shape(base: Expr, exponent: Expr) -> Shape:
    """A scalar power, or an integer power of a square matrix."""
    if exponent.shape:
        raise ShapeError(f"an exponent is a scalar, not {described(exponent)}")
    if not base.shape:
        return ()
    if len(base.shape) == 2 and base.shape[0] == base.shape[1]:
        return base.shape
    raise ShapeError(
        f"cannot raise {described(base)} to the power {exponent!r}: only scalars and square matrices have powers; "
        "an entrywise power is written hadamard_power"
    )


def block_shape(rows: tuple[tuple[Expr, ...], ...]) -> Shape:
    """The shape of a block matrix; sizes along each row and column of blocks must agree."""

    def two(node: Expr) -> Shape:
        return ((*node.shape, ONE, ONE))[:2] if len(node.shape) < 2 else node.shape

    if not rows or any(len(r) != len(rows[0]) for r in rows):
        raise ShapeError(
            f"the rows of a matrix have lengths {[len(r) for r in rows]}; they must agree"
        )
    height, width = two(rows[0][0])[0], two(rows[0][0])[1]
    for i, line in enumerate(rows):
        for j, block in enumerate(line):
            if two(block)[0] != two(line[0])[0] or two(block)[1] != two(rows[0][j])[1]:
                raise ShapeError(
                    f"block {i + 1}, {j + 1} of a matrix, {described(block)}, does not fit its neighbours"
                )
    for line in rows[1:]:
        height = height + two(line[0])[0]
    for block in rows[0][1:]:
        width = width + two(block)[1]
    return normal((height, width))


def call_shape(call: Call) -> Shape:
    """The result shape of a document's function; an elementwise one keeps its argument's shape."""
    function = call.function
    if len(call.args) != len(function.parameters):
        raise ShapeError(
            f"{function.name} takes {len(function.parameters)} arguments, got {len(call.args)}"
        )
    if function.elementwise and len(call.args) == 1:
        return call.args[0].shape
    for parameter, given in zip(function.parameters, call.args, strict=True):
        if parameter.shape != given.shape:
            raise ShapeError(
                f"{function.name} takes {parameter.name} ({shape_text(parameter.shape)}), got {described(given)}"
            )
    return function.shape


def item_shape(item: Item) -> Shape:
    """The axes that are kept (None). A kept axis of size 1 stays an axis."""
    base, indices = item.base, item.indices
    if len(indices) != len(base.shape):
        raise ShapeError(
            f"{described(base)} has {len(base.shape)} axes, but {len(indices)} indices were given"
        )
    for index in indices:
        if index is not None and index.shape:
            raise ShapeError(f"an index is a scalar, not {described(index)}")
    return tuple(size for size, index in zip(base.shape, indices, strict=True) if index is None)


def ranges_shape(indices: tuple[Index, ...]) -> Shape:
    """One axis for each index, as long as its range; raises `ShapeError` where a bound is not a size."""
    from derive.expr.build import as_size

    return tuple(as_size(i.upper) - as_size(i.lower) + 1 for i in indices)


def relation_shape(lhs: Expr, rhs: Expr) -> Shape:
    """Equal shapes, or a scalar on one side that is compared with every entry."""
    if lhs.shape and rhs.shape and lhs.shape != rhs.shape:
        raise ShapeError(
            f"cannot compare {described(lhs)} with {described(rhs)}: the shapes differ"
        )
    return lhs.shape or rhs.shape


def derivative_shape(body: Expr, wrt: tuple[Expr, ...]) -> Shape:
    """body.shape followed by the shape of each variable."""
    if not wrt:
        raise ShapeError(f"a derivative of {body!r} needs a variable")
    shape = body.shape
    for variable in wrt:
        shape = shape + variable.shape
    return shape


def expectation_shape(kind: str, args: tuple[Expr, ...]) -> Shape:
    """E keeps the shape; Var of a scalar is a scalar, Var and Cov of vectors are matrices."""
    if kind == "E":
        return args[0].shape
    first, last = args[0].shape, args[-1].shape
    if len(first) > 1 or len(last) > 1:
        raise ShapeError(f"{kind} needs scalars or vectors, not {described(args[0])}")
    return normal((first or (ONE,)) + (last or (ONE,)))
