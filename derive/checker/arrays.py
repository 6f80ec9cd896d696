"""What the kernels share: the layout of arrays, and every primitive that only moves entries about.

Every value has the axes `(..., P, T, *core)`: P points, T tuples of index values (1 where it does not depend on
them), and the
axes of the expression's shape. Axes before P hold directions of differentiation. `xp` is the array module of
the kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derive.errors import EvaluationError

Array = Any

#: the most entries that one array may have
LARGEST = 4_000_000


class ArrayKernel:
    """Structural primitives over one array module; arithmetic is added by each kernel."""

    xp: Any
    #: the most points x index tuples x directions that are evaluated at once
    most_work = 4_000_000
    #: whether a point outside a range may be marked as undefined (JAX takes the nearest entry instead)
    marks_undefined = True

    def expand(self, a: Array, axis: int) -> Array:
        if axis == -1:
            return a[..., None]
        return a[..., None, :] if axis == -2 else self.xp.expand_dims(a, axis)

    def squeeze(self, a: Array, axis: int) -> Array:
        return self.xp.squeeze(a, axis)

    def size(self, a: Array, axis: int) -> int:
        return int(a.shape[axis])

    def transpose(self, a: Array) -> Array:
        return self.xp.swapaxes(a, -1, -2)

    def reshape(self, a: Array, rank: int, shape: tuple[int, ...]) -> Array:
        lead = a.shape[: a.ndim - rank]
        return self.xp.reshape(a, (*lead, *shape))

    def diagonal(self, a: Array) -> Array:
        return self.xp.diagonal(a, axis1=-2, axis2=-1)

    def check_size(self, shape: Sequence[int]) -> None:
        """Refuses an array that is too large, before it is made."""
        total = 1
        for length in shape:
            total *= max(int(length), 1)
        if total > LARGEST:
            raise EvaluationError(f"an array of {total} entries is too large to check")

    def undefined(self) -> Array:
        """The value that marks a missing one."""
        raise NotImplementedError

    def lift(self, a: Array, rank: int, parents: Any) -> Array:
        """To the tuples of an inner index: entry t of the result is entry `parents[t]` of the tuple axis."""
        axis = a.ndim - rank - 1
        if axis < 0 or a.shape[axis] == 1:
            return a
        return self.pick(a, parents, axis)

    def spread_tuples(self, a: Array, rank: int, count: int) -> Array:
        """With the points and tuple axes present, the latter of length `count`."""
        a = self.xp.asarray(a)
        if a.ndim < rank + 2:
            a = self.xp.reshape(a, (1,) * (rank + 2 - a.ndim) + a.shape)
        axis = a.ndim - rank - 1
        if a.shape[axis] == count:
            return a
        return self.xp.broadcast_to(a, (*a.shape[:axis], count, *a.shape[axis + 1 :]))

    def gather(self, a: Array, rank: int, axes: Sequence[int], index: Any, tuples: int) -> Array:
        """Entries along `axes` of the core at the integer arrays `index` (shape (P or 1, T or 1), from 0)."""
        xp = self.xp
        a = self.spread_tuples(a, rank, a.shape[-rank - 1] if a.ndim > rank else 1)
        lead = a.ndim - rank
        kept = [lead + i for i in range(rank) if i not in axes]
        a = xp.transpose(a, (*range(lead), *(lead + i for i in axes), *kept))
        lengths = a.shape[lead : lead + len(axes)]
        a = xp.reshape(a, (*a.shape[:lead], -1, *a.shape[lead + len(axes) :]))
        import numpy as np

        flat, valid = np.zeros((1, 1), dtype=np.int64), np.ones((1, 1), dtype=bool)
        for one, length in zip(index, lengths, strict=True):
            valid = valid & (one >= 0) & (one < length)
            flat = flat * length + np.clip(one, 0, max(length - 1, 0))
        if not np.prod(lengths):
            return self._all_undefined(a, lead)
        points, count = flat.shape
        t = np.zeros(1, dtype=np.int64)
        if a.shape[lead - 1] > 1:
            count = max(count, a.shape[lead - 1])
            t = np.arange(count)
        if points == 1:
            chosen_row = np.broadcast_to(flat[0], (count,))
            if self.traces(a):
                return self.pick_rows(a, chosen_row, lead, int(np.prod(lengths)))
            row = np.broadcast_to(flat[0], (count,)) if count > 1 else flat[0]
            a = a[(..., np.broadcast_to(t, row.shape), row) + (slice(None),) * len(kept)]
        else:
            p = np.arange(points)[:, None] if a.shape[lead - 2] > 1 else np.zeros((1, 1), int)
            chosen = np.broadcast_arrays(p, t[None, :], flat)
            a = a[(..., *chosen) + (slice(None),) * len(kept)]
        if self.marks_undefined and not valid.all():
            mask = valid.reshape(valid.shape + (1,) * len(kept))
            a = self.mask(mask, a)
        return a

    def shift(self, a: Array) -> Array:
        """The largest entry along the last axis, as a constant."""
        return self.xp.max(a, axis=-1)

    def traces(self, a: Array) -> bool:
        """Whether `a` is a traced value, for which entries are picked by products with zeros and ones."""
        return False

    def pick(self, a: Array, positions: Any, axis: int) -> Array:
        """The entries at integer positions along one axis."""
        return self.xp.take(a, positions, axis=axis)

    def pick_rows(self, a: Array, positions: Any, lead: int, count: int) -> Array:
        """Entry `positions[t]` of the axis `lead` of `a` for each tuple t of the axis before it."""
        raise NotImplementedError

    def _all_undefined(self, a: Array, lead: int) -> Array:
        shape = (*a.shape[:lead], *a.shape[lead + 1 :])
        return self.xp.broadcast_to(self.xp.asarray(self.undefined()), shape)

    def mask(self, valid: Any, a: Array) -> Array:
        """`a` where `valid` (a NumPy array of booleans), undefined elsewhere."""
        return self.xp.where(valid, a, self.undefined())

    def take(self, a: Array, position: int, axis: int) -> Array:
        """One entry along a core axis (negative)."""
        return self.xp.take(a, position, axis=axis)

    def number(self, numerator: int, denominator: int = 1) -> Array:
        """An exact rational as a scalar."""
        raise NotImplementedError

    def segments(self, a: Array, rank: int, table: Any, neutral: int) -> Array:
        """Tuples grouped for a reduction: `(..., P, T', *core)` to `(..., P, T, N, *core)`.

        `table` is (T, N): positions of the members of each group, -1 for a place that is filled with `neutral`.
        """
        xp = self.xp
        axis = a.ndim - rank - 1
        if (table < 0).any():
            filler = xp.broadcast_to(
                self.number(neutral), (*a.shape[:axis], 1, *a.shape[axis + 1 :])
            )
            a = xp.concatenate([a, filler], axis=axis)
        flat = table.reshape(-1)
        in_order = len(flat) == a.shape[axis] and (flat[:-1] + 1 == flat[1:]).all()
        moved = a if in_order else self.pick(a, flat, axis)
        return xp.reshape(moved, (*a.shape[:axis], *table.shape, *a.shape[axis + 1 :]))

    def concatenate(self, parts: Sequence[Array], axis: int, rank: int) -> Array:
        """Along a core axis (negative); leading axes are broadcast to each other."""
        xp = self.xp
        import numpy as np

        lead = np.broadcast_shapes(*(p.shape[: p.ndim - rank] for p in parts))
        full = [xp.broadcast_to(p, (*lead, *p.shape[p.ndim - rank :])) for p in parts]
        return xp.concatenate(full, axis=axis)

    def permute(self, a: Array, order: Sequence[int]) -> Array:
        """The core axes in another order."""
        lead = a.ndim - len(order)
        return self.xp.transpose(a, (*range(lead), *(lead + i for i in order)))

    def sum_axis(self, a: Array, axis: int) -> Array:
        """Sum along one axis (negative); NumPy's `sum` of an empty object axis is 0."""
        return self.xp.sum(a, axis=axis)

    def directions_last(self, a: Array, shape: tuple[int, ...]) -> Array:
        """The first axis (directions) to the end, split into the axes of the variable."""
        xp = self.xp
        moved = xp.moveaxis(a, 0, -1)
        return xp.reshape(moved, (*moved.shape[:-1], *shape))

    def fold_axis(self, a: Array, axis: int, combine: Any) -> Array:
        """Entries along one axis combined from first to last."""
        xp = self.xp
        result = xp.take(a, 0, axis=axis)
        for position in range(1, a.shape[axis]):
            result = combine(result, xp.take(a, position, axis=axis))
        return result
