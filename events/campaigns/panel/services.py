"""The panel: who is asked, who says yes, who is too near to whom, and the marks, one by one.

A mark may be changed until the panel ends. When the end has come and somebody still has too few marks, the campaign
waits (`gate`), and those who are missing may still be given, no other may be changed.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.campaigns.models import Campaign, CampaignState, Conflict, Mark, Nomination, NominationState, PanelMember
from events.campaigns.panel import selectors
from events.campaigns.phases import entering, gate, is_open
from foundation import audit, clock, streams
from foundation.actors import Actor
from foundation.errors import Conflict as Refusal
from foundation.errors import Invalid, Missing
from foundation.idempotency import fingerprint, same_body_or_refuse
from foundation.models import AuditEntry
from volunteers.people.models import Person
from volunteers.units.rights import Right, person_id_of, require

HIGHEST = 100
PUT_FORWARD = (NominationState.ASKED, NominationState.AGREED, NominationState.CANDIDATE)
FROM_NOTICE = (CampaignState.NOTICE, CampaignState.VOTING, CampaignState.COUNTING, CampaignState.PANEL)


def _locked_campaign(campaign_id: int) -> Campaign:
    """The campaign, which cannot go on while somebody marks. A shared row: members are few."""
    return Campaign.objects.select_for_update(of=("self",), no_key=True).select_related("unit", "rules").get(
        pk=campaign_id
    )  # fmt: skip


def _locked_seat(member: PanelMember, acting_user: Actor) -> PanelMember:
    """One's own seat, taken and not left. Raises `Missing` for anybody else, `Conflict` for who left."""
    campaign = _locked_campaign(member.campaign_id)
    rows = PanelMember.objects.select_for_update(of=("self",)).filter(person_id=person_id_of(acting_user))
    locked = rows.filter(pk=member.pk).first()
    if locked is None:
        raise Missing
    if locked.left_at is not None:
        raise Refusal(_("您已经退出了评审。谢谢您。"))
    locked.campaign = campaign
    return locked


# -- who sits ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def appoint_member(
    *, uid: uuid.UUID, campaign: Campaign, person: Person, title: str, acting_user: Actor
) -> PanelMember:
    """Ask somebody with an account to sit on the panel; the same uid twice is the same answer.

    Who may: RUN_CAMPAIGN. Nobody who is put forward in the campaign. Raises `Denied`, `Invalid`, `Conflict`.
    """
    require(acting_user, Right.RUN_CAMPAIGN, campaign.unit)
    locked = _locked_campaign(campaign.pk)
    if stored := PanelMember.objects.filter(uid=uid).first():
        told = {"campaign": stored.campaign_id, "person": stored.person_id, "title": stored.title}
        same_body_or_refuse(
            fingerprint(told), fingerprint({"campaign": campaign.pk, "person": person.pk, "title": title.strip()})
        )
        return stored
    if locked.is_draft or locked.has_passed(CampaignState.PANEL) or locked.is_in(CampaignState.TERMINATED):
        raise Refusal(_("这场评选现在不能请评委。"))
    _may_sit(locked, person, title)
    try:
        with transaction.atomic():
            made = PanelMember.objects.create(uid=uid, campaign=locked, person=person, title=title.strip())
    except IntegrityError as error:
        raise Refusal(_("这位已经是评委了，或者退出过。")) from error
    audit.record(actor=acting_user, act="panel.appoint", obj=made, unit_id=locked.unit_id)
    _tell([person.pk], locked, _asked_words)
    return made


def _may_sit(campaign: Campaign, person: Person, title: str) -> None:
    if not title.strip():
        raise Invalid(errors={"title": _("请写一句是什么身份，例如：居民代表。")})
    if not getattr(getattr(person, "user", None), "is_active", False):
        raise Invalid(errors={"person": _("这位还没有账号，请先让本人登录一次。")})
    if Nomination.objects.filter(campaign=campaign, person=person, state__in=PUT_FORWARD).exists():
        raise Invalid(errors={"person": _("这位在这场评选里被提名了，不能当评委。")})


@transaction.atomic
def accept(*, member: PanelMember, acting_user: Actor) -> PanelMember:
    """Say yes, oneself; again is the same."""
    seat = _locked_seat(member, acting_user)
    if seat.accepted_at is None:
        seat.accepted_at = clock.now()
        seat.save(update_fields=["accepted_at"])
        audit.record(actor=acting_user, act="panel.accept", obj=seat, unit_id=seat.campaign.unit_id)
    return seat


@transaction.atomic
def leave(*, member: PanelMember, reason: str, acting_user: Actor) -> PanelMember:
    """Leave the panel, or let somebody go: with a reason, until the panel ends; the marks count no longer.

    Who may: the member, and RUN_CAMPAIGN. Raises `Missing`, `Denied`, `Invalid`, `Conflict`.
    """
    if len(reason.strip()) < 2:
        raise Invalid(errors={"reason": _("请写一句为什么。")})
    campaign = _locked_campaign(member.campaign_id)
    locked = PanelMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if locked.person_id != person_id_of(acting_user):
        require(acting_user, Right.RUN_CAMPAIGN, campaign.unit)
    if locked.left_at is not None:
        return locked
    if campaign.has_passed(CampaignState.PANEL):
        raise Refusal(_("评审已经结束了。"))
    locked.left_at, locked.left_reason = clock.now(), reason.strip()[:200]
    locked.save(update_fields=["left_at", "left_reason"])
    audit.record(actor=acting_user, act="panel.leave", obj=locked, unit_id=campaign.unit_id, reason=reason)
    return locked


# -- who is too near ---------------------------------------------------------------------------------------------------


@transaction.atomic
def declare(*, member: PanelMember, near: Mapping[uuid.UUID, str], acting_user: Actor) -> PanelMember:
    """Say to whom one is too near, with a reason each, or to nobody. What the records say is added by itself.

    Whoever is named gets no mark from this member; one that was given is taken away. Said again it replaces what was
    said before. From the candidates' notice until the panel ends. Raises `Invalid`, `Missing`, `Conflict`.
    """
    seat = _locked_seat(member, acting_user)
    if seat.accepted_at is None:
        raise Refusal(_("请先答应当评委。"))
    if not seat.campaign.is_in(*FROM_NOTICE):
        raise Refusal(_("候选人公示以后再申报，到评审结束为止。"))
    if not all(reason.strip() for reason in near.values()):
        raise Invalid(_("每一位都请写一句为什么回避。"))
    known = set(selectors.candidates_of(seat.campaign).values_list("pk", flat=True))
    said = {one: reason.strip()[:100] for one, reason in near.items()} | selectors.near_by_record(seat)
    if set(near) - known:
        raise Missing
    Conflict.objects.filter(member=seat).exclude(nomination_id__in=said).delete()
    Conflict.objects.bulk_create(
        [Conflict(member=seat, nomination_id=one, reason=reason) for one, reason in said.items()],
        update_conflicts=True, unique_fields=["member", "nomination"], update_fields=["reason"],
    )  # fmt: skip
    dropped, _kinds = Mark.objects.filter(member=seat, nomination_id__in=said).delete()
    seat.declared_at = clock.now()
    seat.save(update_fields=["declared_at"])
    told = {"near": len(said), "marks_dropped": dropped}
    audit.record(actor=acting_user, act="panel.declare", obj=seat, unit_id=seat.campaign.unit_id, data=told)
    return seat


# -- marks -------------------------------------------------------------------------------------------------------------


def may_mark(member: PanelMember, nomination: Nomination, *, changing: bool) -> str:
    """An empty text, or the sentence why this member cannot mark this candidate now."""
    campaign = member.campaign
    if member.declared_at is None:
        return _("请先申报回避，没有要回避的也说一声。")
    if nomination.campaign_id != campaign.pk or not nomination.is_candidate:
        return _("这位不在候选人名单里。")
    if nomination.pk in selectors.too_near(member):
        return _("这位候选人您要回避，不打分。")
    if not campaign.is_in(CampaignState.PANEL):
        return _("现在不是评审的时候。")
    if is_open(campaign, CampaignState.PANEL):
        return ""
    if changing or nomination.pk not in selectors.short_of_marks(campaign):
        return _("评审的时间到了。")
    return ""


@transaction.atomic
def give_mark(
    *,
    uid: uuid.UUID,
    member: PanelMember,
    nomination: Nomination,
    points: int,
    acting_user: Actor,
    replaces: uuid.UUID | None = None,
) -> Mark:
    """Mark a candidate from 0 to 100, or change the mark that was seen (`replaces`); the same uid is the same answer.

    Who may: the member. Raises `Missing`, `Invalid`, `Conflict` (not the time, too near, changed elsewhere meanwhile).
    """
    if not 0 <= points <= HIGHEST:
        raise Invalid(errors={"points": _("分数在 0 到 100 之间。")})
    body = fingerprint({"nomination": nomination.pk, "points": points})
    seat = _locked_seat(member, acting_user)
    mine = Mark.objects.filter(member=seat, nomination=nomination)
    if stored := mine.filter(pk=uid).first():
        same_body_or_refuse(stored.fingerprint, body)
        return stored
    if refusal := may_mark(seat, nomination, changing=replaces is not None):
        raise Refusal(refusal)
    values = {"points": points, "at": clock.now(), "fingerprint": body}
    if replaces is not None:
        written = mine.filter(pk=replaces).update(uid=uid, **values)
    else:
        Mark.objects.bulk_create([Mark(uid=uid, member=seat, nomination=nomination, **values)], ignore_conflicts=True)
        written = mine.filter(pk=uid).count()
    if written != 1:
        raise Refusal(_("这一位的分数刚在别处改过，请看一眼再改。"))
    act = "panel.mark_change" if replaces is not None else "panel.mark"
    audit.record(actor=acting_user, act=act, obj=seat, unit_id=seat.campaign.unit_id)  # whom and how much stays apart
    return mine.get()


# -- what the clock asks and tells -------------------------------------------------------------------------------------


@gate(CampaignState.WINNERS_NOTICE)
def panel_is_done(campaign: Campaign) -> str:
    """Scores need a panel of an odd number, large enough, and marks enough for every candidate."""
    sitting, least = selectors.counted_members(campaign).count(), campaign.rules.panel_least
    if sitting < least:
        return _("评委还不够：至少要 %(least)d 位，现在 %(n)d 位。") % {"least": least, "n": sitting}
    if sitting % 2 == 0:
        return _("评委要是单数，现在 %(n)d 位，请再请一位。") % {"n": sitting}
    if short := len(selectors.short_of_marks(campaign)):
        words = ngettext("还有 %(n)d 位候选人的评分不够。", "还有 %(n)d 位候选人的评分不够。", short)
        return words % {"n": short}
    return ""


@entering(CampaignState.PANEL)
def tell_panel(campaign: Campaign) -> None:
    """The members hear that it is their turn."""
    members = PanelMember.objects.filter(campaign=campaign).sitting()
    _tell(members.values_list("person_id", flat=True), campaign, _turn_words)


@transaction.atomic
def remind(*, campaign: Campaign, members: Iterable[PanelMember], acting_user: Actor) -> int:
    """A friendly word to those with something left to mark; once a day at most each. Who may: RUN_CAMPAIGN."""
    require(acting_user, Right.RUN_CAMPAIGN, campaign.unit)
    listed = [one for one in members if one.left_at is None and one.campaign_id == campaign.pk]
    left = selectors.left_to_mark(listed)
    today = AuditEntry.objects.filter(act="panel.remind", object_type="campaigns.panelmember", at__date=clock.today())
    keys = [str(one.pk) for one in listed]
    told = set(today.filter(object_id__in=keys).values_list("object_id", flat=True))
    reached = [one for one in listed if left[one.pk] and str(one.pk) not in told]
    for one in reached:
        audit.record(actor=acting_user, act="panel.remind", obj=one, unit_id=campaign.unit_id)
    _tell([one.person_id for one in reached], campaign, _turn_words)
    return len(reached)


def _asked_words() -> tuple[str, str]:
    return _("想请您当评委"), _("最美邻长评选想请您来评一评。方便就点“愿意”，不方便也没关系。")


def _turn_words() -> tuple[str, str]:
    return _("请您给候选人打分"), _("一位一位慢慢看，随时可以停下，下次接着来。")


@streams.in_district_language
def _tell(person_ids: Iterable[int], campaign: Campaign, words: object) -> None:
    title, body = words()  # type: ignore[operator]
    payload = {"title": title, "body": body, "url": "/best/panel/", "icon": "star"}
    streams.publish_to_persons(person_ids, kind="panel", payload=payload, ref=f"panel:{campaign.uid}")
