"""A receipt proves that an envelope is in the box, and tells nothing else."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from events.ballots.merkle import root_of
from events.ballots.models import BallotBox, Envelope
from events.ballots.sealing import receipt_of
from events.ballots.voting.receipts import Where, find, grouped
from foundation import merkle
from tests.ballots.making import Vote, make_vote, make_voter
from tests.cast import Cast
from volunteers.accounts.models import User

pytestmark = pytest.mark.django_db


def close_and_publish(vote: Vote) -> None:
    """The list and its root, as the opening writes them."""
    hashes = sorted(bytes.fromhex(one) for one in Envelope.objects.values_list("sha256", flat=True))
    vote.close()
    BallotBox.objects.filter(pk=vote.box.pk).update(hashes=b"".join(hashes), root=root_of(hashes).hex())
    vote.box.refresh_from_db()


def test_in_the_box_before_the_close_and_proved_after_the_root_is_published(cast: Cast) -> None:
    others = [make_voter(f"选民{n}", cast.neighbourhood) for n in range(6)]
    vote = make_vote(cast)
    mine = vote.cast(cast.resident, vote.candidates[0])
    for user in others:
        vote.cast(user, vote.candidates[1])
    for written in (mine.receipt, grouped(mine.receipt).lower(), mine.sha256, mine.receipt.replace("0", "O")):
        assert find(vote.box, written).where == Where.IN_BOX
    close_and_publish(vote)
    found = find(vote.box, mine.receipt)
    assert (found.where, found.sha256) == (Where.PROVED, mine.sha256)
    steps = [(side, bytes.fromhex(other)) for side, other in found.steps]
    assert merkle.climb(merkle.leaf_of(bytes.fromhex(mine.sha256)), steps).hex() == vote.box.root


def test_a_replaced_receipt_says_so(cast: Cast, client_for: Callable[[User], Client]) -> None:
    vote, client = make_vote(cast), client_for(cast.resident)
    old = vote.cast(cast.resident, vote.candidates[0])
    new = vote.cast(cast.resident, vote.candidates[0])
    assert find(vote.box, old.receipt).where == Where.NOT_THERE
    page = client.get(reverse("ballot_check", args=[vote.campaign.uid]), {"code": old.receipt}).content.decode()
    assert "票箱里没有这一张" in page
    assert "您改过票" in page
    assert grouped(new.receipt) in page
    stranger = Client().get(reverse("ballot_check", args=[vote.campaign.uid]), {"code": old.receipt}).content.decode()
    assert "旧的回执号就换成新的了" in stranger
    assert grouped(new.receipt) not in stranger
    assert (
        "您改过票，以前的回执号换成了这一个"
        in client.get(reverse("ballot_receipt", args=[vote.campaign.uid])).content.decode()
    )


def test_what_is_no_receipt_is_said_plainly(cast: Cast) -> None:
    vote = make_vote(cast)
    for wrong in ("7K3D", "7K3D92QF4MXU", "z" * 64):
        assert find(vote.box, wrong).where == Where.UNREADABLE
    assert find(vote.box, "7K3D92QF4MXA").where == Where.NOT_THERE


def test_quarantine_looks_to_the_voter_like_the_box(cast: Cast, client_for: Callable[[User], Client]) -> None:
    vote, client = make_vote(cast), client_for(cast.resident)
    made = vote.cast(cast.resident, vote.candidates[0])
    address = reverse("ballot_receipt", args=[vote.campaign.uid])

    def page() -> str:
        return re.sub(r'content="[^"]{64}"|value="[^"]{64}"', "", client.get(address).content.decode())

    before = page()
    Envelope.objects.update(state="quarantined", signals="device")
    assert page() == before
    assert find(vote.box, made.receipt).where == Where.IN_BOX


def test_two_receipts_of_one_choice_have_nothing_in_common(cast: Cast) -> None:
    voters = [make_voter(f"选民{n}", cast.neighbourhood) for n in range(8)]
    vote = make_vote(cast)
    same = [vote.cast(user, vote.candidates[0]).sha256 for user in voters]
    assert len(set(same)) == 8
    for made in same:
        envelope = Envelope.objects.get(sha256=made)
        assert receipt_of(made) == receipt_of(envelope.sha256)  # of the envelope alone: no key, no voter, no choice


def test_the_receipt_is_kept_as_a_picture(cast: Cast, client_for: Callable[[User], Client]) -> None:
    vote, client = make_vote(cast), client_for(cast.resident)
    address = reverse("ballot_receipt_save", args=[vote.campaign.uid])
    assert client.get(address).status_code == 404
    made = vote.cast(cast.resident, vote.candidates[0])
    answer = client.get(address)
    assert f'filename="receipt-{made.receipt}.png"' in answer["Content-Disposition"]
    assert Image.open(io.BytesIO(answer.content)).size[0] == 640
