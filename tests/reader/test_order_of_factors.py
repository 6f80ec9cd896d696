"""Undeclared capital letters with an index are no numbers where they are multiplied: the order of a product counts."""

from __future__ import annotations

import pytest

import derive

DEEP = r"A deep linear network has layers $h_l = W_l h_{l-1}$. Then \[ %s \]"
FLOW = r"Put $z_2 = A_2 z_1$ and $z_1 = A_1 z_0$. Then \[ %s \]"
PLAIN = r"Then \[ %s \]"


@pytest.mark.parametrize(
    ("note", "relation", "verdicts"),
    [
        (DEEP, r"\frac{\partial h_l}{\partial h_{l-2}} = W_l W_{l-1}", ("holds", "unchecked")),
        (DEEP, r"\frac{\partial h_l}{\partial h_{l-2}} = W_{l-1} W_l", ("fails", "unchecked")),
        (FLOW, r"\frac{\partial z_2}{\partial z_0} = A_2 A_1", ("holds", "unchecked")),
        (FLOW, r"\frac{\partial z_2}{\partial z_0} = A_1 A_2", ("fails", "unchecked")),
        (PLAIN, r"W_1 W_2 - W_2 W_1 = 0", ("fails", "unchecked")),
        (PLAIN, r"a_1 a_2 - a_2 a_1 = 0", ("holds",)),
    ],
)
def test_an_order_that_numbers_would_hide_is_not_accepted(
    note: str, relation: str, verdicts: tuple[str, ...]
) -> None:
    report = derive.check_text(note % relation, seed=0).to_json()
    assert report["files"][0]["relations"][0]["verdict"] in verdicts
