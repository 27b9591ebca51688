"""The console: notices and events of one's units, a first page with figures, a menu without what staff do not need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton
from wagtail.models import Page, PageQuerySet

from cms.figures import figures_for
from cms.home import vacancies_below
from cms.models import EventIndexPage, EventPage, NoticeIndexPage, NoticePage, UnitSectionPage
from cms.sections import section_of
from events.gatherings.models import Event
from events.tasks.selectors import posted_tasks
from foundation import clock
from foundation.errors import Denied
from volunteers.units.console import DayColumn, ScopedListView, ScopedMenuItem
from volunteers.units.models import STAFF, Unit
from volunteers.units.rights import Right, grants, paths_where

KEPT_FOR_OPERATORS = {"explorer", "reports", "settings", "help", "snippets", "documents"}


def own_unit_ids(user: Any) -> set[int]:
    """Units in which the user is staff; their pages the user edits, those below are only read."""
    return {grant.unit_id for grant in grants(user) if grant.role in STAFF}


def page_url(page: Any, user: Any) -> str:
    """Where a title in a list leads: to the form in one's own units, else to the page as readers see it."""
    if page.unit_id in own_unit_ids(user):
        return reverse("wagtailadmin_pages:edit", args=[page.pk])
    return str(page.get_absolute_url()) if page.live else ""


def add_button(user: Any, page_type: type[Page], label: str) -> list[HeaderButton]:
    """Leads to a new page in the section of the user's first unit."""
    unit = Unit.objects.filter(pk__in=own_unit_ids(user)).order_by("path").first()
    if unit is None:
        return []
    where = ["cms", page_type._meta.model_name, section_of(unit).pk]
    return [HeaderButton(label, url=reverse("wagtailadmin_pages:add", args=where), icon_name="plus")]


class _PageListView(ScopedListView):
    """Pages of the user's units and below."""

    search_fields = ("title", "summary")

    def get_base_queryset(self) -> QuerySet[Any]:
        """Drafts and what is over too."""
        rows: QuerySet[Any] = self.model.objects.managed_by(self.request.user).select_related("unit")
        return rows

    def first_columns(self) -> list[Column]:
        """What a page is called and whose it is, before what each list says besides."""
        user = self.request.user
        title = TitleColumn("title", label=_("标题"), get_url=lambda page: page_url(page, user), sort_key="title")
        return [title, Column("unit", label=_("单位"))]


class NoticeFilterSet(WagtailFilterSet):
    """By what editors look for."""

    class Meta:
        model = NoticePage
        fields = ("live", "must_read")


class NoticeListView(_PageListView):
    """Notices."""

    right = Right.PUBLISH_NOTICE
    model = NoticePage
    page_title = gettext_lazy("公告")
    header_icon = "doc-full"
    index_url_name = "console_notice_list"
    index_results_url_name = "console_notice_results"
    filterset_class = NoticeFilterSet
    default_ordering = "-latest_revision_created_at"

    def get_base_queryset(self) -> QuerySet[Any]:
        """With how many said 知道了."""
        return super().get_base_queryset().annotate(read_count=Count("reads"))

    @property
    def columns(self) -> list[Column]:
        """Whom it addresses and how far it got; counts only, never who."""
        return [
            *self.first_columns(),
            Column("role_labels", label=_("发给谁")),
            Column("must_read", label=_("请大家看"), accessor=lambda page: _("是") if page.must_read else ""),
            Column("read_count", label=_("知道了"), classname="number"),
            Column("live", label=_("状态"), accessor=_state),
            DayColumn("first_published_at", label=_("发布"), sort_key="first_published_at"),
        ]

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """One way on."""
        return add_button(self.request.user, NoticePage, _("写公告"))


def _state(page: Any) -> str:
    if not page.live:
        return _("草稿")
    return _("过期了") if getattr(page, "is_expired", False) else _("已发布")


class EventFilterSet(WagtailFilterSet):
    """By what editors look for."""

    class Meta:
        model = EventPage
        fields = ("live", "needs_sign_up")


class EventListView(_PageListView):
    """Events."""

    right = Right.RUN_EVENT
    model = EventPage
    page_title = gettext_lazy("活动")
    header_icon = "date"
    index_url_name = "console_event_list"
    index_results_url_name = "console_event_results"
    filterset_class = EventFilterSet
    default_ordering = "-starts_at"

    @property
    def columns(self) -> list[Column]:
        """When, where, how many."""
        return [
            *self.first_columns(),
            DayColumn("starts_at", label=_("开始"), sort_key="starts_at"),
            Column("place", label=_("地点")),
            Column("signed", label=_("报名"), classname="number", accessor=self._signed),
            Column("live", label=_("状态"), accessor=_state),
            TitleColumn("hours", label=_("时长"), accessor=_hours, get_url=_hours_url),
        ]

    def _signed(self, page: EventPage) -> str:
        """Signed up of places; one query a page of the list."""
        if not hasattr(self, "_counts"):
            uids = [one.uid for one in self.object_list]
            self._counts = dict(Event.objects.filter(uid__in=uids).values_list("uid", "signed_count"))
        count = self._counts.get(page.uid, 0)
        return f"{count} / {page.capacity}" if page.capacity else str(count)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """One way on."""
        return add_button(self.request.user, EventPage, _("办活动"))


def _hours(page: EventPage) -> str:
    """From its end on hours are confirmed."""
    return _("确认时长") if _hours_url(page) else ""


def _hours_url(page: EventPage) -> str:
    is_over = page.live and page.ends_at <= clock.now()
    return reverse("console_event_hours", args=[page.uid]) if is_over else ""


class FiguresPanel(Component):
    """What goes on in the user's units, in a few numbers that lead somewhere."""

    name = "figures"
    template_name = "cms/console_figures.html"
    order = 10

    def __init__(self, user: Any) -> None:
        self.user = user

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """The figures of the reader."""
        return {"figures": figures_for(self.user)}


class HandPanel(Component):
    """Where a hand is needed: open tasks with how far they have got, and neighbourhoods without a leader."""

    name = "hand"
    template_name = "cms/console_hand.html"
    order = 20

    def __init__(self, user: Any) -> None:
        self.user = user

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Newest tasks first, places by number; nobody is listed by name."""
        return {
            "posted": posted_tasks(self.user, only_open=True, limit=8),
            "vacant": vacancies_below(paths_where(self.user, Right.SEE_ROLLUP))[:8],
        }


@hooks.register("construct_homepage_panels")
def homepage_panels(request: HttpRequest, panels: list[Any]) -> None:
    """Figures for staff; Wagtail's own panels speak to editors of large sites."""
    panels[:] = [FiguresPanel(request.user), HandPanel(request.user)]


@hooks.register("construct_homepage_summary_items")
def homepage_summary(request: HttpRequest, items: list[Any]) -> None:
    """The counts of all pages and images of the site are nobody's business here."""
    if not request.user.is_superuser:
        items.clear()


@hooks.register("construct_main_menu")
def main_menu(request: HttpRequest, items: list[MenuItem]) -> None:
    """Only what staff need."""
    if not request.user.is_superuser:
        items[:] = [item for item in items if item.name not in KEPT_FOR_OPERATORS]


@hooks.register("construct_page_chooser_queryset")
def page_chooser(pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """Links lead to the lists everybody has, or to pages of one's own units."""
    if request.user.is_superuser:
        return pages
    own = UnitSectionPage.objects.filter(unit_id__in=own_unit_ids(request.user))
    chosen = pages.type(NoticeIndexPage, EventIndexPage)
    for section in own:
        chosen = chosen | pages.descendant_of(section)
    return chosen


@hooks.register("before_copy_page")
def copy_stays_here(request: HttpRequest, page: Page) -> HttpResponse | None:
    """A copy stays in the section of its unit."""
    if request.method == "POST" and request.POST.get("new_parent_page") != str(page.get_parent().pk):
        raise Denied(_("复制的页面只能留在本单位里。"))
    return None


@hooks.register("insert_global_admin_css")
def look() -> SafeString:
    """Our green, our type."""
    return format_html('<link rel="stylesheet" href="{}">', static("console.css"))


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        path("notices/", NoticeListView.as_view(), name="console_notice_list"),
        path("notices/results/", NoticeListView.as_view(results_only=True), name="console_notice_results"),
        path("events/", EventListView.as_view(), name="console_event_list"),
        path("events/results/", EventListView.as_view(results_only=True), name="console_event_results"),
    ]


@hooks.register("register_admin_menu_item")
def notices_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_notice_list")
    return ScopedMenuItem(
        gettext_lazy("公告"), url, name="notices", icon_name="doc-full", order=120, right=Right.PUBLISH_NOTICE
    )


@hooks.register("register_admin_menu_item")
def events_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_event_list")
    return ScopedMenuItem(gettext_lazy("活动"), url, name="events", icon_name="date", order=130, right=Right.RUN_EVENT)
