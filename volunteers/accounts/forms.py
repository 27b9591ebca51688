"""Forms of sign-in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from volunteers.accounts.phones import normal_digits, normal_phone


def _words(**more: str) -> dict[str, str]:
    return {"class": "input", **more}


class _MarkedField(forms.BoundField):
    """Shows where something has to be corrected."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Django adds `aria-invalid` and `aria-describedby`; this adds the look."""
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        return built | ({"class": "input input--bad"} if self.errors else {})


class _Form(forms.Form):
    bound_field_class = _MarkedField


class PhoneForm(_Form):
    """A phone number, and the answer to a question when one was asked."""

    phone = forms.CharField(
        label=_("手机号"),
        max_length=30,
        widget=forms.TextInput(
            attrs=_words(type="tel", inputmode="tel", autocomplete="tel", placeholder="138 0000 0000")
        ),
        error_messages={"required": _("请填手机号。")},
    )
    answer = forms.CharField(
        label=_("先答一道小题"),
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs=_words(inputmode="numeric", autocomplete="off")),
    )

    def clean_phone(self) -> str:
        """11 digits."""
        phone = normal_phone(self.cleaned_data["phone"])
        if not phone:
            raise forms.ValidationError(_("手机号是 11 位，请再看一眼。"))
        return phone


class CodeForm(_Form):
    """The six digits of a text message."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=20,
        widget=forms.TextInput(
            attrs=_words(inputmode="numeric", autocomplete="one-time-code", placeholder="······", autofocus="autofocus")
        ),
        error_messages={"required": _("请填短信里的 6 位数字。")},
    )

    def clean_code(self) -> str:
        """Six digits."""
        code = normal_digits(self.cleaned_data["code"])
        if len(code) != 6 or not code.isdecimal():
            raise forms.ValidationError(_("验证码是 6 位数字。"))
        return code


class StaffForm(_Form):
    """Account name or number, and password."""

    identifier = forms.CharField(
        label=_("账号或手机号"),
        max_length=60,
        widget=forms.TextInput(attrs=_words(autocomplete="username", autocapitalize="none", spellcheck="false")),
        error_messages={"required": _("请填账号或手机号。")},
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs=_words(autocomplete="current-password")),
        error_messages={"required": _("请填密码。")},
    )
    answer = forms.CharField(
        label=_("先答一道小题"),
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs=_words(inputmode="numeric", autocomplete="off")),
    )


class FactorForm(_Form):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        label=_("动态码"),
        max_length=20,
        widget=forms.TextInput(
            attrs=_words(inputmode="numeric", autocomplete="one-time-code", placeholder="······", autofocus="autofocus")
        ),
        error_messages={"required": _("请填验证器上的 6 位数字。")},
    )

    def clean_code(self) -> str:
        """Six digits, or the eight of a recovery code."""
        code = normal_digits(self.cleaned_data["code"])
        if len(code) not in {6, 8} or not code.isdecimal():
            raise forms.ValidationError(_("动态码是 6 位数字，备用码是 8 位。"))
        return code


def refuse(form: forms.Form, field: str, message: Any) -> None:
    """Put a service's refusal beside the field it is about."""
    if not form.is_bound:
        raise ValueError("only a form that was sent can be refused")
    form.full_clean()
    form.add_error(field, str(message))
