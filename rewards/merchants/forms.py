"""Forms of merchants on a phone; shapes only, the services check rules."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from frontend.inputs import DayInput
from rewards.merchants.joining import Shop
from rewards.merchants.wishes import Terms
from volunteers.units.models import THREE_HEADS, Unit

HEADS = [(role.value, role.label) for role in THREE_HEADS]


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class WithId(forms.Form):
    """The id under which something is made once, there before it is sent."""

    id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"id": uuid.uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)


class CodeForm(forms.Form):
    """Digits that were typed, or what the camera read; what they mean is asked of `verifying.check_code`."""

    code = forms.CharField(label=_("8 个数字"), max_length=64, required=False)
    scanned = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Either of them; what was scanned counts first."""
        data: dict[str, Any] = super().clean() or {}
        data["code"] = (data.get("scanned") or data.get("code") or "").strip()
        if not data["code"]:
            self.add_error("code", _("请输码上的 8 个数字。"))
        return data


class UseForm(forms.Form):
    """Use a code up; the id is made before sending."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    voucher = forms.UUIDField(widget=forms.HiddenInput)


class VoidForm(forms.Form):
    """Why a use is taken back."""

    reason = forms.CharField(label=_("为什么作废？"), max_length=120, widget=_area(2))


class ShopForm(forms.Form):
    """What a shop says of itself, and that its agreement was read."""

    name = forms.CharField(label=_("店名"), max_length=60)
    address = forms.CharField(label=_("地址"), max_length=120)
    about = forms.CharField(label=_("做什么的"), max_length=120)
    agreed = forms.BooleanField(
        label=_("约定读过了，我同意"), error_messages={"required": _("请先读一读约定，同意了再送。")}
    )

    def shop(self) -> Shop:
        """What the services take."""
        data = self.cleaned_data
        return Shop(data["name"], data["address"], data["about"])


class _CommunityChoice(forms.ModelChoiceField):
    """A community, after its street."""

    def label_from_instance(self, obj: Unit) -> str:
        """青禾街道 · 桂花社区."""
        return f"{self.streets.get(obj.path[: -Unit.steplen], '')} · {obj.name}"

    streets: dict[str, str]


class ApplyForm(ShopForm):
    """An application of somebody who is signed in."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    unit = _CommunityChoice(label=_("店在哪个社区"), queryset=None, to_field_name="uid", empty_label=_("请选社区"))

    field_order = ("name", "unit", "address", "about", "agreed")

    def __init__(self, *args: Any, communities: QuerySet[Unit], **kwargs: Any) -> None:
        kwargs["initial"] = {"uid": uuid.uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        field: Any = self.fields["unit"]
        above = {path[: -Unit.steplen] for path in communities.values_list("path", flat=True)}
        field.streets = dict(Unit.objects.filter(path__in=above).values_list("path", "name"))
        field.queryset = communities


class OfferForm(WithId):
    """An offer in the shop's words: five lines on a phone."""

    offer = forms.CharField(label=_("给什么？"), max_length=40)
    value_text = forms.CharField(label=_("优惠多少？"), max_length=12)
    uses_each = forms.IntegerField(
        label=_("每人几次？"), min_value=1, max_value=99, required=False, help_text=_("空着就是不限次数。")
    )
    ends_on = forms.DateField(
        label=_("到哪天？"),
        required=False,
        widget=DayInput,
        help_text=_("空着就跟着优惠包，到年底。"),
    )
    how_to_use = forms.CharField(label=_("怎么用？"), max_length=200, required=False, widget=_area(2))
    detail = forms.CharField(label=_("还要说明什么？"), max_length=120, required=False)
    roles = forms.MultipleChoiceField(
        label=_("给谁？"),
        choices=HEADS,
        initial=[value for value, _label in HEADS],
        widget=forms.CheckboxSelectMultiple,
    )

    def terms(self) -> Terms:
        """What the service takes."""
        told = {name: value for name, value in self.cleaned_data.items() if name != "id"}
        return Terms(**{**told, "roles": tuple(told["roles"])})


class AskForm(WithId):
    """A request about what the shop gives, with a sentence or without."""

    words = forms.CharField(label=_("跟社区说一句"), max_length=200, required=False, widget=_area(2))
