"""Merchants' accounts at a desk: who verifies where, for the staff of the merchant's unit."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from foundation import clock
from foundation.secrets import mask_name, mask_phone
from rewards.benefits import clerks
from rewards.benefits.models import Merchant, MerchantClerk
from volunteers.orgs.console_forms import LastDayForm, PersonForm, form_page, fresh
from volunteers.people.search import matching
from volunteers.units.console import DayColumn, ExportColumn, ScopedListView, requires, routes
from volunteers.units.rights import Right

RIGHT = Right.MANAGE_BENEFITS


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("为什么"), max_length=200)


class ClerkFilterSet(WagtailFilterSet):
    """By merchant, and whether still there."""

    merchant = django_filters.ModelChoiceFilter(
        label=gettext_lazy("商家"),
        queryset=lambda request: Merchant.objects.visible_to(request.user).order_by("pinyin"),
        to_field_name="uid",
    )
    now = django_filters.ChoiceFilter(
        label=gettext_lazy("在岗"),
        method="filter_now",
        choices=[("yes", gettext_lazy("在岗")), ("no", gettext_lazy("已结束"))],
    )

    class Meta:
        model = MerchantClerk
        fields = ("merchant", "now")

    def filter_now(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """At work, or no more."""
        gone = Q(ends_on__lt=clock.today())
        return rows.filter(gone if value == "no" else ~gone | Q(ends_on__isnull=True))


class ClerkListView(ScopedListView):
    """Everybody who verifies for a merchant, by merchant and name."""

    right = RIGHT
    model = MerchantClerk
    page_title = gettext_lazy("商家账号")
    header_icon = "user"
    search_hint = gettext_lazy("姓名、拼音、首字母或手机号末四位")
    filterset_class = ClerkFilterSet
    default_ordering = ("merchant__pinyin", "merchant_id", "person__pinyin", "pk")
    columns = (
        TitleColumn(
            "person.name",
            label=gettext_lazy("姓名"),
            get_url=lambda clerk: reverse("console_merchant_clerks", args=[clerk.merchant.uid]),
        ),
        Column("merchant.name", label=gettext_lazy("商家")),
        Column("merchant.unit.name", label=gettext_lazy("所在单位")),
        Column("person.masked_phone", label=gettext_lazy("手机号")),
        DayColumn("starts_on", label=gettext_lazy("从")),
        DayColumn("ends_on", label=gettext_lazy("到")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("姓名"), "person.name", mask_name),
        ExportColumn(gettext_lazy("商家"), "merchant.name"),
        ExportColumn(gettext_lazy("所在单位"), "merchant.unit.name"),
        ExportColumn(gettext_lazy("手机号"), "person.phone", mask_phone),
        ExportColumn(gettext_lazy("从"), "starts_on"),
        ExportColumn(gettext_lazy("到"), "ends_on"),
    )

    def get_base_queryset(self) -> QuerySet[MerchantClerk]:
        """With person, merchant and unit."""
        rows: QuerySet[MerchantClerk] = super().get_base_queryset().select_related("person", "merchant__unit")
        return rows

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """As people are found everywhere."""
        return matching(rows, words)


def _merchant(request: HttpRequest, uid: uuid.UUID) -> Merchant:
    return get_object_or_404(Merchant.objects.visible_to(request.user).select_related("unit"), uid=uid)


def _clerk(request: HttpRequest, uid: uuid.UUID) -> MerchantClerk:
    rows = MerchantClerk.objects.visible_to(request.user).select_related("person", "merchant__unit")
    return get_object_or_404(rows, uid=uid)


def _page_of(merchant: Merchant) -> str:
    return reverse("console_merchant_clerks", args=[merchant.uid])


@requires(RIGHT)
def merchant_clerks(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One merchant: who verifies here, and who did."""
    merchant = _merchant(request, uid)
    listed = merchant.clerks.select_related("person").order_by("-starts_on", "pk")
    title = _("%s的账号") % merchant.name
    context = {"merchant": merchant, "clerks": listed, "today": clock.today(), "page_title": title}
    return render(request, "benefits/console_clerks.html", context)


@requires(RIGHT)
def clerk_create(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Somebody, by name and number, verifies for the merchant."""
    merchant = _merchant(request, uid)
    return form_page(
        request,
        PersonForm(fresh(request.POST)),
        lambda data: clerks.add_clerk(merchant=merchant, **data, acting_user=request.user),
        title=_("添一位店员：%s") % merchant.name,
        back=_page_of(merchant),
        done=_("店员添好了，用这个手机号登录就能验券。"),
    )


@requires(RIGHT)
def clerk_end(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """A clerk's last day."""
    clerk = _clerk(request, uid)
    return form_page(
        request,
        LastDayForm(fresh(request.POST)),
        lambda data: clerks.end_clerk(clerk=clerk, **data, acting_user=request.user),
        title=_("%(name)s不再为%(merchant)s验券") % {"name": clerk.person.name, "merchant": clerk.merchant.name},
        back=_page_of(clerk.merchant),
        done=_("记下了，最后一天过后就不能再验券。"),
    )


@requires(RIGHT)
def clerk_remove(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Out at once."""
    clerk = _clerk(request, uid)
    return form_page(
        request,
        ReasonForm(fresh(request.POST)),
        lambda data: clerks.remove_clerk(clerk=clerk, **data, acting_user=request.user),
        title=_("马上移除%s") % clerk.person.name,
        back=_page_of(clerk.merchant),
        done=_("移除了，从现在起不能再验券。"),
        intro=_("添错了人，或者手机丢了，用这一项；正常离开请用“结束”，留下起止日期。以前验过的券不受影响。"),
        button=_("马上移除"),
    )


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        *routes(ClerkListView, "rewards/clerk", "console_clerk"),
        path("rewards/merchant/<uuid:uid>/clerks/", merchant_clerks, name="console_merchant_clerks"),
        path("rewards/merchant/<uuid:uid>/clerks/new/", clerk_create, name="console_clerk_create"),
        path("rewards/clerk/<uuid:uid>/end/", clerk_end, name="console_clerk_end"),
        path("rewards/clerk/<uuid:uid>/remove/", clerk_remove, name="console_clerk_remove"),
    ]
