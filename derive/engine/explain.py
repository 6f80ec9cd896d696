"""Whether a step is an instance of the rule that its author names: the rule is applied, and must give the other side.

What is left between the rewritten side and the other side may only be tidying: order, brackets, signs, like terms,
multiplying out. Every rule and the tidying keep the value, so a false step is never explained.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product

from derive.engine.proof import proved
from derive.engine.special import special_rule, unfolded
from derive.engine.stepper import advance, first_derivatives
from derive.engine.tidying import CLOSED, everywhere, tidied, varied_inside
from derive.expr.nodes import Add, Differential, Expr, Product
from derive.expr.shapes import product_plan
from derive.expr.walk import post_order, rebuild
from derive.rules import forms, named
from derive.rules.canonical import same
from derive.rules.differentials import DIFFERENTIALS
from derive.rules.rule import Rule

MOST_PLACES = 60
MOST_MOVES = 12


def explain(lhs: Expr, rhs: Expr, rule: str) -> bool:
    """Whether the named rule (or the rules, separated by `;`) leads from one side to the other.

    An unknown name explains nothing.
    """
    if lhs.shape != rhs.shape or lhs == rhs:
        return False
    special = special_rule(rule)
    if special is not None:
        return special(lhs, rhs)
    candidates = [named(part) for part in re.split(r"\s*;\s*", rule) if part]
    if not candidates or not all(candidates):
        return False
    return any(_by_rules(lhs, rhs, list(rules)) for rules in islice(product(*candidates), 8))


def _by_rules(lhs: Expr, rhs: Expr, rules: list[Rule]) -> bool:
    if _by_algebra(lhs, rhs, rules):
        return True
    calculus = any(r.family in ("derivative", "differential") for r in rules)
    return calculus and _by_calculus(lhs, rhs, rules)


# ---------------------------------------------------------------------------------------------- algebra


def _by_algebra(lhs: Expr, rhs: Expr, rules: list[Rule]) -> bool:
    """The rules one after the other from either side; each must change something."""
    ahead, back = [lhs], [rhs]
    for rule in rules:
        ahead = [made for side in ahead[:MOST_PLACES] for made in applications(side, rule)]
    for rule in reversed(rules):
        back = [made for side in back[:MOST_PLACES] for made in applications(side, rule)]
    if any(same(made, rhs) for made in ahead) or any(same(lhs, made) for made in back):
        return True
    if len(rules) == 1:
        return any(same(a, b) for a in ahead[:8] for b in back[:8])
    return False


def applications(root: Expr, rule: Rule) -> list[Expr]:
    """The formula with the rule applied everywhere, and at each single place where it applies."""
    made: dict[Expr, None] = {}
    by_fact = bool(rule.needs)
    whole = everywhere(root, rule.rewrite, by_fact)
    if whole != root:
        made[whole] = None
        again = everywhere(whole, rule.rewrite, by_fact)
        if again != whole:
            made[again] = None
    hidden = varied_inside(root) if by_fact else {}
    for place in post_order(root):
        if place in hidden:
            continue
        changed = rule.rewrite(place)
        if changed is not None and changed.shape == place.shape and changed != place:
            made[_at(root, place, changed)] = None
        if len(made) >= MOST_PLACES:
            break
    for part, changed in () if hidden else _parts_of_products(root, rule):
        made[_at(root, part, changed)] = None
    return list(made)


def _at(root: Expr, place: Expr, changed: Expr) -> Expr:
    done: dict[Expr, Expr] = {}
    for node in post_order(root):
        new = changed if node == place else rebuild(node, done)
        done[node] = new
    return done[root]


def _parts_of_products(root: Expr, rule: Rule) -> Iterator[tuple[Expr, Expr]]:
    """The rule applied to some terms of a sum or to neighbouring factors of a product: modulo associativity."""
    for node in post_order(root):
        if isinstance(node, Add) and 2 < len(node.terms) <= 8:
            yield from ((node, changed) for changed in _two_terms(node, rule))
        if isinstance(node, Product) and 2 < len(node.factors) <= 8:
            yield from ((node, changed) for changed in _neighbours(node, rule))


def _two_terms(node: Add, rule: Rule) -> Iterator[Expr]:
    for i, j in _pairs(len(node.terms)):
        for first, second in ((i, j), (j, i)):
            changed = rule.rewrite(Add((node.terms[first], node.terms[second])))
            if changed is not None and changed.shape == node.shape:
                rest = [t for k, t in enumerate(node.terms) if k not in (i, j)]
                yield forms.total([*rest, changed], node.shape)


def _neighbours(node: Product, rule: Rule) -> Iterator[Expr]:
    count = len(node.factors)
    for start in range(count - 1):
        for end in range(start + 2, count + 1):
            part = node.factors[start:end]
            if end - start == count or not _fit(part):
                continue
            changed = rule.rewrite(Product(part))
            if changed is None or changed.shape != Product(part).shape:
                continue
            factors = (*node.factors[:start], changed, *node.factors[end:])
            if _fit(factors):
                yield Product(factors)


def _fit(factors: tuple[Expr, ...]) -> bool:
    return product_plan(tuple(f.shape for f in factors)) is not None


def _pairs(count: int) -> Iterator[tuple[int, int]]:
    return ((i, j) for i in range(count) for j in range(i + 1, count))


# --------------------------------------------------------------------------------------------- calculus


def _by_calculus(lhs: Expr, rhs: Expr, rules: list[Rule]) -> bool:
    """Both sides differentiated to the end; the rules must be among those used on the way of one of them."""
    left, used_left = differentiated(lhs)
    right, used_right = differentiated(rhs)
    used = {**used_left, **used_right}
    for side in (left, right):
        used.update(dict.fromkeys(rule.name for _, rule in tidied(side)))
    return all(r.name in used for r in rules) and _meet(left, right)


def _meet(left: Expr, right: Expr) -> bool:
    """Whether what is left between two ends is tidying: one normal form, if need be with the definitions put in."""
    if same(left, right):
        return True
    ends = [[side, *(e for e, _ in tidied(side))] for side in (unfolded(left), unfolded(right))]
    if any(same(x, y) for x in ends[0] for y in ends[1]):
        return True
    done = not any(isinstance(n, CLOSED) for side in (left, right) for n in post_order(side))
    return done and proved(left, "=", right)


def differentiated(root: Expr) -> tuple[Expr, dict[str, None]]:
    """The formula with its derivatives and differentials carried out as far as the rules go, and the rules used."""
    used: dict[str, None] = {}
    current = root
    for _ in range(MOST_MOVES):
        if not first_derivatives(current):
            break
        move = advance(current)
        if move is None:
            break
        used.update(dict.fromkeys(rule.name for rule in move.rules))
        current = move.result
    for _ in range(MOST_MOVES):
        made = _differentials(current, used)
        if made == current:
            break
        current = made
    return current, used


def _differentials(root: Expr, used: dict[str, None]) -> Expr:
    def change(node: Expr) -> Expr | None:
        if not isinstance(node, Differential):
            return None
        for rule in DIFFERENTIALS:
            made = rule.rewrite(node)
            if made is not None and made != node and made.shape == node.shape:
                used[rule.name] = None
                return made
        return None

    return everywhere(root, change, by_fact=False)
