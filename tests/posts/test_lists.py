"""What staff see at a desk: vacancies, sizes, proposals, histories; in the tree's order, in constant queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.cast import SINCE, Cast, person_of
from tests.posts.conftest import DAY, held_by, make_noticed, make_proposal, run_out, vacate
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.posts import handover, proposals
from volunteers.posts.models import Proposal
from volunteers.posts.sizes import advice_for, outside
from volunteers.units.models import Appointment, Level, Role, Unit

ClientFor = Callable[[User], Client]


def more_neighbourhoods(cast: Cast, count: int, homes: int | None = None) -> list[Unit]:
    """Neighbourhoods beside the first ones, all vacant."""
    made = []
    for number in range(count):
        cast.group.refresh_from_db()
        name = f"1-1-{number + 3}邻"
        unit: Unit = cast.group.add_child(
            level=Level.NEIGHBOURHOOD, name=name, starts_on=SINCE, households_declared=homes
        )
        made.append(unit)
    return made


def queries_of(client: Client, url: str) -> tuple[int, str]:
    """How many queries a page takes, and the page."""
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        page = client.get(url)
    assert page.status_code == 200
    return len(captured), page.content.decode()


@pytest.mark.parametrize("name", ["console_vacancy_list", "console_proposal_list", "console_overload_list"])
def test_a_list_takes_the_same_queries_however_long_it_is(cast: Cast, client_for: ClientFor, name: str) -> None:
    vacate(cast)
    make_proposal(cast)
    Unit.objects.filter(pk=cast.neighbourhood.pk).update(households_declared=30)
    client = client_for(cast.worker)
    few, _page = queries_of(client, reverse(name))
    for number, unit in enumerate(more_neighbourhoods(cast, 12, homes=30)):
        make_proposal(cast, unit=unit, phone=f"1548888{number:04d}")
    many, page = queries_of(client, reverse(name))
    assert many == few
    assert page.index("1-1-3邻") < page.index("1-1-14邻")


def test_a_vacancy_says_what_could_be_done(cast: Cast, client_for: ClientFor) -> None:
    vacate(cast)
    client, url = client_for(cast.worker), reverse("console_vacancy_list")
    page = client.get(url).content.decode()
    assert "搬走了" in page
    assert "请 许敏（组长） 推荐" in page
    assert f"{reverse('console_proposal_create')}?unit={cast.neighbourhood.uid}" in page
    made = make_proposal(cast)
    page = client.get(url).content.decode()
    assert "有 1 位人选，去审核" in page
    assert reverse("console_proposal_detail", args=[made.pk]) in page
    assert "1-1-1邻" not in client_for(cast.other_worker).get(url).content.decode()
    assert client_for(cast.area_leader).get(url).status_code in {302, 403}


def test_vacancies_are_found_by_what_they_lie_in_and_exported(cast: Cast, client_for: ClientFor) -> None:
    vacate(cast)
    client, url = client_for(cast.street_clerk), reverse("console_vacancy_list")
    for words, found in (("桂花", True), ("guihua", True), ("月桂", False), ("1-1-1", True)):
        assert ("1-1-1邻" in client.get(url, {"q": words}).content.decode()) == found, words
    file = client.post(reverse("console_vacancy_export"), {"format": "csv", "full": "", "reason": ""})
    text = b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]
    assert "1-1-1邻" in text
    assert "邻长" in text


def test_staff_propose_at_a_desk_for_a_vacancy(cast: Cast, client_for: ClientFor) -> None:
    vacate(cast)
    client = client_for(cast.worker)
    url = f"{reverse('console_proposal_create')}?unit={cast.neighbourhood.uid}"
    page = client.get(url)
    assert "1-1-1邻 邻长" in page.content.decode()
    body = {"id": str(page.context["form"].initial["id"]), "unit": str(cast.neighbourhood.uid), "who": "other"}
    body |= {"name": "邓秀英", "phone": "15488880001"}
    made = client.post(url, body)
    assert made["Location"] == reverse("console_proposal_detail", args=[body["id"]])
    assert Proposal.objects.get().how == "staff"
    again = {**body, "id": "8c4ae8ad-4a5c-4fd9-9a9c-61f6d28fcf9b"}
    assert client.post(url, again).status_code == 422


def test_sizes_outside_five_to_fifteen_get_advice_from_the_neighbourhood(cast: Cast, client_for: ClientFor) -> None:
    near = more_neighbourhoods(cast, 2, homes=12)
    Unit.objects.filter(pk=cast.neighbourhood.pk).update(households_declared=19)
    Unit.objects.filter(pk=cast.neighbourhood2.pk).update(households_declared=3)
    listed = list(outside(Unit.objects.all()).order_by("path"))
    assert [unit.pk for unit in listed] == [cast.neighbourhood.pk, cast.neighbourhood2.pk]
    advice = advice_for(listed)
    assert advice[cast.neighbourhood.pk].kind == "give"
    assert advice[cast.neighbourhood.pk].other == cast.neighbourhood2
    assert advice[cast.neighbourhood2.pk].kind == "join"
    assert advice[cast.neighbourhood2.pk].other == near[0]
    page = client_for(cast.worker).get(reverse("console_overload_list")).content.decode()
    assert "可以把 4 户交给 1-1-2邻（现在 3 户）" in page
    Unit.objects.filter(pk__in=[one.pk for one in near]).update(households_declared=15)
    Unit.objects.filter(pk=cast.neighbourhood2.pk).update(households_declared=14)
    assert advice_for(list(outside(Unit.objects.all())))[cast.neighbourhood.pk].kind == "split"


def test_linked_households_count_more_than_a_declared_number(cast: Cast) -> None:
    from volunteers.homes.models import Building, Estate, Household, HouseholdLink

    building = Building.objects.create(estate=Estate.objects.create(community=cast.community, name="桂园"), name="7栋")
    for number in range(2):
        home = Household(building=building, entrance="1单元", position=number)
        home.set_door(building, f"10{number}")
        home.save()
        HouseholdLink.objects.create(household=home, neighbourhood=cast.neighbourhood, starts_on=SINCE)
    found = outside(Unit.objects.all()).get()
    assert (found, found.homes) == (cast.neighbourhood, 2)
    rows = next(s for s in handover.pack_of(held_by(cast.leader)).sections if s.key == "homes").rows
    assert [row.value for row in rows] == ["100", "101"]
    above = next(s for s in handover.pack_of(held_by(cast.group_leader)).sections if s.key == "homes").rows
    assert [row.value for row in above] == ["2 户", "10 户"]


def test_a_post_tells_its_holders_and_a_person_their_posts_in_sight(cast: Cast, client_for: ClientFor) -> None:
    vacate(cast)
    leader = person_of(cast.leader)
    proposals.appoint(proposal=run_out(make_noticed(cast)), acting_user=cast.worker)
    Appointment.objects.create(
        person=leader, role=Role.NEIGHBOUR_LEADER, unit=cast.other_neighbourhood, starts_on=dt.date(2022, 1, 1),
        ends_on=dt.date(2023, 1, 1), ended_reason="换届",
    )  # fmt: skip
    client = client_for(cast.worker)
    page = client.get(reverse("console_post_history", args=[cast.neighbourhood.uid])).content.decode()
    assert page.index("邓秀英") < page.index("周桂兰")
    assert "搬走了" in page
    own = client.get(reverse("console_person_posts", args=[leader.uid])).content.decode()
    assert "换届" not in own
    street = client_for(cast.street_clerk)
    assert "换届" in street.get(reverse("console_person_posts", args=[leader.uid])).content.decode()
    assert client.get(reverse("console_post_history", args=[cast.other_neighbourhood.uid])).status_code == 404
    assert client.get(reverse("console_person_posts", args=[person_of(cast.stranger).uid])).status_code == 404


def test_the_page_of_an_appointment_offers_what_may_be_done(cast: Cast, client_for: ClientFor) -> None:
    held, client = held_by(cast.leader), client_for(cast.worker)
    page = client.get(reverse("console_appointment_detail", args=[held.uid])).content.decode()
    for name in ("end", "correct", "leave"):
        assert reverse(f"console_appointment_{name}", args=[held.uid]) in page
    assert reverse("console_handover", args=[held.uid]) in page
    assert person_of(cast.leader).phone not in page
    own = client.get(reverse("console_appointment_detail", args=[held_by(cast.worker).uid])).content.decode()
    assert reverse("console_appointment_end", args=[held_by(cast.worker).uid]) not in own
    assert client.get(reverse("console_appointment_end", args=[held_by(cast.worker).uid])).status_code == 403
    paper = client.get(reverse("console_handover", args=[held.uid])).content.decode()
    assert "许敏" in paper
    assert "马建国" in paper


def test_every_app_above_may_add_to_the_pack(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "_contributors", list(handover._contributors))

    @handover.contributor(12)
    def cases(appointment: Appointment) -> list[handover.Section]:
        return [
            handover.Section("cases", "没办完的诉求", [handover.Row("下水道", "等街道")]),
            handover.Section("none", "没有的", []),
        ]

    keys = [section.key for section in handover.pack_of(held_by(cast.leader)).sections]
    assert keys[:3] == ["post", "cases", "around"]
    assert "none" not in keys


def test_a_closed_neighbourhood_is_no_vacancy(cast: Cast) -> None:
    vacate(cast)
    Unit.objects.filter(pk=cast.neighbourhood.pk).update(ends_on=timezone.localdate() - DAY)
    from volunteers.posts.selectors import vacancies_of

    assert cast.neighbourhood not in vacancies_of(cast.worker)
    assert not Person.objects.filter(name="邓秀英").exists()
