r"""Entropies of finite variables: `H(X)`, `H(X, Y)`, `H(X \mid Y)`, `H(q)`, `H(p, q)`, and `I(X; Y)`.

Capital letters stand for the variables of the laws written with small ones (`p(x, y)`); a letter that is itself a law
stands for that law.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.expr.nodes import (
    Add,
    Apply,
    Dim,
    Expr,
    Index,
    Neg,
    Product,
    Quotient,
    Reduce,
    Transpose,
)
from derive.reader.grammar.conditions import enclosed
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, plain
from derive.reader.grammar.finite_laws import joint_density, marginal_density
from derive.reader.grammar.names import Unknown
from derive.reader.grammar.node_parts import parts_of
from derive.reader.grammar.table import Declaration, Name, Table
from derive.reader.grammar.values import ONE, TWO, Value
from derive.reader.grammar.written import whole_name
from derive.reader.source.groups import Node, text_of


def read_entropy(reader: Formula, request: object) -> Value | None:
    """H or I before a bracket, when what stands inside are finite variables or laws; else None."""
    assert isinstance(request, Unknown)
    cursor, start = request.cursor, request.written.start
    opener = "[" if cursor.at("[") else "("
    if (
        request.written.sub is not None
        or request.written.sup is not None
        or not cursor.at("(", "[")
    ):
        return None
    nodes = enclosed(cursor, opener, "]" if opener == "[" else ")")
    if not nodes:
        return None
    parts, bars = _split(nodes)
    table = reader.table
    mutual = request.name.base == "I"
    laws = [_law_of(table, part) for part in parts]
    build = None
    names = [_variable_of(part) for part in parts]
    of_laws = (v for law in laws if law is not None for v in table.joints[law])
    if any(v in table.measured for v in (*names, *of_laws)):
        return None  # the entropy of a density may be negative
    if not mutual and not bars and all(laws) and len(laws) in (1, 2):
        build = _of_laws(table, [law for law in laws if law is not None], reader, start)
    law = _spoken_of(table, names)
    if build is None and law is not None:
        build = _of_variables(table, law, names, bars, mutual)
    if build is None and not mutual and not bars:
        build = _of_probabilities(reader, nodes)
    if build is None:
        return None
    cursor.pos += len(nodes) + 2
    return Value((), build, start=start)


def _of_probabilities(reader: Formula, nodes: Sequence[Node]) -> Callable[[], Expr] | None:
    """H(p) and H(p, q) of declared probability vectors, H(p) of one probability; None of anything else."""
    values: list[Value] = []
    for part in parts_of(nodes):
        match = _declared(reader, part)
        if match is None or not (match.has("simplex") or match.has("probability")):
            return None
        values.append(reader.whole(part))
    if not 0 < len(values) < 3 or any(len(v.shape) > 1 for v in values):
        return None
    p, q = values[0], values[-1]
    if p.shape:
        return lambda: Neg(Product((Transpose(p.build()), Apply("log", (q.build(),)))))
    if len(values) == 2:
        return None

    def build() -> Expr:
        own = p.build()
        other = Add((ONE, Neg(own)))
        terms = [Neg(Product((x, Apply("log", (x,))))) for x in (own, other)]
        return Add(tuple(terms))

    return build


def _declared(reader: Formula, part: Sequence[Node]) -> Declaration | None:
    """The declaration of a bare name."""
    name = whole_name(Cursor(part))
    return reader.table.exact(name) if name is not None else None


def _split(nodes: Sequence[Node]) -> tuple[list[str], int]:
    """The texts between commas, semicolons and bars, and how many of them stand before the bar (0: no bar)."""
    parts: list[list[Node]] = [[]]
    bar = 0
    for node in nodes:
        text = text_of(node)
        if text in (",", ";", "|", r"\mid"):
            bar = len(parts) if text in ("|", r"\mid") else bar
            parts.append([])
        else:
            parts[-1].append(node)
    return [plain(part) for part in parts], bar


def _law_of(table: Table, text: str) -> Name | None:
    """The law that a text names: `q`, or `q(z)` of all its variables."""
    for name, variables in table.joints.items():
        if text == name.latex or text == f"{name.latex}({','.join(variables)})":
            return name
    return None


def _variable_of(text: str) -> str:
    return text.lower() if len(text) == 1 else text


def _spoken_of(table: Table, names: Sequence[str]) -> Name | None:
    """The law that has all these variables, when there is one only."""
    found = [law for law, variables in table.joints.items() if all(n in variables for n in names)]
    return found[0] if len(found) == 1 else None


def _expected(table: Table, law: Name, other: Name, names: Sequence[str]) -> Expr:
    """- sum over the values of the variables of p log q, p and q the marginals of two laws."""
    indices = tuple(Index(n + "''", ONE, Dim(table.sizes.resolve(table.finite[n]))) for n in names)
    at: dict[str, Expr] = dict(zip(names, indices, strict=True))
    p = marginal_density(table, law, joint_density(table, law), at)
    q = marginal_density(table, other, joint_density(table, other), at)
    entropy = Neg(Reduce("sum", indices, Product((p, Apply("log", (q,)))), (), "index"))
    return Quotient(entropy, Apply("log", (TWO,))) if table.bits else entropy


def _of_laws(table: Table, laws: Sequence[Name], reader: Formula, start: int) -> Callable[[], Expr]:
    """The entropy of a law, or the cross entropy of two on the same variables."""
    first, last = laws[0], laws[-1]
    variables = list(table.joints[first])
    if table.joints[last] != variables:
        raise reader.error(f"{first.latex} and {last.latex} are laws of different variables", start)
    return lambda: _expected(table, first, last, variables)


def _of_variables(
    table: Table, law: Name, names: Sequence[str], bars: int, mutual: bool
) -> Callable[[], Expr]:
    """The entropy of variables, given those after the bar; of two variables their mutual information."""

    def entropy(over: Sequence[str]) -> Expr:
        return _expected(table, law, law, list(over))

    def build() -> Expr:
        if mutual:
            return Add((*(entropy([n]) for n in names), Neg(entropy(names))))
        if bars:
            return Add((entropy(names), Neg(entropy(names[bars:]))))
        return entropy(names)

    return build


__all__ = ["read_entropy"]
