"""Two campaigns of the sample district: one in which voting is open, and last year's with its result to recount."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Sequence
from functools import partial

from config.demo.campaign_former import load_former_campaign
from config.demo.campaign_ground import (
    DAY,
    Plan,
    found_campaign,
    nominate_all,
    pick_leaders,
    rules_for,
    settle_residents,
    slots_around,
    streets_of,
    vet_all,
    write_history,
)
from config.demo.campaign_stories import DECLINED, LAST_YEAR, REFUSED, STORIES, WHYS
from config.demo.campaign_votes import vote
from config.demo.people import BATCH, Ground, accounts_for
from config.demo.personas import OFFICER, PERSONAS, Persona
from config.demo.timeline import Timeline
from config.demo.when import Calendar
from events.ballots.models import BallotBox
from events.ballots.opening.keys import appoint_custodian, enrol, make_key
from events.ballots.paper.issuing import issue_paper
from events.ballots.paper.keying import key_ballot, reading_of
from events.ballots.paper.runs import print_run
from events.ballots.roll.entries import make_box, make_roll
from events.campaigns import news
from events.campaigns.models import (
    Campaign,
    CampaignState,
    Nomination,
    NominationKind,
    NomineeObjection,
    PanelMember,
)
from events.campaigns.nominees.lots import draw_lots
from foundation.actors import SYSTEM
from volunteers.homes.models import Resident
from volunteers.people.models import Person
from volunteers.units.models import Level, Unit

SEED = 20_264
PASSPHRASE = "桂花 灯笼 小桥 流水 人家"  # noqa: S105 - shown on /demo/, for anybody to open the box of the sample
RESIDENTS_EACH = 7
OTHERS_A_COMMUNITY = 2  # neighbourhoods without a candidate whose residents are on the roll too
THIS_YEAR = Plan(
    "最美邻长", "身边有没有这样的邻长：您家的事，记在心上；楼里的事，跑在前头？最多选 5 位，投错了可以改。",
    "云民发〔2026〕17号", a_street=5, places=2, stories=STORIES, why="今年每个镇街平均评两位",
)  # fmt: skip
BEFORE = Plan(
    "最美邻长（去年）", "谢谢去年投票的每一位邻居。", "云民发〔2025〕9号", a_street=2, places=1,
    stories=LAST_YEAR, why="头一年先少评几位，试一试",
)  # fmt: skip


def load_campaigns(timeline: Timeline, ground: Ground, calendar: Calendar, say: Callable[[str], None]) -> None:
    """Last year's by rows, this year's half by rows and half through its services."""
    rng = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    load_former_campaign(timeline, ground, calendar, BEFORE, rng)
    campaign = _running(ground, calendar, rng)
    candidates = _candidates(campaign, ground, calendar, rng)
    box = _box(campaign, ground)
    on_paper = ground.residents[20:24]
    spared = [*on_paper, *(_person(one) for one in PERSONAS if one.key != "merchant")]
    count = vote(box, candidates, spared, calendar, rng)
    _panel(campaign, ground)
    _paper(campaign, ground, on_paper)
    for state, told in ((CampaignState.NOMINATING, news.begun), (CampaignState.VOTING, news.voting)):
        timeline.add(campaign.phases.get(kind=state).starts_at, partial(_tell, told, campaign))
    say(f"评选两场，候选人 {len(candidates)} 位，选民 {box.roll_count:,} 位，票箱里 {count:,} 个信封")


def _running(ground: Ground, calendar: Calendar, rng: random.Random) -> Campaign:
    """In its candidates' notice so far; voting begins two days ago."""
    rules = rules_for(THIS_YEAR, streets_of(ground), ground.users["district"])
    slots = slots_around(rules, CampaignState.VOTING, calendar.ahead(-2, 9))
    return found_campaign(ground, THIS_YEAR, rules, slots)


def _candidates(campaign: Campaign, ground: Ground, calendar: Calendar, rng: random.Random) -> list[Nomination]:
    """Of every street, 周桂兰 among them; their neighbours on the roll, some of whom named them; a few who did not
    come so far.
    """
    held = pick_leaders(campaign, streets_of(ground), THIS_YEAR.a_street, skip=0)
    rows = nominate_all(campaign, held, THIS_YEAR.stories, WHYS, rng)
    vet_all(campaign, rows, rng)
    near = [one.neighbourhood for one in rows]
    residents = settle_residents([*near, *_others(ground, near)], RESIDENTS_EACH, calendar, rng)
    by_place = {one.neighbourhood_id: one.person for one in residents}
    for one in rows:
        one.nominated_by = one.person if one.kind == NominationKind.SELF else by_place[one.neighbourhood_id]
    Nomination.objects.bulk_update(rows, ["nominated_by"], batch_size=BATCH)
    _fallen(campaign, ground, residents, rng)
    return rows


def _others(ground: Ground, near: Sequence[Unit]) -> list[Unit]:
    """Some neighbourhoods of every community that have no candidate."""
    taken = {one.pk for one in near}
    found: list[Unit] = []
    for community in ground.communities:
        rows = Unit.objects.at(Level.NEIGHBOURHOOD).under(community).current().order_by("path")[5:12]
        found += [one for one in rows if one.pk not in taken][:OTHERS_A_COMMUNITY]
    return found


def _fallen(campaign: Campaign, ground: Ground, residents: Sequence[Resident], rng: random.Random) -> None:
    """In the home street: one declined, one was refused, one was struck after an objection; another was dismissed."""
    held = pick_leaders(campaign, [ground.home_street], 3, skip=1, first=1)
    taken = set(Nomination.objects.filter(campaign=campaign).values_list("person_id", flat=True))
    rows = nominate_all(campaign, [one for one in held if one.person_id not in taken], ["", "", ""], WHYS, rng)
    ends = (("declined", DECLINED), ("refused", REFUSED), ("struck", "核实过，提名材料里的事是别人做的，本人也认可。"))
    for one, (state, answer) in zip(rows, ends, strict=False):
        one.state, one.answer, one.nominated_by = state, answer, residents[0].person
        one.save()
    stands = Nomination.objects.candidates().filter(campaign=campaign, street=ground.home_street).order_by("pk")[1:2]
    at, clerk = campaign.phases.get(kind=CampaignState.NOTICE).starts_at + DAY, ground.users["street"]
    for one, state, words, reason in (
        *((one, "upheld", "材料里写的修灯，其实是隔壁邻长办的。", one.answer) for one in rows[2:3]),
        *((one, "dismissed", "听说不常在家。", "社区走访了八户，都说常见到、有事找得着。") for one in stands),
    ):
        NomineeObjection.objects.create(
            uid=uuid.uuid4(), nomination=one, by=residents[1].person, words=words, state=state, reason=reason,
            raised_at=at, decided_by=clerk, decided_at=at + 2 * DAY,
        )  # fmt: skip


# -- the box -----------------------------------------------------------------------------------------------------------


def _box(campaign: Campaign, ground: Ground) -> BallotBox:
    """One custodian, a key, lots and the roll: voting is open."""
    box = make_box(campaign)
    custodian = appoint_custodian(box=box, user=ground.users["district"], acting_user=SYSTEM)
    enrol(custodian=custodian, passphrase=PASSPHRASE, acting_user=ground.users["district"])
    make_key(box=box, acting_user=SYSTEM)
    began = campaign.phases.get(kind=CampaignState.VOTING).starts_at
    BallotBox.objects.filter(pk=box.pk).update(
        roll_proposed_by=campaign.made_by, roll_proposed_at=began - DAY,
        roll_confirmed_by=campaign.approved_by, roll_confirmed_at=began - DAY / 2,
    )  # fmt: skip
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.VOTING)
    campaign.refresh_from_db()
    write_history(campaign, CampaignState.VOTING)
    draw_lots(campaign)
    make_roll(campaign, at=began)
    return BallotBox.objects.select_related("campaign").get(pk=box.pk)


# -- the panel, and paper ----------------------------------------------------------------------------------------------


def _panel(campaign: Campaign, ground: Ground) -> None:
    """The officer of the demo and four residents have said yes; one who could not come has left."""
    people = [_person(OFFICER), *ground.residents[30:35]]
    titles = ("住房部门代表", "居民代表", "志愿者代表", "商户代表", "媒体代表", "居民代表")
    accounts_for(one.pk for one in people)
    at = campaign.phases.get(kind=CampaignState.NOTICE).starts_at
    PanelMember.objects.bulk_create(
        PanelMember(campaign=campaign, person=one, title=title, accepted_at=at + DAY)
        for one, title in zip(people, titles, strict=True)
    )
    last = PanelMember.objects.get(campaign=campaign, person=people[-1])
    last.left_at, last.left_reason = at + 2 * DAY, "那几天要出差，换一位吧"
    last.save()


def _paper(campaign: Campaign, ground: Ground, voters: Sequence[Person]) -> None:
    """Four voters of the home community have paper: one ballot is in the box, one was keyed once, one disagrees."""
    worker, clerk, home = ground.users["worker"], ground.users["street"], ground.home_community
    marks = print_run(uid=uuid.uuid4(), campaign=campaign, community=home, count=12, acting_user=worker).marks
    for one in voters:
        issue_paper(uid=uuid.uuid4(), campaign=campaign, person=one, acting_user=worker)
    for mark, who, lots in (
        (marks[0], worker, (1, 3)), (marks[0], clerk, (1, 3)), (marks[1], worker, (2, 4)), (marks[1], clerk, (2, 5)),
        (marks[2], worker, (3,)),
    ):  # fmt: skip
        reading = reading_of(campaign, lots)
        key_ballot(uid=uuid.uuid4(), campaign=campaign, mark=mark, reading=reading, acting_user=who)


def _tell(told: Callable[[Campaign], object], campaign: Campaign) -> None:
    told(campaign)


def _person(one: Persona) -> Person:
    return Person.objects.by_phone(one.phone).get()
