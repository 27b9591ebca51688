"""`manage.py publish_campaign CAMPAIGN DIR`: the files that let anybody recount a campaign."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from events.campaigns.models import Campaign
from events.results.publishing import publish
from foundation.errors import Refused


class Command(BaseCommand):
    """Writes the publication and prints its fingerprint. Exit code 1 when it is not the one that was published."""

    help = "Write the published files of a campaign into a folder and print their fingerprint (an operator)"

    def add_arguments(self, parser: CommandParser) -> None:
        """Which, and where to."""
        parser.add_argument("campaign", type=uuid.UUID, metavar="CAMPAIGN", help="编号，评选网址里的那一段")
        parser.add_argument("folder", type=Path, metavar="DIR", help="空的文件夹，没有就新建")

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish."""
        folder: Path = options["folder"]
        campaign = Campaign.objects.filter(uid=options["campaign"]).first()
        if campaign is None:
            raise CommandError("没有这场评选。")
        if folder.exists() and any(folder.iterdir()):
            raise CommandError(f"{folder} 里已经有东西，请给一个空的文件夹。")
        try:
            fingerprint = publish(campaign, folder)
        except Refused as refused:
            raise CommandError(str(refused.message)) from refused
        self.stdout.write(
            f"{folder}\n指纹 {fingerprint}\n复核：python verify_campaign.py {folder} --fingerprint {fingerprint}"
        )
