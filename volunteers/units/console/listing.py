"""What every list of the console starts from: a right, `visible_to`, Wagtail's listing; search, filters, export."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.forms import Field
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise, cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.base import BaseListingView

from foundation.errors import Invalid
from volunteers.units.console.columns import BulkAction, ExportColumn, PickColumn
from volunteers.units.console.doors import View, requires
from volunteers.units.console.export import ExportForm, Wish, export, only_where_one_may_export
from volunteers.units.console.filters import as_menus
from volunteers.units.rights import Right, paths_where

MOST_SIGNS = 60
MOST_PICKED = 500


class ScopedListView(BaseListingView):
    """A list of one model through `visible_to`: search, filters, pages of 50, and on request export and bulk actions.

    `search` finds what the words of the box mean, in `search_fields` unless a list knows better. `export_columns` say
    what leaves the list as a file, `bulk_actions` what can be done to the rows that are ticked.
    """

    template_name = "console/list.html"
    results_template_name = "console/_list_results.html"
    right: ClassVar[Right]
    model: ClassVar[Any]
    paginate_by = 50
    search_backend_name = None
    is_searchable = True
    default_ordering: ClassVar[str | tuple[str, ...] | None] = "-pk"
    search_hint: ClassVar[str | Promise] = gettext_lazy("查找")
    empty_text: ClassVar[str | Promise] = gettext_lazy("这里还没有内容。")
    export_columns: Sequence[ExportColumn] = ()
    bulk_actions: Sequence[BulkAction] = ()
    export_url_name = ""
    exporting = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Check the right, then list or export."""
        view: View = requires(self.right)(super().dispatch)
        return view(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The list; an export is asked for by a POST, since it leaves an entry in the audit trail."""
        if self.exporting:
            return self.http_method_not_allowed(request)
        response: HttpResponseBase = super().get(request, *args, **kwargs)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The file, at the address of the export only."""
        return self._export() if self.exporting else self.http_method_not_allowed(request)

    def get_base_queryset(self) -> QuerySet[Any]:
        """Only what the user may see."""
        rows: QuerySet[Any] = self.model.objects.visible_to(self.request.user)
        return rows

    @cached_property
    def filters(self) -> Any:
        """Wagtail's, in the shape of menus."""
        found = super().filters
        if found:
            as_menus(found.form)
        return found

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """The rows that fit what was typed; every word has to be somewhere in the `search_fields`."""
        for word in words.split():
            found = Q(pk__in=[])
            for field in self.search_fields or ():
                found |= Q(**{f"{field}__icontains": word})
            rows = rows.filter(found)
        return rows

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Wagtail's hook."""
        words = self.search_query.strip()[:MOST_SIGNS]
        return self.search(queryset, words) if words else queryset

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With a box before each row when something can be done to many."""
        boxes = [PickColumn()] if self.bulk_actions else []
        return self.table_class([*boxes, *self.columns], object_list, **self.get_table_kwargs())

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What the list's own templates need besides."""
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        may_export = self.export_columns and self.export_url_name and paths_where(self.request.user, Right.EXPORT)
        context |= {
            "is_narrowed": bool(self.is_searching or self.is_filtering),
            "search_hint": self.search_hint,
            "empty_text": self.empty_text,
            "export_url": reverse(self.export_url_name) if may_export else "",
            "bulk_actions": [(one, reverse(one.url_name)) for one in self.bulk_actions],
        }
        return context

    # -- export ------------------------------------------------------------------------------------------------------

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterable[Any]:
        """The rows one by one; a list whose columns need more than the row overrides this, some thousand at a time."""
        return rows.iterator(chunk_size=2000)

    def _export(self) -> HttpResponseBase:
        form = ExportForm(self.request.POST)
        back = f"{self.index_url}?{self.request.GET.urlencode()}"
        if not form.is_valid():
            return self._refused(back, " ".join(str(error) for errors in form.errors.values() for error in errors))
        user = self.request.user
        self.request.user = only_where_one_may_export(user)
        wish = Wish(
            name=self.export_url_name,
            title=str(self.page_title),
            format=form.cleaned_data["format"],
            full=form.cleaned_data["full"],
            reason=form.cleaned_data["reason"].strip(),
            conditions=self._conditions(),
            searched=self.search_query.strip()[:MOST_SIGNS],
        )
        try:
            found = self.get_queryset()
            count = found.count() if isinstance(found, QuerySet) else None
            rows = self.rows_to_export(found)
            return export(rows=rows, columns=self.export_columns, wish=wish, acting_user=user, count=count)
        except Invalid as refusal:
            return self._refused(back, str(refusal.message))

    def _refused(self, back: str, words: str) -> HttpResponse:
        messages.error(self.request, words)
        return redirect(back)

    def _conditions(self) -> list[tuple[str, str]]:
        """The filters in use, in words: 镇街 / 青禾街道."""
        if not self.is_filtering:
            return []
        form = self.filters.form
        return [(str(form.fields[name].label or name), _in_words(form, name)) for name in form.changed_data]


def _in_words(form: Any, name: str) -> str:
    value, field = form.cleaned_data.get(name), form.fields[name]
    choices = dict(_flat(field)) if hasattr(field, "choices") and not hasattr(field, "queryset") else {}
    values = value if isinstance(value, list | tuple) else [value]
    return "、".join(str(choices.get(str(one), one)) for one in values)


def _flat(field: Field) -> Iterable[tuple[str, str]]:
    for key, label in field.choices:  # type: ignore[attr-defined]
        if isinstance(label, list | tuple):
            yield from ((str(inner), str(text)) for inner, text in label)
        else:
            yield str(key), str(label)


def routes(view: type[ScopedListView], prefix: str, name: str) -> list[URLPattern]:
    """Addresses of a list below /console/: `<name>_list`, `<name>_results`, and `<name>_export` when it has columns."""
    names = {
        "index_url_name": f"{name}_list",
        "index_results_url_name": f"{name}_results",
        "export_url_name": f"{name}_export" if view.export_columns else "",
    }
    found = [
        path(f"{prefix}/", view.as_view(**names), name=names["index_url_name"]),
        path(f"{prefix}/results/", view.as_view(results_only=True, **names), name=names["index_results_url_name"]),
    ]
    if view.export_columns:
        found.append(path(f"{prefix}/export/", view.as_view(exporting=True, **names), name=names["export_url_name"]))
    return found


def picked(request: HttpRequest, rows: QuerySet[Any], field: str = "uid") -> QuerySet[Any]:
    """Those of the rows (scoped by the caller) whose uids were posted; raises `Invalid` for none or too many."""
    uids = []
    for text in request.POST.getlist("uids")[: MOST_PICKED + 1]:
        try:
            uids.append(UUID(text))
        except ValueError:
            continue
    if not uids:
        raise Invalid(_("先在名单里勾选要办的。"))
    if len(uids) > MOST_PICKED:
        raise Invalid(_("一次最多办 %(most)d 条。") % {"most": MOST_PICKED})
    return rows.filter(**{f"{field}__in": uids})


def back_to(request: HttpRequest, name: str) -> str:
    """Where a bulk action returns to: the list as it was narrowed, or the whole list."""
    asked = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if safe else reverse(name)


class NumberColumn(Column):
    """A count, at the right edge, nothing where there is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"classname": "number", **kwargs})
