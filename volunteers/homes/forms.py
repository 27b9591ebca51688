"""Forms of homes; they check shapes, the services check rules."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.inputs import DayInput
from volunteers.homes.finding import Entrance
from volunteers.homes.models import Building, Household, SaidBy, SaidHow
from volunteers.homes.residents import Wish
from volunteers.homes.services import MOST_DOORS, MOST_ENTRANCES, MOST_FLOORS, Doors, Place
from volunteers.units.models import Level, Unit


class AgeForm(forms.Form):
    """What is asked before somebody signs in to join."""

    old_enough = forms.BooleanField(
        label=_("我已满 14 周岁"),
        error_messages={"required": _("满 14 周岁才能自己登记。还没满的，请家里大人来办。")},
    )


class JoinForm(AgeForm):
    """Where somebody lives; the door may stay empty."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    where = forms.ChoiceField(label=_("您住哪个单元？"), widget=forms.RadioSelect)
    door = forms.CharField(label=_("门牌号"), max_length=12, required=False, help_text=_("只给您的邻长和上面看。"))
    name = forms.CharField(label=_("您的姓名"), max_length=30)

    field_order = ("id", "where", "door", "name", "old_enough")

    def __init__(self, *args: Any, building: Building, entrances: list[Entrance], known: str = "", **kwargs: Any):
        kwargs["initial"] = {"id": uuid.uuid4()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.building = building
        self.entrances = {f"{one.unit.uid}|{one.name}": one for one in entrances}
        choices = [(key, one.label) for key, one in self.entrances.items()]
        self.fields["where"].choices = choices  # type: ignore[attr-defined]
        if len(entrances) == 1:
            self.initial["where"] = next(iter(self.entrances))
        if known:
            del self.fields["name"]

    def wish(self) -> Wish:
        """What the service takes."""
        data, entrance = self.cleaned_data, self.entrances[self.cleaned_data["where"]]
        return Wish(
            building=self.building,
            neighbourhood=entrance.unit,
            entrance=entrance.name,
            door=data["door"],
            name=data.get("name", ""),
            old_enough=data["old_enough"],
        )


class DoorChoiceField(forms.ModelChoiceField):
    """A household as its leader calls it: 2单元 301."""

    def label_from_instance(self, obj: Household) -> str:
        """Entrance and door."""
        return " ".join(part for part in (obj.building.name, obj.entrance, obj.door) if part)


def doors_of(unit: Unit, *, required: bool = False) -> DoorChoiceField:
    """A choice among the doors that a neighbourhood looks after."""
    rows = Household.objects.linked_to(unit).select_related("building").in_order()
    empty = _("请选") if required else _("先不填")
    return DoorChoiceField(
        label=_("住哪一户"), queryset=rows, to_field_name="uid", required=required, empty_label=empty
    )


class EnterForm(forms.Form):
    """代录: a resident without a phone. A name, a door, and who said yes; nothing else."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("姓名"), max_length=30)
    consent_by = forms.ChoiceField(label=_("谁同意的"), choices=SaidBy.choices, widget=forms.RadioSelect)
    consent_how = forms.ChoiceField(label=_("怎么同意的"), choices=SaidHow.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        kwargs["initial"] = {"id": uuid.uuid4()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["household"] = doors_of(unit)
        self.order_fields(["id", "household", "name", "consent_by", "consent_how"])


class ConfirmForm(forms.Form):
    """Yes; and behind which door, where the resident left that open."""

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["household"] = doors_of(unit)


class DoorForm(forms.Form):
    """Behind which door, for a resident who was confirmed without one."""

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["household"] = doors_of(unit, required=True)


class DeclineForm(forms.Form):
    """A reason in friendly words."""

    reason = forms.CharField(label=_("哪里没对上"), max_length=100)


class EstateForm(forms.Form):
    """An estate of one of the user's communities."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    community = forms.ModelChoiceField(
        label=_("社区"), queryset=Unit.objects.none(), to_field_name="uid", empty_label=_("请选")
    )
    name = forms.CharField(label=_("小区名称"), max_length=40)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"uid": uuid.uuid4()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["community"].queryset = units.at(Level.COMMUNITY).order_by("path")  # type: ignore[attr-defined]


class EstateNameForm(forms.Form):
    """What an estate is called."""

    name = forms.CharField(label=_("小区名称"), max_length=40)


class BuildingForm(forms.Form):
    """A building: its name, how many entrances, and where it stands when somebody knows."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("楼栋名称"), max_length=40, help_text=_("像“7栋”。"))
    entrances = forms.IntegerField(label=_("单元数"), min_value=1, max_value=MOST_ENTRANCES, initial=1)
    longitude = forms.FloatField(label=_("经度（WGS-84）"), min_value=-180, max_value=180, required=False)
    latitude = forms.FloatField(label=_("纬度（WGS-84）"), min_value=-90, max_value=90, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"uid": uuid.uuid4()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Both coordinates or none."""
        data: dict[str, Any] = super().clean() or {}
        if (data.get("longitude") is None) != (data.get("latitude") is None):
            self.add_error("latitude", _("经度和纬度要一起填。"))
        return data

    def place(self) -> Place:
        """Where it stands."""
        return Place(self.cleaned_data["longitude"], self.cleaned_data["latitude"])


class DoorsForm(forms.Form):
    """The doors of a building: entrances, floors, doors on a floor."""

    entrances = forms.IntegerField(label=_("几个单元"), min_value=1, max_value=MOST_ENTRANCES)
    floors = forms.IntegerField(label=_("几层"), min_value=1, max_value=MOST_FLOORS)
    doors = forms.IntegerField(label=_("每层几户"), min_value=1, max_value=MOST_DOORS)

    def plan(self) -> Doors:
        """What the service takes."""
        return Doors(**self.cleaned_data)


class LinkForm(forms.Form):
    """Which neighbourhood looks after the households from which day on."""

    neighbourhood = forms.ModelChoiceField(
        label=_("联系的邻"), queryset=Unit.objects.none(), to_field_name="uid", empty_label=_("请选")
    )
    starts_on = forms.DateField(label=_("从哪天起"), widget=DayInput)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["neighbourhood"].queryset = units  # type: ignore[attr-defined]
