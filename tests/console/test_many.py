"""What is done to many rows at once: ticked, looked at, done together or not at all."""

from __future__ import annotations

import uuid

from django.test import Client
from django.utils import timezone

from foundation.models import AuditEntry
from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.units.models import Appointment

PATH = "/console/appointments/end/"


def held(user: User) -> Appointment:
    return Appointment.objects.get(person=person_of(user))


def uids(*users: User) -> list[str]:
    return [str(held(user).uid) for user in users]


def test_several_roles_end_together_after_a_look(cast: Cast, worker: Client) -> None:
    page = worker.get("/console/appointments/").content.decode()
    assert f'formaction="{PATH}"' in page
    assert f'value="{held(cast.leader).uid}"' in page
    both = {"uids": uids(cast.leader, cast.leader2), "next": "/console/appointments/?q=z"}
    looked = worker.post(PATH, both).content.decode()
    assert "周桂兰" in looked
    assert held(cast.leader).ends_on is None
    assert worker.post(PATH, both | {"confirm": "1", "reason": ""}).status_code == 422
    done = worker.post(PATH, both | {"confirm": "1", "reason": "一起搬走了"})
    assert done["Location"] == "/console/appointments/?q=z"
    assert {held(cast.leader).ends_on, held(cast.leader2).ends_on} == {timezone.localdate()}
    assert AuditEntry.objects.filter(act="appointment.end").count() == 2


def test_what_is_not_ones_own_to_end_stays(cast: Cast, worker: Client) -> None:
    body = {"uids": uids(cast.leader, cast.other_leader, cast.street_clerk), "confirm": "1", "reason": "一起搬走了"}
    assert worker.post(PATH, body).status_code == 302
    assert held(cast.leader).ends_on
    assert held(cast.other_leader).ends_on is None
    assert held(cast.street_clerk).ends_on is None


def test_all_or_none(cast: Cast, clerk: Client) -> None:
    """The last clerk of the district cannot go, so nobody of this list goes."""
    body = {"uids": uids(cast.leader, cast.district_clerk), "confirm": "1", "reason": "一起搬走了"}
    response = clerk.post(PATH, body)
    assert response.status_code in {302, 422}
    if response.status_code == 422:
        assert held(cast.leader).ends_on is None
    assert held(cast.district_clerk).ends_on is None


def test_nothing_ticked_is_said_kindly(cast: Cast, worker: Client) -> None:
    for ticked in ([], ["x"], ["", "1"]):
        answer = worker.post(PATH, {"uids": ticked, "next": "https://elsewhere.example/"}, follow=True)
        assert answer.redirect_chain[-1][0] == "/console/appointments/"
        assert "先在名单里勾选" in answer.content.decode()
    many = {"uids": [str(uuid.uuid4()) for _ in range(501)]}
    assert "一次最多办 500 条" in worker.post(PATH, many, follow=True).content.decode()
