"""Filters that many lists share. Their choices never leave what the reader may see (threat T4)."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from foundation import clock
from volunteers.units.models import Level, Unit

NO_CHOICE = "---------"
NO_VALUE = {"", "unknown"}
EVERYTHING = gettext_lazy("全部")
NOW, SOON, OVER, ALL = "now", "soon", "over", "all"


def as_menus(form: forms.Form) -> None:
    """Every choice of one as a menu that begins with 全部: a row of filters, not a column of radio buttons."""
    for field in form.fields.values():
        if isinstance(field.widget, forms.RadioSelect):
            field.widget = forms.Select(attrs=field.widget.attrs, choices=field.widget.choices)
        if getattr(field, "empty_label", None) == NO_CHOICE:
            field.empty_label = EVERYTHING  # type: ignore[attr-defined]
        if isinstance(field.widget, forms.Select) and not isinstance(field, forms.ModelChoiceField):
            # A copied field's widget still asks the field it was copied from.
            (first, _label), *others = field.widget.choices or [("", "")]
            if first in NO_VALUE:
                field.widget.choices = [(first, EVERYTHING), *others]


def places_for(request: HttpRequest | None) -> QuerySet[Unit]:
    """The units by which a reader's lists are best told apart: the first level of which they see more than one."""
    if request is None:
        return Unit.objects.none()
    seen = Unit.objects.visible_to(request.user).current()
    for level in (Level.STREET, Level.COMMUNITY, Level.AREA, Level.GROUP):
        found: QuerySet[Unit] = seen.at(level)
        if found[1:2].exists():
            return found
    return seen.at(Level.STREET)


class PlaceFilter(django_filters.ModelChoiceFilter):
    """By street, or by what comes below it for those who see one street only. `field_name` leads to a unit's path."""

    def __init__(self, field_name: str = "unit__path", **kwargs: Any) -> None:
        kwargs = {"label": gettext_lazy("地方"), "empty_label": gettext_lazy("全部"), "to_field_name": "uid"} | kwargs
        super().__init__(field_name=field_name, queryset=places_for, **kwargs)

    def filter(self, qs: QuerySet[Any], value: Unit | None) -> QuerySet[Any]:
        """There and below."""
        return qs.filter(**{f"{self.field_name}__startswith": value.path}) if value else qs


class TimeFilter(django_filters.ChoiceFilter):
    """What is in force today, unless something else is chosen; for rows with `starts_on` and `ends_on`."""

    def __init__(self, **kwargs: Any) -> None:
        choices = ((SOON, gettext_lazy("以后的")), (OVER, gettext_lazy("结束的")), (ALL, gettext_lazy("全部")))
        kwargs = {"label": gettext_lazy("时间"), "empty_label": gettext_lazy("现在的"), "choices": choices} | kwargs
        super().__init__(**kwargs)

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        """By today's date in the district."""
        today = clock.today()
        begun = Q(starts_on__isnull=True) | Q(starts_on__lte=today)
        if value == SOON:
            return qs.exclude(begun)
        if value == OVER:
            return qs.filter(ends_on__lt=today)
        if value == ALL:
            return qs
        return qs.filter(begun, Q(ends_on__isnull=True) | Q(ends_on__gte=today))
