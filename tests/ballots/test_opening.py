"""The opening: two persons close, k of n open, every number fits, and a kill at any step changes nothing."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import DatabaseError, transaction

from events.ballots import sealing
from events.ballots.models import Ballot, BallotBox, Custodian, Envelope, OpeningStep, OpinionAnswer
from events.ballots.opening import bring_share, close_box, run_opening
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.models import AuditEntry
from tests.ballots.custodians import bring_all, make_keys, open_whole, passphrase_of
from tests.ballots.opening_making import box_with_key, filled_box, lay_in, other_clerk, roll_for, to_counting
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.everywhere
def test_a_box_is_closed_by_two_opened_by_its_custodian_and_every_ballot_is_counted(cast: Cast) -> None:
    box = filled_box(cast, 12)
    before = Counter(Envelope.objects.values_list("sha256", flat=True))
    close_box(box=box, acting_user=cast.district_clerk)
    box.refresh_from_db()
    assert box.closed_at is None
    with pytest.raises(Conflict):
        close_box(box=box, acting_user=cast.district_clerk)
    close_box(box=box, acting_user=other_clerk(cast))
    box = run_opening(box)
    assert len(box.root) == 64 and box.opened_at is None
    bring_all(box)
    box = run_opening(box)
    assert (box.cast_count, box.counted_count, box.spoilt_count, box.voided_count, box.replaced_count) == (12, 12, 0, 0, 0)
    assert Counter(Ballot.objects.values_list("choices", flat=True)) == {one: 4 for one in _hexes(box)}
    assert not Envelope.objects.exists()
    published = bytes(BallotBox.objects.values_list("hashes", flat=True).get() or b"").hex()
    assert Counter(published[at : at + 64] for at in range(0, len(published), 64)) == before
    assert set(OpeningStep.objects.exclude(done_at=None).values_list("name", flat=True)) == set(OpeningStep.Name.values)


def _hexes(box: BallotBox) -> list[str]:
    return [one.hex for one in box.campaign.nominations.values_list("pk", flat=True)]
