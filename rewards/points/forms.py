"""Forms of points at a desk. Nothing is filled in that would be a guess."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.actors import Actor
from foundation.idempotency import fingerprint
from frontend.inputs import DayInput
from rewards.points.awards import by_hand
from rewards.points.budgets import LEVELS
from rewards.points.editing import Draft
from rewards.points.models import RuleVersion
from rewards.points.rule_words import words_of
from rewards.points.rules import Worth
from volunteers.people.choosing import PersonField
from volunteers.units.forms import UnitField
from volunteers.units.rights import Right

MOST_POINTS = 10_000_000
"""More than any budget holds."""


class FreshForm(forms.Form):
    """Makes something once: its uid is made with the form."""

    uid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"uid": uuid.uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)


class AwardForm(FreshForm):
    """What for, how much, when and why; to whom besides those who are chosen already."""

    rule = forms.ChoiceField(label=gettext_lazy("为什么事"), widget=forms.RadioSelect)
    quantity = forms.IntegerField(label=gettext_lazy("几件"), min_value=1, max_value=99)
    happened_on = forms.DateField(label=gettext_lazy("哪天的事"), widget=DayInput)
    reason = forms.CharField(
        label=gettext_lazy("说明"), max_length=120, help_text=gettext_lazy("一句话，本人和批准的同事都会看到。")
    )

    def __init__(self, *args: Any, user: Actor, needs_person: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules: Any = self.fields["rule"]
        rules.choices = [(one.code, f"{one.label}（{words_of(one)}）") for one in by_hand()]
        self.fields["person"] = PersonField(user=user, label=_("给谁"), required=needs_person)

    def forget(self, *, but: str) -> None:
        """Leave out what is wrong with other fields: they are not what was asked about."""
        for name in [name for name in self.errors if name != but]:
            del self.errors[name]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("为什么"), max_length=120)


class AnswerForm(forms.Form):
    """Why something is not approved; whoever asked reads it."""

    reason = forms.CharField(
        label=gettext_lazy("为什么不批准"), max_length=200, help_text=gettext_lazy("申请的同事会看到。")
    )


class FindLinesForm(forms.Form):
    """Whose lines."""

    def __init__(self, *args: Any, user: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = PersonField(user=user, label=_("谁的积分记录"))


class FillForm(FreshForm):
    """Points into a unit's budget."""

    points = forms.IntegerField(label=gettext_lazy("多少分"), min_value=1, max_value=MOST_POINTS)
    reason = forms.CharField(label=gettext_lazy("用在哪里"), max_length=120)

    def __init__(self, *args: Any, user: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = UnitField(user=user, right=Right.KEEP_BUDGETS, levels=LEVELS, label=_("哪个单位"))
        self.fields = {"uid": self.fields["uid"], "unit": unit, **self.fields}


class TakeBackForm(FreshForm):
    """Unused points out of a unit's budget."""

    points = forms.IntegerField(label=gettext_lazy("收回多少分"), min_value=1, max_value=MOST_POINTS)
    reason = forms.CharField(label=gettext_lazy("为什么收回"), max_length=120)


class LookForm(forms.Form):
    """What a second look at an award found."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("看下来"),
        choices=[("in_order", gettext_lazy("没有问题")), ("not_in_order", gettext_lazy("有问题"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("有问题的，写一句哪里有问题。"),
    )


class RulesForm(FreshForm):
    """What holds for all rules of a version."""

    starts_on = forms.DateField(label=gettext_lazy("从哪天起"), widget=DayInput)
    why = forms.CharField(label=gettext_lazy("为什么改"), max_length=200, help_text=gettext_lazy("大家会看到。"))
    ceiling = forms.IntegerField(label=gettext_lazy("每人每月最多几分"), min_value=1)
    valid_months = forms.IntegerField(label=gettext_lazy("新得的积分管几个月"), min_value=1)
    warn_days = forms.IntegerField(label=gettext_lazy("到期前几天提醒"), min_value=1)


class LineForm(forms.Form):
    """One rule of a version; an empty one at the end adds a rule of things written down by staff."""

    code = forms.CharField(widget=forms.HiddenInput, required=False, max_length=30)
    label = forms.CharField(label=gettext_lazy("名称"), max_length=40, required=False)
    measure = forms.CharField(label=gettext_lazy("量词"), max_length=10, required=False)
    points = forms.IntegerField(label=gettext_lazy("每件几分"), min_value=1, max_value=1000, required=False)
    most_at_once = forms.IntegerField(label=gettext_lazy("一次最多几件"), min_value=1, max_value=1000, required=False)
    most_a_month = forms.IntegerField(label=gettext_lazy("每月最多几件"), min_value=1, max_value=1000, required=False)
    drop = forms.BooleanField(label=gettext_lazy("去掉"), required=False)

    def clean(self) -> dict[str, Any]:
        """A rule has a name, a measure and points, or it is left empty altogether."""
        data: dict[str, Any] = super().clean() or {}
        if self.is_left_out(data):
            return data
        for name in ("label", "measure", "points"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("请填一下。"))
        return data

    @staticmethod
    def is_left_out(data: dict[str, Any]) -> bool:
        """Dropped, or a new one that nobody filled in."""
        return bool(data.get("drop")) or not any(data.get(name) for name in ("code", "label", "points"))


LineFormSet = forms.formset_factory(LineForm, extra=2, max_num=60)


def initial_lines(lines: list[Worth]) -> list[dict[str, Any]]:
    """The rules as the forms take them."""
    names = ("code", "label", "measure", "points", "most_at_once", "most_a_month")
    return [{name: getattr(line, name) for name in names} for line in lines]


def draft_from(form: RulesForm, lines: Any, known: dict[str, Worth]) -> Draft:
    """What was typed; which rules count by themselves is known, and never typed."""
    kept = [one.cleaned_data for one in lines if not LineForm.is_left_out(one.cleaned_data)]
    data = {name: form.cleaned_data[name] for name in ("starts_on", "why", "ceiling", "valid_months", "warn_days")}
    return Draft(lines=[_worth(one, known) for one in kept], **data)


def _worth(data: dict[str, Any], known: dict[str, Worth]) -> Worth:
    # Made of the name, so that the same form sent twice is the same draft.
    code = data["code"] if data["code"] in known else f"hand_{fingerprint({'label': data['label']})[:16]}"
    return Worth(
        code, data["label"], data["points"], data["measure"], data["most_at_once"], data["most_a_month"],
        known[code].by_hand if code in known else True,
    )  # fmt: skip


def initial_version(version: RuleVersion, *, again: bool) -> dict[str, Any]:
    """The numbers of a version; day and reason only of the very same draft, never as a guess for a new one."""
    names = ["ceiling", "valid_months", "warn_days", *(["uid", "starts_on", "why"] if again else [])]
    return {name: getattr(version, name) for name in names}
