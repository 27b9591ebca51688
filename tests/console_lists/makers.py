"""How a row of a list comes about where copying one is not enough: by name of the list, (world, number) → anything."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from cms.services import write_event, write_notice
from cms.story_services import draft_story
from events.ballots.models import BallotBox, Dispute, QuarantineBatch
from events.campaigns.models import CampaignRules, NomineeObjection, PanelMember
from events.campaigns.rules import current_rules
from events.gatherings.services import Plan
from events.results.models import Outcome
from foundation.actors import SYSTEM
from rewards.benefits.models import Entitlement, RefusalReport
from rewards.points.models import ManualAward, RuleVersion, SampledAward
from rewards.points.services import award_points
from tests.ballots.making import before_the_freeze
from tests.console_lists.twins import twin
from tests.permissions.things_nominees import archived, named
from tests.permissions.things_paper import disagree, print_few
from tests.permissions.things_suspicion import aside
from tests.permissions.world import World
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Unit

Maker = Callable[[World, int], Any]


def _somebody(number: int) -> Person:
    return Person.objects.create(name=f"某人{number}")


def _notice(world: World, number: int) -> Any:
    return write_notice(unit=world.cast.community, title=f"公告 {number}", summary="说明", acting_user=SYSTEM)


def _event(world: World, number: int) -> Any:
    starts = timezone.now() + dt.timedelta(days=1 + number)
    plan = Plan(title=f"活动 {number}", place="食堂", starts_at=starts, ends_at=starts + dt.timedelta(hours=2))
    return write_event(unit=world.cast.community, plan=plan, summary="说明", acting_user=SYSTEM)


def _employer(world: World, number: int) -> Any:
    post = twin(world.things["cadre", "community"])
    return Appointment.objects.filter(pk=post.pk).update(employer=f"第{number}单位")


def _street(world: World, number: int) -> Any:
    return twin(world.cast.street)


def _person(world: World, number: int) -> Any:
    return twin(Appointment.objects.get(person=world.cast.leader.person))


def _refusal(world: World, number: int) -> Any:
    return RefusalReport.objects.create(
        id=uuid.uuid4(), benefit=twin(world.things["benefit", "community"]), person=Person.objects.create(name="谁"),
        words=f"第 {number} 次", fingerprint="0" * 64,
    )  # fmt: skip


def _entitlement(world: World, number: int) -> Any:
    return Entitlement.objects.create(
        benefit=twin(world.things["benefit", "community"]), person=Person.objects.create(name=f"领的人{number}"),
        unit=twin(world.cast.neighbourhood), state="claimed",
    )  # fmt: skip


def _vacant(world: World, number: int) -> Any:
    return twin(world.cast.neighbourhood)


def _door(world: World, number: int) -> Any:
    return twin(world.things["household", "community"])


def _crowded(world: World, number: int) -> Any:
    return Unit.objects.filter(pk=_vacant(world, number).pk).update(households_declared=40)


def _rules(world: World, number: int) -> Any:
    newest = RuleVersion.objects.order_by("-number")[0]
    return RuleVersion.objects.create(number=newest.number + 1, starts_on=newest.starts_on, ceiling=40, why=f"{number}")


def _sampled(world: World, number: int) -> Any:
    item = world.things["sampled", "community"]
    award, person = twin(world.things["award", "community"]), Person.objects.create(name=f"抽中{number}")
    line = award_points(
        person_id=person.pk, rule="hazard_found", source_key=f"sampled:{award.pk}", reason="隐患",
        unit_id=award.unit_id, acting_user=SYSTEM,
    )  # fmt: skip
    ManualAward.objects.filter(pk=award.pk).update(state="approved", transfer=line)
    return SampledAward.objects.create(sample=item.sample, award=award)


def _anniversary(world: World, number: int) -> Any:
    today = timezone.localdate()
    return Appointment.objects.create(
        person=Person.objects.create(name=f"周年{number}"), role="neighbour_leader", unit=twin(world.cast.neighbourhood),
        starts_on=today.replace(year=today.year - 1, day=1),
    )  # fmt: skip


def _story(world: World, number: int) -> Any:
    about = Person.objects.create(name=f"谁{number}")
    values: dict[str, Any] = {"title": f"故事 {number}", "summary": "说明", "body": [], "acting_user": SYSTEM}
    return draft_story(unit=world.cast.community, about=about, **values)


def _aside(world: World, number: int) -> Any:
    box = world.things["quarantined", "community"].box
    with before_the_freeze():  # the newest is looked at
        BallotBox.objects.filter(pk=box.pk).update(roll_frozen_at=timezone.now())
    return aside(box, twin(world.cast.community))


def _batch(world: World, number: int) -> Any:
    one = world.things["quarantine_batch", "community"]
    made = {"uid": uuid.uuid4(), "unit": twin(one.unit), "proposed_by": twin(one.proposed_by)}
    values = {"verdict": one.verdict, "reason": f"第 {number} 批", "proposed_at": one.proposed_at}
    return QuarantineBatch.objects.create(box=one.box, **made, **values)


def _dispute(world: World, number: int) -> Any:
    person = Person.objects.create(name=f"说的人{number}")
    entry = _aside(world, number).entry
    return Dispute.objects.create(uid=uuid.uuid4(), entry=entry, person=person, raised_at=timezone.now())


def _nominee(world: World, number: int) -> Any:
    unit = twin(world.cast.neighbourhood)
    return named(archived(unit), unit, Person.objects.create(name=f"邻长{number}"), "agreed")


def _nominee_objection(world: World, number: int) -> Any:
    person = Person.objects.create(name=f"提的人{number}")
    return NomineeObjection.objects.create(
        uid=uuid.uuid4(), nomination=_nominee(world, number), by=person, words=f"第 {number} 件事"
    )


def _campaign(world: World, number: int) -> Any:
    return twin(world.things["draft_campaign", "community"], depth=0)


def _campaign_rules(world: World, number: int) -> Any:
    newest = current_rules()
    return CampaignRules.objects.create(number=newest.number + 1, why=f"第 {number} 次改")


def _run(world: World, number: int) -> Any:
    return print_few(world.things["paper_run", "community"].box, twin(world.cast.community))


def _mismatch(world: World, number: int) -> Any:
    return disagree(_run(world, number))


def _seat(world: World, number: int) -> Any:
    return PanelMember.objects.create(campaign=archived(world.cast.district), person=_somebody(number), title="代表")


def _winner(world: World, number: int) -> Any:
    made = world.things["winner", "community"].outcome
    place = twin(world.cast.community)
    chosen = named(archived(place), place, _somebody(number), "candidate")
    values = {"nomination": chosen, "campaign": chosen.campaign, "is_winner": True, "opinion_score": None}
    counts = {name: getattr(made, name) for name in ("ballots_count", "electorate_count", "ballot_score", "score")}
    return Outcome.objects.create(**values, **counts, opinion_count=0, marks_count=3, panel_score=0)


def _passbook(world: World, number: int) -> Any:
    """Of a leader who serves there: where somebody lives or serves says who sees it."""
    copy = twin(world.things["passbook", "community"])
    post = twin(Appointment.objects.get(person=world.cast.leader.person))
    return type(copy).objects.filter(pk=copy.pk).update(person=post.person)


MAKERS: dict[str, Maker] = {
    "console_passbook_list": _passbook,
    "console_panel_list": _seat,
    "console_winner_list": _winner,
    "console_paper_run_list": _run,
    "console_paper_mismatch_list": _mismatch,
    "console_campaign_list": _campaign,
    "console_campaign_rules_list": _campaign_rules,
    "console_nomination_list": _nominee,
    "console_nominee_objection_list": _nominee_objection,
    "console_envelope_list": _aside,
    "console_batch_list": _batch,
    "console_dispute_list": _dispute,
    "console_anniversary_list": _anniversary,
    "console_story_list": _story,
    "console_rules_list": _rules,
    "console_sample_list": _sampled,
    "console_notice_list": _notice,
    "console_event_list": _event,
    "console_cadre_employer_list": _employer,
    "console_cadre_list": _street,
    "console_person_list": _person,
    "console_refusal_list": _refusal,
    "console_entitlement_list": _entitlement,
    "console_vacancy_list": _vacant,
    "console_overload_list": _crowded,
    "console_door_list": _door,
}
