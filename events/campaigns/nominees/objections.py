"""What residents say against a candidate while one of the two notices runs, and what clerks decide of it.

An open objection pauses the candidate: shown, voted for, and no winner until it is decided. The candidate hears that
something was asked, never by whom.
"""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from events.campaigns.models import (
    Campaign,
    CampaignState,
    Nomination,
    NominationState,
    NomineeObjection,
)
from events.campaigns.nominees import news as nominee_news
from events.campaigns.nominees.permissions import can_decide_objection, can_speak_for
from events.campaigns.nominees.vetting import clean_words, locked
from events.campaigns.phases import gate, is_open
from events.campaigns.standing import standing_changed
from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Denied
from foundation.idempotency import fingerprint, same_body_or_refuse
from volunteers.homes.models import Resident
from volunteers.homes.selectors import home_path
from volunteers.units.rights import person_id_of

LONGEST, LONGEST_REASON = 300, 200
NOTICES = (CampaignState.NOTICE, CampaignState.WINNERS_NOTICE)
State = NomineeObjection.State


def takes_objections(campaign: Campaign) -> bool:
    """Whether one of the two notices runs."""
    return any(is_open(campaign, one) for one in NOTICES)


@transaction.atomic
def raise_objection(
    *, uid: uuid.UUID, nomination: Nomination, words: str, acting_user: Actor, resident: Resident | None = None
) -> NomineeObjection:
    """Say something against a candidate, in one's own name; one open objection each. The candidate is paused.

    Who may: any confirmed resident, but not the candidate; for `resident`, who came to a counter, whoever
    `can_speak_for` them (代录). The same uid twice is the same answer. Raises `Denied`, `Invalid`, `Conflict`,
    `DifferentBody`.
    """
    person_id = _who_speaks(acting_user, resident)
    cleaned = clean_words(words, "words", _("请写清楚是什么事。"), LONGEST)
    row, campaign = locked(nomination)
    print_ = fingerprint({"nomination": str(row.pk), "by": person_id, "words": cleaned})
    if stored := NomineeObjection.objects.filter(pk=uid).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return stored
    if row.person_id in {person_id, person_id_of(acting_user)}:
        raise Denied(_("对自己不用提异议。想退出，在您的提名页上点退出。"))
    if row.state != NominationState.CANDIDATE or not takes_objections(campaign):
        raise Conflict(_("现在不在公示期，公示时再来提。"))
    if NomineeObjection.objects.open().filter(nomination=row, by_id=person_id).exists():
        raise Conflict(_("您提过的那一条正在核实，有结果会告诉您。"))
    made = NomineeObjection(
        uid=uid, nomination=row, by_id=person_id, words=cleaned, fingerprint=print_, raised_at=clock.now(),
        entered_by_id=acting_user.pk if resident else None,
    )  # fmt: skip
    made.save(force_insert=True)
    told_how = {"proxy": resident is not None}
    audit.record(
        actor=acting_user, act="nominee_objection.raise", obj=made, unit_id=row.neighbourhood_id, data=told_how
    )
    nominee_news.objection_raised(row, is_first=not row.is_paused)
    if not row.is_paused:
        row.is_paused = True
        row.save(update_fields=["is_paused"])
    return made


def _who_speaks(acting_user: Actor, resident: Resident | None) -> int:
    """The person in whose name it is said."""
    if resident is not None:
        if not can_speak_for(acting_user, resident):
            raise Denied(_("只能替自己辖区里登记过住处的居民代录。"))
        return resident.person_id
    person_id = person_id_of(acting_user)
    if person_id is None or not home_path(acting_user):
        raise Denied(_("登记过住处的居民可以提出异议。扫一扫楼下的标识就能登记。"))
    return person_id


@transaction.atomic
def decide_objection(
    *, objection: NomineeObjection, is_upheld: bool, reason: str, acting_user: Actor
) -> NomineeObjection:
    """Answer an objection with a reason. Upheld, the candidate is struck; dismissed, the pause ends with the last one.

    Who may: `can_decide_objection`. Of two at once one decides, the other is told. Raises `Denied`, `Invalid`,
    `Conflict`.
    """
    row, campaign = locked(objection.nomination)
    found = NomineeObjection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    found.nomination = row
    if not can_decide_objection(acting_user, found):
        raise Denied(_("这一条要请镇街或区里的另一位同事来定。"))
    cleaned = clean_words(reason, "reason", _("请写一句理由，提的人会看到。"), LONGEST_REASON)
    wanted = State.UPHELD if is_upheld else State.DISMISSED
    if found.state != State.OPEN:
        if (found.state, found.reason, found.decided_by_id) == (wanted, cleaned, acting_user.pk):
            return found
        raise Conflict(_("这一条刚刚有同事定过了。"))
    if campaign.is_in(CampaignState.AWARDED, CampaignState.ARCHIVED):
        raise Conflict(_("已经表彰了，不能再改结果。"))
    found.state, found.reason, found.decided_by_id, found.decided_at = wanted, cleaned, acting_user.pk, clock.now()
    found.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    act = "nominee_objection.uphold" if is_upheld else "nominee_objection.dismiss"
    audit.record(actor=acting_user, act=act, obj=found, unit_id=row.neighbourhood_id, reason=cleaned)
    _follow(row, found, cleaned, acting_user)
    return found


def _follow(row: Nomination, objection: NomineeObjection, reason: str, acting_user: Actor) -> None:
    """What the decision means for the candidate; whoever asked is told as well."""
    nominee_news.objection_answered(objection)
    if row.state != NominationState.CANDIDATE:
        return
    if objection.state == State.UPHELD:
        row.state, row.is_paused, row.answer = NominationState.STRUCK, False, reason
    elif NomineeObjection.objects.open().filter(nomination=row).exists():
        return
    else:
        row.is_paused = False
    row.save(update_fields=["state", "is_paused", "answer"])
    nominee_news.objection_over(row)
    standing_changed(row, reason=reason, acting_user=acting_user)


@gate(CampaignState.AWARDED)
def no_open_objections(campaign: Campaign) -> str:
    """Nobody is honoured while something said against a candidate is not decided: it may change who wins."""
    count = open_objections(campaign)
    return _("还有 %(count)d 条异议没有定，定完才能表彰。") % {"count": count} if count else ""


def open_objections(campaign: Campaign) -> int:
    """How many objections against those who still stand are to be decided."""
    standing = NomineeObjection.objects.open().filter(nomination__campaign=campaign)
    return standing.filter(nomination__state=NominationState.CANDIDATE).count()
