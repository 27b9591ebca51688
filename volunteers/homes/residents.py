"""Joining the roll: asked by oneself, answered by the leader, entered for those without a phone, left again.

One person, one entry: the key to the person is unique, and who asks twice finds what the first asking made.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation import audit, clock, line, outbox, streams
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import DifferentBody, fingerprint, same_body_or_refuse
from volunteers.homes import joined
from volunteers.homes.joined import Channel
from volunteers.homes.models import (
    Building,
    Household,
    How,
    Resident,
    ResidentState,
    SaidBy,
    SaidHow,
    door_index,
    is_old_enough,
)
from volunteers.units.models import Appointment, Role, Unit
from volunteers.units.rights import Right, has_right, person_id_of, require

AGAIN_AFTER = dt.timedelta(hours=20)
LONGEST_NAME = 30


@dataclass(frozen=True, slots=True)
class Wish:
    """Where somebody says they live. The door may stay empty; the leader fills it in."""

    building: Building
    neighbourhood: Unit
    entrance: str = ""
    door: str = ""
    name: str = ""
    old_enough: bool = False

    def fingerprint(self) -> str:
        """What makes two askings the same."""
        names = {"name": self.name, "entrance": self.entrance, "door": self.door}
        return fingerprint(names | {"building": self.building.pk, "neighbourhood": self.neighbourhood.pk})


def person_behind(person_id: int) -> Any:
    """The person with that key, without naming the app above that keeps persons."""
    return Resident(person_id=person_id).person


def _clean_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > LONGEST_NAME:
        raise Invalid(errors={"name": _("请写下姓名，三十个字以内。")})
    return cleaned


def _check_wish(wish: Wish, person: Any) -> None:
    if not wish.old_enough or not is_old_enough(person.born_on, clock.today()):
        raise Invalid(errors={"old_enough": _("满 14 周岁才能自己登记。还没满的，请家里大人来办。")})
    if not person.name:
        _clean_name(wish.name)


def _household(wish: Wish) -> tuple[Household | None, Unit]:
    """The door that was named, and the neighbourhood that looks after it; without a door the one that was picked."""
    here = Household.objects.filter(building=wish.building)
    if not wish.door.strip():
        if not here.linked_to(wish.neighbourhood).exists():
            raise Invalid(errors={"neighbourhood": _("请选一个单元。")})
        return None, wish.neighbourhood
    entrances = here.values_list("entrance", flat=True).distinct()
    wanted = [wish.entrance] if wish.entrance else list(entrances)
    indexes = [door_index(wish.building.uid, entrance, wish.door) for entrance in wanted]
    found = list(here.filter(door_index__in=indexes).with_links()[:2])
    if len(found) != 1:
        raise Invalid(errors={"door": _("这里没有对上这个门牌。再看一眼，或者先空着，邻长会帮您补。")})
    if found[0].neighbourhood is None:
        raise Invalid(errors={"door": _("这一户还没有邻长联系，请先找社区，社区会安排。")})
    return found[0], found[0].neighbourhood


@transaction.atomic
def ask_to_join(*, id: uuid.UUID, wish: Wish, acting_user: Actor) -> Resident:  # noqa: A002
    """Ask to be entered where one lives. The leader hears of it. The same id with the same body is the same answer.

    Who may: anybody with a person, for themselves. Raises `Denied`, `Invalid`, `Conflict`, `DifferentBody`.
    """
    person_id = person_id_of(acting_user)
    if not person_id:
        raise Denied
    person = person_behind(person_id)
    _check_wish(wish, person)
    household, neighbourhood = _household(wish)
    asked = {
        "neighbourhood": neighbourhood, "household": household, "state": ResidentState.ASKED, "how": How.SELF,
        "asked_at": clock.now(), "declined_reason": "", "left_on": None, "request_id": id,
        "fingerprint": wish.fingerprint(),
    }  # fmt: skip
    resident, is_new = _one_entry(person_id, asked)
    if not is_new and not _ask_again(resident, asked):
        return resident
    if not person.name:
        person.name = _clean_name(wish.name)
        person.save()
    joined.tell(resident, Channel.SELF, acting_user)
    audit.record(actor=acting_user, act="resident.ask", obj=resident, unit_id=neighbourhood.pk)
    _tell_leader(resident)
    return resident


def _one_entry(person_id: int, fields: dict[str, Any]) -> tuple[Resident, bool]:
    """The person's entry under lock, made when there was none; whether it was made now."""
    try:
        with transaction.atomic():
            return Resident.objects.create(person_id=person_id, **fields), True
    except IntegrityError as taken:
        rows = Resident.objects.select_for_update(of=("self",)).select_related("neighbourhood")
        row = rows.filter(person_id=person_id).first()
        if row is None:  # the id belongs to somebody else's asking
            raise DifferentBody from taken
        return row, False


def _ask_again(row: Resident, asked: dict[str, Any]) -> bool:
    """Whether the stored entry, which is locked, was changed into a new asking."""
    if row.request_id == asked["request_id"]:
        same_body_or_refuse(row.fingerprint, asked["fingerprint"])
        return False
    same = row.neighbourhood_id == asked["neighbourhood"].pk
    if row.state == ResidentState.CONFIRMED:
        if same:
            return False
        raise Conflict(_("您已经登记在%(place)s。要是搬家了，先在“我的家”里点“我搬走了”。") % {"place": place_of(row)})
    if row.state == ResidentState.ASKED and same and row.household == asked["household"]:
        return False
    if row.state == ResidentState.DECLINED and same and row.declined_at and clock.now() - row.declined_at < AGAIN_AFTER:
        raise Conflict(_("邻长刚回过您，明天再试，或者直接找社区。"))
    if Resident.objects.filter(request_id=asked["request_id"]).exists():
        raise DifferentBody
    for name, value in asked.items():
        setattr(row, name, value)
    row.confirmed_at = row.confirmed_by = None
    row.save()
    return True


def place_of(row: Resident) -> str:
    """Where an entry is, in words for the person it is about."""
    return row.neighbourhood.place or row.neighbourhood.name


@streams.in_district_language
def _tell_leader(resident: Resident) -> None:
    """The leader of the neighbourhood hears that somebody asks, the group leader where there is none."""
    unit = resident.neighbourhood
    payload = {"title": _("有邻居想加入"), "body": _("%(place)s，请您看一眼") % {"place": unit.place or unit.name}}
    payload |= {"url": reverse("homes") + f"?unit={unit.uid}", "icon": "door"}
    key, role = streams.unit_key(unit.pk), Role.NEIGHBOUR_LEADER
    if not Appointment.objects.active().filter(unit=unit, role=role).exists():
        above = Unit.objects.filter(path=unit.path[: -Unit.steplen]).values_list("pk", flat=True).first()
        key, role = streams.unit_key(above or unit.pk), Role.GROUP_LEADER
    streams.publish(key, kind="resident", payload=payload, roles=[role.value], ref=f"resident:{resident.pk}")


def _answering(resident: Resident, acting_user: Actor) -> Resident:
    """The entry under lock, for somebody who may answer it."""
    rows = Resident.objects.select_for_update(of=("self",)).select_related("neighbourhood")
    row = rows.get(pk=resident.pk)
    require(acting_user, Right.CONFIRM_RESIDENT, row.neighbourhood)
    if row.person_id == person_id_of(acting_user):
        raise Denied(_("自己的登记，请上一级或社区来确认。"))
    return row


@transaction.atomic
def confirm_resident(*, resident: Resident, acting_user: Actor, household: Household | None = None) -> Resident:
    """Yes, they live here; with `household`, behind this door. Confirming twice is the same answer.

    Who may: CONFIRM_RESIDENT in the neighbourhood, but nobody for themselves. Raises `Denied`, `Invalid`, `Conflict`.
    """
    row = _answering(resident, acting_user)
    if row.state == ResidentState.CONFIRMED:
        return row
    if row.state != ResidentState.ASKED:
        raise Conflict
    if household is not None:
        _check_household(household, row.neighbourhood)
        row.household = household
    row.state, row.confirmed_at, row.confirmed_by_id = ResidentState.CONFIRMED, clock.now(), acting_user.pk
    row.save()
    audit.record(actor=acting_user, act="resident.confirm", obj=row, unit_id=row.neighbourhood_id)
    _tell_resident(row, _("邻长确认了"), _("您登记在%(place)s，邻里的事会告诉您。") % {"place": place_of(row)})
    return row


@transaction.atomic
def set_door(*, resident: Resident, household: Household, acting_user: Actor) -> Resident:
    """Behind which door a confirmed resident lives, where that stayed open. The same door twice is the same answer.

    Who may: as for confirming. Raises `Denied`, `Invalid`, `Conflict` for who is not confirmed or has another door.
    """
    row = _answering(resident, acting_user)
    if row.state != ResidentState.CONFIRMED:
        raise Conflict
    if row.household_id == household.pk:
        return row
    if row.household_id is not None:
        raise Conflict(_("这一位的门牌已经补上了，请刷新再看。"))
    _check_household(household, row.neighbourhood)
    row.household = household
    row.save(update_fields=["household"])
    audit.record(actor=acting_user, act="resident.set_door", obj=row, unit_id=row.neighbourhood_id)
    return row


@transaction.atomic
def decline_resident(*, resident: Resident, reason: str, acting_user: Actor) -> Resident:
    """Not here, with a friendly reason. Who may: as for confirming. Raises `Denied`, `Invalid`, `Conflict`."""
    row = _answering(resident, acting_user)
    if not reason.strip():
        raise Invalid(errors={"reason": _("说一句原因，对方好改。")})
    if row.state == ResidentState.DECLINED:
        return row
    if row.state != ResidentState.ASKED:
        raise Conflict
    row.state, row.declined_at, row.declined_reason = ResidentState.DECLINED, clock.now(), reason.strip()[:100]
    row.household = None
    row.save()
    audit.record(actor=acting_user, act="resident.decline", obj=row, unit_id=row.neighbourhood_id)
    _tell_resident(row, _("这次没有对上"), row.declined_reason)
    return row


@streams.in_district_language
def _tell_resident(row: Resident, title: str, body: str) -> None:
    """The person hears the answer, and their sockets are asked again for what they may hear now."""
    payload = {"title": title, "body": body, "url": reverse("my_home"), "icon": "door"}
    key = streams.person_key(row.person_id)
    streams.publish(key, kind="resident", payload=payload, ref=f"resident:{row.pk}:{row.state}")
    outbox.put(line.REVOKE, {"persons": [row.person_id]})


def _check_household(household: Household, neighbourhood: Unit) -> None:
    if household.neighbourhood != neighbourhood:
        raise Invalid(errors={"household": _("这一户不归这个邻联系。")})


@transaction.atomic
def enter_for(
    *,
    id: uuid.UUID,  # noqa: A002
    neighbourhood: Unit,
    name: str,
    consent_by: str,
    consent_how: str,
    acting_user: Actor,
    household: Household | None = None,
    channel: Channel = Channel.PROXY,
) -> Resident:
    """Enter a resident without a phone, who agreed: who said yes and how is kept. Confirmed at once, counted as 代录.

    Who may: CONFIRM_RESIDENT in the neighbourhood. Raises `Denied`, `Invalid`, `Conflict`, `DifferentBody`.
    """
    require(acting_user, Right.CONFIRM_RESIDENT, neighbourhood)
    cleaned = _clean_name(name)
    if consent_by not in SaidBy.values or consent_how not in SaidHow.values:
        raise Invalid(errors={"consent_by": _("先问一声：本人或家里人同意了吗？")})
    if household is not None:
        _check_household(household, neighbourhood)
    body = {"unit": neighbourhood.pk, "name": cleaned, "by": consent_by, "how": consent_how}
    print_ = fingerprint(body | {"household": household.pk if household else None})
    if stored := Resident.objects.filter(request_id=id).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    _refuse_twice(neighbourhood, household, cleaned)
    now = clock.now()
    fields = {
        "neighbourhood": neighbourhood, "household": household, "state": ResidentState.CONFIRMED, "how": How.PROXY,
        "asked_at": now, "confirmed_at": now, "confirmed_by_id": acting_user.pk, "entered_by_id": acting_user.pk,
        "consent_by": consent_by, "consent_how": consent_how, "request_id": id, "fingerprint": print_,
    }  # fmt: skip
    resident, is_new = _entered(cleaned, fields)
    if is_new:
        joined.tell(resident, channel, acting_user)
        audit.record(actor=acting_user, act="resident.enter_for", obj=resident, unit_id=neighbourhood.pk)
    return resident


def _refuse_twice(neighbourhood: Unit, household: Household | None, name: str) -> None:
    """One person, one entry: the same name behind the same door is the same person until somebody says otherwise."""
    if household is not None:
        Household.objects.select_for_update().get(pk=household.pk)
    here = Resident.objects.filter(neighbourhood=neighbourhood, household=household, person__name=name)
    if here.filter(state__in=[ResidentState.ASKED, ResidentState.CONFIRMED]).exists():
        raise Conflict(_("这里已经登记了同名的一位，不用再录。"))


def _new_person(name: str) -> Any:
    """An unsaved person, without naming the app above that keeps persons."""
    model: Any = Resident._meta.get_field("person").related_model
    return model(name=name)


def _entered(name: str, fields: dict[str, Any]) -> tuple[Resident, bool]:
    """A new person with their entry, or what the same id made a moment ago."""
    try:
        with transaction.atomic():
            person = _new_person(name)
            person.save(force_insert=True)
            return Resident.objects.create(person=person, **fields), True
    except IntegrityError:
        stored = Resident.objects.get(request_id=fields["request_id"])
        same_body_or_refuse(stored.fingerprint, fields["fingerprint"])
        return stored, False


def may_act_for(resident: Resident, acting_user: Actor) -> bool:
    """Whether somebody may change how an entry is kept: the person, or who confirms residents there."""
    is_own = resident.person_id == person_id_of(acting_user)
    return is_own or has_right(acting_user, Right.CONFIRM_RESIDENT, resident.neighbourhood)


@transaction.atomic
def move_away(*, resident: Resident, acting_user: Actor, left_on: dt.date | None = None) -> Resident:
    """They live here no more. The door is forgotten; what happened keeps its unit. Saying it twice is the same.

    Who may: the person, and CONFIRM_RESIDENT in the neighbourhood. Raises `Denied`, `Invalid`.
    """
    rows = Resident.objects.select_for_update(of=("self",)).select_related("neighbourhood")
    row, today = rows.get(pk=resident.pk), clock.today()
    if not may_act_for(row, acting_user):
        raise Denied
    if left_on and left_on > today:
        raise Invalid(errors={"left_on": _("等搬走那天再说就行。")})
    if row.state == ResidentState.LEFT:
        return row
    row.state, row.left_on, row.household = ResidentState.LEFT, left_on or today, None
    row.save()
    audit.record(actor=acting_user, act="resident.leave", obj=row, unit_id=row.neighbourhood_id)
    outbox.put(line.REVOKE, {"persons": [row.person_id]})
    return row


@transaction.atomic
def set_listed(*, resident: Resident, listed: bool, acting_user: Actor) -> Resident:
    """Show a resident's name in lists, or not. Who may: the person, and CONFIRM_RESIDENT there. Raises `Denied`."""
    row = Resident.objects.select_for_update(of=("self",)).select_related("neighbourhood").get(pk=resident.pk)
    if not may_act_for(row, acting_user):
        raise Denied
    if listed == (row.unlisted_at is None):
        return row
    row.unlisted_at = None if listed else clock.now()
    row.save(update_fields=["unlisted_at"])
    act = "resident.list" if listed else "resident.unlist"
    audit.record(actor=acting_user, act=act, obj=row, unit_id=row.neighbourhood_id)
    return row


@transaction.atomic
def set_visits(*, household: Household, welcome: bool, acting_user: Actor) -> Household:
    """Whether a household wants to be called on. No reason is asked.

    Who may: whoever lives there, CONFIRM_RESIDENT in its neighbourhood, KEEP_HOMES in its community. Raises `Denied`.
    """
    rows = Household.objects.select_for_update(of=("self",)).select_related("building__estate__community")
    row = rows.get(pk=household.pk)
    unit, community = row.neighbourhood, row.building.estate.community
    lives_there = row.residents.living().filter(person_id=person_id_of(acting_user)).exists()
    answers = unit is not None and has_right(acting_user, Right.CONFIRM_RESIDENT, unit)
    if not (lives_there or answers or has_right(acting_user, Right.KEEP_HOMES, community)):
        raise Denied
    if welcome == (row.opted_out_at is None):
        return row
    row.opted_out_at = None if welcome else clock.now()
    row.save(update_fields=["opted_out_at"])
    act = "household.welcome_visits" if welcome else "household.no_visits"
    audit.record(actor=acting_user, act=act, obj=row, unit_id=unit.pk if unit else community.pk)
    return row
