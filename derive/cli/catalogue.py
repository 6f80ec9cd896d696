"""`derive list`, `derive show`, `derive glossary` and `derive new`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive import registry

if TYPE_CHECKING:
    from derive.derivation import Derivation


@click.command("list")
@click.option("--chapter", help="Only the recipes of this chapter.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array with everything known.")
def list_command(chapter: str | None, as_json: bool) -> None:
    """The recipes of the catalogue by chapter, and where each comes from."""
    recipes = registry.catalogue().of_chapter(chapter)
    if as_json:
        click.echo(json.dumps([_described(r) for r in recipes], indent=1, ensure_ascii=False))
        return
    width = max((len(r.slug) for r in recipes), default=0)
    heading = None
    for recipe in recipes:
        if recipe.chapter != heading:
            click.echo(f"{'' if heading is None else chr(10)}{recipe.chapter}")
            heading = recipe.chapter
        click.echo(f"  {recipe.slug:{width}}  {recipe.title}")


def _described(recipe: registry.Recipe) -> dict[str, object]:
    return {
        "slug": recipe.slug,
        "title": recipe.title,
        "chapter": recipe.chapter,
        "level": recipe.level,
        "needs": list(recipe.needs),
        "source": recipe.source,
        "summary": recipe.summary,
    }


@click.command("show")
@click.argument("recipe")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "latex", "md", "json", "speech", "html", "ipynb", "typst"]),
    default="text",
    show_default=True,
    help="Form of the page; speech is every formula and step in words.",
)
@click.option(
    "--code",
    type=click.Choice(["numpy", "jax", "torch"]),
    help="The function and its hand-derived gradient as a program with its check, instead of the page.",
)
@click.option(
    "--form",
    type=click.Choice(["matrix", "index", "sum"]),
    help="Every line in matrix form, by entries, or as sums over examples; checked to agree with what is written.",
)
@click.option(
    "--picture",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the picture of the recipe to a file (.png, .svg or .pdf) instead of the page.",
)
@click.option(
    "--check/--no-check", "checked", default=True, help="Judge the steps and print verdicts."
)
@click.option(
    "--language",
    default="en",
    show_default=True,
    help="Of headings, rules and captions: de es fr nb ru zh.",
)
@click.option("--seed", default=0, show_default=True, help="Seed of the sampled points.")
def show_command(
    recipe: str,
    format_: str,
    code: str | None,
    form: str | None,
    picture: Path | None,
    checked: bool,
    language: str,
    seed: int,
) -> None:
    """One recipe as a page, or as a program."""
    from derive import api, pipeline

    derivation = pipeline.filled(api.load_recipe(recipe).derivation())
    if picture:
        _picture(derivation, picture)
        return
    if code:
        from derive.listings import program

        click.echo(program(derivation, code), nl=False)
        return
    options = pipeline.CheckOptions(seed=seed)
    if form:
        derivation, told = pipeline.in_form(derivation, form, options if checked else None)
        print(f"derive: {told}", file=sys.stderr)
    report = pipeline.judged(derivation, options) if checked else None
    to = {"latex": "tex", "typst": "typ"}.get(format_, format_)
    click.echo(api.write(derivation, report, to=to, language=language), nl=False)


def _picture(derivation: Derivation, path: Path) -> None:
    from derive import pipeline

    kind = path.suffix.removeprefix(".").lower()
    if kind not in ("png", "svg", "pdf"):
        raise click.UsageError(f"--picture {path}: the file ends with .png, .svg or .pdf")
    path.write_bytes(pipeline.picture_file(derivation, kind))
    click.echo(str(path))


@click.command("glossary")
@click.argument("term")
@click.option("--language", help="Only this language: de en es fr nb ru zh.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array with all languages.")
def glossary_command(term: str, language: str | None, as_json: bool) -> None:
    """A term of the mathematics of machine learning in other languages; TERM may be in any of them."""
    from derive.writer.languages import LANGUAGES, glossary
    from derive.writer.languages import language as language_of

    chosen = [language_of(language).code] if language else list(LANGUAGES)
    rows = glossary(term)
    if as_json:
        shown = [{code: row[code] for code in chosen} for row in rows]
        click.echo(json.dumps(shown, indent=1, ensure_ascii=False))
        return
    if language:
        for row in rows:
            click.echo(row[chosen[0]] if len(rows) == 1 else f"{row['en']}: {row[chosen[0]]}")
        return
    for position, row in enumerate(rows):
        if position:
            click.echo()
        for code in chosen:
            click.echo(f"{code}  {row[code]}")


@click.command("new")
@click.argument("slug")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="File to write (default: SLUG.py)."
)
def new_command(slug: str, output: Path | None) -> None:
    """Write the frame of a recipe, ready to be filled in and checked."""
    path = output or Path(slug.replace("-", "_") + ".py")
    if path.exists():
        raise click.UsageError(f"{path} exists already; choose another file with --output")
    text = registry.scaffold(slug)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    print(f"{path} written; check it with: derive check {path}", file=sys.stderr)
