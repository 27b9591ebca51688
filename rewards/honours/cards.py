"""Thank-you cards: a picture and a sentence to a leader. No points, no totals, nothing in return.

They are read by the one who gets them; staff see a card only when that person reports it.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import uuid

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from foundation import audit, clock, streams
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid, Missing, TooMany
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.honours.models import Picture, SenderPart, ThanksCard
from volunteers.homes.selectors import home_path
from volunteers.people.models import Person
from volunteers.units.models import STAFF, THREE_HEADS, Appointment
from volunteers.units.querysets import prefixes, under
from volunteers.units.rights import Right, grants, paths_where, person_id_of, require

CARDS_A_WEEK = 3
LONGEST = 60
_NUMBER = re.compile(r"\d(?:[\s\-—–.]*\d){5,}")
_ADDRESS = re.compile(r"https?:|www\.|[a-z0-9]\.(?:com|cn|net|top|vip)\b|@|微信号|加我|vx\b|qq\b", re.IGNORECASE)


def thankable(user: Actor) -> QuerySet[Appointment]:
    """Leaders whom somebody may thank: of the home they live in and above it, below a leader or staff; never oneself.

    By place, so that nobody comes first for anything.
    """
    person_id = person_id_of(user)
    above_home = Q(unit__path__in=prefixes(home_path(user)))
    below = under([*paths_where(user, Right.SEE_PEOPLE), *paths_where(user, Right.HONOUR)], "unit__path")
    held = Appointment.objects.active().of_roles(THREE_HEADS).filter(above_home | below)
    return held.exclude(person_id=person_id).order_by("unit__path", "role", "pk")


def part_of(user: Actor, appointment: Appointment) -> SenderPart:
    """As what somebody thanks this leader: the part that is nearest to them."""
    if home_path(user).startswith(appointment.unit.path):
        return SenderPart.NEIGHBOUR
    covering = [grant for grant in grants(user) if appointment.unit.path.startswith(grant.path)]
    return SenderPart.STAFF if any(grant.role in STAFF for grant in covering) else SenderPart.LEADER


def check_words(words: str) -> str:
    """The sentence as it may be kept; raises `Invalid` for what is too long or tells where to reach somebody."""
    text = " ".join(words.split())
    plain = unicodedata.normalize("NFKC", text)
    if len(text) > LONGEST:
        raise Invalid(errors={"words": _("一句话就好，%(most)d 个字以内。") % {"most": LONGEST}})
    if _NUMBER.search(plain) or _ADDRESS.search(plain):
        raise Invalid(errors={"words": _("卡片上别写电话、网址和账号，写一句心里话就好。")})
    return text


@transaction.atomic
def send_card(
    *,
    id: uuid.UUID,  # noqa: A002
    appointment: Appointment,
    picture: str,
    words: str,
    acting_user: Actor,
) -> ThanksCard:
    """Say thanks to a leader; the same id again is the same card.

    Who may: whoever `thankable` names this leader for; `CARDS_A_WEEK` in seven days, whoever they are for. Raises
    `Missing`, `Invalid`, `TooMany`.
    """
    sender_id = person_id_of(acting_user)
    if not thankable(acting_user).filter(pk=appointment.pk).exists():
        raise Missing
    if picture not in Picture.values:
        raise Invalid(errors={"picture": _("选一张卡片。")})
    text = check_words(words)
    body = fingerprint({"to": appointment.person_id, "picture": picture, "words": text, "from": sender_id})
    Person.objects.select_for_update().get(pk=sender_id)  # one card after another, or two at once would both fit
    if stored := ThanksCard.objects.filter(pk=id).first():
        same_body_or_refuse(stored.fingerprint, body)
        return stored
    week = clock.now() - dt.timedelta(days=7)
    if ThanksCard.objects.filter(sender_id=sender_id, at__gt=week).count() >= CARDS_A_WEEK:
        raise TooMany(_("一个星期寄 %(most)d 张，过几天再写吧。") % {"most": CARDS_A_WEEK})
    card = ThanksCard.objects.create(
        id=id,
        to_id=appointment.person_id,
        sender_id=sender_id,
        part=part_of(acting_user, appointment),
        unit_id=appointment.unit_id,
        picture=picture,
        words=text,
        fingerprint=body,
        at=clock.now(),
    )
    audit.record(actor=acting_user, act="honours.send_card", obj=card, unit_id=card.unit_id)
    _tell(card)
    return card


@streams.in_district_language
def _tell(card: ThanksCard) -> None:
    payload = {"title": _("有人谢谢您"), "body": card.words, "url": "/honours/#thanks", "icon": "heart"}
    streams.publish(streams.person_key(card.to_id), kind="thanks", payload=payload, ref=f"thanks:{card.pk}")


def _mine(card: ThanksCard, acting_user: Actor) -> ThanksCard:
    rows = ThanksCard.objects.select_for_update().filter(pk=card.pk, to_id=person_id_of(acting_user))
    locked = rows.filter(removed_at__isnull=True).first()
    if locked is None:
        raise Missing
    return locked


@transaction.atomic
def hide_card(*, card: ThanksCard, acting_user: Actor) -> ThanksCard:
    """Its person puts it away; twice is once. Raises `Missing` for anybody else."""
    locked = _mine(card, acting_user)
    if locked.hidden_at is None:
        locked.hidden_at = clock.now()
        locked.save(update_fields=["hidden_at"])
        audit.record(actor=acting_user, act="honours.hide_card", obj=locked, unit_id=locked.unit_id)
    return locked


@transaction.atomic
def report_card(*, card: ThanksCard, acting_user: Actor) -> ThanksCard:
    """Its person says that it is no thanks: it is put away, and the staff look at it. No reason is asked."""
    locked = _mine(card, acting_user)
    if locked.reported_at is None:
        locked.hidden_at = locked.reported_at = clock.now()
        locked.save(update_fields=["hidden_at", "reported_at"])
        audit.record(actor=acting_user, act="honours.report_card", obj=locked, unit_id=locked.unit_id)
    return locked


@transaction.atomic
def settle_card(*, card: ThanksCard, remove: bool, acting_user: Actor) -> ThanksCard:
    """Staff have looked at a reported card: it is taken away for good, or was harmless.

    Who may: HONOUR in the unit of the leader. Raises `Denied`, `Missing`, `Conflict` when that was done before.
    """
    locked = ThanksCard.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=card.pk).first()
    if locked is None or locked.reported_at is None:
        raise Missing
    require(acting_user, Right.HONOUR, locked.unit)
    if locked.settled_at is not None:
        raise Conflict(_("这一张已经有人看过了。"))
    locked.settled_at, locked.settled_by = clock.now(), acting_user
    locked.removed_at = locked.settled_at if remove else None
    locked.save(update_fields=["settled_at", "settled_by", "removed_at"])
    act = "honours.remove_card" if remove else "honours.keep_card"
    audit.record(actor=acting_user, act=act, obj=locked, unit_id=locked.unit_id)
    return locked
