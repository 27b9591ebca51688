"""Forms of events; they check shapes, the services check rules."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.gatherings.hours import Came


class SignUpForm(forms.Form):
    """Nothing to fill in: the id makes it arrive once."""

    id = forms.UUIDField(widget=forms.HiddenInput)


class HoursForm(forms.Form):
    """Who is ticked, each with minutes; `nobody` says that none of them came."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    nobody = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Somebody, or the word that it was nobody."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.ticked() and not cleaned.get("nobody"):
            raise forms.ValidationError(_("先勾选来了的人。一个都没来，就点“都没来”。"))
        return cleaned

    def ticked(self) -> dict[uuid.UUID, int | None]:
        """Uids of the ticked, with the minutes chosen for each."""
        sent: Any = self.data
        found: dict[uuid.UUID, int | None] = {}
        for text in sent.getlist("person"):
            try:
                found[uuid.UUID(text)] = int(sent.get(f"minutes-{text}") or 0) or None
            except ValueError:
                continue
        return found

    def came(self) -> list[Came]:
        """What the service takes."""
        return [] if self.cleaned_data["nobody"] else [Came(*one) for one in self.ticked().items()]


class TakeBackForm(forms.Form):
    """Why somebody's hours are taken back; they read it."""

    reason = forms.CharField(label=_("为什么收回"), max_length=100, help_text=_("对方会看到这句话。"))
