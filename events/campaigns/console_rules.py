"""The rules of campaigns at a desk: versions, and a new one with its reason."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from events.campaigns import rules
from events.campaigns.forms import RulesForm
from events.campaigns.models import CampaignRules
from foundation.errors import Conflict, Invalid
from volunteers.orgs.console_forms import take_refusal
from volunteers.units.console import DayColumn, NumberColumn, ScopedListView, page, requires
from volunteers.units.rights import Right

LIST = ("console_campaign_rules_list", gettext_lazy("评选规则"))
may_set = requires(Right.SET_RULES)


class CampaignRulesListView(ScopedListView):
    """Versions, the newest first."""

    right = Right.SET_RULES
    model = CampaignRules
    page_title = gettext_lazy("评选规则")
    header_icon = "list-ul"
    is_searchable = False
    default_ordering = "-number"
    empty_text = gettext_lazy("还没有规则。第一场评选起草时会用样例规则，也可以现在另起一版。")
    columns = (
        TitleColumn(
            "number",
            label=gettext_lazy("版本"),
            get_url=lambda row: reverse("console_campaign_rules", args=[row.number]),
        ),
        NumberColumn("winners_count", label=gettext_lazy("一共评多少位")),
        Column("why", label=gettext_lazy("为什么改")),
        DayColumn("made_at", label=gettext_lazy("时间")),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """All of them: rules are public."""
        return rules.versions()

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Begin a new version."""
        return [HeaderButton(_("另起一版"), url=reverse("console_campaign_rules_new"), icon_name="plus")]


@may_set
@require_GET
def rules_detail(request: HttpRequest, number: int) -> HttpResponse:
    """What a version says."""
    version = get_object_or_404(rules.versions().select_related("made_by__person"), number=number)
    title = _("评选规则第 %(number)d 版") % {"number": number}
    context = page(title, icon="list-ul", trail=[LIST], version=version, lines=rules.in_words(version))
    return render(request, "campaigns/console_rules.html", context)


@may_set
@require_http_methods(["GET", "POST"])
def rules_new(request: HttpRequest) -> HttpResponse:
    """A new version, beginning with the newest; campaigns that were approved keep theirs."""
    newest = rules.current_rules()
    form = RulesForm(request.POST or None, initial=rules.numbers_of(newest))
    if form.is_bound and form.is_valid():
        try:
            made = rules.add_rules(why=form.cleaned_data["why"], acting_user=request.user, **form.numbers())
        except (Conflict, Invalid) as refusal:
            take_refusal(form, refusal)
        else:
            messages.success(request, _("存好了。新起草的评选可以用这一版，已经批准的不变。"))
            return redirect("console_campaign_rules", made.number)
    context = page(_("另起一版评选规则"), icon="list-ul", trail=[LIST], form=form)
    return render(request, "campaigns/console_rules_form.html", context, status=422 if form.is_bound else 200)
