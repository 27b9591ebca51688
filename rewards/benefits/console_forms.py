"""Forms of the package at a desk, and how one row is added or changed."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from foundation import audit
from foundation.actors import Actor
from frontend.inputs import DayInput
from rewards.benefits import offers
from rewards.benefits.models import Benefit, BenefitPackage, BenefitState, Merchant
from volunteers.units.models import THREE_HEADS, Level
from volunteers.units.rights import Right, units_where

RIGHT = Right.MANAGE_BENEFITS
_STAFFED = [level.value for level in (Level.DISTRICT, Level.STREET, Level.COMMUNITY)]
WRITTEN = {BenefitState.DRAFT, BenefitState.REVIEWED}
_PROMISED = (
    "package",
    "kind",
    "name",
    "value_text",
    "roles",
    "uses_each",
    "renews",
    "places",
    "needs_code",
    "starts_on",
)


class ScopedModelForm(forms.ModelForm):
    """A form whose choices never leave the user's units."""

    def __init__(self, *args: Any, user: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "unit" in self.fields:
            own = units_where(user, RIGHT).filter(level__in=_STAFFED).order_by("path")
            self.fields["unit"].queryset = own  # type: ignore[attr-defined]
        for name, model in (("package", BenefitPackage), ("merchants", Merchant)):
            if name in self.fields:
                self.fields[name].queryset = model.objects.visible_to(user)  # type: ignore[attr-defined]


class PackageForm(ScopedModelForm):
    """A package for the leaders of a unit and below."""

    class Meta:
        model = BenefitPackage
        fields = ("name", "unit", "starts_on", "ends_on")
        widgets: ClassVar = {"starts_on": DayInput, "ends_on": DayInput}


class BenefitForm(ScopedModelForm):
    """One promise. Once it is open, what was promised stays; words, shops and a later end may still change.

    Shops outside the user's units that somebody else has added are not shown, and stay.
    """

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("给谁"),
        choices=[(role.value, role.label) for role in THREE_HEADS],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Benefit
        fields = (
            "package", "kind", "name", "value_text", "detail", "how_to_use", "roles", "uses_each", "renews", "places",
            "needs_code", "merchants", "agreement", "starts_on", "ends_on",
        )  # fmt: skip
        widgets: ClassVar = {
            "starts_on": DayInput,
            "ends_on": DayInput,
            "merchants": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_open = bool(self.instance.pk) and self.instance.state not in WRITTEN
        if self.is_open:
            for name in _PROMISED:
                self.fields[name].disabled = True
        self.given = list(self.instance.merchants.order_by("pinyin", "pk")) if self.instance.pk else []
        seen = set(self.fields["merchants"].queryset.values_list("pk", flat=True))  # type: ignore[attr-defined]
        self.unseen = [shop for shop in self.given if shop.pk not in seen]
        self.initial["merchants"] = [shop for shop in self.given if shop.pk in seen]
        if self.unseen:
            names = "、".join(shop.name for shop in self.unseen)
            self.fields["merchants"].help_text = _("另外还有 %s，不归您这里管，会照旧留着。") % names

    def clean_merchants(self) -> QuerySet[Merchant]:
        """With those that the user does not see. A shop that joins an open offer has agreed before."""
        chosen = {shop.pk for shop in self.cleaned_data["merchants"]}
        rows = Merchant.objects.filter(pk__in=chosen | {shop.pk for shop in self.unseen})
        new = rows.exclude(pk__in=[shop.pk for shop in self.given])
        if self.is_open and (words := offers.without_agreement(new)):
            raise forms.ValidationError(words)
        return rows

    def clean_ends_on(self) -> dt.date:
        """Nobody who counts on it loses days."""
        day: dt.date = self.cleaned_data["ends_on"]
        if self.is_open and day < self.initial["ends_on"]:
            raise forms.ValidationError(_("上线以后只能往后延。要早点停，请用“暂停”或“结束”。"))
        return day


class PlacesForm(forms.Form):
    """How many places there are in all."""

    places = forms.IntegerField(label=gettext_lazy("一共几个名额"), min_value=1, max_value=100_000)
    reason = forms.CharField(label=gettext_lazy("为什么改"), max_length=120, required=False)


def edit(
    request: HttpRequest, form_class: type[ScopedModelForm], uid: uuid.UUID | None, back: str, **context: Any
) -> HttpResponse:
    """Add or change one row of the user's scope; audited in the same transaction. `back` is a list or a row's page."""
    model = form_class._meta.model
    rows = model.objects.visible_to(request.user)
    if request.method != "POST":
        row = get_object_or_404(rows, uid=uid) if uid else None
        form = form_class(instance=row, user=request.user)
    else:
        with transaction.atomic():
            # Locked from reading to writing: what others do to the row meanwhile is not undone.
            row = get_object_or_404(rows.select_for_update(of=("self",), no_key=True), uid=uid) if uid else None
            form = form_class(request.POST, instance=row, user=request.user)
            if form.is_valid():
                saved = _save(form, request.user, is_new=row is None)
                messages.success(request, _("存好了：%s") % saved)
                return redirect(back, saved.uid) if back.endswith("_detail") else redirect(back)
    context |= {"form": form, "row": row, "page_title": row or model._meta.verbose_name, "back": back}
    return render(request, "benefits/console_form.html", context, status=422 if form.is_bound else 200)


def _save(form: ScopedModelForm, user: Actor, *, is_new: bool) -> Any:
    saved = form.save()
    unit_id = saved.package.unit_id if isinstance(saved, Benefit) else saved.unit_id
    act = f"{saved._meta.model_name}.{'add' if is_new else 'change'}"
    audit.record(actor=user, act=act, obj=saved, unit_id=unit_id, data={"fields": form.changed_data})
    if isinstance(saved, Benefit):
        offers.redraft(benefit=saved, acting_user=user)
    return saved
