"""The look of all pictures: fonts, colours and sizes, and a figure as SVG and PDF with the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: colours that differ in lightness too, for print in grey and for readers who do not see all colours
BLUE, ORANGE, GREEN, GREY, DARK = "#1f5fa8", "#d9720a", "#2c8a57", "#8a8a8a", "#2b2b2b"
SERIES = (BLUE, ORANGE, GREEN, "#8b4fa8", "#b8323c", "#5a5a5a")
#: from pale to full blue: surfaces stay behind what is drawn on them
SURFACE = "Blues"
WIDTH, HEIGHT = 4.4, 3.1  # inches

RC: dict[str, Any] = {
    "font.size": 9,
    "font.family": "serif",
    "font.serif": ["cmr10"],
    "mathtext.fontset": "cm",
    "axes.formatter.use_mathtext": True,
    "axes.unicode_minus": False,
    "axes.linewidth": 0.6,
    "axes.edgecolor": DARK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.3,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "svg.fonttype": "path",
    "pdf.compression": 9,
    "savefig.transparent": True,
}


@contextmanager
def drawing(slug: str) -> Iterator[None]:
    """Inside, figures are made in our style; identifiers in SVG depend on the slug alone."""
    import matplotlib

    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **RC, "svg.hashsalt": slug}):
        yield


def figure(width: float = WIDTH, height: float = HEIGHT) -> Figure:
    """An empty figure that is drawn without a display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Made

    made = Made(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(made)
    return made


def axes(
    made: Figure, x: str = "", y: str = "", *, equal: bool = False, place: Any = (1, 1, 1)
) -> Axes:
    """Axes with labels; `equal` for one scale in both directions."""
    found = made.add_subplot(*place)
    found.set_xlabel(x)
    found.set_ylabel(y)
    if equal:
        found.set_aspect("equal")
    return found


def bare(made: Figure, place: Any = (1, 1, 1)) -> Axes:
    """Axes without frame and ticks, one scale in both directions."""
    found = made.add_subplot(*place)
    found.set_axis_off()
    found.set_aspect("equal")
    return found


def arrow(ax: Axes, start: Any, end: Any, color: str = DARK, width: float = 1.2) -> None:
    """An arrow from one point to another in the coordinates of the axes."""
    ax.annotate(
        "",
        xy=tuple(end),
        xytext=tuple(start),
        arrowprops={
            "arrowstyle": "-|>",
            "color": color,
            "lw": width,
            "shrinkA": 0,
            "shrinkB": 0,
            "mutation_scale": 9,
        },
    )


def label(ax: Axes, text: str, at: Any, shift: tuple[float, float] = (4, 4), **look: Any) -> None:
    """Text beside a point, `shift` away in points of print; a pale edge keeps it legible over what lies below."""
    from matplotlib.patheffects import withStroke

    edge = [withStroke(linewidth=2.2, foreground="white")]
    place: dict[str, Any] = {"xytext": shift, "textcoords": "offset points", "zorder": 6}
    ax.annotate(text, tuple(at), path_effects=edge, **place, **look)


def bytes_of(made: Figure, kind: str) -> bytes:
    """The figure as `svg`, `pdf` or `png`, without dates."""
    stream = BytesIO()
    without: dict[str, dict[str, None]] = {
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
        "png": {"Software": None},
    }
    made.savefig(stream, format=kind, dpi=200, metadata=without[kind])
    return stream.getvalue()
