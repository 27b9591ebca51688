"""A night's stuffing, as scenario A9 tells it: `python -m tests.journeys.stuffing 2026-12-01T02:00:00+08:00`.

In the database of the environment it opens a vote, and then 300 openids come from 6 devices on one network, each with
four ballots: 1,200 requests through the pages and the API, signed in through a stand-in for WeChat. Forty of them are
visitors of a snapshot. What they were answered is printed as JSON.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import logging
import os
import sys
import uuid
from collections import Counter
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import time_machine

from ops.fakes.wechat import FakeWeChat

OPENIDS, SNAPSHOTS, DEVICES, TIMES = 300, 40, 6, 4
APP = "wx-test"


def make_vote(count: int) -> Any:
    """A campaign in which voting is open, and so many residents whose WeChat is bound. Returns campaign and phones."""
    from allauth.socialaccount.models import SocialAccount
    from django.utils import timezone

    from events.ballots.roll.entries import make_box, make_roll
    from events.campaigns.models import Campaign
    from tests.ballots import making
    from volunteers.accounts.models import User, WeChatOpenid
    from volunteers.homes.models import Resident
    from volunteers.people.models import Person
    from volunteers.units.models import Role, Unit

    street = Unit.objects.get(name="青禾街道")
    clerks = {role: User.objects.filter(person__appointments__role=role)[0] for role in Role if "clerk" in role}
    Campaign.objects.running().update(state="archived")
    people: Any = SimpleNamespace(
        district=street.get_parent(), street=street, other_street=Unit.objects.at("street").exclude(pk=street.pk)[0],
        street_clerk=clerks[Role.STREET_CLERK], district_clerk=clerks[Role.DISTRICT_CLERK],
    )  # fmt: skip
    campaign = making.make_campaign(people)
    homes = list(Unit.objects.at("neighbourhood").filter(path__startswith=street.path)[:20])
    persons = []
    for number in range(count):
        person = Person(name=f"被冒用的人{number}", born_on=dt.date(1970, 1, 1))
        person.set_phone(f"1546{number:07d}")
        persons.append(person)
    Person.objects.bulk_create(persons)
    long_ago = timezone.now() - dt.timedelta(days=400)
    Resident.objects.bulk_create(
        Resident(person=one, neighbourhood=homes[at % 20], state="confirmed", confirmed_at=long_ago)
        for at, one in enumerate(persons)
    )
    users = User.objects.bulk_create(User(username=f"stuffed-{at}", person=one) for at, one in enumerate(persons))
    accounts = SocialAccount.objects.bulk_create(
        SocialAccount(provider="wechat", uid=f"{APP}:o-{at}", user=user) for at, user in enumerate(users)
    )
    WeChatOpenid.objects.bulk_create(
        WeChatOpenid(app_id=APP, openid=f"o-{at}", account=one) for at, one in enumerate(accounts)
    )
    box = make_box(campaign)
    making.give_key(box)
    make_roll(campaign)
    return campaign


class Night:
    """The robot with its six devices; each is a browser that keeps its cookies when the account changes."""

    def __init__(self, campaign: Any, wechat: FakeWeChat) -> None:
        from django.test import Client

        self.campaign, self.wechat = campaign, wechat
        self.devices = [Client(SERVER_NAME="127.0.0.1", REMOTE_ADDR="203.0.113.7") for _device in range(DEVICES)]
        self.answers: Counter[str] = Counter()

    def sign_in(self, device: Any, openid: str, *, snapshot: bool) -> int:
        """Out to WeChat and back, as another account on the same device."""
        device.cookies.pop("sid", None)
        self.wechat.tell(openid=openid, unionid="", snapshot=snapshot)
        asked = device.get("/login/wechat/")["Location"]
        state = parse_qs(urlsplit(asked).query)["state"][0]
        answer = device.get("/login/wechat/callback/", {"code": self.wechat.new_code(), "state": state})
        return int(answer.status_code)

    def sealed(self) -> bytes:
        """A sealed ballot with nobody on it: what is inside makes no difference to anybody."""
        from events.ballots import sealing

        paper = sealing.write_paper(self.campaign.uid, [])
        return sealing.seal(self.campaign.uid, bytes(self.campaign.box.public_key), paper)

    def send(self, device: Any) -> Any:
        """A ballot through the API."""
        body = {"id": str(uuid.uuid4()), "envelope": base64.urlsafe_b64encode(self.sealed()).decode().rstrip("=")}
        address = f"/api/ballots/{self.campaign.uid}/cast"
        answer = device.post(address, json.dumps(body), content_type="application/json")
        self.answers[f"ballot {answer.status_code}"] += 1
        return answer.wsgi_request

    def again(self, request: Any) -> None:
        """The ballots after the first, by the service that the API calls, as the same browser: that is quicker."""
        from events.ballots.suspicion.signals import signals_of
        from events.ballots.voting.casting import cast

        for _time in range(TIMES - 1):
            values = {"envelope": self.sealed(), "acting_user": request.user, "signals": signals_of(request)}
            cast(uid=uuid.uuid4(), campaign=self.campaign, sealed_on="phone", **values)
            self.answers["ballot 200"] += 1

    def pass_by(self) -> None:
        """Everybody comes once, and casts four times."""
        for number in range(OPENIDS):
            device, snapshot = self.devices[number % DEVICES], number >= OPENIDS - SNAPSHOTS
            signed_in = self.sign_in(device, f"o-{number}", snapshot=snapshot)
            self.answers[f"{'snapshot' if snapshot else 'openid'} {signed_in}"] += 1
            request = self.send(device)
            if signed_in == 302:
                self.again(request)
            else:
                for _time in range(TIMES - 1):
                    self.send(device)


def main(moment: str) -> None:
    """All of it, at that time."""
    logging.disable(logging.WARNING)  # a line for each refusal
    wechat = FakeWeChat()
    wechat.start()
    os.environ |= {"WECHAT_APP_ID": APP, "WECHAT_APP_SECRET": "secret", "WECHAT_API_URL": wechat.url}
    with time_machine.travel(dt.datetime.fromisoformat(moment), tick=True):
        import django

        django.setup()
        campaign = make_vote(OPENIDS - SNAPSHOTS)
        night = Night(campaign, wechat)
        night.pass_by()
        from events.ballots.suspicion.jobs import look_at_open_boxes

        look_at_open_boxes()
    print(json.dumps({"campaign": str(campaign.uid), **night.answers}))


if __name__ == "__main__":
    main(sys.argv[1])
