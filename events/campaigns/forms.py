"""Forms of campaigns at a desk."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.campaigns.models import Campaign, CampaignRules
from events.campaigns.rules import NUMBERS, versions
from events.campaigns.services import FURTHEST, LONGEST_REASON, Draft, too_far
from foundation import clock
from frontend.inputs import MomentInput


class DraftForm(forms.Form):
    """What is written into a draft; the timetable follows from the rules and the start."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("名称"), max_length=40, help_text=_("比如：2026 年最美邻长。"))
    about = forms.CharField(
        label=_("给居民的话"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("评选首页上的一段话，300 字以内。不写就用通用的一段。"),
    )  # fmt: skip
    rules = forms.ModelChoiceField(
        label=_("规则版本"), queryset=CampaignRules.objects.none(), to_field_name="number", empty_label=None
    )
    starts_at = forms.DateTimeField(
        label=_("什么时候开始提名"), widget=MomentInput,
        help_text=_("只定这一个时间，后面每一步由规则排出来。"),
    )  # fmt: skip

    def __init__(self, *args: Any, campaign: Campaign | None = None, starts_at: dt.datetime, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"uid": uuid.uuid4(), "starts_at": starts_at}
        if campaign is not None:
            known = {"title": campaign.title, "about": campaign.about, "rules": campaign.rules.number}
            initial |= known | {"uid": campaign.uid}
        super().__init__(*args, **kwargs | {"initial": initial})
        field: Any = self.fields["rules"]
        field.queryset = versions()
        field.label_from_instance = lambda row: _("第 %(number)d 版：%(why)s") % {"number": row.number, "why": row.why}

    def clean_starts_at(self) -> dt.datetime:
        """Within reach, since the timetable is computed before anything is kept."""
        starts_at: dt.datetime = self.cleaned_data["starts_at"]
        if starts_at > clock.now() + FURTHEST:
            raise forms.ValidationError(too_far())
        return starts_at

    def draft(self) -> Draft:
        """What was written, for the service."""
        data = self.cleaned_data
        return Draft(data["title"], data["about"], data["rules"], data["starts_at"])


class ApproveForm(forms.Form):
    """The approval reference; `seen` is the draft that was looked at."""

    seen = forms.CharField(widget=forms.HiddenInput)
    reference = forms.CharField(
        label=_("批文号"), max_length=60, help_text=_("批准办这场评选的文件号。批准以后规则、日程、名额都不能再改。")
    )


class ReasonForm(forms.Form):
    """Why; it stays in the history with the name."""

    reason = forms.CharField(
        label=_("为什么"),
        max_length=LONGEST_REASON,
        help_text=_("和您的名字一起记在评选的进程里。暂停、终止的原因居民也看得到。"),
    )


class RulesForm(forms.ModelForm):
    """A new version of the rules, beginning with the newest."""

    class Meta:
        model = CampaignRules
        fields = (*NUMBERS, "why")

    def numbers(self) -> dict[str, int]:
        """What the version says, for the service."""
        return {name: self.cleaned_data[name] for name in NUMBERS}
