"""Outlines from files: refused with a sentence that helps, shown before they count, put back when asked."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from config.demo.district import small_district
from config.demo.outlines import community_outlines
from foundation.actors import SYSTEM
from foundation.errors import Conflict, Denied, Invalid
from foundation.models import AuditEntry
from tests.atlas.shapes import as_bytes, collection, feature, put_outlines, square
from tests.cast import Cast
from volunteers.accounts.models import User
from volunteers.atlas import geojson
from volunteers.atlas.coordinates import moved, to_gcj02
from volunteers.atlas.models import Outline, OutlineImport
from volunteers.atlas.services import (
    confirm_outlines,
    drop_outlines,
    forget_files,
    import_outlines,
    preview_outlines,
    undo_outlines,
)
from volunteers.units.models import Level

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
OSMANTHUS = {"street": "青禾街道", "community": "桂花社区"}
LAUREL = {"street": "青禾街道", "community": "月桂社区"}


def preview(content: bytes, user: Any = SYSTEM, crs: str = "wgs84") -> OutlineImport:
    return preview_outlines(content=content, file_name="边界.geojson", crs=crs, acting_user=user)


def upload(client: Client, content: bytes, crs: str = "wgs84") -> Any:
    file = SimpleUploadedFile("边界.geojson", content, "application/geo+json")
    return client.post("/console/outlines/", {"file": file, "crs": crs}, follow=True)


def ring(*points: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(points)]}


NOT_A_FILE = {
    "nothing": (b"", "不是 GeoJSON"),
    "a sentence": ("边界".encode(), "不是 GeoJSON"),
    "another encoding": ('{"type":"桂花"}'.encode("gbk"), "UTF-8"),
    "cut off": (as_bytes(collection((OSMANTHUS, square())))[:-9], "不完整"),
    "a list": (b"[]", "FeatureCollection"),
    "one geometry": (as_bytes(square()), "FeatureCollection"),
    "features that are none": (b'{"type":"FeatureCollection","features":{}}', "FeatureCollection"),
    "an empty collection": (as_bytes(collection()), "一个边界也没有"),
    "no number": (b'{"type":"FeatureCollection","features":[NaN]}', "不是 GeoJSON"),
    "a number without end": (b'{"features":[1' + b"0" * 5000 + b"]}", "不是 GeoJSON"),
    "a well without bottom": (b"[" * 100_000, "不是 GeoJSON"),
    "too many": (as_bytes(collection(*[(OSMANTHUS, None)] * 2001)), "2,001 个边界"),
    "too large": (b" " * (5 * 1024 * 1024 + 1), "5 MB"),
}


@pytest.mark.parametrize(("content", "told"), NOT_A_FILE.values(), ids=NOT_A_FILE)
def test_what_is_no_file_of_outlines_is_refused_as_a_whole(cast: Cast, content: bytes, told: str) -> None:
    put_outlines(cast.community)
    with pytest.raises(Invalid) as refusal:
        preview(content)
    assert told.replace("2,001", "2001") in str(refusal.value.message)
    assert not OutlineImport.objects.exists()
    assert Outline.objects.count() == 1


A, B, C = [112.4, 30.2], [112.5, 30.2], [112.5, 30.3]
WRONG = {
    "no geometry": (OSMANTHUS, None, "只导出面"),
    "a point": (OSMANTHUS, {"type": "Point", "coordinates": A}, "只导出面"),
    "a geometry that is text": (OSMANTHUS, "Polygon", "只导出面"),
    "an empty one": (OSMANTHUS, {"type": "Polygon", "coordinates": []}, "空的"),
    "an empty part": (OSMANTHUS, {"type": "MultiPolygon", "coordinates": [[]]}, "空的"),
    "coordinates that are text": (OSMANTHUS, {"type": "Polygon", "coordinates": "x"}, "空的"),
    "three points": (OSMANTHUS, ring(A, B, A), "不到 4 个点"),
    "one place four times": (OSMANTHUS, ring(A, A, A, A), "不到 4 个点"),
    "an open ring": (OSMANTHUS, ring(A, B, C, [112.4, 30.3]), "没有合上"),
    "text for a point": (OSMANTHUS, ring("A", B, C, "A"), "坐标读不出来"),
    "text for a number": (OSMANTHUS, ring(["112.4", 30.2], B, C, ["112.4", 30.2]), "不是数字"),
    "true for a number": (OSMANTHUS, ring([True, 30.2], B, C, [True, 30.2]), "不是数字"),
    "one number": (OSMANTHUS, ring([112.4], B, C, [112.4]), "坐标读不出来"),
    "metres": (OSMANTHUS, ring([512000, 3340000], B, C, [512000, 3340000]), "投影坐标"),
    "an endless number": (OSMANTHUS, ring([1e999, 30.2], B, C, [1e999, 30.2]), "坐标"),
    "latitude first": (OSMANTHUS, ring([30.2, 112.4], B, C, [30.2, 112.4]), "写反了"),
    "too many points": (OSMANTHUS, ring(*[[112 + n / 1e5, 30.2] for n in range(20_001)]), "20,000 个点"),
    "no name": ({}, square(), "street（镇街）"),
    "a name that is a number": ({"street": 1, "community": 2}, square(), "street（镇街）"),
    "no properties": (None, square(), "street（镇街）"),
    "an area of nowhere": ({"street": "青禾街道", "area": "第1片区"}, square(), "补上 community"),
    "nearly the name": ({"street": "青禾街道", "community": "桂花小区"}, square(), "是不是“青禾街道 桂花社区”"),
    "nobody's name": ({"street": "西山镇", "community": "无名村"}, square(), "先导入花名册"),
    "the wrong street": ({"street": "临溪街道", "community": "桂花社区"}, square(), "是不是"),
}


@pytest.mark.parametrize(("names", "geometry", "told"), WRONG.values(), ids=WRONG)
def test_one_that_is_wrong_is_told_and_the_others_stay_good(cast: Cast, names: Any, geometry: Any, told: str) -> None:
    batch = preview(as_bytes(collection((LAUREL, square(1)), (names, geometry))))
    assert batch.counts == {"good": 1, "new": 1, "replaced": 0, "same": 0, "error": 1}
    (problem,) = batch.problems
    assert problem["number"] == 2
    assert told in problem["text"]
    with pytest.raises(Invalid):
        confirm_outlines(batch=batch, take_good=False, acting_user=SYSTEM)
    assert not Outline.objects.exists()
    confirm_outlines(batch=batch, take_good=True, acting_user=SYSTEM)
    assert Outline.objects.get().unit == cast.other_community


def test_features_that_are_no_features_do_not_stop_the_reading(cast: Cast) -> None:
    data: Any = {"type": "FeatureCollection", "features": [None, 7, "x", [], feature(OSMANTHUS, square())]}
    assert preview(as_bytes(data)).counts["error"] == 4


def test_the_same_community_twice_is_taken_once(cast: Cast) -> None:
    batch = preview(as_bytes(collection((OSMANTHUS, square()), (OSMANTHUS, square(1)))))
    assert batch.counts["good"] == 1
    assert "MultiPolygon" in batch.problems[0]["text"]


def test_a_community_alone_is_enough_where_there_is_one_of_that_name(cast: Cast) -> None:
    assert preview(as_bytes(collection(("石桥社区", square())))).counts["good"] == 1
    cast.other_street.refresh_from_db()
    cast.other_street.add_child(level=Level.COMMUNITY, name="桂花社区")
    batch = preview(as_bytes(collection(("桂花社区", square()))))
    assert "不止一个" in batch.problems[0]["text"]
    area = OSMANTHUS | {"area": "第1片区"}
    both = preview(as_bytes(collection((OSMANTHUS, square()), (area, square()), ({"street": "青禾街道"}, square(2)))))
    assert set(both.outlines) == {str(unit.pk) for unit in (cast.community, cast.area, cast.street)}


def test_a_file_drawn_on_a_shifted_map_is_moved_back(cast: Cast) -> None:
    shifted = moved(square(), to_gcj02)
    import_outlines(content=as_bytes(collection((OSMANTHUS, shifted))), file_name="x", crs="gcj02", acting_user=SYSTEM)
    kept = Outline.objects.get()
    assert kept.geometry["coordinates"][0][0] == pytest.approx(square()["coordinates"][0][0], abs=2e-6)
    assert kept.bbox == pytest.approx([112.4, 30.2, 112.41, 30.21], abs=2e-6)


def test_a_clerk_sees_a_preview_confirms_it_and_takes_it_back(cast: Cast, client_for: ClientFor) -> None:
    put_outlines(cast.community)
    client = client_for(cast.street_clerk)
    answer = upload(client, as_bytes(collection((OSMANTHUS, square(5)), (LAUREL, square(6)), ("哪里", None))))
    page, address = answer.content.decode(), answer.redirect_chain[-1][0]
    assert page.count("<path d=") >= 2
    assert "哪里" in page
    assert Outline.objects.get().geometry == square(0)
    refused = client.post(f"{address}confirm/", follow=True).content.decode()
    assert "有 1 个边界有问题" in refused
    client.post(f"{address}confirm/", {"take": "good"})
    again = client.post(f"{address}confirm/", {"take": "good"}, follow=True).content.decode()
    assert "2 个边界已经在地图上" in again
    assert Outline.objects.get(unit=cast.community).geometry == square(5)
    assert AuditEntry.objects.filter(act="outlines.import").count() == 1
    client.post(f"{address}undo/")
    assert Outline.objects.get().geometry == square(0)
    assert "不能撤销" in client.post(f"{address}undo/", follow=True).content.decode()


def test_a_preview_can_be_given_up_once(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.street_clerk)
    address = upload(client, as_bytes(collection((OSMANTHUS, square())))).redirect_chain[-1][0]
    assert "地图没有变" in client.post(f"{address}drop/", follow=True).content.decode()
    assert "已经确认或放弃" in client.post(f"{address}drop/", follow=True).content.decode()
    assert "已经放弃" in client.post(f"{address}confirm/", follow=True).content.decode()
    assert not Outline.objects.exists()


def test_what_a_later_file_has_drawn_is_not_taken_back(cast: Cast) -> None:
    first = as_bytes(collection((OSMANTHUS, square())))
    batch = import_outlines(content=first, file_name="x", crs="wgs84", acting_user=SYSTEM)
    import_outlines(
        content=as_bytes(collection((OSMANTHUS, square(2)))), file_name="y", crs="wgs84", acting_user=SYSTEM
    )
    with pytest.raises(Conflict):
        undo_outlines(batch=batch, acting_user=SYSTEM)
    assert Outline.objects.get().geometry == square(2)


def test_a_refused_upload_says_what_to_do(cast: Cast, client_for: ClientFor) -> None:
    answer = upload(client_for(cast.street_clerk), b"{}")
    assert answer.status_code == 422
    assert "FeatureCollection" in answer.content.decode()
    assert upload(client_for(cast.street_clerk), as_bytes(collection()), crs="epsg").status_code == 422


def test_streets_and_the_district_draw_and_each_its_own(cast: Cast, client_for: ClientFor) -> None:
    far = {"street": "临溪街道", "community": "石桥社区"}
    content = as_bytes(collection((OSMANTHUS, square()), (far, square(1))))
    worker = client_for(cast.worker)
    assert worker.get("/console/outlines/").status_code == 403
    assert upload(worker, content).status_code == 403
    with pytest.raises(Denied):
        preview(content, cast.worker)
    mine = preview(content, cast.street_clerk)
    assert mine.counts["good"] == 1
    assert "不在您的范围里" in mine.problems[0]["text"]
    whole = preview(content, cast.district_clerk)
    assert whole.counts["good"] == 2
    assert client_for(cast.street_clerk).get(f"/console/outlines/{whole.uid}/").status_code == 404
    with pytest.raises(Denied):
        confirm_outlines(batch=whole, take_good=True, acting_user=cast.street_clerk)
    assert not Outline.objects.exists()


def test_files_nobody_confirmed_are_forgotten(cast: Cast) -> None:
    batch = preview(as_bytes(collection((OSMANTHUS, square()))))
    done = import_outlines(
        content=as_bytes(collection((LAUREL, square()))), file_name="x", crs="wgs84", acting_user=SYSTEM
    )
    assert forget_files() == 0
    yesterday = batch.created_at - dt.timedelta(days=1, minutes=1)
    OutlineImport.objects.filter(pk=batch.pk).update(created_at=yesterday)
    OutlineImport.objects.filter(pk=done.pk).update(committed_at=yesterday - dt.timedelta(days=30))
    assert forget_files() == 2
    batch.refresh_from_db()
    assert (batch.state, batch.outlines) == ("dropped", {})
    with pytest.raises(Conflict):
        drop_outlines(batch=batch, acting_user=SYSTEM)
    assert Outline.objects.count() == 1


def test_the_command_tries_then_imports(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "边界.geojson"
    file.write_bytes(as_bytes(collection((OSMANTHUS, square()), ("哪里", square()))))
    call_command("import_outlines", file, "--dry-run")
    assert "新增 1，更换 0，没变 0，有问题 1" in capsys.readouterr().out
    with pytest.raises(CommandError, match="没有导入"):
        call_command("import_outlines", file)
    assert not Outline.objects.exists()
    assert not OutlineImport.objects.exists()
    call_command("import_outlines", file, "--take-good", "--crs", "gcj02")
    assert Outline.objects.count() == 1
    with pytest.raises(CommandError, match="读不到文件"):
        call_command("import_outlines", tmp_path / "nothing")


def test_the_outlines_of_the_sample_district_are_all_good(cast: Cast) -> None:
    content = json.dumps(community_outlines(small_district())).encode()
    batch = preview(content)
    assert batch.counts["good"] + batch.counts["error"] == 4
    assert all("没有找到" in problem["text"] for problem in batch.problems)
    assert len(content) < geojson.MAX_BYTES
