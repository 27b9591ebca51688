"""What the sample district shows of campaigns."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from config.demo.campaign_stories import LAST_YEAR, STORIES
from config.demo.campaigns import PASSPHRASE
from config.demo.personas import DISTRICT_CLERK, LEADER, OFFICER, PERSONAS, RESIDENT, STREET_CLERK
from events.ballots.models import Custodian, Envelope, PaperBallot
from events.ballots.opening.keys import unlocked
from events.ballots.opening.steps import table_of
from events.ballots.roll.entries import entry_of
from events.campaigns.models import Campaign, CampaignState, Nomination, PanelMember
from events.campaigns.phases import is_open
from events.campaigns.selectors import running_campaign
from events.results.publishing import archive_of
from volunteers.accounts.models import User
from volunteers.accounts.services import user_of_phone
from volunteers.people.models import Person

pytestmark = pytest.mark.django_db


def running() -> Campaign:
    campaign = running_campaign()
    assert campaign
    return campaign


def person(phone: str) -> Person:
    return Person.objects.by_phone(phone).get()


def account(phone: str) -> User:
    user = user_of_phone(phone)
    assert user
    return user


def test_voting_is_open_and_the_resident_has_not_voted(demo: None) -> None:
    campaign = running()
    assert is_open(campaign, CampaignState.VOTING)
    entry = entry_of(campaign.box, person(RESIDENT.phone))
    assert entry
    assert not Envelope.objects.filter(entry=entry).exists()
    assert Envelope.objects.filter(box=campaign.box).count() > 100


def test_the_leader_of_the_demo_stands_among_candidates_of_every_street(demo: None) -> None:
    campaign = running()
    candidates = Nomination.objects.candidates().filter(campaign=campaign)
    assert candidates.filter(person=person(LEADER.phone)).exists()
    assert {one.street_id for one in campaign.quotas.all()} == set(candidates.values_list("street_id", flat=True))
    assert len(set(candidates.values_list("story", flat=True))) == candidates.count()
    assert len({*STORIES, *LAST_YEAR}) == len(STORIES) + len(LAST_YEAR) == 98


def test_staff_find_something_to_decide(demo: None) -> None:
    clerk = account(STREET_CLERK.phone)
    assert Envelope.objects.visible_to(clerk).quarantined().count() > 5
    assert PaperBallot.objects.filter(state="mismatch").count() == 1
    assert PanelMember.objects.sitting().filter(person=person(OFFICER.phone), accepted_at__isnull=False).exists()


def test_the_passphrase_on_the_page_opens_the_key(demo: None, client: Client) -> None:
    assert PASSPHRASE in client.get("/demo/").content.decode()
    custodian = Custodian.objects.get(user=account(DISTRICT_CLERK.phone))
    assert unlocked(custodian, PASSPHRASE) is not None


def test_last_years_result_is_recounted_by_an_outsider(demo: None, tmp_path: Path) -> None:
    published = Campaign.objects.get(state="awarded").publications.get()
    with zipfile.ZipFile(archive_of(published)) as archive:
        archive.extractall(tmp_path)
    command = [sys.executable, "-I", str(Path(settings.BASE_DIR) / "verify_campaign.py"), str(tmp_path)]
    done = subprocess.run([*command, "--fingerprint", published.fingerprint], env={}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_last_years_turnout_is_told_street_by_street(demo: None, client: Client) -> None:
    former = Campaign.objects.get(state="awarded")
    page = client.get(f"/best/{former.uid}/result/").content.decode()
    assert f"{former.box.roll_count} 位选民，{former.box.ballots.count()} 位投了票" in page
    assert "投票的人很少" not in page


def test_every_persona_opens_the_page_of_the_campaign(demo: None, client: Client) -> None:
    address = f"/best/{running().uid}/"
    for one in PERSONAS:
        client.post("/demo/", {"persona": one.key})
        assert client.get(address).status_code == 200, one.key


def test_the_box_of_last_year_has_every_step_behind_it(demo: None) -> None:
    former = Campaign.objects.exclude(pk=running().pk).get(state=CampaignState.AWARDED)
    table = table_of(former.box)
    assert all(line.step.done_at for line in table["lines"])
    assert table["pace"] == ""
