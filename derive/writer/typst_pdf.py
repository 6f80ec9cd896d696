"""PDF by the `typst` package, which is an extra: `pip install 'derive[pdf]'`."""

from __future__ import annotations

import importlib.util
from typing import Any

from derive.errors import InternalError, UsageError
from derive.writer.typst_page import CHINESE

INSTALL = "PDF without TeX needs the package typst: pip install 'derive[pdf]'"


def available() -> bool:
    """Whether the package can be loaded."""
    return importlib.util.find_spec("typst") is not None


def pdf(source: str, chinese: bool = False) -> bytes:
    """The PDF (PDF/UA-1) of a Typst source; the same bytes each time.

    `UsageError` when the package is missing, or no font for Chinese where that is asked for; `InternalError` when the
    source does not compile or warns, since it is ours.
    """
    if not available():
        raise UsageError(INSTALL)
    import typst

    fonts: Any = typst.Fonts(include_system_fonts=chinese)
    if chinese and not set(CHINESE) & set(fonts.families()):
        raise UsageError(
            f"no font with Chinese letters is installed; known to work: {', '.join(CHINESE[:3])}. "
            "The same notes as html need none."
        )
    compiler = typst.Compiler(font_paths=fonts)
    try:
        made: Any
        made, warnings = compiler.compile_with_warnings(
            source.encode(), format="pdf", pdf_standards=["ua-1"], timestamp=0
        )
    except typst.TypstError as error:
        raise InternalError(f"the Typst source of the notes does not compile: {error}") from error
    told = [str(warning) for warning in warnings]
    if told:
        raise InternalError(f"Typst warns: {'; '.join(told[:3])}")
    return bytes(made)
