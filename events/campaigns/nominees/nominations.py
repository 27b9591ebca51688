"""Putting somebody forward, standing behind it as a household, and the nominee's own word.

One nomination a person and campaign: whoever names the same person later stands behind the first one. Races are decided
by the unique constraint and under the lock of the nomination's row.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.campaigns.models import (
    Campaign,
    CampaignState,
    Nomination,
    NominationKind,
    NominationState,
    Seconding,
)
from events.campaigns.nominees import news as nominee_news
from events.campaigns.nominees.eligibility import why_not
from events.campaigns.nominees.permissions import (
    can_answer_for,
    can_second_for,
    can_speak_for,
    community_of,
    kind_at_counter,
    kind_of_nominator,
    wrote_down,
)
from events.campaigns.nominees.vetting import clean_words, locked
from events.campaigns.phases import is_open
from events.campaigns.standing import standing_changed
from foundation import audit, clock, privacy
from foundation.actors import SYSTEM, Actor
from foundation.errors import Conflict, Denied, Missing
from foundation.idempotency import DifferentBody, fingerprint, same_body_or_refuse
from volunteers.homes.models import Household, Resident
from volunteers.people.documents import NOMINEE
from volunteers.people.models import Channel
from volunteers.people.services import give_consent, has_consent, withdraw_consent
from volunteers.units.models import Appointment, Level, Unit
from volunteers.units.rights import person_id_of

LONGEST_WHY, LONGEST_STORY = 200, 300
WAITING = (NominationState.ASKED, NominationState.AGREED)
STANDING = (*WAITING, NominationState.CANDIDATE)
OVER = (CampaignState.AWARDED, CampaignState.ARCHIVED, CampaignState.TERMINATED)


@dataclass(frozen=True, slots=True)
class Nominated:
    """The one nomination of somebody, whether it was made now, and the seconding that a later nominator made."""

    nomination: Nomination
    is_new: bool
    seconding: Seconding | None = None


# -- putting forward -----------------------------------------------------------------------------------------------


@transaction.atomic
def nominate(
    *,
    uid: uuid.UUID,
    campaign: Campaign,
    appointment: Appointment,
    why: str,
    acting_user: Actor,
    resident: Resident | None = None,
) -> Nominated:
    """Put a neighbour leader forward, who is asked then. Whoever names the same person later seconds instead.

    Who may: a confirmed resident of the same community, the group leader above, the leader; for `resident`, who came to
    a counter, the staff there (代录). The same uid twice is the same answer. Raises `Denied`, `Invalid`, `Conflict`
    (closed, not eligible, no household known), `DifferentBody`.
    """
    words = clean_words(why, "why", _("写一句为什么推荐，一句就行。"), LONGEST_WHY)
    told_for = {"for": resident.person_id} if resident else {}
    print_ = fingerprint({"campaign": campaign.pk, "person": appointment.person_id, "why": words, **told_for})
    if (before := _sent_before(uid, appointment, print_)) is not None:
        return before
    kind = _kind(acting_user, appointment, resident)
    if not is_open(campaign, CampaignState.NOMINATING):
        raise Conflict(_("现在不是提名的时间。"))
    if not appointment.unit.path.startswith(campaign.unit.path):
        raise Missing
    if sentence := why_not(campaign, appointment):
        raise Conflict(sentence)
    row, is_new = _one_nomination(
        uid, campaign, appointment, kind=kind, why=words, fingerprint=print_,
        nominated_by_id=resident.person_id if resident else person_id_of(acting_user),
        entered_by_id=acting_user.pk if resident else None,
    )  # fmt: skip
    if is_new:
        data = {"kind": kind, "proxy": resident is not None}
        audit.record(actor=acting_user, act="nomination.make", obj=row, unit_id=appointment.unit_id, data=data)
        if kind != NominationKind.SELF or resident:
            nominee_news.asked(row)
        return Nominated(row, True)
    return Nominated(row, False, _join(uid, row, kind, acting_user, resident))


def _kind(acting_user: Actor, appointment: Appointment, resident: Resident | None) -> NominationKind:
    """In which part somebody is put forward. Raises `Denied`; `Conflict` for who came to a counter about another."""
    if resident is None:
        if (kind := kind_of_nominator(acting_user, appointment)) is None:
            raise Denied(_("可以提名同一个社区的邻长，组长可以提名自己组里的。"))
        return kind
    if person_id_of(acting_user) == appointment.person_id or not can_speak_for(acting_user, resident):
        raise Denied
    if (kind := kind_at_counter(resident, appointment)) is None:
        raise Conflict(_("来的这一位和要推荐的邻长不在一个社区。"))
    return kind


def _sent_before(uid: uuid.UUID, appointment: Appointment, print_: str) -> Nominated | None:
    if stored := Nomination.objects.filter(pk=uid).first():
        same_body_or_refuse(stored.fingerprint, print_)
        return Nominated(stored, True)
    if seconded := Seconding.objects.filter(pk=uid).select_related("nomination").first():
        if seconded.nomination.person_id != appointment.person_id:
            raise DifferentBody
        return Nominated(seconded.nomination, False, seconded)
    return None


def _one_nomination(uid: uuid.UUID, campaign: Campaign, held: Appointment, **fields: object) -> tuple[Nomination, bool]:
    """The one row of somebody, made unless it is there; whether it was made now. Under lock."""
    try:
        with transaction.atomic():
            made = Nomination(
                uid=uid, campaign=campaign, person_id=held.person_id, appointment=held, neighbourhood=held.unit,
                street=Unit.objects.get(path=held.unit.path_at(Level.STREET)), nominated_at=clock.now(), **fields,
            )  # fmt: skip
            made.save(force_insert=True)
            return made, True
    except IntegrityError as taken:
        rows = Nomination.objects.select_for_update(of=("self",)).select_related("neighbourhood", "person")
        row = rows.filter(campaign=campaign, person_id=held.person_id).first()
        if row is None:  # the id belongs to another nomination
            raise DifferentBody from taken
        return row, False


def _join(
    uid: uuid.UUID, row: Nomination, kind: NominationKind, acting_user: Actor, resident: Resident | None
) -> Seconding | None:
    """Stand behind a nomination that somebody made before; nothing to do for its maker, the leader, a group leader."""
    if row.state not in WAITING:
        raise Conflict(_("这位邻长这次不参加评选了，谢谢您的心意。"))
    if resident is not None and wrote_down(acting_user, row):
        raise Conflict(_("自己推荐的、推荐自己的，请别的同事来代录。"))
    speaks = resident.person_id if resident else person_id_of(acting_user)
    if kind == NominationKind.RESIDENT and row.nominated_by_id != speaks:
        return _second(uid, row, resident or _own_home(acting_user), acting_user)
    return None


# -- seconding -----------------------------------------------------------------------------------------------------


@transaction.atomic
def second(
    *, uid: uuid.UUID, nomination: Nomination, acting_user: Actor, resident: Resident | None = None
) -> Seconding:
    """A household stands behind a nomination, once; for `resident` by their group leader or at a counter (代录).

    Who may: a confirmed resident of the same community whose door is known, neither the nominee's household nor who
    put them forward; and neither of these two writes it down for others. Saying it twice is the same. Raises `Denied`,
    `Conflict` with a helpful sentence, `DifferentBody`.
    """
    row, campaign = locked(nomination)
    if resident is not None and not can_second_for(acting_user, resident):
        raise Denied
    if resident is not None and wrote_down(acting_user, row):
        raise Denied(_("自己推荐的、推荐自己的，请别的同事来代录。"))
    speaks = resident or _own_home(acting_user)
    if stored := Seconding.objects.filter(pk=uid).first():
        if (stored.nomination_id, stored.person_id) != (row.pk, speaks.person_id):
            raise DifferentBody
        return stored
    if row.state not in WAITING or not takes_households(campaign):
        raise Conflict(_("现在不用附议了，谢谢您的心意。"))
    return _second(uid, row, speaks, acting_user)


def takes_households(campaign: Campaign) -> bool:
    """Whether one may still answer and second: until the candidates' notice."""
    return is_open(campaign, CampaignState.NOMINATING) or is_open(campaign, CampaignState.VETTING)


def _own_home(user: Actor) -> Resident:
    homes = Resident.objects.living().filter(person_id=person_id_of(user))
    found = homes.select_related("neighbourhood", "household").first()
    if found is None:
        raise Conflict(_("附议要先登记住在哪里。扫一扫楼下的标识，邻长确认以后就可以了。"))
    return found


def _second(uid: uuid.UUID, row: Nomination, resident: Resident, acting_user: Actor) -> Seconding:
    """Written under the lock of the nomination."""
    household = _household_for(row, resident)
    there = Seconding.objects.filter(nomination=row, household=household).first()
    if there is not None:
        if there.person_id == resident.person_id:
            return there
        raise Conflict(_("您家已经附议过了，一户算一次。谢谢您。"))
    is_proxy = resident.person_id != person_id_of(acting_user)
    made = Seconding(
        uid=uid, nomination=row, household=household, person_id=resident.person_id, at=clock.now(),
        entered_by_id=acting_user.pk if is_proxy else None,
    )  # fmt: skip
    made.save(force_insert=True)
    Nomination.objects.filter(pk=row.pk).update(seconded_count=F("seconded_count") + 1)
    row.seconded_count += 1
    data = {"proxy": is_proxy}
    audit.record(actor=acting_user, act="nomination.second", obj=row, unit_id=resident.neighbourhood_id, data=data)
    if row.seconded_count == row.campaign.rules.seconders_count:
        nominee_news.enough_households(row)
    return made


def _household_for(row: Nomination, resident: Resident) -> Household:
    """The household that would stand behind it. Raises `Conflict` with what is in the way, and what to do."""
    if row.person_id == resident.person_id:
        raise Conflict(_("自己不能给自己附议，请三户邻居来。"))
    if not resident.neighbourhood.path.startswith(community_of(row.neighbourhood)):
        raise Conflict(_("附议的要是同一个社区的邻居。"))
    if resident.household is None:
        raise Conflict(_("附议一户算一次，您的登记里还没有门牌。请邻长在“我的住户”里补上，再来附议。"))
    if row.nominated_by_id == resident.person_id:
        raise Conflict(_("您已经提名了，附议请别家邻居来。"))
    at_home = Resident.objects.living().filter(household=resident.household)
    if at_home.filter(person_id__in=[row.person_id, row.nominated_by_id or 0]).exists():
        raise Conflict(_("本人家和提名人家不算附议，请别家邻居来。"))
    return resident.household


# -- the nominee's own word ----------------------------------------------------------------------------------------


def _own(nomination: Nomination, acting_user: Actor) -> tuple[Nomination, Campaign]:
    row, campaign = locked(nomination)
    if row.person_id != person_id_of(acting_user):
        raise Missing
    return row, campaign


def _story(text: str) -> str:
    return clean_words(text, "story", _("写两句您自己的故事，大家好认得您。"), LONGEST_STORY)


@transaction.atomic
def answer_nomination(
    *, nomination: Nomination, agrees: bool, acting_user: Actor, story: str = "", channel: Channel = Channel.SELF
) -> Nomination:
    """The nominee agrees, with a story of their own, or declines without any reason; nobody is told why.

    Who may: the nominee; with `Channel.COUNTER` whoever `can_answer_for` them, who came there. Agreeing writes the
    consent. Saying the same twice is the same. Raises `Missing` for anybody else, `Denied` at a counter, `Invalid` for
    a story that is missing or too long, `Conflict` when it is too late.
    """
    row, campaign = _own(nomination, acting_user) if channel == Channel.SELF else locked(nomination)
    if channel != Channel.SELF and not can_answer_for(acting_user, row):
        raise Denied(_("自己的、自己推荐的，请别的同事来代录。"))
    wanted = NominationState.AGREED if agrees else NominationState.DECLINED
    told = _story(story) if agrees else ""
    if row.state == wanted and (not agrees or row.story == told):
        return row
    if row.state != NominationState.ASKED or not takes_households(campaign):
        raise Conflict(_("这一份提名已经答复过，或者已经过了时间。"))
    if agrees:
        give_consent(person=row.person, document=NOMINEE, channel=channel, acting_user=acting_user)
    row.state, row.story, row.answered_at = wanted, told, clock.now()
    row.save(update_fields=["state", "story", "answered_at"])
    act = "nomination.agree" if agrees else "nomination.decline"
    told_how = {"channel": str(channel)}
    audit.record(actor=acting_user, act=act, obj=row, unit_id=row.neighbourhood_id, data=told_how)
    nominee_news.answered(row)
    return row


@transaction.atomic
def change_story(*, nomination: Nomination, story: str, acting_user: Actor) -> Nomination:
    """The nominee rewrites the story, until the candidates' notice begins. Raises `Missing`, `Invalid`, `Conflict`."""
    row, campaign = _own(nomination, acting_user)
    told = _story(story)
    if row.story == told:
        return row
    if row.state != NominationState.AGREED or not takes_households(campaign):
        raise Conflict(_("公示开始以后，故事就不再改了。"))
    row.story = told
    row.save(update_fields=["story"])
    audit.record(actor=acting_user, act="nomination.change_story", obj=row, unit_id=row.neighbourhood_id)
    return row


@transaction.atomic
def withdraw(*, nomination: Nomination, acting_user: Actor) -> Nomination:
    """The nominee leaves, at any time before the award; no reason is asked, and the consent ends with it.

    Twice is once. Raises `Missing` for anybody else, `Conflict` when it is over.
    """
    row, campaign = _own(nomination, acting_user)
    if row.state == NominationState.WITHDRAWN:
        return row
    if row.state not in STANDING or campaign.is_in(*OVER):
        raise Conflict(_("这一次评选已经结束了。"))
    _leave(row, acting_user)
    if has_consent(row.person, NOMINEE):
        withdraw_consent(person=row.person, document=NOMINEE, channel=Channel.SELF, acting_user=acting_user)
    return row


def _leave(row: Nomination, acting_user: Actor) -> None:
    row.state, row.is_paused = NominationState.WITHDRAWN, False
    row.save(update_fields=["state", "is_paused"])
    audit.record(actor=acting_user, act="nomination.withdraw", obj=row, unit_id=row.neighbourhood_id)
    standing_changed(row, reason=_("本人退出"), acting_user=acting_user)


@privacy.on_withdrawal(NOMINEE)
def leave_every_campaign(person_id: int) -> None:
    """The consent was taken back: out of what is not awarded yet; where it is, the story is shown no more."""
    rows = Nomination.objects.filter(person_id=person_id).order_by("pk")
    for row in rows.filter(state__in=STANDING).exclude(campaign__state__in=OVER).select_for_update(of=("self",)):
        _leave(row, SYSTEM)
    rows.filter(campaign__state__in=OVER).update(story="")


@privacy.eraser
def nominee_goes(one: privacy.Erasing) -> None:
    """Whoever is erased stands in no campaign any more; the fields are cleared after this."""
    leave_every_campaign(one.person_id)
