"""The shape rules of the table of functions: name, shapes of the arguments and parameters to a shape, or None."""

from __future__ import annotations

from typing import Any

from derive.expr.sizes import ONE, Shape, normal


def same(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return s[0] if all(shape == s[0] for shape in s) else None


def scalar_or_same(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    arrays = [shape for shape in s if shape]
    return (arrays[0] if arrays else ()) if all(a == arrays[0] for a in arrays) else None


def power_like(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return s[0] if not s[1] or s[1] == s[0] else None


def to_scalar(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return ()


def square_scalar(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return () if not s[0] or (len(s[0]) == 2 and s[0][0] == s[0][1]) else None


def square(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return s[0] if not s[0] or (len(s[0]) == 2 and s[0][0] == s[0][1]) else None


def vector_scalar(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return () if len(s[0]) == 1 or (len(s[0]) == 2 and s[0][0] == ONE) else None


def equal_scalar(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return () if s[0] == s[1] else None


def outer(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return normal((s[0][0], s[1][0])) if len(s[0]) == 1 and len(s[1]) == 1 else None


def diag(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return (s[0][-1], s[0][-1]) if len(s[0]) == 1 or (len(s[0]) == 2 and s[0][0] == ONE) else None


def diagonal(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return s[0][:1] if len(s[0]) == 2 and s[0][0] == s[0][1] else None


def kronecker(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    if any(len(shape) > 2 for shape in s):
        return None
    a, b = (((*shape, ONE, ONE))[:2] if len(shape) < 2 else shape for shape in s)
    return normal((a[0] * b[0], a[1] * b[1]))


def vec(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return normal((s[0][0] * s[0][1],)) if len(s[0]) == 2 else s[0] if len(s[0]) < 2 else None


def broadcast(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    target: Shape = tuple(params)
    fits = not s[0] or (len(s[0]) == 1 and len(target) == 2 and s[0][0] == target[1])
    return target if fits or s[0] == target else None


def by_rows(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return s[0] if len(s[0]) in (1, 2) else None


def row_scalar(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return s[0][:-1] if len(s[0]) == 1 else (s[0][:1] if len(s[0]) == 2 else None)


def all_scalars(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return () if not any(s) else None


def unit(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return tuple(params) if not s[0] else None


def eigenvalues(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return s[0][:1] if len(s[0]) == 2 and s[0][0] == s[0][1] else None


def eigenprojector(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    square = len(s[0]) == 2 and s[0][0] == s[0][1]
    return s[0] if square and s[1] == () else None


def matrix_scalar(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return () if len(s[0]) == 2 else None


def matrix_same(_: str, s: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape | None:
    return s[0] if len(s[0]) == 2 else None
