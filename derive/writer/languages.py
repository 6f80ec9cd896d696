"""The languages of page furniture, rule names and the glossary.

English, German, French, Spanish, Russian, Chinese and Norwegian. Mathematics is the same in all; the prose of a recipe
stays in the language of its author. `furniture.tsv` and `glossary.tsv` stand beside this module: one row for each
English text, one column for each language.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from derive.errors import UsageError

#: code -> name of the language in itself
LANGUAGES: dict[str, str] = {
    "en": "English",
    "de": "Deutsch",
    "fr": "français",
    "es": "español",
    "ru": "русский",
    "zh": "中文",
    "nb": "norsk bokmål",
}


@dataclass(frozen=True)
class Language:
    """A language: its code and what English texts are called in it."""

    code: str = "en"
    phrases: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False, repr=False)

    def __call__(self, english: str, *parts: str, **values: object) -> str:
        """The phrase in this language (in English where no translation exists), with `{0}` and `{name}` filled in."""
        text = self.phrases.get(english) or english
        named = {str(k): part for k, part in enumerate(parts)} | {
            k: str(v) for k, v in values.items()
        }
        return re.sub(r"\{(\w+)\}", lambda m: named.get(m[1], m[0]), text) if named else text

    @property
    def is_english(self) -> bool:
        """Whether texts stay as they are."""
        return self.code == "en"


ENGLISH = Language()


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of `furniture.tsv` or `glossary.tsv`, each by code of language."""
    text = files("derive.writer").joinpath(name).read_text("utf-8")
    header, *lines = [line.split("\t") for line in text.splitlines() if line.strip()]
    return tuple(dict(zip(header, line, strict=True)) for line in lines)


@cache
def language(code: str) -> Language:
    """The language of a code; `UsageError` names the known ones."""
    if code not in LANGUAGES:
        known = ", ".join(f"{c} ({name})" for c, name in LANGUAGES.items())
        raise UsageError(f"unknown language {code!r}; known: {known}")
    if code == "en":
        return ENGLISH
    return Language(code, {row["en"]: row[code] for row in table("furniture.tsv")})


# ----------------------------------------------------------------------------------------- glossary


def variants(term: str) -> list[str]:
    """The ways in which a term of the glossary is written: `expected value (expectation)` is both."""
    inside = re.search(r"\(([^)]*)\)", term)
    if inside is None:
        return [part.strip() for part in term.split(" / ")]
    plain = " ".join((term[: inside.start()] + term[inside.end() :]).split())
    after = term[inside.end() :].strip()
    if after:
        front = term[: inside.start()].split()[:-1]
        return [plain, " ".join([*front, inside[1], after])]
    explains = inside[1].split()[0] in ("of", "model", "function", "in", "term")
    return [plain] if explains else [plain, inside[1]]


def glossary(term: str) -> list[dict[str, str]]:
    """The rows that have a term in any language, exactly or in part; `UsageError` with near terms if none has."""
    wanted = term.strip().casefold()
    exact: list[dict[str, str]] = []
    partial: list[dict[str, str]] = []
    for row in table("glossary.tsv"):
        named = {v.casefold(): None for text in row.values() for v in [text, *variants(text)]}
        if wanted in named:
            exact.append(row)
        elif wanted and any(wanted in name for name in named):
            partial.append(row)
    found = exact or partial
    if found:
        return found
    rows = table("glossary.tsv")
    known = dict.fromkeys(v for row in rows for text in row.values() for v in variants(text))
    near = difflib.get_close_matches(term, known, n=3, cutoff=0.6)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise UsageError(f"{term!r} is not in the glossary{hint}")
