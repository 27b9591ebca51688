"""What a reader sees of a result, and what nobody sees."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from events.ballots.roll.turnout import hide_small
from events.campaigns.models import Campaign, Nomination
from events.results.models import Outcome
from events.results.scoring import compute
from tests.cast import Cast
from tests.results.making import LI, WANG, ZHAO, Told, make_counted, make_result, named, to_notice, write_turnout
from volunteers.accounts.models import User

ClientFor = Callable[[User], Client]


def words(answer: Any) -> str:
    """What is read, without drawings and scripts."""
    drawn = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", drawn))


def addresses(campaign: Campaign) -> list[str]:
    """Everything that tells of a result."""
    of_campaign = ("result", "result_poster", "result_share")
    of_winner = ("result_winner", "result_winner_poster", "result_winner_share", "api:result_parts")
    found = [reverse(name, args=[campaign.uid]) for name in of_campaign]
    for one in Nomination.objects.filter(campaign=campaign):
        found += [reverse(name, args=[one.pk]) for name in of_winner]
    return found


def test_anybody_reads_the_winners_by_street_and_name_and_no_number_beside_them(cast: Cast) -> None:
    campaign = make_result(cast, LI, WANG, ZHAO, places=2)
    page = Client().get(reverse("result", args=[campaign.uid]))
    told = words(page)
    assert told.index("青禾街道") < told.index("王好") < told.index("赵好")
    assert "李好" not in told
    for one in Outcome.objects.all():
        assert str(one.score) not in told
    listed = Client().get(reverse("api:result", args=[campaign.uid])).json()
    assert [one["name"] for one in listed] == ["王好", "赵好"]
    assert set(listed[0]) == {"id", "name", "street", "neighbourhood"}


def test_the_order_is_the_names_whoever_had_more(cast: Cast) -> None:
    campaign = make_result(cast, Told("安好", 10), Told("丁好", 900), Told("周好", 500), places=3)
    told = words(Client().get(reverse("result", args=[campaign.uid])))
    assert told.index("安好") < told.index("丁好") < told.index("周好")


def test_nothing_of_it_is_shown_to_anybody_before_the_winners_notice(cast: Cast, client_for: ClientFor) -> None:
    campaign = make_counted(cast, LI, WANG, ZHAO)
    compute(campaign)  # even if it were there
    candidate = User.objects.get(person__name="赵好")
    member = User.objects.get(person__name="评委0")
    for client in (Client(), *map(client_for, (cast.district_clerk, cast.worker, candidate, member))):
        for address in addresses(campaign):
            assert client.get(address).status_code == 404, address
        assert client.get(reverse("api:result", args=[campaign.uid])).json() == []
    assert client_for(candidate).get(reverse("result_mine", args=[campaign.uid])).status_code == 404
    assert "赵好" not in words(client_for(cast.district_clerk).get(reverse("console_winner_list")))


def test_a_result_opens_to_its_ballots_answers_and_marks(cast: Cast) -> None:
    one = Told("李好", 125, (5, 4, 3, 3, 5), (60, 70, 80, 90, 100))
    campaign = make_result(cast, one, Told("王好", 500))
    page = Client().get(reverse("result_winner", args=[named(campaign, "李好").pk]))
    told = words(page)
    for part in (
        "125 张票选了这一位，本镇街有 1000 位选民", "100 × 125 ÷ 1000 = 12.5", "5 户答了", "25 × (20 − 5) ÷ 5 = 75",
        "240 ÷ 3 = 80", "(50 × 80 + 30 × 75 + 20 × 12.5) ÷ 100 = 65", "本镇街入选的，最低是 65 分",
        f"{cast.street.name} · {cast.community.name}",
    ):  # fmt: skip
        assert part in told, part
    html = page.content.decode()
    assert re.findall(r"<s[^>]*>(\d+)</s>", html) == ["60", "100"]
    assert "评委0" not in html
    assert "王好" not in told
    parts = Client().get(reverse("api:result_parts", args=[named(campaign, "李好").pk])).json()
    assert parts["marks"] == [60, 70, 80, 90, 100]
    assert (parts["steps"], parts["score"]) == (20, 650_000)
    assert "李好" not in json.dumps(parts, ensure_ascii=False)


def test_an_opinion_of_too_few_is_not_shown(cast: Cast) -> None:
    campaign = make_result(cast, Told("李好", 100, (1, 1, 1, 2)))
    nomination = named(campaign, "李好")
    told = words(Client().get(reverse("result_winner", args=[nomination.pk])))
    assert "4 户答了，不到 5 户不计" in told
    assert "(50 × 80 + 20 × 10) ÷ 70" in told
    assert Client().get(reverse("api:result_parts", args=[nomination.pk])).json()["steps"] is None


def test_a_candidate_reads_their_own_result_and_nobody_else_does(cast: Cast, client_for: ClientFor) -> None:
    campaign = make_result(cast, LI, WANG, ZHAO, places=2)
    lost = named(campaign, "李好")
    owner = client_for(User.objects.get(person=lost.person))
    mine = words(owner.get(reverse("result_mine", args=[campaign.uid])))
    assert "100 × 100 ÷ 1000 = 10" in mine
    assert "这一次没有入选" in mine
    assert owner.get(reverse("api:result_parts", args=[lost.pk])).status_code == 200
    assert "这一页只给您自己看" in words(owner.get(reverse("result", args=[campaign.uid])))
    for client in (Client(), client_for(cast.district_clerk), client_for(User.objects.get(person__name="王好"))):
        assert client.get(reverse("api:result_parts", args=[lost.pk])).status_code == 404
        assert client.get(reverse("result_winner", args=[lost.pk])).status_code == 404
    assert client_for(cast.stranger).get(reverse("result_mine", args=[campaign.uid])).status_code == 404


def test_empty_places_are_said_and_a_paused_winner_too(cast: Cast) -> None:
    campaign = make_result(cast, LI, places=2)
    Nomination.objects.filter(campaign=campaign).update(is_paused=True)
    told = words(Client().get(reverse("result", args=[campaign.uid])))
    assert "空着 1 个名额" in told
    assert "有异议，正在核实" in told


@pytest.mark.parametrize(
    ("here", "there", "shown"),
    [(500, 300, "2000 位选民，800 位投了票（40.0%）"), (15, 300, "315 位投了票"), (5, 6, "不写数目")],
)
def test_turnout_of_few_is_hidden_and_cannot_be_taken_from_the_sum(
    cast: Cast, here: int, there: int, shown: str
) -> None:
    campaign = make_result(cast, LI)
    write_turnout(campaign, cast, here, there)
    told = words(Client().get(reverse("result", args=[campaign.uid])))
    assert shown in told
    few = here < 20 or there < 20
    assert ("人少，不写" in told) is few
    assert (f"1000 位里 {here} 位" in told) is not few
    assert (f"1000 位里 {there} 位" in told) is not few


def test_what_is_hidden_is_never_alone() -> None:
    assert hide_small({1: 5, 2: 100, 3: 80}, 20) == {1, 3}
    assert hide_small({1: 5, 2: 6, 3: 80, 4: 90}, 20) == {1, 2, 3}, "the two would come to eleven"
    assert hide_small({1: 5, 2: 16, 3: 80}, 20) == {1, 2}
    assert hide_small({1: 50, 2: 100}, 20) == set()
    assert hide_small({1: 5}, 20) == {1}


def test_a_poster_leads_to_the_page_and_fits_both_papers(cast: Cast) -> None:
    campaign = make_result(cast, LI, WANG)
    one = named(campaign, "李好")
    for paper in ("a4", "a3"):
        page = Client().get(reverse("result_winner_poster", args=[one.pk]), {"paper": paper}).content.decode()
        assert f"poster--{paper}" in page
        assert f"http://testserver{reverse('result_winner', args=[one.pk])}" in page
        assert "sign__qr" in page
    everybody = words(Client().get(reverse("result_poster", args=[campaign.uid])))
    assert "李好" in everybody
    assert "没有先后" in everybody


def test_the_link_to_share_is_plain_and_promises_nothing(cast: Cast) -> None:
    campaign = make_result(cast, LI)
    page = Client().get(reverse("result_share", args=[campaign.uid]))
    assert f'value="http://testserver{reverse("result", args=[campaign.uid])}"' in page.content.decode()
    assert "没有奖励" in words(page)


def test_a_suspended_notice_goes_on_being_read(cast: Cast) -> None:
    campaign = to_notice(make_counted(cast, LI))
    Campaign.objects.filter(pk=campaign.pk).update(
        state="suspended", suspended_from="winners_notice", suspended_at=campaign.approved_at
    )
    assert Client().get(reverse("result", args=[campaign.uid])).status_code == 200


def test_the_desk_lists_winners_of_its_own_units_without_scores(cast: Cast, client_for: ClientFor) -> None:
    campaign = make_result(cast, LI, WANG, ZHAO)
    told = words(client_for(cast.worker).get(reverse("console_winner_list")))
    assert "王好" in told
    assert cast.community.name in told
    assert "李好" not in told
    assert "王好" not in words(client_for(cast.other_worker).get(reverse("console_winner_list")))
    assert campaign.title in told
