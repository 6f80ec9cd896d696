"""PDF by the `typst` package, which is an extra: `pip install 'derive[pdf]'`."""

from __future__ import annotations

import importlib.util
import re
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

    if chinese and not set(CHINESE) & set(typst.Fonts(include_system_fonts=True).families()):
        raise UsageError(
            f"no font with Chinese letters is installed; known to work: {', '.join(CHINESE[:3])} (Debian: "
            "fonts-noto-cjk). html, md and ipynb need none; tex and slides.tex compile with xelatex and ctex."
        )
    try:
        return _compiled(source, system_fonts=chinese)
    except typst.TypstError as error:
        missing = re.search(r"the text `(.*?)` could not be displayed", str(error))
        if missing is None:
            raise InternalError(f"the Typst source does not compile: {error}") from error
    try:  # a letter that the fonts of the compiler lack: perhaps the machine has one
        return _compiled(source, system_fonts=True)
    except typst.TypstError as error:
        told = f"no font on this machine has the letters {missing[1]}; the same notes as html need none"
        raise UsageError(told) from error


def _compiled(source: str, system_fonts: bool) -> bytes:
    import typst

    compiler = typst.Compiler(font_paths=typst.Fonts(include_system_fonts=system_fonts))
    made: Any
    made, warnings = compiler.compile_with_warnings(
        source.encode(), format="pdf", pdf_standards=["ua-1"], timestamp=0
    )
    told = [str(w) for w in warnings if "unknown font family" not in str(w)]
    if told:
        raise InternalError(f"Typst warns: {'; '.join(told[:3])}")
    return bytes(made)
