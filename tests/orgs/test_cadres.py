"""Which cadres serve as leaders (A2): counts by place and office, a name that opens role and period only."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.orgs.cadres import cadres_visible_to, employers_visible_to, figures_by_place
from volunteers.units.models import Appointment, Level


@pytest.fixture
def cadres(cast: Cast) -> Cast:
    """Two neighbour leaders and a group leader of one community, one neighbour leader of the other."""
    for user, employer in (
        (cast.leader, "区图书馆"),
        (cast.leader2, "区档案馆"),
        (cast.group_leader, "区图书馆"),
        (cast.other_leader, "区档案馆"),
    ):
        Appointment.objects.filter(person=person_of(user)).update(is_cadre=True, employer=employer)
    return cast


def cells(page: str) -> list[list[str]]:
    """The text of the table, row by row."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr.*?</tr>", body, re.S)
    return [
        [" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in re.findall(r"<td.*?</td>", r, re.S)] for r in rows
    ]


def taken_home(desk: Client, path: str, body: dict[str, str]) -> str:
    """The text of an export."""
    response: Any = desk.post(path, body)
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_counts_by_street_with_households_and_vacancies(cadres: Cast) -> None:
    Appointment.objects.filter(person=person_of(cadres.area_leader)).update(
        ends_on=timezone.localdate() - dt.timedelta(1)
    )
    rows = cadres_visible_to(cadres.district_clerk)
    found = figures_by_place(rows, [cadres.district.path], Level.STREET)[cadres.street.path]
    assert (found.people, found.group_leaders, found.neighbour_leaders, found.households) == (4, 1, 3, 30)
    assert found.vacancies == 2  # both areas
    by_community = figures_by_place(rows, [cadres.street.path], Level.COMMUNITY)
    assert by_community[cadres.community.path].people == 3
    assert by_community[cadres.other_community.path].households == 10


def test_a_clerk_goes_from_street_to_community_to_name(cadres: Cast, client_for: Callable[[User], Client]) -> None:
    desk = client_for(cadres.district_clerk)
    rows = cells(desk.get("/console/cadres/").content.decode())
    assert rows[0][:6] == ["青禾街道", "4", "0", "1", "3", "30"]
    assert rows[1][:2] == ["临溪街道", "0"]
    below = desk.get("/console/cadres/", {"street": str(cadres.street.uid), "employer": "区图书馆"}).content.decode()
    assert cells(below)[0][:6] == ["桂花社区", "2", "0", "1", "1", "10"]
    names = desk.get("/console/cadres/names/", {"community": str(cadres.community.uid)}).content.decode()
    assert [row[0] for row in cells(names)] == ["许敏", "周桂兰", "马建国"]
    assert [row[0] for row in cells(desk.get("/console/cadres/names/", {"q": "zgl"}).content.decode())] == ["周桂兰"]
    offices = cells(desk.get("/console/cadres/employers/", {"role": "neighbour_leader"}).content.decode())
    assert sorted(offices) == [["区图书馆", "1", "0", "0", "1", "10"], ["区档案馆", "2", "0", "0", "2", "20"]]


def test_one_name_opens_role_and_period_only(cadres: Cast, client_for: Callable[[User], Client]) -> None:
    person, post = person_of(cadres.leader), Appointment.objects.get(person=person_of(cadres.leader))
    page = client_for(cadres.street_clerk).get(f"/console/cadres/{post.uid}/").content.decode()
    assert "邻长" in page
    assert "2024-01-01" in page
    for secret in (person.phone, person.masked_phone, "1960", person.phone[-4:]):
        assert secret not in page


def test_everybody_sees_their_own_units_and_a_leader_has_no_such_page(
    cadres: Cast, client_for: Callable[[User], Client]
) -> None:
    worker = client_for(cadres.worker)
    assert [row[0] for row in cells(worker.get("/console/cadres/").content.decode())] == ["桂花社区"]
    names = worker.get("/console/cadres/names/").content.decode()
    assert "顾芳" not in names
    assert "周桂兰" in names
    other = Appointment.objects.get(person=person_of(cadres.other_leader))
    assert worker.get(f"/console/cadres/{other.uid}/").status_code == 404
    assert employers_visible_to(cadres.other_worker) == ["区档案馆"]
    for user in (cadres.leader, cadres.group_leader, cadres.area_leader, cadres.officer, cadres.stranger):
        for path in ("/console/cadres/", "/console/cadres/names/", f"/console/cadres/{other.uid}/"):
            assert client_for(user).get(path).status_code == 403
        assert not cadres_visible_to(user).exists()


def test_the_export_counts_and_masks_names(cadres: Cast, client_for: Callable[[User], Client]) -> None:
    desk = client_for(cadres.district_clerk)
    assert "青禾街道,4,0,1,3,30" in taken_home(desk, "/console/cadres/export/", {"format": "csv"})
    masked = taken_home(desk, "/console/cadres/names/export/", {"format": "csv"})
    assert "周*兰" in masked
    assert "周桂兰" not in masked
    full = {"format": "csv", "full": "on", "reason": "向组织部门报送"}
    told = taken_home(desk, "/console/cadres/names/export/", full)
    assert "周桂兰" in told
    assert "向组织部门报送" in told
