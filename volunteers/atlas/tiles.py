"""Pictures beneath the map, from a source that the district names; none is asked of anybody else.

`MAP_TILES_URL` holds one template or several with a space between them (天地图 draws streets and their names apart),
with {z} {x} {y} and, for several hosts, {s} out of `MAP_TILES_SUBDOMAINS`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

SYSTEMS = ("wgs84", "cgcs2000", "gcj02")
NEEDED = ("{z}", "{x}", "{y}")


def templates() -> list[str]:
    """The addresses, lowest layer first; empty when the district has named none."""
    return str(settings.MAP_TILES_URL).split()


def is_shifted() -> bool:
    """Whether the pictures are drawn in GCJ-02, so that outlines have to be moved onto them."""
    return bool(templates()) and settings.MAP_TILES_CRS == "gcj02"


def hosts() -> list[str]:
    """Scheme and host of every address, for the policy of the map's page."""
    found: dict[str, None] = {}
    for template in templates():
        parts = urlsplit(template.replace("{s}", "SUB"))
        names = settings.MAP_TILES_SUBDOMAINS if "SUB" in parts.netloc else [""]
        for name in names:
            if parts.netloc:
                found[f"{parts.scheme}://{parts.netloc.replace('SUB', name)}"] = None
    return list(found)


def for_page() -> dict[str, Any]:
    """What the script needs to draw them."""
    return {
        "urls": templates(),
        "subdomains": list(settings.MAP_TILES_SUBDOMAINS),
        "attribution": settings.MAP_TILES_ATTRIBUTION,
        "most": settings.MAP_TILES_MAX_ZOOM,
    }


@register()
def check_tiles(**_kwargs: Any) -> list[CheckMessage]:
    """A template that cannot work is told at the start, not by an empty map."""
    faults: list[CheckMessage] = []
    if settings.MAP_TILES_CRS not in SYSTEMS:
        faults.append(Error(f"MAP_TILES_CRS is {settings.MAP_TILES_CRS!r}; one of {SYSTEMS}", id="atlas.E001"))
    for template in templates():
        parts = urlsplit(template.replace("{s}", "s"))
        if parts.scheme not in {"http", "https"} or not parts.netloc or any(part not in template for part in NEEDED):
            faults.append(Error("MAP_TILES_URL needs http(s), a host, {z}, {x} and {y}", id="atlas.E002"))
        if any(sign in template for sign in ";,'\""):
            faults.append(Error("MAP_TILES_URL holds a sign that a policy cannot hold", id="atlas.E003"))
    if templates() and not settings.MAP_TILES_ATTRIBUTION:
        faults.append(Error("MAP_TILES_ATTRIBUTION is empty: say whose map it is", id="atlas.E004"))
    return faults
