"""The code of an event: scanned on the spot it leads to "I am here". Printed on a small sheet, or shown on a phone."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from events.gatherings.models import Event
from volunteers.homes.signs import SIDE_MM, Sheet, base_of, drawing_of, qr_of


def drawing_for(event: Event, request: HttpRequest) -> SafeString:
    """The symbol of the event's address, 88 mm wide: read from a metre and a half."""
    address = f"{base_of(request)}{reverse('event_here', args=[event.uid])}"
    return drawing_of(qr_of(address), SIDE_MM[Sheet.A6], event.title)
