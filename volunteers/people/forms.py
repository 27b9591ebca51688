"""Forms about one's own data; they check shapes, the services check rules."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation import clock
from volunteers.people.models import Channel, PersonalRequest


class MonthField(forms.CharField):
    """A month as 1958-05; becomes its first day."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "month"}))
        super().__init__(max_length=7, **kwargs)

    def clean(self, value: Any) -> Any:
        """The first day of the month; None when empty."""
        text = super().clean(value)
        if not text:
            return None
        try:
            day = dt.date.fromisoformat(f"{text}-01")
        except ValueError as wrong:
            raise forms.ValidationError(_("请写成 1958-05 这样。")) from wrong
        if not dt.date(1900, 1, 1) <= day <= clock.today():
            raise forms.ValidationError(_("这个年月不对。"))
        return day


class _WithId(forms.Form):
    id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("id", uuid.uuid4())
        super().__init__(*args, **kwargs)


class BirthForm(forms.Form):
    """One's birth month."""

    born_on = MonthField(label=_("出生年月"), help_text=_("比如 1958-05。"))


class CorrectForm(_WithId):
    """What is wrong, for staff to set right."""

    wanted_name = forms.CharField(label=_("姓名应该是"), max_length=30, required=False)
    words = forms.CharField(
        label=_("别的哪里不对"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        """Something has to be said."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("wanted_name") and not data.get("words"):
            self.add_error("words", _("请写一下哪里不对。"))
        return data


class ObjectForm(_WithId):
    """What somebody does not want done with their data."""

    words = forms.CharField(label=_("不同意怎么用"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class DeleteForm(_WithId):
    """Deleting oneself: a tick, so that no stray tap does it."""

    sure = forms.BooleanField(label=_("我看明白了，删除我的信息"), error_messages={"required": _("请先勾上这一格。")})


class CounterForm(_WithId):
    """A request of somebody at the counter or on paper: found by number, since names repeat."""

    phone = forms.CharField(
        label=_("本人手机号"), max_length=20, required=False, help_text=_("没有手机号的空着，按姓名在您的单位里找。")
    )
    name = forms.CharField(label=_("本人姓名"), max_length=30, help_text=_("请核对身份。这里不登记证件号码。"))
    kind = forms.ChoiceField(label=_("要求"), choices=PersonalRequest.Kind.choices)
    channel = forms.ChoiceField(
        label=_("方式"),
        choices=[(Channel.COUNTER.value, Channel.COUNTER.label), (Channel.PAPER.value, Channel.PAPER.label)],
    )
    wanted_name = forms.CharField(label=_("姓名应该是"), max_length=30, required=False)
    wanted_born_on = MonthField(label=_("出生年月应该是"), required=False, help_text=_("比如 1958-05。"))
    words = forms.CharField(label=_("说明"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class AnswerForm(forms.Form):
    """How a request was answered."""

    decision = forms.ChoiceField(
        choices=[(PersonalRequest.State.DONE.value, _("照办")), (PersonalRequest.State.REFUSED.value, _("不办"))]
    )
    name = forms.CharField(label=_("改成的姓名"), max_length=30, required=False)
    reason = forms.CharField(
        label=_("答复"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("不办的请写明理由；本人看得到这句话。"),
    )  # fmt: skip
