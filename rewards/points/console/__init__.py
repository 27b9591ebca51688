"""Points at a desk: awards made by hand, lines taken back, budgets, the rules by version, the monthly sample."""

from __future__ import annotations

from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from wagtail import hooks

from rewards.points.console import awards, budgets, lines, many, rules, samples
from volunteers.units.console import POINTS_MENU, ScopedMenuItem, routes
from volunteers.units.rights import Right


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    award, fill = "points/awards/<uuid:uid>/", "points/fills/<uuid:uid>/"
    version, line = "points/rules/<uuid:uid>/", "points/lines/<uuid:uid>/"
    return [
        path("points/awards/new/", awards.award_ask, name="console_award_ask"),
        path("points/awards/approve/", many.award_approve_many, name="console_award_approve_many"),
        path("points/awards/refuse/", many.award_refuse_many, name="console_award_refuse_many"),
        *routes(awards.AwardListView, "points/awards", "console_award"),
        path(award, awards.award_detail, name="console_award"),
        path(f"{award}approve/", awards.award_approve, name="console_award_approve"),
        path(f"{award}refuse/", awards.award_refuse, name="console_award_refuse"),
        path(f"{award}withdraw/", awards.award_withdraw, name="console_award_withdraw"),
        path("points/lines/", lines.line_find, name="console_line_find"),
        path(f"{line}reverse/", lines.line_reverse, name="console_line_reverse"),
        path(f"{line}beside/", lines.line_beside, name="console_line_beside"),
        *routes(budgets.BudgetListView, "points/budgets", "console_budget"),
        path("points/budgets/<uuid:uid>/back/", budgets.budget_back, name="console_budget_back"),
        path("points/fills/new/", budgets.fill_ask, name="console_fill_ask"),
        *routes(budgets.FillListView, "points/fills", "console_fill"),
        path(fill, budgets.fill_detail, name="console_fill"),
        path(f"{fill}approve/", budgets.fill_approve, name="console_fill_approve"),
        path(f"{fill}refuse/", budgets.fill_refuse, name="console_fill_refuse"),
        path(f"{fill}withdraw/", budgets.fill_withdraw, name="console_fill_withdraw"),
        path("points/rules/new/", rules.rules_draft, name="console_rules_draft"),
        *routes(rules.RulesListView, "points/rules", "console_rules"),
        path(version, rules.rules_detail, name="console_rules"),
        path(f"{version}edit/", rules.rules_edit, name="console_rules_edit"),
        path(f"{version}rehearsal/", rules.rules_rehearsal, name="console_rules_rehearsal"),
        path(f"{version}approve/", rules.rules_approve, name="console_rules_approve"),
        path(f"{version}withdraw/", rules.rules_withdraw, name="console_rules_withdraw"),
        *routes(samples.SampleListView, "points/samples", "console_sample"),
        path("points/samples/drawn/", samples.sample_drawn, name="console_sample_drawn"),
        path("points/samples/drawn/<uuid:uid>/", samples.sample_numbers, name="console_sample_numbers"),
        path("points/samples/<uuid:uid>/", samples.sample_look, name="console_sample"),
    ]


def _item(label: str | Promise, url_name: str, icon: str, order: int, right: Right) -> ScopedMenuItem:
    return ScopedMenuItem(label, reverse(url_name), name=url_name, icon_name=icon, order=order, right=right)


@hooks.register(POINTS_MENU)
def awards_item() -> ScopedMenuItem:
    """In the side menu."""
    return _item(gettext_lazy("积分申请"), "console_award_list", "plus", 10, Right.AWARD_POINTS)


@hooks.register(POINTS_MENU)
def lines_item() -> ScopedMenuItem:
    """In the side menu."""
    return _item(gettext_lazy("积分更正"), "console_line_find", "undo", 12, Right.AWARD_POINTS)


@hooks.register(POINTS_MENU)
def budgets_item() -> ScopedMenuItem:
    """In the side menu."""
    return _item(gettext_lazy("积分预算"), "console_budget_list", "folder-open-1", 14, Right.KEEP_BUDGETS)


@hooks.register(POINTS_MENU)
def rules_item() -> ScopedMenuItem:
    """In the side menu."""
    return _item(gettext_lazy("积分规则"), "console_rules_list", "list-ul", 16, Right.SET_RULES)


@hooks.register(POINTS_MENU)
def samples_item() -> ScopedMenuItem:
    """In the side menu."""
    return _item(gettext_lazy("积分抽查"), "console_sample_list", "view", 18, Right.SEE_AUDIT)
