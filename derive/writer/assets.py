"""The files that a page carries inside itself, so that it needs no network and no second file.

They come with the package under `assets/`; `scripts/vendor_katex.py` rebuilds KaTeX's.
"""

from functools import cache
from importlib.resources import files


@cache
def katex_css() -> str:
    """KaTeX's style sheet, its fonts inside as data URIs; belongs in a `<style>` element."""
    return _read("katex/katex.min.css")


@cache
def katex_js() -> str:
    """KaTeX's script, which defines `katex.render`; belongs in a `<script>` element."""
    return _read("katex/katex.min.js")


@cache
def katex_version() -> str:
    """The release of KaTeX that the package carries, such as `0.19.1`."""
    return _read("katex/VERSION").strip()


def _read(name: str) -> str:
    return files("derive.writer").joinpath("assets", *name.split("/")).read_text("utf-8")
