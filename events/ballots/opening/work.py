"""What the machine does of an opening, step by step, as far as people have let it (opening.py)."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric import ec

from events.ballots.models import BallotBox, Custodian
from events.ballots.opening import custody, emptying
from events.ballots.opening.steps import Halted, Name, halt, is_done, turn
from events.campaigns.models import CampaignState
from foundation import failpoints, secrets


def brought_aad(custodian: Custodian) -> str:
    """What a brought share is bound to."""
    return f"ballots_custodian|brought|{custodian.uid}"


def key_of(box: BallotBox) -> ec.EllipticCurvePrivateKey:
    """The private key of the box, from the shares that were brought. Raises `custody.Broken`."""
    came = Custodian.objects.filter(box=box, brought_at__isnull=False).order_by("pk")[: box.threshold]
    shares = [base64.b64decode(secrets.decrypt(one.brought, aad=brought_aad(one))) for one in came]
    pair = custody.KeyPair(bytes(box.public_key or b""), bytes(box.private_key or b""))
    return custody.open_box_key(box.campaign.uid, pair, shares, box.threshold)


def _quiet(_name: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def run_opening(box: BallotBox, *, tell: emptying.Tell = _quiet) -> BallotBox:
    """Do whatever can be done now, in order, and return the box as it is then. Safe at any time, by many at once.

    Another process at work is left alone. Raises `Halted` when people have to look; the table says why.
    """
    with turn(box) as mine:
        while mine and (name := _next(box)):
            _work(box, name, tell)
    return BallotBox.objects.select_related("campaign").get(pk=box.pk)


def _next(box: BallotBox) -> Name | None:
    """The step that the machine can do now; none while people have to come first, or when all is done.

    While the campaign is suspended everything waits, and of one that was ended nothing is opened any more.
    """
    now = BallotBox.objects.select_related("campaign").get(pk=box.pk)
    if now.closed_at is None or now.campaign.state != CampaignState.COUNTING:
        return None
    if not now.root:
        return Name.ROOT
    if not is_done(now, Name.KEY):
        return None
    if now.opened_at is None:
        return Name.OPEN
    return None if is_done(now, Name.PUBLISH) else Name.PUBLISH


def _work(box: BallotBox, name: Name, tell: emptying.Tell) -> None:
    found = BallotBox.objects.select_related("campaign__unit", "campaign__rules").get(pk=box.pk)
    failpoints.hit(f"opening.before_{name.value}")
    try:
        if name == Name.ROOT:
            emptying.make_root(found, tell)
        elif name == Name.OPEN:
            emptying.empty(found, key_of(found), tell)
            emptying.sweep()
        else:
            emptying.check_numbers(found, tell)
    except (Halted, custody.Broken) as stopped:
        halt(found, name, str(stopped))
        raise Halted(str(stopped)) from stopped
    failpoints.hit(f"opening.after_{name.value}")
