"""`manage.py sync_staff`: sections, collections and groups of the console as the appointments of today say."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from cms.sections import sync_staff_groups


class Command(BaseCommand):
    """May be run at any time and as often as one likes; also done for each member of staff at sign-in."""

    help = "按今天的任职，更新工作台里各单位的栏目、图库和工作人员。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Sync and say how many."""
        units, members = sync_staff_groups()
        self.stdout.write(f"{units} 个单位，{members} 位工作人员")
