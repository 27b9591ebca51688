"""What is done about a person's data: consents, opening a number, ages (rules R35 and R36)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import audit, clock, privacy
from foundation.actors import Actor, is_system
from foundation.errors import Conflict, Denied, Invalid, Missing
from volunteers.people.documents import MINORS, document
from volunteers.people.models import Channel, Consent, Person, PhoneReveal
from volunteers.people.permissions import can_know, can_see_phone, places_of
from volunteers.people.quota import take_place
from volunteers.units.rights import Right, has_right, person_id_of


def age_on(born_on: dt.date, day: dt.date) -> int:
    """Full years on a day. Where only the month is known the day counts as the first."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


class TooYoung(Invalid):
    """Below the age that this takes (422)."""


def require_age_of(born_on: dt.date | None, years: int) -> None:
    """Raise `TooYoung` when somebody born on a day is not yet so old; an unknown day passes, it was confirmed by
    word.
    """
    if born_on is not None and age_on(born_on, clock.today()) < years:
        text = _("要满 %(years)d 周岁才可以。") % {"years": years}
        raise TooYoung(text, errors={"born_on": text})


def require_age(person: Person, years: int) -> None:
    """Raise `TooYoung` when the stored birth month says that somebody is not yet so old."""
    require_age_of(person.born_on, years)


def latest_consent(person: Person, name: str) -> Consent | None:
    """The newest row about one document; None when they were never asked."""
    return Consent.objects.filter(person=person, document=name).order_by("-at", "-pk").first()


def has_consent(person: Person, name: str) -> bool:
    """Whether somebody agrees today."""
    latest = latest_consent(person, name)
    return latest is not None and latest.is_given


def has_refused(person_id: int, name: str) -> bool:
    """Whether somebody took a consent back: what they never were asked about is not refused."""
    latest = Consent.objects.filter(person_id=person_id, document=name).order_by("-at", "-pk").first()
    return latest is not None and not latest.is_given


@transaction.atomic
def give_consent(
    *,
    person: Person,
    document: str,
    channel: str,
    acting_user: Actor,
    version: int = 0,
    guardian: Person | None = None,
) -> Consent:
    """Write down that somebody agrees to a wording. Twice the same is one row.

    Who may: the person; who has `CONFIRM_RESIDENT` or `HANDLE_REQUESTS` where they live or serve, for another channel
    than their own phone; the program. A child's consent names the guardian. Raises `Denied`, `Missing`, `Invalid`.
    """
    _may_speak_for(acting_user, person, channel)
    if document == MINORS and guardian is None:
        raise Invalid(_("未满 14 周岁，要由监护人同意。"), errors={"guardian": _("请填监护人。")})
    row = Consent(person=person, is_given=True, channel=Channel(channel), guardian=guardian)
    return _write(row, document, version, acting_user)


@transaction.atomic
def withdraw_consent(*, person: Person, document: str, channel: str, acting_user: Actor) -> Consent:
    """Take a consent back; what it allowed stops in the same transaction. Nothing else changes for the person."""
    _may_speak_for(acting_user, person, channel)
    row = _write(Consent(person=person, is_given=False, channel=Channel(channel)), document, 0, acting_user)
    privacy.stop(document, person.pk)
    return row


def _may_speak_for(acting_user: Actor, person: Person, channel: str) -> None:
    if is_system(acting_user):
        return
    if channel == Channel.SELF and person.pk == person_id_of(acting_user):
        return
    rights = (Right.CONFIRM_RESIDENT, Right.HANDLE_REQUESTS)
    places = places_of(person)
    if channel == Channel.SELF or not any(has_right(acting_user, right, unit) for unit in places for right in rights):
        raise Denied


def _write(row: Consent, name: str, version: int, acting_user: Actor) -> Consent:
    """Append a row, unless the newest says the same already. The person's row is locked: one after the other."""
    wording = document(name, version)
    Person.objects.select_for_update().get(pk=row.person_id)
    latest = latest_consent(row.person, name)
    if latest and latest.is_given == row.is_given and latest.wording_sha256 == wording.sha256:
        return latest
    row.document, row.version, row.wording_sha256 = name, wording.version, wording.sha256
    row.purpose, row.entered_by_id, row.at = wording.purpose, acting_user.pk, clock.now()
    row.save(force_insert=True)
    act = "consent.give" if row.is_given else "consent.withdraw"
    audit.record(actor=acting_user, act=act, obj=row, data={"document": name, "version": wording.version})
    return row


def reveal_phone(*, person: Person, acting_user: Actor, why: str = "") -> str:
    """The number in clear, written down; so many a day for each (`PHONE_REVEALS_A_DAY`), one's own aside.

    Who may: `permissions.can_see_phone`. Raises `Missing` outside the user's sight, `Denied` in sight without the
    right, `TooMany` beyond the quota, `Conflict` when there is no number.
    """
    if not can_know(acting_user, person):
        raise Missing
    if not can_see_phone(acting_user, person):
        raise Denied(_("这个号码不归您看。有事请找上一级。"))
    if person.pk == person_id_of(acting_user):
        return person.phone
    return _reveal(person, acting_user, why)


@transaction.atomic
def _reveal(person: Person, acting_user: Actor, why: str) -> str:
    """Counted before it is shown."""
    take_place(person_id_of(acting_user))
    if not person.phone_encrypted:
        raise Conflict(_("这位没有留手机号。"))
    places = places_of(person)
    unit_id = places[0].pk if places else None
    row = PhoneReveal(person=person, by_id=person_id_of(acting_user), unit_id=unit_id, why=why[:60], at=clock.now())
    row.save(force_insert=True)
    audit.record(actor=acting_user, act="phone.reveal", obj=person, unit_id=unit_id, reason=why)
    return person.phone
