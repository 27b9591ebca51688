"""The tree of party organisations: four levels, what each covers, and where one is missing."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry
from tests.cast import Cast, make_cast, person_of
from volunteers.accounts.models import User
from volunteers.orgs.models import PartyLevel, PartyLink, PartyOrg
from volunteers.orgs.party import (
    close_party_org,
    create_party_org,
    link_unit,
    move_party_org,
    rename_party_org,
    unlink_unit,
)
from volunteers.orgs.selectors import coverage_gaps, members_under, units_without_party
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Unit

DAY = dt.timedelta(days=1)


def found(cast: Cast, level: PartyLevel, unit: Unit, parent: PartyOrg | None = None, **more: Any) -> PartyOrg:
    """An organisation of the district clerk's making."""
    values: dict[str, Any] = {"uid": uuid.uuid4(), "name": f"{unit.name}党组织", "acting_user": cast.district_clerk}
    return create_party_org(level=level, unit=unit, parent=parent, **(values | more))


@pytest.fixture
def committee(cast: Cast) -> PartyOrg:
    return found(cast, PartyLevel.COMMITTEE, cast.street)


@pytest.fixture
def general(cast: Cast, committee: PartyOrg) -> PartyOrg:
    return found(cast, PartyLevel.GENERAL_BRANCH, cast.community, committee)


def missing(cast: Cast) -> set[str]:
    """Names of the units without, in the street of the cast."""
    return {str(unit.pk) for unit in units_without_party([cast.street.path])}


def test_an_organisation_is_made_once_and_covers_its_unit(cast: Cast, committee: PartyOrg) -> None:
    uid = uuid.uuid4()
    made = found(cast, PartyLevel.GENERAL_BRANCH, cast.community, committee, uid=uid)
    assert found(cast, PartyLevel.GENERAL_BRANCH, cast.community, committee, uid=uid) == made
    with pytest.raises(DifferentBody):
        found(cast, PartyLevel.GENERAL_BRANCH, cast.community, committee, uid=uid, name="别的名字")
    assert made.get_parent() == committee
    assert [link.unit for link in made.links.all()] == [cast.community]
    assert AuditEntry.objects.filter(act="party.add", object_id=str(made.pk)).count() == 1


def test_levels_and_seats_have_to_fit(cast: Cast, committee: PartyOrg, general: PartyOrg) -> None:
    wrong: list[tuple[PartyLevel, Unit, PartyOrg | None]] = [
        (PartyLevel.COMMITTEE, cast.community, committee),
        (PartyLevel.BRANCH, cast.area, None),
        (PartyLevel.GENERAL_BRANCH, cast.community, general),
        (PartyLevel.BRANCH, cast.other_area, general),
        (PartyLevel.GENERAL_BRANCH, cast.far_community, committee),
    ]
    for level, unit, parent in wrong:
        with pytest.raises(Invalid):
            found(cast, level, unit, parent)
    with pytest.raises(Invalid):
        found(cast, PartyLevel.BRANCH, cast.area, general, covers=[cast.area, cast.other_area])


def test_staff_keep_what_sits_in_their_units(cast: Cast, committee: PartyOrg, general: PartyOrg) -> None:
    mine = found(cast, PartyLevel.BRANCH, cast.area, general, acting_user=cast.worker)
    assert set(PartyOrg.objects.visible_to(cast.worker)) == {general, mine}
    assert not PartyOrg.objects.visible_to(cast.other_worker).exists()
    for user in (cast.other_worker, cast.area_leader, cast.leader, cast.officer):
        with pytest.raises(Denied):
            rename_party_org(org=mine, name="改名", acting_user=user)
        with pytest.raises(Denied):
            found(cast, PartyLevel.BRANCH, cast.area, general, acting_user=user)
    with pytest.raises(Denied):
        rename_party_org(org=committee, name="改名", acting_user=cast.worker)
    assert rename_party_org(org=mine, name="桂花一支部", acting_user=cast.worker).initials == "ghyzb"
    rename_party_org(org=mine, name="桂花一支部", acting_user=cast.worker)
    assert AuditEntry.objects.filter(act="party.rename").count() == 1


def test_what_moves_takes_along_what_hangs_below(cast: Cast, committee: PartyOrg, general: PartyOrg) -> None:
    branch = found(cast, PartyLevel.BRANCH, cast.area, general)
    group = found(cast, PartyLevel.PARTY_GROUP, cast.group, branch)
    moved = move_party_org(org=branch, parent=committee, acting_user=cast.street_clerk)
    assert moved.get_parent() == committee
    group.refresh_from_db()
    assert list(group.get_ancestors()) == [committee, moved]
    general.refresh_from_db()
    assert general.numchild == 0
    with pytest.raises(Invalid):
        move_party_org(org=general, parent=moved, acting_user=cast.street_clerk)
    move_party_org(org=branch, parent=committee, acting_user=cast.street_clerk)
    assert AuditEntry.objects.filter(act="party.move").count() == 1


def test_a_closed_one_covers_nothing_from_the_next_day_on(cast: Cast, committee: PartyOrg, general: PartyOrg) -> None:
    today = timezone.localdate()
    with pytest.raises(Conflict):
        close_party_org(org=committee, acting_user=cast.street_clerk)
    close_party_org(org=general, reason="并入", acting_user=cast.worker)
    close_party_org(org=general, acting_user=cast.worker)
    assert AuditEntry.objects.filter(act="party.close").count() == 1
    assert str(cast.community.pk) not in missing(cast)
    tomorrow = units_without_party([cast.street.path], on=today + DAY)
    assert cast.community in tomorrow
    for refused in (rename_party_org, link_unit):
        with pytest.raises(Conflict):
            refused(org=general, acting_user=cast.worker, **_more(refused, cast))
    with pytest.raises(Invalid):
        found(cast, PartyLevel.BRANCH, cast.area, general)


def _more(service: Callable[..., Any], cast: Cast) -> dict[str, Any]:
    return {"name": "改名"} if service is rename_party_org else {"unit": cast.area}


def test_gaps_follow_links_and_dates(cast: Cast, committee: PartyOrg) -> None:
    gaps = {str(unit.pk) for unit in (cast.community, cast.other_community, cast.area, cast.other_area)}
    gaps |= {str(cast.group.pk), str(cast.other_group.pk)}
    assert missing(cast) == gaps
    general = found(cast, PartyLevel.GENERAL_BRANCH, cast.community, committee)
    assert missing(cast) == gaps - {str(cast.community.pk)}
    # A higher one that covers the area is as good as a branch; the group below still has none.
    link_unit(org=general, unit=cast.area, acting_user=cast.worker)
    link_unit(org=general, unit=cast.area, acting_user=cast.worker)
    assert PartyLink.objects.filter(unit=cast.area).count() == 1
    assert missing(cast) == gaps - {str(cast.community.pk), str(cast.area.pk)}
    counted = coverage_gaps([cast.street.path])
    assert counted[cast.street.pk] == 4
    assert (counted[cast.community.pk], counted[cast.area.pk], counted[cast.group.pk]) == (1, 1, 1)
    assert cast.neighbourhood.pk not in counted
    unlink_unit(org=general, unit=cast.area, last_day=timezone.localdate(), acting_user=cast.worker)
    unlink_unit(org=general, unit=cast.area, acting_user=cast.worker)
    assert cast.area in units_without_party([cast.street.path], on=timezone.localdate() + DAY)


def test_a_joint_branch_covers_several_areas(cast: Cast, committee: PartyOrg, general: PartyOrg) -> None:
    second = cast.community.add_child(level="area", name="第2片区", starts_on=timezone.localdate())
    joint = found(cast, PartyLevel.BRANCH, cast.area, general, covers=[cast.area, second])
    assert {link.unit for link in joint.links.all()} == {cast.area, second}
    assert not {str(cast.area.pk), str(second.pk)} & missing(cast)


def test_members_are_counted_among_the_leaders_who_serve(cast: Cast) -> None:
    members = (cast.leader, cast.leader2, cast.area_leader)
    Person.objects.filter(pk__in=[person_of(user).pk for user in members]).update(political_status="中共党员")
    known = members_under([cast.street.path])
    assert (known[cast.group.path], known[cast.area.path], known[cast.street.path]) == (2, 3, 3)
    Appointment.objects.filter(person=person_of(cast.leader2)).update(ends_on=timezone.localdate() - DAY)
    assert members_under([cast.area.path])[cast.area.path] == 2


def test_the_list_of_gaps_says_what_to_do(
    cast: Cast, committee: PartyOrg, client_for: Callable[[User], Client]
) -> None:
    members = (cast.leader, cast.leader2, cast.group_leader)
    Person.objects.filter(pk__in=[person_of(user).pk for user in members]).update(political_status="中共党员")
    desk = client_for(cast.street_clerk)
    page = desk.get("/console/party/gaps/").content.decode()
    assert page.count("可以单独建") >= 3
    assert page.count("建议和邻近的联合建") >= 3
    joint = desk.get("/console/party/gaps/", {"advice": "join", "level": "group"}).content.decode()
    assert str(cast.other_group.uid) in joint
    assert str(cast.group.uid) not in joint
    worker = client_for(cast.worker).get("/console/party/gaps/").content.decode()
    assert str(cast.area.uid) in worker
    assert str(cast.other_area.uid) not in worker
    done: Any = desk.post("/console/party/gaps/export/", {"format": "csv"})
    assert done.status_code == 200
    assert "第1组" in b"".join(done.streaming_content).decode("utf-8-sig")


def test_from_a_gap_to_an_organisation_without_a_script(
    cast: Cast, committee: PartyOrg, client_for: Callable[[User], Client]
) -> None:
    desk = client_for(cast.worker)
    path = f"/console/party/new/?unit={cast.community.uid}"
    form = desk.get(path).context["form"]
    assert form.initial["level"] == PartyLevel.GENERAL_BRANCH
    assert form.initial["parent"] == committee.uid
    body = {
        "uid": str(form.initial["uid"]), "name": "桂花社区党总支", "level": "general_branch",
        "parent": str(committee.uid), "covers": [str(cast.community.uid)],
        "starts_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    assert desk.post(path, body | {"level": "committee"}).status_code == 422
    assert desk.post(path, body).status_code == 302
    assert desk.post(path, body).status_code == 302
    made = PartyOrg.objects.get(name="桂花社区党总支")
    assert made.get_parent() == committee
    page = desk.get(f"/console/party/{made.uid}/").content.decode()
    assert committee.name in page
    assert desk.get(f"/console/party/{committee.uid}/").status_code == 404
    assert desk.get(f"/console/party/new/?unit={cast.other_community.uid}").status_code == 404
    assert desk.get("/console/party/new/?unit=nonsense").status_code == 404
    assert desk.get(f"/console/party/new/?parent={made.uid}").status_code == 200
    listed = client_for(cast.district_clerk).get("/console/party/", {"q": "gh"}).content.decode()
    assert "桂花社区党总支" in listed
    away = desk.post(f"/console/party/{made.uid}/close/", {"last_day": timezone.localdate().isoformat()})
    assert away.status_code == 302


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_callers_at_once_get_a_place_each() -> None:
    cast = make_cast()
    committee = found(cast, PartyLevel.COMMITTEE, cast.street)
    same, barrier, failed = uuid.uuid4(), threading.Barrier(8), []

    def call(number: int) -> None:
        barrier.wait()
        try:
            if number % 2:
                found(cast, PartyLevel.COMMITTEE, cast.district, name=f"第{number}党委")
            else:
                found(cast, PartyLevel.GENERAL_BRANCH, cast.community, committee, uid=same)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert PartyOrg.objects.filter(uid=same).count() == 1
    assert PartyOrg.objects.filter(depth=1).count() == 5
    assert PartyOrg.find_problems() == ([], [], [], [], [])
