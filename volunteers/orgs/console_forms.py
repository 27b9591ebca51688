"""A page of the console with one form and one thing to do: show, refuse in the form's own words, do, go back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from foundation import clock
from foundation.errors import Conflict, Invalid, Refused
from frontend.inputs import DayInput


def take_refusal(form: forms.BaseForm, refusal: Refused) -> None:
    """What a service did not take, beside the field it is about, else above the form."""
    if not refusal.errors:
        form.add_error(None, str(refusal.message))
    for name, text in refusal.errors.items():
        form.add_error(name if name in form.fields else None, str(text))


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    act: Callable[[dict[str, Any]], object],
    *,
    title: str | Promise,
    back: str,
    done: str | Promise,
    intro: str | Promise = "",
    button: str | Promise = "",
) -> HttpResponse:
    """Show the form; when it is sent and whole, do what it is for with its data and go back. 409 or 422 otherwise."""
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                act(form.cleaned_data)
            except (Conflict, Invalid) as refusal:
                take_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, done)
                return redirect(back)
    context = {"form": form, "page_title": title, "back": back, "intro": intro, "button": button or _("存好")}
    return render(request, "orgs/console_form.html", context, status=status)


def fresh(data: dict[str, Any]) -> Any:
    """What was sent; None for a page that was only asked for."""
    return data or None


class NameForm(forms.Form):
    """A name, and the id under which a new thing is made once."""

    name = forms.CharField(label=_("名称"), max_length=60)


class NewNameForm(NameForm):
    """The name of something new."""

    uid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("uid", uuid.uuid4())
        super().__init__(*args, **kwargs)


class PersonForm(forms.Form):
    """Somebody by name and number, from a day on."""

    name = forms.CharField(label=_("姓名"), max_length=30)
    phone = forms.CharField(
        label=_("手机号"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
        help_text=_("号码已经登记过的，姓名要和登记的一样；没登记过的，新记一位。"),
    )
    starts_on = forms.DateField(label=_("从哪天起"), widget=DayInput, initial=clock.today)


class LastDayForm(forms.Form):
    """The last day of something, and why."""

    last_day = forms.DateField(
        label=_("最后一天"), widget=DayInput, initial=clock.today, help_text=_("这一天过完，午夜起就不算了。")
    )
    reason = forms.CharField(label=_("原因"), max_length=200, required=False)


class IndentedChoice(forms.ModelChoiceField):
    """Nodes of a tree, each indented as deep as it lies below the first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("to_field_name", "uid")
        super().__init__(*args, **kwargs)
        self.top = 0

    def offer(self, nodes: QuerySet[Any], top: int = 1) -> None:
        """These nodes; depth `top` stands at the edge."""
        self.queryset, self.top = nodes, top

    def label_from_instance(self, obj: Any) -> str:
        """The name, moved in."""
        return "　" * max(0, obj.depth - self.top) + str(obj)


class IndentedChoices(IndentedChoice, forms.ModelMultipleChoiceField):
    """Several of them."""
