"""Stories in the console: the list, and the button 发布, which asks the person first."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton
from wagtail.models import Page

from cms.console import add_button, page_url
from cms.stories import ConsentState, StoryConsent, StoryPage
from cms.story_services import ask_person
from foundation.errors import Conflict
from volunteers.people.search import matching
from volunteers.units.console import DayColumn, ScopedListView, ScopedMenuItem, routes
from volunteers.units.rights import Right


def _state(story: Any) -> str:
    if story.live:
        return _("已发布")
    return str(ConsentState(story.said).label) if story.said else _("草稿")


class StoryListView(ScopedListView):
    """Stories of the user's units and below."""

    right = Right.PUBLISH_NOTICE
    model = StoryPage
    page_title = gettext_lazy("邻里故事")
    header_icon = "openquote"
    search_hint = gettext_lazy("标题，或者写的是谁")
    empty_text = gettext_lazy("还没有故事。写好以后按“发布”，先请本人看，同意了才登出来。")
    default_ordering = ("-latest_revision_created_at", "pk")

    def get_base_queryset(self) -> QuerySet[Any]:
        """With what the person last said."""
        said = StoryConsent.objects.filter(story=OuterRef("pk")).order_by("-asked_at").values("state")[:1]
        rows = StoryPage.objects.managed_by(self.request.user).select_related("unit", "about")
        found: QuerySet[Any] = rows.annotate(said=Subquery(said))
        return found

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By title or by person."""
        return rows.filter(title__icontains=words) | matching(rows, words, "about__")

    @property
    def columns(self) -> list[Column]:
        """The title first."""
        user = self.request.user
        return [
            TitleColumn("title", label=_("标题"), get_url=lambda story: page_url(story, user)),
            Column("about", label=_("写的是谁"), accessor="about.name"),
            Column("unit", label=_("单位")),
            Column("said", label=_("状态"), accessor=_state),
            DayColumn("first_published_at", label=_("发布")),
        ]

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """One way on."""
        return add_button(self.request.user, StoryPage, _("写故事"))


@hooks.register("before_publish_page")
def the_person_first(request: HttpRequest, page: Page) -> HttpResponse | None:
    """发布 is held up until the person agrees to this text; then it goes out by itself."""
    story = page.specific
    if not isinstance(story, StoryPage):
        return None
    back = redirect("wagtailadmin_pages:edit", story.pk)
    try:
        consent = ask_person(story=story, acting_user=request.user)
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
        return back
    if consent.state == ConsentState.AGREED:
        return None
    words = _("存好了，已经请%(name)s过目。本人同意以后，自动登出来。")
    messages.success(request, words % {"name": consent.person.name})
    return back


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return routes(StoryListView, "stories", "console_story")


@hooks.register("register_admin_menu_item")
def stories_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_story_list")
    return ScopedMenuItem(
        gettext_lazy("邻里故事"), url, name="stories", icon_name="openquote", order=131, right=Right.PUBLISH_NOTICE
    )
