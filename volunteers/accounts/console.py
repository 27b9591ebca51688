"""工作人员账号 in the console: who has a password and a second factor; invite, reset by two, another number."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, TitleColumn

from foundation.errors import Denied, Invalid, Missing, Refused
from volunteers.accounts import budget, numbers, second_factor, staff
from volunteers.accounts.forms import CounterForm
from volunteers.accounts.models import FactorReset, StaffInvitation, User
from volunteers.accounts.permissions import can_change_number, can_keep_account, can_know_staff, can_know_subject
from volunteers.people.models import Person
from volunteers.people.search import matching
from volunteers.units.console import PEOPLE_MENU, ScopedListView, ScopedMenuItem, page, requires, routes
from volunteers.units.models import STAFF, Appointment
from volunteers.units.rights import Right, paths_where

LIST = ("console_staff_list", gettext_lazy("工作人员账号"))
may_keep = requires(Right.APPOINT)


def state_of(row: Any) -> str:
    """How far an account has got, in two words."""
    user: User | None = getattr(row.person, "user", None)
    if user is not None and not user.is_active:
        return _("已停用")
    if row.totp or row.passkey:
        return _("已绑好") if user and user.has_usable_password() else _("通行密钥")
    if user is not None and user.has_usable_password():
        return _("只有密码")
    return _("已发邀请") if row.invited else _("还没邀请")


class StaffListView(ScopedListView):
    """Staff in the user's units and below, and how far each has got with signing in."""

    right = Right.APPOINT
    model = Appointment
    page_title = gettext_lazy("工作人员账号")
    header_icon = "key"
    search_hint = gettext_lazy("姓名、拼音、手机尾号")
    default_ordering = ("unit__path", "pk")
    columns = (
        TitleColumn(
            "person", label=gettext_lazy("姓名"), accessor="person.name",
            get_url=lambda row: reverse("console_staff_account", args=[row.person.uid]),
        ),
        Column("role", label=gettext_lazy("职务"), accessor="get_role_display"),
        Column("unit", label=gettext_lazy("单位"), accessor="unit.name"),
        Column("account", label=gettext_lazy("账号"), accessor=state_of),
    )  # fmt: skip

    def get_base_queryset(self) -> QuerySet[Any]:
        """Those who hold a staff role today, with what the column of states needs; one query."""
        rows = Appointment.objects.visible_to(self.request.user).active().filter(role__in=STAFF)
        mine = {"user__person_id": OuterRef("person_id")}
        factors = Authenticator.objects.filter(type="totp", **mine)
        waiting = StaffInvitation.objects.filter(used_at__isnull=True, expires_at__gt=timezone.now(), **mine)
        return rows.select_related("person__user", "unit").annotate(
            totp=Exists(factors),
            passkey=Exists(User.objects.filter(person_id=OuterRef("person_id"), passkeys__isnull=False)),
            invited=Exists(waiting),
        )

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By name, sound and last four digits."""
        return matching(rows, words, person="person__")


def _colleague(request: HttpRequest, uid: UUID) -> Person:
    person = get_object_or_404(Person.objects.filter(erased_at__isnull=True).select_related("user"), uid=uid)
    if not can_know_staff(request.user, person):
        raise Missing
    return person


def _account_page(request: HttpRequest, person: Person, status: int = 200, **more: Any) -> HttpResponse:
    user: User | None = getattr(person, "user", None)
    now = timezone.now()
    resets = FactorReset.objects.filter(user=user).select_related("asked_by__person", "decided_by__person")
    waiting = resets.filter(state=FactorReset.State.ASKED).first()
    invitations = StaffInvitation.objects.filter(user=user, used_at__isnull=True, expires_at__gt=now)
    context = page(
        person.name,
        icon="key",
        trail=[LIST],
        person=person,
        account=user,
        has_password=bool(user and user.has_usable_password()),
        totp=bool(user and second_factor.has_totp(user)),
        passkeys=user.passkeys.count() if user else 0,
        may_keep=can_keep_account(request.user, person),
        invitation=invitations.order_by("-made_at").first(),
        waiting=waiting,
        is_mine=bool(waiting and waiting.asked_by_id == request.user.pk),
        resets=resets.exclude(state=FactorReset.State.ASKED).order_by("-asked_at")[:10],
        **more,
    )
    return render(request, "accounts/console_staff_account.html", context, status=status)


@may_keep
@never_cache
@require_GET
def staff_account(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One colleague's account: what is set up, and what the user may do about it."""
    return _account_page(request, _colleague(request, uid))


@may_keep
@never_cache
@require_POST
def staff_invite(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A link to hand over, shown this once."""
    person = _colleague(request, uid)
    token = staff.invite(person=person, acting_user=request.user)
    address = settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("staff_invitation", args=[token])
    if settings.DEMO:  # the demo is asked for under many names
        address = request.build_absolute_uri(reverse("staff_invitation", args=[token]))
    return _account_page(request, _colleague(request, uid), link=address, qr=staff.qr_of(address))


@may_keep
@never_cache
@require_POST
def staff_reset(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask that the second factor be forgotten."""
    person = _colleague(request, uid)
    try:
        staff.ask_for_reset(person=person, reason=request.POST.get("reason", ""), acting_user=request.user)
    except Invalid as refusal:
        return _account_page(request, person, 422, reason_error=refusal.errors.get("reason", refusal.message))
    messages.success(request, _("提出来了。等另一位同事同意后生效。"))
    return redirect("console_staff_account", uid)


@may_keep
@never_cache
@require_POST
def staff_reset_decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The second person's word."""
    person = _colleague(request, uid)
    if not can_keep_account(request.user, person):
        raise Denied
    reset = FactorReset.objects.filter(user__person=person, state=FactorReset.State.ASKED).first()
    if reset is None:
        messages.error(request, _("没有等着的重设。"))
        return redirect("console_staff_account", uid)
    agree = request.POST.get("agree") == "yes"
    staff.decide_reset(reset=reset, agree=agree, acting_user=request.user)
    messages.success(request, _("重设了。下次登录要重新绑定。") if agree else _("没有重设。"))
    return redirect("console_staff_account", uid)


@requires(Right.HANDLE_REQUESTS)
@never_cache
@sensitive_post_parameters("phone")
@require_http_methods(["GET", "POST"])
def person_phone(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Another number for somebody who stands at the counter."""
    person = get_object_or_404(Person.objects.filter(erased_at__isnull=True), uid=uid)
    if not can_know_subject(request.user, person):
        raise Missing
    if not can_change_number(request.user, person):
        raise Denied(_("这位的号码要由上一级的同事来改；您自己的在“登录的设备”里改。"))
    form = CounterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        try:
            numbers.change_number_at_counter(
                person=person, phone=words["phone"], reason=words["reason"], acting_user=request.user
            )
        except Refused as refusal:
            for field, text in (refusal.errors or {"phone": refusal.message}).items():
                form.add_error(field, str(text))
        else:
            messages.success(request, _("改好了。请本人用新号码登录一次。"))
            return redirect("console_person_phone", uid)
    context = page(_("换手机号：%(name)s") % {"name": person.name}, icon="mobile-alt", person=person, form=form)
    return render(request, "accounts/console_person_phone.html", context, status=422 if form.is_bound else 200)


class SmsPanel(Component):
    """Text messages on the console's home page: shown to the district while something is wrong with them."""

    name = "sms"
    template_name = "accounts/console_sms_panel.html"
    order = 10

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """What is wrong, and how much of the day's budget is used."""
        alarms = [budget.sentence(alarm) for alarm in budget.alarms()]
        return {"alarms": alarms, "purse": budget.purse("all") if alarms else None}


@hooks.register("construct_homepage_panels", order=20)
def sms_panel(request: HttpRequest, panels: list[Any]) -> None:
    """For those who look after the whole district."""
    if budget.is_worth_a_look() and paths_where(request.user, Right.SEE_AUDIT):
        panels.append(SmsPanel())


@hooks.register(PEOPLE_MENU)
def staff_menu() -> ScopedMenuItem:
    """The way to the list."""
    url = reverse("console_staff_list")
    return ScopedMenuItem(LIST[1], url, right=Right.APPOINT, name="staff-accounts", icon_name="key", order=90)


@hooks.register("register_admin_urls")
def staff_urls() -> list[URLPattern]:
    """Below /console/."""
    return [
        *routes(StaffListView, "accounts", "console_staff"),
        path("accounts/<uuid:uid>/", staff_account, name="console_staff_account"),
        path("accounts/<uuid:uid>/invite/", staff_invite, name="console_staff_invite"),
        path("accounts/<uuid:uid>/reset/", staff_reset, name="console_staff_reset"),
        path("accounts/<uuid:uid>/reset/decide/", staff_reset_decide, name="console_staff_reset_decide"),
        path("people/<uuid:uid>/phone/", person_phone, name="console_person_phone"),
    ]
