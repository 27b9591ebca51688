"""A leader shows a code, a merchant verifies it, and nobody uses it twice."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from foundation.errors import Conflict, Denied, Missing, TooMany
from foundation.idempotency import DifferentBody
from foundation.models import Notification
from rewards.benefits.codes import issue_code
from rewards.benefits.entitlements import claim
from rewards.benefits.models import Benefit, BenefitPackage, VoucherUse
from rewards.benefits.offers import report_refusal
from rewards.benefits.verifying import Answer, check_code, confirm_use
from tests.benefits.making import make_benefit, show
from tests.cast import SINCE, Cast, person_of
from volunteers.accounts.models import User
from volunteers.units.models import Appointment


@pytest.fixture
def barber(cast: Cast) -> Benefit:
    return make_benefit(cast)


def test_from_the_leaders_screen_to_the_merchants_till(
    cast: Cast, barber: Benefit, client_for: Callable[[User], Client]
) -> None:
    leader, shop = client_for(cast.leader), client_for(cast.merchant_person)
    assert "理发" in leader.get("/benefits/").content.decode()
    page = leader.get(f"/benefits/{barber.uid}/code/")
    assert "no-store" in page["Cache-Control"]
    code = "".join(re.findall(r"<span>(\d{4})</span>", page.content.decode()))
    verdict = shop.post("/merchant/", {"code": f"{code[:4]} {code[4:]}"}).content.decode()
    assert "有效" in verdict
    assert "周邻长" in verdict
    assert "周桂兰" not in verdict
    fields = dict(re.findall(r'name="(id|voucher)" value="([^"]+)"', verdict))
    assert "用好了" in shop.post("/merchant/confirm/", fields).content.decode()
    assert "用好了" in shop.post("/merchant/confirm/", fields).content.decode()
    assert VoucherUse.objects.count() == 1
    assert "已使用" in shop.post("/merchant/", {"code": code}).content.decode()
    assert "剩 1 次" in leader.get("/benefits/").content.decode()
    assert Notification.objects.get(kind="benefit").stream_key == f"p:{cast.leader.person_id}"


def test_a_second_scan_says_when_it_was_used_and_another_shop_says_not_here(cast: Cast, barber: Benefit) -> None:
    code = show(barber, cast.leader).code
    assert check_code(code=code, acting_user=cast.other_merchant_person).answer == Answer.ELSEWHERE
    check = check_code(code=code, acting_user=cast.merchant_person)
    assert check.voucher_id
    use = confirm_use(id=uuid.uuid4(), voucher_id=check.voucher_id, acting_user=cast.merchant_person)
    again = check_code(code=code, acting_user=cast.merchant_person)
    assert (again.answer, again.used_at) == (Answer.USED, use.at)
    with pytest.raises(Conflict, match=r"\d\d:\d\d 用过了"):
        confirm_use(id=uuid.uuid4(), voucher_id=check.voucher_id, acting_user=cast.merchant_person)
    with pytest.raises(Missing):
        confirm_use(id=uuid.uuid4(), voucher_id=check.voucher_id, acting_user=cast.other_merchant_person)


def test_a_code_lives_a_minute_and_a_new_one_ends_it(cast: Cast, barber: Benefit) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        old = show(barber, cast.leader).code
        new = show(barber, cast.leader).code
        assert check_code(code=old, acting_user=cast.merchant_person).answer == Answer.VALID
        clock.shift(20)
        assert check_code(code=old, acting_user=cast.merchant_person).answer == Answer.EXPIRED
        check = check_code(code=new, acting_user=cast.merchant_person)
        assert check.answer == Answer.VALID
        clock.shift(60)
        assert check_code(code=new, acting_user=cast.merchant_person).answer == Answer.EXPIRED
        assert check.voucher_id
        with pytest.raises(Conflict, match="过期"):
            confirm_use(id=uuid.uuid4(), voucher_id=check.voucher_id, acting_user=cast.merchant_person)


def test_after_the_last_use_there_is_no_code_left(cast: Cast) -> None:
    once = make_benefit(cast, uses_each=1)
    check = check_code(code=show(once, cast.leader).code, acting_user=cast.merchant_person)
    assert check.voucher_id
    confirm_use(id=uuid.uuid4(), voucher_id=check.voucher_id, acting_user=cast.merchant_person)
    with pytest.raises(Conflict, match="用完"):
        issue_code(benefit=once, acting_user=cast.leader)


def test_the_place_after_the_last_is_in_the_waiting_line(cast: Cast, client_for: Callable[[User], Client]) -> None:
    check_up = make_benefit(cast, name="健康体检", places=1, uses_each=1)
    assert claim(benefit=check_up, acting_user=cast.leader).state == "claimed"
    assert claim(benefit=check_up, acting_user=cast.leader2).state == "waiting"
    assert "第 1 位" in client_for(cast.leader2).get("/benefits/").content.decode()
    with pytest.raises(Conflict, match="候补"):
        issue_code(benefit=check_up, acting_user=cast.leader2)


def test_only_whom_the_role_entitles_gets_a_code_and_it_ends_with_the_role(cast: Cast, barber: Benefit) -> None:
    show(barber, cast.leader)
    for user in (cast.group_leader, cast.worker, cast.resident, cast.merchant_person, cast.stranger):
        with pytest.raises(Missing):
            issue_code(benefit=barber, acting_user=user)
    Appointment.objects.filter(person=cast.leader2.person).update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    with pytest.raises(Missing):
        issue_code(benefit=barber, acting_user=cast.leader2)


def test_a_repeat_with_the_same_id_is_the_same_use_and_another_body_is_refused(cast: Cast, barber: Benefit) -> None:
    check = check_code(code=show(barber, cast.leader).code, acting_user=cast.merchant_person)
    assert check.voucher_id
    id_ = uuid.uuid4()
    use = confirm_use(id=id_, voucher_id=check.voucher_id, acting_user=cast.merchant_person)
    assert confirm_use(id=id_, voucher_id=check.voucher_id, acting_user=cast.merchant_person) == use
    other = check_code(code=show(barber, cast.leader).code, acting_user=cast.merchant_person)
    assert other.voucher_id
    with pytest.raises(DifferentBody):
        confirm_use(id=id_, voucher_id=other.voucher_id, acting_user=cast.merchant_person)


def test_guessing_is_limited(cast: Cast, barber: Benefit) -> None:
    refused = 0
    with time_machine.travel(timezone.now(), tick=False):
        for guess in range(30):
            try:
                check_code(code=f"{guess:08d}", acting_user=cast.merchant_person)
            except TooMany:
                refused += 1
    assert refused


def test_merchant_pages_are_for_merchants(cast: Cast, barber: Benefit, client_for: Callable[[User], Client]) -> None:
    for path in ("/merchant/", "/merchant/history/", "/merchant/benefits/"):
        assert client_for(cast.merchant_person).get(path).status_code == 200
        for user in (cast.leader, cast.worker, cast.resident, cast.stranger):
            assert client_for(user).get(path).status_code == 403
    with pytest.raises(Denied):
        check_code(code="12345678", acting_user=cast.leader)


def test_a_paused_offer_shows_and_gives_no_code(
    cast: Cast, barber: Benefit, client_for: Callable[[User], Client]
) -> None:
    staff, outsider = client_for(cast.district_clerk), client_for(cast.other_worker)
    path = f"/console/rewards/benefit/{barber.uid}/state/"
    assert outsider.post(path, {"state": "paused"}).status_code == 404
    assert staff.post(path, {"state": "paused"}).status_code == 302
    assert "暂停" in client_for(cast.leader).get("/benefits/").content.decode()
    assert client_for(cast.leader).get(f"/benefits/{barber.uid}/code/").status_code == 409


def test_a_refusal_reaches_staff_without_the_leaders_name(
    cast: Cast, barber: Benefit, client_for: Callable[[User], Client]
) -> None:
    report_refusal(id=uuid.uuid4(), benefit=barber, words="店员说没听说过", acting_user=cast.leader)
    assert Notification.objects.get(kind="refusal").stream_key == f"p:{person_of(cast.district_clerk).pk}"
    page = client_for(cast.district_clerk).get("/console/rewards/refusal/").content.decode()
    assert "店员说没听说过" in page
    assert "周桂兰" not in page


def test_what_a_leader_says_of_a_refusal_is_read_only_by_those_who_may_decide(
    cast: Cast, barber: Benefit, client_for: Callable[[User], Client]
) -> None:
    words = "店员说没听说过"
    report_refusal(id=uuid.uuid4(), benefit=barber, words=words, acting_user=cast.leader)
    assert words in client_for(cast.district_clerk).get("/inbox/").content.decode()
    for user in (cast.worker, cast.other_worker, cast.street_clerk, cast.leader):
        assert words not in client_for(user).get("/inbox/").content.decode()


def test_a_refusal_where_a_unit_has_no_staff_reaches_those_above(cast: Cast) -> None:
    package = BenefitPackage.objects.create(name="片区包", unit=cast.area, starts_on=SINCE, ends_on=SINCE)
    benefit = make_benefit(cast, package=package)
    report_refusal(id=uuid.uuid4(), benefit=benefit, words="没给", acting_user=cast.leader)
    heard = set(Notification.objects.filter(kind="refusal").values_list("stream_key", flat=True))
    assert heard == {f"p:{person_of(cast.worker).pk}"}
