"""Publishing a campaign: its files, the manifest over them, and the fingerprint that stands in the public notice.

The fingerprint is the SHA-256 of MANIFEST.json, which names every other file with length and SHA-256. What was
published never changes: the same campaign is written again byte for byte, or refused. Only while the winners' notice
runs may who stands and who is chosen change; that makes a further edition, whose manifest names the one before. After
the award there are no more: whatever is erased or put right by then, what was published is handed out as it was kept.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from events.campaigns.models import Campaign, CampaignState
from events.results.models import Publication
from events.results.publishing_files import FORMAT, Files, as_json
from foundation import audit, outbox, streams
from foundation.actors import SYSTEM
from foundation.errors import Conflict

TOPIC = "campaign.publish"
MANIFEST = "MANIFEST.json"
MAY_CHANGE = {"candidates.csv", "result.csv"}
"""What an objection that was upheld or dismissed changes; nothing else ever differs between editions."""
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def ask(campaign: Campaign) -> None:
    """Let a worker publish it after the caller's commit; where nothing is new that does nothing."""
    outbox.put(TOPIC, {"campaign": campaign.pk})


def publish(campaign: Campaign, folder: Path, *, is_asked: bool = False) -> str:
    """Write everything into an empty folder and return the fingerprint; the first time this is the publication.

    Run by `manage.py publish_campaign` from the winners' notice on, and by the worker where a campaign `is_asked` for
    (`ask`), which alone may add an edition once the notice is over. Writing takes a while, so the campaign is locked
    only at the end, to see that nothing was decided meanwhile. Raises `Conflict` before the notice, where something was
    decided just now, and where the files differ from what was published.
    """
    campaign = Campaign.objects.select_related("unit", "rules").get(pk=campaign.pk)
    if not campaign.has_passed(CampaignState.PANEL):
        raise Conflict(_("结果公示开始以后才公布。"))
    writer = Files(campaign, folder)
    files, newest = writer.write(), _newest(campaign)
    prints = {name: str(one["sha256"]) for name, one in files.items()}
    if newest is not None and prints == newest.files:
        return _written(campaign, folder, files, newest.edition, _before(newest))
    if newest is not None and not is_asked and campaign.has_passed(CampaignState.WINNERS_NOTICE):
        return _as_kept(newest, folder)
    if newest is not None and (changed := _changed(prints, newest)) - MAY_CHANGE:
        raise Conflict(_("和已经公布的不一样：%(files)s") % {"files": "、".join(sorted(changed))})
    edition, before = (newest.edition + 1, newest.fingerprint) if newest else (1, None)
    fingerprint = _written(campaign, folder, files, edition, before)
    made = Publication(campaign=campaign, edition=edition, fingerprint=fingerprint, files=prints)
    archive = _zipped(folder, archive_of(made).parent)
    try:
        _settle(made, archive, writer)
    finally:
        archive.unlink(missing_ok=True)
    return fingerprint


def _as_kept(publication: Publication, folder: Path) -> str:
    """The files of an edition as they were published, out of its archive, in the place of those written anew."""
    archive = archive_of(publication)
    if not archive.exists():
        raise Conflict(_("公布的文件不在了，请从备份里取回来。"))
    for path in folder.iterdir():
        path.unlink()
    with zipfile.ZipFile(archive) as kept:
        kept.extractall(folder)
    if hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest() != publication.fingerprint:
        raise Conflict(_("留着的文件和公布的指纹对不上，请从备份里取回来。"))
    return publication.fingerprint


def is_behind(campaign: Campaign) -> bool:
    """Whether who stands or is chosen is not what was published last."""
    newest = _newest(campaign)
    if newest is None:
        return True
    with tempfile.TemporaryDirectory() as aside:
        found = Files(campaign, Path(aside)).tables(sorted(MAY_CHANGE))
    return any(newest.files.get(name) != one["sha256"] for name, one in found.items())


@transaction.atomic
def _settle(made: Publication, archive: Path, writer: Files) -> None:
    """The row, the archive in its place and the notice, unless another worker has just done the same."""
    locked = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=made.campaign_id)
    newest = _newest(locked)
    if newest is not None and newest.fingerprint == made.fingerprint:
        return
    if (newest.edition if newest else 0) != made.edition - 1 or not writer.still_holds(sorted(MAY_CHANGE)):
        raise Conflict(_("刚刚又有变化，请再来一次。"))
    made.save(force_insert=True)
    archive.replace(archive_of(made))
    data = {"edition": made.edition, "fingerprint": made.fingerprint}
    audit.record(actor=SYSTEM, act="campaign.publish", obj=locked, unit_id=locked.unit_id, data=data)
    _tell(made)


def _newest(campaign: Campaign) -> Publication | None:
    return campaign.publications.order_by("edition").last()


def _changed(prints: dict[str, str], newest: Publication) -> set[str]:
    return {name for name in {*prints, *newest.files} if prints.get(name) != newest.files.get(name)}


def _before(publication: Publication) -> str | None:
    """The fingerprint of the edition before."""
    earlier = publication.campaign.publications.filter(edition=publication.edition - 1)
    return earlier.values_list("fingerprint", flat=True).first()


def _written(
    campaign: Campaign, folder: Path, files: dict[str, dict[str, object]], edition: int, before: str | None
) -> str:
    """The manifest; returns its SHA-256."""
    body = {"format": FORMAT, "campaign": str(campaign.uid), "edition": edition, "before": before, "files": files}
    manifest = as_json({**body, "files": dict(sorted(files.items()))})
    (folder / MANIFEST).write_bytes(manifest)
    return hashlib.sha256(manifest).hexdigest()


# -- the archive that is downloaded ------------------------------------------------------------------------------------


def archive_of(publication: Publication) -> Path:
    """Where the zip of an edition lies."""
    name = f"{publication.campaign.uid}-{publication.edition}.zip"
    return Path(settings.PRIVATE_ROOT) / "publications" / name


def bytes_to_fetch(campaign: Campaign) -> int:
    """How large the archive of the newest edition is; 0 where there is none."""
    newest = _newest(campaign)
    return archive_of(newest).stat().st_size if newest and archive_of(newest).exists() else 0


def _zip(file: IO[bytes]) -> zipfile.ZipFile:
    return zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)


def _zipped(folder: Path, beside: Path) -> Path:
    """The folder as an archive of which the same files make the same bytes, aside in the folder where it will lie."""
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=beside, delete=False) as aside, _zip(aside) as archive:
        for path in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(path.name, _NO_TIME)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with archive.open(entry, "w", force_zip64=True) as target, path.open("rb") as source:
                shutil.copyfileobj(source, target)
    os.chmod(aside.name, 0o640)
    return Path(aside.name)


@streams.in_district_language
def _tell(publication: Publication) -> None:
    """The public notice: what a recount has to come to."""
    campaign = publication.campaign
    title = _("%(title)s的全部数据公布了") % {"title": campaign.title}
    if publication.edition > 1:
        title = _("%(title)s的数据有了第 %(n)d 版") % {"title": campaign.title, "n": publication.edition}
    body = _("谁都可以下载、自己再算一遍。指纹：%(print)s") % {"print": publication.fingerprint}
    payload = {"title": title, "body": body, "url": reverse("result", args=[campaign.uid]), "icon": "ribbon"}
    ref = f"campaign:{campaign.uid}:{publication.edition}"
    streams.publish(streams.unit_key(campaign.unit_id), kind="campaign", payload=payload, ref=ref)
