"""A colleague's first password by a link for one use, and second factors reset by two people (rule R29)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from foundation.models import AuditEntry
from tests.accounts.test_limits import let_pass
from tests.accounts.test_phone import signed_in_as
from tests.accounts.test_staff import NOON, PASSWORD, code_at, enrol, give_password, is_in_console
from tests.cast import SINCE, Cast, person_of
from volunteers.accounts import second_factor
from volunteers.accounts.models import FactorReset, StaffInvitation, User
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Role

ClientFor = Callable[[User], Client]
Traveller = time_machine.Traveller
GOOD = {"password": "four plain words here", "again": "four plain words here"}


@pytest.fixture
def at_noon() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def page_of(person: Person, rest: str = "") -> str:
    return f"/console/accounts/{person.uid}/{rest}"


def link_from(client: Client, person: Person) -> str:
    answer = client.post(page_of(person, "invite/"))
    text = answer.content.decode()
    assert answer.status_code == 200, text
    assert "<svg" in text
    found = re.search(r'value="(http://[^"]+/login/staff/invitation/[^"]+)"', text)
    assert found
    return found[1].split("testserver", 1)[-1]


@pytest.mark.everywhere
def test_the_way_of_a_new_colleague(cast: Cast, client_for: ClientFor, at_noon: Traveller) -> None:
    person = Person.objects.create(name="新同事")
    Appointment.objects.create(person=person, role=Role.COMMUNITY_WORKER, unit=cast.community, starts_on=SINCE)
    link = link_from(client_for(cast.street_clerk), person)
    newcomer = Client()
    for _ in range(3):
        assert newcomer.get(link).status_code == 200, "a chat that previews the link uses nothing up"
    assert newcomer.post(link, GOOD)["Location"] == "/login/staff/setup/"
    assert signed_in_as(newcomer) is None
    page = newcomer.get("/login/staff/setup/").content.decode()
    secret = re.search(r'class="receipt" translate="no">([A-Z2-7 ]+)<', page)
    assert secret
    newcomer.post("/login/staff/setup/", {"code": code_at(secret[1].replace(" ", ""), time.time())})
    assert is_in_console(newcomer)
    acts = set(AuditEntry.objects.values_list("act", flat=True))
    assert {"staff.invite", "staff.accept", "second_factor.enrol"} <= acts
    user = User.objects.get(person=person)
    assert (
        Client().post("/login/staff/", {"identifier": user.username, "password": GOOD["password"]}).status_code == 302
    )


def test_a_link_works_once_and_for_a_day(cast: Cast, client_for: ClientFor, at_noon: Traveller) -> None:
    clerk, person = client_for(cast.street_clerk), person_of(cast.worker)
    link = link_from(clerk, person)
    assert Client().post(link, GOOD).status_code == 302
    assert Client().get(link).status_code == 404
    assert Client().post(link, GOOD).status_code == 404
    late = link_from(clerk, person)
    at_noon.shift(24 * 3600 + 1)
    answer = Client().post(late, GOOD)
    assert answer.status_code == 404
    assert "用过了，或者过期了" in answer.content.decode()


def test_a_newer_link_ends_the_older(cast: Cast, client_for: ClientFor) -> None:
    clerk, person = client_for(cast.street_clerk), person_of(cast.worker)
    older, newer = link_from(clerk, person), link_from(clerk, person)
    assert Client().get(older).status_code == 404
    assert Client().get(newer).status_code == 200


def test_a_link_of_somebody_whose_post_ended_is_worth_nothing(cast: Cast, client_for: ClientFor) -> None:
    link = link_from(client_for(cast.street_clerk), person_of(cast.worker))
    person_of(cast.worker).appointments.update(starts_on="2020-01-01", ends_on="2020-02-01")
    assert Client().post(link, GOOD).status_code == 404


@pytest.mark.parametrize(
    "words",
    [{"password": "short", "again": "short"}, {"password": "password1234", "again": "password1234"},
     {"password": "four plain words here", "again": "four plain words"}, {}],
)  # fmt: skip
def test_only_a_decent_password_twice_uses_the_link(cast: Cast, client_for: ClientFor, words: dict[str, str]) -> None:
    link = link_from(client_for(cast.street_clerk), person_of(cast.worker))
    assert Client().post(link, words).status_code == 422
    assert Client().get(link).status_code == 200


def test_a_made_up_link_leads_nowhere(cast: Cast) -> None:
    assert Client().get("/login/staff/invitation/made-up/").status_code == 404
    assert Client().post("/login/staff/invitation/made-up/", GOOD).status_code == 404


def test_only_a_digest_of_the_link_is_kept(cast: Cast, client_for: ClientFor) -> None:
    link = link_from(client_for(cast.street_clerk), person_of(cast.worker))
    token = link.rstrip("/").rsplit("/", 1)[1]
    assert token not in str([row.__dict__ for row in StaffInvitation.objects.all()])
    assert token not in str([entry.data for entry in AuditEntry.objects.all()])
    page = client_for(cast.street_clerk).get(page_of(person_of(cast.worker))).content.decode()
    assert token not in page, "shown once"
    assert "有效" in page


def test_a_new_password_does_not_pass_by_the_second_factor(
    cast: Cast, client_for: ClientFor, at_noon: Traveller
) -> None:
    cast.worker.set_password(PASSWORD)
    cast.worker.save()
    old = Client()
    secret, _codes = enrol(old, cast.worker, time.time())
    link = link_from(client_for(cast.street_clerk), person_of(cast.worker))
    client = Client()
    assert client.post(link, GOOD)["Location"] == "/login/staff/code/"
    assert not is_in_console(client)
    assert old.get("/me/").status_code == 302, "sessions of before end"
    at_noon.shift(300)
    assert client.post("/login/staff/code/", {"code": code_at(secret, time.time())}).status_code == 302
    assert is_in_console(client)


def test_who_may_invite_whom(cast: Cast, client_for: ClientFor) -> None:
    worker, street, district = person_of(cast.worker), person_of(cast.street_clerk), person_of(cast.district_clerk)
    assert client_for(cast.worker).post(page_of(worker, "invite/")).status_code == 403
    assert client_for(cast.other_worker).post(page_of(worker, "invite/")).status_code == 404
    assert client_for(cast.worker).post(page_of(street, "invite/")).status_code == 404
    assert client_for(cast.street_clerk).post(page_of(street, "invite/")).status_code == 403
    assert client_for(cast.district_clerk).post(page_of(street, "invite/")).status_code == 200
    assert client_for(cast.district_clerk).post(page_of(district, "invite/")).status_code == 403, "not oneself"
    assert client_for(cast.district_clerk).post(page_of(person_of(cast.leader), "invite/")).status_code == 404


def test_district_clerks_invite_one_another(cast: Cast, client_for: ClientFor) -> None:
    person = Person.objects.create(name="另一位")
    Appointment.objects.create(person=person, role=Role.DISTRICT_CLERK, unit=cast.district, starts_on=SINCE)
    assert client_for(cast.district_clerk).post(page_of(person, "invite/")).status_code == 200


def test_somebody_with_two_posts_is_kept_from_above_both(cast: Cast, client_for: ClientFor) -> None:
    person = person_of(cast.worker)
    Appointment.objects.create(person=person, role=Role.COMMUNITY_WORKER, unit=cast.far_community, starts_on=SINCE)
    assert client_for(cast.street_clerk).post(page_of(person, "invite/")).status_code == 403
    assert client_for(cast.district_clerk).post(page_of(person, "invite/")).status_code == 200


def test_five_links_a_day_for_an_account(cast: Cast, client_for: ClientFor) -> None:
    clerk, person = client_for(cast.street_clerk), person_of(cast.worker)
    answers = [clerk.post(page_of(person, "invite/")).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


def test_the_list_says_how_far_everybody_has_got(
    cast: Cast, client_for: ClientFor, at_noon: Traveller, django_assert_max_num_queries: Callable[..., object]
) -> None:
    clerk = client_for(cast.district_clerk)
    cast.worker.set_password(PASSWORD)
    cast.worker.save()
    link_from(clerk, person_of(cast.other_worker))
    page = clerk.get("/console/accounts/").content.decode()
    for name, state in (("何静", "只有密码"), ("陶然", "已发邀请"), ("罗晴", "还没邀请")):
        row = re.search(rf"{name}.*?</tr>", page, re.S)
        assert row
        assert state in row[0]
    assert "周桂兰" not in page, "leaders have no such account"
    assert "何静" in clerk.get("/console/accounts/?q=hejing").content.decode()
    assert "何静" not in clerk.get("/console/accounts/?q=陶然").content.decode()


def test_the_list_costs_the_same_whatever_its_length(cast: Cast, client_for: ClientFor) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    clerk = client_for(cast.district_clerk)
    clerk.get("/console/accounts/")
    counts = []
    for n in range(2):
        with CaptureQueriesContext(connection) as asked:
            clerk.get("/console/accounts/")
        counts.append(len(asked))
        for m in range(10):
            person = Person.objects.create(name=f"同事{n}{m}")
            Appointment.objects.create(person=person, role=Role.STREET_CLERK, unit=cast.street, starts_on=SINCE)
    assert counts[0] == counts[1]


@pytest.fixture
def enrolled(cast: Cast, at_noon: Traveller) -> User:
    cast.worker.set_password(PASSWORD)
    cast.worker.save()
    enrol(Client(), cast.worker, time.time())
    return cast.worker


REASON = {"reason": "手机丢了，电话里确认过本人"}


def test_a_second_factor_is_reset_by_two_people(cast: Cast, enrolled: User, client_for: ClientFor) -> None:
    person = person_of(enrolled)
    first, second = client_for(cast.street_clerk), client_for(cast.district_clerk)
    assert first.post(page_of(person, "reset/"), REASON).status_code == 302
    assert second_factor.is_enrolled(enrolled), "one alone changes nothing"
    assert first.post(page_of(person, "reset/decide/"), {"agree": "yes"}).status_code == 403
    assert second_factor.is_enrolled(enrolled)
    assert "手机丢了" in second.get(page_of(person)).content.decode()
    assert second.post(page_of(person, "reset/decide/"), {"agree": "yes"}).status_code == 302
    assert not second_factor.is_enrolled(enrolled)
    row = FactorReset.objects.get()
    assert (row.state, row.asked_by_id, row.decided_by_id) == ("done", cast.street_clerk.pk, cast.district_clerk.pk)
    entry = AuditEntry.objects.get(act="second_factor.forget")
    assert (entry.actor_id, entry.reason) == (cast.district_clerk.pk, REASON["reason"])
    enrolled.refresh_from_db()
    let_pass(3600)
    assert give_password(Client(), enrolled) == "/login/staff/setup/", "the password is still asked for"


def test_a_reset_wants_a_reason_and_something_to_reset(cast: Cast, enrolled: User, client_for: ClientFor) -> None:
    clerk = client_for(cast.street_clerk)
    assert clerk.post(page_of(person_of(enrolled), "reset/"), {"reason": " "}).status_code == 422
    assert clerk.post(page_of(person_of(cast.other_worker), "reset/"), REASON).status_code == 409
    assert clerk.post(page_of(person_of(enrolled), "reset/"), REASON).status_code == 302
    assert clerk.post(page_of(person_of(enrolled), "reset/"), REASON).status_code == 409, "asked already"


def test_a_reset_can_be_refused_or_taken_back(cast: Cast, enrolled: User, client_for: ClientFor) -> None:
    first, second, person = client_for(cast.street_clerk), client_for(cast.district_clerk), person_of(enrolled)
    first.post(page_of(person, "reset/"), REASON)
    assert second.post(page_of(person, "reset/decide/"), {"agree": "no"}).status_code == 302
    first.post(page_of(person, "reset/"), REASON)
    assert first.post(page_of(person, "reset/decide/"), {"agree": "no"}).status_code == 302
    assert set(FactorReset.objects.values_list("state", flat=True)) == {"refused"}
    assert second_factor.is_enrolled(enrolled)
    assert "没有同意" in second.get(page_of(person)).content.decode()


def test_neither_colleagues_of_the_same_rank_nor_the_one_concerned_decide(
    cast: Cast, enrolled: User, client_for: ClientFor
) -> None:
    person = person_of(enrolled)
    client_for(cast.street_clerk).post(page_of(person, "reset/"), REASON)
    peer = Person.objects.create(name="同级")
    Appointment.objects.create(person=peer, role=Role.COMMUNITY_WORKER, unit=cast.community, starts_on=SINCE)
    for user in (User.objects.create_user("peer", person=peer), enrolled):
        client = client_for(user)
        assert client.post(page_of(person, "reset/decide/"), {"agree": "yes"}).status_code == 403
    assert second_factor.is_enrolled(enrolled)
