"""Departments and those who answer for them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import DifferentBody
from foundation.models import AuditEntry, OutboxMessage
from tests.cast import SINCE, Cast, person_of
from volunteers.accounts.models import User
from volunteers.orgs.models import Department, DepartmentOfficer
from volunteers.orgs.services import add_officer, create_department, end_officer, rename_department
from volunteers.people.models import Person

DAY = dt.timedelta(days=1)


def test_a_department_is_added_once_and_renamed(cast: Cast) -> None:
    uid = uuid.uuid4()
    made = create_department(uid=uid, name=" 城管部门 ", acting_user=cast.district_clerk)
    assert create_department(uid=uid, name="城管部门", acting_user=cast.district_clerk) == made
    with pytest.raises(DifferentBody):
        create_department(uid=uid, name="水务部门", acting_user=cast.district_clerk)
    with pytest.raises(Invalid):
        create_department(uid=uuid.uuid4(), name="住房部门", acting_user=cast.district_clerk)
    assert rename_department(department=made, name="市容部门", acting_user=cast.district_clerk).initials == "srbm"
    assert [entry.act for entry in AuditEntry.objects.order_by("pk")] == ["department.add", "department.rename"]


def test_only_the_district_keeps_departments(cast: Cast, client_for: Callable[[User], Client]) -> None:
    for user in (cast.street_clerk, cast.worker, cast.leader, cast.officer):
        with pytest.raises(Denied):
            create_department(uid=uuid.uuid4(), name="水务部门", acting_user=user)
        assert not Department.objects.visible_to(user).exists()
        assert not DepartmentOfficer.objects.visible_to(user).exists()
    page = client_for(cast.district_clerk).get("/console/departments/", {"q": "zf"}).content.decode()
    assert "住房部门" in page
    assert client_for(cast.street_clerk).get("/console/departments/").status_code == 302


def test_an_officer_is_found_by_number_or_made(cast: Cast, client_for: Callable[[User], Client]) -> None:
    clerk = client_for(cast.district_clerk)
    path = f"/console/departments/{cast.department.uid}/officers/new/"
    today = timezone.localdate().isoformat()
    known = person_of(cast.leader)
    wrong = clerk.post(path, {"name": "别的名字", "phone": known.phone, "starts_on": today})
    assert wrong.status_code == 422
    assert "另一个名字" in wrong.content.decode()
    assert clerk.post(path, {"name": "短号", "phone": "123", "starts_on": today}).status_code == 422
    assert clerk.post(path, {"name": known.name, "phone": known.phone, "starts_on": today}).status_code == 302
    assert clerk.post(path, {"name": "新人", "phone": "154 8888 0002", "starts_on": today}).status_code == 302
    new = Person.objects.by_phone("15488880002").get()
    assert {o.person_id for o in cast.department.officers.all()} == {
        person_of(cast.officer).pk, known.pk, new.pk,
    }  # fmt: skip
    listed = clerk.get("/console/departments/officers/", {"q": "0002"}).content.decode()
    assert "新人" in listed
    assert "154****0002" in listed
    assert "15488880002" not in listed
    assert not AuditEntry.objects.filter(data__icontains="15488880002").exists()


def test_an_officer_who_ends_is_none_from_midnight_on(cast: Cast, client_for: Callable[[User], Client]) -> None:
    held = cast.department.officers.get()
    today = timezone.localdate()
    with pytest.raises(Invalid):
        end_officer(officer=held, last_day=SINCE - DAY, acting_user=cast.district_clerk)
    end_officer(officer=held, last_day=today, acting_user=cast.district_clerk)
    assert DepartmentOfficer.objects.active().filter(pk=held.pk).exists()
    assert not DepartmentOfficer.objects.active(today + DAY).exists()
    assert OutboxMessage.objects.filter(topic="revoke", payload__persons=[held.person_id]).count() == 1
    end_officer(officer=held, last_day=today, acting_user=cast.district_clerk)
    assert AuditEntry.objects.filter(act="officer.end").count() == 1
    end_officer(officer=held, last_day=today - DAY, acting_user=cast.district_clerk)
    assert "住房部门" not in client_for(cast.officer).get("/").content.decode()
    with pytest.raises(Conflict):
        end_officer(officer=held, last_day=today + DAY, acting_user=cast.district_clerk)
    again = add_officer(department=cast.department, person_id=held.person_id, acting_user=cast.district_clerk)
    assert again.pk != held.pk
