"""The district of scenario A8: fourteen streets, a hundred and more neighbour leaders, and people with phones."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from events.ballots import sealing
from events.ballots.voting.casting import cast as put_in
from events.campaigns import services
from events.campaigns.models import Campaign, CampaignState, Nomination, Phase, Vetting, VettingLevel
from foundation import clock
from tests.ballots.making import make_household, make_voter, signals_for
from tests.campaigns.making import stand_in_phase
from tests.cast import SINCE, Cast, person_of
from volunteers.accounts.models import User
from volunteers.homes.models import Resident
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Level, Role, Unit

MORE_STREETS = tuple(
    "栖云街道 听澜街道 南枝街道 石磨街道 风铃街道 暖坡街道 砚湖街道 九曲街道 半山街道 蒲苇镇 桑叶镇 萤火镇".split()
)
BELOW = ((Level.COMMUNITY, "社区"), (Level.AREA, "第1片区"), (Level.GROUP, "第1组"))


def add_below(parent: Unit, level: Level, name: str) -> Unit:
    parent.refresh_from_db()
    made: Unit = parent.add_child(level=level, name=name, starts_on=SINCE)
    return made


def lead(unit: Unit, name: str) -> User:
    """A neighbour leader with an account."""
    person = Person.objects.create(name=name, born_on=dt.date(1962, 4, 1))
    Appointment.objects.create(person=person, role=Role.NEIGHBOUR_LEADER, unit=unit, starts_on=SINCE)
    user: User = User.objects.create_user(f"lead-{uuid.uuid4().hex[:10]}", person=person)
    return user


def grow(cast: Cast) -> list[User]:
    """Twelve more streets; the leaders of four neighbourhoods of the second one, who will stand as well."""
    for number, name in enumerate(MORE_STREETS):
        unit = add_below(cast.district, Level.STREET, name)
        for level, called in BELOW:
            unit = add_below(unit, level, called)
        for place in range(7 + number % 4):
            lead(add_below(unit, Level.NEIGHBOURHOOD, f"1-1-{place + 1}邻"), f"邻长{number}{place}")
    area = add_below(cast.far_community, Level.AREA, "第1片区")
    group = add_below(area, Level.GROUP, "第1组")
    return [
        lead(add_below(group, Level.NEIGHBOURHOOD, f"1-1-{n}邻"), f"{who}好") for n, who in enumerate("赵钱孙李", 1)
    ]


def settle(cast: Cast) -> list[User]:
    """Doors of the first neighbourhood: the resident's, and three more households with somebody in each."""
    homes = [make_household(cast.neighbourhood, f"{floor}01") for floor in range(1, 5)]
    Resident.objects.filter(person=person_of(cast.resident)).update(
        household=homes[0], confirmed_at=timezone.now() - dt.timedelta(days=400)
    )
    return [make_voter(f"住户{number}", cast.neighbourhood, home) for number, home in enumerate(homes[1:], start=1)]


def stand(campaign: Campaign, cast: Cast, user: User) -> Nomination:
    """Somebody who agreed, whom three households seconded and every level passed: not what this scenario is about."""
    held = person_of(user).appointments.select_related("unit").get(role=Role.NEIGHBOUR_LEADER)
    street = Unit.objects.get(path=held.unit.path_at(Level.STREET))
    made: Nomination = Nomination.objects.create(
        uid=uuid.uuid4(), campaign=campaign, person=held.person, appointment=held, neighbourhood=held.unit,
        street=street, kind="resident", why="热心", story="下雪天先扫出一条路。", state="agreed", seconded_count=3,
        answered_at=clock.now(),
    )  # fmt: skip
    for level in VettingLevel:
        Vetting.objects.create(
            uid=uuid.uuid4(), nomination=made, level=level, is_passed=True, reason="属实", by=cast.worker
        )
    return made


def go_on(campaign: Campaign, state: CampaignState) -> Campaign:
    """The time for the next state comes; the clock does the rest."""
    stand_in_phase(campaign, state)
    moved = services.advance(campaign, at=campaign.phases.get(kind=state).starts_at)
    assert moved.state == state, (moved.state, moved.held_since)
    return moved


def over(campaign: Campaign, state: CampaignState) -> None:
    """A phase has ended a minute ago."""
    Phase.objects.filter(campaign=campaign, kind=state).update(ends_at=clock.now() - dt.timedelta(minutes=1))


def cast_many(campaign: Campaign, users: list[User], *chosen: Nomination) -> None:
    """Each of them votes for these on a phone of their own."""
    for user in users:
        paper = sealing.write_paper(campaign.uid, [one.pk for one in chosen])
        envelope = sealing.seal(campaign.uid, bytes(campaign.box.public_key or b""), paper)
        put_in(
            uid=uuid.uuid4(), campaign=campaign, envelope=envelope, sealed_on="phone", acting_user=user,
            signals=signals_for(user),
        )  # fmt: skip


class Screens:
    """Phones and desks on which people are signed in; every script error is kept."""

    def __init__(self, browser: Browser, url: str, client_for: Callable[[User], Client]) -> None:
        self.browser, self.url, self.client_for = browser, url, client_for
        self.contexts: list[BrowserContext] = []
        self.pages: dict[tuple[int, int], Page] = {}
        self.faults: list[str] = []

    def phone(self, user: User | None) -> Page:
        """390 × 844; the same one for the same person."""
        return self._known(user, 390, 844)

    def desk(self, user: User) -> Page:
        """1280 × 800; the same one for the same person."""
        return self._known(user, 1280, 800)

    def another_phone(self, user: User) -> Page:
        """One more, signed in with the same number."""
        return self._page(user, 390, 844)

    def _known(self, user: User | None, width: int, height: int) -> Page:
        key = (user.pk if user else 0, width)
        if key not in self.pages:
            self.pages[key] = self._page(user, width, height)
        return self.pages[key]

    def _page(self, user: User | None, width: int, height: int) -> Page:
        viewport: ViewportSize = {"width": width, "height": height}
        context = self.browser.new_context(base_url=self.url, viewport=viewport, locale="zh-CN")
        self.contexts.append(context)
        if user is not None:
            sid = self.client_for(user).cookies["sid"].value
            context.add_cookies([{"name": "sid", "value": sid, "url": self.url}])
        page = context.new_page()
        page.set_default_timeout(12_000)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda m: self.faults.append(m.text) if "Content Security Policy" in m.text else None)
        return page

    def close(self) -> None:
        """All of them."""
        for context in self.contexts:
            context.close()
