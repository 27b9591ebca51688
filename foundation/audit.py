"""The audit trail: one entry for each thing done, in the transaction that did it (rule R38)."""

from __future__ import annotations

from typing import Any

from django.db import models

from foundation import context
from foundation.actors import Actor
from foundation.models import AuditEntry


def entry(
    *,
    actor: Actor,
    act: str,
    obj: models.Model | tuple[str, str] | None,
    unit_id: int | None = None,
    data: dict[str, Any] | None = None,
    result: str = "ok",
    reason: str = "",
) -> AuditEntry:
    """An unsaved entry, for writers that insert many at once."""
    if isinstance(obj, tuple):
        kind, key = obj
    elif obj is not None:
        kind, key = obj._meta.label_lower, str(obj.pk)
    else:
        kind, key = "", ""
    request = context.current.get()
    return AuditEntry(
        actor_id=actor.pk,
        act=act,
        object_type=kind,
        object_id=key,
        unit_id=unit_id,
        result=result,
        reason=reason[:300],
        data=data or {},
        request_id=request.request_id,
        address=request.address,
    )


def record(
    *,
    actor: Actor,
    act: str,
    obj: models.Model | tuple[str, str] | None,
    unit_id: int | None = None,
    data: dict[str, Any] | None = None,
    result: str = "ok",
    reason: str = "",
) -> AuditEntry:
    """Write one entry inside the caller's transaction. `data` never holds personal values."""
    made = entry(actor=actor, act=act, obj=obj, unit_id=unit_id, data=data, result=result, reason=reason)
    made.save(force_insert=True)
    return made
