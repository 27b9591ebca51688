"""What this software never does: rank people, ask for proof or reasons, know what it need not (domain, section 6)."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client
from django.urls import reverse

from config.api import api
from events.tasks.forms import CheckInForm, OutcomeForm, TaskForm
from events.tasks.models import CheckIn, Evidence
from rewards.points.models import PointsAccount
from tests.cast import Cast
from tests.tasks.conftest import make_task
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.console import ScopedListView
from volunteers.units.models import Appointment

ClientFor = Callable[[User], Client]
OURS = {"foundation", "units", "orgs", "homes", "people", "accounts", "inbox", "roster", "points", "benefits", "store",
        "honours", "merchants", "reports", "tasks", "gatherings",
        "campaigns", "ballots", "results", "cms"}  # fmt: skip
NEVER_STORED = re.compile(
    r"id_?card|identity|id_?number|id_?no\b|sfz|passport|relig|faith|belief|health|illness|disease|disab|blood|medical|"
    r"track|traject|latitude|longitude|gps|altitude|biometric|face_|plate|online_(time|minutes)|last_login|streak|rank|"
    r"score|身份证|宗教|信仰|健康|疾病|病|轨迹|车牌|在线时长|排名|连续",
    re.IGNORECASE,
)
BY_NAME_PLACE_OR_DATE = {
    "name", "pinyin", "pk", "role", "unit__path", "unit__name", "person__pinyin", "starts_on", "ends_on",
    "term_ends_on", "employer",
}  # fmt: skip
NEVER_SORTED = ("points", "balance", "visits", "check_ins", "last_login", "joined_at", "votes", "rank", "score", "done")


def fields() -> Iterator[tuple[str, Any]]:
    """Every field of every model of ours."""
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for field in model._meta.get_fields():
                if isinstance(field, models.Field) and not (field.remote_field and field.remote_field.parent_link):
                    yield f"{model._meta.label}.{field.name}", field


def lists(base: type = ScopedListView) -> Iterator[type[Any]]:
    """Every list of the console."""
    for one in base.__subclasses__():
        yield from lists(one)
        if getattr(one, "model", None):
            yield one


def test_no_field_holds_what_must_not_be_known() -> None:
    known = {
        "accounts.User.last_login",  # Django's own; nobody reads it, see the next test
        "homes.Building.longitude",  # where a house stands, on the map of the district
        "homes.Building.latitude",
        # The list of winners is the one exception (domain.md, section 4, rule 8): how a result came about.
        *(f"results.Outcome.{part}" for part in ("ballot_score", "opinion_score", "panel_score", "score")),
    }
    inherited = re.compile(r"^cms\.\w+\.(locked|latest_revision|search_description).*")
    stored = [
        name
        for name, field in fields()
        if (NEVER_STORED.search(field.name) or NEVER_STORED.search(str(field.verbose_name)))
        and name not in known
        and not inherited.match(name)
    ]
    assert not stored


def test_nobody_reads_when_somebody_was_last_here() -> None:
    root = Path(settings.BASE_DIR)
    folders = ("config", "cms", "events", "rewards", "volunteers", "frontend/templates")
    readers = [
        str(path)
        for folder in folders
        for path in (root / folder).rglob("*")
        if path.suffix in {".py", ".html"}
        and "migrations" not in path.parts
        and "last_login" in path.read_text("utf-8")
    ]
    assert not readers


def test_no_page_asks_for_a_number_of_an_identity_card() -> None:
    templates = (Path(settings.BASE_DIR) / "frontend" / "templates").rglob("*.html")
    assert not [path for path in templates if re.search(r"身份证|id_?card", path.read_text("utf-8"), re.IGNORECASE)]


def test_no_list_of_the_console_is_sorted_by_what_people_did() -> None:
    found = list(lists())
    assert len(found) >= 6
    for view in found:
        assert view.model not in {User, PointsAccount, CheckIn}
        columns = view.__dict__.get("columns", ())
        keys = [] if isinstance(columns, property) else [column.sort_key for column in columns]
        ordering = view.default_ordering
        keys += [ordering] if isinstance(ordering, str) else [*(ordering or ())]
        assert not [key for key in keys if key and key.strip("-") in NEVER_SORTED], view
        if view.model in {Person, Appointment}:
            assert {str(key).strip("-") for key in keys if key} <= BY_NAME_PLACE_OR_DATE, view


@pytest.mark.parametrize("wish", ["points", "last_login", "done"])
def test_asking_for_an_order_by_merit_changes_nothing(cast: Cast, client_for: ClientFor, wish: str) -> None:
    make_task(cast)
    staff, leader = client_for(cast.worker), client_for(cast.group_leader)
    task = make_task(cast, title="再来一件")
    desk = [reverse("console_task_list"), reverse("console_benefit_list"), reverse("console_notice_list")]
    phone = ["/tasks/", "/tasks/waiting/", f"/tasks/{task.pk}/rollup/", "/"]
    for client, paths in ((staff, desk), (leader, phone)):
        for path in paths:
            plain = client.get(path).content
            asked = client.get(path, dict.fromkeys(("ordering", "order_by", "sort"), f"-{wish}"))
            assert asked.status_code == 200
            assert _order(asked.content) == _order(plain), f"{path}: {wish}"


def _order(body: bytes) -> list[str]:
    """The links of a page in their order, without their queries."""
    return re.findall(r'href="([^"?#]*)', body.decode())


def test_the_api_offers_no_order_and_tells_no_merit() -> None:
    schema = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/"), default=str))
    words = {"order_by", "ordering", "sort", "sort_by", "rank", "ranking", "top", "leaderboard"}
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            names = {parameter["name"] for parameter in operation.get("parameters", [])}
            assert not names & words, path
    for name, part in schema["components"]["schemas"].items():
        if name == "PartsOut":  # the parts that a winner's result is made of: the one exception
            continue
        told = set(part.get("properties", {}))
        assert not told & {"rank", "score", "position", "last_login", "online_minutes", "streak", "phone"}, name


@pytest.mark.parametrize("evidence", Evidence.values)
def test_no_photo_and_no_place_is_ever_required(cast: Cast, client_for: ClientFor, evidence: str) -> None:
    task = make_task(cast, evidence=evidence)
    body = {"id": str(uuid.uuid4()), "answer": "done"}
    assert client_for(cast.leader).post(f"/tasks/{task.pk}/", body).status_code == 302
    assert CheckIn.objects.get(task=task).photo.name in {"", None}
    assert not any(
        field.required for name, field in CheckInForm(task=task).fields.items() if name in {"photo", "place"}
    )
    for name in ("photo", "place"):
        field = CheckIn._meta.get_field(name)
        assert isinstance(field, models.Field)
        assert field.null
        assert field.blank
    assert not any(field.required for name, field in OutcomeForm().fields.items() if "photo" in name)
    assert not {"photo_required", "place_required"} & set(TaskForm(user=cast.worker).fields)


def test_declining_needs_no_reason_and_leaves_no_mark(cast: Cast, client_for: ClientFor) -> None:
    task = make_task(cast)
    client = client_for(cast.leader)
    client.post(f"/tasks/{task.pk}/decline/", {"id": str(uuid.uuid4())})
    row = CheckIn.objects.get(task=task)
    assert (row.state, row.note, row.return_reason) == ("declined", "", "")
    other = make_task(cast, title="第二件")
    answer = client.post(
        f"/api/tasks/{other.pk}/decline", json.dumps({"id": str(uuid.uuid4())}), content_type="application/json"
    )
    assert answer.status_code == 200
    schema = api.get_openapi_schema(path_prefix="/api/")["components"]["schemas"]["DeclineIn"]
    assert set(schema["properties"]) == {"id"}


def test_nobody_sees_the_points_of_anybody_else(cast: Cast, client_for: ClientFor) -> None:
    accounts = {name for name, field in fields() if field.remote_field and field.related_model is PointsAccount}
    assert accounts == {
        "points.Transfer.from_account", "points.Transfer.to_account", "points.Hold.account",
        "points.PointsNotice.account",
    }  # fmt: skip
    told = {name for name, field in fields() if field.related_model is Person and name.startswith("points.")}
    assert told == {"points.PointsAccount.person", "points.MonthEarned.person", "points.ManualAward.person"}
    for user in (cast.district_clerk, cast.group_leader):
        person = cast.leader.person_id
        for path in (f"/points/?person={person}", f"/api/points/?person_id={person}"):
            assert client_for(user).get(path).content.count(b"balance") <= 1
            assert "周桂兰" not in client_for(user).get(path).content.decode()
