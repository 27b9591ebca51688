"""审计记录 at a desk: who did what, when, where; for the district's own clerks. Never exported, never changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import django_filters
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column

from foundation import clock
from foundation.models import AuditEntry, AuditSeal
from frontend.inputs import DayInput
from volunteers.people.search import matching
from volunteers.units.console import ORDER_MENU, DayColumn, ScopedListView, ScopedMenuItem, routes
from volunteers.units.models import Unit
from volunteers.units.querysets import under
from volunteers.units.rights import Right, paths_where

DAYS_SHOWN = 30
MOST_COUNTED = 5_000
ACTS: dict[str, str | Promise] = {
    "sign_in": gettext_lazy("登录"),
    "phone.reveal": gettext_lazy("看手机号"),
    "export": gettext_lazy("导出"),
    "person": gettext_lazy("个人信息"),
    "personal_request": gettext_lazy("个人信息请求"),
    "consent": gettext_lazy("同意与撤回"),
    "appointment": gettext_lazy("任职"),
    "proposal": gettext_lazy("推荐"),
    "resident": gettext_lazy("居民"),
    "household": gettext_lazy("住户"),
    "structure": gettext_lazy("结构调整"),
    "roster": gettext_lazy("花名册"),
    "task": gettext_lazy("任务"),
    "check_in": gettext_lazy("打卡"),
    "notice": gettext_lazy("公告"),
    "event": gettext_lazy("活动"),
    "benefit": gettext_lazy("优惠"),
    "voucher": gettext_lazy("核销"),
    "retention": gettext_lazy("到期清理"),
}
"""What an act begins with, in words."""


class CountedSoFar(Paginator):
    """Counts to some thousand and no further: a trail of millions is read from its end."""

    @cached_property
    def count(self) -> int:
        """How many, at most so many."""
        rows: Any = self.object_list
        return int(rows[:MOST_COUNTED].count())


def _day(name: str, label: str | Promise) -> django_filters.DateFilter:
    widget = DayInput()
    return django_filters.DateFilter(label=label, method=f"filter_{name}", widget=widget)


class AuditFilterSet(WagtailFilterSet):
    """By act and by days; the last 30 days unless told otherwise, since the trail is long."""

    what = django_filters.ChoiceFilter(label=gettext_lazy("做了什么"), method="filter_what", choices=list(ACTS.items()))
    since = _day("since", gettext_lazy("从哪天"))
    until = _day("until", gettext_lazy("到哪天"))

    class Meta:
        model = AuditEntry
        fields = ("what", "since", "until")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """With the days that are meant when none are named."""
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("since"):
            rows = self.filter_since(rows, "since", clock.today() - dt.timedelta(days=DAYS_SHOWN))
        return rows

    def filter_what(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Acts that begin so."""
        return rows.filter(act__startswith=value)

    def filter_since(self, rows: QuerySet[Any], _name: str, value: dt.date) -> QuerySet[Any]:
        """From midnight on. The seals know the ids of a day, so the rows before are not read."""
        begin = _midnight(value)
        seal = AuditSeal.objects.filter(at__lt=begin).order_by("-seq").first()
        return rows.filter(at__gte=begin, pk__gt=_sealed_before(seal))

    def filter_until(self, rows: QuerySet[Any], _name: str, value: dt.date) -> QuerySet[Any]:
        """Until the end of the day."""
        return rows.filter(at__lt=_midnight(value + dt.timedelta(days=1)))


def _sealed_before(seal: AuditSeal | None) -> int:
    return seal.last_id if seal else 0


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


class AuditListView(ScopedListView):
    """The trail, the newest first. Names are looked up for a page at once."""

    right = Right.SEE_AUDIT
    model = AuditEntry
    page_title = gettext_lazy("审计记录")
    header_icon = "history"
    search_hint = gettext_lazy("谁做的：姓名、拼音、首字母或手机号末四位")
    empty_text = gettext_lazy("最近 30 天没有记录。")
    filterset_class = AuditFilterSet
    paginator_class = CountedSoFar
    default_ordering = "-pk"
    columns = (
        DayColumn("at", label=gettext_lazy("时间")),
        Column("actor_name", label=gettext_lazy("谁")),
        Column("act_label", label=gettext_lazy("做了什么")),
        Column("object_label", label=gettext_lazy("对什么")),
        Column("unit_name", label=gettext_lazy("单位")),
        Column("reason", label=gettext_lazy("理由")),
        Column("address", label=gettext_lazy("网络地址")),
        Column("pk", label=gettext_lazy("编号"), classname="number"),
    )

    def get_base_queryset(self) -> QuerySet[AuditEntry]:
        """Everything for whoever has the right over the whole tree, else what happened in their units."""
        paths = paths_where(self.request.user, Right.SEE_AUDIT)
        rows = AuditEntry.objects.order_by("-pk")
        if any(len(path) <= Unit.steplen for path in paths):
            return rows
        return rows.filter(unit_id__in=Unit.objects.filter(under(paths)).values("pk"))

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By who acted."""
        actors = matching(get_user_model().objects.filter(person__isnull=False), words)
        return rows.filter(actor_id__in=list(actors.values_list("pk", flat=True)[:200]))

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With names of people and units: two queries a page."""
        listed = list(object_list)
        users = get_user_model().objects.filter(pk__in={row.actor_id for row in listed}).select_related("person")
        actors = {user.pk: user.get_full_name() for user in users}
        units = dict(Unit.objects.filter(pk__in={row.unit_id for row in listed}).values_list("pk", "name"))
        for row in listed:
            row.actor_name = actors.get(row.actor_id, _("系统") if row.actor_id is None else "")
            row.unit_name = units.get(row.unit_id, "")
            row.act_label = act_words(row.act)
            row.object_label = f"{row.object_type} {row.object_id}" if row.object_type else ""
        return super().get_table(listed)


def act_words(act: str) -> str:
    """An act in words, with its own name: 看手机号（phone.reveal）."""
    known = next((label for begin, label in ACTS.items() if act.startswith(begin)), None)
    return f"{known} · {act}" if known else act


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return routes(AuditListView, "audit", "console_audit")


@hooks.register(ORDER_MENU)
def menu_item() -> ScopedMenuItem:
    """In the side menu."""
    label, url = gettext_lazy("审计记录"), reverse("console_audit_list")
    return ScopedMenuItem(label, url, name="audit", icon_name="history", order=70, right=Right.SEE_AUDIT)
