"""From the resolver to questions, and from answers to outcomes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver

from tests.permissions.rules import (
    ACCEPTED,
    DENIED,
    ERROR,
    HOME,
    INVALID,
    LOGIN,
    METHOD,
    MISSING,
    PAGE,
    QUIET,
    REFUSALS,
    STAFF_LOGIN,
    Row,
)  # fmt: skip
from tests.permissions.table import TABLE
from tests.permissions.table_wagtail import FALLS_OVER, wagtail_row
from tests.permissions.visitors import OWN, PLACES, RELATIONS, VISITORS
from tests.permissions.world import STAFFED_SORTS, World, page_state

METHODS = ("GET", "POST", "FULL", "PUT", "DELETE")
PLACEHOLDER = re.compile(r"<(?:[a-z_]+:)?([a-z_0-9]+)>|\(\?P<([a-z_0-9]+)>(?:\([^()]*\)|[^()])*\)")


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver."""

    name: str
    route: str

    @property
    def row(self) -> Row | None:
        """Its line of the table; names that a package shares with us are told apart by where they lie."""
        return TABLE.get(self.name) or wagtail_row(self.name)


def _walk(patterns: list[Any], prefix: str = "", space: str = "") -> Iterator[Address]:
    for one in patterns:
        route = prefix + str(one.pattern).removeprefix("^") if prefix else str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, route, f"{space}{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern):
            yield Address(space + one.name if one.name else route, route)


@cache
def addresses() -> tuple[Address, ...]:
    """Every pattern, each once, those first that the resolver meets first."""
    return tuple(dict.fromkeys(_walk(get_resolver().url_patterns)))


@dataclass(frozen=True)
class Question:
    """One cell of the matrix."""

    address: Address
    visitor: str
    relation: str
    method: str

    def __str__(self) -> str:
        return f"{self.method} {self.address.name} as {self.visitor}, {self.relation}"


def _relations(row: Row, visitor: str) -> tuple[str, ...]:
    if not row.sort:
        return (OWN,)
    places = PLACES[visitor][row.sort in STAFFED_SORTS]
    return tuple(relation for relation, place in zip(RELATIONS, places, strict=True) if place)


def questions() -> list[Question]:
    """All cells."""
    found = []
    for address in addresses():
        row = address.row
        assert row, f"{address} is not in the table"
        methods = [method for method in METHODS if method != "FULL" or row.full]
        for visitor in VISITORS:
            for relation in _relations(row, visitor):
                # What refuses a method knows nothing of the thing yet: one's own is enough to ask.
                asked = methods if relation == OWN else [one for one in methods if one not in {"PUT", "DELETE"}]
                found += [Question(address, visitor, relation, method) for method in asked]
    return found


def _values(world: World, question: Question, thing: Any) -> dict[str, Any]:
    """What stands for the placeholders of a route: the thing at hand, else something that exists."""
    row = question.address.row
    assert row
    visitor, relation = question.visitor, question.relation
    page = world.thing("notice", visitor, relation) or world.things["notice", "community"]
    section = world.thing("section", visitor, relation) or world.things["section", "community"]
    image = world.thing("image", visitor, relation) or world.things["image", "community"]
    values: dict[str, Any] = {
        "page_id": page.pk, "page_to_move_id": page.pk, "parent_page_id": section.pk, "destination_id": section.pk,
        "revision_id": page.latest_revision_id, "revision_id_a": "earliest", "revision_id_b": "latest",
        "image_id": image.pk, "filter_spec": "width-100", "collection_id": section.collection_id, "pk": 1,
        "content_type_app_name": "cms", "content_type_model_name": "noticepage", "app_label": "cms",
        "model_name": "noticepage", "app_name": "cms", "action_name": "approve", "action": "publish",
        "object_id": page.pk,
        "which": "before", "rest": "confirm/a/b/", "name": image.file.name, "uidb64": "MQ", "token": "a-b",
    }  # fmt: skip
    name = question.address.name
    if name.startswith("wagtailusers_users"):
        values["pk"] = world.cast.resident.pk
    elif name.startswith("wagtailusers_groups"):
        values["pk"] = world.things["section", "other_community"].staff_group_id
    elif name.startswith("wagtailadmin_collections"):
        values["pk"] = world.things["section", "other_community"].collection_id
    elif row.sort == "image":
        values["pk"] = image.pk
    elif row.sort == "notice":
        values["pk"] = page.pk
    if row.sort in {"task", "closed"}:
        values["task_id"] = thing.pk
    elif row.sort == "appointment":
        values |= {"task_id": world.things["task", "district"].pk, "appointment_uid": thing.uid}
    elif row.sort == "check_in":
        values["check_in_id"] = thing.pk
    elif row.sort:
        values["uid"] = getattr(thing, "uid", None) or getattr(thing, "pk", "")
    return values


def path_of(world: World, question: Question, thing: Any) -> str:
    """The address with its placeholders filled."""
    values = _values(world, question, thing)
    route = question.address.route
    if question.address.name == "wagtail_serve":
        return "/"
    if route.endswith("^.*/$"):
        return "/console/nothing-like-this/"
    filled = PLACEHOLDER.sub(lambda found: str(values.get(found[1] or found[2], 1)), route)
    return "/" + filled.replace("\\.", ".").replace("^", "").removesuffix("$").removeprefix("/")


def outcome_of(response: HttpResponseBase) -> str:
    """The kind of answer."""
    status = response.status_code
    if status >= 500:
        return ERROR
    if status in {301, 302, 303, 307, 308}:
        target = urlsplit(response["Location"]).path
        if target.startswith("/login/staff/"):
            return STAFF_LOGIN
        if target.startswith("/login/"):
            return LOGIN
        return HOME if target == "/console/" else PAGE
    names = {401: LOGIN, 403: DENIED, 404: MISSING, 405: METHOD}
    return names.get(status) or (INVALID if status >= 400 else PAGE)


def expected(question: Question) -> str:
    """What the table says; PUT and DELETE are refused, or taken for GET and answered like it."""
    row = question.address.row
    assert row
    chosen = {"POST": row.post, "FULL": row.full_post}.get(question.method) or row.get
    return chosen.expected(question.visitor, question.relation)


def fits(question: Question, wanted: str, got: str) -> bool:
    """Whether an outcome is what the table says."""
    if question.method in {"PUT", "DELETE"} and got in REFUSALS | {INVALID}:
        return True
    if got == METHOD and wanted in {MISSING, DENIED} and question.method == "POST":
        return True  # refused before it was asked who it is
    if question.method == "POST" and wanted == METHOD and got in REFUSALS:
        return True
    if got == ERROR and question.address.name in FALLS_OVER and question.method == "POST":
        return True
    return got in ACCEPTED.get(wanted, frozenset({wanted}))


def send(world: World, question: Question, path: str, thing: Any) -> Any:
    """One request of one visitor."""
    client, row = world.client(question.visitor), question.address.row
    assert row
    headers: dict[str, Any] = {"accept": "application/json"} if row.json else {}
    if question.method == "GET":
        return client.get(path, headers=headers)
    data: dict[str, Any] = row.full(thing) if question.method == "FULL" and row.full else {}
    if question.method in {"PUT", "DELETE"}:
        return client.generic(question.method, path, b"{}", "application/json", headers=headers)
    if row.json:
        return client.post(path, json.dumps(data), "application/json", headers=headers)
    return client.post(path, data, headers=headers)


def ask(world: World, question: Question) -> str:
    """Ask one question in a savepoint that is taken back; returns what is wrong, empty when nothing is."""
    row = question.address.row
    assert row
    thing = world.thing(row.sort, question.visitor, question.relation) if row.sort else None
    path = path_of(world, question, thing)
    wanted = expected(question)
    page = world.thing("notice", question.visitor, question.relation) if row.sort in {"notice", "section"} else None
    with transaction.atomic():
        before = page_state(page) if page and wanted == QUIET else None
        response = send(world, question, path, thing)
        got = outcome_of(response)
        told = b"".join(response.streaming_content) if response.streaming else response.content
        after = page_state(page) if page and wanted == QUIET else None
        transaction.set_rollback(True)
    if not fits(question, wanted, got):
        return f"{question}: {wanted} expected, got {got} ({response.status_code} {path})"
    if page and wanted == QUIET and (page.title.encode() in told or before != after):
        return f"{question}: tells or changes another unit's page ({response.status_code} {path})"
    return ""
