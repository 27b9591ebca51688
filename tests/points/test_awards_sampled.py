"""The monthly sample: drawn once by a published seed that anybody can draw with again, looked at by somebody else."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import math
import uuid
from collections import defaultdict
from collections.abc import Callable

import pytest
from django.test import Client

from foundation.errors import Conflict, Denied, Invalid
from rewards.points import awards, sampling
from rewards.points.models import AwardSample, LedgerSeal, ManualAward, SampledAward
from rewards.points.posting import month_begins
from rewards.points.rehearsal import last_month
from rewards.points.selectors import balance_of
from tests.cast import Cast, person_of
from tests.points.by_hand import ask, colleague, fund, together
from volunteers.accounts.models import User
from volunteers.units.models import Role

Desk = Callable[[User], Client]


def approve_last_month(cast: Cast, count: int) -> None:
    """Awards of 桂花社区 and one of 月桂社区, approved last month: one as it is, the others as its likes."""
    fund(cast.street, 100)
    first = [*ask(cast), *ask(cast, cast.other_leader, by=cast.street_clerk)]
    for award, by in zip(first, (cast.street_clerk, cast.other_worker), strict=True):
        awards.approve_award(award=award, acting_user=by)
    at = month_begins(last_month()) + dt.timedelta(days=3)
    ManualAward.objects.update(decided_at=at)
    template = ManualAward.objects.select_related("transfer").get(pk=first[0].pk)
    for number in range(count - 1):
        line = template.transfer
        assert line
        line.pk, line.source_key = uuid.uuid4(), f"copy:{number}"
        line.save(force_insert=True)
        template.pk, template.transfer = uuid.uuid4(), line
        template.save(force_insert=True)


@pytest.mark.everywhere
def test_anybody_draws_the_same_sample_again_from_what_is_published(cast: Cast, client_for: Desk) -> None:
    approve_last_month(cast, 90)
    sample = sampling.draw_month(last_month())
    assert sample
    assert sampling.draw_month(last_month()) == sample
    client = client_for(cast.district_clerk)
    page = client.get("/console/points/samples/drawn/").content.decode()
    assert sample.seed in page
    told = client.get(f"/console/points/samples/drawn/{sample.uid}/").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(told)))[1:]
    assert "周桂兰" not in told
    by_community: dict[str, list[str]] = defaultdict(list)
    for _name, community, number, _value, _drawn in rows:
        by_community[community].append(number)
    again = set()
    for numbers in by_community.values():
        numbers.sort(key=lambda one: hashlib.sha256(f"{sample.seed}:{one}".encode()).hexdigest())
        again |= set(numbers[: max(sample.at_least, math.ceil(len(numbers) * sample.percent / 100))])
    assert sorted(len(numbers) for numbers in by_community.values()) == [1, 90]
    assert len(again) == 5 + 1
    assert again == {str(one.award_id) for one in SampledAward.objects.all()}
    assert again == {row[2] for row in rows if row[4] == "1"}


def test_the_seed_is_the_seal_of_the_last_day_where_there_is_one(cast: Cast) -> None:
    approve_last_month(cast, 2)
    last_day = (last_month() + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    LedgerSeal.objects.create(day=last_day, count=0, root="r" * 64, previous="p" * 64, link="f" * 64)
    sample = sampling.draw_month(last_month())
    assert sample
    assert sample.seed == "f" * 64


def test_a_month_without_awards_draws_nothing_and_the_job_waits_for_the_second_day(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sampling.draw_month(last_month()) is None
    approve_last_month(cast, 1)
    first = (last_month() + dt.timedelta(days=32)).replace(day=1)
    monkeypatch.setattr("foundation.clock.today", lambda: first)
    assert sampling.draw_last_month() is None
    monkeypatch.setattr("foundation.clock.today", lambda: first + dt.timedelta(days=1))
    assert sampling.draw_last_month()


def test_somebody_who_had_nothing_to_do_with_it_looks_and_a_fault_leads_to_a_reversal(
    cast: Cast, client_for: Desk
) -> None:
    approve_last_month(cast, 1)
    sampling.draw_month(last_month())
    item = SampledAward.objects.get(award__person=person_of(cast.leader))
    for user in (cast.worker, cast.street_clerk, cast.leader):
        with pytest.raises(Denied):
            sampling.look_at(item=item, in_order=True, reason="", acting_user=user)
    with pytest.raises(Invalid):
        sampling.look_at(item=item, in_order=False, reason=" ", acting_user=cast.district_clerk)
    client, url = client_for(cast.district_clerk), f"/console/points/samples/{item.uid}/"
    client.post(url, {"verdict": "not_in_order", "reason": "两家说没有这回事"})
    page = client.get(url).content.decode()
    reverse_url = f"/console/points/lines/{item.award.transfer_id}/reverse/"
    assert reverse_url in page
    client.post(reverse_url, {"reason": "抽查：两家说没有这回事"})
    assert balance_of(cast.leader.person_id) == 0
    page = client.get(url).content.decode()
    assert reverse_url not in page
    assert "抽查：两家说没有这回事" in page
    second = colleague(cast.district, Role.DISTRICT_CLERK)
    with pytest.raises(Conflict):
        sampling.look_at(item=item, in_order=True, reason="", acting_user=second)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_draw_one_sample(committed_cast: Cast) -> None:
    approve_last_month(committed_cast, 9)
    answers = together(*[lambda: sampling.draw_month(last_month())] * 4)
    assert answers == ["done"] * 4
    assert AwardSample.objects.count() == 1
    assert SampledAward.objects.count() == 3 + 1
