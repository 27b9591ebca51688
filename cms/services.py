"""What happens when a page goes out: the audience is told once, and the event takes its plan."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.html import format_html
from django.utils.translation import gettext as _
from wagtail.log_actions import LogContext

from cms.models import EventPage, NoticeAnnouncement, NoticePage, NoticeRead
from cms.sections import section_of
from events.gatherings import services as gatherings
from events.gatherings.models import Event
from foundation import audit, streams
from foundation.actors import Actor, is_system
from foundation.errors import Invalid, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from volunteers.units.models import Unit
from volunteers.units.rights import Right, require


def _story(paragraphs: Sequence[str]) -> list[dict[str, Any]]:
    return [{"type": "paragraph", "value": format_html("<p>{}</p>", text)} for text in paragraphs]


def _publish(page: NoticePage | EventPage, acting_user: Actor) -> Any:
    """Below the unit's section, through Wagtail's publishing, in the name of the acting user; as it is then stored."""
    user = None if is_system(acting_user) else acting_user
    page.owner = user
    page.live = False
    with LogContext(user=user):
        section_of(page.unit).add_child(instance=page)
        page.save_revision(user=user).publish(user=user, skip_permission_checks=True)  # `require` has checked
    return type(page).objects.select_related("unit").get(pk=page.pk)


@transaction.atomic
def write_notice(
    *,
    unit: Unit,
    title: str,
    summary: str,
    acting_user: Actor,
    paragraphs: Sequence[str] = (),
    targets: Sequence[Unit] = (),
    roles: Sequence[str] = (),
    must_read: bool = False,
    is_public: bool = False,
    expire_at: dt.datetime | None = None,
) -> NoticePage:
    """Write and publish a notice without the console; to the unit itself when no targets are given.

    Who may: PUBLISH_NOTICE in the unit and in every target. Raises `Denied`, `Invalid`.
    """
    require(acting_user, Right.PUBLISH_NOTICE, unit, *targets)
    if is_public and roles:
        raise Invalid(errors={"is_public": _("只发给部分职务的公告，不能谁都能看。")})
    notice = NoticePage(
        unit=unit, title=title, summary=summary, body=_story(paragraphs), roles=list(roles), must_read=must_read,
        is_public=is_public, expire_at=expire_at,
    )  # fmt: skip
    notice.targets = list(targets) or [unit]
    published: NoticePage = _publish(notice, acting_user)
    return published


@transaction.atomic
def write_event(
    *, unit: Unit, plan: gatherings.Plan, summary: str, acting_user: Actor, paragraphs: Sequence[str] = ()
) -> EventPage:
    """Write and publish an event without the console.

    Who may: RUN_EVENT in the unit. Raises `Denied`, `Invalid`.
    """
    require(acting_user, Right.RUN_EVENT, unit)
    page = EventPage(unit=unit, summary=summary, body=_story(paragraphs), **asdict(plan))
    published: EventPage = _publish(page, acting_user)
    return published


@transaction.atomic
def announce_notice(*, notice: NoticePage, acting_user: Actor) -> int:
    """Tell each target unit, once ever; a target added later is told when it is added. Returns how many were told.

    Who may: PUBLISH_NOTICE in the notice's unit and in every target. A notice without targets goes to its own unit.
    Raises `Denied`.
    """
    targets = list(notice.targets.all()) or [notice.unit]
    require(acting_user, Right.PUBLISH_NOTICE, notice.unit, *targets)
    fresh = [target for target in targets if _is_first(notice, target)]
    payload = {"title": notice.title, "body": notice.summary, "url": notice.get_absolute_url(), "icon": "bell"}
    for target in sorted(fresh, key=lambda unit: unit.path):
        streams.publish(
            streams.unit_key(target.pk), kind="notice", payload=payload, roles=notice.roles, ref=f"notice:{notice.uid}"
        )
    act = "notice.announce" if fresh else "notice.change"
    audit.record(actor=acting_user, act=act, obj=notice, unit_id=notice.unit_id, data={"targets": len(fresh)})
    return len(fresh)


def _is_first(notice: NoticePage, target: Unit) -> bool:
    return NoticeAnnouncement.objects.get_or_create(notice=notice, unit=target)[1]


@transaction.atomic
def withdraw_notice(*, notice: NoticePage, acting_user: Actor) -> None:
    """Note that a notice was taken back. Who may: PUBLISH_NOTICE in its unit."""
    require(acting_user, Right.PUBLISH_NOTICE, notice.unit)
    audit.record(actor=acting_user, act="notice.withdraw", obj=notice, unit_id=notice.unit_id)


@transaction.atomic
def read_notice(*, id: uuid.UUID, notice: NoticePage, acting_user: Any) -> NoticeRead:  # noqa: A002
    """知道了. The same id again is the same answer; so is a second phone of the same user.

    Who may: whoever the notice is visible to. Raises `Missing`, `DifferentBody`.
    """
    if not NoticePage.objects.visible_to(acting_user).filter(pk=notice.pk).exists():
        raise Missing
    NoticeRead.objects.bulk_create(
        [NoticeRead(id=id, notice=notice, user=acting_user)], ignore_conflicts=True
    )  # the id or the pair may be there: the row found next tells
    stored = NoticeRead.objects.filter(pk=id).first()
    if stored is None:
        return NoticeRead.objects.get(notice=notice, user=acting_user)
    if stored.user_id != acting_user.pk:
        raise Missing
    same_body_or_refuse(fingerprint({"notice": stored.notice_id}), fingerprint({"notice": notice.pk}))
    return stored


def put_event_of(*, page: EventPage, acting_user: Actor) -> Event:
    """Hand the plan of a published page to its event. Who may: RUN_EVENT in the page's unit."""
    plan = gatherings.Plan(
        title=page.title[:60],
        place=page.place,
        starts_at=page.starts_at,
        ends_at=page.ends_at,
        capacity=page.capacity,
        needs_sign_up=page.needs_sign_up,
        is_public=page.is_public,
    )
    return gatherings.put_event(uid=page.uid, unit=page.unit, plan=plan, acting_user=acting_user)


def call_off_event_of(*, page: EventPage, acting_user: Actor) -> None:
    """A page taken back means that the event does not take place."""
    if event := Event.objects.select_related("unit").filter(uid=page.uid).first():
        gatherings.call_off(event=event, acting_user=acting_user)
