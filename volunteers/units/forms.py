"""Forms of units, and the field with which every form of the console picks a unit or a person by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.actors import Actor
from volunteers.units.models import Level, Unit
from volunteers.units.rights import Right, units_where
from volunteers.units.selectors import breadcrumbs, named_like

SHOWN = 8
"""How many are offered at once; more than these are found by typing more."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of those offered: its uid, its name, and what tells it from others of that name."""

    uid: str
    name: str
    detail: str = ""


Offer = Callable[[Actor, str], Sequence[Choice]]
"""Given who looks and what they typed: those offered, `SHOWN` at most, none outside what they may see."""


class ChooseWidget(forms.Widget):
    """A box to type in and, below it, those who fit as round buttons; without a script the form is sent to look."""

    template_name = "console/_choose_widget.html"

    def __init__(self, url_name: str, query: str = "") -> None:
        super().__init__()
        self.url_name, self.query = url_name, query
        self.typed, self.offered = "", list[Choice]()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """With what was typed and who fits."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        url = f"{reverse(self.url_name)}?name={name}&{self.query}"
        return context | {
            "typed": self.typed,
            "offered": self.offered,
            "url": url,
            "name": name,
            "chosen": str(value or ""),
        }

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """The uid that was chosen, and what was typed."""
        return (data.get(name, ""), data.get(f"{name}-q", ""))


class ChooseField(forms.Field):
    """One row out of a scoped set, chosen by name. When one row fits what was typed, it need not be chosen."""

    widget: ChooseWidget
    default_error_messages = {
        "many": gettext_lazy("有几个都符合，请选一个。"),
        "none": gettext_lazy("没有找到，换个说法试试。"),
    }

    def __init__(self, *, rows: QuerySet[Any], offer: Callable[[str], Sequence[Choice]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rows, self.offer = rows, offer

    def clean(self, value: Any) -> Model | None:
        """The row, None where none was asked for."""
        chosen, typed = value if isinstance(value, tuple) else (value, "")
        self.widget.typed = typed
        if chosen:
            row: Model | None = self.rows.filter(uid=_uuid_or_none(chosen)).first()
            if row is None:
                raise forms.ValidationError(self.error_messages["none"], "none")
            self.widget.offered = [one for one in self.offer(typed) if one.uid == chosen] or [Choice(chosen, str(row))]
            return row
        if not typed.strip():
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], "required")
            return None
        self.widget.offered = list(self.offer(typed))
        if len(self.widget.offered) != 1:
            kind = "many" if self.widget.offered else "none"
            raise forms.ValidationError(self.error_messages[kind], kind)
        return self.rows.filter(uid=self.widget.offered[0].uid).first()

    def prepare_value(self, value: Any) -> Any:
        """The chosen one, when a form is shown again."""
        chosen = value[0] if isinstance(value, tuple) else value
        return getattr(chosen, "uid", chosen)


def _uuid_or_none(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def units_to_choose(user: Actor, right: Right, levels: Sequence[Level] = ()) -> QuerySet[Unit]:
    """Units of today where the user has the right, of some levels if any are named."""
    found: QuerySet[Unit] = units_where(user, right).current()
    return found.filter(level__in=list(levels)) if levels else found


def offered_units(rows: QuerySet[Unit], words: str) -> list[Choice]:
    """The first units that fit; highest first."""
    if not words.strip():
        return []
    found = list(rows.filter(named_like(words)).order_by("depth", "path")[:SHOWN])
    where = breadcrumbs(found, top=1)
    return [
        Choice(str(one.uid), one.name, " · ".join(part for part in (where[one.pk], one.place) if part)) for one in found
    ]


class UnitField(ChooseField):
    """A unit where the user has a right; `UnitField(user=…, right=Right.APPOINT, levels=[…])`."""

    def __init__(self, *, user: Actor, right: Right, levels: Sequence[Level] = (), **kwargs: Any) -> None:
        rows = units_to_choose(user, right, levels)
        query = "&".join([f"right={Right(right)}", *(f"level={Level(one)}" for one in levels)])
        kwargs = {"label": gettext_lazy("单位"), "widget": ChooseWidget("console_unit_choose", query)} | kwargs
        super().__init__(rows=rows, offer=lambda words: offered_units(rows, words), **kwargs)


class UnitForm(forms.ModelForm):
    """What staff may correct of a unit at any time."""

    class Meta:
        model = Unit
        fields = ("place", "households_declared")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].help_text = _("例如：桂花苑 7栋2单元")
        self.fields["households_declared"].help_text = _("名册上写的户数；已登记到门牌的住户另算。")
