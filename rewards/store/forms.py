"""Forms of the store; shapes only."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from foundation.actors import Actor
from frontend.inputs import DayInput
from rewards.store import money
from rewards.store.models import Confirmed, ExchangeDay, Goods, GoodsBudget, PassbookEnd, Store
from rewards.store.services import MOST_AT_ONCE
from rewards.store.stock import MOST_PIECES
from volunteers.units.forms import UnitField
from volunteers.units.models import Level
from volunteers.units.rights import Right


class WithId(forms.Form):
    """A form whose act carries an id made before it is sent."""

    id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"id": uuid.uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)


class ReserveForm(WithId):
    """How many."""

    quantity = forms.IntegerField(
        label=_("几件"), min_value=1, max_value=MOST_AT_ONCE, initial=1, widget=forms.NumberInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"quantity": 1} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)


class CollectorForm(WithId):
    """Who may collect, and how they are related."""

    name = forms.CharField(label=_("谁来领"), max_length=30, required=False)
    relation = forms.CharField(label=_("是您的什么人"), max_length=20, required=False)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("为什么"), max_length=120)


class ReturnForm(ReasonForm):
    """Why it came back, and whether it can be given again."""

    on_shelf = forms.BooleanField(label=_("东西是好的，放回货架"), required=False)


class OnceChosenForm(forms.ModelForm):
    """A row that belongs to something which is chosen once, when it is new: a community, a store."""

    belongs_to: ClassVar[str]

    def __init__(self, *args: Any, chooser: forms.Field, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.fields = {self.belongs_to: chooser, **self.fields}

    def clean(self) -> dict[str, Any]:
        """Where it belongs, before it is compared with others of that place."""
        data: dict[str, Any] = super().clean() or {}
        if data.get(self.belongs_to):
            setattr(self.instance, self.belongs_to, data[self.belongs_to])
        return data

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {self.belongs_to}  # type: ignore[misc]


class OfStoreForm(OnceChosenForm):
    """A row of a store that the user keeps."""

    belongs_to = "store"

    def __init__(self, *args: Any, user: Actor, **kwargs: Any) -> None:
        stores = Store.objects.visible_to(user).order_by("unit__path", "pinyin")
        label = _("积分超市")
        chooser = forms.ModelChoiceField(queryset=stores, to_field_name="uid", label=label, empty_label=None)
        super().__init__(*args, chooser=chooser, **kwargs)


class OfCommunityForm(OnceChosenForm):
    """A row of a community in which the user has a right."""

    belongs_to = "unit"
    right: ClassVar[Right]

    def __init__(self, *args: Any, user: Actor, **kwargs: Any) -> None:
        chooser = UnitField(user=user, right=self.right, levels=[Level.COMMUNITY], label=_("社区"))
        super().__init__(*args, chooser=chooser, **kwargs)


class StoreForm(OfCommunityForm):
    """A store."""

    right = Right.KEEP_STORE

    class Meta:
        model = Store
        fields = ("name", "place", "opening", "is_open")


class GoodsForm(OfStoreForm):
    """One sort of goods; the first price is given with it."""

    points = forms.IntegerField(label=_("几分"), min_value=1, max_value=100_000)
    photo = forms.FileField(label=_("照片"), required=False, help_text=_("可不传"))

    class Meta:
        model = Goods
        fields = ("name", "category", "measure", "most_a_month", "is_active")
        labels: ClassVar = {"most_a_month": _("每人 30 天最多几件")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["points"]


class PriceForm(forms.Form):
    """What a piece costs from a day on."""

    points = forms.IntegerField(label=_("几分"), min_value=1, max_value=100_000)
    starts_on = forms.DateField(label=_("从哪天起"), widget=DayInput)


class IntakeForm(WithId):
    """What was bought, at which price."""

    quantity = forms.IntegerField(label=_("件数"), min_value=1, max_value=MOST_PIECES)
    cost = forms.DecimalField(label=_("单价（元）"), min_value=Decimal(0), max_value=Decimal(100_000), decimal_places=2)
    reason = forms.CharField(label=_("说明"), max_length=120, required=False, help_text=_("像发票号、谁送来的"))

    def clean_cost(self) -> int:
        """In fen."""
        return money.fen(self.cleaned_data["cost"])


class SpoilForm(WithId):
    """What cannot be given any more."""

    quantity = forms.IntegerField(label=_("件数"), min_value=1, max_value=MOST_PIECES)
    reason = forms.CharField(label=_("怎么坏的"), max_length=120)


class BudgetForm(OfCommunityForm):
    """Money for goods of a community in a year."""

    right = Right.KEEP_BUDGETS
    yuan = forms.DecimalField(
        label=_("预算（元）"), max_value=Decimal(100_000_000), decimal_places=2,
        validators=[MinValueValidator(Decimal(0))],
    )  # fmt: skip

    class Meta:
        model = GoodsBudget
        fields = ("year",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["year"]
            self.fields["yuan"].initial = money.yuan(self.instance.fen)

    def clean(self) -> dict[str, Any]:
        """In fen."""
        data = super().clean()
        if data.get("yuan") is not None:
            self.instance.fen = money.fen(data["yuan"])
        return data


class DayForm(OfStoreForm):
    """An exchange day."""

    class Meta:
        model = ExchangeDay
        fields = ("on", "hours", "place")
        widgets: ClassVar = {"on": DayInput}


class CallOffForm(forms.Form):
    """Why an exchange day does not take place."""

    reason = forms.CharField(label=_("为什么取消（大家会看到）"), max_length=80)


class NumberForm(forms.Form):
    """A card, a passbook or a reservation, typed or scanned."""

    number = forms.CharField(
        label=_("兑换码、存折或卡上的号码"), max_length=20, widget=forms.TextInput(attrs={"data-scanned": True})
    )


class ServeForm(WithId):
    """What somebody gets at the counter, and how they agreed."""

    goods = forms.ModelChoiceField(
        queryset=Goods.objects.none(), to_field_name="uid", label=_("换什么"), empty_label=None
    )
    quantity = forms.IntegerField(label=_("几件"), min_value=1, max_value=MOST_AT_ONCE)
    confirmed = forms.ChoiceField(label=_("本人怎么确认的"), choices=Confirmed.choices)
    code = forms.CharField(label=_("手机上的 6 个数字"), max_length=6, required=False)

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        kwargs["initial"] = {"quantity": 1} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        on_offer = Goods.objects.filter(store=store).on_offer()
        self.fields["goods"].queryset = on_offer  # type: ignore[attr-defined]
        self.fields["goods"].label_from_instance = _offered  # type: ignore[attr-defined]


def _offered(goods: Any) -> str:
    return str(_("%(name)s %(measure)s · %(points)d 分 · 还有 %(left)d 件")) % {
        "name": goods.name, "measure": goods.measure, "points": goods.price, "left": goods.left,
    }  # fmt: skip


class CountForm(WithId):
    """What lies on the shelves, a box for each sort of goods; one that stays empty was not counted."""

    reason = forms.CharField(label=_("对不上的，为什么"), max_length=120, required=False)

    def __init__(self, *args: Any, goods: list[Goods], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goods = goods
        for one in goods:
            label = f"{one.name} {one.measure}"
            self.fields[f"n{one.pk}"] = forms.IntegerField(
                label=label, min_value=0, max_value=MOST_PIECES, required=False
            )

    def counted(self) -> dict[int, int]:
        """By the key of the goods."""
        found = {one.pk: self.cleaned_data.get(f"n{one.pk}") for one in self.goods}
        return {key: value for key, value in found.items() if value is not None}


class ReplaceForm(forms.Form):
    """Why a new passbook."""

    why = forms.ChoiceField(
        label=_("为什么换新的"), choices=[(one.value, one.label) for one in (PassbookEnd.LOST, PassbookEnd.FULL)]
    )


class ReprintForm(ReasonForm):
    """Which pages once more, and why."""

    page = forms.IntegerField(min_value=1)
