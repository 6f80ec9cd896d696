"""Markdown that GitHub, MyST and Quarto read: `$`, `$$` with `aligned`, tables, and anchors that stay."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.writer.evidence import LEGEND, MARKS
from derive.writer.page import (
    BlockView,
    ChainView,
    DefinitionView,
    Page,
    ProseView,
    evidence_groups,
)
from derive.writer.prose import Run, paragraphs, runs

_WRAP = {"math": "${}$", "emph": "*{}*", "strong": "**{}**", "code": "`{}`"}


def page_markdown(page: Page) -> str:
    """One derivation."""
    return "\n\n".join([*_page(page, 1), *_legend([page])]) + "\n"


def collection_markdown(pages: Sequence[Page], title: str) -> str:
    """Several derivations with contents."""
    contents = "\n".join(f"- [{inline(page.title)}](#{page.slug})" for page in pages)
    parts = [f"# {escaped(title)}", contents]
    for page in pages:
        parts += _page(page, 2)
    return "\n\n".join([*parts, *_legend(pages)]) + "\n"


def escaped(text: str) -> str:
    """Plain text in which no character is markup."""
    return re.sub(r"([\\*_`<>\[\]#|$])", r"\\\1", text)


def inline(text: str) -> str:
    """Prose inside a line."""
    return _runs(runs(text))


def _runs(parts: Sequence[Run]) -> str:
    return "".join(
        escaped(run.text) if run.kind == "text" else _WRAP[run.kind].format(run.text)
        for run in parts
    )


def _page(page: Page, level: int) -> list[str]:
    parts = [f'<a id="{page.slug}"></a>'] if page.slug else []
    parts.append("#" * level + " " + inline(page.title))
    if page.checked and page.summary.sentence:
        parts.append(f"*{page.summary.sentence}*")
    if page.needs:
        links = [f"[{inline(n.title)}](#{n.slug})" if n.here else f"`{n.slug}`" for n in page.needs]
        parts.append("Read first: " + ", ".join(links) + ".")
    if page.notation:
        parts += [_notation(page), inline(page.convention)]
    for block in page.blocks:
        parts += _block(block)
    if page.source:
        parts.append("Source: " + inline(page.source))
    return parts + [inline(note) for note in page.notes]


def _notation(page: Page) -> str:
    rows = ["| Given | Properties | Meaning |", "|---|---|---|"]
    for row in page.notation:
        declaration = row.declaration.replace("|", r"\vert ")
        properties = inline(row.properties).replace("|", r"\vert ")
        meaning = inline(row.meaning) + (" *(assumed)*" if row.assumed else "")
        rows.append(f"| ${declaration}$ | {properties} | {meaning} |")
    return "\n".join(rows)


def _block(block: BlockView) -> list[str]:
    if isinstance(block, ProseView):
        return [_runs(p) for p in paragraphs(block.text)]
    if isinstance(block, DefinitionView):
        return [_display([f"{block.lhs.latex} = {block.rhs.latex}"])]
    return _chain(block)


def _display(rows: Sequence[str]) -> str:
    return "\n".join(["$$", *rows, "$$"])


def _chain(chain: ChainView) -> list[str]:
    parts = []
    if chain.premises:
        listed = ", ".join(f"${premise.latex}$" for premise in chain.premises)
        parts.append(f"{chain.condition} {listed}:")
    rows, left = [], chain.lhs.latex
    for step in chain.steps:
        first, *more = step.rhs.lines
        rows.append(rf"{left} &{step.sign} {first} && \text{{({step.number})}}".strip())
        rows += [rf"&\quad {line}" for line in more]
        left = ""
    body = [row + r" \\" for row in rows[:-1]] + rows[-1:]
    parts.append(_display([r"\begin{aligned}", *body, r"\end{aligned}"]))
    parts.append("\n".join(_steps(chain)))
    if chain.boxed and chain.steps:
        last = chain.steps[-1]
        parts.append(_display([rf"\boxed{{{chain.lhs.latex} {chain.sign} {last.rhs.latex}}}"]))
    groups = evidence_groups(chain)
    if groups:
        parts.append("\n".join(_evidence(chain)))
    return parts


def _steps(chain: ChainView) -> list[str]:
    lines = []
    for step in chain.steps:
        reason = inline(step.reason)
        if step.rule:
            rule = f"*rule: {escaped(step.rule)}*" + (" ✓" if step.mark.explained else "")
            reason = f"{reason}; {rule}" if reason else rule
        mark = f" {step.mark.sign} {step.mark.word}" if step.mark.kind else ""
        lines.append(f"- ({step.number}){mark}" + (f": {reason}" if reason else ""))
    return lines


def _evidence(chain: ChainView) -> list[str]:
    lines = []
    for numbers, mark, sentence in evidence_groups(chain):
        lines.append(f"> {mark.sign} {numbers} {inline(sentence)}  ")
        lines += [f"> {inline(detail)}  " for detail in mark.details]
    return lines


def _legend(pages: Sequence[Page]) -> list[str]:
    used = {kind for page in pages for kind in page.kinds}
    listed = [f"{MARKS[kind][0]} {kind}: {meaning}" for kind, meaning in LEGEND if kind in used]
    return ["; ".join(listed) + "."] if listed else []
