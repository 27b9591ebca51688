"""Tasks at a desk: the list of one's units, posting, closing."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from events.tasks import services
from events.tasks.forms import TaskForm
from events.tasks.models import Task
from events.tasks.views import take_errors
from foundation.errors import Invalid
from volunteers.units.console import DayColumn, ScopedListView, ScopedMenuItem, requires
from volunteers.units.rights import Right


class TaskFilterSet(WagtailFilterSet):
    """By state."""

    class Meta:
        model = Task
        fields = ("state",)


class TaskListView(ScopedListView):
    """Tasks that reach the user's units."""

    right = Right.POST_TASK
    model = Task
    page_title = gettext_lazy("任务")
    header_icon = "tasks"
    index_url_name = "console_task_list"
    index_results_url_name = "console_task_results"
    search_fields = ("title",)
    filterset_class = TaskFilterSet
    default_ordering = "-published_at"
    columns = (
        TitleColumn("title", label=gettext_lazy("做什么"), get_url=lambda task: reverse("task_rollup", args=[task.pk])),
        Column("unit", label=gettext_lazy("发布单位")),
        Column("role_labels", label=gettext_lazy("给谁")),
        Column("asked", label=gettext_lazy("请了几位"), classname="number"),
        Column("done", label=gettext_lazy("说了"), classname="number"),
        Column("get_state_display", label=gettext_lazy("状态")),
        DayColumn("due_at", label=gettext_lazy("到什么时候")),
    )

    def get_base_queryset(self) -> QuerySet[Task]:
        """With the two counts of the whole task."""
        rows: Any = super().get_base_queryset()
        found: QuerySet[Task] = rows.select_related("unit").with_counts()
        return found

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """One way on."""
        return [HeaderButton(_("发任务"), url=reverse("console_task_create"), icon_name="plus")]


@requires(Right.POST_TASK)
def task_create(request: HttpRequest) -> HttpResponse:
    """Post a task at a desk: the phone's form in the console's clothes."""
    form = TaskForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            task = services.post_task(**form.service_arguments(), acting_user=request.user)
        except Invalid as refusal:
            take_errors(form, refusal)
        else:
            messages.success(request, _("发出去了：%(title)s") % {"title": task.title})
            return redirect("console_task_list")
    context: dict[str, Any] = {"form": form, "page_title": _("发任务")}
    return render(request, "tasks/console_task_form.html", context, status=422 if form.is_bound else 200)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        path("tasks/", TaskListView.as_view(), name="console_task_list"),
        path("tasks/results/", TaskListView.as_view(results_only=True), name="console_task_results"),
        path("tasks/new/", task_create, name="console_task_create"),
    ]


@hooks.register("register_admin_menu_item")
def menu_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_task_list")
    return ScopedMenuItem(gettext_lazy("任务"), url, name="tasks", icon_name="tasks", order=110, right=Right.POST_TASK)
