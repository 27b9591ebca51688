"""Which shop a request is about: somebody who works for several chooses one, and the session remembers it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from foundation.errors import Denied
from rewards.benefits.models import Merchant
from rewards.merchants.selectors import chosen_among, shops_served

KEY = "shop"


def my_shops(request: HttpRequest) -> list[Merchant]:
    """The shops of whoever asks; raises `Denied` for everybody else."""
    try:
        return shops_served(request.user)
    except Denied:
        raise Denied(_("这一页是给商家验券用的。")) from None


def my_shop(request: HttpRequest) -> Merchant:
    """The shop that was chosen, else the first by name."""
    return chosen_among(my_shops(request), request.session.get(KEY, ""))


def around(request: HttpRequest, **context: Any) -> dict[str, Any]:
    """Context of a page of a shop: which it is, and which others there are."""
    shops = my_shops(request)
    return {"merchant": chosen_among(shops, request.session.get(KEY, "")), "shops": shops, **context}
