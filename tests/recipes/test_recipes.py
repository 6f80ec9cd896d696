"""Every recipe of the catalogue: well formed, of one style, and every claim in it holds."""

from __future__ import annotations

import re

import pytest

from derive.checker import judge
from derive.derivation import Chain, Definition, Derivation, Prose
from derive.engine import explain, fill
from derive.expr.nodes import Expr, Function, Symbol, expressions_in
from derive.expr.walk import post_order
from derive.registry import catalogue

SLUGS = list(catalogue().recipes)

#: the recipes that the catalogue of derivations puts first
FIRST = [
    "quadratic-form-gradient",
    "mse-gradient",
    "normal-equations",
    "ridge-regression",
    "bernoulli-loglik-gradient",
    "logistic-regression",
    "categorical-loglik-gradient",
    "softmax-jacobian",
    "softmax-regression",
    "gaussian-loglik-gradient",
    "activation-derivatives",
    "dense-layer-backward",
    "mlp-backprop",
    "pca-max-variance",
    "pca-min-reconstruction",
]


def derivation(slug: str) -> Derivation:
    return catalogue()[slug].derivation()


def sides(made: Derivation) -> list[Expr]:
    return [s for chain in made.chains for s in chain.sides() if isinstance(s, Expr)]


def test_the_first_fifteen_are_there() -> None:
    assert [slug for slug in FIRST if slug not in SLUGS] == []


def test_nothing_is_broken() -> None:
    assert catalogue().broken == ()


@pytest.mark.parametrize("slug", SLUGS)
def test_what_the_catalogue_says_about_it(slug: str) -> None:
    entry = catalogue()[slug]
    assert entry.title
    assert entry.title[0].isupper() or entry.title.startswith("t-")
    assert entry.title[-1] != "."
    assert entry.chapter == entry.chapter.lower()
    assert 1 <= entry.level <= 5
    assert re.search(r"\(\d{4}\)", entry.source), "a source names author and year"
    assert entry.summary.endswith(".")
    assert "$" not in entry.summary, "the summary is plain text"
    assert set(entry.needs) <= set(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_prose_stands_before_each_formula(slug: str) -> None:
    blocks = derivation(slug).blocks
    assert isinstance(blocks[0], Prose)
    silent = 0
    for block in blocks:
        silent = 0 if isinstance(block, Prose) else silent + 1
        assert silent <= 6, f"six formulas without a word before line {block.place.line}"
        if isinstance(block, Chain):
            assert len(block.steps) <= 8


@pytest.mark.parametrize("slug", SLUGS)
def test_every_step_but_the_last_trivial_ones_has_a_reason(slug: str) -> None:
    for chain in derivation(slug).chains:
        for step in chain.steps:
            assert step.reason.text or step.reason.rule, f"line {step.place.line}"


@pytest.mark.parametrize("slug", SLUGS)
def test_dollars_and_braces_of_prose_are_paired(slug: str) -> None:
    made = derivation(slug)
    texts = [b.text for b in made.blocks if isinstance(b, Prose)]
    texts += [step.reason.text for chain in made.chains for step in chain.steps]
    texts += [given.meaning for given in made.givens]
    for text in texts:
        assert text.count("$") % 2 == 0, text
        assert text.count("{") == text.count("}"), text
        for outside in text.split("$")[::2]:
            assert "\\" not in outside, f"mathematics outside of dollars: {outside}"


@pytest.mark.parametrize("slug", SLUGS)
def test_what_is_declared_is_used(slug: str) -> None:
    made = derivation(slug)
    used: dict[Expr, None] = {}
    for side in sides(made):
        for node in post_order(side, into_definitions=True):
            used[node] = None
            if isinstance(node, Symbol) and node.law is not None:
                for arg in expressions_in(node.law.args):
                    used.update(dict.fromkeys(post_order(arg, into_definitions=True)))
    for block in made.blocks:
        if isinstance(block, Chain):
            for premise in block.premises:
                used.update(dict.fromkeys(post_order(premise, into_definitions=True)))
    parameters = {
        p: None
        for block in made.blocks
        if isinstance(block, Definition) and isinstance(block.symbol, Function)
        for p in block.symbol.parameters
    }
    for given in made.givens:
        assert given.symbol in used or given.symbol in parameters, given.symbol.name


@pytest.mark.parametrize("slug", SLUGS)
def test_it_has_a_result(slug: str) -> None:
    assert any(chain.result for chain in derivation(slug).chains)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_claim_holds(slug: str) -> None:
    report = judge(fill(derivation(slug)), time_limit=30.0)
    assert len(report.relations) >= 5
    open_claims = [
        f"{r.line}: {r.verdict.kind}: {r.verdict.why}"
        for r in report.relations
        if r.verdict.kind != "holds"
    ]
    assert open_claims == []


@pytest.mark.parametrize("slug", SLUGS)
def test_every_named_rule_explains_its_step(slug: str) -> None:
    unexplained = []
    for chain in derivation(slug).chains:
        left = chain.lhs
        for step in chain.steps:
            rule, right = step.reason.rule, step.rhs
            assert isinstance(left, Expr)
            assert isinstance(right, Expr)
            if rule and not (step.op == "=" and explain(left, right, rule)):
                unexplained.append(f"{step.place}: {rule}")
            left = right
    assert unexplained == []
