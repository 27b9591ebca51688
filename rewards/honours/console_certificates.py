"""证书, 满周年 and reported cards in the console."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from foundation import clock
from foundation.errors import Conflict, Invalid
from foundation.secrets import mask_name
from rewards.honours import anniversaries, cards, certificates
from rewards.honours.forms import CertificateForm, KindForm, ReasonForm, take_errors
from rewards.honours.models import Certificate, CertificateKind, CertificateState, ThanksCard
from rewards.honours.querysets import honoured_by
from volunteers.people.search import matching
from volunteers.units.console import (
    POINTS_MENU,
    DayColumn,
    ExportColumn,
    NumberColumn,
    PlaceFilter,
    ScopedListView,
    ScopedMenuItem,
    page,
    requires,
    routes,
)
from volunteers.units.models import Appointment, Level, Unit
from volunteers.units.rights import Right, has_right, require
from volunteers.units.selectors import breadcrumbs

may_honour = requires(Right.HONOUR)
CERTIFICATES = ("console_certificate_list", gettext_lazy("证书"))
KINDS = ("console_certificate_kind_list", gettext_lazy("证书种类"))


class CertificateFilterSet(WagtailFilterSet):
    """By place and state."""

    place = PlaceFilter()
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("状态"), empty_label=gettext_lazy("全部"), choices=CertificateState.choices
    )

    class Meta:
        model = Certificate
        fields = ("place", "state")


class CertificateListView(ScopedListView):
    """Certificates of the reader's units, the latest first."""

    right = Right.HONOUR
    model = Certificate
    page_title = gettext_lazy("证书")
    header_icon = "success"
    search_hint = gettext_lazy("姓名、拼音、首字母、手机后四位")
    empty_text = gettext_lazy("还没有证书。满周年的会自己出现。")
    filterset_class = CertificateFilterSet
    default_ordering = ("-dated_on", "pk")
    columns = (
        TitleColumn(
            "title", label=gettext_lazy("名称"), get_url=lambda one: reverse("console_certificate", args=[one.pk])
        ),
        Column("person", label=gettext_lazy("给谁"), accessor="person.name"),
        Column("unit", label=gettext_lazy("签发单位"), accessor="unit.name"),
        DayColumn("dated_on", label=gettext_lazy("日期")),
        Column("number", label=gettext_lazy("编号")),
        Column("state", label=gettext_lazy("状态"), accessor="get_state_display"),
    )
    export_columns = (
        ExportColumn(gettext_lazy("名称"), "title"),
        ExportColumn(gettext_lazy("给谁"), "person.name", mask_name),
        ExportColumn(gettext_lazy("签发单位"), "unit.name"),
        ExportColumn(gettext_lazy("日期"), "dated_on"),
        ExportColumn(gettext_lazy("编号"), "number"),
        ExportColumn(gettext_lazy("状态"), "get_state_display"),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """Of the units whose honours one looks after; one's own are on the phone."""
        return Certificate.objects.filter(honoured_by(self.request.user)).select_related("person", "unit")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the person."""
        return matching(rows, words)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Ways on."""
        return [
            HeaderButton(_("发一张"), url=reverse("console_certificate_create"), icon_name="plus"),
            HeaderButton(_("证书种类"), url=reverse("console_certificate_kind_list"), icon_name="list-ul"),
        ]


@may_honour
@require_http_methods(["GET", "POST"])
def certificate_create(request: HttpRequest) -> HttpResponse:
    """Ask for a certificate."""
    form = CertificateForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = certificates.propose_certificate(**form.cleaned_data, acting_user=request.user)
        except Invalid as refusal:
            take_errors(form, refusal)
        else:
            messages.success(request, _("记下了，请另一位同事签发。"))
            return redirect("console_certificate", made.pk)
    context = page(_("发一张证书"), icon="success", trail=[CERTIFICATES], form=form, action=_("请同事签发"))
    return render(request, "honours/console_form.html", context, status=422 if form.is_bound else 200)


def _certificate(request: HttpRequest, uid: uuid.UUID) -> Certificate:
    rows = Certificate.objects.filter(honoured_by(request.user)).select_related(
        "person", "unit", "kind", "issued_by__person", "approved_by__person", "withdrawn_by__person"
    )
    found: Certificate = get_object_or_404(rows, pk=uid)
    return found


@may_honour
@require_GET
def certificate_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One certificate: sign it or not as a second person, or take it back."""
    found = _certificate(request, uid)
    context = page(found.title, icon="success", trail=[CERTIFICATES], certificate=found, form=ReasonForm())
    context["may_decide"] = found.state == CertificateState.WAITING and found.issued_by_id != request.user.pk
    return render(request, "honours/console_certificate.html", context)


@may_honour
@require_POST
def certificate_approve(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The second signature."""
    certificates.approve_certificate(certificate=_certificate(request, uid), acting_user=request.user)
    messages.success(request, _("签发了，本人已经收到消息。"))
    return redirect("console_certificate", uid)


@may_honour
@require_POST
def certificate_refuse(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """No signature."""
    reason = request.POST.get("reason", "")
    certificates.refuse_certificate(certificate=_certificate(request, uid), reason=reason, acting_user=request.user)
    messages.success(request, _("没有签发。"))
    return redirect("console_certificate", uid)


@may_honour
@require_POST
def certificate_withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Take it back."""
    reason = request.POST.get("reason", "")
    certificates.withdraw_certificate(certificate=_certificate(request, uid), reason=reason, acting_user=request.user)
    messages.success(request, _("撤回了，查验时会显示已作废。"))
    return redirect("console_certificate", uid)


# -- kinds ---------------------------------------------------------------------------------------------------------


def _when(kind: CertificateKind) -> str:
    return _("任职满 %(n)d 年，自己来") % {"n": kind.years} if kind.years else _("由工作人员发")


class KindListView(ScopedListView):
    """Kinds of certificates, by name."""

    right = Right.HONOUR
    model = CertificateKind
    page_title = gettext_lazy("证书种类")
    header_icon = "list-ul"
    search_hint = gettext_lazy("名称或文字")
    search_fields = ("name", "words")
    default_ordering = ("name", "pk")

    @property
    def columns(self) -> list[Column]:
        """The title leads to the form for the district's staff only."""
        may = may_change_kinds(self.request.user)
        url = (lambda one: reverse("console_certificate_kind", args=[one.uid])) if may else None
        return [
            TitleColumn("name", label=_("名称"), get_url=url),
            Column("words", label=_("证书上的话")),
            Column("years", label=_("怎么来"), accessor=_when),
            Column("is_active", label=_("启用"), accessor=lambda one: _("是") if one.is_active else _("停用")),
        ]

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """One way on, for the district."""
        if not may_change_kinds(self.request.user):
            return []
        return [HeaderButton(_("加一种"), url=reverse("console_certificate_kind_create"), icon_name="plus")]


def may_change_kinds(user: Any) -> bool:
    """Staff of the district only: one set for everybody."""
    return any(has_right(user, Right.HONOUR, unit) for unit in Unit.objects.at(Level.DISTRICT))


def _kind_form(request: HttpRequest, kind: CertificateKind) -> HttpResponse:
    require(request.user, Right.HONOUR, *Unit.objects.at(Level.DISTRICT))
    form = KindForm(request.POST or None, instance=kind)
    if request.method == "POST" and form.is_valid():
        certificates.save_kind(kind=form.save(commit=False), acting_user=request.user)
        messages.success(request, _("存好了。已经发出的证书不变。"))
        return redirect("console_certificate_kind_list")
    context = page(kind.name or _("加一种"), icon="list-ul", trail=[CERTIFICATES, KINDS], form=form, action=_("保存"))
    return render(request, "honours/console_form.html", context, status=422 if form.is_bound else 200)


@may_honour
@require_http_methods(["GET", "POST"])
def kind_create(request: HttpRequest) -> HttpResponse:
    """A new kind."""
    return _kind_form(request, CertificateKind())


@may_honour
@require_http_methods(["GET", "POST"])
def kind_edit(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Other words, or no longer on offer."""
    return _kind_form(request, get_object_or_404(CertificateKind.objects.visible_to(request.user), uid=uid))


# -- this month's anniversaries ------------------------------------------------------------------------------------


class AnniversaryFilterSet(WagtailFilterSet):
    """By place."""

    place = PlaceFilter()

    class Meta:
        model = Appointment
        fields = ("place",)


def _day(one: Any) -> str:
    return _("%(n)d 日") % {"n": one.begun.day}


def _years(one: Any) -> int:
    return clock.today().year - int(one.begun.year)


class AnniversaryListView(ScopedListView):
    """Who completes full years of service this month, by date, so that somebody can say thanks in person."""

    right = Right.HONOUR
    model = Appointment
    page_title = gettext_lazy("本月满周年")
    header_icon = "calendar-alt"
    search_hint = gettext_lazy("姓名、拼音、首字母、手机后四位")
    empty_text = gettext_lazy("这个月没有满周年的。")
    filterset_class = AnniversaryFilterSet
    default_ordering = None
    columns = (
        Column("day", label=gettext_lazy("日子"), accessor=_day),
        Column("person", label=gettext_lazy("姓名"), accessor="person.name"),
        NumberColumn("years", label=gettext_lazy("满几年"), accessor=_years),
        Column("where", label=gettext_lazy("在哪里")),
        Column("unit", label=gettext_lazy("单位"), accessor="unit.name"),
    )
    export_columns = (
        ExportColumn(gettext_lazy("日子"), _day),
        ExportColumn(gettext_lazy("姓名"), "person.name", mask_name),
        ExportColumn(gettext_lazy("满几年"), _years),
        ExportColumn(gettext_lazy("单位"), "unit.name"),
        ExportColumn(gettext_lazy("任职从"), "begun"),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """Who serves in the units whose honours one looks after; by the day of the month, never by the years."""
        rows = anniversaries.month_of(clock.today()).filter(honoured_by(self.request.user))
        return rows.select_related("person", "unit").order_by("begun__day", "unit__path", "pk")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the person."""
        return matching(rows, words)

    def get_table(self, object_list: Any) -> Any:
        """With the places above, read once for the page."""
        listed: list[Any] = list(object_list)
        where = breadcrumbs((one.unit for one in listed), top=1)
        for one in listed:
            one.where = where[one.unit_id]
        return super().get_table(listed)


# -- reported cards ------------------------------------------------------------------------------------------------


def _settled(card: ThanksCard) -> str:
    if card.settled_at is None:
        return _("等人看")
    return _("撤下了") if card.removed_at else _("没有问题")


class ThanksListView(ScopedListView):
    """Cards that their persons reported, the latest first. No other card is ever listed."""

    right = Right.HONOUR
    model = ThanksCard
    page_title = gettext_lazy("请工作人员看的感谢卡")
    header_icon = "warning"
    search_hint = gettext_lazy("卡片上的话")
    search_fields = ("words",)
    empty_text = gettext_lazy("没有要看的卡片。")
    default_ordering = ("-reported_at", "pk")
    columns = (
        TitleColumn(
            "words",
            label=gettext_lazy("卡片上的话"),
            accessor=lambda one: one.words or _("（没有写字）"),
            get_url=lambda one: reverse("console_thanks", args=[one.pk]),
        ),
        Column("unit", label=gettext_lazy("单位"), accessor="unit.name"),
        DayColumn("reported_at", label=gettext_lazy("什么时候说的")),
        Column("settled_at", label=gettext_lazy("状态"), accessor=_settled),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """In the units whose honours one looks after."""
        return ThanksCard.objects.reported_to(self.request.user).select_related("unit")


@may_honour
@require_http_methods(["GET", "POST"])
def thanks_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One reported card: take it away, or leave it."""
    rows = ThanksCard.objects.reported_to(request.user).select_related("unit", "to", "sender")
    card: ThanksCard = get_object_or_404(rows, pk=uid)
    if request.method == "POST":
        try:
            cards.settle_card(card=card, remove=request.POST.get("act") == "remove", acting_user=request.user)
        except Conflict as refusal:
            messages.warning(request, str(refusal.message))
        else:
            messages.success(request, _("处理好了。"))
        return redirect("console_thanks_list")
    trail = [("console_thanks_list", ThanksListView.page_title)]
    context = page(_("一张感谢卡"), icon="warning", trail=trail, card=card, said=_settled(card))
    return render(request, "honours/console_thanks.html", context)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        *routes(CertificateListView, "certificates", "console_certificate"),
        path("certificates/add/", certificate_create, name="console_certificate_create"),
        path("certificates/<uuid:uid>/", certificate_detail, name="console_certificate"),
        path("certificates/<uuid:uid>/approve/", certificate_approve, name="console_certificate_approve"),
        path("certificates/<uuid:uid>/refuse/", certificate_refuse, name="console_certificate_refuse"),
        path("certificates/<uuid:uid>/withdraw/", certificate_withdraw, name="console_certificate_withdraw"),
        *routes(KindListView, "certificates/kinds", "console_certificate_kind"),
        path("certificates/kinds/add/", kind_create, name="console_certificate_kind_create"),
        path("certificates/kinds/<uuid:uid>/", kind_edit, name="console_certificate_kind"),
        *routes(AnniversaryListView, "anniversaries", "console_anniversary"),
        *routes(ThanksListView, "thanks", "console_thanks"),
        path("thanks/<uuid:uid>/", thanks_detail, name="console_thanks"),
    ]


def _entry_of_menu(label: Any, name: str, icon: str, order: int) -> ScopedMenuItem:
    return ScopedMenuItem(label, reverse(name), name=name, icon_name=icon, order=order, right=Right.HONOUR)


@hooks.register(POINTS_MENU)
def certificates_item() -> ScopedMenuItem:
    """In the side menu."""
    return _entry_of_menu(gettext_lazy("证书"), "console_certificate_list", "success", 64)


@hooks.register(POINTS_MENU)
def anniversaries_item() -> ScopedMenuItem:
    """In the side menu."""
    return _entry_of_menu(gettext_lazy("本月满周年"), "console_anniversary_list", "calendar-alt", 65)


@hooks.register(POINTS_MENU)
def thanks_item() -> ScopedMenuItem:
    """In the side menu."""
    return _entry_of_menu(gettext_lazy("请看的感谢卡"), "console_thanks_list", "warning", 66)
