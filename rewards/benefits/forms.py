"""Forms of benefits; shapes only."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class RefusalForm(forms.Form):
    """What happened in the shop, in a sentence or not at all."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("怎么回事？"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"id": uuid.uuid4()})
        super().__init__(*args, **kwargs)


class PaperForm(forms.Form):
    """A paper voucher for a benefit; the id is made before sending."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    benefit = forms.UUIDField(widget=forms.HiddenInput)
