"""Forms of keys and opening. A passphrase is never shown again, and never kept by the browser."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.ballots.opening.custody import plain
from foundation.actors import Actor
from volunteers.accounts.models import User
from volunteers.people.choosing import PersonField


class AppointForm(forms.Form):
    """Who keeps a part of the key."""

    def __init__(self, *args: Any, user: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = PersonField(user=user, label=_("保管人"))

    def clean_person(self) -> User:
        """The account of the person chosen."""
        found = User.objects.filter(person=self.cleaned_data["person"], is_active=True).first()
        if found is None:
            raise forms.ValidationError(_("这位还没有账号，请先发邀请。"))
        return found


class ThresholdForm(forms.Form):
    """How many it takes."""

    threshold = forms.IntegerField(label=gettext_lazy("几位到场才能开箱"), min_value=1, max_value=9)


def _secret(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": autocomplete, "spellcheck": "false", "autocapitalize": "off"})


class PassphraseForm(forms.Form):
    """The custodian's own passphrase."""

    passphrase = forms.CharField(
        label=gettext_lazy("口令"), max_length=200, strip=False, widget=_secret("current-password")
    )


class EnrolForm(PassphraseForm):
    """A new passphrase, typed twice, and that one has understood what losing it means."""

    again = forms.CharField(label=gettext_lazy("再输一遍"), max_length=200, strip=False, widget=_secret("new-password"))
    understood = forms.BooleanField(label=gettext_lazy("我知道：口令忘了谁也找不回来。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passphrase"].widget = _secret("new-password")
        self.fields["passphrase"].help_text = _("至少 12 个字，或者五个词，中间空一格。自己编一句好记的话。")

    def clean(self) -> dict[str, Any]:
        """Both the same."""
        data: dict[str, Any] = super().clean() or {}
        if "passphrase" in data and "again" in data and plain(data["passphrase"]) != plain(data["again"]):
            self.add_error("again", _("两遍不一样，请再输一次。"))
        return data
