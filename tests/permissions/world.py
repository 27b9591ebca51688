"""The world of the matrix: visitors of every kind, and one thing of every sort in each of their own, lower, sibling
and upper units. Made once; each question of the matrix is asked in a savepoint that is taken back.
"""

from __future__ import annotations

import datetime as dt
import io
import uuid
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.test import Client
from django.utils import timezone
from PIL import Image as Pillow
from wagtail.images import get_image_model
from wagtail.models import Page

from cms.models import EventPage, NoticePage
from cms.sections import section_of
from cms.services import write_event, write_notice
from events.gatherings.services import Plan
from events.tasks.models import CheckIn, Outcome, Task, TaskTally
from events.tasks.services import post_task
from foundation.actors import SYSTEM
from rewards.benefits.models import Benefit, BenefitPackage, Merchant
from tests.cast import SINCE, Cast
from tests.permissions.visitors import PLACES, RELATIONS, make_visitors, sign_in
from tests.roster.books import simple
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.roster.models import ImportBatch
from volunteers.roster.services import preview_import
from volunteers.units.models import LEVEL_OF_ROLE, THREE_HEADS, Appointment, Unit

STAFFED_LEVELS = ("district", "street", "community")
TITLE = "矩阵里的一件事"


@dataclass
class World:
    """Visitors by kind, and things by sort and unit."""

    cast: Cast
    users: dict[str, User] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    things: dict[tuple[str, str], Any] = field(default_factory=dict)

    def client(self, visitor: str) -> Client:
        """A fresh client with the session of a visitor, so that signing out in one question harms no other."""
        client = Client(raise_request_exception=False)
        if visitor in self.cookies:
            client.cookies["sid"] = self.cookies[visitor]
        return client

    def place(self, visitor: str, relation: str, *, staffed: bool) -> str:
        """The name of the unit that stands in a relation to a visitor; empty where there is none."""
        return PLACES[visitor][staffed][RELATIONS.index(relation)]

    def thing(self, sort: str, visitor: str, relation: str) -> Any:
        """The thing of a sort in that relation, None where there is none."""
        name = self.place(visitor, relation, staffed=sort in STAFFED_SORTS)
        return self.things.get((sort, name))


HERE = Path(__file__).parent
STAFFED_SORTS = {"notice", "event", "benefit", "package", "merchant", "batch", "image", "section", "collection"}


def _jpeg() -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (900, 600), "#77aa88").save(out, "JPEG")
    return out.getvalue()


def _holder(unit: Unit) -> Appointment:
    """Who serves in a unit; somebody is found where nobody does."""
    held = Appointment.objects.filter(unit=unit).select_related("person").first()
    if held is None:
        role = next(role for role, level in LEVEL_OF_ROLE.items() if level == unit.level)
        person = Person.objects.create(name="补位者")
        held = Appointment.objects.create(person=person, role=role, unit=unit, starts_on=SINCE)
    return held


def _staffed(unit: Unit) -> Unit:
    """The unit itself, or its community."""
    if unit.level in STAFFED_LEVELS:
        return unit
    return Unit.objects.get(path=unit.path[: 3 * Unit.steplen])


def _add_work(world: World, name: str, unit: Unit, jpeg: bytes) -> None:
    now = timezone.now()
    held = _holder(unit)
    world.things["appointment", name] = held
    for sort in ("task", "closed"):
        world.things[sort, name] = post_task(
            id=uuid.uuid4(), unit=_staffed(unit), title=TITLE, targets=[unit], roles=[r.value for r in THREE_HEADS],
            due_at=now + dt.timedelta(days=3), acting_user=SYSTEM,
        )  # fmt: skip
    closed: Task = world.things["closed", name]
    Task.objects.filter(pk=closed.pk).update(state="closed", closed_at=now)
    Outcome.objects.create(
        task=closed, title="办成了", story="谢谢", photo_before=ContentFile(jpeg, "before.jpg"),
        photo_after=ContentFile(jpeg, "after.jpg"),
    )  # fmt: skip
    TaskTally.objects.filter(task=world.things["task", name]).update(done=1)
    world.things["check_in", name] = CheckIn.objects.create(
        id=uuid.uuid4(), task=world.things["task", name], person=held.person, unit=unit, role=held.role,
        state="submitted", answer="done", fingerprint="0" * 64, photo=ContentFile(jpeg, "done.jpg"),
    )  # fmt: skip


def _add_told(world: World, name: str, unit: Unit, jpeg: bytes) -> None:
    section = section_of(unit)
    image = get_image_model().objects.create(
        title="楼道", file=ImageFile(io.BytesIO(jpeg), "matrix.jpg"), collection=section.collection
    )
    now = timezone.now()
    title = f"{TITLE}（{name}）"  # each its own, so that a leak names its unit
    plan = Plan(title=title, place="食堂", starts_at=now + dt.timedelta(days=1), ends_at=now + dt.timedelta(days=2))
    pages = {
        "notice": write_notice(unit=unit, title=title, summary="说明", acting_user=SYSTEM),
        "event": write_event(unit=unit, plan=plan, summary="说明", acting_user=SYSTEM),
    }
    for sort, page in pages.items():
        page.body = [("photo", {"photo": image, "caption": "楼道"})]
        page.save()
        world.things[sort, name] = page
    world.things["image", name] = image
    world.things["section", name] = section
    world.things["collection", name] = section.collection


def _add_benefits(world: World, name: str, unit: Unit) -> None:
    today = timezone.localdate()
    dates = {"starts_on": today, "ends_on": today + dt.timedelta(days=60)}
    merchant = Merchant.objects.create(name=TITLE, unit=unit)
    package = BenefitPackage.objects.create(name=TITLE, unit=unit, **dates)
    benefit = Benefit.objects.create(
        package=package, kind="life", name=TITLE, value_text="8 折", roles=[r.value for r in THREE_HEADS], uses_each=2,
        state="live", **dates,
    )  # fmt: skip
    benefit.merchants.add(merchant)
    world.things |= {("merchant", name): merchant, ("package", name): package, ("benefit", name): benefit}
    batch = preview_import(content=simple(), file_name="名册.xlsx", acting_user=SYSTEM)
    ImportBatch.objects.filter(pk=batch.pk).update(state="dropped", scope_path=unit.path)
    world.things["batch", name] = batch


def make_world(cast: Cast) -> World:
    """Everything; some hundred inserts. What each app adds lies in a file of its own, `things_<app>.py`."""
    world, jpeg = World(cast), _jpeg()
    world.users = make_visitors(cast)
    world.cookies = sign_in(world.users)
    names = {name for both in PLACES.values() for places in both for name in places if name}
    for name in sorted(names):
        furnish(world, name, getattr(cast, name), jpeg)
    return world


def furnish(world: World, name: str, unit: Unit, jpeg: bytes | None = None) -> None:
    """One thing of every sort in one unit."""
    jpeg = jpeg or _jpeg()
    _add_work(world, name, unit, jpeg)
    if unit.level in STAFFED_LEVELS:
        _add_told(world, name, unit, jpeg)
        _add_benefits(world, name, unit)
    for found in sorted(HERE.glob("things_*.py")):
        import_module(f"tests.permissions.{found.stem}").add(world, name, unit)


def page_state(page: NoticePage | EventPage) -> tuple[Any, ...] | None:
    """What a question must not change in somebody else's page."""
    row = Page.objects.filter(pk=page.pk).values_list("title", "live", "path", "locked", "latest_revision_id").first()
    return tuple(row) if row else None
