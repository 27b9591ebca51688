"""个人信息请求 at a desk: the list, one request and its answer, a request of somebody without a phone, their copy."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from foundation import privacy
from foundation.errors import Conflict, Invalid, Refused
from volunteers.people import copies, requests
from volunteers.people.erasure import StillNeeded, reasons_against
from volunteers.people.forms import AnswerForm, CounterForm
from volunteers.people.models import PersonalRequest
from volunteers.people.search import matching
from volunteers.people.selectors import persons_meant
from volunteers.units.console import ORDER_MENU, DayColumn, ScopedListView, ScopedMenuItem, requires, routes
from volunteers.units.rights import Right

RIGHT = Right.HANDLE_REQUESTS
may_handle = requires(RIGHT)


class RequestFilterSet(WagtailFilterSet):
    """By state and by what is asked."""

    class Meta:
        model = PersonalRequest
        fields = ("state", "kind")


class RequestListView(ScopedListView):
    """Requests that one's units have to answer, those that are due first on top."""

    right = RIGHT
    model = PersonalRequest
    page_title = gettext_lazy("个人信息请求")
    header_icon = "lock"
    search_hint = gettext_lazy("姓名、拼音、首字母或手机号末四位")
    empty_text = gettext_lazy("没有人提过请求。手机上的“系统里存了我什么”里可以提，窗口收到的在这里登记。")
    filterset_class = RequestFilterSet
    default_ordering = ("answered_at", "due_on", "pk")
    columns = (
        TitleColumn(
            "person.name", label=gettext_lazy("谁"), get_url=lambda row: reverse("console_request", args=[row.uid])
        ),
        Column("get_kind_display", label=gettext_lazy("要求")),
        Column("get_channel_display", label=gettext_lazy("方式")),
        Column("unit", label=gettext_lazy("受理单位")),
        Column("get_state_display", label=gettext_lazy("状态")),
        DayColumn("asked_at", label=gettext_lazy("提出")),
        DayColumn("due_on", label=gettext_lazy("最晚答复")),
    )

    def get_base_queryset(self) -> QuerySet[PersonalRequest]:
        """Open ones first: an answered one has a time."""
        rows = super().get_base_queryset().select_related("person", "unit")
        return rows.order_by(F("answered_at").asc(nulls_first=True), "due_on", "pk")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """As people are found everywhere."""
        return matching(rows, words)

    def order_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """As it is."""
        return queryset

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """On to a request at the counter."""
        return [HeaderButton(_("登记窗口或纸质的请求"), url=reverse("console_request_create"), icon_name="plus")]


def _posted(request: HttpRequest) -> Any:
    """What was sent, an empty form too; None when nothing was."""
    return request.POST if request.method == "POST" else None


def _request(request: HttpRequest, uid: uuid.UUID) -> PersonalRequest:
    rows = PersonalRequest.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("person", "unit", "answered_by__person", "entered_by__person"), uid=uid
    )


@may_handle
@require_http_methods(["GET", "POST"])
def request_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One request: what is asked, what stands in the way, and the answer."""
    row = _request(request, uid)
    form = AnswerForm(_posted(request), initial={"name": row.wanted_name})
    if request.method == "POST" and form.is_valid() and _answer(request, row, form):
        return redirect("console_request_list")
    context = {
        "row": row,
        "form": form,
        "may_answer": row.is_open and requests.may_answer(request.user, row),
        "reasons": reasons_against(row.person) if row.is_open and row.kind == row.Kind.DELETE else [],
        "warnings": privacy.warnings(row.person_id) if row.is_open and row.kind == row.Kind.DELETE else [],
    }
    return render(request, "people/console_request.html", context, status=422 if form.is_bound else 200)


def _answer(request: HttpRequest, row: PersonalRequest, form: AnswerForm) -> bool:
    try:
        requests.answer(request=row, acting_user=request.user, **form.cleaned_data)
    except (Invalid, StillNeeded, Conflict) as refusal:
        for name, text in refusal.errors.items():
            form.add_error(name if name in form.fields else None, str(text))
        if not refusal.errors:
            form.add_error(None, str(refusal.message))
        return False
    messages.success(request, _("办好了，本人会收到消息。"))
    return True


@may_handle
@require_POST
def request_copy(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The copy of somebody at the counter, to be handed over on paper or on a stick."""
    row = _request(request, uid)
    if not row.is_open:
        raise Conflict(_("这件事已经办过了。"))
    content = copies.make_copy(person=row.person, acting_user=request.user, request=row)
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="copy-{row.uid.hex[:8]}.zip"'
    response["Cache-Control"] = "no-store"
    return response


@may_handle
@require_http_methods(["GET", "POST"])
def request_create(request: HttpRequest) -> HttpResponse:
    """Take down a request of somebody at the counter or on paper."""
    form = CounterForm(_posted(request))
    if request.method == "POST" and form.is_valid() and (made := _take_down(request, form)):
        messages.success(request, _("登记好了，最晚 %(day)s 答复。") % {"day": made.due_on})
        return redirect("console_request", made.uid)
    context = {"form": form, "page_title": _("登记请求")}
    return render(request, "people/console_request_form.html", context, status=422 if form.is_bound else 200)


def _take_down(request: HttpRequest, form: CounterForm) -> PersonalRequest | None:
    data = form.cleaned_data
    found = persons_meant(request.user, name=data.pop("name"), phone=data.pop("phone"))
    if len(found) != 1:
        several = _("同名的不止一位，请再填手机号。")
        none = _("没有找到这个人，请核对姓名和手机号；不在您单位的，请到本人所在的单位办。")
        form.add_error("phone" if found else "name", several if found else none)
        return None
    person = found[0]
    try:
        return requests.ask(person=person, acting_user=request.user, **data)
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return None


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        path("requests/new/", request_create, name="console_request_create"),
        *routes(RequestListView, "requests", "console_request"),
        path("requests/<uuid:uid>/", request_detail, name="console_request"),
        path("requests/<uuid:uid>/copy/", request_copy, name="console_request_copy"),
    ]


@hooks.register(ORDER_MENU)
def menu_item() -> ScopedMenuItem:
    """In the side menu."""
    label, url = gettext_lazy("个人信息请求"), reverse("console_request_list")
    return ScopedMenuItem(label, url, name="requests", icon_name="lock", order=60, right=RIGHT)
