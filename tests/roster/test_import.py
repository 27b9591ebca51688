"""From a file to units, people and appointments, and back: compared first, all or nothing, undone by batch."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation import clock, failpoints
from foundation.actors import SYSTEM
from foundation.errors import Conflict, Denied, Invalid
from foundation.models import AuditEntry
from tests.cast import Cast
from tests.roster.books import DIRT, book, dirty, line, simple
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.roster import services, vault
from volunteers.roster.models import ImportBatch
from volunteers.roster.services import RowsRefused, import_roster, read_roster, undo_import
from volunteers.units.models import Appointment, Level, Role, Unit

pytestmark = [pytest.mark.django_db, pytest.mark.everywhere]

STREET = "明月镇"


def load(content: bytes, **options: Any) -> ImportBatch:
    return import_roster(content=content, file_name="roster.xlsx", acting_user=SYSTEM, **options)


def lines(*numbers: int, **changes: Any) -> bytes:
    return book({STREET: [line(n, **changes) for n in numbers]})


def snapshot() -> dict[str, list[Any]]:
    """Everything that an import may touch, as values."""
    units = Unit.objects.order_by("path").values_list(
        "path", "depth", "numchild", "level", "name", "place", "households_declared"
    )
    people = Person.objects.order_by("id").values_list(
        "id", "name", "gender", "born_on", "political_status", "phone_index"
    )
    posts = Appointment.objects.order_by("id").values_list(
        "id",
        "person_id",
        "role",
        "unit_id",
        "starts_on",
        "ends_on",
        "ended_reason",
        "post_title",
        "is_cadre",
        "employer",
    )
    return {"units": list(units), "people": list(people), "posts": list(posts)}


def holder(name: str, role: Role = Role.NEIGHBOUR_LEADER) -> str | None:
    post = Appointment.objects.active().filter(unit__name=name, unit__path__startswith="0001", role=role).first()
    return post.person.name if post else None


def test_an_empty_database_gets_the_whole_network() -> None:
    batch = load(book({STREET: [line(1), line(2)], "松涛镇": [line(3, 邻长姓名="空缺", 邻长电话=None)]}))
    assert [Unit.objects.at(level).count() for level in Level] == [1, 2, 2, 2, 2, 3]
    assert batch.totals["leaders"] == Appointment.objects.count() == 6
    assert Person.objects.count() == 4  # the area and group leader serve in both streets
    assert Unit.find_problems() == ([], [], [], [], [])
    person = Person.objects.by_phone("15422220001").get()
    assert (person.phone, person.gender, person.born_on) == ("15422220001", "f", dt.date(1970, 5, 1))
    post = person.appointments.get()
    assert (post.role, post.starts_on, post.unit.name) == (Role.NEIGHBOUR_LEADER, dt.date(2024, 3, 1), "1-1-1邻")
    assert (post.unit.place, post.unit.households_declared) == ("锦绣家园 1栋1单元", 10)
    assert (
        Appointment.objects.get(
            role=Role.AREA_LEADER, unit__path__startswith=post.unit.path_at(Level.STREET)
        ).post_title
        == "社区委员"
    )
    assert not User.objects.exists()


def test_the_same_file_again_changes_nothing() -> None:
    load(simple())
    before = snapshot()
    again = load(simple())
    assert (again.rows_written, snapshot()) == (0, before)
    assert not any(again.changes.values())


def test_the_tree_keeps_the_order_of_the_file() -> None:
    load(lines(12, 3, 7))
    assert list(Unit.objects.at(Level.NEIGHBOURHOOD).order_by("path").values_list("name", flat=True)) == [
        "1-1-12邻",
        "1-1-3邻",
        "1-1-7邻",
    ]


def test_a_changed_file_is_compared_before_anything_is_saved() -> None:
    load(lines(1, 2, 3, 4))
    changed = book(
        {
            STREET: [
                line(1, 户数=12),
                line(2, 邻长姓名="新人", 邻长电话="15433330002"),
                line(3, 邻长姓名="空缺", 邻长电话=None),
                line(5),
            ]
        }
    )
    before = snapshot()
    plan = read_roster(changed, acting_user=SYSTEM).plan
    assert plan.changes() == {"new": 1, "changed": 2, "ended": 2, "vacant": 1, "units": 1}
    assert snapshot() == before
    load(changed)
    names = [holder(f"1-1-{n}邻") for n in range(1, 6)]
    assert names == ["王丽英", "新人", None, None, "王丽琴"]
    assert Unit.objects.get(name="1-1-1邻").households_declared == 12
    yesterday = clock.today() - dt.timedelta(days=1)
    ended = Appointment.objects.get(unit__name="1-1-3邻")
    assert (ended.ends_on, ended.ended_reason) == (yesterday, "花名册导入")
    assert Appointment.objects.get(unit__name="1-1-2邻", ends_on__isnull=False).ends_on == dt.date(2024, 3, 1)


def test_a_blank_cell_erases_nothing_and_a_written_one_corrects() -> None:
    load(lines(1))
    load(lines(1, 性别=None, 政治面貌=None, 出生年月=None, 任职日期=None, 小区=None, 楼栋单元=None))
    person = Person.objects.by_phone("15422220001").get()
    assert (person.gender, person.political_status, person.born_on) == ("f", "群众", dt.date(1970, 5, 1))
    load(lines(1, 政治面貌="中共党员", 邻长姓名="王改名"))
    person.refresh_from_db()
    assert (person.name, person.political_status) == ("王改名", "中共党员")


def test_communities_that_the_file_does_not_name_are_left_alone() -> None:
    load(book({STREET: [line(1), line(2, 社区="古槐社区", 片长姓名="空缺", 组长姓名="空缺")]}))
    reading = read_roster(lines(1), acting_user=SYSTEM)
    assert reading.plan.is_empty
    assert reading.plan.absent_communities == [f"{STREET} · 古槐社区"]


def test_refused_rows_stop_everything_unless_the_good_ones_are_taken() -> None:
    with pytest.raises(RowsRefused) as refusal:
        load(dirty())
    assert not Unit.objects.exists()
    assert not ImportBatch.objects.exists()
    assert len(refusal.value.reading.found.faulty) == sum(one.verdict == "error" for one in DIRT)
    batch = load(dirty(), take_good_rows=True)
    assert Unit.objects.at(Level.NEIGHBOURHOOD).count() == sum(one.verdict != "error" for one in DIRT)
    assert batch.took_good_rows


def test_a_refused_row_never_ends_the_appointment_it_is_about() -> None:
    load(lines(1, 2))
    load(book({STREET: [line(1, 户数="若干"), line(2)]}), take_good_rows=True)
    assert holder("1-1-1邻") == "王丽英"
    load(book({STREET: [line(1, 社区=None), line(2)]}), take_good_rows=True)
    assert holder("1-1-1邻") == "王丽英"


def test_a_file_without_one_good_row_is_refused() -> None:
    with pytest.raises(RowsRefused):
        load(lines(1, 户数="若干"), take_good_rows=True)
    with pytest.raises(Invalid, match="没有找到花名册"):
        load(book({STREET: []}, header=["姓名", "电话"]))


def test_a_failure_half_way_leaves_nothing_behind() -> None:
    def fail() -> None:
        raise RuntimeError("power cut")

    with failpoints.armed("roster.after_write", fail), pytest.raises(RuntimeError):
        load(simple())
    assert not Unit.objects.exists()
    assert not Person.objects.exists()
    assert load(simple()).rows_written


def test_undo_restores_the_former_state() -> None:
    first = load(lines(1, 2, 3))
    before = snapshot()
    second = load(
        book(
            {
                STREET: [
                    line(1, 邻长姓名="王改名", 户数=30),
                    line(2, 邻长姓名="新人", 邻长电话="15433330002"),
                    line(4, 社区="古槐社区"),
                ]
            }
        )
    )
    assert snapshot() != before
    undo_import(batch=second, acting_user=SYSTEM)
    assert snapshot() == before
    undo_import(batch=first, acting_user=SYSTEM)
    assert snapshot() == {"units": [], "people": [], "posts": []}
    second.refresh_from_db()
    assert second.state == ImportBatch.State.UNDONE
    assert second.journal_sealed == ""
    with pytest.raises(Conflict):
        undo_import(batch=second, acting_user=SYSTEM)


def test_only_the_latest_import_can_be_undone() -> None:
    first, _second = load(lines(1)), load(lines(1, 2))
    with pytest.raises(Conflict, match="先撤销那一次"):
        undo_import(batch=first, acting_user=SYSTEM)


def test_a_person_who_has_signed_in_outlives_the_undo() -> None:
    batch = load(lines(1, 2))
    person = Person.objects.by_phone("15422220001").get()
    User.objects.create_user(person=person)
    undo_import(batch=batch, acting_user=SYSTEM)
    assert list(Person.objects.all()) == [person]
    assert not Appointment.objects.exists()


def test_a_unit_with_a_record_of_its_own_stops_the_undo() -> None:
    batch = load(lines(1))
    before = snapshot()
    resident = Person.objects.create(name="方晓")
    from volunteers.homes.models import Resident

    Resident.objects.create(person=resident, neighbourhood=Unit.objects.get(name="1-1-1邻"))
    with pytest.raises(Conflict, match="不能整批撤销"):
        undo_import(batch=batch, acting_user=SYSTEM)
    Resident.objects.all().delete()
    resident.delete()
    assert snapshot() == before


def test_the_audit_trail_knows_and_holds_no_personal_value() -> None:
    batch = load(simple())
    undo_import(batch=batch, acting_user=SYSTEM)
    entries = list(AuditEntry.objects.filter(object_type="roster.importbatch").order_by("id"))
    assert [entry.act for entry in entries] == ["roster.import", "roster.undo"]
    assert "王丽英" not in str([entry.data for entry in entries])


def test_the_number_of_queries_does_not_grow_with_the_roster() -> None:
    def queries(street: str, count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            load(simple(street, count))
        return len(captured)

    load(simple())
    assert queries("松涛镇", 10) == queries("渔浦镇", 90)


# --- scope -----------------------------------------------------------------------------------------------------------


def roster_of(cast: Cast) -> dict[str, list[dict[str, Any]]]:
    near = line(1, 社区="桂花社区", 邻长姓名="周桂兰", 邻长电话=cast.leader.person.phone if cast.leader.person else "")
    heads = {
        "片长姓名": "高远",
        "片长电话": cast.area_leader.person.phone if cast.area_leader.person else "",
        "组长姓名": "许敏",
        "组长电话": cast.group_leader.person.phone if cast.group_leader.person else "",
    }
    far = line(2, 社区="石桥社区", 片长姓名="空缺", 组长姓名="空缺")
    return {"青禾街道": [near | heads], "临溪街道": [far]}


def test_a_street_clerk_imports_her_street_only(cast: Cast) -> None:
    reading = read_roster(book(roster_of(cast)), acting_user=cast.street_clerk)
    assert [(row.street, list(row.faults)) for row in reading.found.rows] == [("青禾街道", []), ("临溪街道", ["社区"])]
    with pytest.raises(RowsRefused):
        import_roster(content=book(roster_of(cast)), file_name="r.xlsx", acting_user=cast.street_clerk)


def test_a_community_worker_imports_her_community_only(cast: Cast) -> None:
    content = book({"青禾街道": [line(1, 社区="桂花社区"), line(2, 社区="月桂社区"), line(3, 社区="新建社区")]})
    reading = read_roster(content, acting_user=cast.worker)
    assert [list(row.faults) for row in reading.found.rows] == [[], ["社区"], ["社区"]]


def test_a_district_clerk_imports_everywhere_and_new_streets_too(cast: Cast) -> None:
    content = book({**roster_of(cast), "新设街道": [line(3)]})
    assert not read_roster(content, acting_user=cast.district_clerk).found.faulty


@pytest.mark.parametrize("who", ["leader", "group_leader", "area_leader", "resident", "stranger", "officer"])
def test_nobody_else_imports(cast: Cast, who: str) -> None:
    with pytest.raises(Denied):
        read_roster(simple(), acting_user=getattr(cast, who))


def test_leaders_who_are_still_in_the_file_stay_and_others_in_the_community_end(cast: Cast) -> None:
    batch = import_roster(content=book(roster_of(cast)), file_name="r.xlsx", acting_user=cast.district_clerk)
    assert holder("1-1-1邻") == "周桂兰"
    assert not Appointment.objects.active().filter(unit=cast.neighbourhood2).exists()
    assert Appointment.objects.active().filter(unit=cast.other_neighbourhood).exists()
    assert Appointment.objects.active().filter(unit=cast.street).exists()
    undo_import(batch=batch, acting_user=cast.district_clerk)
    assert Appointment.objects.active().filter(unit=cast.neighbourhood2).exists()


def test_the_number_of_somebody_outside_the_roster_is_not_renamed(cast: Cast) -> None:
    clerk = cast.street_clerk.person
    assert clerk is not None
    content = book({"青禾街道": [line(1, 社区="桂花社区", 邻长姓名="冒名", 邻长电话=clerk.phone)]})
    row = read_roster(content, acting_user=cast.district_clerk).found.rows[0]
    assert list(row.faults) == ["邻长电话"]
    assert "罗晴" not in str(row.faults)


# --- preview and confirmation ----------------------------------------------------------------------------------------


def preview(cast: Cast, content: bytes) -> ImportBatch:
    return services.preview_import(content=content, file_name="名册.xlsx", acting_user=cast.district_clerk)


def test_a_preview_saves_no_unit_and_keeps_the_file_sealed(cast: Cast) -> None:
    before = snapshot()
    batch = preview(cast, simple())
    assert snapshot() == before
    sealed = vault._path(batch.uid, "file").read_bytes()
    assert not sealed.startswith(b"PK")
    kept = vault.fetch(batch.uid, "file")
    assert kept is not None
    assert kept.startswith(b"PK")


def test_a_confirmed_preview_writes_once_and_deletes_the_file(cast: Cast) -> None:
    batch = preview(cast, simple())
    done = services.confirm_import(batch=batch, take_good_rows=False, acting_user=cast.district_clerk)
    assert done.is_committed
    assert vault.fetch(batch.uid, "file") is None
    with pytest.raises(Conflict):
        services.confirm_import(batch=batch, take_good_rows=False, acting_user=cast.district_clerk)


def test_a_preview_that_no_longer_holds_is_not_confirmed(cast: Cast) -> None:
    batch = preview(cast, simple())
    load(lines(1))
    with pytest.raises(Conflict, match="重新上传"):
        services.confirm_import(batch=batch, take_good_rows=False, acting_user=cast.district_clerk)


def test_rights_count_at_the_moment_of_confirmation(cast: Cast) -> None:
    batch = preview(cast, simple())
    with pytest.raises((Conflict, RowsRefused)):
        services.confirm_import(batch=batch, take_good_rows=False, acting_user=cast.street_clerk)
    with pytest.raises(Denied):
        services.confirm_import(batch=batch, take_good_rows=False, acting_user=cast.leader)


def test_files_are_deleted_after_a_day(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = preview(cast, simple())
    monkeypatch.setattr(vault, "KEPT_SECONDS", -1)
    assert services.expire_uploads() >= 1
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.DROPPED
    assert vault.fetch(batch.uid, "file") is None


def test_refused_rows_come_back_with_remarks_and_can_be_sent_again(cast: Cast) -> None:
    import io

    from openpyxl import load_workbook

    batch = preview(cast, dirty())
    content = services.refused_rows(batch=batch, acting_user=cast.district_clerk)
    assert content is not None
    sheet = load_workbook(io.BytesIO(content))[STREET]
    header = [cell.value for cell in sheet[1]]
    phone = header.index("邻长电话")
    row = next(row for row in sheet.iter_rows(min_row=2) if row[phone].value == "1543333000")
    assert row[phone].comment is not None
    assert "11 位" in row[phone].comment.text
    assert "第 8 行" in str(row[-1].value)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    services.confirm_import(batch=batch, take_good_rows=True, acting_user=cast.district_clerk)
    assert services.refused_rows(batch=batch, acting_user=cast.district_clerk)
    again = read_roster(content, acting_user=cast.district_clerk)
    assert {tuple(row.faults) for row in again.found.faulty} >= {("邻长电话",), ("户数",), ("任职日期",)}
    row[phone].value = "15433330999"
    repaired = io.BytesIO()
    sheet.parent.save(repaired)
    fixed = read_roster(repaired.getvalue(), acting_user=cast.district_clerk)
    assert len(fixed.found.good) == len(again.found.good) + 1
