"""Pages as JSON, version 1: the same content as every other format, for programs."""

from __future__ import annotations

import json
from typing import Any

from derive.writer.book import Book
from derive.writer.checked import how_checked
from derive.writer.page import BlockView, ChainView, DefinitionView, Formula, Page, ProseView


def book_json(book: Book) -> str:
    """One derivation, or several with their title."""
    if not book.collection:
        return _dumped({"version": 1, **_page(book.pages[0])})
    listed = [_page(page) for page in book.pages]
    return _dumped({"version": 1, "title": book.title, "derivations": listed})


def _dumped(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _page(page: Page) -> dict[str, Any]:
    return {
        "slug": page.slug,
        "title": page.title,
        "chapter": page.chapter,
        "source": page.source,
        "needs": [need.slug for need in page.needs],
        "given": [
            {
                "latex": row.declaration,
                "properties": row.properties,
                "meaning": row.meaning,
                "assumed": row.assumed,
            }
            for row in page.notation
        ],
        "convention": page.convention,
        "blocks": [_block(block) for block in page.blocks],
        "checked": how_checked(page),
        "notes": list(page.notes),
    }


def _formula(formula: Formula) -> dict[str, str]:
    return {"latex": formula.latex, "text": formula.text, "speech": formula.spoken}


def _block(block: BlockView) -> dict[str, Any]:
    if isinstance(block, ProseView):
        return {"kind": "prose", "text": block.text}
    if isinstance(block, DefinitionView):
        return {"kind": "definition", "lhs": _formula(block.lhs), "rhs": _formula(block.rhs)}
    return _chain(block)


def _chain(chain: ChainView) -> dict[str, Any]:
    return {
        "kind": "chain",
        "name": chain.name,
        "form": chain.form or None,
        "result": chain.boxed,
        "premises": [_formula(premise) for premise in chain.premises],
        "lhs": _formula(chain.lhs),
        "steps": [
            {
                "index": step.number,
                "relation": step.sign_text,
                "rhs": _formula(step.rhs),
                "reason": step.reason,
                "rule": step.rule,
                "verdict": step.mark.kind or None,
                "evidence": step.mark.evidence,
                "details": list(step.mark.details),
                "proved": step.mark.proved,
                "explained": step.mark.explained or None,
                "speech": step.spoken,
            }
            for step in chain.steps
        ],
    }
