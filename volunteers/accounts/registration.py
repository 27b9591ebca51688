"""A resident registers with a phone: a person, an account and the consent in one transaction, after the right code.

Only a session that came from a building's sign may begin (rule R28); what it may spend is in `sms.purses`. Whether the
number is known is seen by nobody but the relay, and by whoever holds the phone.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, failpoints, secrets
from foundation.errors import Denied
from volunteers.accounts.models import User
from volunteers.accounts.services import user_of_phone
from volunteers.people.documents import RESIDENTS
from volunteers.people.models import Person
from volunteers.people.services import give_consent

YEARS = 14
_KEY, _YOUNG, _AAD = "registering", "too_young_on", "session|registering"


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody told of themselves before the code: kept sealed in the session until it comes."""

    name: str
    phone: str


def keep(session: SessionBase, told: Told) -> None:
    """Remember what was told, sealed."""
    session[_KEY] = secrets.encrypt(json.dumps(asdict(told)), aad=_AAD)


def kept(session: SessionBase) -> Told | None:
    """What this session told; None when nothing."""
    sealed = session.get(_KEY)
    return Told(**json.loads(secrets.decrypt(sealed, aad=_AAD))) if sealed else None


def forget(session: SessionBase) -> None:
    """Done with it."""
    session.pop(_KEY, None)


def is_too_young(year: int | None) -> bool:
    """Whether whoever was born in that year is under 14 whatever the month."""
    return year is not None and clock.today().year - year < YEARS


def turn_away(session: SessionBase) -> None:
    """A child told their year: another year does not help in this session today."""
    forget(session)
    session[_YOUNG] = clock.today().isoformat()


def was_turned_away(session: SessionBase) -> bool:
    """Whether this session told today that it is a child's."""
    return session.get(_YOUNG) == clock.today().isoformat()


@transaction.atomic
def register_resident(*, told: Told, phone: str) -> User:
    """The account of whoever holds the number: made now, or there already, whose name then stays as it was.

    The caller has just taken a code that went to `phone`. Of two at once one makes the person, both get it. Raises
    `Denied` when the account is out of use or the number is not the one that was told.
    """
    if told.phone != phone:
        raise Denied
    person = Person.objects.by_phone(phone).first() or _made(told)
    user = user_of_phone(phone)
    if user is None:
        raise Denied(_("这个号码现在不能用。请找社区工作人员帮忙。"))
    give_consent(person=person, document=RESIDENTS, channel="self", acting_user=user)
    return user


def _made(told: Told) -> Person:
    person = Person(name=told.name)
    person.set_phone(told.phone)
    failpoints.hit("register.before_insert")
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        return Person.objects.by_phone(told.phone).get()
    user = user_of_phone(told.phone)
    assert user is not None
    audit.record(actor=user, act="resident.register", obj=person)
    return person
