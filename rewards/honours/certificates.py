"""Certificates: one person of staff asks, a second one signs; what is wrong is withdrawn with a reason."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import audit, clock, streams
from foundation.actors import SYSTEM, Actor
from foundation.errors import Conflict, Invalid, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.honours.models import Certificate, CertificateKind, CertificateState
from rewards.honours.numbers import new_number
from volunteers.people.models import Person
from volunteers.units.models import Level, Unit
from volunteers.units.rights import Right, person_id_of, require

State = CertificateState


@transaction.atomic
def save_kind(*, kind: CertificateKind, acting_user: Actor) -> CertificateKind:
    """Add or change a kind; certificates given before keep their words. Who may: HONOUR in the district."""
    require(acting_user, Right.HONOUR, *Unit.objects.at(Level.DISTRICT))
    if not kind.name.strip() or not kind.words.strip():
        raise Invalid
    kind.save()
    audit.record(actor=acting_user, act="honours.kind", obj=kind, data={"active": kind.is_active})
    return kind


@transaction.atomic
def propose_certificate(
    *,
    id: uuid.UUID,  # noqa: A002
    kind: CertificateKind,
    person: Person,
    unit: Unit,
    acting_user: Actor,
    words: str = "",
) -> Certificate:
    """Ask for a certificate in the name of a unit; it exists for its person once a second person has signed.

    `words` replace the kind's. Who may: HONOUR in the unit, for somebody the user sees. Raises `Denied`, `Missing`,
    `Invalid`.
    """
    require(acting_user, Right.HONOUR, unit)
    if not Person.objects.visible_to(acting_user).living().filter(pk=person.pk).exists():
        raise Missing
    if not kind.is_active or kind.years is not None:
        raise Invalid(errors={"kind": _("这一种不由人来发。")})
    text = words.strip() or kind.words
    body = fingerprint({"kind": kind.pk, "person": person.pk, "unit": unit.pk, "text": text})
    if stored := Certificate.objects.filter(pk=id).first():
        same_body_or_refuse(stored.fingerprint, body)
        return stored
    made = Certificate.objects.create(
        id=id,
        number=new_number(),
        kind=kind,
        person=person,
        unit=unit,
        title=kind.name,
        text=text[:200],
        dated_on=clock.today(),
        issued_by=acting_user,
        fingerprint=body,
        at=clock.now(),
    )
    audit.record(actor=acting_user, act="honours.propose_certificate", obj=made, unit_id=unit.pk)
    return made


@transaction.atomic
def give(*, id: uuid.UUID, kind: CertificateKind, person: Person, unit: Unit, words: str) -> Certificate:  # noqa: A002
    """Issue one where people have decided already, two of them: the program writes it down. The same id is the
    same one.

    Its person hears of it once.
    """
    values = {"kind": kind, "person": person, "unit": unit, "title": kind.name, "text": words[:200]}
    times = {"dated_on": clock.today(), "decided_at": clock.now(), "at": clock.now()}
    made = Certificate(id=id, number=new_number(), state=State.ISSUED, **values, **times)
    if not Certificate.objects.filter(pk=id).exists():
        made.save(force_insert=True)
        audit.record(actor=SYSTEM, act="honours.give_certificate", obj=made, unit_id=unit.pk)
        tell(made)
    return Certificate.objects.get(pk=id)


def _lock(certificate: Certificate, acting_user: Actor) -> Certificate:
    rows = Certificate.objects.select_for_update(of=("self",)).select_related("unit", "person")
    locked = rows.filter(pk=certificate.pk).first()
    if locked is None:
        raise Missing
    require(acting_user, Right.HONOUR, locked.unit)
    return locked


def _second_person(certificate: Certificate, acting_user: Actor) -> Certificate:
    locked = _lock(certificate, acting_user)
    if locked.state != State.WAITING:
        raise Conflict(_("这一张已经有人办过了。"))
    if locked.issued_by_id == acting_user.pk:
        raise Conflict(_("申请的人不能自己签发，请另一位同事来。"))
    if locked.person_id == person_id_of(acting_user):
        raise Conflict(_("给您自己的证书，请另一位同事来签发。"))
    return locked


@transaction.atomic
def approve_certificate(*, certificate: Certificate, acting_user: Actor) -> Certificate:
    """The second signature: the certificate carries today's date, and its person hears of it.

    Who may: HONOUR in the unit, and neither who asked nor who gets it. Raises `Denied`, `Missing`, `Conflict`.
    """
    locked = _second_person(certificate, acting_user)
    locked.state, locked.dated_on = State.ISSUED, clock.today()
    locked.approved_by, locked.decided_at = acting_user, clock.now()
    locked.save(update_fields=["state", "dated_on", "approved_by", "decided_at"])
    audit.record(actor=acting_user, act="honours.approve_certificate", obj=locked, unit_id=locked.unit_id)
    tell(locked)
    return locked


@transaction.atomic
def refuse_certificate(*, certificate: Certificate, reason: str, acting_user: Actor) -> Certificate:
    """Not signed, with a reason; nobody else hears of it. Raises as `approve_certificate`, `Invalid` without reason."""
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写一句为什么。")})
    locked = _second_person(certificate, acting_user)
    locked.state, locked.reason = State.REFUSED, reason.strip()[:200]
    locked.approved_by, locked.decided_at = acting_user, clock.now()
    locked.save(update_fields=["state", "reason", "approved_by", "decided_at"])
    audit.record(actor=acting_user, act="honours.refuse_certificate", obj=locked, unit_id=locked.unit_id, reason=reason)
    return locked


@transaction.atomic
def withdraw_certificate(*, certificate: Certificate, reason: str, acting_user: Actor) -> Certificate:
    """Take an issued one back; the public page says so from now on. Who may: HONOUR in the unit."""
    if not reason.strip():
        raise Invalid(errors={"reason": _("请写一句为什么。")})
    locked = _lock(certificate, acting_user)
    if locked.state != State.ISSUED:
        raise Conflict(_("只有签发了的证书才能撤回。"))
    locked.state, locked.reason = State.WITHDRAWN, reason.strip()[:200]
    locked.withdrawn_by, locked.withdrawn_at = acting_user, clock.now()
    locked.save(update_fields=["state", "reason", "withdrawn_by", "withdrawn_at"])
    audit.record(
        actor=acting_user, act="honours.withdraw_certificate", obj=locked, unit_id=locked.unit_id, reason=reason
    )
    return locked


@transaction.atomic
def put_away(*, certificate: Certificate, hidden: bool, acting_user: Actor) -> Certificate:
    """Its person does not want to see it on the phone, or wants to again. Raises `Missing` for anybody else."""
    rows = Certificate.objects.filter(person_id=person_id_of(acting_user), pk=certificate.pk)
    locked = rows.filter(state__in=[State.ISSUED, State.WITHDRAWN]).select_for_update().first()
    if locked is None:
        raise Missing
    locked.hidden_at = clock.now() if hidden else None
    locked.save(update_fields=["hidden_at"])
    act = "honours.hide_certificate" if hidden else "honours.show_certificate"
    audit.record(actor=acting_user, act=act, obj=locked, unit_id=locked.unit_id)
    return locked


@streams.in_district_language
def tell(certificate: Certificate) -> None:
    """A warm word to whom it is for."""
    payload = {
        "title": _("给您的%(title)s") % {"title": certificate.title},
        "body": _("%(unit)s谢谢您。打开看看，也可以打印出来。") % {"unit": certificate.unit.name},
        "url": f"/honours/certificates/{certificate.pk}/",
        "icon": "heart",
    }
    key = streams.person_key(certificate.person_id)
    streams.publish(key, kind="certificate", payload=payload, ref=f"certificate:{certificate.pk}")
