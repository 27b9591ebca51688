"""What the console's own pages share: the line of titles above them, and links to pages that another app brings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _


def page(
    title: str | Promise, *, icon: str = "", trail: Iterable[tuple[str, str | Promise]] = (), **context: Any
) -> dict[str, Any]:
    """Context of a template that extends `console/page.html`; the trail is names of lists and their labels."""
    above: list[dict[str, Any]] = [{"url": reverse("wagtailadmin_home"), "label": _("首页")}]
    above += [{"url": reverse(name), "label": label} for name, label in trail]
    return {
        "header_title": title,
        "page_title": title,
        "header_icon": icon,
        "breadcrumbs_items": [*above, {"url": "", "label": title}],
        **context,
    }
