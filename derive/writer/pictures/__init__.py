"""Pictures of derivations, drawn by matplotlib from the derivation's own expressions.

`TABLE` says which derivation has a picture, who draws it, and what it shows in words: the caption, and a text for those
who do not see it. Without matplotlib the words are there, and how to get the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from derive.derivation import Derivation
from derive.errors import UsageError
from derive.writer.pictures.mathematics import Evaluate, Mathematics
from derive.writer.pictures.table import TABLE

#: how to get what draws
INSTALL = "pip install 'derive[plot]'"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in two formats, its caption, and its text alternative. `missing` says why there is none;
    `share` is its width as a part of the column's."""

    slug: str
    caption: str
    alt: str
    svg: str = ""
    pdf: bytes = b""
    missing: str = ""
    share: float = 0.62

    @property
    def file(self) -> str:
        """The name of its file without the suffix."""
        return f"picture-{self.slug}"


def picture_of(derivation: Derivation, evaluate: Evaluate) -> Picture | None:
    """The picture of a derivation, or None when it has none."""
    row = TABLE.get(derivation.slug)
    if row is None:
        return None
    if find_spec("matplotlib") is None:
        return words_of(
            derivation, f"matplotlib draws this picture and is not installed: {INSTALL}"
        )
    from derive.writer.pictures.style import WIDTH, bytes_of, drawing

    draw = getattr(import_module(f"derive.writer.pictures.{row.module}"), row.function)
    with drawing(derivation.slug):
        made = draw(Mathematics(derivation, evaluate))
        svg, pdf = bytes_of(made, "svg").decode("utf-8"), bytes_of(made, "pdf")
        share = round(min(0.62 * made.get_figwidth() / WIDTH, 0.95), 2)
    return Picture(derivation.slug, row.caption, row.alt, svg, pdf, share=share)


def words_of(derivation: Derivation, why: str) -> Picture | None:
    """What the picture of a derivation shows, in words, where it cannot be drawn."""
    row = TABLE.get(derivation.slug)
    return Picture(derivation.slug, row.caption, row.alt, missing=why) if row else None


def bytes_of(derivation: Derivation, evaluate: Evaluate, kind: str) -> bytes:
    """The picture as `png`, `svg` or `pdf`; `UsageError` when there is none or nothing that draws it."""
    row = TABLE.get(derivation.slug)
    if row is None:
        raise UsageError(
            f"{derivation.slug} has no picture; these have: {', '.join(sorted(TABLE))}"
        )
    if find_spec("matplotlib") is None:
        raise UsageError(f"matplotlib draws pictures and is not installed: {INSTALL}")
    from derive.writer.pictures.style import bytes_of as drawn
    from derive.writer.pictures.style import drawing

    draw = getattr(import_module(f"derive.writer.pictures.{row.module}"), row.function)
    with drawing(derivation.slug):
        return drawn(draw(Mathematics(derivation, evaluate)), kind)


__all__ = [
    "INSTALL",
    "TABLE",
    "Evaluate",
    "Mathematics",
    "Picture",
    "bytes_of",
    "picture_of",
    "words_of",
]
