"""Forms of party organisations; what can be chosen never leaves the user's units."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actors import Actor
from frontend.inputs import DayInput
from volunteers.orgs.console_forms import IndentedChoice, IndentedChoices
from volunteers.orgs.models import PARTY_LEVELS, SHOULD_HAVE, PartyLevel, PartyOrg
from volunteers.units.models import Level, Unit
from volunteers.units.querysets import UnitQuerySet
from volunteers.units.rights import Right, units_where

SEATS = (Level.DISTRICT, Level.STREET, Level.COMMUNITY)
"""Where an organisation without one above it can sit."""


def kept_by(user: Actor) -> UnitQuerySet:
    """Units in which the user can found an organisation; a neighbourhood has none."""
    return units_where(user, Right.KEEP_PARTY).current().exclude(level=Level.NEIGHBOURHOOD)


def seats_for(user: Actor, parent: PartyOrg | None) -> UnitQuerySet:
    """Those of them to choose from: below a parent, or, for one without, wherever staff are."""
    own = kept_by(user)
    return own.filter(path__startswith=parent.unit.path) if parent else own.filter(level__in=SEATS)


def parents_for(unit: Unit, rank: int = len(PARTY_LEVELS)) -> Any:
    """Open organisations that sit in the unit or above it and are higher than a rank, highest first."""
    higher = PARTY_LEVELS[:rank]
    return PartyOrg.objects.current().filter(ends_on__isnull=True, level__in=higher).seated_above(unit.path)


def _nearest(parents: Any, level: PartyLevel) -> PartyOrg | None:
    """The one that sits closest above."""
    higher = parents.filter(level__in=PARTY_LEVELS[: PARTY_LEVELS.index(level)])
    found: PartyOrg | None = higher.order_by("unit__path", "path").last()
    return found


class SeatForm(forms.Form):
    """First step: where does it sit?"""

    unit = IndentedChoice(label=_("设在哪里"), queryset=Unit.objects.none())

    def __init__(self, *args: Any, user: Actor, parent: PartyOrg | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seats = seats_for(user, parent)
        first = seats.first()
        self.fields["unit"].offer(seats, first.depth if first else 1)  # type: ignore[attr-defined]


class PartyOrgForm(forms.Form):
    """Second step: what is it called, of which level, below which other, for which places?"""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("名称"), max_length=60)
    level = forms.ChoiceField(label=_("层级"), choices=PartyLevel.choices)
    parent = IndentedChoice(
        label=_("上级党组织"), queryset=PartyOrg.objects.none(), required=False, help_text=_("党(工)委不用选。")
    )
    covers = IndentedChoices(
        label=_("覆盖哪些地方"),
        queryset=Unit.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("几个地方联合建一个，就多勾几个；不勾就是它所在的这一处。"),
    )
    starts_on = forms.DateField(label=_("成立日期"), widget=DayInput, initial=clock.today)

    def __init__(self, *args: Any, unit: Unit, user: Actor, parent: PartyOrg | None = None, **kwargs: Any) -> None:
        wanted = SHOULD_HAVE.get(Level(unit.level), PartyLevel.COMMITTEE)
        parents = parents_for(unit)
        nearest = parent or _nearest(parents, wanted)
        start = {"uid": uuid.uuid4(), "level": wanted, "covers": [unit.uid]}
        kwargs.setdefault("initial", start | ({"parent": nearest.uid} if nearest else {}))
        super().__init__(*args, **kwargs)
        self.fields["parent"].offer(parents)  # type: ignore[attr-defined]
        beside = units_where(user, Right.KEEP_PARTY).current().filter(depth=unit.depth)
        self.fields["covers"].offer(  # type: ignore[attr-defined]
            beside.filter(path__startswith=unit.path[: -Unit.steplen]), unit.depth
        )


class ParentForm(forms.Form):
    """Another organisation above."""

    parent = IndentedChoice(label=_("上级党组织"), queryset=PartyOrg.objects.none())

    def __init__(self, *args: Any, org: PartyOrg, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].offer(parents_for(org.unit, org.rank))  # type: ignore[attr-defined]


class CoverForm(forms.Form):
    """One more place that it covers, from a day on."""

    unit = IndentedChoice(label=_("覆盖哪里"), queryset=Unit.objects.none())
    starts_on = forms.DateField(label=_("从哪天起"), widget=DayInput, initial=clock.today)

    def __init__(self, *args: Any, org: PartyOrg, user: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = org.get_parent()
        reach = parent.unit if parent else org.unit
        units = units_where(user, Right.KEEP_PARTY).current().filter(path__startswith=reach.path)
        near = units.filter(depth__lte=org.unit.depth + 1).exclude(level=Level.NEIGHBOURHOOD)
        covered = org.links.filter(ends_on__isnull=True).values("unit_id")
        self.fields["unit"].offer(near.exclude(pk__in=covered), reach.depth)  # type: ignore[attr-defined]


class UncoverForm(forms.Form):
    """The last day on which it covers a place."""

    unit = IndentedChoice(label=_("不再覆盖哪里"), queryset=Unit.objects.none())
    last_day = forms.DateField(label=_("最后一天"), widget=DayInput, initial=clock.today)

    def __init__(self, *args: Any, org: PartyOrg, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        covered = org.links.filter(ends_on__isnull=True).values("unit_id")
        self.fields["unit"].offer(Unit.objects.filter(pk__in=covered), org.unit.depth)  # type: ignore[attr-defined]
