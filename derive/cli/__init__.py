"""The command `derive`. Commands are loaded when they are called: `--help` and `list` load neither SymPy nor JAX."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from derive import __version__
from derive.errors import DeriveError, InternalError

#: command -> module that defines it under the name `command`, and its line in `derive --help`
COMMANDS: dict[str, tuple[str, str]] = {
    "list": ("derive.cli.catalogue", "The recipes of the catalogue."),
    "show": ("derive.cli.catalogue", "One recipe as a page, aloud, or as a program."),
    "check": ("derive.cli.check", "Check recipes, notes (.tex .md .qmd .ipynb) and folders."),
    "grad": ("derive.cli.gradient", "A worked derivative of a LaTeX formula."),
    "notes": ("derive.cli.notes", "Write lecture notes with every claim checked."),
    "glossary": ("derive.cli.catalogue", "A term in seven languages."),
    "new": ("derive.cli.catalogue", "Start a recipe of your own."),
}


class Commands(click.Group):
    """A group whose commands are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(
            import_module(COMMANDS[cmd_name][0]), f"{cmd_name}_command"
        )
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DeriveError as error:
            print(f"derive: {error}", file=sys.stderr)
            ctx.exit(2)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="derive")
def group() -> None:
    """Derives, checks and typesets the mathematics of machine learning.

    Exit status: 0 everything holds, 1 something fails, 2 bad usage or unreadable input,
    3 with --strict when something is unchecked.
    """


def main() -> None:
    """Run the command line. A fault of ours is one message, with the traceback only when DERIVE_TRACEBACK is set."""
    try:
        group()
    except Exception as error:
        if os.environ.get("DERIVE_TRACEBACK"):
            raise
        fault = InternalError(f"{type(error).__name__}: {error}")
        print(f"derive: {fault} (DERIVE_TRACEBACK=1 shows where)", file=sys.stderr)
        raise SystemExit(70) from None
