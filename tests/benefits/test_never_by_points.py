"""A benefit is a role's, never bought: no way leads from points to a right, neither in the code nor in what happens."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import rewards.benefits
from foundation.errors import Missing
from rewards.benefits.codes import issue_code
from rewards.benefits.entitlements import claim
from rewards.benefits.models import Benefit, BenefitPackage, Entitlement, Voucher
from rewards.benefits.selectors import tickets_of
from rewards.points.models import PointsAccount
from tests.benefits.making import make_benefit
from tests.cast import Cast

HERE = Path(rewards.benefits.__file__).parent
SHOWS_THE_NUMBER = {"rewards.benefits.views"}
"""The page that says beside the tickets how many points there are; nothing else imports it but its addresses."""


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_nothing_that_decides_who_has_a_benefit_can_reach_points() -> None:
    graph = {f"rewards.benefits.{path.stem}": set(imports_of(path)) for path in HERE.glob("*.py")}
    assert "rewards.points.selectors" in graph["rewards.benefits.views"]  # the way of looking finds what there is
    for name, imported in graph.items():
        touches = [module for module in imported if module.startswith("rewards.points")]
        assert not touches or name in SHOWS_THE_NUMBER, f"{name} imports {touches}"
        if name in SHOWS_THE_NUMBER:
            continue
        leads = imported & SHOWS_THE_NUMBER
        assert not leads or name in {"rewards.benefits.urls", "rewards.benefits.paper_views"}, f"{name} imports {leads}"
    for model in (Benefit, BenefitPackage, Entitlement, Voucher):
        for field in model._meta.get_fields():
            assert "points." not in str(field.related_model and field.related_model.__module__)
            assert "point" not in field.name
            assert "balance" not in field.name


def test_with_a_thousand_points_and_without_any_one_has_the_same(cast: Cast) -> None:
    barber = make_benefit(cast)
    poor = [(ticket.uid, ticket.state) for ticket in tickets_of(cast.leader2)]
    PointsAccount.objects.create(kind="person", person=cast.leader.person, balance=1000)
    PointsAccount.objects.create(kind="person", person=cast.resident.person, balance=1000)
    assert [(ticket.uid, ticket.state) for ticket in tickets_of(cast.leader)] == poor != []
    assert tickets_of(cast.resident) == []
    for give in (claim, issue_code):
        with pytest.raises(Missing):
            give(benefit=barber, acting_user=cast.resident)
    assert issue_code(benefit=barber, acting_user=cast.leader2).code
