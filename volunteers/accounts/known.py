"""Somebody whom staff name by name and phone number: found by the number's blind index, made when the number is new."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation import audit
from foundation.actors import Actor
from foundation.errors import Invalid
from volunteers.accounts.phones import normal_phone
from volunteers.orgs.persons import finder, matcher
from volunteers.people.models import Person
from volunteers.people.search import matching


@transaction.atomic
def person_by_phone(*, name: str, phone: str, acting_user: Actor, unit_id: int | None) -> Person:
    """The person with this number and name; a new number makes a new person, audited.

    The caller has checked the right to enter somebody. Raises `Invalid` for a number that is none, a missing name, and
    a number that belongs to somebody with another name, so that nobody becomes a stranger's clerk by a slip of a digit.
    """
    digits, called = normal_phone(phone), " ".join(name.split())
    if not digits:
        raise Invalid(errors={"phone": _("手机号是 11 位数字，请再看一下。")})
    if not called:
        raise Invalid(errors={"name": _("请填姓名。")})
    found = Person.objects.by_phone(digits).first() or _made(called, digits, acting_user, unit_id)
    if found.name != called:
        raise Invalid(errors={"name": _("这个号码登记的是另一个名字，请核对号码和姓名。")})
    return found


def _made(name: str, phone: str, acting_user: Actor, unit_id: int | None) -> Person:
    """A new row, or the one that somebody else made a moment ago: the unique index decides."""
    person = Person(name=name)
    person.set_phone(phone)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        return Person.objects.by_phone(phone).get()
    audit.record(actor=acting_user, act="person.add", obj=person, unit_id=unit_id)
    return person


@finder
def person_id_by_phone(*, name: str, phone: str, acting_user: Actor, unit_id: int | None) -> int:
    """For `orgs`, which lies below persons."""
    return person_by_phone(name=name, phone=phone, acting_user=acting_user, unit_id=unit_id).pk


matcher(matching)
