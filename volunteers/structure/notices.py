"""What people are told of a change: staff when it waits, is approved or cannot enter; everybody there when it holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation import streams
from volunteers.structure.models import StructureChange
from volunteers.units.models import Role, Unit

STAFF_HERE = (Role.COMMUNITY_WORKER, Role.STREET_CLERK, Role.DISTRICT_CLERK)
KIND = "structure"


def _payload(title: str, body: str, url: str = "") -> dict[str, Any]:
    return {"title": title, "body": body, "url": url, "icon": "bell"}


@streams.in_district_language
def tell_staff(change: StructureChange, title: str) -> None:
    """One entry for the staff of the scope."""
    body = _("%(kind)s：%(unit)s，%(day)s 起") % {
        "kind": change.get_kind_display(),
        "unit": change.unit.name,
        "day": change.in_force_on.isoformat(),
    }
    url = reverse("console_structure_detail", args=[change.uid])
    streams.publish(
        streams.unit_key(change.scope_id),
        kind=KIND,
        payload=_payload(title, body, url),
        roles=STAFF_HERE,
        ref=f"structure:{change.uid}",
    )


@streams.in_district_language
def tell_units(change: StructureChange, unit_ids: Iterable[int]) -> None:
    """One entry for the three heads at and below each of these units: what they belong to from today."""
    for unit in Unit.objects.filter(pk__in=list(unit_ids)):
        body = _("从今天起属于：%(where)s。任职、积分和记录都不变。") % {"where": unit.breadcrumb}
        streams.publish(
            streams.unit_key(unit.pk),
            kind=KIND,
            payload=_payload(_("%(unit)s 的归属有调整") % {"unit": unit.name}, body),
            roles=(Role.AREA_LEADER, Role.GROUP_LEADER, Role.NEIGHBOUR_LEADER),
            ref=f"structure:{change.uid}",
        )


@streams.in_district_language
def thank_ended(change: StructureChange, person_ids: Iterable[int]) -> None:
    """One entry for each person whose post ended with a merged unit."""
    payload = _payload(
        _("您的任职随结构调整结束了，谢谢您"),
        _("积分和权益都还在，可以照常使用。要是还愿意服务，社区随时欢迎。"),
    )
    streams.publish_to_persons(person_ids, kind=KIND, payload=payload, ref=f"structure:{change.uid}")
