"""The life of a campaign: drafted by one, approved by another with a reference, moved by the clock from then on.

Every decision of a person leaves a `Transition` with a reason and a name, and an audit entry. Who may: RUN_CAMPAIGN
in the district; the clock moves as the system.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.campaigns import news, phases
from events.campaigns.calendar import Slot, as_slots, lengthened, put_off, timetable
from events.campaigns.charter import charter_of, fingerprint_of
from events.campaigns.models import PHASES, Campaign, CampaignRules, CampaignState, Phase, StreetQuota
from events.campaigns.permissions import can_approve_campaign, can_award_campaign, can_run_campaign
from events.campaigns.quota import quotas_of
from foundation import audit, clock, streams
from foundation.actors import SYSTEM, Actor, is_system
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import fingerprint, same_body_or_refuse
from volunteers.units.models import Level, Unit

S = CampaignState
LONGEST_REASON = 200
ON_TIME = dt.timedelta(minutes=5)
"""So late the clock may be without putting anything off: it looks every 20 seconds."""
FURTHEST = dt.timedelta(days=730)
"""So far ahead a campaign may be drafted."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that can be written into a draft; the rest follows from the rules."""

    title: str
    about: str
    rules: CampaignRules
    starts_at: dt.datetime

    @property
    def print(self) -> str:
        """What tells it from another draft."""
        body = {"title": self.title, "about": self.about, "rules": self.rules.number}
        return fingerprint(body | {"starts_at": self.starts_at.timestamp()})


def too_far() -> str:
    """Why a start that lies years ahead is not taken."""
    return _("请选两年以内的时间。")


def _check(draft: Draft, unit: Unit) -> None:
    errors = {}
    if unit.level != Level.DISTRICT:
        errors["unit"] = _("评选是全区的，不在一个镇街里办。")
    if not draft.title.strip():
        errors["title"] = _("请写个名称，居民会看到。")
    if draft.starts_at <= clock.now():
        errors["starts_at"] = _("请选以后的时间。")
    elif draft.starts_at > clock.now() + FURTHEST:
        errors["starts_at"] = too_far()
    if errors:
        raise Invalid(errors=errors)


def _run_or_refuse(acting_user: Actor, unit: Unit) -> None:
    if not can_run_campaign(acting_user, unit):
        raise Denied


def _locked(campaign: Campaign) -> Campaign:
    return Campaign.objects.select_for_update(of=("self",)).select_related("unit", "rules").get(pk=campaign.pk)


def _write_phases(campaign: Campaign, slots: Sequence[Slot]) -> None:
    campaign.phases.all().delete()
    Phase.objects.bulk_create(
        Phase(campaign=campaign, kind=one.kind, starts_at=one.starts_at, ends_at=one.ends_at) for one in slots
    )


def draft_of(campaign: Campaign) -> Draft:
    """What was written last."""
    starts = campaign.phases.get(kind=S.NOMINATING).starts_at
    return Draft(campaign.title, campaign.about, campaign.rules, starts)


def _note(campaign: Campaign, act: str, acting_user: Actor, reason: str = "", **data: object) -> None:
    audit.record(actor=acting_user, act=act, obj=campaign, unit_id=campaign.unit_id, reason=reason, data=dict(data))


# -- draft and approval ------------------------------------------------------------------------------------------------


@transaction.atomic
def draft_campaign(*, uid: uuid.UUID, unit: Unit, draft: Draft, acting_user: Actor) -> Campaign:
    """A new draft with its timetable. The same uid twice is the same answer. Raises `Denied`, `Invalid`."""
    _run_or_refuse(acting_user, unit)
    _check(draft, unit)
    values = {
        "unit": unit, "title": draft.title.strip(), "about": draft.about.strip(), "rules": draft.rules,
        "made_by": None if is_system(acting_user) else acting_user,
    }  # fmt: skip
    made, is_new = Campaign.objects.get_or_create(uid=uid, defaults=values)
    if not is_new:
        same_body_or_refuse(draft_of(made).print, draft.print)
        return made
    _write_phases(made, timetable(draft.rules, draft.starts_at))
    _note(made, "campaign.draft", acting_user)
    return made


@transaction.atomic
def change_draft(*, campaign: Campaign, draft: Draft, acting_user: Actor) -> Campaign:
    """Write a draft anew; whoever did counts as its author. Raises `Denied`, `Invalid`, `Conflict` once approved."""
    found = _locked(campaign)
    _run_or_refuse(acting_user, found.unit)
    if not found.is_draft:
        raise Conflict(_("批准以后规则和日程就定了，不能再改。"))
    _check(draft, found.unit)
    found.title, found.about, found.rules = draft.title.strip(), draft.about.strip(), draft.rules
    found.made_by = None if is_system(acting_user) else acting_user
    found.save(update_fields=["title", "about", "rules", "made_by"])
    _write_phases(found, timetable(draft.rules, draft.starts_at))
    _note(found, "campaign.change", acting_user)
    return found


@transaction.atomic
def approve_campaign(*, campaign: Campaign, reference: str, acting_user: Actor, seen: str = "") -> Campaign:
    """Freeze rules, timetable and quota under an approval reference; from here on the clock moves it.

    `seen` is `Draft.print` of what the approver looked at: whatever was changed since is not approved unread. Who may:
    `can_approve_campaign`, never the author. Raises `Denied`, `Invalid` without a reference, `Conflict`.
    """
    found, reference = _locked(campaign), reference.strip()
    if found.approval_reference == reference != "" and found.approved_by_id == acting_user.pk:
        return found
    _run_or_refuse(acting_user, found.unit)
    if not found.is_draft:
        raise Conflict(_("这场评选现在是“%(state)s”。") % {"state": found.get_state_display()})
    if not can_approve_campaign(acting_user, found):
        raise Denied(_("起草的人不能自己批准，请另一位同事来批。"))
    if not reference:
        raise Invalid(errors={"reference": _("请写批文号，没有批文不能开始。")})
    if seen and seen != draft_of(found).print:
        raise Conflict(_("草稿刚刚改过，请看一眼现在的内容，再点一次批准。"))
    slots, quotas = as_slots(found.phases.all()), quotas_of(found)
    if slots[0].starts_at <= clock.now():
        raise Conflict(_("开始提名的时间已经过了，请先改草稿。"))
    if not any(one.winners_count for one in quotas):
        raise Conflict(_("现在没有在任的邻长，分不出名额。"))
    StreetQuota.objects.bulk_create(quotas)
    charter = charter_of(found, slots, quotas, reference)
    _approve(found, acting_user, reference, charter)
    _note(found, "campaign.approve", acting_user, reference, fingerprint=found.fingerprint)
    return found


def _approve(campaign: Campaign, acting_user: Actor, reference: str, charter: str) -> None:
    by = None if is_system(acting_user) else acting_user
    columns = {"approval_reference": reference, "charter": charter, "fingerprint": fingerprint_of(charter)}
    try:
        with transaction.atomic():
            phases.enter(
                campaign,
                S.APPROVED,
                by=acting_user,
                reason=reference,
                approved_by=by,
                approved_at=clock.now(),
                **columns,
            )
    except IntegrityError as another:
        raise Conflict(_("这里已经有一场评选在进行，等它结束再批。")) from another


# -- the clock ---------------------------------------------------------------------------------------------------------


def advance(campaign: Campaign, at: dt.datetime | None = None) -> Campaign:
    """Move on as far as the time says, by the database's clock when none is given: nothing, one state, or several.

    Safe to call by anybody at any time and by many at once. What it enters late, whatever kept it (a gate, a hook that
    failed, workers that were down), and all that follows is put off by as much, so that no phase is shorter than the
    rules say.
    """
    while _step(campaign, at):
        pass
    return Campaign.objects.select_related("unit", "rules").get(pk=campaign.pk)


@transaction.atomic
@streams.in_district_language
def _step(campaign: Campaign, at: dt.datetime | None) -> bool:
    rows = Campaign.objects.select_for_update(of=("self",), skip_locked=True)  # whoever holds it moves it
    found = rows.select_related("unit", "rules").filter(pk=campaign.pk).first()
    to = phases.following(found.state) if found else None
    if found is None or to is None:
        return False
    phase, moment = phases.phase_of(found, to), at or clock.now()
    if phase is None or moment < phase.starts_at:
        return False
    if phases.held_by(found, to):
        Campaign.objects.filter(pk=found.pk, held_since__isnull=True).update(held_since=phase.starts_at)
        return False
    return _go_on(found, to, moment - phase.starts_at)


def _go_on(campaign: Campaign, to: CampaignState, late: dt.timedelta) -> bool:
    before, reason = campaign.state, ""
    if late > ON_TIME or campaign.held_since is not None:
        slots = as_slots(campaign.phases.all())[PHASES.index(to) :]
        _save_slots(campaign, put_off(slots, late, campaign.rules.notice_working_days))
        prepared = _("等准备工作做好才开始，后面的日子顺延。")
        reason = prepared if campaign.held_since else _("开始得晚了一些，后面的日子顺延。")
    moved = phases.enter(campaign, to, reason=reason, held_since=None)
    if moved:
        _note(campaign, "campaign.advance", SYSTEM, before=before, after=str(to))
    return moved


def _save_slots(campaign: Campaign, slots: Sequence[Slot]) -> None:
    for one in slots:
        Phase.objects.filter(campaign=campaign, kind=one.kind).update(starts_at=one.starts_at, ends_at=one.ends_at)


# -- decisions on the way ----------------------------------------------------------------------------------------------


def _decided(campaign: Campaign, reason: str, acting_user: Actor) -> tuple[Campaign, str]:
    """The locked row and the reason in order; raises `Denied`, `Invalid`."""
    found, reason = _locked(campaign), reason.strip()
    _run_or_refuse(acting_user, found.unit)
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid(errors={"reason": _("请写一句原因，200 字以内。")})
    return found, reason


def _refuse_unless(allowed: bool, campaign: Campaign) -> None:
    if not allowed:
        raise Conflict(_("这场评选现在是“%(state)s”，这一步办不了。") % {"state": campaign.get_state_display()})


@transaction.atomic
def suspend_campaign(*, campaign: Campaign, reason: str, acting_user: Actor) -> Campaign:
    """Stop the clock. Who takes part is told. Raises `Denied`, `Invalid` without a reason, `Conflict`."""
    found, reason = _decided(campaign, reason, acting_user)
    if found.state == S.SUSPENDED:
        return found
    _refuse_unless(found.is_in(S.APPROVED, *PHASES), found)
    phases.enter(
        found, S.SUSPENDED, by=acting_user, reason=reason, suspended_from=found.state, suspended_at=clock.now()
    )
    _note(found, "campaign.suspend", acting_user, reason)
    news.suspended(found, reason)
    return found


@transaction.atomic
def resume_campaign(*, campaign: Campaign, reason: str, acting_user: Actor) -> Campaign:
    """On where it stopped; what was still to come moves by the length of the pause. Raises as `suspend_campaign`."""
    found, reason = _decided(campaign, reason, acting_user)
    if found.suspended_at is None:
        _refuse_unless(found.is_in(S.APPROVED, *PHASES), found)
        return found
    back, paused_at, now = S(found.suspended_from), found.suspended_at, clock.now()
    slots, days = as_slots(found.phases.all()), found.rules.notice_working_days
    begun = PHASES.index(back) if back in PHASES else -1
    by = now - paused_at
    if begun >= 0:
        longer = lengthened(slots[begun], paused_at, now, days)
        by = max(by, longer.ends_at - slots[begun].ends_at)
        _save_slots(found, [longer])
    _save_slots(found, put_off(slots[begun + 1 :], by, days))
    phases.move(found, back, by=acting_user, reason=reason, suspended_from="", suspended_at=None)
    _note(found, "campaign.resume", acting_user, reason, seconds=int(by.total_seconds()))
    news.resumed(found, reason)
    return found


@transaction.atomic
def terminate_campaign(*, campaign: Campaign, reason: str, acting_user: Actor) -> Campaign:
    """End it for good, before the award; a draft is put away so too. Raises as `suspend_campaign`."""
    found, reason = _decided(campaign, reason, acting_user)
    if found.state == S.TERMINATED:
        return found
    _refuse_unless(not found.is_in(S.AWARDED, S.ARCHIVED), found)
    phases.enter(found, S.TERMINATED, by=acting_user, reason=reason, suspended_from="", suspended_at=None)
    _note(found, "campaign.terminate", acting_user, reason)
    news.terminated(found, reason)
    return found


@transaction.atomic
def award_campaign(*, campaign: Campaign, reason: str, acting_user: Actor) -> Campaign:
    """The winners' notice is over and nothing is open: they are the best neighbour leaders. Raises as above.

    Who may: `can_award_campaign`, never who approved it.
    """
    found, reason = _decided(campaign, reason, acting_user)
    if found.state == S.AWARDED:
        return found
    _refuse_unless(found.state == S.WINNERS_NOTICE, found)
    if not can_award_campaign(acting_user, found):
        raise Denied(_("批准这场评选的人不能自己表彰，请另一位同事来点。"))
    phase = phases.phase_of(found, S.WINNERS_NOTICE)
    if phase is not None and clock.now() < phase.ends_at:
        until = timezone.localtime(phase.ends_at).strftime("%Y-%m-%d %H:%M")
        raise Conflict(_("结果公示到 %(until)s，满了再表彰。") % {"until": until})
    if held := phases.held_by(found, S.AWARDED):
        raise Conflict(" ".join(held))
    phases.enter(found, S.AWARDED, by=acting_user, reason=reason)
    _note(found, "campaign.award", acting_user, reason)
    return found


@transaction.atomic
def archive_campaign(*, campaign: Campaign, reason: str, acting_user: Actor) -> Campaign:
    """Closed and kept. Raises as above."""
    found, reason = _decided(campaign, reason, acting_user)
    if found.state == S.ARCHIVED:
        return found
    _refuse_unless(found.state == S.AWARDED, found)
    if held := phases.held_by(found, S.ARCHIVED):
        raise Conflict(" ".join(held))
    phases.enter(found, S.ARCHIVED, by=acting_user, reason=reason)
    _note(found, "campaign.archive", acting_user, reason)
    return found
