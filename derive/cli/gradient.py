"""`derive grad`: a worked derivative of a LaTeX formula."""

from __future__ import annotations

import json

import click


@click.command("grad")
@click.argument("expr")
@click.option(
    "--wrt", required=True, metavar="V", help="The variable, as it stands in the formula."
)
@click.option(
    "--given",
    multiple=True,
    metavar="DECL",
    help=r"A declaration, such as 'X \in \mathbb{R}^{n \times d}'.",
)
@click.option("--where", multiple=True, metavar="DEF", help=r"A definition, such as 'r = Xw - y'.")
@click.option(
    "--jacobian", "kind", flag_value="jacobian", help="The Jacobian of a vector or matrix."
)
@click.option("--hessian", "kind", flag_value="hessian", help="The second derivative of a scalar.")
@click.option(
    "--layout",
    type=click.Choice(["denominator", "numerator"]),
    default="denominator",
    show_default=True,
    help="Gradient as a column (shape of the variable), or as a row.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "latex"]),
    default="text",
    show_default=True,
)
@click.option(
    "--check/--no-check", "checked", default=True, help="Judge the result against autodiff."
)
@click.option("--seed", default=0, show_default=True)
def grad_command(
    expr: str,
    wrt: str,
    given: tuple[str, ...],
    where: tuple[str, ...],
    kind: str | None,
    layout: str,
    format_: str,
    checked: bool,
    seed: int,
) -> None:
    r"""A worked derivative: derive grad '\|Xw-y\|_2^2' --wrt w --given 'X \in \mathbb{R}^{n \times d}' ...

    Symbols without a declaration get the shapes that fit, and the result says what was assumed.
    """
    from derive import api

    result = api.differentiate(
        expr,
        wrt=wrt,
        given=list(given),
        where=list(where),
        kind=kind or "gradient",
        layout=layout,
        check=checked,
        seed=seed,
    )
    if format_ == "json":
        click.echo(json.dumps(result.to_json(), indent=1, ensure_ascii=False))
    elif format_ == "latex":
        click.echo(result.latex_page, nl=False)
    else:
        click.echo(result.text_page, nl=False)
    raise SystemExit(1 if result.verdict == "fails" else 0)
