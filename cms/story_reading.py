"""Views of stories: the list, one story and its photos, and the page on which its person says yes or no."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from cms import story_services
from cms.reading import photo_of
from cms.stories import ConsentState, StoryPage
from volunteers.people.documents import PUBLICATION, document
from volunteers.units.rights import person_id_of

LISTED = 20


@login_required
@require_GET
def story_list(request: HttpRequest) -> HttpResponse:
    """邻里故事, the newest first; no counts, no likes."""
    try:
        number = max(int(request.GET.get("page", 1)), 1)
    except ValueError as wrong:
        raise Http404 from wrong
    rows = StoryPage.objects.visible_to(request.user).select_related("unit", "about")
    rows = rows.order_by("-first_published_at", "-pk")
    found = list(rows[(number - 1) * LISTED : number * LISTED + 1])
    context = {"stories": found[:LISTED], "older": number + 1 if len(found) > LISTED else None}
    return render(request, "cms/story_list.html", context)


def _story(request: HttpRequest, uid: uuid.UUID) -> StoryPage:
    """As its person agreed to it: a picture that was exchanged since is not what they saw."""
    rows = StoryPage.objects.visible_to(request.user).select_related("unit", "about")
    story: StoryPage = get_object_or_404(rows, uid=uid)
    if story.fingerprint() != story.text_sha256:
        raise Http404
    return story


@never_cache
@login_required
@require_GET
def story_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One story; its person finds the way to take it down."""
    story = _story(request, uid)
    mine = story.about_id == person_id_of(request.user)
    context = {"story": story, "consent": story.agreed() if mine else None}
    return render(request, "cms/story_detail.html", context)


@never_cache
@login_required
@require_GET
def story_photo(request: HttpRequest, uid: uuid.UUID, image_id: int) -> FileResponse:
    """A photo of a story; not kept by the browser, since it goes with the consent."""
    return photo_of(_story(request, uid).body, image_id)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def story_consent(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The person reads what was written of them, and agrees or not; later, takes it back."""
    consent, draft = story_services.consent_to_read(uid=uid, acting_user=request.user)
    if request.method == "POST":
        if request.POST.get("agree") == "yes":
            full_name = request.POST.get("full_name") == "1"
            story_services.agree(consent=consent, full_name=full_name, acting_user=request.user)
        else:
            story_services.refuse(consent=consent, acting_user=request.user)
        return redirect("story_consent", uid)
    context = {
        "consent": consent,
        "story": draft,
        "wording": document(PUBLICATION).to_read,
        "asks": consent.state in {ConsentState.ASKED, ConsentState.REFUSED, ConsentState.WITHDRAWN},
    }
    return render(request, "cms/story_consent.html", context)


@never_cache
@login_required
@require_GET
def story_consent_photo(request: HttpRequest, uid: uuid.UUID, image_id: int) -> FileResponse:
    """A photo of the draft, for the one who is asked."""
    _consent, draft = story_services.consent_to_read(uid=uid, acting_user=request.user)
    return photo_of(draft.body, image_id)


def preview_story(request: HttpRequest, story: StoryPage) -> HttpResponse:
    """In the console, which has checked that the user may edit it."""
    return render(request, "cms/story_detail.html", {"story": story, "preview": True})
