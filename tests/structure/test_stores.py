"""What a merge of communities leaves of what was reserved and collected in a store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from foundation.errors import Missing
from rewards.points.books import verify
from rewards.points.models import Transfer
from rewards.points.reversing import lines_of, reverse_line
from rewards.points.selectors import balance_of
from rewards.points.services import award_points
from rewards.store import desk
from tests.cast import Cast, person_of
from tests.store.conftest import books_agree, open_shop, reserve
from tests.structure.conftest import THE_1ST, Travel, approved
from volunteers.accounts.models import User
from volunteers.structure import services
from volunteers.structure.selectors import goes_on_in
from volunteers.units.models import Unit

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


def test_a_line_of_a_merged_community_is_taken_back_where_it_goes_on(cast: Cast, travel: Travel) -> None:
    one, two = cast.community, cast.other_community
    line = award_points(
        person_id=person_of(cast.leader).pk, rule="dispute_settled", source_key="by:staff", reason="楼上漏水说和了",
        unit_id=one.pk, acting_user=cast.worker, by_staff=True,
    )  # fmt: skip
    assert line
    with pytest.raises(Missing):
        reverse_line(line=line, reason="录了两次", acting_user=cast.other_worker)
    approved("merge", one, {"units": [str(one.uid), str(two.uid)], "into": str(two.uid)}, cast)
    travel(THE_1ST)
    services.enter_due()
    staff = User.objects.get(pk=cast.other_worker.pk)
    assert line in lines_of(person_of(cast.leader).pk, staff)
    reverse_line(line=line, reason="录了两次", acting_user=staff)
    assert balance_of(cast.leader.person_id) == 0


@pytest.mark.parametrize("into", ["into", "name"])
def test_after_a_merge_what_was_reserved_and_collected_is_handled_at_the_desk_that_remains(
    travel: Travel, cast: Cast, client_for: ClientFor, into: str
) -> None:
    travel(dt.date(2026, 11, 25))
    shop = open_shop(cast)
    leader, one, two = shop.cast.leader, shop.cast.community, shop.cast.other_community
    waiting, unwanted, taken = (reserve(leader, shop.soap) for _piece in range(3))
    desk.collect(redemption=taken, acting_user=shop.cast.worker)
    remains = {"into": str(two.uid)} if into == "into" else {"name": "双桂社区"}
    approved("merge", one, {"units": [str(one.uid), str(two.uid)], **remains}, shop.cast)
    travel(THE_1ST)
    services.enter_due()
    unit = Unit.objects.get(pk=two.pk) if into == "into" else Unit.objects.get(name="双桂社区")
    assert goes_on_in(Unit.objects.get(pk=one.pk)) == unit
    client, address = client_for(shop.cast.other_worker), "/console/store/redemptions/"
    listed = client.get(address).content.decode()
    for row in (waiting, unwanted, taken):
        assert f"{address}{row.pk}/" in listed
    assert client.post(f"{address}{unwanted.pk}/cancel/", {"reason": "包装坏了"}).status_code == 302
    returned = client.post(f"{address}{taken.pk}/return/", {"reason": "漏了", "on_shelf": "on"}, follow=True)
    assert "积分退回去了" in returned.content.decode()
    assert client.post(f"/console/store/stores/{shop.store.uid}/collect/", {"uids": [waiting.pk]}).status_code == 302
    states = []
    for row in (waiting, unwanted, taken):
        row.refresh_from_db()
        states.append(row.state)
    assert states == ["collected", "cancelled", "returned"]
    assert balance_of(leader.person_id) == 38 - 9
    assert Transfer.objects.get(source_key=f"hold:{waiting.pk}").unit == unit, "spent in the community that remains"
    assert Transfer.objects.get(source_key=f"hold:{taken.pk}").unit == one, "what is over stays where it was"
    assert books_agree(shop.soap)
    assert verify().faults == []
