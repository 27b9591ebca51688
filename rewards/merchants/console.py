"""Merchants at a desk: the list, what is needed to add or invite one, the menu."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

import django_filters
from django import forms
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from foundation import audit, clock
from foundation.errors import Conflict, Invalid
from rewards.benefits.console_forms import ScopedModelForm
from rewards.benefits.models import Merchant
from rewards.merchants import console_pages, joining
from rewards.merchants.selectors import fulfilment_of, need_a_hand
from volunteers.accounts.staff import qr_of
from volunteers.homes.signs import base_of
from volunteers.orgs.console_forms import take_refusal
from volunteers.units.console import (
    BENEFITS_MENU,
    ExportColumn,
    NumberColumn,
    PlaceFilter,
    ScopedListView,
    ScopedMenuItem,
    page,
    requires,
    routes,
)
from volunteers.units.models import Level
from volunteers.units.rights import Right, units_where
from volunteers.units.selectors import named_like

RIGHT = Right.MANAGE_BENEFITS
STAFFED_LEVELS = [level.value for level in (Level.DISTRICT, Level.STREET, Level.COMMUNITY)]
MERCHANTS = ("console_merchant_list", gettext_lazy("爱心商家"))


class MerchantFilterSet(WagtailFilterSet):
    """By place and state, and those whom somebody should call on."""

    place = PlaceFilter()
    needs = django_filters.ChoiceFilter(
        label=gettext_lazy("帮一把"), method="filter_needs", choices=[("yes", gettext_lazy("需要帮一把的"))]
    )

    class Meta:
        model = Merchant
        fields = ("place", "state", "needs")

    def filter_needs(self, rows: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        """A report waits, nobody verifies, or no agreement is on file."""
        return need_a_hand(rows)


def _kept(merchant: Merchant) -> str:
    """The fulfilment rate with its n, in words; nothing below ten."""
    kept = merchant.kept  # type: ignore[attr-defined]
    if kept.percent is None:
        return ""
    return _("%(percent)d%%（%(n)d 次）") % {"percent": kept.percent, "n": kept.n}


class MerchantListView(ScopedListView):
    """Merchants, by name and by nothing else."""

    right = RIGHT
    model = Merchant
    page_title = gettext_lazy("爱心商家")
    header_icon = "group"
    search_hint = gettext_lazy("商家名称、拼音或首字母")
    filterset_class = MerchantFilterSet
    default_ordering = ("pinyin", "pk")
    columns = (
        TitleColumn("name", label=gettext_lazy("名称"), get_url=lambda m: reverse("console_merchant", args=[m.uid])),
        Column("address", label=gettext_lazy("地址")),
        Column("unit", label=gettext_lazy("所在单位")),
        Column("get_state_display", label=gettext_lazy("状态")),
        NumberColumn("clerk_count", label=gettext_lazy("几位店员")),
        Column("kept", label=gettext_lazy("兑现率"), accessor=_kept),
    )
    export_columns = (
        ExportColumn(gettext_lazy("名称"), "name"),
        ExportColumn(gettext_lazy("地址"), "address"),
        ExportColumn(gettext_lazy("做什么的"), "about"),
        ExportColumn(gettext_lazy("所在单位"), "unit.name"),
        ExportColumn(gettext_lazy("状态"), "get_state_display"),
        ExportColumn(gettext_lazy("几位店员"), "clerk_count"),
        ExportColumn(gettext_lazy("兑现率"), _kept),
    )

    def get_base_queryset(self) -> QuerySet[Merchant]:
        """With their units, and how many verify there today."""
        today = clock.today()
        now = Q(clerks__ends_on__isnull=True) | Q(clerks__ends_on__gte=today)
        rows: Any = super().get_base_queryset().select_related("unit")
        found: QuerySet[Merchant] = rows.annotate(
            clerk_count=Count("clerks", filter=now & Q(clerks__starts_on__lte=today))
        )
        return found

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By name and by how it sounds."""
        return rows.filter(named_like(words))

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With what is counted once for the page."""
        return super().get_table(_counted(object_list))

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterable[Any]:
        """All of them: there are some hundred in a district."""
        return _counted(rows)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """On to a new one, and to everybody who verifies."""
        return [
            HeaderButton(_("邀请一家"), url=reverse("console_merchant_invite"), icon_name="mail"),
            HeaderButton(_("添一家"), url=reverse("console_merchant_create"), icon_name="plus"),
            HeaderButton(_("商家账号"), url=reverse("console_clerk_list"), icon_name="user"),
        ]


def _counted(merchants: Iterable[Any]) -> list[Any]:
    listed = list(merchants)
    kept = fulfilment_of(merchant.pk for merchant in listed)
    for merchant in listed:
        merchant.kept = kept[merchant.pk]
    return listed


class MerchantForm(ScopedModelForm):
    """A shop or office as staff write it."""

    class Meta:
        model = Merchant
        fields = ("name", "address", "about", "unit")


class InviteForm(forms.Form):
    """Which shop, and who of it gets the link."""

    unit: Any = forms.ModelChoiceField(label=gettext_lazy("所在单位"), queryset=None, to_field_name="uid")

    shop = forms.CharField(label=gettext_lazy("店名"), max_length=60)
    address = forms.CharField(label=gettext_lazy("地址"), max_length=120, required=False)
    name = forms.CharField(label=gettext_lazy("联系人姓名"), max_length=30)
    phone = forms.CharField(
        label=gettext_lazy("联系人手机号"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("只有用这个号码登录的人能用这个链接。"),
    )

    field_order = ("shop", "unit", "address", "name", "phone")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = units_where(user, RIGHT).current().filter(level__in=STAFFED_LEVELS).order_by("path")
        self.fields["unit"].queryset = own  # type: ignore[attr-defined]


@requires(RIGHT)
def merchant_edit(request: HttpRequest, uid: uuid.UUID | None = None) -> HttpResponse:
    """Add a merchant, or correct what is written of one."""
    row = get_object_or_404(Merchant.objects.visible_to(request.user), uid=uid) if uid else None
    form = MerchantForm(request.POST or None, instance=row, user=request.user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = form.save(commit=False)
            saved.starts_on = saved.starts_on or clock.today()
            saved.save()
            act = "merchant.change" if uid else "merchant.add"
            fields = {"fields": form.changed_data}
            audit.record(actor=request.user, act=act, obj=saved, unit_id=saved.unit_id, data=fields)
        messages.success(request, _("存好了：%s") % saved)
        return redirect("console_merchant", saved.uid)
    title = row.name if row else _("添一家")
    context = page(title, icon="group", trail=[MERCHANTS], form=form, action=_("存好"))
    return render(request, "merchants/console_form.html", context, status=422 if form.is_bound else 200)


@never_cache
@requires(RIGHT)
def merchant_invite(request: HttpRequest) -> HttpResponse:
    """A link for a shop, shown once, with its QR."""
    form = InviteForm(request.POST or None, user=request.user)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made, token = joining.invite(**form.cleaned_data, acting_user=request.user)
            except (Conflict, Invalid) as refusal:
                take_refusal(form, refusal)
                status = refusal.status
            else:
                link = f"{base_of(request)}{reverse('merchant_invitation', args=[token])}"
                title = _("给%s的邀请") % made.shop
                context = page(title, icon="mail", trail=[MERCHANTS], invitation=made, link=link, qr=qr_of(link))
                return render(request, "merchants/console_link.html", context)
    context = page(_("邀请一家"), icon="mail", trail=[MERCHANTS], form=form, action=_("出一个链接"))
    return render(request, "merchants/console_form.html", context, status=status)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    one = "rewards/merchant/<uuid:uid>/"
    return [
        *routes(MerchantListView, "rewards/merchant", "console_merchant"),
        path("rewards/merchant/new/", merchant_edit, name="console_merchant_create"),
        path("rewards/merchant/invite/", merchant_invite, name="console_merchant_invite"),
        path(one, console_pages.merchant_detail, name="console_merchant"),
        path(f"{one}edit/", merchant_edit, name="console_merchant_edit"),
        path(f"{one}accept/", console_pages.merchant_accept, name="console_merchant_accept"),
        path(f"{one}phone/", console_pages.merchant_phone, name="console_merchant_phone"),
        path(f"{one}sign/", console_pages.merchant_sign, name="console_merchant_sign"),
        path(f"{one}agreement/", console_pages.agreement_file, name="console_merchant_agreement"),
        *(
            path(f"{one}{step}/", console_pages.merchant_step, {"step": step}, name=f"console_merchant_{step}")
            for step in console_pages.STEPS
        ),
        path("rewards/agreement/<uuid:uid>/scan/", console_pages.agreement_scan, name="console_agreement_scan"),
    ]


def _entry(label: Any, name: str, icon: str, order: int) -> None:
    @hooks.register(BENEFITS_MENU)
    def item() -> ScopedMenuItem:
        url = reverse(f"console_{name}_list")
        return ScopedMenuItem(label, url, name=f"rewards-{name}", icon_name=icon, order=order, right=RIGHT)


_entry(gettext_lazy("爱心商家"), "merchant", "group", 30)
_entry(gettext_lazy("商家账号"), "clerk", "user", 40)
_entry(gettext_lazy("商家的请求"), "wish", "comment", 45)
_entry(gettext_lazy("未兑现反映"), "refusal", "warning", 50)
