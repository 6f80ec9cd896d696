"""Rebuild derive/writer/assets/katex from the npm package: `python scripts/vendor_katex.py 0.19.1`.

A page must need no other file and no network, so the fonts stand inside the style sheet as
data URIs. Only woff2 is kept: every browser that KaTeX supports reads it.
"""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

TARGET = Path(__file__).parent.parent / "derive" / "writer" / "assets" / "katex"
WOFF2 = re.compile(r'url\((fonts/[\w-]+\.woff2)\) format\("woff2"\)')
OTHER_FORMATS = re.compile(r',url\(fonts/[\w-]+\.(?:woff|ttf)\) format\("\w+"\)')


def unpack(version: str, folder: Path) -> Path:
    """Download katex@version into folder with npm; return its unpacked package."""
    command = ["npm", "pack", "--silent", f"katex@{version}"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(folder / f"katex-{version}.tgz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def inline_fonts(css: str, folder: Path) -> str:
    """Replace each font address in the style sheet by the font itself."""

    def data_uri(match: re.Match[str]) -> str:
        font = base64.b64encode((folder / match[1]).read_bytes()).decode("ascii")
        return f'url(data:font/woff2;base64,{font}) format("woff2")'

    inlined = WOFF2.sub(data_uri, OTHER_FORMATS.sub("", css))
    if "url(fonts/" in inlined:
        raise SystemExit("katex.min.css still points to files in fonts/: its format has changed")
    return inlined


def main(version: str) -> None:
    """Write katex.min.js, katex.min.css with its fonts, LICENSE and VERSION into TARGET."""
    with tempfile.TemporaryDirectory() as name:
        package = unpack(version, Path(name))
        dist = package / "dist"
        TARGET.mkdir(parents=True, exist_ok=True)
        css = (dist / "katex.min.css").read_text("utf-8")
        (TARGET / "katex.min.css").write_text(inline_fonts(css, dist), "utf-8")
        shutil.copyfile(dist / "katex.min.js", TARGET / "katex.min.js")
        shutil.copyfile(package / "LICENSE", TARGET / "LICENSE")
        (TARGET / "VERSION").write_text(version + "\n", "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python scripts/vendor_katex.py VERSION")
    main(sys.argv[1])
