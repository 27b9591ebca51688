"""The sign in a shop's window: its name, what leaders get there, the year, and a QR to the shop's page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from foundation import clock
from rewards.benefits.models import Benefit, Merchant
from rewards.merchants.selectors import district_name, offers_shown
from volunteers.homes.signs import base_of, drawing_of, qr_of

MOST_LINES = 5


class Size(StrEnum):
    """What a sign is printed on."""

    A4 = "a4"
    A5 = "a5"

    @property
    def on_a_page(self) -> int:
        """Signs on a sheet of A4."""
        return 1 if self is Size.A4 else 2

    @property
    def qr_mm(self) -> int:
        """The side of the QR; a phone reads it from half a metre and more."""
        return 62 if self is Size.A4 else 40


@dataclass(frozen=True, slots=True)
class WindowSign:
    """What is on the sign."""

    name: str
    offers: list[Benefit]
    year: int
    district: str
    drawing: SafeString


def sign_of(merchant: Merchant, *, size: Size, request: HttpRequest) -> WindowSign:
    """The sign of a shop as of today."""
    address = f"{base_of(request)}{reverse('shop_detail', args=[merchant.uid])}"
    drawing = drawing_of(qr_of(address), size.qr_mm, _("扫一扫，看这家店给三长的优惠"))
    return WindowSign(merchant.name, offers_shown(merchant)[:MOST_LINES], clock.today().year, district_name(), drawing)
