"""Pictures beneath the map come from where the district says, or from nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.atlas.shapes import put_outlines
from tests.cast import Cast
from volunteers.accounts.models import User
from volunteers.atlas import tiles

pytestmark = pytest.mark.django_db
SKY = "https://t{s}.tianditu.gov.cn/vec_w/wmts?LAYER=vec&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=key"
NAMES = SKY.replace("vec", "cva")


def pictures(client: Client, path: str) -> str:
    policy = client.get(path)["Content-Security-Policy"]
    return next(part for part in policy.split(";") if part.strip().startswith("img-src"))


def test_nobody_is_asked_for_pictures_by_default(
    cast: Cast, client_for: Callable[[User], Client], settings: Any
) -> None:
    assert settings.MAP_TILES_URL == ""
    put_outlines(cast.community)
    client = client_for(cast.worker)
    assert "http" not in pictures(client, "/console/map/")
    assert '"urls": []' in client.get("/console/map/").content.decode()


def test_a_source_is_let_in_on_the_map_only(cast: Cast, client_for: Callable[[User], Client], settings: Any) -> None:
    settings.MAP_TILES_URL, settings.MAP_TILES_SUBDOMAINS = f"{SKY} {NAMES}", ["0", "1"]
    settings.MAP_TILES_ATTRIBUTION = "天地图"
    put_outlines(cast.community)
    client = client_for(cast.worker)
    there = pictures(client, "/console/map/")
    assert there.strip().endswith("https://t0.tianditu.gov.cn https://t1.tianditu.gov.cn")
    assert "tianditu" not in pictures(client, "/console/")
    assert "tianditu" not in pictures(client, "/")
    assert tiles.check_tiles() == []


@pytest.mark.parametrize(
    ("url", "crs", "words", "found"),
    [
        ("", "wgs84", "", []),
        (SKY, "cgcs2000", "天地图", []),
        (SKY, "bd09", "天地图", ["atlas.E001"]),
        ("https://a.example/{z}/{x}.png", "gcj02", "某地图", ["atlas.E002"]),
        ("ftp://a.example/{z}/{x}/{y}.png", "gcj02", "某地图", ["atlas.E002"]),
        ("https://a.example/{z}/{x}/{y}.png;script-src", "gcj02", "某地图", ["atlas.E003"]),
        (SKY, "wgs84", "", ["atlas.E004"]),
    ],
)
def test_a_source_that_cannot_work_is_told_at_the_start(
    settings: Any, url: str, crs: str, words: str, found: list[str]
) -> None:
    settings.MAP_TILES_URL, settings.MAP_TILES_CRS, settings.MAP_TILES_ATTRIBUTION = url, crs, words
    assert [fault.id for fault in tiles.check_tiles()] == found
