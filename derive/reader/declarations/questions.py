"""What tokens and expressions of a document say: small questions that the passes ask."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from derive.derivation import Place
from derive.derivation import Side as TypedSide
from derive.expr.nodes import Apply, Call, Derivative, Expr, Item
from derive.expr.walk import free_indices, free_symbols, post_order, transform
from derive.reader.declarations.definition_heads import Head
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.written import ACCENTS
from derive.reader.relations.chains import RawRelation
from derive.reader.relations.chains import Side as RawSide
from derive.reader.source.groups import Node
from derive.reader.source.places import Source
from derive.reader.source.scanner import Token

EQUIVALENT = frozenset([r"\Leftrightarrow", r"\iff", r"\Longleftrightarrow"])
"""Signs between equations of which none is claimed by itself."""

DERIVING = frozenset([r"\nabla", r"\partial", r"\argmin", r"\argmax"])


def place_at(source: Source, offset: int) -> Place:
    place = source.place(offset)
    path = source.path if place.cell is None else f"{source.path}:cell {place.cell}"
    return Place(path, place.line, place.column)


def is_equivalence(relation: RawRelation) -> bool:
    """Whether a relation stands in an equivalence, which claims none of its sides by itself."""
    return any(token.text in EQUIVALENT for token in relation.chain.display.tokens)


def between_indices(sign: Node) -> bool:
    """Whether a sign excludes something: `i \\ne j`."""
    return isinstance(sign, Token) and sign.text in (r"\ne", r"\neq")


def tokens_in(node: object) -> list[Token]:
    return [node] if isinstance(node, Token) else list(node.tokens())  # type: ignore[attr-defined]


def is_gradient(node: Expr, order: int = 0) -> bool:
    """Whether a side is a derivative (of this order), perhaps transposed."""
    while isinstance(node, (Item,)) or type(node).__name__ in ("Transpose", "Neg"):
        node = node.base if isinstance(node, Item) else node.operand  # type: ignore[attr-defined]
    return isinstance(node, Derivative) and order in (0, len(node.wrt))


def has_derivative(node: TypedSide) -> bool:
    return isinstance(node, Expr) and any(isinstance(n, Derivative) for n in post_order(node))


def side_mentions(side: RawSide, name: RawSide) -> bool:
    """Whether the tokens of a name occur in a side."""
    own = [t.text for t in name.tokens]
    texts = [t.text for t in side.tokens]
    return any(texts[i : i + len(own)] == own for i in range(len(texts) - len(own) + 1))


def calls_name(tokens: Sequence[Token], name: Name) -> bool:
    """Whether a name stands before a bracket: a law such as p is spoken of on both sides, not introduced."""
    texts = [token.text for token in tokens]
    for place, (text, following) in enumerate(itertools.pairwise(texts)):
        if text == name.base and following in ("(", r"\left"):
            before = texts[place - 1] if place else ""
            if (before in ACCENTS) == bool(name.accents):
                return True
    return False


def is_related(premise: Expr, typed: list[TypedSide]) -> bool:
    """Whether a premise speaks of something in a chain: of its symbols, or of its indices (of sizes it always does)."""
    own = free_symbols(premise)
    sides = [side for side in typed if isinstance(side, Expr)]
    present = {index.name: None for side in sides for index in free_indices(side)}
    if any(index.name not in present for index in free_indices(premise)):
        return False
    if not own:
        return True
    return any(s in own for side in typed if isinstance(side, Expr) for s in free_symbols(side))


def tidied(expr: Expr) -> Expr:
    """ln p(x) of a density that was given by its logarithm is that logarithm."""

    def change(node: Expr) -> Expr | None:
        if isinstance(node, Apply) and node.function == "log" and isinstance(node.args[0], Call):
            call = node.args[0]
            body = call.function.body
            if isinstance(body, Apply) and body.function == "exp" and not call.order:
                name = rf"\ln {call.function.name}"
                return Call(replace(call.function, name=name, body=body.args[0]), call.args)
        return None

    if not any(isinstance(n, Call) for n in post_order(expr)):
        return expr
    return transform(expr, change)


def recurs(head: Head, nodes: Sequence[object]) -> bool:
    """Whether a member is defined by its neighbours, `h_t = f(h_{t-1})`: then its index is held, h_t is one symbol."""
    if head.marker != "sub" or head.name.sub or head.name.sup:
        return False
    texts = [t.text for node in nodes for t in tokens_in(node)]
    near = [["_", "{", head.indices[0], sign] for sign in "+-"]
    places = [i + 1 for i, text in enumerate(texts) if text == head.name.base]
    places += [i + 1 for i in places if texts[i : i + 1] == ["}"]]  # the letter in bold
    return any(texts[i : i + 4] == step for step in near for i in places)


def updates(table: Table, head: Head, nodes: Sequence[object]) -> bool:
    r"""Whether a matrix with a label is given by the matrix without it: `P_k = (I - K H) P`, with k nowhere else."""
    whole = table.exact(head.name)
    if head.marker != "sub" or whole is None or whole.kind != "variable" or whole.family:
        return False
    if whole.definition is not None or len(whole.sizes or ()) != 2 or head.name in table.families:
        return False
    texts = [t.text for node in nodes for t in tokens_in(node)]
    behind = [i + 1 for i, text in enumerate(texts) if text == head.name.base]
    behind = [i + (texts[i : i + 1] == ["}"]) for i in behind]
    return (
        head.indices[0] not in texts
        and bool(behind)
        and all(texts[i : i + 1] != ["_"] for i in behind)
    )
