"""From the tree to a printed formula, in any style; brackets stand exactly where they are needed.

The rules go through the tree from the parts to the whole, without recursion, and never look into definitions: a
defined symbol prints its name. Two different trees print alike only where their values agree, with two exceptions:
a number beside an array stands for that number in every entry (`1 - p`), a vector beside a matrix for that vector in
each row, and a differential does not name the symbols that vary.
"""

from __future__ import annotations

from derive.errors import NoRuleError
from derive.expr.nodes import Expr, Function, Symbol
from derive.expr.walk import post_order
from derive.writer import arithmetic_rules, calculus_rules, function_rules
from derive.writer.pieces import Piece, Style
from derive.writer.typesetter import Rule, Typesetter

RULES: dict[type[Expr], Rule] = {
    **arithmetic_rules.RULES,
    **function_rules.RULES,
    **calculus_rules.RULES,
}


def names_in(root: Expr) -> frozenset[str]:
    """The names of symbols and of the document's functions in an expression, which no notation of ours may reuse."""
    return frozenset(n.name for n in post_order(root) if isinstance(n, (Symbol, Function)))


def typeset(root: Expr, style: Style, taken: frozenset[str] = frozenset()) -> Piece:
    """The printed form of an expression; a kind of node without a rule is an error that names it."""
    return set_type(root, style, taken)[root]


def set_type(root: Expr, style: Style, taken: frozenset[str] = frozenset()) -> Typesetter:
    """The printed form of an expression and of each of its parts."""
    setter = Typesetter(style, taken | names_in(root))
    for node in post_order(root):
        rule = RULES.get(type(node))
        if rule is None:
            raise NoRuleError(f"no rule prints a node of kind {type(node).__name__}: {node!r}")
        setter.pieces[node] = rule(node, setter)
    return setter
