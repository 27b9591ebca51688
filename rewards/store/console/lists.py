"""The lists of the store: by place, name or date, never by what a person has or spent."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from foundation.secrets import mask_name
from rewards.store.models import (
    Category,
    CountState,
    ExchangeDay,
    Goods,
    GoodsBudget,
    Movement,
    Passbook,
    Redemption,
    RedemptionState,
    StockCount,
    Store,
    Why,
)
from rewards.store.money import yuan
from volunteers.people.search import matching
from volunteers.units.console import DayColumn, ExportColumn, NumberColumn, PlaceFilter, ScopedListView
from volunteers.units.rights import Right, paths_where
from volunteers.units.selectors import named_like

_ALL = gettext_lazy("全部")


def _yes(value: bool) -> str:
    return _("是") if value else _("否")


def _add(label: str, name: str) -> list[HeaderButton]:
    return [HeaderButton(label, url=reverse(name), icon_name="plus")]


def _stores(request: Any) -> QuerySet[Store]:
    found: QuerySet[Store] = Store.objects.visible_to(request.user).order_by("unit__path", "pinyin")
    return found


class StoreChoice(django_filters.ModelChoiceFilter):
    """One of the reader's stores."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=gettext_lazy("积分超市"), queryset=_stores, to_field_name="uid", **kwargs)


class _StoreList(ScopedListView):
    """What all of them share."""

    right = Right.KEEP_STORE
    related: tuple[str, ...] = ()

    def get_base_queryset(self) -> QuerySet[Any]:
        """With what the columns name."""
        return super().get_base_queryset().select_related(*self.related)


class StoreFilterSet(WagtailFilterSet):
    """By place."""

    place = PlaceFilter()

    class Meta:
        model = Store
        fields = ("is_open",)


class StoreListView(_StoreList):
    """Stores in the order of the tree."""

    model = Store
    page_title = gettext_lazy("积分超市")
    header_icon = "home"
    search_hint = gettext_lazy("名称、拼音或首字母")
    empty_text = gettext_lazy("还没有积分超市。先开一家，再添货品。")
    filterset_class = StoreFilterSet
    default_ordering = ("unit__path", "pinyin", "pk")
    related = ("unit",)
    columns = (
        TitleColumn("name", label=gettext_lazy("名称"), get_url=lambda one: reverse("console_store", args=[one.uid])),
        Column("unit", label=gettext_lazy("社区"), accessor="unit.name"),
        Column("place", label=gettext_lazy("地点")),
        Column("opening", label=gettext_lazy("开放时间")),
        Column("is_open", label=gettext_lazy("开放"), accessor=lambda one: _yes(one.is_open)),
    )
    export_columns = (
        ExportColumn(gettext_lazy("名称"), "name"),
        ExportColumn(gettext_lazy("社区"), "unit.name"),
        ExportColumn(gettext_lazy("地点"), "place"),
        ExportColumn(gettext_lazy("开放时间"), "opening"),
        ExportColumn(gettext_lazy("开放"), lambda one: _yes(one.is_open)),
    )

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By name and by how it sounds."""
        return rows.filter(named_like(words))

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """A new one."""
        return _add(_("开一家"), "console_store_create")


class GoodsFilterSet(WagtailFilterSet):
    """By store, shelf, place."""

    store = StoreChoice()
    category = django_filters.ChoiceFilter(label=gettext_lazy("类别"), empty_label=_ALL, choices=Category.choices)
    place = PlaceFilter("store__unit__path")

    class Meta:
        model = Goods
        fields = ("store", "category", "is_active")


class GoodsListView(_StoreList):
    """Goods with today's price and what lies there."""

    model = Goods
    page_title = gettext_lazy("货品和价格")
    header_icon = "pick"
    search_hint = gettext_lazy("货品名称、拼音或首字母")
    empty_text = gettext_lazy("货架还空着，添一样吧。")
    filterset_class = GoodsFilterSet
    default_ordering = ("store__unit__path", "store_id", "pinyin", "pk")
    related = ("store__unit",)
    columns = (
        TitleColumn("name", label=gettext_lazy("货品"), get_url=lambda one: reverse("console_goods", args=[one.uid])),
        Column("measure", label=gettext_lazy("规格")),
        Column("category", label=gettext_lazy("类别"), accessor="get_category_display"),
        Column("store", label=gettext_lazy("积分超市"), accessor="store.name"),
        NumberColumn("price", label=gettext_lazy("几分")),
        NumberColumn("stock", label=gettext_lazy("库存")),
        NumberColumn("reserved", label=gettext_lazy("已预约")),
        Column("is_active", label=gettext_lazy("在架"), accessor=lambda one: _yes(one.is_active)),
    )
    export_columns = (
        ExportColumn(gettext_lazy("积分超市"), "store.name"),
        ExportColumn(gettext_lazy("社区"), "store.unit.name"),
        ExportColumn(gettext_lazy("货品"), "name"),
        ExportColumn(gettext_lazy("规格"), "measure"),
        ExportColumn(gettext_lazy("类别"), "get_category_display"),
        ExportColumn(gettext_lazy("几分"), "price"),
        ExportColumn(gettext_lazy("进价（元）"), lambda one: yuan(one.cost_fen)),
        ExportColumn(gettext_lazy("库存"), "stock"),
        ExportColumn(gettext_lazy("已预约"), "reserved"),
        ExportColumn(gettext_lazy("在架"), lambda one: _yes(one.is_active)),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """With today's price."""
        rows: Any = super().get_base_queryset()
        found: QuerySet[Any] = rows.priced()
        return found

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By name and by how it sounds."""
        return rows.filter(named_like(words))

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """A new one."""
        return _add(_("添一样"), "console_goods_create")


class MovementFilterSet(WagtailFilterSet):
    """By store, reason, place."""

    store = StoreChoice(field_name="goods__store")
    why = django_filters.ChoiceFilter(label=gettext_lazy("缘由"), empty_label=_ALL, choices=Why.choices)
    place = PlaceFilter("goods__store__unit__path")

    class Meta:
        model = Movement
        fields = ("store", "why")


class MovementListView(_StoreList):
    """Every piece that came or went, the newest first."""

    model = Movement
    page_title = gettext_lazy("出入库")
    header_icon = "order"
    search_hint = gettext_lazy("货品名称、拼音或首字母")
    filterset_class = MovementFilterSet
    default_ordering = ("-at", "pk")
    related = ("goods__store__unit",)
    columns = (
        DayColumn("at", label=gettext_lazy("时间")),
        Column("goods", label=gettext_lazy("货品"), accessor="goods.name"),
        Column("store", label=gettext_lazy("积分超市"), accessor="goods.store.name"),
        Column("why", label=gettext_lazy("缘由"), accessor="get_why_display"),
        NumberColumn("quantity", label=gettext_lazy("件数")),
        NumberColumn("cost_fen", label=gettext_lazy("单价（元）"), accessor=lambda one: yuan(one.cost_fen)),
        Column("reason", label=gettext_lazy("说明")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("时间"), "at"),
        ExportColumn(gettext_lazy("社区"), "goods.store.unit.name"),
        ExportColumn(gettext_lazy("积分超市"), "goods.store.name"),
        ExportColumn(gettext_lazy("货品"), "goods.name"),
        ExportColumn(gettext_lazy("缘由"), "get_why_display"),
        ExportColumn(gettext_lazy("件数"), "quantity"),
        ExportColumn(gettext_lazy("单价（元）"), lambda one: yuan(one.cost_fen)),
        ExportColumn(gettext_lazy("说明"), "reason"),
    )

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the goods."""
        return rows.filter(named_like(words, "goods__"))


class RedemptionFilterSet(WagtailFilterSet):
    """By store, state, place."""

    store = StoreChoice()
    state = django_filters.ChoiceFilter(label=gettext_lazy("状态"), empty_label=_ALL, choices=RedemptionState.choices)
    place = PlaceFilter("store__unit__path")

    class Meta:
        model = Redemption
        fields = ("store", "state", "is_proxy")


def _collected_by(one: Redemption) -> str:
    return one.collector.shown_name if one.collector else ""


class RedemptionListView(_StoreList):
    """Reservations, the newest first."""

    model = Redemption
    page_title = gettext_lazy("兑换")
    header_icon = "tick-inverse"
    search_hint = gettext_lazy("姓名、拼音、首字母、手机后四位")
    filterset_class = RedemptionFilterSet
    default_ordering = ("-reserved_at", "pk")
    related = ("person", "goods", "store__unit", "day", "collector__collector")
    columns = (
        TitleColumn(
            "person", label=gettext_lazy("姓名"), accessor="person.name",
            get_url=lambda one: reverse("console_redemption", args=[one.pk]),
        ),
        Column("goods", label=gettext_lazy("货品"), accessor="goods.name"),
        NumberColumn("quantity", label=gettext_lazy("件数")),
        Column("state", label=gettext_lazy("状态"), accessor="get_state_display"),
        Column("store", label=gettext_lazy("积分超市"), accessor="store.name"),
        DayColumn("day", label=gettext_lazy("兑换日"), accessor="day.on"),
        DayColumn("reserved_at", label=gettext_lazy("预约时间")),
        Column("is_proxy", label="", accessor=lambda one: _("代录") if one.is_proxy else ""),
    )  # fmt: skip
    export_columns = (
        ExportColumn(gettext_lazy("姓名"), "person.name", mask_name),
        ExportColumn(gettext_lazy("社区"), "store.unit.name"),
        ExportColumn(gettext_lazy("积分超市"), "store.name"),
        ExportColumn(gettext_lazy("货品"), "goods.name"),
        ExportColumn(gettext_lazy("件数"), "quantity"),
        ExportColumn(gettext_lazy("状态"), "get_state_display"),
        ExportColumn(gettext_lazy("兑换日"), "day.on"),
        ExportColumn(gettext_lazy("预约时间"), "reserved_at"),
        ExportColumn(gettext_lazy("办结时间"), "done_at"),
        ExportColumn(gettext_lazy("谁领走的"), _collected_by, mask_name),
        ExportColumn(gettext_lazy("代录"), lambda one: _yes(one.is_proxy)),
    )

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the person."""
        return matching(rows, words)


class DayFilterSet(WagtailFilterSet):
    """By store and place."""

    store = StoreChoice()
    place = PlaceFilter("store__unit__path")

    class Meta:
        model = ExchangeDay
        fields = ("store",)


class DayListView(_StoreList):
    """Exchange days, the latest first."""

    model = ExchangeDay
    page_title = gettext_lazy("兑换日")
    header_icon = "calendar-alt"
    search_hint = gettext_lazy("积分超市的名称、拼音或首字母")
    empty_text = gettext_lazy("还没有兑换日。定一天，大家会收到通知。")
    filterset_class = DayFilterSet
    default_ordering = ("-on", "store__unit__path", "pk")
    related = ("store__unit",)
    columns = (
        TitleColumn("on", label=gettext_lazy("哪天"), get_url=lambda one: reverse("console_exchange", args=[one.uid])),
        Column("hours", label=gettext_lazy("几点")),
        Column("store", label=gettext_lazy("积分超市"), accessor="store.name"),
        Column("where", label=gettext_lazy("地点")),
        Column("called_off_reason", label=gettext_lazy("取消了")),
        NumberColumn("waiting", label=gettext_lazy("等着领的")),
    )
    export_columns = (
        ExportColumn(gettext_lazy("哪天"), "on"),
        ExportColumn(gettext_lazy("几点"), "hours"),
        ExportColumn(gettext_lazy("社区"), "store.unit.name"),
        ExportColumn(gettext_lazy("积分超市"), "store.name"),
        ExportColumn(gettext_lazy("地点"), "where"),
        ExportColumn(gettext_lazy("取消了"), "called_off_reason"),
        ExportColumn(gettext_lazy("等着领的"), "waiting"),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """With how many reservations wait for the day."""
        waits = Count("redemptions", filter=Q(redemptions__state=RedemptionState.RESERVED))
        return super().get_base_queryset().annotate(waiting=waits)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the store."""
        return rows.filter(named_like(words, "store__"))

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """A new one."""
        return _add(_("定一天"), "console_exchange_create")


class CountFilterSet(WagtailFilterSet):
    """By store and state."""

    store = StoreChoice()
    state = django_filters.ChoiceFilter(label=gettext_lazy("状态"), empty_label=_ALL, choices=CountState.choices)

    class Meta:
        model = StockCount
        fields = ("store", "state")


class CountListView(_StoreList):
    """Stock-takings, the newest first."""

    model = StockCount
    page_title = gettext_lazy("盘点")
    header_icon = "clipboard-list"
    search_hint = gettext_lazy("积分超市的名称、拼音或首字母")
    empty_text = gettext_lazy("还没有盘点过。到积分超市那一页开始盘点。")
    filterset_class = CountFilterSet
    default_ordering = ("-at", "pk")
    related = ("store__unit", "entered_by__person", "decided_by__person")
    columns = (
        TitleColumn("at", label=gettext_lazy("时间"), accessor=lambda one: DayColumn("at").get_value(one),
                    get_url=lambda one: reverse("console_count", args=[one.pk])),
        Column("store", label=gettext_lazy("积分超市"), accessor="store.name"),
        Column("state", label=gettext_lazy("状态"), accessor="get_state_display"),
        Column("entered_by", label=gettext_lazy("盘点人"), accessor="entered_by.get_full_name"),
        Column("decided_by", label=gettext_lazy("核对人"), accessor="decided_by.get_full_name"),
    )  # fmt: skip
    export_columns = (
        ExportColumn(gettext_lazy("时间"), "at"),
        ExportColumn(gettext_lazy("积分超市"), "store.name"),
        ExportColumn(gettext_lazy("状态"), "get_state_display"),
        ExportColumn(gettext_lazy("说明"), "reason"),
    )

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the store."""
        return rows.filter(named_like(words, "store__"))


class BudgetFilterSet(WagtailFilterSet):
    """By year and place."""

    year = django_filters.NumberFilter(label=gettext_lazy("年份"))
    place = PlaceFilter()

    class Meta:
        model = GoodsBudget
        fields = ("year",)


class BudgetListView(_StoreList):
    """Money for goods, by community."""

    model = GoodsBudget
    page_title = gettext_lazy("采购预算")
    header_icon = "table"
    search_hint = gettext_lazy("社区的名称、拼音或首字母")
    empty_text = gettext_lazy("还没有预算。镇街和区里可以定。")
    filterset_class = BudgetFilterSet
    default_ordering = ("unit__path", "-year", "pk")
    related = ("unit",)
    columns = (
        TitleColumn("unit", label=gettext_lazy("社区"), accessor="unit.name",
                    get_url=lambda one: reverse("console_goods_budget", args=[one.uid])),
        NumberColumn("year", label=gettext_lazy("年份"), accessor=lambda one: str(one.year)),
        NumberColumn("fen", label=gettext_lazy("预算（元）"), accessor=lambda one: yuan(one.fen)),
        NumberColumn("spent_fen", label=gettext_lazy("已用（元）"), accessor=lambda one: yuan(one.spent_fen)),
        NumberColumn("left_fen", label=gettext_lazy("还剩（元）"), accessor=lambda one: yuan(one.left_fen)),
    )  # fmt: skip
    export_columns = (
        ExportColumn(gettext_lazy("社区"), "unit.name"),
        ExportColumn(gettext_lazy("年份"), "year"),
        ExportColumn(gettext_lazy("预算（元）"), lambda one: yuan(one.fen)),
        ExportColumn(gettext_lazy("已用（元）"), lambda one: yuan(one.spent_fen)),
    )

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the community."""
        return rows.filter(named_like(words, "unit__"))

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """A new one, for those who set them."""
        if not paths_where(self.request.user, Right.KEEP_BUDGETS):
            return []
        return _add(_("定预算"), "console_goods_budget_create")


class PassbookFilterSet(WagtailFilterSet):
    """In use or ended, and by place."""

    ended = django_filters.BooleanFilter(
        field_name="ended_at", lookup_expr="isnull", exclude=True, label=gettext_lazy("已停用")
    )
    place = PlaceFilter()

    class Meta:
        model = Passbook
        fields = ("ended",)


class PassbookListView(_StoreList):
    """Passbooks by the sound of the name; what is in them is on their own page only."""

    model = Passbook
    page_title = gettext_lazy("积分存折")
    header_icon = "doc-full-inverse"
    search_hint = gettext_lazy("姓名、拼音、首字母、手机后四位")
    empty_text = gettext_lazy("还没有开过存折。在柜台找到人，点“开存折”。")
    filterset_class = PassbookFilterSet
    default_ordering = ("person__pinyin", "person_id", "pk")
    related = ("person", "unit")
    columns = (
        TitleColumn("person", label=gettext_lazy("姓名"), accessor="person.name",
                    get_url=lambda one: reverse("console_passbook", args=[one.uid])),
        Column("number", label=gettext_lazy("存折号")),
        Column("unit", label=gettext_lazy("社区"), accessor="unit.name"),
        NumberColumn("page", label=gettext_lazy("印到第几页")),
        DayColumn("printed_at", label=gettext_lazy("印到什么时候")),
        Column("state", label=gettext_lazy("状态"),
               accessor=lambda one: _("在用") if one.is_live else one.get_ended_why_display()),
    )  # fmt: skip
    export_columns = (
        ExportColumn(gettext_lazy("姓名"), "person.name", mask_name),
        ExportColumn(gettext_lazy("社区"), "unit.name"),
        ExportColumn(gettext_lazy("印到第几页"), "page"),
        ExportColumn(gettext_lazy("印到什么时候"), "printed_at"),
        ExportColumn(gettext_lazy("在用"), lambda one: _yes(one.is_live)),
    )

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the person."""
        return matching(rows, words)
