"""Forms against stuffing; they check shapes, the services check rules."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.ballots.models import DisputeState, QuarantineBatch
from events.ballots.suspicion.sampling import SHARES, size_of

YES, NO = "yes", "no"
LONGEST = 200


class OnceForm(forms.Form):
    """Carries the id that makes it arrive once."""

    uid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"uid": uuid.uuid4()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)


class ProposeForm(OnceForm):
    """What is to become of what was ticked, and why."""

    verdict = forms.ChoiceField(label=_("怎么办"), choices=QuarantineBatch.Verdict.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("为什么"), max_length=LONGEST, help_text=_("另一位同事看了来决定。"))


class DecideForm(forms.Form):
    """The second person's word."""

    agrees = forms.ChoiceField(
        label=_("您的决定"), choices=[(YES, _("同意，照办")), (NO, _("不同意，放回去"))], widget=forms.RadioSelect
    )
    answer = forms.CharField(label=_("理由"), max_length=LONGEST)


class DisputeForm(OnceForm):
    """That it was not me; a word may be added."""

    words = forms.CharField(
        label=_("想补充的话"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class DisputeDecisionForm(forms.Form):
    """What came of the talk."""

    state = forms.ChoiceField(
        label=_("核实下来"),
        choices=[
            (DisputeState.VOIDED.value, _("不是本人投的：作废，截止前本人可以重新投")),
            (DisputeState.KEPT.value, _("是本人投的：请另一位同事同意，照常有效")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("怎么核实的"), max_length=LONGEST, help_text=_("本人会看到这句话。"))


class SampleForm(forms.Form):
    """How fine a sample, and why."""

    share = forms.TypedChoiceField(label=_("要查出多少"), coerce=float, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("为什么抽"), max_length=LONGEST)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _("百张里有 %(percent)s 张冒投就能发现：问 %(n)d 位")
        choices = [(share, words % {"percent": f"{share * 100:g}", "n": size_of(share)}) for share in SHARES]
        self.fields["share"].choices = choices  # type: ignore[attr-defined]
        self.fields["share"].initial = SHARES[0]
