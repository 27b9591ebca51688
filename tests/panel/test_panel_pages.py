"""The panel on the phone and at the desk, and two marks at the same moment."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from events.campaigns.models import Campaign, Conflict, Mark, Nomination, PanelMember
from events.campaigns.panel import services as panel
from foundation.errors import Conflict as Refusal
from tests.benefits.making import at_once
from tests.cast import Cast, person_of
from tests.panel.making import make_member, make_notice, make_panel, mark, user_of, write_marks
from volunteers.accounts.models import User

ClientFor = Callable[[User], Client]


def words(answer: Any) -> str:
    """What a reader reads: no marks of the page itself, whose ids and drawings are full of numbers."""
    drawn = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", drawn)


def first_seat() -> PanelMember:
    seat = PanelMember.objects.select_related("campaign__rules", "campaign__unit").order_by("pk").first()
    assert seat
    return seat


def test_a_member_says_yes_declares_and_marks_one_after_the_other(cast: Cast, client_for: ClientFor) -> None:
    campaign = make_panel(cast, members=0)
    seat = panel.appoint_member(
        uid=uuid.uuid4(), campaign=campaign, person=person_of(cast.resident), title="居民代表",
        acting_user=cast.district_clerk,
    )  # fmt: skip
    client, address = client_for(cast.resident), reverse("panel_member", args=[seat.uid])
    assert client.get(reverse("panel")).headers["Location"] == address
    assert "愿意" in client.get(address).content.decode()
    client.post(reverse("panel_accept", args=[seat.uid]))
    assert "看名单" in client.get(address).content.decode()
    near, other = Nomination.objects.order_by("person__name")
    client.post(reverse("panel_declare", args=[seat.uid]), {f"near-{near.pk}": "是我表姐", f"near-{other.pk}": " "})
    page = client.get(address).content.decode()
    assert "还有 1 位" in page
    assert reverse("panel_mark", args=[near.pk]) not in page
    form = client.get(reverse("panel_mark", args=[other.pk]))
    assert "半夜帮邻居关总阀" in form.content.decode()
    uid = form.context["form"].initial["uid"]
    answer = client.post(reverse("panel_mark", args=[other.pk]), {"uid": uid, "points": "88"})
    assert answer.headers["Location"] == address
    assert "都打好了" in client.get(address).content.decode()
    again = client.get(reverse("panel_mark", args=[other.pk]))
    assert str(again.context["form"].initial["replaces"]) == str(uid)
    assert (
        client.post(reverse("panel_mark", args=[other.pk]), {"uid": uuid.uuid4(), "points": "188"}).status_code == 422
    )


def test_what_was_written_about_whom_one_is_near_is_not_lost(cast: Cast, client_for: ClientFor) -> None:
    campaign = make_notice(cast)
    seat = make_member(campaign, cast, declared=False)
    client, address = client_for(user_of(seat)), reverse("panel_declare", args=[seat.uid])
    near, other = Nomination.objects.order_by("person__name")
    sent = {f"near-{near.pk}": "妻", f"near-{other.pk}": "多年的老同事"}
    Campaign.objects.filter(pk=campaign.pk).update(state="vetting")
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert 'value="多年的老同事"' in refused.content.decode()
    Campaign.objects.filter(pk=campaign.pk).update(state="notice")
    assert client.post(address, sent).status_code == 302
    assert set(Conflict.objects.values_list("reason", flat=True)) == {"妻", "多年的老同事"}


def test_a_mark_that_was_changed_elsewhere_is_seen_and_then_changed(cast: Cast, client_for: ClientFor) -> None:
    make_panel(cast)
    seat, one = first_seat(), Nomination.objects.order_by("person__name")[0]
    client, address = client_for(user_of(seat)), reverse("panel_mark", args=[one.pk])
    seen = client.get(address).context["form"]
    mark(seat, one, 40)
    refused = client.post(address, {"uid": seen["uid"].value(), "replaces": "", "points": "60"})
    assert refused.status_code == 422
    assert "现在记着的是 40 分" in words(refused)
    form = refused.context["form"]
    sent = {name: form[name].value() for name in ("uid", "replaces", "points")}
    assert client.post(address, sent).status_code == 302
    assert Mark.objects.get().points == 60


def test_whoever_finds_it_inconvenient_is_let_go_with_a_sentence(cast: Cast, client_for: ClientFor) -> None:
    seat = make_member(make_notice(cast), cast)
    client = client_for(user_of(seat))
    assert client.post(reverse("panel_leave", args=[seat.uid]), {"reason": ""}).status_code == 422
    client.post(reverse("panel_leave", args=[seat.uid]), {"reason": "那几天不在家"})
    assert "已经退出评审" in client.get(reverse("panel_member", args=[seat.uid])).content.decode()


def test_nobody_else_finds_a_seat_and_nobody_at_all_sees_a_mark_of_another(cast: Cast, client_for: ClientFor) -> None:
    make_panel(cast)
    seat, nomination = first_seat(), Nomination.objects.order_by("person__name").first()
    assert nomination
    write_marks(nomination, [83, 83, 83, 83, 83])
    for user in (cast.stranger, cast.district_clerk, User.objects.get(person=nomination.person)):
        client = client_for(user)
        assert client.get(reverse("panel_member", args=[seat.uid])).status_code == 404
        assert client.get(reverse("panel_mark", args=[nomination.pk])).status_code == 404
        assert "83" not in words(client.get(reverse("candidate", args=[nomination.pk])))
    other = PanelMember.objects.order_by("-pk").first()
    assert other
    Mark.objects.filter(member=other).delete()
    assert "83" not in words(client_for(user_of(other)).get(reverse("panel_mark", args=[nomination.pk])))


def test_the_desk_counts_what_is_left_and_shows_no_mark(cast: Cast, client_for: ClientFor) -> None:
    make_panel(cast)
    seat = first_seat()
    mark(seat, Nomination.objects.order_by("person__name")[0], 83)
    client = client_for(cast.district_clerk)
    page = words(client.get(reverse("console_panel_list")))
    assert "评委0" in page
    assert "83" not in page
    detail = words(client.get(reverse("console_panel", args=[seat.uid])))
    assert "83" not in detail
    assert "本人说没有要回避的" in detail
    reached = client.post(
        reverse("console_panel_remind"), {"uids": [str(one.uid) for one in PanelMember.objects.all()]}, follow=True
    )
    assert "提醒了 5 位" in reached.content.decode()
    client.post(reverse("console_panel", args=[seat.uid]), {"reason": "本人要出远门"})
    assert PanelMember.objects.get(pk=seat.pk).left_reason == "本人要出远门"


def test_the_desk_asks_somebody_by_name(cast: Cast, client_for: ClientFor) -> None:
    campaign = make_notice(cast)
    client, person = client_for(cast.district_clerk), person_of(cast.group_leader)
    form = client.get(reverse("console_panel_create"))
    body = {"uid": form.context["form"].initial["uid"], "campaign": campaign.uid, "title": "组长代表"}
    sent = client.post(reverse("console_panel_create"), body | {"person": str(person.uid)})
    seat = PanelMember.objects.get(person=person)
    assert sent.headers["Location"] == reverse("console_panel", args=[seat.uid])
    assert client_for(cast.street_clerk).get(reverse("console_panel_list")).status_code == 302


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_marks_at_the_same_moment_one_counts_and_the_other_is_told(committed_cast: Cast) -> None:
    make_panel(committed_cast)
    seat, nomination = first_seat(), Nomination.objects.order_by("person__name")[0]
    for replaces in (None, "seen"):
        seen = Mark.objects.filter(member=seat).values_list("pk", flat=True).first() if replaces else None
        outcomes = at_once(*[partial(mark, seat, nomination, points, seen) for points in (40, 60)])
        kinds = sorted(type(one).__name__ for one in outcomes)
        assert kinds == sorted([Mark.__name__, Refusal.__name__])
        won = next(one for one in outcomes if isinstance(one, Mark))
        assert list(Mark.objects.values_list("pk", "points")) == [(won.pk, won.points)]
