"""The store at a desk: stores and goods, exchange days, the counter, stock-taking, passbooks, money."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy
from wagtail import hooks

from rewards.store.console import counter, counting, days, lists, money, passbooks, redemptions, shelf
from volunteers.units.console import POINTS_MENU, ScopedMenuItem, routes
from volunteers.units.rights import Right

_LISTS = (
    ("stores", lists.StoreListView, "console_store"),
    ("goods", lists.GoodsListView, "console_goods"),
    ("movements", lists.MovementListView, "console_movement"),
    ("redemptions", lists.RedemptionListView, "console_redemption"),
    ("days", lists.DayListView, "console_exchange"),
    ("counts", lists.CountListView, "console_count"),
    ("budgets", lists.BudgetListView, "console_goods_budget"),
    ("passbooks", lists.PassbookListView, "console_passbook"),
)


def _here(route: str, view: Any, name: str) -> URLPattern:
    return path(f"store/{route}", view, name=f"console_{name}")


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/store/."""
    return [
        *(one for route, view, name in _LISTS for one in routes(view, f"store/{route}", name)),
        _here("stores/new/", shelf.store_create, "store_create"),
        _here("stores/<uuid:uid>/", shelf.store_detail, "store"),
        _here("stores/<uuid:uid>/edit/", shelf.store_edit, "store_edit"),
        _here("stores/<uuid:uid>/counter/", counter.counter, "counter"),
        _here("stores/<uuid:uid>/counter/serve/", counter.serve, "counter_serve"),
        _here("stores/<uuid:uid>/counter/collector/", counter.collector_name, "counter_collector"),
        _here("stores/<uuid:uid>/counter/collector/end/", counter.collector_end, "counter_collector_end"),
        _here("stores/<uuid:uid>/counter/passbook/", passbooks.issue, "passbook_issue"),
        _here("stores/<uuid:uid>/collect/", days.collect, "store_collect"),
        _here("stores/<uuid:uid>/sheet/", counting.sheet, "count_sheet"),
        _here("stores/<uuid:uid>/count/", counting.create, "count_create"),
        _here("stores/<uuid:uid>/settlement/", money.settlement, "settlement"),
        _here("stores/<uuid:uid>/settlement/ask/", money.settlement_ask, "settlement_ask"),
        _here("settlements/<uuid:uid>/decide/", money.settlement_decide, "settlement_decide"),
        _here("goods/new/", shelf.goods_create, "goods_create"),
        _here("goods/<uuid:uid>/", shelf.goods_detail, "goods"),
        _here("goods/<uuid:uid>/edit/", shelf.goods_edit, "goods_edit"),
        _here("goods/<uuid:uid>/price/", shelf.goods_price, "goods_price"),
        _here("goods/<uuid:uid>/intake/", shelf.goods_intake, "goods_intake"),
        _here("goods/<uuid:uid>/spoil/", shelf.goods_spoil, "goods_spoil"),
        _here("days/new/", days.day_create, "exchange_create"),
        _here("days/<uuid:uid>/", days.day_detail, "exchange"),
        _here("days/<uuid:uid>/edit/", days.day_edit, "exchange_edit"),
        _here("days/<uuid:uid>/call-off/", days.day_call_off, "exchange_call_off"),
        _here("days/<uuid:uid>/sheet/", days.day_sheet, "exchange_sheet"),
        _here("redemptions/<uuid:uid>/", redemptions.detail, "redemption"),
        _here("redemptions/<uuid:uid>/cancel/", redemptions.cancel, "redemption_cancel"),
        _here("redemptions/<uuid:uid>/return/", redemptions.take_back, "redemption_return"),
        _here("counts/<uuid:uid>/", counting.detail, "count"),
        _here("counts/<uuid:uid>/decide/", counting.decide, "count_decide"),
        _here("budgets/new/", money.budget_create, "goods_budget_create"),
        _here("budgets/<uuid:uid>/", money.budget_edit, "goods_budget"),
        _here("passbooks/<uuid:uid>/", passbooks.detail, "passbook"),
        _here("passbooks/<uuid:uid>/print/", passbooks.print_pages, "passbook_print"),
        _here("passbooks/<uuid:uid>/again/", passbooks.print_again, "passbook_reprint"),
        _here("passbooks/<uuid:uid>/card/", passbooks.print_card, "passbook_card"),
        _here("passbooks/<uuid:uid>/replace/", passbooks.replace, "passbook_replace"),
    ]


def _entry(label: Any, name: str, icon: str, order: int) -> None:
    @hooks.register(POINTS_MENU)
    def item() -> ScopedMenuItem:
        url = reverse(f"console_{name}_list")
        right = Right.KEEP_STORE
        return ScopedMenuItem(label, url, name=f"store-{name}", icon_name=icon, order=order, right=right)


_entry(gettext_lazy("积分超市"), "store", "home", 40)
_entry(gettext_lazy("兑换日"), "exchange", "calendar-alt", 41)
_entry(gettext_lazy("兑换"), "redemption", "tick-inverse", 42)
_entry(gettext_lazy("货品和价格"), "goods", "pick", 43)
_entry(gettext_lazy("出入库"), "movement", "order", 44)
_entry(gettext_lazy("盘点"), "count", "clipboard-list", 45)
_entry(gettext_lazy("积分存折"), "passbook", "doc-full-inverse", 46)
_entry(gettext_lazy("采购预算"), "goods_budget", "table", 47)
