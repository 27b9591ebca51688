"""Forms of paper ballots; they check shapes, the services check rules."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.ballots.paper.keying import FLAWS
from events.ballots.paper.runs import MOST_IN_A_RUN
from foundation.actors import Actor
from volunteers.people.choosing import PersonField
from volunteers.units.forms import UnitField
from volunteers.units.models import Level
from volunteers.units.rights import Right

_BETWEEN = re.compile(r"[\s,;、.]+")
_QUIET = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


class NewForm(forms.Form):
    """What makes something new carries its id from the page."""

    uid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"uid": uuid.uuid4()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)


class RunForm(NewForm):
    """A pile of ballots for a community."""

    count = forms.IntegerField(label=_("印几张"), min_value=1, max_value=MOST_IN_A_RUN, initial=20)

    def __init__(self, *args: Any, user: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"] = UnitField(
            user=user, right=Right.KEY_BALLOTS, levels=[Level.COMMUNITY], label=_("社区")
        )
        self.order_fields(["uid", "community", "count"])


class ReasonForm(forms.Form):
    """A sentence."""

    reason = forms.CharField(label=_("为什么"), max_length=200)


class RowForm(forms.Form):
    """One ballot of a run, by its row."""

    ballot = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)


class AsideForm(ReasonForm, RowForm):
    """A ballot that cannot be keyed to the end, with a reason."""


class MarkForm(forms.Form):
    """A mark, typed or scanned."""

    mark = forms.CharField(
        label=_("票号"), max_length=30, help_text=_("扫票上的码，或者照着输。"),
        widget=forms.TextInput(attrs={**_QUIET, "autofocus": True}),
    )  # fmt: skip


class LongMarkForm(MarkForm):
    """A mark with more to fill in after it: the Enter of a scanner goes on to the next field (keying.ts)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mark"].widget.attrs["data-enter"] = "next"


class SpoilForm(LongMarkForm):
    """One ballot out of use."""

    reason = forms.CharField(label=_("为什么作废"), max_length=200)


class IssueForm(NewForm):
    """Who carries the ballot, when not the voter; and that an earlier vote is handed back."""

    hands_back = forms.BooleanField(label=_("本人同意：之前投的那一张作废，改用纸质票"), required=False)

    def __init__(self, *args: Any, user: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["carrier"] = PersonField(
            user=user, label=_("带票人"), required=False,
            help_text=_("本人来领就空着。候选人和评委不能替别人带票。"),
        )  # fmt: skip


class PassForm(NewForm):
    """Nothing but an id."""


def lot_numbers(text: str) -> list[int]:
    """Numbers as they are typed: 12 45,103; raises ValueError for anything else."""
    words = _BETWEEN.split(unicodedata.normalize("NFKC", text).strip())
    return [int(word) for word in words if word]


class KeyForm(LongMarkForm, NewForm):
    """What a clerk reads on a ballot: numbers typed or ticked, or that it is blank, or why it is invalid."""

    lots = forms.CharField(
        label=_("选了几号"), max_length=120, required=False, help_text=_("数字之间空一格，像 12 45 103。"),
        widget=forms.TextInput(attrs={**_QUIET, "inputmode": "numeric"}),
    )  # fmt: skip
    is_blank = forms.BooleanField(label=_("空白票"), required=False)
    flaw = forms.ChoiceField(
        label=_("废票"), choices=[("", _("不是废票")), *FLAWS.items()], required=False, widget=forms.RadioSelect
    )
    ticked = forms.TypedMultipleChoiceField(coerce=int, required=False, widget=forms.CheckboxSelectMultiple)

    field_order: tuple[str, ...] = ("uid", "mark", "lots", "is_blank", "flaw")

    def __init__(self, *args: Any, lots: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ticked"].choices = list(lots)  # type: ignore[attr-defined]

    def clean_lots(self) -> list[int]:
        """As numbers."""
        try:
            return lot_numbers(self.cleaned_data["lots"])
        except ValueError as wrong:
            raise forms.ValidationError(_("只写号码，数字之间空一格。")) from wrong

    def numbers(self) -> list[int]:
        """Typed and ticked together."""
        return [*self.cleaned_data["lots"], *self.cleaned_data["ticked"]]


class SettleForm(KeyForm):
    """The same, with a reason."""

    reason = forms.CharField(label=_("为什么这样定"), max_length=200, help_text=_("只说原因，不要写选了谁。"))

    field_order = ("uid", "mark", "lots", "is_blank", "flaw", "reason")
