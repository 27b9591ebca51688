"""The lists of the desk open, hold what they should, and nothing of other units."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from rewards.honours import services
from rewards.honours.models import ServiceRecord
from tests.cast import Cast
from tests.honours.conftest import at
from volunteers.accounts.models import User

ClientFor = Callable[[User], Client]
Served = Callable[..., ServiceRecord]
LISTS = ("service", "service_entry", "hand_over", "certificate", "certificate_kind", "anniversary", "thanks", "story")


@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens_for_staff_only(cast: Cast, client_for: ClientFor, name: str) -> None:
    url = reverse(f"console_{name}_list")
    assert client_for(cast.worker).get(url).status_code == 200
    assert client_for(cast.leader).get(url).status_code == 403


def test_records_are_found_by_name_and_day_in_ones_own_units(cast: Cast, client_for: ClientFor, served: Served) -> None:
    served(project="邻里节布置", started_at=at(2026, 3, 5))
    gone = served(project="写错的一条", started_at=at(2026, 4, 5))
    served(cast.other_leader, project="别的社区", unit_id=cast.other_neighbourhood.pk)
    services.withdraw_hours(source_key=gone.source_key, reason="记错了", acting_user=cast.worker)
    desk, url = client_for(cast.worker), reverse("console_service_list")
    page = desk.get(url).content.decode()
    assert "邻里节布置" in page
    assert "已撤回" in page
    assert "别的社区" not in page
    narrowed = desk.get(url, {"q": "zgl", "since": "2026-03-01", "until": "2026-03-31"}).content.decode()
    assert "邻里节布置" in narrowed
    assert "写错的一条" not in narrowed


def test_a_record_is_withdrawn_at_the_desk_with_a_reason(cast: Cast, client_for: ClientFor, served: Served) -> None:
    record = served()
    url = reverse("console_service", args=[record.pk])
    desk = client_for(cast.worker)
    assert desk.post(url, {"reason": ""}).status_code == 422
    assert desk.post(url, {"reason": "那天没有去"}).status_code == 302
    assert "那天没有去" in desk.get(url).content.decode()
    assert client_for(cast.other_worker).get(url).status_code == 404
