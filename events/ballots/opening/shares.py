"""What the custodians have brought: called for, kept apart, put together, and let go.

It opens with the server's key alone, so it lies nowhere longer than it has to: in a table that PostgreSQL does not log,
until the box is opened, the campaign is suspended or ended, or the database crashes. After a pause and after a crash
the custodians are called once more.
"""

from __future__ import annotations

import base64
from itertools import combinations

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from events.ballots.models import BallotBox, BroughtShare, Custodian, OpeningStep
from events.ballots.opening import custody
from events.ballots.opening.steps import Name, hold_counting
from foundation import clock, secrets, streams


def _aad(custodian_id: object) -> str:
    return f"ballots_broughtshare|sealed|{custodian_id}"


def keep(custodian: Custodian, share: bytes) -> None:
    """Sealed by the server's key; in the caller's transaction, under the lock of the box."""
    sealed = secrets.encrypt(base64.b64encode(share).decode(), aad=_aad(custodian.pk))
    BroughtShare.objects.create(custodian=custodian, sealed=sealed)
    Custodian.objects.filter(pk=custodian.pk).update(brought_at=clock.now())


def came(box: BallotBox) -> int:
    """How many custodians have come."""
    return BroughtShare.objects.filter(custodian__box=box).count()


def let_go(box: BallotBox) -> None:
    """Before anything is opened: nothing of what was brought stays, and the custodians are called again some time.

    What stopped the opening is tried anew then.
    """
    BroughtShare.objects.filter(custodian__box=box).delete()
    Custodian.objects.filter(box=box).update(brought_at=None)
    OpeningStep.objects.filter(box=box, name=Name.KEY).update(begun_at=None, done_at=None, done_count=0)
    OpeningStep.objects.filter(box=box).update(fault="", retry_at=None)


def key_of(box: BallotBox) -> ec.EllipticCurvePrivateKey:
    """The private key of the box, from any k of the shares that were brought. Raises `custody.Broken`."""
    rows = BroughtShare.objects.filter(custodian__box=box).order_by("pk")
    shares = [base64.b64decode(secrets.decrypt(one.sealed, aad=_aad(one.pk))) for one in rows]
    pair = custody.KeyPair(bytes(box.public_key or b""), bytes(box.private_key or b""))
    for some in combinations(shares, box.threshold):
        try:
            return custody.open_box_key(box.campaign.uid, pair, some, box.threshold)
        except custody.Broken:
            continue
    raise custody.Broken("no shares that were brought make the key")


# -- the call ----------------------------------------------------------------------------------------------------------


def is_call_due(box: BallotBox) -> bool:
    """Whether the custodians were not called yet, or what they brought is no longer there."""
    begun = OpeningStep.objects.filter(box=box, name=Name.KEY, begun_at__isnull=False).exists()
    return not begun or Custodian.objects.filter(box=box, brought_at__isnull=False, brought__isnull=True).exists()


@transaction.atomic
@streams.in_district_language
def call_custodians(box: BallotBox) -> None:
    """Ask every custodian to bring their share; once, and again when what was brought is gone."""
    if not hold_counting(box):
        return
    held = BallotBox.objects.select_for_update(of=("self",), no_key=True).get(pk=box.pk)
    if held.opened_at is not None or not is_call_due(held):
        return
    let_go(held)
    values = {"begun_at": clock.now(), "total_count": held.threshold}
    OpeningStep.objects.update_or_create(box=held, name=Name.KEY, defaults=values)
    for one in Custodian.objects.filter(box=held).select_related("user"):
        tell(one, _("票箱封好了，等您来开箱"), _("请到工作台再输一次口令，带上您的一份钥匙。人数够了就自动开箱。"))


def tell(custodian: Custodian, title: str, body: str) -> None:
    """A message that leads to the custodian's own page; in the district's language, which the caller sees to."""
    if custodian.user.person_id is None:
        return
    url = reverse("console_custodian", args=[custodian.uid])
    payload = {"title": title, "body": body, "url": url, "icon": "shield"}
    streams.publish(streams.person_key(custodian.user.person_id), kind="ballot", payload=payload)
