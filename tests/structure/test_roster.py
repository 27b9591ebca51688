"""A roster after a split is matched with the new tree; what has ended is left alone."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine

from foundation.actors import SYSTEM
from foundation.errors import Conflict
from tests.cast import Cast
from tests.roster.books import book as workbook
from tests.roster.books import line
from tests.structure.conftest import THE_1ST, THE_20TH
from volunteers.roster.models import ImportBatch
from volunteers.roster.services import import_roster, undo_import
from volunteers.structure import services
from volunteers.structure.months import Month
from volunteers.structure.reports import month_of
from volunteers.structure.selectors import unit_ids_under
from volunteers.units.models import Appointment, Level, Unit

pytestmark = pytest.mark.everywhere


def book(*lines: dict[str, Any]) -> bytes:
    return workbook({"明月镇": list(lines)})


def lines(**changes: Any) -> list[dict[str, Any]]:
    return [line(n, **changes) for n in range(1, 6)]


def enter(kind: str, unit: Unit, plan: dict[str, Any]) -> None:
    change = services.draft_change(
        uid=uuid.uuid4(), kind=kind, unit=unit, in_force_on=THE_1ST, why="试", plan=plan, acting_user=SYSTEM
    )
    services.record_consultation(change=change, note="问过", acting_user=SYSTEM)
    services.approve_change(change=change, acting_user=SYSTEM)


@pytest.fixture
def group(cast: Cast) -> Unit:
    """A street imported on 20 November: one area, one group, five neighbourhoods."""
    with time_machine.travel(THE_20TH, tick=False):
        import_roster(content=book(*lines()), file_name="r.xlsx", acting_user=SYSTEM)
    return Unit.objects.get(level=Level.GROUP, path__startswith=Unit.objects.get(name="明月镇").path)


def test_the_roster_of_the_new_tree_changes_nothing(group: Unit) -> None:
    homes = list(group.get_children())
    with time_machine.travel(THE_20TH, tick=False) as traveller:
        members = {str(home.uid): int(n >= 3) for n, home in enumerate(homes)}
        enter("split", group, {"sides": [{"name": "第2组"}], "members": members})
        traveller.move_to(dt.datetime.combine(THE_1ST, dt.time(8), THE_20TH.tzinfo))
        services.enter_due()
        held = set(Appointment.objects.active().values_list("pk", flat=True))
        new = {"组名称": "第2组", "组长姓名": None, "组长电话": None, "组长政治面貌": None}
        content = book(*lines()[:3], *(one | new for one in lines()[3:]))
        batch = import_roster(content=content, file_name="r.xlsx", acting_user=SYSTEM)
        assert batch.changes["units"] == 0
        assert (batch.changes["new"], batch.changes["ended"]) == (0, 0)
        assert set(Appointment.objects.active().values_list("pk", flat=True)) == held


def test_a_merged_unit_is_not_matched_and_its_number_of_steps_not_used_again(group: Unit) -> None:
    one, two = list(group.get_children())[3:5]
    with time_machine.travel(THE_20TH, tick=False) as traveller:
        enter("merge", one, {"units": [str(one.uid), str(two.uid)], "into": str(one.uid)})
        traveller.move_to(dt.datetime.combine(THE_1ST, dt.time(8), THE_20TH.tzinfo))
        services.enter_due()
        before = set(unit_ids_under(group, on=dt.date(2026, 11, 30)))
        import_roster(content=book(*lines()), file_name="r.xlsx", acting_user=SYSTEM)
        again = Unit.objects.get(name=two.name, ends_on__isnull=True, path__startswith=group.path)
        two.refresh_from_db()
        assert again.pk != two.pk
        assert again.starts_on == THE_1ST
        assert two.ends_on == dt.date(2026, 11, 30)
        assert set(unit_ids_under(group, on=dt.date(2026, 11, 30))) == before


def test_households_counted_anew_stay_in_the_past_what_they_were(group: Unit) -> None:
    with time_machine.travel(dt.datetime.combine(THE_1ST, dt.time(8), THE_20TH.tzinfo), tick=False):
        before = month_of(group, Month(dt.date(2026, 11, 1))).total
        batch = import_roster(content=book(*lines(户数=12)), file_name="r.xlsx", acting_user=SYSTEM)
        after = month_of(group, Month(dt.date(2026, 11, 1))).total
        assert (before.households, after.households) == (50, 50)
        assert month_of(group, Month(THE_1ST)).total.households == 60
        undo_import(batch=batch, acting_user=SYSTEM)
        assert month_of(group, Month(THE_1ST)).total.households == 50


def test_an_import_is_not_undone_across_a_change_of_the_tree(group: Unit) -> None:
    with time_machine.travel(THE_20TH, tick=False) as traveller:
        enter("rename", group, {"name": "大榕树组"})
        traveller.move_to(dt.datetime.combine(THE_1ST, dt.time(8), THE_20TH.tzinfo))
        services.enter_due()
        with pytest.raises(Conflict, match="结构调整"):
            undo_import(batch=ImportBatch.objects.get(), acting_user=SYSTEM)
