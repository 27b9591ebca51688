"""The counter: staff look a voter up and hand over a pass; the voter votes on a screen that staff do not see.

A pass is eight digits, once, for fifteen minutes, and bound to the voter's entry. The digits are made from the id of
the pass under our key, so that a repeated request shows the same ones; stored is a keyed digest.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from events.ballots.models import CounterPass, RollEntry
from events.ballots.paper.runs import box_of
from events.ballots.roll.entries import entry_of
from events.campaigns.models import Campaign, CampaignState
from events.campaigns.phases import is_open
from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Missing
from foundation.idempotency import DifferentBody
from foundation.secrets import hmac_hex
from volunteers.accounts import limits
from volunteers.people.models import Person
from volunteers.units.rights import Right, require

LIFE = dt.timedelta(minutes=15)
DIGITS = 8
_TRIES = 5


@dataclass(frozen=True, slots=True)
class IssuedPass:
    """A pass with its digits in clear, for the voter's eyes only."""

    row: CounterPass
    code: str


def _digits(uid: uuid.UUID, attempt: int) -> str:
    return f"{int(hmac_hex('counter pass digits', f'{uid}|{attempt}'), 16) % 10**DIGITS:0{DIGITS}d}"


def _digest(campaign: Campaign, code: str) -> str:
    return hmac_hex("counter pass", f"{campaign.pk}|{code}")


@transaction.atomic
def issue_pass(*, uid: uuid.UUID, campaign: Campaign, person: Person, acting_user: Actor) -> IssuedPass:
    """A pass for a voter; the one before no longer counts. The same id twice is the same pass.

    Who may: KEY_BALLOTS in the entry's community. Raises `Missing` for nobody of the roll, `Denied`, `Conflict` for
    who was handed paper, or while no vote is open.
    """
    entry = entry_of(box_of(campaign), person)
    if entry is None:
        raise Missing(_("这一位不在这次的选民名册上。"))
    require(acting_user, Right.KEY_BALLOTS, entry.community)
    if stored := CounterPass.objects.filter(uid=uid).first():
        return _same(stored, campaign, entry)
    if not is_open(campaign, CampaignState.VOTING):
        raise Conflict(_("现在不是投票的时候。"))
    locked = RollEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
    if locked.channel == RollEntry.Channel.PAPER:
        raise Conflict(_("这一位已领纸质票。没用的话先交回来，再到窗口投。"))
    now = clock.now()
    CounterPass.objects.filter(entry=entry, used_at__isnull=True).update(used_at=now)
    code = _free_code(uid, campaign)
    row = CounterPass.objects.create(
        uid=uid, entry=entry, community_id=entry.community_id, code_digest=_digest(campaign, code),
        issued_by_id=acting_user.pk, issued_at=now, expires_at=now + LIFE,
    )  # fmt: skip
    audit.record(actor=acting_user, act="counter.pass", obj=row, unit_id=entry.community_id)
    return IssuedPass(row, code)


def _free_code(uid: uuid.UUID, campaign: Campaign) -> str:
    """Digits that no pass of the campaign has had; of five tries one is free in any but a made-up case."""
    for attempt in range(_TRIES):
        code = _digits(uid, attempt)
        if not CounterPass.objects.filter(code_digest=_digest(campaign, code)).exists():
            return code
    raise Conflict


def _same(stored: CounterPass, campaign: Campaign, entry: RollEntry) -> IssuedPass:
    if stored.entry_id != entry.pk:
        raise DifferentBody
    codes = (_digits(stored.uid, attempt) for attempt in range(_TRIES))
    return IssuedPass(stored, next(code for code in codes if _digest(campaign, code) == stored.code_digest))


def pass_of(*, campaign: Campaign, code: str, session: str, subnet: str) -> CounterPass:
    """The pass with these digits, still good. Casting uses it up, looking does not.

    Raises `Missing`, and `TooMany` after many wrong ones from one browser. A network with many wrong ones is asked a
    question first (`challenge`), so that nobody stops the counters of a district by typing.
    """
    limits.refuse_when_reached(("counter.session", session))
    row = _good(campaign, code).select_related("entry__community", "entry__box").first()
    if row is None:
        for kind, subject in (("counter.session", session), ("counter.subnet", subnet), ("counter.all", "")):
            limits.note(kind, subject)
        raise Missing(_("号码不对，或者过了时间。请工作人员再给一个。"))
    return row


def _good(campaign: Campaign, code: str) -> QuerySet[CounterPass]:
    digits = "".join(str(unicodedata.decimal(sign)) for sign in code if sign.isdecimal())
    return CounterPass.objects.filter(
        code_digest=_digest(campaign, digits), used_at__isnull=True, expires_at__gt=clock.now()
    )
