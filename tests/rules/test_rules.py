"""Every rule row is sampled under its conditions, and again without them, where it must not apply and must be false."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derive.checker import judge_relation
from derive.expr import build as b
from derive.expr.nodes import Expr, Symbol
from derive.expr.walk import post_order, substitute
from derive.rules import RULES, find
from derive.rules.canonical import same
from derive.rules.rule import Rule

ROWS = list(RULES.values())
CONDITIONAL = [rule for rule in ROWS if rule.needs]


def _without_facts(node: Expr) -> Expr:
    bare = {s: replace(s, facts=()) for s in post_order(node) if isinstance(s, Symbol) and s.facts}
    return substitute(node, dict(bare))


@pytest.mark.parametrize("rule", ROWS, ids=lambda rule: rule.name)
def test_rule_holds_at_sampled_points(rule: Rule) -> None:
    example = rule.example()
    result = rule.rewrite(example)
    assert result is not None
    assert result != example
    assert result.shape == example.shape
    verdict = judge_relation(example, "=", result)
    assert verdict.kind == "holds", (example, result, verdict.why)


@pytest.mark.parametrize("rule", CONDITIONAL, ids=lambda rule: rule.name)
def test_rule_does_not_apply_without_its_condition(rule: Rule) -> None:
    assert rule.rewrite(_without_facts(rule.example())) is None


@pytest.mark.parametrize("rule", CONDITIONAL, ids=lambda rule: rule.name)
def test_statement_is_not_true_without_its_condition(rule: Rule) -> None:
    example = rule.example()
    result = rule.rewrite(example)
    assert result is not None
    verdict = judge_relation(_without_facts(example), "=", _without_facts(result))
    # A logarithm without its condition has no value at most points: then nothing is decided.
    undefined = bool({"positive", "pd"} & set(rule.needs))
    assert verdict.kind == "fails" or (undefined and verdict.kind != "holds")


@pytest.mark.parametrize("rule", ROWS, ids=lambda rule: rule.name)
def test_row_is_complete(rule: Rule) -> None:
    assert rule.statement
    assert rule.words
    assert "(" in rule.source
    assert any(ch.isdigit() for ch in rule.source)


def test_names_are_unique_and_found_by_their_words() -> None:
    assert find("Cyclic property of the trace") is RULES["cyclic property of the trace"]
    assert find("log of a product") is RULES["logarithm of a product"]
    assert find("sum over examples to matrix product") is RULES["sums over examples"]
    assert find("no such rule") is None


def test_rules_leave_alone_what_they_do_not_fit() -> None:
    x = b.symbol("x", "n")
    for name in (
        "transpose of a product",
        "trace trick",
        "symmetric matrix",
        "expand the square",
        "collect",
    ):
        assert RULES[name].rewrite(x) is None, name


def test_same_sees_through_order_and_brackets_only() -> None:
    A, B, x, y = (
        b.symbol("A", "n", "n"),
        b.symbol("B", "n", "n"),
        b.symbol("x", "n"),
        b.symbol("y", "n"),
    )
    assert same(A @ (x + y), A @ y + A @ x)
    assert same(x.T @ A @ y, y.T @ A.T @ x)
    assert same((A @ B).T, B.T @ A.T)
    assert not same(A @ B, B @ A)
    assert not same(A @ x, A.T @ x)
    assert not same(2 * x, 3 * x)
    assert not same(b.norm2(x + y), b.norm2(x) + b.norm2(y))
