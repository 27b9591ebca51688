"""A8 in a browser: a campaign from its draft to the award, and an outsider who recounts it."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from events.ballots.models import BallotBox, Custodian, Envelope
from events.ballots.opening.keys import appoint_custodian
from events.ballots.roll.entries import make_box
from events.campaigns.models import Campaign, CampaignState, Mark, Nomination, PanelMember
from events.campaigns.nominees.nominations import nominate
from events.campaigns.panel import services as panel
from events.campaigns.rules import current_rules
from foundation.jobs import relay_once
from tests.campaigns.making import second_clerk
from tests.cast import Cast, person_of
from tests.journeys.campaign_stage import Screens, cast_many, go_on, grow, over, settle, stand
from tests.journeys.conftest import tap
from tests.panel.making import somebody
from volunteers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("beside_the_loop_of_the_browser")]
PASSPHRASE = "桂花 灯笼 小桥 流水 人家"
STORY = "七栋的灯坏了三盏，第六天全亮了。"


@pytest.fixture
def screens(browser: Browser, live_server: Any, client_for: Callable[[User], Client]) -> Iterator[Screens]:
    made = Screens(browser, live_server.url, client_for)
    yield made
    made.close()
    assert made.faults == []


class Story:
    """The steps of the scenario, in their order; each leaves the campaign where the next begins."""

    def __init__(self, cast: Cast, screens: Screens, folder: Path) -> None:
        self.cast, self.screens, self.folder = cast, screens, folder
        self.second = second_clerk(cast)
        self.more, self.neighbours = grow(cast), settle(cast)
        current_rules()

    def at(self, *words: object) -> str:
        return f"/best/{self.campaign.uid}/" + "".join(f"{word}/" for word in words)

    def drafted_and_approved(self) -> None:
        """By two people; a hundred places over fourteen streets."""
        desk = self.screens.desk(self.cast.district_clerk)
        desk.goto("/console/campaigns/new/")
        desk.get_by_label("名称").fill("最美邻长 2026")
        tap(desk, "存草稿")
        expect(desk.locator("main")).to_contain_text("起草的人不能自己批准")
        self.campaign = Campaign.objects.get()
        second = self.screens.desk(self.second)
        second.goto(f"/console/campaigns/{self.campaign.uid}/")
        second.get_by_label("批文号").fill("云民发〔2026〕17号")
        tap(second, "批准这场评选")
        expect(second.locator("main")).to_contain_text("规则指纹")
        rows = second.locator("table", has_text="邻长人数").locator("tbody tr")
        expect(rows).to_have_count(14)
        assert sum(int(row.locator("td").nth(2).inner_text()) for row in rows.all()) == 100

    def nominated(self) -> None:
        """One is named, says yes with a story and is seconded by three households; one says no."""
        self.campaign = go_on(self.campaign, CampaignState.NOMINATING)
        phone = self.screens.phone(self.cast.resident)
        phone.goto(self.at("nominate"))
        phone.locator("a.cell", has_text="我家的邻长").click()
        phone.get_by_label("为什么推荐").fill("我们楼的事她都记着")
        tap(phone, "送出")
        expect(phone.locator("main")).to_contain_text("正在问本人")
        leader = self.screens.phone(self.cast.leader)
        leader.goto(self.at("mine"))
        leader.get_by_label("我的故事").fill(STORY)
        tap(leader, "我同意，参加")
        expect(leader.locator("main")).to_contain_text("您答应了")
        for neighbour in self.neighbours:
            other = self.screens.phone(neighbour)
            other.goto(self.at("second"))
            other.locator("a.cell", has_text="周").first.click()
            tap(other, "我家附议")
            expect(other.locator("main")).to_contain_text("您家附议了")
        self.declined()
        self.others = [stand(self.campaign, self.cast, one) for one in [self.cast.other_leader, *self.more]]

    def declined(self) -> None:
        """马建国 is asked and would rather not."""
        held = person_of(self.cast.leader2).appointments.get()
        nominate(uid=uuid.uuid4(), campaign=self.campaign, appointment=held, why="热心", acting_user=self.neighbours[0])
        phone = self.screens.phone(self.cast.leader2)
        phone.goto(self.at("mine"))
        tap(phone, "这次先不参加")
        expect(phone.locator("main")).to_contain_text("本人婉拒")

    def vetted(self) -> None:
        """Level by level, each with a reason and a name."""
        self.campaign = go_on(self.campaign, CampaignState.VETTING)
        self.chosen = Nomination.objects.get(campaign=self.campaign, person=person_of(self.cast.leader))
        for user in (self.cast.area_leader, self.cast.worker, self.cast.street_clerk, self.cast.district_clerk):
            page = self.screens.phone(user)
            page.goto(f"/best/nominations/{self.chosen.pk}/vet/")
            page.get_by_label("理由").fill("情况属实，邻里都认可")
            page.get_by_role("button", name="通过", exact=True).click()
            page.wait_for_load_state()
        assert self.chosen.vettings.count() == 4

    def noticed(self) -> None:
        """An objection pauses one, until it is decided with a reason."""
        self.campaign = go_on(self.campaign, CampaignState.NOTICE)
        assert Nomination.objects.candidates().count() == 6
        asked = self.others[0]
        phone = self.screens.phone(self.cast.resident)
        phone.goto(f"/best/candidates/{asked.pk}/objection/")
        phone.get_by_label("是什么事").fill("听说材料里写的不是她做的")
        tap(phone, "送出")
        expect(phone.locator("main")).to_contain_text("核实中")
        phone.goto(f"/best/candidates/{asked.pk}/")
        expect(phone.locator("main")).to_contain_text("正在核实")
        objection = asked.objections.get()
        desk = self.screens.desk(self.cast.district_clerk)
        desk.goto(f"/console/campaigns/objections/{objection.pk}/")
        desk.get_by_label("理由").fill("走访了八户，都说是她做的")
        tap(desk, "不成立，继续参评")
        phone.reload()
        expect(phone.locator("main")).to_contain_text("走访了八户")
        assert not Nomination.objects.get(pk=asked.pk).is_paused

    def prepared(self) -> None:
        """A custodian sets a passphrase; two people make the key, and two agree on the roll."""
        custodian = appoint_custodian(
            box=make_box(self.campaign), user=self.cast.street_clerk, acting_user=self.cast.district_clerk
        )
        keeper = self.screens.desk(self.cast.street_clerk)
        keeper.goto(f"/console/ballots/custodian/{custodian.uid}/")
        keeper.get_by_label("口令").first.fill(PASSPHRASE)
        keeper.get_by_label("再输一遍").fill(PASSPHRASE)
        keeper.get_by_label("我知道").check()
        keeper.locator(".box-form button[type=submit]").click()
        keeper.wait_for_load_state()
        for clerk, key, roll in (
            (self.cast.district_clerk, "提出做钥匙", "提出：到投票开始时冻结"),
            (self.second, "确认，做钥匙", "确认：到投票开始时冻结"),
        ):
            desk = self.screens.desk(clerk)
            desk.goto(f"/console/ballots/{self.campaign.uid}/keys/")
            tap(desk, key)
            desk.wait_for_load_state()
            desk.goto("/console/ballots/roll/")
            tap(desk, roll)
            desk.wait_for_load_state()

    def voted(self) -> None:
        """For five; changed; on a second phone of the same voter the same envelope is found, and replaced again."""
        self.campaign = go_on(self.campaign, CampaignState.VOTING)
        cast_many(self.campaign, self.neighbours[:2], self.chosen, self.others[1])
        phone = self.screens.phone(self.cast.resident)
        first = self.vote(phone, "周桂兰", "顾芳", "赵好", "钱好", "孙好")
        phone.locator("a.cell", has_text="改我的票").click()
        expect(phone.locator("main")).to_contain_text("投的票在箱里")
        changed = self.vote(phone, "周桂兰", "李好")
        assert changed != first
        again = self.screens.another_phone(self.cast.resident)
        again.goto(self.at("vote", "receipt"))
        assert receipt_on(again) == changed
        again.goto(self.at("vote"))
        expect(again.locator("main")).to_contain_text("再投一次就换成新的")
        self.receipt, self.replaced = self.vote(again, "周桂兰", "赵好"), changed
        mine = Envelope.objects.get(box=self.campaign.box, replaced_count__gt=0)
        assert mine.replaced_count == 2
        again.locator("a.card--warm").click()
        again.locator(".choice", has_text="很愿意").click()
        tap(again, "封好投出")
        again.wait_for_load_state()
        assert Envelope.objects.filter(box=self.campaign.box, kind="household").count() == 1

    def vote(self, phone: Page, *names: str) -> str:
        """Pick, read back, cast; returns the receipt."""
        phone.goto(self.at("vote"))
        for name in names:
            phone.locator("#q").fill(name)
            phone.keyboard.press("Enter")
            expect(phone.locator("[data-list] legend")).to_contain_text(f"“{name}”")
            phone.locator(".cand").filter(has_text=name).click()
        phone.get_by_role("button", name="看一遍").click()
        expect(phone.locator("[data-title]")).to_have_text(f"您选了这 {len(names)} 位")
        phone.get_by_role("button", name="封好投出").click()
        phone.wait_for_url("**/vote/receipt/")
        return receipt_on(phone)

    def on_paper(self) -> None:
        """Handed to a voter, read by two clerks, each without seeing what the other read."""
        desk = self.screens.desk(self.cast.worker)
        desk.goto("/console/ballots/paper/print/")
        desk.locator("input[type=search][name=community-q]").fill("桂花")
        desk.locator(".console-choose__offered label", has_text="桂花社区").first.click()
        desk.get_by_label("印几张").fill("2")
        tap(desk, "排好版，去打印")
        mark = desk.locator(".mark").first.inner_text()
        desk.goto("/console/ballots/paper/voters/")
        desk.locator("#voter-q").fill("住户3")
        desk.locator(".store-find button").click()
        desk.get_by_role("link", name="住户3").click()
        tap(desk, "发一张")
        desk.wait_for_load_state()
        chosen = Nomination.objects.filter(pk__in=[self.chosen.pk, self.others[0].pk]).order_by("lot")
        lots = " ".join(str(one.lot) for one in chosen)
        for clerk in (self.cast.worker, self.cast.street_clerk):
            page = self.screens.desk(clerk)
            page.goto("/console/ballots/paper/key/")
            page.get_by_label("票号").fill(mark)
            page.get_by_label("选了几号").fill(lots)
            tap(page, "录好，下一张")
            page.wait_for_load_state()
        assert Envelope.objects.filter(box=self.campaign.box, sealed_on="paper").count() == 1

    def opened(self) -> None:
        """Closed by two, opened by the custodian; nothing is left that could link."""
        over(self.campaign, CampaignState.VOTING)
        self.campaign = go_on(self.campaign, CampaignState.COUNTING)
        for clerk, words in ((self.cast.district_clerk, "提出封箱"), (self.second, "确认封箱")):
            desk = self.screens.desk(clerk)
            desk.goto(f"/console/ballots/{self.campaign.uid}/opening/")
            tap(desk, words)
            desk.wait_for_load_state()
        keeper = self.screens.desk(self.cast.street_clerk)
        keeper.goto(f"/console/ballots/custodian/{Custodian.objects.get().uid}/")
        keeper.get_by_label("口令").first.fill(PASSPHRASE)
        keeper.locator(".box-form button[type=submit]").click()
        expect(keeper.locator("main")).to_contain_text("票箱已经打开")
        box = BallotBox.objects.get(campaign=self.campaign)
        assert (box.cast_count, box.counted_count, box.replaced_count) == (7, 5, 2)
        assert not Envelope.objects.exists()

    def marked(self) -> None:
        """Five members; one of them marks on a phone."""
        people = [somebody(f"评委{number}") for number in range(5)]
        for one in people:
            seat = panel.appoint_member(
                uid=uuid.uuid4(), campaign=self.campaign, person=person_of(one), title="居民代表",
                acting_user=self.cast.district_clerk,
            )  # fmt: skip
            panel.accept(member=seat, acting_user=one)
            panel.declare(member=seat, near={}, acting_user=one)
        self.campaign = go_on(self.campaign, CampaignState.PANEL)
        phone = self.screens.phone(people[0])
        phone.goto(f"/best/panel/mark/{self.chosen.pk}/")
        phone.get_by_label("您打几分").fill("92")
        tap(phone, "记下")
        phone.wait_for_load_state()
        for member in PanelMember.objects.filter(campaign=self.campaign):
            for number, row in enumerate([self.chosen, *self.others]):
                if not Mark.objects.filter(member=member, nomination=row).exists():
                    Mark.objects.create(uid=uuid.uuid4(), member=member, nomination=row, points=80 + number)

    def recounted(self) -> None:
        """From the files of the page alone, by a program that knows nothing of this system."""
        self.campaign = go_on(self.campaign, CampaignState.WINNERS_NOTICE)
        while relay_once():
            pass
        phone = self.screens.phone(None)
        phone.goto(self.at("result"))
        expect(phone.locator("main")).to_contain_text("周桂兰")
        tap(phone, "在这里从头算一遍")
        expect(phone.get_by_text("从头到尾都对得上。")).to_be_visible()
        expect(phone.locator("[data-tick]:visible")).to_have_text(["✓ 一样"] * 6)
        phone.locator("[data-streets] summary").first.click()
        sums = phone.locator("[data-streets] dt", has_text="周桂兰").locator("+ dd")
        expect(sums).to_contain_text(re.compile(r"居民投票 100 × \d+ ÷ \d+ = \d"))
        fingerprint = phone.locator("#publication ~ .card .best-print").first.inner_text()
        archive = self.folder / "publication.zip"
        archive.write_bytes(phone.request.get(self.at("publication.zip").rstrip("/")).body())
        verifier = self.folder / "verify_campaign.py"
        verifier.write_bytes(phone.request.get("/best/verify_campaign.py").body())
        with zipfile.ZipFile(archive) as files:
            files.extractall(self.folder / "unpacked")
        done = self.run(verifier, "--fingerprint", fingerprint)
        assert done.returncode == 0, done.stderr
        assert "ballots 4" in done.stdout
        assert self.run(verifier, "--receipt", self.receipt).returncode == 0
        assert "不在箱里" in self.run(verifier, "--receipt", self.replaced).stderr

    def run(self, verifier: Path, *words: str) -> subprocess.CompletedProcess[str]:
        """In an empty environment."""
        command = [sys.executable, "-I", "-S", str(verifier), str(self.folder / "unpacked"), *words]
        return subprocess.run(command, env={}, capture_output=True, text=True, encoding="utf-8", check=False)

    def awarded(self) -> None:
        """When the notice is over, by a person with a reason."""
        over(self.campaign, CampaignState.WINNERS_NOTICE)
        desk = self.screens.desk(self.cast.district_clerk)
        desk.goto(f"/console/campaigns/{self.campaign.uid}/award/")
        desk.get_by_label("为什么").fill("公示期满，没有异议")
        desk.locator("main button[type=submit]").last.click()
        expect(desk.locator("main")).to_contain_text("已表彰")
        leader = self.screens.phone(self.cast.leader)
        leader.goto(self.at("result"))
        expect(leader.locator("main")).to_contain_text("周桂兰")


def receipt_on(page: Page) -> str:
    return re.sub(r"\s", "", page.locator(".receipt").first.inner_text())


def test_a_campaign_from_its_draft_to_the_award(
    committed_cast: Cast, screens: Screens, tmp_path: Path, settings: Any
) -> None:
    settings.PRIVATE_ROOT = tmp_path / "private"
    story = Story(committed_cast, screens, tmp_path)
    story.drafted_and_approved()
    story.nominated()
    story.vetted()
    story.noticed()
    story.prepared()
    story.voted()
    story.on_paper()
    story.opened()
    story.marked()
    story.recounted()
    story.awarded()
