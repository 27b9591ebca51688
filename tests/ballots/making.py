"""A vote that is open: campaign, candidates, a box with a key whose private half the test holds, the roll."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection
from django.utils import timezone

from events.ballots import sealing
from events.ballots.models import BallotBox, Envelope
from events.ballots.roll.entries import make_box, make_roll
from events.ballots.suspicion.signals import Signals
from events.ballots.voting.casting import Cast, cast
from events.campaigns.models import Campaign, CampaignState, Nomination, Phase, StreetQuota
from events.campaigns.rules import current_rules
from tests.cast import Cast as People
from tests.cast import person_of
from volunteers.accounts.models import User
from volunteers.homes.models import Building, Estate, Household, HouseholdLink, Resident
from volunteers.people.models import Person
from volunteers.units.models import Level, Unit

DAY = dt.timedelta(days=1)
LONG_AGO = dt.timedelta(days=400)


@contextmanager
def before_the_freeze() -> Iterator[None]:
    """What is written in here passes for written before the roll was frozen: the database's guards look away.

    On SQLite boxes lie open meanwhile. Its triggers are left alone: after one was dropped, every savepoint that is
    taken back in the same transaction reads the whole schema anew.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("RESET session_replication_role")
            return
        cursor.execute("SELECT * FROM ballots_ballotbox WHERE roll_frozen_at IS NOT NULL")
        names, boxes = [column[0] for column in cursor.description or ()], cursor.fetchall()
        settled = [dict(zip(names, box, strict=True)) for box in boxes]
        opened = [{**box, "roll_frozen_at": None, "closed_at": None, "root": ""} for box in settled]
        marks = ", ".join(["%s"] * len(names))
        # A row that replaces another is new to the triggers; an update they would refuse.
        cursor.executemany(f"REPLACE INTO ballots_ballotbox VALUES ({marks})", [tuple(box.values()) for box in opened])
        yield
        cursor.executemany(
            "UPDATE ballots_ballotbox SET roll_frozen_at = COALESCE(roll_frozen_at, %s), "
            "closed_at = COALESCE(closed_at, %s), root = CASE root WHEN '' THEN %s ELSE root END "
            "WHERE campaign_id = %s",
            [(box["roll_frozen_at"], box["closed_at"], box["root"], box["campaign_id"]) for box in settled],
        )


@dataclass
class Vote:
    """What a test needs of an open vote."""

    campaign: Campaign
    box: BallotBox
    key: ec.EllipticCurvePrivateKey
    candidates: list[Nomination]

    def seal(self, *chosen: Nomination, step: int = 0) -> bytes:
        """An envelope with these names."""
        paper = sealing.write_paper(self.campaign.uid, [one.pk for one in chosen], step)
        return sealing.seal(self.campaign.uid, bytes(self.box.public_key or b""), paper)

    def open(self, envelope: Envelope) -> sealing.Paper:
        """What is in an envelope of the box."""
        return sealing.open_envelope(self.campaign.uid, self.key, bytes(envelope.ciphertext))

    def cast(self, user: User, *chosen: Nomination, uid: uuid.UUID | None = None, envelope: bytes = b"") -> Cast:
        """Cast for a voter with a phone of their own."""
        return cast(
            uid=uid or uuid.uuid4(), campaign=self.campaign, envelope=envelope or self.seal(*chosen),
            sealed_on="phone", acting_user=user, signals=signals_for(user),
        )  # fmt: skip

    def close(self) -> None:
        """The last second is over."""
        now = timezone.now()
        Phase.objects.filter(campaign=self.campaign, kind="voting").update(ends_at=now)


def signals_for(user: User) -> Signals:
    """A phone and a network of one's own."""
    return Signals(device_key=f"device-{user.pk}", network_key=f"network-{user.pk}")


def make_voter(name: str, neighbourhood: Unit, household: Household | None = None, **fields: object) -> User:
    """A confirmed resident with an account."""
    person = Person.objects.create(name=name, born_on=dt.date(1970, 1, 1))
    confirmed = {"state": "confirmed", "confirmed_at": timezone.now() - LONG_AGO}
    Resident.objects.create(person=person, neighbourhood=neighbourhood, household=household, **(confirmed | fields))
    user: User = User.objects.create_user(f"voter-{uuid.uuid4().hex[:10]}", person=person)
    return user


def make_household(neighbourhood: Unit, door: str = "301") -> Household:
    """A home linked to a neighbourhood."""
    community = Unit.objects.get(path=neighbourhood.path_at(Level.COMMUNITY))
    estate, _new = Estate.objects.get_or_create(community=community, name="青禾苑")
    building, _new = Building.objects.get_or_create(estate=estate, name="7栋")
    household = Household(building=building)
    household.set_door(building, door)
    household.save()
    HouseholdLink.objects.create(
        household=household, neighbourhood=neighbourhood, starts_on=timezone.localdate() - LONG_AGO
    )
    return household


def make_candidate(campaign: Campaign, leader: User, story: str = "半夜水管爆了，她挨家敲门关总阀。") -> Nomination:
    """A leader on the ballot."""
    appointment = person_of(leader).appointments.select_related("unit").get()
    unit = appointment.unit
    nomination: Nomination = Nomination.objects.create(
        uid=uuid.uuid4(), campaign=campaign, person=person_of(leader), appointment=appointment, neighbourhood=unit,
        street=Unit.objects.get(path=unit.path_at(Level.STREET)), kind="resident", why="热心", story=story,
        state="candidate",
    )  # fmt: skip
    return nomination


def make_campaign(people: People, state: CampaignState = CampaignState.VOTING) -> Campaign:
    """In a state, as if the clock had brought it there; voting began an hour ago and lasts six days more."""
    now = timezone.now()
    campaign: Campaign = Campaign.objects.create(
        unit=people.district, title="最美邻长评选", rules=current_rules(), approval_reference="云文〔2026〕8号",
        fingerprint="0" * 64, state=state, made_by=people.street_clerk,
        approved_by=people.district_clerk, approved_at=now,
    )  # fmt: skip
    began = now - dt.timedelta(hours=1)
    Phase.objects.create(campaign=campaign, kind="voting", starts_at=began, ends_at=began + 7 * DAY)
    for street in (people.street, people.other_street):
        StreetQuota.objects.create(campaign=campaign, street=street, leaders_count=2, winners_count=1)
    return campaign


def give_key(box: BallotBox) -> ec.EllipticCurvePrivateKey:
    """A key for the box whose private half the test keeps."""
    key = ec.generate_private_key(ec.SECP256R1())
    box.public_key = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    box.save(update_fields=["public_key"])
    return key


def make_vote(people: People, *leaders: User) -> Vote:
    """An open vote with these leaders on the ballot (three of the cast when none are named), its roll made now."""
    campaign = make_campaign(people)
    named = leaders or (people.leader, people.leader2, people.other_leader)
    candidates = [make_candidate(campaign, leader) for leader in named]
    key = give_key(make_box(campaign))
    Resident.objects.update(confirmed_at=timezone.now() - LONG_AGO)
    box = make_roll(campaign)
    return Vote(campaign, box, key, candidates)
