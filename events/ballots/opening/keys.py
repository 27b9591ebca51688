"""Who keeps the key of a box (保管人), and how it is made: by two persons, when everybody has set a passphrase.

Nothing of a passphrase is stored, and nothing of the key lies in clear: see custody.py. Until voting opens the
custodians can be changed, which drops the key; after that it stays, in the database too (guards.py).
"""

from __future__ import annotations

import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from events.ballots.models import BallotBox, BroughtShare, Custodian
from events.ballots.moments import BEFORE
from events.ballots.opening import custody
from events.ballots.opening.shares import tell
from events.campaigns.models import Campaign
from foundation import audit, clock, streams
from foundation.actors import Actor, is_system
from foundation.errors import Conflict, Invalid, Missing
from volunteers.accounts.limits import take_or_refuse
from volunteers.units.rights import Right, paths_where, require

MOST_CUSTODIANS = 9


def least_threshold() -> int:
    """Nobody opens a box alone, but in the demo, which has one custodian."""
    return 1 if settings.DEMO else 2


def fingerprint_of(box: BallotBox) -> str:
    """Of the public key, for people to compare: eight groups of four signs; empty as long as there is none."""
    if box.public_key is None:
        return ""
    digest = hashlib.sha256(bytes(box.public_key)).hexdigest().upper()
    return " ".join(digest[at : at + 4] for at in range(0, 32, 4))


def is_fixed(box: BallotBox) -> bool:
    """Whether custodians and key stay as they are."""
    return box.campaign.state not in BEFORE


def _changing(box: BallotBox, acting_user: Actor) -> BallotBox:
    """The box, held together with its campaign; raises `Denied`, and `Conflict` once voting is open."""
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("unit").get(pk=box.pk)
    require(acting_user, Right.RUN_CAMPAIGN, campaign.unit)
    found = BallotBox.objects.select_for_update(of=("self",)).get(pk=box.pk)
    found.campaign = campaign
    if is_fixed(found):
        raise Conflict(_("投票开始以后，保管人和钥匙都不能再换。"))
    return found


def _drop_key(box: BallotBox) -> None:
    """Whoever keeps the key changes: the one that was made, or asked for, is none any more."""
    if box.key_asked_by_id is None and box.public_key is None:
        return
    box.public_key = box.private_key = box.key_made_at = box.key_asked_by = box.key_made_by = None
    box.save(update_fields=["public_key", "private_key", "key_made_at", "key_asked_by", "key_made_by"])
    Custodian.objects.filter(box=box).update(share=None)


def _note(box: BallotBox, act: str, acting_user: Actor, **data: Any) -> None:
    audit.record(actor=acting_user, act=act, obj=box, unit_id=box.campaign.unit_id, data=data)


# -- custodians --------------------------------------------------------------------------------------------------------


def may_keep(user: Any, campaign: Campaign) -> bool:
    """Whether somebody can be a custodian: staff of the district that the campaign is of."""
    return any(path.startswith(campaign.unit.path) for path in paths_where(user, Right.USE_CONSOLE))


@transaction.atomic
def appoint_custodian(*, box: BallotBox, user: Any, acting_user: Actor) -> Custodian:
    """Somebody of the district's staff keeps a part of the key, and is told. A second time is the same answer.

    Who may: RUN_CAMPAIGN, until voting opens. Raises `Denied`, `Invalid`, `Conflict`.
    """
    found = _changing(box, acting_user)
    known = Custodian.objects.filter(box=found, user=user).first()
    if known is not None:
        return known
    if not may_keep(user, found.campaign):
        raise Invalid(errors={"person": _("保管人要是区、镇街或社区的工作人员，有工作台账号。")})
    if Custodian.objects.filter(box=found).count() >= MOST_CUSTODIANS:
        raise Conflict(_("保管人最多 %(most)d 位。") % {"most": MOST_CUSTODIANS})
    _drop_key(found)
    made = Custodian.objects.create(box=found, user=user)
    _note(found, "custodian.appoint", acting_user, custodian=str(made.uid))
    _ask(made)
    return made


@transaction.atomic
def dismiss_custodian(*, custodian: Custodian, acting_user: Actor) -> None:
    """Not a custodian any more. Who may: as for appointing. Raises `Denied`, `Conflict`."""
    found = _changing(custodian.box, acting_user)
    _drop_key(found)
    if Custodian.objects.filter(pk=custodian.pk).delete()[0]:
        left = Custodian.objects.filter(box=found).count()
        BallotBox.objects.filter(pk=found.pk, threshold__gt=max(left, 1)).update(threshold=max(left, 1))
        _note(found, "custodian.dismiss", acting_user, custodian=str(custodian.uid))


@transaction.atomic
def set_threshold(*, box: BallotBox, threshold: int, acting_user: Actor) -> BallotBox:
    """How many custodians it takes to open the box. Raises `Denied`, `Invalid`, `Conflict`."""
    found = _changing(box, acting_user)
    if not least_threshold() <= threshold <= Custodian.objects.filter(box=found).count():
        words = _("最少 %(least)d 位，最多是保管人总数。") % {"least": least_threshold()}
        raise Invalid(errors={"threshold": words})
    if found.threshold != threshold:
        _drop_key(found)
        found.threshold = threshold
        found.save(update_fields=["threshold"])
        _note(found, "box.threshold", acting_user, threshold=threshold)
    return found


@streams.in_district_language
def _ask(custodian: Custodian) -> None:
    tell(custodian, _("请您保管一份票箱钥匙"), _("请到工作台给自己设一个口令，只有您知道。"))


# -- passphrases -------------------------------------------------------------------------------------------------------


def check_own(custodian: Custodian, acting_user: Actor) -> None:
    """Raise `Missing` for everybody but the custodian."""
    if not is_system(acting_user) and custodian.user_id != acting_user.pk:
        raise Missing


def enrol(*, custodian: Custodian, passphrase: str, acting_user: Actor) -> Custodian:
    """Set one's passphrase: makes a key pair whose private half only the passphrase opens.

    Who may: the custodian, until voting opens; once more makes a new pair, and drops a key made before. Raises
    `Missing`, `Invalid` for a weak one, `Conflict`.
    """
    check_own(custodian, acting_user)
    if not custody.is_strong(passphrase):
        raise Invalid(errors={"passphrase": _("再长一点：至少 12 个字，或者五个词，中间空一格。")})
    pair = custody.new_pair(passphrase, owner=custodian.uid)
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update(of=("self",)).select_related("unit").get(pk=custodian.box_id)
        box = BallotBox.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
        box.campaign = campaign
        if is_fixed(box):
            raise Conflict(_("投票开始以后不能再换口令。"))
        _drop_key(box)
        custodian = Custodian.objects.select_for_update(of=("self",)).get(pk=custodian.pk)
        custodian.public_key, custodian.private_key, custodian.share = pair.public, pair.sealed, None
        custodian.enrolled_at, custodian.checked_at = clock.now(), None
        custodian.save(update_fields=["public_key", "private_key", "share", "enrolled_at", "checked_at"])
        _note(box, "custodian.enrol", acting_user, custodian=str(custodian.uid))
    return custodian


def unlocked(custodian: Custodian, passphrase: str) -> ec.EllipticCurvePrivateKey:
    """A custodian's private key; every try counts. Raises `Conflict` before enrolment, `Invalid`, `TooMany`."""
    if custodian.private_key is None:
        raise Conflict(_("您还没有设口令。"))
    take_or_refuse(("custody.try", str(custodian.uid)))
    try:
        return custody.unlock(bytes(custodian.private_key), passphrase, owner=custodian.uid)
    except custody.WrongPassphrase:
        raise Invalid(errors={"passphrase": _("口令不对。大小写、空格都要和当初一样，想一想再试。")}) from None


def check_passphrase(*, custodian: Custodian, passphrase: str, acting_user: Actor) -> Custodian:
    """A rehearsal: that the passphrase still opens this custodian's part. Nothing is brought and nothing kept.

    Raises `Missing`, `Conflict`, `Invalid`, `TooMany`.
    """
    check_own(custodian, acting_user)
    share_of(custodian, unlocked(custodian, passphrase))
    with transaction.atomic():
        Custodian.objects.filter(pk=custodian.pk).update(checked_at=clock.now())
        _note(custodian.box, "custodian.check", acting_user, custodian=str(custodian.uid))
    custodian.refresh_from_db()
    return custodian


def share_of(custodian: Custodian, key: ec.EllipticCurvePrivateKey) -> bytes | None:
    """The custodian's share in clear; None as long as the key of the box is not made. Raises `Conflict`."""
    if custodian.share is None:
        return None
    try:
        return custody.open_share(custodian.box.campaign.uid, custodian.uid, key, bytes(custodian.share))
    except custody.Broken:
        raise Conflict(_("这一份钥匙被改动过，打不开。请马上告诉区里。")) from None


# -- the key of the box ------------------------------------------------------------------------------------------------


@transaction.atomic
def make_key(*, box: BallotBox, acting_user: Actor) -> BallotBox:
    """Ask for the key of the box; called by a second person, make it. The system, in the demo, makes it at once.

    Who may: RUN_CAMPAIGN, when every custodian has enrolled and before voting opens. Made already is the same answer.
    Raises `Denied`, `Conflict`.
    """
    found = _changing(box, acting_user)
    if found.public_key is not None:
        return found
    keepers = list(Custodian.objects.filter(box=found).order_by("pk"))
    if not keepers or any(one.public_key is None for one in keepers):
        raise Conflict(_("要等每位保管人都设好口令，才能做钥匙。"))
    if found.threshold < least_threshold():
        raise Conflict(_("先填几位到场才能开箱，至少 %(least)d 位，点“存好”。") % {"least": least_threshold()})
    if found.threshold > len(keepers):
        raise Conflict(_("保管人不够 %(count)d 位。") % {"count": found.threshold})
    if not is_system(acting_user) and found.key_asked_by_id is None:
        found.key_asked_by = acting_user
        found.save(update_fields=["key_asked_by"])
        _note(found, "box.key_ask", acting_user, custodians=len(keepers), threshold=found.threshold)
        return found
    if found.key_asked_by_id == acting_user.pk and not is_system(acting_user):
        raise Conflict(_("您已经提出了，请另一位同事来确认。"))
    return _make(found, keepers, acting_user)


def _make(box: BallotBox, keepers: list[Custodian], acting_user: Actor) -> BallotBox:
    named = [(one.uid, bytes(one.public_key or b"")) for one in keepers]
    pair, shares = custody.new_box_key(box.campaign.uid, named, box.threshold)
    for keeper, share in zip(keepers, shares, strict=True):
        keeper.share = share
    Custodian.objects.bulk_update(keepers, ["share"])
    box.public_key, box.private_key, box.key_made_at = pair.public, pair.sealed, clock.now()
    box.key_made_by = None if is_system(acting_user) else acting_user
    box.save(update_fields=["public_key", "private_key", "key_made_at", "key_made_by"])
    _note(box, "box.key_make", acting_user, fingerprint=fingerprint_of(box), threshold=box.threshold)
    return box


def destroy_keys(box: BallotBox) -> None:
    """Wipe whatever could open an envelope, in the caller's transaction: that of the opening, or of another end."""
    BroughtShare.objects.filter(custodian__box=box).delete()
    Custodian.objects.filter(box=box).update(share=None, private_key=None)
    BallotBox.objects.filter(pk=box.pk).update(private_key=None)
