"""Somebody who may collect for a person: named by the person, or at the counter."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.store.models import Collector, Store
from rewards.store.selectors import shoppers, stores_of
from volunteers.people.models import Person
from volunteers.units.rights import Right, has_right, person_id_of

MOST = 5


@transaction.atomic
def name_collector(
    *,
    uid: uuid.UUID,
    person: Person,
    name: str = "",
    relation: str = "",
    collector: Person | None = None,
    store: Store | None = None,
    acting_user: Actor,
) -> Collector:
    """Somebody may collect for a person from now on: a person that is known, or a name and how they are related.

    Who may: the person; at the counter of a `store` for them KEEP_STORE, marked as 代录. The same id twice is one
    entry. Raises `Denied`, `Missing`, `Invalid`, `Conflict` beyond five.
    """
    is_own = person.pk == person_id_of(acting_user)
    unit_id = _unit_for(person, store, is_own, acting_user)
    cleaned, related = " ".join(name.split())[:30], " ".join(relation.split())[:20]
    if collector is None and not cleaned:
        raise Invalid(errors={"name": _("写下谁来领。")})
    if collector is not None and collector.pk == person.pk:
        raise Invalid(errors={"collector": _("自己领，不用登记。")})
    body = {"person": person.pk, "name": cleaned, "relation": related, "collector": collector.pk if collector else 0}
    print_ = fingerprint(body)
    Person.objects.select_for_update().get(pk=person.pk)
    if stored := Collector.objects.filter(uid=uid).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    if Collector.objects.of_person(person.pk).count() >= MOST:
        raise Conflict(_("最多登记 %d 位，先去掉一位再添。") % MOST)
    made: Collector = Collector.objects.create(
        uid=uid, person=person, collector=collector, name="" if collector else cleaned, relation=related,
        named_by_id=acting_user.pk, is_proxy=not is_own, fingerprint=print_,
    )  # fmt: skip
    data = {"proxy": made.is_proxy, "known": collector is not None}
    audit.record(actor=acting_user, act="collector.name", obj=made, unit_id=unit_id, data=data)
    return made


def _unit_for(person: Person, store: Store | None, is_own: bool, acting_user: Actor) -> int | None:
    if is_own:
        stores = stores_of(person.pk)
        return stores[0].unit_id if stores else None
    if store is None or not has_right(acting_user, Right.KEEP_STORE, store.unit):
        raise Denied
    if not shoppers(store).filter(pk=person.pk).exists():
        raise Missing
    return int(store.unit_id)


@transaction.atomic
def end_collector(*, collector: Collector, store: Store | None = None, acting_user: Actor) -> Collector:
    """They collect no more. Who may: as for naming. Twice is the same answer. Raises `Denied`, `Missing`."""
    is_own = collector.person_id == person_id_of(acting_user)
    unit_id = _unit_for(collector.person, store, is_own, acting_user)
    if Collector.objects.filter(pk=collector.pk, ended_at__isnull=True).update(ended_at=clock.now()):
        audit.record(actor=acting_user, act="collector.end", obj=collector, unit_id=unit_id)
    collector.refresh_from_db()
    return collector
