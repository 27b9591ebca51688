"""Whose account: found, or opened at the first need. Safe under two callers, and takes no lock."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from functools import cache

from django.db import connection

from rewards.points.models import OWNED, AccountKind, PointsAccount


@cache
def _system_ids(database: str) -> dict[str, int]:
    return dict(PointsAccount.objects.exclude(kind__in=OWNED).values_list("kind", "pk"))


def _systems() -> dict[str, int]:
    return _system_ids(str(connection.settings_dict["NAME"]))


def system_account_id(kind: AccountKind) -> int:
    """The one account of a kind that belongs to nobody; made by a migration, remembered for the process."""
    return _systems()[kind]


def is_system_account(account_id: int) -> bool:
    """Whether the account belongs to nobody: it may go below zero and keeps no balance."""
    return account_id in _systems().values()


def _opened(kind: AccountKind, **owner: object) -> int:
    rows = PointsAccount.objects.filter(**owner).values_list("pk", flat=True)
    found = rows.first()
    if found is None:
        account = PointsAccount(kind=kind, balance=0, held=0, **owner)
        PointsAccount.objects.bulk_create([account], ignore_conflicts=True)
        found = rows.first()
    assert found is not None
    return found


def account_id_of(person_id: int) -> int:
    """The account of a person."""
    return _opened(AccountKind.PERSON, person_id=person_id)


def account_ids_of(person_ids: Collection[int]) -> dict[int, int]:
    """The accounts of many persons at once, by person; two queries, three where some are opened."""
    rows = PointsAccount.objects.filter(person_id__in=person_ids).values_list("person_id", "pk")
    found = dict(rows)
    if new := sorted(set(person_ids) - found.keys()):
        accounts = [PointsAccount(kind=AccountKind.PERSON, person_id=one, balance=0, held=0) for one in new]
        PointsAccount.objects.bulk_create(accounts, ignore_conflicts=True)
        found = dict(rows.all())
    return found


def budget_account_id(unit_id: int) -> int:
    """The budget of a unit, from which awards made by hand are given."""
    return _opened(AccountKind.BUDGET, unit_id=unit_id)


def provider_account_id(owner_uid: uuid.UUID) -> int:
    """The account of a shop or store, by its uid: what it took in and is still to be settled."""
    return _opened(AccountKind.PROVIDER, owner_uid=owner_uid)
