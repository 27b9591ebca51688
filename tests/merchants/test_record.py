"""A shop's month: by day and offer, without what was taken back; and nowhere anything about who came."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from foundation.models import Notification
from rewards.benefits.models import Benefit, Entitlement, Voucher, VoucherUse, VoucherVoid
from rewards.merchants.selectors import months_of, statement
from tests.benefits.making import make_benefit, make_leaders, show, use_once
from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import Unit

ClientFor = Callable[[User], Client]
CANARY, NUMBER = "欧阳金丝雀", "15499988877"


@pytest.fixture
def barber(cast: Cast) -> Benefit:
    return make_benefit(cast, uses_each=9)


def text_of(response: Any) -> str:
    """The whole answer, streamed or not."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return str(content.decode("utf-8-sig"))


def used(cast: Cast, benefit: Benefit, at: dt.datetime) -> VoucherUse:
    """A use at a time of the past."""
    right, _made = Entitlement.objects.get_or_create(
        benefit=benefit, person=person_of(cast.leader), defaults={"unit": cast.neighbourhood, "state": "part_used"}
    )
    code = Voucher.objects.create(entitlement=right, code_digest=uuid.uuid4().hex, state="verified", expires_at=at)
    return VoucherUse.objects.create(
        id=uuid.uuid4(), voucher=code, merchant=cast.merchant, clerk_id=1, number=1, fingerprint="0" * 64, at=at
    )


def test_a_month_adds_up_without_what_was_taken_back(cast: Cast, barber: Benefit, client_for: ClientFor) -> None:
    pharmacy, district = make_benefit(cast, name="买药抵用", value_text="20 元"), timezone.get_default_timezone()
    noon, day = dt.datetime(2026, 11, 20, 12, tzinfo=district), dt.timedelta(days=1)
    for offer, at in (
        (barber, noon), (barber, noon), (pharmacy, noon), (barber, noon + day),
        (barber, dt.datetime(2026, 11, 30, 23, 59, tzinfo=district)),
        (barber, dt.datetime(2026, 12, 1, tzinfo=district)),
    ):  # fmt: skip
        used(cast, offer, at)
    VoucherVoid.objects.create(use=used(cast, barber, noon), reason="点错了", by=cast.merchant_person)
    with time_machine.travel(dt.datetime(2026, 12, 5, 12, tzinfo=district)):
        told = statement(cast.merchant, dt.date(2026, 11, 1))
        assert dict(told.offers) == {"理发": 4, "买药抵用": 1}
        assert (told.total, told.voided, [day.total for day in told.days]) == (5, 1, [3, 1, 1])
        assert months_of(cast.merchant) == [dt.date(2026, 12, 1), dt.date(2026, 11, 1)]
        till = client_for(cast.merchant_person)
        page = text_of(till.get("/merchant/history/?month=2026-11"))
        assert "心意兑现了 5 次" in page
        assert "云溪区" in page
        csv = text_of(till.get("/merchant/history/csv/?month=2026-11"))
        assert "2026-11-20,理发,2" in csv
        assert "2026-11-30,理发,1" in csv
        for wrong in ("", "2026-13", "x", "2999-01"):
            assert till.get(f"/merchant/history/?month={wrong}").status_code == 200


def test_the_pages_ask_the_database_as_often_for_many_uses_as_for_few(
    cast: Cast, barber: Benefit, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    till = client_for(cast.merchant_person)
    for leader in make_leaders(cast, 12):
        use_once(barber, leader, cast.merchant_person)
    for path in ("/merchant/", "/merchant/history/", "/merchant/benefits/"):
        till.get(path)
        with django_assert_max_num_queries(16):
            till.get(path)


def test_no_page_file_or_answer_of_a_shop_tells_who_came(cast: Cast, client_for: ClientFor) -> None:
    """A leader with a name, a number and a home found nowhere else; then everything that the shop can open."""
    barber = make_benefit(cast, uses_each=9)
    person = person_of(cast.leader)
    person.name = CANARY
    person.set_phone(NUMBER)
    person.save()
    Unit.objects.filter(pk=cast.neighbourhood.pk).update(name="金丝雀邻", place="金丝雀楼")
    till = client_for(cast.merchant_person)
    code = show(barber, cast.leader).code
    verdict = text_of(till.post("/merchant/", {"code": code}))
    fields = dict(re.findall(r'name="(id|voucher)" value="([^"]+)"', verdict))
    seen = [verdict, text_of(till.post("/merchant/confirm/", fields)), text_of(till.post("/merchant/", {"code": code}))]
    assert VoucherUse.objects.count() == 1
    uid = str(cast.merchant.uid)
    seen += [
        text_of(till.get(path))
        for path in (
            "/merchant/", "/merchant/history/", "/merchant/history/csv/", "/merchant/benefits/", "/merchant/sign/",
            "/merchant/benefits/new/", f"/merchant/benefits/{barber.uid}/pause/",
            f"/merchant/uses/{fields['id']}/void/", "/merchant/agreement/", "/shops/", f"/shops/{uid}/",
            "/api/merchants/", f"/api/merchants/{uid}/statement", "/api/inbox/", "/sync", "/",
        )
    ]  # fmt: skip
    body = {"code": show(barber, cast.leader).code}
    seen.append(text_of(till.post("/api/benefits/verify", body, "application/json")))
    told = " ".join(seen)
    assert "欧阳邻长" in told
    for hidden in (CANARY, "金丝雀", NUMBER, NUMBER[-4:], str(person.uid), str(cast.neighbourhood.uid)):
        assert hidden not in told
    assert CANARY in Person.objects.get(pk=person.pk).name, "the canary sings"
    own = f"p:{person_of(cast.merchant_person).pk}"
    assert CANARY not in str(list(Notification.objects.filter(stream_key=own).values_list("payload", flat=True)))
