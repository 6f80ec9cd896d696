"""Long formulas in several lines: breaks before + and -, inside a bracket (then of fixed size) if need be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from derive.expr.nodes import Add, Derivative, Expr, Neg, Product, Quotient, Reduce
from derive.writer.arithmetic_rules import flat_factors, terms_of
from derive.writer.formula import set_type
from derive.writer.latex_style import LatexStyle
from derive.writer.pieces import ATOM, FACTOR, POWER, PRODUCT, Piece, at_least, closed_end
from derive.writer.typesetter import Typesetter, signed_terms

STYLE = LatexStyle()


@dataclass(frozen=True, slots=True)
class Broken:
    """The LaTeX of an expression: in one line with its width in em, and in lines with theirs."""

    latex: str
    width: float
    lines: tuple[str, ...]
    widths: tuple[float, ...]


def broken(expr: Expr, width: float, taken: Iterable[str] = ()) -> Broken:
    """The LaTeX of an expression in lines of at most `width` em where breaks allow it; one line if it fits."""
    t = set_type(expr, STYLE, frozenset(taken))
    whole = t[expr]
    lines = [whole] if whole.width <= width else _packed(_tokens(expr, width, t), width)
    shown = tuple(line.text.strip() for line in lines)
    return Broken(whole.text, whole.width, shown, tuple(line.width for line in lines))


def _packed(tokens: Sequence[Piece], width: float) -> list[Piece]:
    """As many tokens in each line as fit; lines after the first are indented by 2 em."""
    lines = [tokens[0]]
    for token in tokens[1:]:
        room = width - (2.0 if len(lines) > 1 else 0.0)
        if lines[-1].width + token.width <= room:
            lines[-1] = STYLE.row([lines[-1], token])
        else:
            lines.append(token)
    return lines


def _tokens(node: Expr, width: float, t: Typesetter) -> list[Piece]:
    """Parts between which a line may end; a part that is too long is cut further where that is possible."""
    if isinstance(node, Add):
        return _of_sum(node, width, t)
    if isinstance(node, Neg) and isinstance(node.operand, (Product, Quotient, Reduce)):
        first, *rest = _tokens(node.operand, width, t)
        return [STYLE.row([STYLE.mark("negative"), first]), *rest]
    if isinstance(node, Product):
        return _of_product(node, width, t)
    if isinstance(node, Quotient) and isinstance(node.numerator, (Add, Product)):
        share = STYLE.fraction(t.small_number(1), t[node.denominator])
        if isinstance(node.numerator, Add):
            return _around(share, node.numerator, [], width, t)
        first, *rest = _of_product(node.numerator, width, t)
        return [STYLE.beside([share, first]), *rest]
    if isinstance(node, Reduce) and isinstance(node.body, (Add, Product)):
        return _of_reduce(node, width, t)
    return _of_call(node, width, t) or [t[node]]


def _of_call(node: Expr, width: float, t: Typesetter) -> list[Piece]:
    """A break inside the brackets of a function, an expectation or a derivative of a sum, if there are any."""
    inner = node.body if isinstance(node, Derivative) else getattr(node, "args", (None,))[0]
    if not isinstance(inner, Add):
        return []
    text, argument = t[node].text, t[inner]
    for left, right in (("(", ")"), ("[", "]")):
        fenced = rf"\left{left} {argument.text} \right{right}"
        fenced = fenced if argument.tall else f"{left}{argument.text}{right}"
        if text.endswith(fenced):
            name = text.removesuffix(fenced)
            front = Piece(name, ATOM, max(0.5, t[node].width - argument.width), ends="sign")
            return _around(front, inner, [], width, t, (left, right))
    return []


def _of_sum(node: Add, width: float, t: Typesetter) -> list[Piece]:
    done: list[Piece] = []
    for term, piece in zip(node.terms, signed_terms(terms_of(node, t), t), strict=True):
        inner = term.operand if isinstance(term, Neg) and done else term
        if piece.width <= width - 2 or isinstance(inner, Add):
            done.append(piece)
            continue
        first, *rest = _tokens(inner, width - 2, t)
        if not rest:
            done.append(piece)
            continue
        sign = STYLE.mark("minus" if isinstance(term, Neg) else "plus")
        done += [STYLE.row([sign, first]) if done else first, *rest]
    return done


def _of_product(node: Product, width: float, t: Typesetter) -> list[Piece]:
    """A break inside the widest sum among the factors, else between factors."""
    factors = flat_factors(node)
    parts = [t[factor] for factor in factors]
    sums = [i for i, factor in enumerate(factors) if isinstance(factor, Add)]
    shown = [closed_end(STYLE, at_least(STYLE, part, FACTOR)) for part in parts]
    if not sums:
        last = factors[-1]
        if isinstance(last, Reduce) and parts[-1].width > width / 2:
            first, *rest = _tokens(last, width, t)
            return [STYLE.beside([*shown[:-1], first]), *rest]
        dots = [STYLE.row([STYLE.mark("cdot"), part]) for part in shown[1:]]
        return [shown[0], *dots]
    widest = max(sums, key=lambda i: parts[i].width)
    front = STYLE.beside(shown[:widest]) if widest else None
    inner = factors[widest]
    assert isinstance(inner, Add)
    return _around(front, inner, shown[widest + 1 :], width, t)


def _around(
    front: Piece | None,
    inner: Add,
    after: Sequence[Piece],
    width: float,
    t: Typesetter,
    fence: tuple[str, str] = ("(", ")"),
) -> list[Piece]:
    """front ( inner ) after, cut inside the bracket."""
    tall = t[inner].tall
    size = r"\Big" if tall else r"\big"
    left, right = f"{size}l{fence[0]}", f"{size}r{fence[1]}"
    tokens = _of_sum(inner, width - 2, t)
    opening = Piece(left, POWER, 0.5, tall, "open", "open")
    start = [front, opening] if front is not None else [opening]
    tokens[0] = STYLE.row([STYLE.beside(start), tokens[0]])
    end = Piece(right, POWER, 0.5, tall, "close", "close")
    tokens[-1] = STYLE.row([tokens[-1], STYLE.beside([end, *after])])
    return tokens


def _of_reduce(node: Reduce, width: float, t: Typesetter) -> list[Piece]:
    body = t[node.body]
    sign = t[node].text.removesuffix(at_least(STYLE, body, PRODUCT).text)
    front = Piece(sign.rstrip(), POWER, t[node].width - body.width, True, "big", "sign")
    if isinstance(node.body, Add):
        return _around(front, node.body, [], width, t)
    first, *rest = _tokens(node.body, width, t)
    return [STYLE.row([front, STYLE.mark("space"), first]), *rest]
