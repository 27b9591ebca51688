"""Custodians for tests, with passphrases that are cheap to try, and the whole way from the close to checked numbers."""

from __future__ import annotations

from collections.abc import Sequence
from unittest import mock

from events.ballots.models import BallotBox, Custodian
from events.ballots.opening import custody
from events.ballots.opening.keys import appoint_custodian, enrol, make_key, set_threshold
from events.ballots.opening.services import bring_share, close_box, run_opening
from foundation.actors import SYSTEM
from volunteers.accounts.models import User

PASSPHRASE = "云溪区 票箱 保管人 的 口令"


def passphrase_of(custodian: Custodian) -> str:
    """Each has one of their own."""
    return f"{PASSPHRASE} {custodian.user_id}"


def enrol_cheaply(custodian: Custodian) -> Custodian:
    """As `enrol`, with a stretching that takes no time."""
    with mock.patch.object(custody, "LOG_COST", 4):
        return enrol(custodian=custodian, passphrase=passphrase_of(custodian), acting_user=custodian.user)


def make_keys(box: BallotBox, users: Sequence[User], threshold: int = 1) -> list[Custodian]:
    """These users keep the key; it is made."""
    keepers = [appoint_custodian(box=box, user=one, acting_user=SYSTEM) for one in users]
    set_threshold(box=box, threshold=threshold, acting_user=SYSTEM)
    for one in keepers:
        enrol_cheaply(one)
    make_key(box=box, acting_user=SYSTEM)
    box.refresh_from_db()
    return list(Custodian.objects.filter(box=box).order_by("pk"))


def bring_all(box: BallotBox) -> None:
    """As many custodians as it takes come."""
    for one in Custodian.objects.filter(box=box).select_related("user", "box__campaign")[: box.threshold]:
        bring_share(custodian=one, passphrase=passphrase_of(one), acting_user=one.user)


def open_whole(box: BallotBox) -> BallotBox:
    """From the close to the checked numbers, as the system."""
    run_opening(close_box(box=box, acting_user=SYSTEM))
    bring_all(BallotBox.objects.get(pk=box.pk))
    return run_opening(box)
