"""What a code is: two ways to show it, forged ones refused, undone within the day, on paper for want of a phone."""

from __future__ import annotations

import base64
import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.models import AuditEntry, Notification
from rewards.benefits.entitlements import claim
from rewards.benefits.models import Benefit, Entitlement, Voucher, VoucherUse, VoucherVoid
from rewards.benefits.paper import code_of, issue_paper_voucher
from rewards.benefits.verifying import Answer, check_code, confirm_use, void_use
from tests.benefits.making import make_benefit, show, use_once
from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.units.models import Appointment


@pytest.fixture
def barber(cast: Cast) -> Benefit:
    return make_benefit(cast)


def test_digits_and_qr_are_one_code_and_both_screens_show_the_same_number(
    cast: Cast, barber: Benefit, client_for: Callable[[User], Client]
) -> None:
    shown = show(barber, cast.leader)
    by_digits = check_code(code=shown.code, acting_user=cast.merchant_person)
    by_qr = check_code(code=shown.qr, acting_user=cast.merchant_person)
    assert by_digits == by_qr
    assert (by_qr.answer, by_qr.match) == (Answer.VALID, shown.match)
    raw = base64.urlsafe_b64decode(shown.qr)
    stored = "".join(map(str, Voucher.objects.values_list("code_digest", "qr_digest", "id").get()))
    assert shown.code not in stored
    assert raw[:16].hex() not in stored.replace("-", "")
    page = client_for(cast.leader).get(f"/benefits/{barber.uid}/code/").content.decode()
    assert re.search(r"店员屏幕上也是 <b>\d{4}</b>", page)


def test_a_forged_or_changed_qr_is_unknown_and_nothing_else_is_a_code(cast: Cast, barber: Benefit) -> None:
    token = show(barber, cast.leader).qr
    raw = bytearray(base64.urlsafe_b64decode(token))
    for place in (0, 17, 30):  # the id, the time, the mark
        forged = bytearray(raw)
        forged[place] ^= 1
        code = base64.urlsafe_b64encode(bytes(forged)).decode()
        assert check_code(code=code, acting_user=cast.merchant_person).answer == Answer.UNKNOWN
    for wrong in ("", "1234", "x" * 48, "12345678901"):
        if len(wrong) == 48:
            assert check_code(code=wrong, acting_user=cast.merchant_person).answer == Answer.UNKNOWN
            continue
        with pytest.raises(Invalid):
            check_code(code=wrong, acting_user=cast.merchant_person)


def test_a_use_is_undone_within_the_day_once_and_the_code_stays_used(cast: Cast, barber: Benefit) -> None:
    code = show(barber, cast.leader).code
    check = check_code(code=code, acting_user=cast.merchant_person)
    assert check.voucher_id
    use = confirm_use(id=uuid.uuid4(), voucher_id=check.voucher_id, acting_user=cast.merchant_person)
    for user in (cast.other_merchant_person, cast.leader, cast.other_worker):
        with pytest.raises(Denied):
            void_use(use=use, reason="弄错了", acting_user=user)
    with pytest.raises(Invalid):
        void_use(use=use, reason=" ", acting_user=cast.merchant_person)
    void = void_use(use=use, reason="按错了", acting_user=cast.merchant_person)
    assert void_use(use=use, reason="再按一次", acting_user=cast.worker) == void
    mine = Entitlement.objects.get()
    assert (mine.used_count, mine.state, VoucherVoid.objects.count()) == (0, "claimed", 1)
    again = check_code(code=code, acting_user=cast.merchant_person)
    assert (again.answer, again.is_voided) == (Answer.USED, True)
    titles = [row.payload["title"] for row in Notification.objects.filter(kind="benefit").order_by("pk")]
    assert titles[-1] == "理发还您一次"
    assert use_once(barber, cast.leader, cast.merchant_person).number == 1


def test_the_day_after_a_use_stands(cast: Cast, barber: Benefit) -> None:
    use = use_once(barber, cast.leader, cast.merchant_person)
    with (
        time_machine.travel(timezone.now() + dt.timedelta(days=1)),
        pytest.raises(Conflict, match="当天"),
    ):
        void_use(use=use, reason="想起来了", acting_user=cast.merchant_person)


def test_a_leader_reads_their_own_uses_and_nobody_elses(
    cast: Cast, barber: Benefit, client_for: Callable[[User], Client]
) -> None:
    use = use_once(barber, cast.leader, cast.merchant_person)
    void_use(use=use, reason="按错了", acting_user=cast.merchant_person)
    page = client_for(cast.leader).get("/benefits/history/").content.decode()
    assert "青禾理发铺" in page
    assert "已还给您" in page
    assert "青禾理发铺" not in client_for(cast.leader2).get("/benefits/history/").content.decode()


def test_two_roles_show_each_benefit_once_and_a_role_brings_only_its_own(
    cast: Cast, client_for: Callable[[User], Client]
) -> None:
    make_benefit(cast, name="两种都给", roles=["neighbour_leader", "group_leader"])
    make_benefit(cast, name="只给组长", roles=["group_leader"])
    today = timezone.localdate()
    Appointment.objects.create(
        person=person_of(cast.leader), role="group_leader", unit=cast.other_group, starts_on=today, ends_on=today
    )
    page = client_for(cast.leader).get("/benefits/").content.decode()
    assert (page.count("两种都给"), page.count("只给组长")) == (1, 1)
    assert "只给组长" not in client_for(cast.leader2).get("/benefits/").content.decode()


def test_near_is_told_from_the_units_alone(cast: Cast, barber: Benefit, client_for: Callable[[User], Client]) -> None:
    far = make_benefit(cast, name="看电影")
    far.merchants.set([cast.other_merchant])
    cast.other_merchant.unit = cast.far_community
    cast.other_merchant.save()
    page = client_for(cast.leader).get("/benefits/?show=near").content.decode()
    assert page.index("本社区") < page.index("理发") < page.index("区里") < page.index("看电影")


def test_a_paper_voucher_is_printed_for_somebody_below_and_used_once(
    cast: Cast, barber: Benefit, client_for: Callable[[User], Client]
) -> None:
    post = Appointment.objects.get(person=cast.leader.person)
    group_leader = client_for(cast.group_leader)
    assert "周桂兰" in group_leader.get("/benefits/for/?q=周桂").content.decode()
    assert client_for(cast.leader).get("/benefits/for/").status_code == 403
    assert client_for(cast.other_group_leader).get(f"/benefits/for/{post.uid}/").status_code == 404
    id_ = uuid.uuid4()
    sent = {"id": str(id_), "benefit": str(barber.uid)}
    first = group_leader.post(f"/benefits/for/{post.uid}/", sent)
    assert (
        first["Location"]
        == f"/benefits/paper/{id_}/"
        == group_leader.post(f"/benefits/for/{post.uid}/", sent)["Location"]
    )
    page = group_leader.get(first["Location"]).content.decode()
    digits = "".join(re.findall(r"<span>(\d{5})</span>", page))
    assert len(digits) == 10
    assert AuditEntry.objects.get(act="voucher.paper").data == {"proxy": True}
    with time_machine.travel(Voucher.objects.get().expires_at - dt.timedelta(hours=1)):
        check = check_code(code=f"{digits[:5]} {digits[5:]}", acting_user=cast.merchant_person)
        assert (check.answer, check.holder) == (Answer.VALID, "周邻长")
        assert check.voucher_id
        use = confirm_use(id=uuid.uuid4(), voucher_id=check.voucher_id, acting_user=cast.merchant_person)
        assert check_code(code=digits, acting_user=cast.merchant_person).used_at == use.at
    assert group_leader.get(first["Location"]).status_code == 409


def test_a_new_paper_ends_the_old_one_and_none_is_printed_for_who_is_not_entitled(cast: Cast, barber: Benefit) -> None:
    post = Appointment.objects.select_related("unit").get(person=cast.leader.person)
    words: dict[str, Any] = {"benefit": barber, "appointment": post, "acting_user": cast.group_leader}
    old = code_of(issue_paper_voucher(id=uuid.uuid4(), **words))
    new = code_of(issue_paper_voucher(id=uuid.uuid4(), **words))
    assert check_code(code=old.qr, acting_user=cast.merchant_person).answer == Answer.EXPIRED
    assert check_code(code=new.qr, acting_user=cast.merchant_person).answer == Answer.VALID
    with pytest.raises(Denied):
        issue_paper_voucher(id=uuid.uuid4(), **{**words, "acting_user": cast.leader})
    held = Appointment.objects.select_related("unit").get(person=cast.group_leader.person)
    with pytest.raises(Missing):
        issue_paper_voucher(id=uuid.uuid4(), **{**words, "appointment": held, "acting_user": cast.worker})


def test_a_paper_that_was_used_on_another_day_says_which(
    cast: Cast, barber: Benefit, client_for: Callable[[User], Client]
) -> None:
    post = Appointment.objects.select_related("unit").get(person=cast.leader.person)
    words: dict[str, Any] = {"benefit": barber, "appointment": post, "acting_user": cast.group_leader}
    paper = issue_paper_voucher(id=uuid.uuid4(), **words)
    confirm: dict[str, Any] = {"voucher_id": paper.pk, "acting_user": cast.merchant_person}
    at = timezone.localtime(confirm_use(id=uuid.uuid4(), **confirm).at)
    code, till = code_of(paper).digits, client_for(cast.merchant_person)
    assert f"已使用 {at:%H:%M}" in till.post("/merchant/", {"code": code}).content.decode()
    with time_machine.travel(at + dt.timedelta(days=3)):
        that_day = f"{at.month}月{at.day}日 {at:%H:%M}"
        page = till.post("/merchant/", {"code": code}).content.decode()
        assert re.search(rf"已使用 (\d+年)?{that_day}", page)
        with pytest.raises(Conflict, match=f"{that_day} 用过了"):
            confirm_use(id=uuid.uuid4(), **confirm)


def test_the_last_use_ends_every_other_code_also_on_paper(cast: Cast) -> None:
    once = make_benefit(cast, uses_each=1)
    post = Appointment.objects.select_related("unit").get(person=cast.leader.person)
    paper = issue_paper_voucher(id=uuid.uuid4(), benefit=once, appointment=post, acting_user=cast.group_leader)
    use_once(once, cast.leader, cast.merchant_person)
    check = check_code(code=code_of(paper).digits, acting_user=cast.merchant_person)
    assert check.answer != Answer.VALID
    with pytest.raises(Conflict):
        confirm_use(id=uuid.uuid4(), voucher_id=paper.pk, acting_user=cast.merchant_person)
    assert VoucherUse.objects.count() == 1


def test_claiming_twice_is_one_right(cast: Cast, barber: Benefit) -> None:
    assert claim(benefit=barber, acting_user=cast.leader) == claim(benefit=barber, acting_user=cast.leader)


def test_a_code_that_was_replaced_a_moment_ago_dies_with_the_use_of_the_next(cast: Cast, barber: Benefit) -> None:
    before = show(barber, cast.leader)
    assert check_code(code=before.code, acting_user=cast.merchant_person).answer == Answer.VALID
    shown_to_somebody = check_code(code=before.qr, acting_user=cast.merchant_person).voucher_id
    assert shown_to_somebody
    use_once(barber, cast.leader, cast.merchant_person)
    assert check_code(code=before.code, acting_user=cast.merchant_person).answer == Answer.EXPIRED
    with pytest.raises(Conflict):
        confirm_use(id=uuid.uuid4(), voucher_id=shown_to_somebody, acting_user=cast.merchant_person)
    assert VoucherUse.objects.count() == 1
