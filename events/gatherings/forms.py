"""Forms of events; they check shapes, the services check rules."""

from __future__ import annotations

from django import forms


class SignUpForm(forms.Form):
    """Nothing to fill in: the id makes it arrive once."""

    id = forms.UUIDField(widget=forms.HiddenInput)
