"""Addresses of paper ballots and the counter: all of them in the console. The counter's screen is the voters' own."""

from __future__ import annotations

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy
from wagtail import hooks

from volunteers.units.console import CAMPAIGNS_MENU, ScopedMenuItem, routes
from volunteers.units.rights import Right

urlpatterns: list[URLPattern] = []


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    from events.ballots.paper import console as desk
    from events.ballots.paper import voters

    return [
        path("ballots/paper/", desk.desk, name="console_paper"),
        path("ballots/paper/print/", desk.print_run, name="console_paper_print"),
        *routes(desk.RunListView, "ballots/paper/runs", "console_paper_run"),
        path("ballots/paper/runs/<uuid:uid>/", desk.run_detail, name="console_paper_run"),
        path("ballots/paper/runs/<uuid:uid>/spoil/", desk.run_spoil, name="console_paper_run_spoil"),
        path("ballots/paper/runs/<uuid:uid>/aside/", desk.ask_aside, name="console_paper_aside"),
        path("ballots/paper/runs/<uuid:uid>/agree/", desk.agree_aside, name="console_paper_aside_agree"),
        path("ballots/paper/spoil/", desk.spoil, name="console_paper_spoil"),
        path("ballots/paper/voters/", voters.find, name="console_paper_voters"),
        path("ballots/paper/voters/<uuid:uid>/", voters.voter, name="console_paper_voter"),
        path("ballots/paper/voters/<uuid:uid>/issue/", voters.issue, name="console_paper_issue"),
        path("ballots/paper/voters/<uuid:uid>/back/", voters.take_back, name="console_paper_back"),
        path("ballots/paper/voters/<uuid:uid>/pass/", voters.give_pass, name="console_counter_pass"),
        path("ballots/paper/key/", desk.key, name="console_paper_key"),
        *routes(desk.MismatchListView, "ballots/paper/mismatches", "console_paper_mismatch"),
        path("ballots/paper/compare/", desk.compare, name="console_paper_compare"),
        path("ballots/paper/settle/", desk.settle, name="console_paper_settle"),
    ]


@hooks.register(CAMPAIGNS_MENU)
def paper_entry() -> ScopedMenuItem:
    """In the side menu."""
    return ScopedMenuItem(
        gettext_lazy("纸质选票"), reverse("console_paper"), name="console_paper", icon_name="doc-full", order=60,
        right=Right.KEY_BALLOTS,
    )  # fmt: skip
