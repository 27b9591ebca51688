"""What was published of a campaign, and the program that recounts it: files for anybody, signed in or not."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from events.campaigns.models import Campaign, CampaignState
from events.results.publishing import archive_of
from foundation.errors import Missing

HOUR = 3_600


@require_safe
@cache_control(public=True, max_age=HOUR // 12)
def campaign_publication(request: HttpRequest, uid: uuid.UUID) -> FileResponse:
    """The zip of the newest edition as it was published; of an earlier one by `?edition=1`. As long as there is a
    result: none of a campaign that was ended.
    """
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), uid=uid)
    if campaign.state == CampaignState.TERMINATED:
        raise Missing(_("这次评选终止了，没有结果。"))
    asked = request.GET.get("edition", "")
    editions = campaign.publications.order_by("edition")
    publication = next((one for one in editions if str(one.edition) == asked), None) if asked else editions.last()
    if publication is None or not archive_of(publication).exists():
        raise Missing(
            _("文件暂时取不到，请告诉工作人员。") if publication else _("结果公示开始以后，全部数据在这里下载。")
        )
    name = f"publication-{publication.fingerprint[:12]}.zip"
    archive = archive_of(publication).open("rb")
    return FileResponse(archive, as_attachment=True, filename=name, content_type="application/zip")


@require_safe
@cache_control(public=True, max_age=HOUR)
def campaign_verifier(request: HttpRequest) -> FileResponse:
    """The program that recounts a publication: the very file that the tests run."""
    path = settings.BASE_DIR / "verify_campaign.py"
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="text/x-python")
