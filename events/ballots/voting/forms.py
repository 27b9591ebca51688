"""What comes from the booth: an envelope that the phone sealed, or names for the server to seal."""

from __future__ import annotations

import base64
import binascii
import hmac
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.ballots.sealing import ENVELOPE_LENGTH
from events.ballots.voting.choosing import Asked
from foundation.secrets import hmac_hex

_TEXT_LENGTH = (ENVELOPE_LENGTH * 4 + 2) // 3


def read_envelope(text: str) -> bytes:
    """The bytes of base64url; raises ValueError for anything else."""
    if len(text) != _TEXT_LENGTH:
        raise ValueError("not an envelope")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as wrong:
        raise ValueError("not base64url") from wrong


def read_back_mark(uid: uuid.UUID, choices: Iterable[uuid.UUID]) -> str:
    """Binds the id of a sending to the names that were read back with it, so that one id is never sent for others.

    It stands on the page that is read back, and nowhere else.
    """
    names = ",".join(sorted(one.hex for one in choices))
    return hmac_hex("ballot read back", f"{uid.hex}|{names}")[:32]


class EnvelopeField(forms.CharField):
    """An envelope in base64url, as bytes; empty where the phone did not seal."""

    def to_python(self, value: Any) -> Any:
        """Bytes."""
        text = super().to_python(value)
        if not text:
            return b""
        try:
            return read_envelope(text)
        except ValueError as wrong:
            raise forms.ValidationError(_("这张票没有封好，请再封一次。")) from wrong


class CastForm(forms.Form):
    """One sending: sealed already, or to be sealed here with the mark of what was read back."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    envelope = EnvelopeField(required=False, widget=forms.HiddenInput)
    mark = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)

    def is_for(self, choices: Iterable[uuid.UUID]) -> bool:
        """Whether these are the names that were read back under this id."""
        return hmac.compare_digest(self.cleaned_data["mark"], read_back_mark(self.cleaned_data["id"], choices))


class LookForm(forms.Form):
    """Which part of the list is asked for: a street, words to find, or the page after the one that is shown."""

    street = forms.UUIDField(required=False)
    q = forms.CharField(required=False, max_length=20)
    page = forms.IntegerField(required=False, min_value=1, max_value=500)
    here = forms.UUIDField(required=False)
    words = forms.CharField(required=False, max_length=20)

    def asked(self) -> Asked:
        """What is wrong is left out: the list is shown from its beginning."""
        self.full_clean()
        data = self.cleaned_data
        here = str(data.get("here") or "")
        if data.get("street"):
            return Asked(str(data["street"]))
        if data.get("page"):
            return Asked(here, data.get("words", ""), data["page"])
        return Asked(here, data.get("q", ""))


class AnswerForm(forms.Form):
    """A household's answer: sealed already, or a step with an id of its own, as <step>.<uuid>."""

    id = forms.UUIDField(required=False)
    envelope = EnvelopeField(required=False)
    step = forms.RegexField(r"^[1-5]\.[0-9a-f-]{36}$", required=False)

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data = super().clean() or {}
        if data.get("envelope") and data.get("id"):
            return data
        number, _dot, uid = data.get("step", "").partition(".")
        try:
            return data | {"id": uuid.UUID(uid), "step": int(number), "envelope": b""}
        except ValueError as wrong:
            raise forms.ValidationError(_("请选一个回答，也可以跳过。")) from wrong


class CodeForm(forms.Form):
    """The eight digits of a pass, with or without spaces."""

    code = forms.CharField(label=_("凭条上的 8 个数字"), max_length=12)
    answer = forms.CharField(label=_("先答一道小题"), max_length=10, required=False)
