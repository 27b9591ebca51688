"""Forms of nominations; they check shapes, the services check rules."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.campaigns.nominees.nominations import LONGEST_STORY, LONGEST_WHY
from events.campaigns.nominees.objections import LONGEST, LONGEST_REASON
from volunteers.homes.models import Resident

PASS, REFUSE = "pass", "refuse"
UPHOLD, DISMISS = "uphold", "dismiss"


class Once(forms.Form):
    """A form that arrives once, by an id made on the phone."""

    uid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"uid": uuid.uuid4()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)


def _area(label: Any, longest: int, rows: int = 3) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, widget=forms.Textarea(attrs={"rows": rows}))


class NominateForm(Once):
    """Why this one."""

    leader = forms.UUIDField(widget=forms.HiddenInput)
    why = _area(_("为什么推荐"), LONGEST_WHY)


class StoryForm(forms.Form):
    """The nominee's own story."""

    story = _area(_("我的故事"), LONGEST_STORY, rows=6)


class ObjectionForm(Once):
    """What somebody has to say."""

    words = _area(_("是什么事"), LONGEST, rows=4)


class VetForm(Once):
    """Pass or refuse, and why; which of the two is the button that was pressed."""

    reason = _area(_("理由"), LONGEST_REASON, rows=2)


class DecideForm(forms.Form):
    """Why an objection holds or not."""

    reason = _area(_("理由"), LONGEST_REASON, rows=2)


class ProxyForm(Once):
    """For which neighbour without a phone a group leader seconds."""

    resident = forms.ChoiceField(label=_("替哪一位"))

    def __init__(self, *args: Any, residents: list[Resident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.residents = {str(one.uid): one for one in residents}
        chosen: Any = self.fields["resident"]
        chosen.choices = [
            (key, f"{one.person.name} · {one.neighbourhood.place or one.neighbourhood.name}")
            for key, one in self.residents.items()
        ]
