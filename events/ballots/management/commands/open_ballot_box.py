"""Open the box of a campaign as far as people have let it."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from events.ballots.models import BallotBox
from events.ballots.opening.steps import Halted, lines_of
from events.ballots.opening.work import run_opening


class Command(BaseCommand):
    """Goes on where an opening stands, and prints the table. The worker does the same by itself."""

    help = "Go on with the opening of a campaign's ballot box (an operator; the worker does it by itself)"

    def add_arguments(self, parser: CommandParser) -> None:
        """Which campaign."""
        parser.add_argument("campaign", type=uuid.UUID, help="the campaign's uid, as in its address")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 where it has stopped and people have to look."""
        box = BallotBox.objects.select_related("campaign").filter(campaign__uid=options["campaign"]).first()
        if box is None:
            raise CommandError("这场评选没有票箱。")
        try:
            box = run_opening(box, tell=self._tell)
        except Halted as stopped:
            raise CommandError(str(stopped)) from stopped
        for line in lines_of(box):
            step = line.step
            self.stdout.write(f"{step.get_name_display()}：{'完成' if step.done_at else '等着'}")
        if box.root:
            self.stdout.write(f"票箱指纹 {box.root}")
        if box.opened_at:
            told = (box.cast_count, box.counted_count, box.spoilt_count, box.voided_count, box.replaced_count)
            self.stdout.write("投出 {} = 计入 {} + 不合格 {} + 作废 {} + 改过 {}".format(*told))

    def _tell(self, name: str, done: int, total: int) -> None:
        self.stdout.write(f"{name} {done}/{total}", ending="\n" if done == total else "\r")
        self.stdout.flush()
