"""Forms of the panel; they check shapes, the services check rules."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.campaigns.models import Campaign, Mark
from foundation.actors import Actor
from volunteers.people.choosing import PersonField
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

PREFIX = "near-"


class MarkForm(forms.Form):
    """A mark from 0 to 100; `uid` makes it arrive once, `replaces` is the mark that was seen."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    replaces = forms.UUIDField(widget=forms.HiddenInput, required=False)
    points = forms.IntegerField(label=_("您打几分（0 到 100）"), min_value=0, max_value=100)

    def __init__(self, *args: Any, mark: Mark | None, **kwargs: Any) -> None:
        seen = {"replaces": mark.pk, "points": mark.points} if mark else {}
        kwargs["initial"] = {"uid": uuid.uuid4(), **seen}
        super().__init__(*args, **kwargs)

    def renewed(self, mark: Mark | None) -> dict[str, str]:
        """What a form that was refused is sent with the next time: an id of its own, and the mark that is seen now."""
        return {"uid": str(uuid.uuid4()), "replaces": str(mark.pk) if mark else ""}


class LeaveForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("为什么"), max_length=200, min_length=2)


def near_of(posted: Mapping[str, Any], known: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """To whom somebody is too near: the candidates beside whom a reason was written."""
    written = {one: str(posted.get(f"{PREFIX}{one}", "")).strip() for one in known}
    return {one: reason for one, reason in written.items() if reason}


class MemberForm(forms.Form):
    """Who is asked to sit on the panel of which campaign, as what."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("身份"), max_length=30, help_text=_("例如：居民代表、退休教师。本人看得到。"))
    field_order = ("uid", "campaign", "person", "title")

    def __init__(self, *args: Any, user: Actor, **kwargs: Any) -> None:
        kwargs["initial"] = {"uid": uuid.uuid4()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        rows = Campaign.objects.running().filter(under(paths_where(user, Right.RUN_CAMPAIGN), "unit__path"))
        campaigns = forms.ModelChoiceField(label=_("哪场评选"), queryset=rows, to_field_name="uid", empty_label=None)
        self.fields["campaign"] = campaigns
        self.fields["person"] = PersonField(user=user, label=_("请谁"), help_text=_("要已经登录过，而且没有被提名。"))
        self.order_fields(self.field_order)
