"""Views of what people read: notices, events, their photos. Whatever the audience rule hides is a 404."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST
from wagtail.images import get_image_model
from wagtail.images.models import Image, Rendition
from wagtail.permissions import policy_registry

from cms import selectors, services
from cms.forms import ReadForm
from cms.models import EventPage, NoticePage
from events.gatherings.models import Event, SignUp
from events.gatherings.permissions import can_show_code, reach_at
from events.gatherings.selectors import been_to
from foundation.errors import Invalid
from foundation.middleware import wants_json
from volunteers.units.rights import Right, paths_where

LISTED = 30
WIDTH = "width-800"


def _notice(request: HttpRequest, uid: uuid.UUID) -> NoticePage:
    notices = NoticePage.objects.visible_to(request.user).select_related("unit")
    notice: NoticePage = get_object_or_404(notices, uid=uid)
    return notice


def _event_page(request: HttpRequest, uid: uuid.UUID) -> EventPage:
    page: EventPage = get_object_or_404(EventPage.objects.visible_to(request.user).select_related("unit"), uid=uid)
    return page


@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """What concerns me, thirty at a time."""
    try:
        page = max(int(request.GET.get("page", 1)), 1)
    except ValueError as wrong:
        raise Http404 from wrong
    cards = selectors.notice_cards(request.user, limit=LISTED + 1, offset=(page - 1) * LISTED)
    context = {"cards": cards[:LISTED], "page": page, "older": page + 1 if len(cards) > LISTED else None}
    return render(request, "cms/notice_list.html", context)


@require_GET
def notice_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """A notice, with 知道了 where one is asked to read it."""
    notice = _notice(request, uid)
    asked = notice.must_read and NoticePage.objects.addressed_to(request.user).filter(pk=notice.pk).exists()
    context = {"notice": notice, "form": ReadForm(initial={"id": uuid.uuid4()})}
    context |= {"asked": asked, "read": asked and selectors.has_read(request.user, notice)}
    return render(request, "cms/notice_detail.html", context)


@login_required
@require_POST
def notice_read(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """知道了; sent by the outbox of the phone, or plainly without JavaScript."""
    notice = _notice(request, uid)
    form = ReadForm(request.POST)
    if not form.is_valid():
        raise Invalid
    services.read_notice(id=form.cleaned_data["id"], notice=notice, acting_user=request.user)
    url = notice.get_absolute_url()
    return JsonResponse({"ok": True, "url": url}) if wants_json(request) else redirect(url)


def preview_notice(request: HttpRequest, notice: NoticePage) -> HttpResponse:
    """In the console, which has checked that the user may edit it."""
    return render(request, "cms/notice_detail.html", {"notice": notice, "preview": True})


@require_GET
def event_list(request: HttpRequest) -> HttpResponse:
    """What is on, or with ?past=1 what was."""
    past = request.GET.get("past") == "1"
    context = {"cards": selectors.event_cards(request.user, past=past), "past": past}
    return render(request, "cms/event_list.html", context)


@require_GET
def event_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """An event with its places, and the one thing to do about it."""
    page = _event_page(request, uid)
    event = get_object_or_404(Event.objects.visible_to(request.user).select_related("unit"), uid=uid)
    mine = None
    if person_id := getattr(request.user, "person_id", None):
        mine = SignUp.objects.current().filter(event=event, person_id=person_id).first()
    context = {"page": page, "event": event, "mine": mine, "form": ReadForm(initial={"id": uuid.uuid4()})}
    context["may_sign_up"] = event.is_open and event.places_left != 0 and mine is None
    if request.user.is_authenticated:
        context["been"] = been_to(request.user, event)
        context["may_confirm"] = bool(reach_at(request.user, event))
        context["may_show_code"] = can_show_code(request.user, event)
    return render(request, "gatherings/event_detail.html", context)


def preview_event(request: HttpRequest, page: EventPage) -> HttpResponse:
    """In the console; the plan of the draft stands in for the event."""
    draft = {name: getattr(page, name) for name in ("place", "starts_at", "ends_at", "capacity", "needs_sign_up")}
    event = Event(uid=page.uid, title=page.title, signed_count=0, **draft)
    return render(request, "gatherings/event_detail.html", {"page": page, "event": event, "preview": True})


@require_GET
@cache_control(private=True, max_age=3600)
def notice_photo(request: HttpRequest, uid: uuid.UUID, image_id: int) -> FileResponse:
    """A photo of a notice, for those who may read it."""
    return photo_of(_notice(request, uid).body, image_id)


@require_GET
@cache_control(private=True, max_age=3600)
def event_photo(request: HttpRequest, uid: uuid.UUID, image_id: int) -> FileResponse:
    """A photo of an event, for those who may see it."""
    return photo_of(_event_page(request, uid).body, image_id)


def photo_of(body: Any, image_id: int) -> FileResponse:
    """A photo of a page's body, whose reader was checked; 404 for any other picture."""
    photos = (block.value["photo"] for block in body if block.block_type == "photo")
    image = next((photo for photo in photos if photo and photo.pk == image_id), None)
    if image is None:
        raise Http404
    return _file(image.get_rendition(WIDTH).file)


def _file(stored: FieldFile) -> FileResponse:
    try:
        return FileResponse(stored.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as gone:
        raise Http404 from gone


@login_required
@require_GET
@cache_control(private=True, max_age=3600)
def console_media(request: HttpRequest, name: str) -> FileResponse:
    """Pictures in the console's lists, for staff who may choose them. Readers get theirs through the page."""
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise Http404
    stored: Image | Rendition | None = (
        get_image_model().objects.filter(file=name).first()
        or Rendition.objects.filter(file=name).select_related("image").first()
    )
    image = stored.image if isinstance(stored, Rendition) else stored
    if stored is None or not _may_choose(request.user, image):
        raise Http404
    return _file(stored.file)


def _may_choose(user: Any, image: Image) -> bool:
    if not user.is_superuser and not paths_where(user, Right.USE_CONSOLE):
        return False
    policy = policy_registry.get_by_type(get_image_model())
    return bool(policy.user_has_any_permission_for_instance(user, ["choose", "change"], image))
