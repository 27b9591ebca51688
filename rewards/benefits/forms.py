"""Forms of benefits; shapes only."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    """Eight digits, typed or scanned; spaces and dashes between them do not matter."""

    code = forms.CharField(label=_("8 个数字"), max_length=20)

    def clean_code(self) -> str:
        """Digits only."""
        code = "".join(sign for sign in str(self.cleaned_data["code"]) if sign.isdecimal())
        code = "".join(str(int(sign)) for sign in code)
        if len(code) != 8:
            raise forms.ValidationError(_("码是 8 个数字，请再看一下顾客的手机。"))
        return code


class UseForm(forms.Form):
    """Use a code up; the id is made before sending."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    voucher = forms.UUIDField(widget=forms.HiddenInput)


class RefusalForm(forms.Form):
    """What happened in the shop, in a sentence or not at all."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("怎么回事？"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"id": uuid.uuid4()})
        super().__init__(*args, **kwargs)
