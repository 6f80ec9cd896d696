"""`derive list`, `derive show` and `derive new`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from derive import registry


@click.command("list")
@click.option("--chapter", help="Only the recipes of this chapter.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array with everything known.")
def list_command(chapter: str | None, as_json: bool) -> None:
    """The recipes of the catalogue by chapter, and where each comes from."""
    recipes = [r for r in registry.catalogue().recipes.values() if chapter in (None, r.chapter)]
    if chapter is not None and not recipes:
        known = ", ".join(sorted({r.chapter for r in registry.catalogue().recipes.values()}))
        raise click.UsageError(f"no recipe in chapter {chapter!r}; chapters: {known}")
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
    type=click.Choice(["text", "latex", "md", "json"]),
    default="text",
    show_default=True,
    help="Form of the page.",
)
@click.option(
    "--check/--no-check", "checked", default=True, help="Judge the steps and print verdicts."
)
@click.option("--seed", default=0, show_default=True, help="Seed of the sampled points.")
def show_command(recipe: str, format_: str, checked: bool, seed: int) -> None:
    """One recipe as a page."""
    from derive import api, pipeline

    derivation = pipeline.filled(api.load_recipe(recipe).derivation())
    report = pipeline.judged(derivation, pipeline.CheckOptions(seed=seed)) if checked else None
    to = {"latex": "tex"}.get(format_, format_)
    click.echo(api.write(derivation, report, to=to), nl=False)


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
