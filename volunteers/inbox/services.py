"""Marking what was read, and forgetting what is old."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from foundation.models import Notification
from volunteers.accounts.models import User
from volunteers.inbox.models import ReadMark
from volunteers.inbox.selectors import RETENTION, heads_of, marks_of, streams_for

PURGE_BATCH = 5_000


@transaction.atomic
def mark_read(*, acting_user: User, cursors: Mapping[str, int] | None = None) -> None:
    """Raise the account's own marks to what was shown; without cursors, to the end. Marks never go back.

    Leaves no audit entry: when somebody reads is nobody's business (domain.md section 6, no online time).
    """
    heads = heads_of(streams_for(acting_user))
    wanted = heads if cursors is None else {key: min(seq, heads[key]) for key, seq in cursors.items() if key in heads}
    marks = marks_of(acting_user)
    higher = {key: seq for key, seq in wanted.items() if seq > marks.get(key, 0)}
    fresh = [ReadMark(user=acting_user, stream_key=key, seq=seq) for key, seq in sorted(higher.items())]
    ReadMark.objects.bulk_create(fresh, ignore_conflicts=True)
    for key in higher.keys() & marks.keys():
        ReadMark.objects.filter(user=acting_user, stream_key=key, seq__lt=higher[key]).update(seq=higher[key])


def purge_old_notifications() -> int:
    """Forget entries past their 90 days, in small transactions; phones that slept longer get a reset (fault F19)."""
    old = Notification.objects.filter(created_at__lt=timezone.now() - RETENTION).order_by("id")
    gone = 0
    while ids := list(old.values_list("id", flat=True)[:PURGE_BATCH]):
        Notification.objects.filter(id__in=ids).delete()
        gone += len(ids)
    return gone
