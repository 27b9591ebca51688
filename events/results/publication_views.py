"""What was published of a campaign, and the program that recounts it: files for anybody, signed in or not."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from events.campaigns.models import Campaign
from events.results.publishing import archive_of
from foundation.errors import Missing

HOUR = 3_600


@require_safe
@cache_control(public=True, max_age=24 * HOUR, immutable=True)
def campaign_publication(request: HttpRequest, uid: uuid.UUID, edition: int) -> FileResponse:
    """The zip of an edition as it was published."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), uid=uid)
    publication = get_object_or_404(campaign.publications, edition=edition)
    path = archive_of(publication)
    if not path.exists():
        raise Missing(_("文件暂时取不到，请告诉工作人员。"))
    name = f"publication-{publication.fingerprint[:12]}.zip"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/zip")


@require_safe
@cache_control(public=True, max_age=HOUR)
def campaign_verifier(request: HttpRequest) -> FileResponse:
    """The program that recounts a publication: the very file that the tests run."""
    path = settings.BASE_DIR / "verify_campaign.py"
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="text/x-python")
