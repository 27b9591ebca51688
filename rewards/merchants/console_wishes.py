"""What merchants ask for, at a desk: make a benefit of a proposal, do what was asked, or send it back with a reason."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from foundation import clock
from foundation.errors import Conflict, Denied, Invalid
from frontend.inputs import DayInput
from rewards.benefits.models import BenefitPackage, BenefitState, Kind
from rewards.merchants import wishes
from rewards.merchants.forms import HEADS
from rewards.merchants.models import MerchantWish, Want, WishState
from rewards.merchants.wishes import Terms
from volunteers.orgs.console_forms import form_page, fresh, take_refusal
from volunteers.units.console import DayColumn, ExportColumn, PlaceFilter, ScopedListView, page, requires, routes
from volunteers.units.rights import Right
from volunteers.units.selectors import named_like

RIGHT = Right.MANAGE_BENEFITS
LIST = ("console_wish_list", gettext_lazy("商家的请求"))


class WishFilterSet(WagtailFilterSet):
    """By place, what is wanted, and whether it waits."""

    place = PlaceFilter("merchant__unit__path")

    class Meta:
        model = MerchantWish
        fields = ("place", "want", "state")


class WishListView(ScopedListView):
    """What waits first, then by time."""

    right = RIGHT
    model = MerchantWish
    page_title = gettext_lazy("商家的请求")
    header_icon = "comment"
    search_hint = gettext_lazy("商家名称、拼音或首字母，或者优惠项")
    empty_text = gettext_lazy("商家还没有提过什么。")
    filterset_class = WishFilterSet
    default_ordering = ("-waits", "-at", "-pk")
    columns = (
        TitleColumn("what", label=gettext_lazy("优惠项"), get_url=lambda w: reverse("console_wish", args=[w.pk])),
        Column("get_want_display", label=gettext_lazy("想要什么")),
        Column("merchant.name", label=gettext_lazy("商家")),
        Column("get_state_display", label=gettext_lazy("状态")),
        DayColumn("at", label=gettext_lazy("时间")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("优惠项"), "what"),
        ExportColumn(gettext_lazy("想要什么"), "get_want_display"),
        ExportColumn(gettext_lazy("商家"), "merchant.name"),
        ExportColumn(gettext_lazy("状态"), "get_state_display"),
        ExportColumn(gettext_lazy("社区的话"), "reason"),
        ExportColumn(gettext_lazy("时间"), "at"),
    )

    def get_base_queryset(self) -> QuerySet[MerchantWish]:
        """With merchant and benefit, and whether it waits."""
        rows: QuerySet[MerchantWish] = super().get_base_queryset().select_related("merchant", "benefit")
        return rows.annotate(waits=ExpressionWrapper(Q(state=WishState.WAITING), BooleanField()))

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the shop, or by what it is about."""
        by_shop = rows.filter(named_like(words, "merchant__"))
        return by_shop | rows.filter(offer__icontains=words) | rows.filter(benefit__name__icontains=words)


class TakeForm(forms.Form):
    """The promise as it goes into a package; the shop's words are there to begin with."""

    package: Any = forms.ModelChoiceField(label=gettext_lazy("放进哪个优惠包"), queryset=None, to_field_name="uid")
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=Kind.choices, initial=Kind.LIFE)
    offer = forms.CharField(label=gettext_lazy("名称"), max_length=40)
    value_text = forms.CharField(label=gettext_lazy("大字"), max_length=12)
    detail = forms.CharField(label=gettext_lazy("说明"), max_length=120, required=False)
    how_to_use = forms.CharField(label=gettext_lazy("怎么用"), max_length=200, required=False)
    roles = forms.MultipleChoiceField(label=gettext_lazy("给谁"), choices=HEADS, widget=forms.CheckboxSelectMultiple)
    uses_each = forms.IntegerField(label=gettext_lazy("每人次数"), min_value=1, max_value=99, required=False)
    places = forms.IntegerField(label=gettext_lazy("名额"), min_value=1, max_value=100_000, required=False)
    starts_on = forms.DateField(label=gettext_lazy("从哪天起"), widget=DayInput, initial=clock.today)
    ends_on = forms.DateField(label=gettext_lazy("到哪天"), widget=DayInput, required=False)

    def __init__(self, *args: Any, user: Any, wish: MerchantWish, **kwargs: Any) -> None:
        names = ("offer", "value_text", "detail", "how_to_use", "roles", "uses_each", "ends_on")
        kwargs["initial"] = {name: getattr(wish, name) for name in names}
        super().__init__(*args, **kwargs)
        running = BenefitPackage.objects.visible_to(user).filter(ends_on__gte=clock.today())
        self.fields["package"].queryset = running.order_by("unit__path", "pk")  # type: ignore[attr-defined]

    def taken(self) -> dict[str, Any]:
        """What the service takes."""
        told = dict(self.cleaned_data)
        rest = {name: told.pop(name) for name in ("package", "places", "starts_on")}
        return {**rest, "kind": Kind(told.pop("kind")), "terms": Terms(**{**told, "roles": tuple(told["roles"])})}


class GrantForm(forms.Form):
    """What leaders read when an offer pauses."""

    reason = forms.CharField(label=gettext_lazy("邻长们看到的话"), max_length=60, required=False)


class BackForm(forms.Form):
    """Why not."""

    reason = forms.CharField(
        label=gettext_lazy("为什么退回"), max_length=200, help_text=gettext_lazy("店家看得到这句话。")
    )


def _wish(request: HttpRequest, uid: uuid.UUID) -> MerchantWish:
    rows = MerchantWish.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("merchant__unit", "benefit__package"), pk=uid)


def _form(request: HttpRequest, wish: MerchantWish) -> Any:
    data = request.POST or None
    if wish.want == Want.OFFER:
        return TakeForm(data, user=request.user, wish=wish)
    form = GrantForm(data, initial={"reason": wish.words[:60]} if wish.want == Want.PAUSE else {})
    if wish.want != Want.PAUSE or wishes.others_giving(wish).exists():
        form.fields["reason"].label = _("跟店家说一句")
    return form


@requires(RIGHT)
def wish_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One wish: what the shop says, and the form that does it."""
    wish = _wish(request, uid)
    waits = wish.state == WishState.WAITING
    form, status = _form(request, wish) if waits else None, 200
    if request.method == "POST":
        status = 422
        if form is None:
            raise Conflict
        if form.is_valid():
            try:
                return _do(request, wish, form)
            except (Conflict, Invalid) as refusal:
                take_refusal(form, refusal)
                status = refusal.status
            except Denied:
                form.add_error(None, _("这个优惠包归上一级管，请把这一条转告他们。"))
                status = 403
    context = page(wish.what, icon="comment", trail=[LIST], wish=wish, form=form, action=_action(wish))
    context["meaning"] = _meaning(wish) if form is not None else ""
    return render(request, "merchants/console_wish.html", context, status=status)


def _meaning(wish: MerchantWish) -> str:
    """What doing it does to the other shops that give the same, and to leaders."""
    if wish.want == Want.OFFER:
        return ""
    names = "、".join(one.name for one in wishes.others_giving(wish))
    if wish.want == Want.RESUME:
        return (
            _("%s 也给这一项，会一起恢复。") % names
            if names and wish.benefit and wish.benefit.state == BenefitState.PAUSED
            else ""
        )
    if names:
        return _("%s 也给这一项。照办只停这一家，别家照常，已领的券照用。") % names
    if wish.want == Want.END:
        return _("只有这一家给。照办以后这一项就结束了，没用完的券一起过期，不能再恢复。")
    return _("只有这一家给。照办以后这一项暂停，次数都留着。")


def _action(wish: MerchantWish) -> str:
    return {
        Want.OFFER: _("做成优惠项（草稿）"),
        Want.PAUSE: _("照办：暂停"),
        Want.RESUME: _("照办：恢复"),
        Want.END: _("照办：结束"),
    }[Want(wish.want)]


def _do(request: HttpRequest, wish: MerchantWish, form: Any) -> HttpResponse:
    if wish.want == Want.OFFER:
        made = wishes.make_benefit(wish=wish, **form.taken(), acting_user=request.user)
        messages.success(request, _("草稿做好了，请另一位同事审核后上线。"))
        return redirect("console_benefit_detail", made.uid)
    wishes.grant(wish=wish, **form.cleaned_data, acting_user=request.user)
    messages.success(request, _("办好了，店里会收到消息。"))
    return redirect("console_wish", wish.pk)


@requires(RIGHT)
def wish_back(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Send it back with a reason."""
    wish = _wish(request, uid)
    return form_page(
        request,
        BackForm(fresh(request.POST)),
        lambda data: wishes.send_back(wish=wish, **data, acting_user=request.user),
        title=_("退回：%s") % wish.what,
        back=reverse("console_wish", args=[uid]),
        done=_("退回了，店里会收到消息。"),
        button=_("退回"),
    )


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        *routes(WishListView, "rewards/wish", "console_wish"),
        path("rewards/wish/<uuid:uid>/", wish_detail, name="console_wish"),
        path("rewards/wish/<uuid:uid>/back/", wish_back, name="console_wish_back"),
    ]
