"""Hours: confirmed in bulk by who may, worth points and service, taken back with a reason; nobody is written up."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.gatherings.arrivals import sign_in_here
from events.gatherings.hours import Came, confirm_hours, take_back
from events.gatherings.models import Attendance, Event, HoursBatch, SignUp, hours_in
from events.gatherings.personal import forget_arrivals
from events.gatherings.selectors import been_to, waiting_for
from events.gatherings.services import call_off, sign_up
from events.gatherings.structure import event_hours
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.idempotency import DifferentBody
from foundation.jobs import relay_once
from foundation.models import AuditEntry, Notification
from rewards.honours.selectors import hours_of as service_of
from rewards.points.books import verify
from rewards.points.models import Transfer
from rewards.points.selectors import balance_of, statement
from tests.benefits.making import at_once, until_somebody_waits
from tests.cast import Cast, make_cast, person_of
from tests.gatherings.conftest import make_event
from tests.gatherings.test_sign_up import make_residents
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.people.models import Person
from volunteers.structure.months import Month, Within
from volunteers.units.models import Unit

ClientFor = Callable[[User], Client]
HOUR = dt.timedelta(hours=1)


def over(cast: Cast, **fields: Any) -> Event:
    """An event of three hours that ended an hour ago."""
    now = timezone.now()
    return make_event(cast, **({"starts_at": now - 4 * HOUR, "ends_at": now - HOUR} | fields))


def signed(event: Event, *users: User) -> None:
    """They had signed up."""
    SignUp.objects.bulk_create(
        SignUp(id=uuid.uuid4(), event=event, person=person_of(user), fingerprint="0" * 64) for user in users
    )
    Event.objects.filter(pk=event.pk).update(signed_count=len(users))


def came(*users: User, minutes: int | None = None) -> list[Came]:
    return [Came(person_of(user).uid, minutes) for user in users]


def confirm(event: Event, by: User, *users: User, minutes: int | None = None) -> HoursBatch:
    return confirm_hours(id=uuid.uuid4(), event=event, came=came(*users, minutes=minutes), acting_user=by)


def served(user: User) -> int:
    """Minutes of service that stand."""
    return sum(record.minutes for record in service_of(person_of(user).pk))


def told(user: User, event: Event) -> int:
    """The points that the page of the event tells."""
    been = been_to(user, event)
    assert been
    return been.points


def states(event: Event) -> dict[str, str]:
    return dict(Attendance.objects.filter(event=event).values_list("person__name", "state"))


@pytest.mark.everywhere
def test_everybody_who_came_gets_points_hours_and_thanks(cast: Cast) -> None:
    event = over(cast)
    signed(event, cast.leader, cast.leader2, cast.resident)
    batch = confirm(event, cast.worker, cast.leader, cast.resident)
    assert batch.count == 2
    for user in (cast.leader, cast.resident):
        (line,) = Transfer.objects.filter(to_account__person=user.person)
        assert (line.points, line.rule, line.reason, line.unit) == (4, "event_hour", event.title, cast.neighbourhood)
        assert line.source_key == f"event:{event.uid}:{user.person_id}"
        assert served(user) == 180
    assert balance_of(cast.leader2.person_id) == 0
    assert states(event) == {"周桂兰": "confirmed", "方晓": "confirmed"}  # of who did not come nothing is written
    assert AuditEntry.objects.filter(act="event.confirm_hours").count() == 1
    relay_once()
    relay_once()
    (thanks,) = Notification.objects.filter(stream_key=f"p:{cast.leader.person_id}", kind="event_hours")
    assert thanks.payload["body"] == f"{event.title} · 3 小时 · 积分 +4"


def test_an_hour_counts_from_its_half_on() -> None:
    assert [hours_in(minutes) for minutes in (29, 30, 60, 89, 90, 149, 150)] == [0, 1, 1, 1, 2, 2, 3]


def test_a_shorter_stay_earns_less_and_its_real_minutes(cast: Cast) -> None:
    event = over(cast)
    confirm(event, cast.worker, cast.leader, minutes=75)
    confirm(event, cast.worker, cast.leader2, minutes=20)
    assert (balance_of(cast.leader.person_id), balance_of(cast.leader2.person_id)) == (2, 0)
    assert served(cast.leader2) == 20
    for wrong in (0, -5, 181):
        with pytest.raises(Invalid):
            confirm(event, cast.worker, cast.resident, minutes=wrong)


@pytest.mark.everywhere
def test_the_same_batch_again_is_the_same_answer(cast: Cast) -> None:
    event, id_ = over(cast), uuid.uuid4()
    for _again in range(2):
        batch = confirm_hours(id=id_, event=event, came=came(cast.leader), acting_user=cast.worker)
        assert (batch.pk, batch.count) == (id_, 1)
    assert confirm(event, cast.group_leader, cast.leader, cast.leader2).count == 1
    assert (balance_of(cast.leader.person_id), Transfer.objects.count()) == (4, 2)
    with pytest.raises(DifferentBody):
        confirm_hours(id=id_, event=event, came=came(cast.leader2), acting_user=cast.worker)
    with pytest.raises(Missing):
        confirm_hours(id=id_, event=event, came=came(cast.leader), acting_user=cast.street_clerk)


def test_who_may_confirm_whom(cast: Cast) -> None:
    event = over(cast)
    for user, people in (
        (cast.group_leader, [cast.leader, cast.leader2, cast.resident]),
        (cast.area_leader, [cast.group_leader]),
        (cast.street_clerk, [cast.area_leader]),
        (cast.worker, [cast.other_leader, cast.stranger]),  # whoever came to the event of her community
    ):
        assert confirm(event, user, *people).count == len(people)
    for user, person, refusal in (
        (cast.leader, cast.resident, Denied),
        (cast.resident, cast.leader, Denied),
        (cast.group_leader, cast.group_leader, Denied),
        (cast.worker, cast.worker, Denied),
        (cast.group_leader, cast.other_leader, Missing),
        (cast.group_leader, cast.area_leader, Missing),
        (cast.other_worker, cast.leader, Missing),
    ):
        with pytest.raises(refusal):
            confirm(event, user, person)
    with pytest.raises(Missing):
        confirm_hours(id=uuid.uuid4(), event=event, came=[Came(uuid.uuid4())], acting_user=cast.worker)


def test_only_between_the_end_and_thirty_days_after(cast: Cast) -> None:
    event = over(cast)
    off = over(cast, title="不办了")
    call_off(event=off, acting_user=cast.worker)
    off.refresh_from_db()
    for wrong in (make_event(cast), off, over(cast, ends_at=timezone.now() + HOUR)):
        with pytest.raises(Conflict):
            confirm(wrong, cast.worker, cast.leader)
    with time_machine.travel(event.ends_at + dt.timedelta(days=31)), pytest.raises(Conflict):
        confirm(event, cast.worker, cast.leader)


@pytest.mark.everywhere
def test_what_was_entered_twice_is_taken_back_and_both_lines_show(cast: Cast) -> None:
    event = over(cast)
    confirm(event, cast.group_leader, cast.leader, cast.leader2)
    row = Attendance.objects.select_related("event").get(person=cast.leader.person)
    for user in (cast.leader, cast.leader2, cast.area_leader):  # whoever else is above did not confirm it
        with pytest.raises((Denied, Missing)):
            take_back(attendance=row, reason="录了两次", acting_user=user)
    with pytest.raises(Missing):
        take_back(attendance=row, reason="录了两次", acting_user=cast.other_group_leader)
    with pytest.raises(Invalid):
        take_back(attendance=row, reason="  ", acting_user=cast.group_leader)
    for _again in range(2):
        assert take_back(attendance=row, reason="录了两次", acting_user=cast.group_leader).state == "withdrawn"
    assert sorted(line.points for line in statement(cast.leader.person_id).lines) == [-4, 4]
    assert (balance_of(cast.leader.person_id), served(cast.leader)) == (0, 0)
    assert told(cast.leader, event) == 0
    assert Notification.objects.get(kind="event_hours").payload["title"] == "有一笔时长更正了"
    # It was the wrong one: confirmed anew, with a source of its own.
    confirm(event, cast.worker, cast.leader)
    assert balance_of(cast.leader.person_id) == 4
    assert served(cast.leader) == 180
    assert told(cast.leader, event) == 4
    take_back(attendance=Attendance.objects.get(person=cast.leader2.person), reason="没来", acting_user=cast.worker)
    assert verify().faults == []


def test_what_is_spent_is_not_taken_back(cast: Cast) -> None:
    event = over(cast)
    confirm(event, cast.worker, cast.leader)
    row = Attendance.objects.get(person=cast.leader.person)
    row.person.points_account.__class__.objects.filter(person=cast.leader.person).update(held=3)
    with pytest.raises(Conflict):
        take_back(attendance=row, reason="录了两次", acting_user=cast.worker)
    row.refresh_from_db()
    assert row.state == "confirmed"


def test_saying_here_only_ticks_the_name(cast: Cast, client_for: ClientFor) -> None:
    now = timezone.now()
    event = make_event(cast, starts_at=now - HOUR, ends_at=now + HOUR)
    client, id_ = client_for(cast.resident), uuid.uuid4()
    assert "我到了" in client.get(f"/events/{event.uid}/here/").content.decode()
    for _again in range(2):
        assert client.post(f"/events/{event.uid}/here/", {"id": id_}).status_code == 302
    row = Attendance.objects.get()
    assert (row.pk, row.state, row.how, row.unit) == (id_, "signed_in", "qr", cast.neighbourhood)
    assert "您说到了" in client.get(event.get_absolute_url()).content.decode()
    assert Transfer.objects.count() == 0
    with pytest.raises(Missing):
        sign_in_here(id=uuid.uuid4(), event=event, acting_user=cast.stranger)
    with pytest.raises(Conflict):
        sign_in_here(id=uuid.uuid4(), event=make_event(cast, title="后天的"), acting_user=cast.resident)
    with time_machine.travel(event.ends_at + 3 * HOUR):
        with pytest.raises(Conflict):
            sign_in_here(id=uuid.uuid4(), event=event, acting_user=cast.leader)
        assert [one.pk for one in waiting_for(cast.group_leader)] == [event.pk]
        confirm(event, cast.group_leader, cast.resident)
    row.refresh_from_db()
    assert (row.state, row.how, row.minutes) == ("confirmed", "qr", 120)


def test_the_code_is_for_who_runs_the_event(cast: Cast, event: Event, client_for: ClientFor) -> None:
    for user, status in ((cast.worker, 200), (cast.street_clerk, 200), (cast.group_leader, 403), (cast.leader, 403)):
        assert client_for(user).get(f"/events/{event.uid}/code/").status_code == status
    sheet = client_for(cast.worker).get(f"/events/{event.uid}/code/?print=1").content.decode()
    assert "<svg" in sheet
    assert "不扫也行" in sheet


def test_it_waits_until_somebody_has_said_who_came(cast: Cast, client_for: ClientFor) -> None:
    event = over(cast)
    assert waiting_for(cast.group_leader) == []
    signed(event, cast.leader, cast.leader2, cast.group_leader)
    for user in (cast.group_leader, cast.area_leader, cast.worker):
        assert waiting_for(user) == [event]
        assert "1 场活动等您确认时长" in client_for(user).get("/").content.decode()
    for user in (cast.leader, cast.street_clerk, cast.other_group_leader, cast.other_worker):
        assert waiting_for(user) == []
    confirm(event, cast.group_leader, cast.leader)  # 马建国 did not come, and nothing is said of that
    assert waiting_for(cast.group_leader) == []
    assert waiting_for(cast.area_leader) == waiting_for(cast.worker) == [event]
    confirm(event, cast.worker, cast.group_leader)
    assert waiting_for(cast.worker) == waiting_for(cast.area_leader) == []
    other = over(cast, title="没人来")
    signed(other, cast.leader)
    assert waiting_for(cast.worker) == [other]
    assert confirm(other, cast.worker).count == 0
    assert waiting_for(cast.worker) == waiting_for(cast.group_leader) == []


def test_two_taps_on_the_phone(cast: Cast, client_for: ClientFor) -> None:
    event = over(cast)
    signed(event, cast.leader, cast.leader2, cast.other_leader)
    client, url = client_for(cast.group_leader), f"/events/{event.uid}/hours/"
    assert f'href="{url}"' in client.get(event.get_absolute_url()).content.decode()
    page = client.get(url).content.decode()
    assert page.count('class="came"') == page.count(" checked>") == 2
    assert "顾芳" not in page
    assert page.index("周桂兰") < page.index("马建国")  # by place, then by the sound of the name
    body = {"id": uuid.uuid4(), "person": [person_of(cast.leader).uid], f"minutes-{person_of(cast.leader).uid}": "60"}
    sent = client.post(url, body, follow=True).content.decode()
    assert "1 人确认好了" in sent
    assert "1 小时" in sent
    assert balance_of(cast.leader.person_id) == 2
    again = client_for(cast.worker).get(url).content.decode()
    assert again.count('class="came"') == 2
    assert again.count(" checked>") == 1
    assert client.post(url, {"id": uuid.uuid4()}).status_code == 422
    assert client.post(url, {"id": uuid.uuid4(), "nobody": "1"}).status_code == 302


def test_somebody_who_did_not_sign_up_is_found_by_name(cast: Cast, client_for: ClientFor) -> None:
    event = over(cast)
    signed(event, cast.leader, cast.leader2)
    neighbour = Person.objects.create(name="王秀英")  # no phone
    lives = {"neighbourhood": cast.neighbourhood, "state": "confirmed", "confirmed_at": timezone.now()}
    Resident.objects.create(person=neighbour, **lives)
    client, url = client_for(cast.group_leader), f"/events/{event.uid}/hours/"
    ticked = [str(person_of(cast.leader).uid)]
    looked = client.post(url, {"id": uuid.uuid4(), "find": "1", "words": "wxy", "person": ticked}).content.decode()
    assert "王秀英" in looked
    assert HoursBatch.objects.count() == 0
    assert looked.count(" checked>") == 1  # what was ticked stays, the others too
    for words in ("顾芳", "路人", "许敏"):  # not below her, nobody's, herself
        found = client.post(url, {"find": "1", "words": words}).content.decode()
        assert "没有找到" in found
    client.post(url, {"id": uuid.uuid4(), "person": [*ticked, str(neighbour.uid)]})
    assert Attendance.objects.get(person=neighbour).how == "walk_in"
    assert balance_of(neighbour.pk) == 4


def test_a_leader_reads_what_came_of_it(cast: Cast, client_for: ClientFor) -> None:
    event = over(cast)
    confirm(event, cast.worker, cast.leader, minutes=120)
    client = client_for(cast.leader)
    page = client.get(event.get_absolute_url()).content.decode()
    assert "您来过，2 小时，+4 分" in page
    assert "今天" in page
    assert event.title in client.get("/events/mine/").content.decode()
    (been,) = client.get("/api/gatherings/mine").json()
    assert (been["event"], been["minutes"], been["points"], been["state"]) == (str(event.uid), 120, 4, "confirmed")
    assert client_for(cast.leader2).get(f"/api/gatherings/{event.uid}/mine").json() is None
    row = Attendance.objects.get()
    take_back(attendance=row, reason="录了两次", acting_user=cast.worker)
    page = client.get(event.get_absolute_url()).content.decode()
    assert "更正" in page
    assert "录了两次" in page
    assert client.get("/api/gatherings/mine").json()[0]["points"] == 0


def test_the_desk_does_what_the_phone_does(cast: Cast, client_for: ClientFor) -> None:
    event = over(cast)
    signed(event, cast.leader, cast.stranger)  # a guest from nowhere is on the list as well
    client, url = client_for(cast.worker), f"/console/events/{event.uid}/hours/"
    assert url in client.get("/console/events/").content.decode()
    page = client.get(url).content.decode()
    assert ("周桂兰" in page, "路人" in page) == (True, True)
    client.post(url, {"id": uuid.uuid4(), "person": [person_of(cast.leader).uid]})
    row = Attendance.objects.get()
    back = f"/console/events/hours/{row.pk}/back/"
    assert back in client.get(url).content.decode()
    assert client.get(back).status_code == 200
    assert client.post(back, {"reason": ""}).status_code == 422
    assert client.post(back, {"reason": "录了两次"}).status_code == 302
    assert balance_of(cast.leader.person_id) == 0


def test_the_api_confirms_and_takes_back(cast: Cast, client_for: ClientFor) -> None:
    event = over(cast)
    signed(event, cast.leader)
    client, url = client_for(cast.group_leader), f"/api/gatherings/{event.uid}/hours"
    (offered,) = client.get(url).json()
    assert (offered["name"], offered["ticked"], offered["minutes"]) == ("周桂兰", True, 180)
    assert not {"points", "total", "rank"} & set(offered)
    body = {"id": str(uuid.uuid4()), "came": [{"person": offered["person"]}]}
    for _again in range(2):
        assert client.post(url, body, "application/json").json() == {"id": body["id"], "count": 1}
    assert client_for(cast.leader).get(url).status_code == 403
    assert client_for(cast.stranger).get(url).status_code == 404
    back = {"person": offered["person"], "reason": "录了两次"}
    assert client.post(f"{url}/back", back, "application/json").status_code == 204
    assert balance_of(cast.leader.person_id) == 0


def test_forty_people_cost_a_fixed_number_of_queries_each(cast: Cast) -> None:
    residents, numbers = make_residents(cast, 44), []
    for people in (residents[:4], residents[4:]):
        event = over(cast)
        signed(event, *people)
        with CaptureQueriesContext(connection) as queries:
            confirm(event, cast.worker, *people)
        numbers.append((len(people), len(queries)))
    (few, little), (many, much) = numbers
    each = (much - little) / (many - few)
    assert each <= 16, each


def test_the_month_counts_hours_where_they_were_earned(cast: Cast) -> None:
    event = over(cast)
    confirm(event, cast.worker, cast.leader, cast.resident, cast.group_leader)
    month = Month.of(timezone.localdate())
    below = Within(Unit.objects.filter(path__startswith=cast.group.path).values_list("pk", flat=True))
    assert event_hours(below, month) == {cast.neighbourhood.pk: 6, cast.group.pk: 3}
    later = month.ends_at + dt.timedelta(days=3)
    with time_machine.travel(later):
        take_back(attendance=Attendance.objects.get(person=cast.leader.person), reason="错", acting_user=cast.worker)
        assert event_hours(below, month)[cast.neighbourhood.pk] == 6
        assert event_hours(below, Month.of(later.date())) == {}


def test_arrivals_that_nobody_confirmed_are_forgotten(cast: Cast) -> None:
    now = timezone.now()
    event = make_event(cast, starts_at=now - HOUR, ends_at=now + HOUR)
    sign_in_here(id=uuid.uuid4(), event=event, acting_user=cast.resident)
    assert forget_arrivals(now - HOUR) == 0
    assert forget_arrivals(now + HOUR) == 1


def test_who_signed_up_and_says_here_is_one_person(cast: Cast) -> None:
    now = timezone.now()
    event = make_event(cast, starts_at=now - HOUR, ends_at=now + HOUR)
    sign_up(id=uuid.uuid4(), event=event, acting_user=cast.resident)
    sign_in_here(id=uuid.uuid4(), event=event, acting_user=cast.resident)
    with time_machine.travel(now + 2 * HOUR):
        assert confirm(event, cast.worker, cast.resident).count == 1
    assert Attendance.objects.filter(event=event).count() == 1


def test_what_is_withdrawn_among_the_hours_of_service_takes_points_and_attendance_along(
    cast: Cast, client_for: ClientFor
) -> None:
    event, desk = over(cast), client_for(cast.worker)
    confirm(event, cast.worker, cast.leader)
    url = reverse("console_service", args=[service_of(person_of(cast.leader).pk)[0].pk])
    account = person_of(cast.leader).points_account.__class__.objects.filter(person=cast.leader.person)
    account.update(held=3)
    assert desk.post(url, {"reason": "那天没有去"}).status_code == 409, "the points are spent"
    assert served(cast.leader) == 180
    account.update(held=0)
    for _again in range(2):
        assert desk.post(url, {"reason": "那天没有去"}).status_code == 302
    assert (balance_of(person_of(cast.leader).pk), served(cast.leader)) == (0, 0)
    assert Attendance.objects.get().state == "withdrawn"
    assert told(cast.leader, event) == 0
    assert verify().faults == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_somebody_who_says_here_while_the_list_is_confirmed_is_on_it() -> None:
    cast = make_cast()
    event, is_here, made = over(cast), threading.Event(), []

    def say_here() -> None:
        with transaction.atomic():
            made.append(sign_in_here(id=uuid.uuid4(), event=event, acting_user=cast.leader).pk)
            is_here.set()
            until_somebody_waits()

    def send() -> int:
        is_here.wait(10)
        return confirm(event, cast.worker, cast.leader, cast.leader2).count

    assert at_once(say_here, send) == [None, 2]
    row = Attendance.objects.get(person=cast.leader.person)
    assert (row.pk, row.state, row.how) == (made[0], "confirmed", "qr")
    assert balance_of(row.person_id) == 4
    assert Attendance.objects.count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_the_same_forty_at_once_pay_each_once() -> None:
    cast = make_cast()
    event, residents = over(cast), make_residents(cast, 40)
    signed(event, *residents)
    gate, counts, errors = threading.Barrier(3), [], []

    def send(user: User, people: list[User]) -> None:
        gate.wait()
        try:
            counts.append(confirm(event, user, *people).count)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    users = (cast.worker, cast.group_leader, cast.area_leader)
    threads = [
        threading.Thread(target=send, args=(user, residents if n % 2 else residents[::-1]))
        for n, user in enumerate(users)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(counts) == [0, 0, 40]
    assert Transfer.objects.filter(rule="event_hour").count() == 40
    assert {balance_of(user.person_id) for user in residents} == {4}
    assert verify().faults == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_same_back_at_once_do_it_once() -> None:
    cast = make_cast()
    event = over(cast)
    confirm(event, cast.worker, cast.leader)
    row, gate, errors = Attendance.objects.get(), threading.Barrier(4), []

    def send() -> None:
        gate.wait()
        try:
            take_back(attendance=row, reason="录了两次", acting_user=cast.worker)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Transfer.objects.filter(reverses__isnull=False).count() == 1
    assert balance_of(cast.leader.person_id) == 0
