"""Forms of sign-in."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation import clock
from volunteers.accounts.phones import normal_digits, normal_phone

_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff](?:·?[\u3400-\u9fff\U00020000-\U0003ffff]){1,29}")


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


class RegisterForm(PhoneForm):
    """What a resident tells to be on the roll: as little as it takes."""

    name = forms.CharField(
        label=_("姓名"),
        max_length=30,
        widget=forms.TextInput(attrs=_words(autocomplete="name")),
        error_messages={"required": _("请填姓名。")},
    )
    born = forms.IntegerField(
        label=_("出生年份"),
        required=False,
        min_value=1900,
        widget=forms.TextInput(attrs=_words(inputmode="numeric", autocomplete="bday-year", placeholder="1956")),
        error_messages={"invalid": _("年份是 4 位数字。"), "min_value": _("请再看一眼年份。")},
    )
    of_age = forms.BooleanField(
        label=_("我已满 14 周岁"),
        error_messages={"required": _("满 14 周岁才能自己登记。还没满的，请家里大人来办。")},
    )
    consent = forms.BooleanField(
        label=_("同意把我的姓名和手机号记在居民名册里，随时可以查看和删除"),
        error_messages={"required": _("您同意了，我们才能登记。")},
    )
    field_order = ("name", "phone", "born", "of_age", "consent", "answer")

    def clean_name(self) -> str:
        """2 to 30 Chinese signs, with a dot between the parts of a longer name."""
        name = unicodedata.normalize("NFKC", self.cleaned_data["name"]).replace(" ", "").replace("•", "·")
        if not _NAME.fullmatch(name):
            raise forms.ValidationError(_("请填 2 到 30 个汉字的姓名。"))
        return name

    def clean_born(self) -> int | None:
        """A year that has been."""
        year: int | None = self.cleaned_data["born"]
        if year is not None and year > clock.today().year:
            raise forms.ValidationError(_("请再看一眼年份。"))
        return year


class PasswordForm(_Form):
    """A first password, twice."""

    password = forms.CharField(
        label=_("密码（至少 12 位）"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs=_words(autocomplete="new-password", minlength="12")),
        error_messages={"required": _("请填密码。")},
    )
    again = forms.CharField(
        label=_("再输一遍"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs=_words(autocomplete="new-password")),
        error_messages={"required": _("请再输一遍。")},
    )

    def clean_again(self) -> str:
        """The same twice."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password", again):
            raise forms.ValidationError(_("两遍不一样，请再输一次。"))
        return again


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


class CounterForm(_Form):
    """Another number for somebody who stands at the counter."""

    phone = forms.CharField(
        label=_("新手机号"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        error_messages={"required": _("请填手机号。")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("理由"), max_length=200, error_messages={"required": _("写一句理由，比如“本人持身份证到窗口办理”。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    seen = forms.BooleanField(
        label=_("本人在场，身份证明已当面核对"), error_messages={"required": _("要当面核对过才能改。")}
    )


def refuse(form: forms.Form, field: str, message: Any) -> None:
    """Put a service's refusal beside the field it is about."""
    if not form.is_bound:
        raise ValueError("only a form that was sent can be refused")
    form.full_clean()
    form.add_error(field, str(message))
