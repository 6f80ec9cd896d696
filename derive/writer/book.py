"""Lecture notes as a value: the pages in order, and what stands before and after them.

Before: title, notation, legend. After: the sources and the index of terms and rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derive.derivation import Derivation, Prose
from derive.expr.nodes import Apply, Expr
from derive.expr.walk import post_order
from derive.writer.convention import expressions_of
from derive.writer.evidence import LEGEND, MARKS, Summary
from derive.writer.languages import ENGLISH, Language, table, variants
from derive.writer.page import Page
from derive.writer.prose import runs


@dataclass(frozen=True, slots=True)
class Source:
    """A work, and where in it each section's derivation stands: (section, place)."""

    work: str
    places: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the index: the term, its translation or nothing, and (label, slug, step or 0) of each place."""

    term: str
    translation: str
    places: tuple[tuple[str, str, int], ...]
    is_rule: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that a document shows. `collection` is false for one derivation as a document of its own."""

    title: str
    pages: tuple[Page, ...]
    collection: bool
    language: Language = ENGLISH
    notation: tuple[tuple[str, str], ...] = ()
    sources: tuple[Source, ...] = ()
    index: tuple[Entry, ...] = ()

    @property
    def checked(self) -> bool:
        """Whether any page carries verdicts."""
        return any(page.checked for page in self.pages)

    @property
    def legend(self) -> tuple[tuple[str, str, str, str], ...]:
        """Kind, sign, word and meaning of the verdicts that occur."""
        used = {kind for page in self.pages for kind in page.kinds}
        say = self.language
        return tuple(
            (kind, MARKS[kind][0], say(MARKS[kind][1]), say(meaning))
            for kind, meaning in LEGEND
            if kind in used
        )

    @property
    def rule_mark(self) -> str:
        """What the mark behind the name of a rule says, where one stands."""
        steps = (step for page in self.pages for chain in page.chains for step in chain.steps)
        told = any(step.rule and step.mark.explained for step in steps)
        text = "A mark after the name of a rule: the rule reproduces the step."
        return self.language(text) if told else ""

    @property
    def summary(self) -> Summary:
        """The verdicts of all pages, kind by kind."""
        parts = [page.summary for page in self.pages]
        return Summary(
            sum(part.holds for part in parts),
            sum(part.fails for part in parts),
            sum(part.unchecked for part in parts),
            sum(part.definition for part in parts),
            self.language,
        )

    @property
    def lead(self) -> str:
        """One line below the title: how many derivations, and what became of their steps."""
        phrase = "{n} derivations, every step numbered"
        phrase += " and checked" if self.checked else ""
        lead = self.language(phrase, n=len(self.pages)) + "."
        return f"{lead} {sentence_case(self.summary.sentence)}." if self.summary.sentence else lead

    @property
    def apology(self) -> str:
        """That the prose of recipes is English, on pages in another language."""
        text = "Titles and prose of the recipes and the reasons of verdicts are in English; "
        text += "headings, rules and notes of the page are translated."
        return "" if self.language.is_english else self.language(text)


def sentence_case(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def single(page: Page) -> Book:
    """One derivation as a document of its own."""
    title = page.title or page.slug or "Derivation"
    return Book(title, (page,), False, page.language)


def bound(
    derivations: Sequence[Derivation],
    pages: Sequence[Page],
    title: str,
    language: Language = ENGLISH,
) -> Book:
    """Pages as a collection with notation, sources and index."""
    return Book(
        title,
        tuple(pages),
        True,
        language,
        notation_of(derivations, language),
        sources_of(pages),
        (*terms_of(derivations, pages, language), *rules_of(pages)),
    )


# ----------------------------------------------------------------------------------------- notation

#: kind of node or name of function -> notation, meaning
NOTATION: dict[str, tuple[str, str]] = {
    "Transpose": (r"A^\top", "transpose"),
    "inverse": (r"A^{-1}", "inverse"),
    "trace": (r"\operatorname{tr}(A)", "trace, the sum of the diagonal"),
    "det": (r"\det A", "determinant"),
    "logdet": (r"\log\det A", "logarithm of the determinant"),
    "norm": (r"\lVert x \rVert", "Euclidean norm"),
    "norm_frobenius": (r"\lVert A \rVert_F", "Frobenius norm"),
    "inner": (r"\langle x, y \rangle", "inner product"),
    "hadamard": (r"A \odot B", "entrywise product"),
    "hadamard_divide": (r"A \oslash B", "entrywise quotient"),
    "hadamard_power": (r"A^{\odot k}", "entrywise power"),
    "kronecker": (r"A \otimes B", "Kronecker product"),
    "diag": (r"\operatorname{diag}(x)", "diagonal matrix with the entries of a vector"),
    "diagonal": (r"\operatorname{diag}(A)", "diagonal of a matrix"),
    "vec": (r"\operatorname{vec}(A)", "the columns of a matrix, stacked"),
    "identity": (r"I_n", "identity matrix"),
    "ones": (r"\mathbf{1}_n", "vector of ones"),
    "kronecker_delta": (r"\delta_{ij}", "Kronecker delta, 1 if $i = j$, else 0"),
    "unit_vector": ("e_i", "unit vector number $i$"),
    "Indicator": (r"\mathbf{1}\{\cdot\}", "1 where the condition is true, else 0"),
    "nabla": (r"\nabla_{x} f", "gradient of a scalar, of the shape of $x$"),
    "hessian": (r"\nabla^2_{x} f", "Hessian"),
    "partial": (r"\partial f / \partial x", "Jacobian or partial derivative"),
    "Differential": (r"\mathrm{d}f", "differential"),
    "Expectation": (r"\mathbb{E}[x],\ \operatorname{Var}[x]", "expectation, variance"),
    "Integral": (r"\int f(x) \, \mathrm{d}x", "integral over all of space unless limits stand"),
    "sigmoid": (r"\sigma(t)", "logistic sigmoid"),
    "softmax": (r"\operatorname{softmax}(x)", "softmax of a vector, or of each row of a matrix"),
    "logsumexp": (r"\operatorname{logsumexp}(x)", "logarithm of the sum of exponentials"),
}


def notation_of(
    derivations: Sequence[Derivation], language: Language
) -> tuple[tuple[str, str], ...]:
    """The notation that occurs, with its meaning."""
    found: dict[str, None] = {}
    for derivation in derivations:
        for expr in expressions_of(derivation):
            found.update((_kind(node), None) for node in post_order(expr))
    return tuple((shown, language(words)) for k, (shown, words) in NOTATION.items() if k in found)


def _kind(node: Expr) -> str:
    if isinstance(node, Apply):
        return node.function
    kind = type(node).__name__
    if kind == "Filled":
        return str(getattr(node, "kind", ""))
    if kind != "Derivative":
        return kind
    scalar = not getattr(node, "body").shape  # noqa: B009
    style = str(getattr(node, "style", ""))
    if not scalar or style not in ("nabla", "hessian"):
        return "partial"
    return "hessian" if len(getattr(node, "wrt", ())) > 1 else "nabla"


# ------------------------------------------------------------------------------------------ sources

_WORK = re.compile(r"(.*?\(\d{4}\))[,:]?\s*(.*)", re.S)


def sources_of(pages: Sequence[Page]) -> tuple[Source, ...]:
    """The works that the pages name, by author, each with the sections that rest on it."""
    works: dict[str, list[tuple[int, str]]] = {}
    for page in pages:
        for part in filter(None, (part.strip(" .") for part in page.source.split("; "))):
            match = _WORK.match(part)
            work, place = (match[1], match[2]) if match else (part, "")
            works.setdefault(work, []).append((page.number, place))
    listed = [Source(work, tuple(places)) for work, places in works.items()]
    return tuple(sorted(listed, key=lambda source: source.work.casefold()))


# -------------------------------------------------------------------------------------------- index

#: terms of the glossary that are words of every text
COMMON = frozenset(
    (
        "definition",
        "theorem",
        "proof",
        "assumption",
        "counterexample",
        "limit",
        "mean",
        "sample",
        "weight",
        "layer",
        "bias",
        "basis",
        "margin",
    )
)


def terms_of(
    derivations: Sequence[Derivation], pages: Sequence[Page], language: Language
) -> tuple[Entry, ...]:
    """The terms of the glossary that occur in titles, prose and reasons; those of nearly every page are left out."""
    texts = [_words(d) for d in derivations]
    entries = []
    for row in table("glossary.tsv"):
        names = [name for name in variants(row["en"]) if name not in COMMON and "…" not in name]
        if not names:
            continue
        pattern = re.compile(
            r"\b(?:" + "|".join(rf"{re.escape(n)}(?:s|es)?" for n in names) + r")\b", re.I
        )
        places = [
            (str(page.number), page.slug, 0)
            for page, text in zip(pages, texts, strict=True)
            if pattern.search(text)
        ]
        if places and (len(places) <= max(2, min(10, len(pages) // 3))):
            translation = "" if language.is_english else row[language.code]
            entries.append(Entry(row["en"], translation, tuple(places)))
    return tuple(sorted(entries, key=lambda entry: entry.term.casefold()))


def _words(derivation: Derivation) -> str:
    """Title, prose and reasons without their mathematics."""
    parts = [derivation.title]
    for block in derivation.blocks:
        if isinstance(block, Prose):
            parts.append(block.text)
    parts += [step.reason.text for chain in derivation.chains for step in chain.steps]
    return " . ".join(
        " ".join(run.text for run in runs(part) if run.kind != "math") for part in parts
    )


def rules_of(pages: Sequence[Page]) -> tuple[Entry, ...]:
    """The named rules with the labels of the steps that use them."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for page in pages:
        for step in (step for chain in page.chains for step in chain.steps):
            if step.rule:
                found.setdefault(step.rule, []).append((step.label, page.slug, step.number))
    entries = [Entry(rule, "", tuple(places), True) for rule, places in found.items()]
    return tuple(sorted(entries, key=lambda entry: entry.term.casefold()))


def chapter_starts(pages: Sequence[Page]) -> Mapping[str, str]:
    """Slug of the first page of a chapter -> chapter; nothing when chapters are interrupted, as in a learning path."""
    starts = {
        page.slug: page.chapter
        for before, page in zip([None, *pages], pages, strict=False)
        if before is None or before.chapter != page.chapter
    }
    names = list(starts.values())
    return starts if len(set(names)) == len(names) and all(names) else {}
