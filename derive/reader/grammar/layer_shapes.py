r"""Shapes of layers: after `W^{(l)} \in \mathbb{R}^{n_l \times n_{l-1}}` the next one has `n_{l+1} \times n_l`."""

from __future__ import annotations

import re
from dataclasses import replace

from derive.expr.sizes import Shape, Size
from derive.reader.grammar.table import Name, Table

_LABEL = re.compile(r"\((\\ell|[A-Za-z]|\d+)([+-]\d+)?\)$")
_SIZE = re.compile(r"(.+?)([_^])(?:\{(.+)\}|(\\ell|[a-z]))$")
_PLACE = re.compile(r"(\(?)(\\ell|[a-z])([+-]\d+)?(\)?)$")


def layer_shape(table: Table, key: Name) -> Shape | None:
    """The shape of a name at a layer when it is declared at another one; None when it is not."""
    target = _LABEL.match(key.sup)
    if target is None:
        return None
    for name, entry in table.entries.items():
        given = _LABEL.match(name.sup)
        alike = replace(name, sup="") == replace(key, sup="") and name != key
        known = entry.kind == "variable" and entry.sizes and not entry.family and not entry.assumed
        if alike and known and given is not None and given[1] in table.labels.above:
            assert entry.sizes is not None
            letter, offset = given[1], int(given[2] or 0)
            return tuple(_shifted(table, size, letter, offset, target) for size in entry.sizes)
    return None


def among_arrays(table: Table, key: Name) -> bool:
    """Whether a name belongs to a layer of a network with declared arrays: its units are a vector then."""
    return _LABEL.match(key.sup) is not None and any(
        entry.kind == "variable" and bool(entry.sizes) and not entry.family and not entry.assumed
        for name, entry in table.entries.items()
        if (given := _LABEL.match(name.sup)) is not None and given[1] in table.labels.above
    )


def _shifted(table: Table, size: Size, letter: str, offset: int, target: re.Match[str]) -> Size:
    """A size with its layers counted from another one."""
    total = Size.of(0)
    for monomial, coefficient in size.terms:
        part = Size.of(coefficient)
        for name in monomial:
            part = part * _named(table, name, letter, offset, target)
        total = total + part
    return total


def _named(table: Table, name: str, letter: str, offset: int, target: re.Match[str]) -> Size:
    found = _SIZE.match(name)
    place = _PLACE.match(found[3] or found[4]) if found is not None else None
    if found is None or place is None or place[2] != letter:
        return Size.of(name)
    away = int(place[3] or 0) - offset + int(target[2] or 0)
    counted = target[1].isdigit()
    label = str(int(target[1]) + away) if counted else target[1] + (f"{away:+d}" if away else "")
    script = f"{place[1]}{label}{place[4]}"
    sub, sup = (script, "") if found[2] == "_" else ("", script)
    return table.size(Name(found[1], sub=sub, sup=sup))
