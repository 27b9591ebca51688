"""Who verifies for a merchant: added by name and number, ended by date, taken out at once."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.models import AuditEntry, OutboxMessage
from rewards.benefits.clerks import add_clerk, end_clerk, remove_clerk
from rewards.benefits.models import MerchantClerk
from tests.cast import Cast, make_cast, person_of
from volunteers.accounts.models import User
from volunteers.people.models import Person

DAY = dt.timedelta(days=1)
NUMBER = "15488880003"


def test_a_clerk_is_found_by_number_or_made_and_must_be_called_so(
    cast: Cast, client_for: Callable[[User], Client]
) -> None:
    desk, path = client_for(cast.worker), f"/console/rewards/merchant/{cast.merchant.uid}/clerks/"
    body = {"phone": person_of(cast.stranger).phone, "starts_on": timezone.localdate().isoformat()}
    wrong = desk.post(f"{path}new/", body | {"name": "不是他"})
    assert wrong.status_code == 422
    assert "另一个名字" in wrong.content.decode()
    assert desk.post(f"{path}new/", body | {"name": "路人"}).status_code == 302
    assert client_for(cast.stranger).get("/merchant/").status_code == 200
    assert desk.post(f"{path}new/", body | {"name": "钱小满", "phone": f"+86 {NUMBER}"}).status_code == 302
    assert Person.objects.by_phone(NUMBER).get().name == "钱小满"
    page = desk.get(path).content.decode()
    assert "钱小满" in page
    assert "154****0003" in page
    assert NUMBER not in page
    assert AuditEntry.objects.filter(act__in=["clerk.add", "person.add"]).count() == 3


def test_adding_twice_is_one_clerk(cast: Cast) -> None:
    one = add_clerk(merchant=cast.merchant, name="钱小满", phone=NUMBER, acting_user=cast.worker)
    assert add_clerk(merchant=cast.merchant, name="钱小满", phone=NUMBER, acting_user=cast.worker) == one
    elsewhere = add_clerk(merchant=cast.other_merchant, name="钱小满", phone=NUMBER, acting_user=cast.worker)
    assert elsewhere.person_id == one.person_id
    assert Person.objects.filter(name="钱小满").count() == 1


def test_a_clerk_verifies_until_the_last_day(cast: Cast, client_for: Callable[[User], Client]) -> None:
    clerk, today = cast.merchant.clerks.get(), timezone.localdate()
    with pytest.raises(Invalid):
        end_clerk(clerk=clerk, last_day=clerk.starts_on - DAY, acting_user=cast.worker)
    end_clerk(clerk=clerk, last_day=today, acting_user=cast.worker)
    end_clerk(clerk=clerk, last_day=today, acting_user=cast.worker)
    assert AuditEntry.objects.filter(act="clerk.end").count() == 1
    assert OutboxMessage.objects.filter(topic="revoke", payload__persons=[clerk.person_id]).count() == 1
    assert client_for(cast.merchant_person).get("/merchant/").status_code == 200
    end_clerk(clerk=clerk, last_day=today - DAY, acting_user=cast.worker)
    assert client_for(cast.merchant_person).get("/merchant/").status_code == 403
    with pytest.raises(Conflict):
        end_clerk(clerk=clerk, last_day=today + DAY, acting_user=cast.worker)


def test_a_clerk_taken_out_is_out_at_once(cast: Cast, client_for: Callable[[User], Client]) -> None:
    clerk = cast.merchant.clerks.get()
    till = client_for(cast.merchant_person)
    assert till.get("/merchant/").status_code == 200
    path = f"/console/rewards/clerk/{clerk.uid}/remove/"
    assert client_for(cast.worker).post(path, {"reason": ""}).status_code == 422
    assert client_for(cast.worker).post(path, {"reason": "手机丢了"}).status_code == 302
    assert till.get("/merchant/").status_code == 403
    entry = AuditEntry.objects.get(act="clerk.remove")
    assert (entry.reason, entry.unit_id) == ("手机丢了", cast.community.pk)
    with pytest.raises(Missing):
        remove_clerk(clerk=clerk, reason="再来一次", acting_user=cast.worker)


def test_only_staff_of_the_merchants_unit_keep_its_clerks(cast: Cast, client_for: Callable[[User], Client]) -> None:
    clerk = cast.merchant.clerks.get()
    for user in (cast.other_worker, cast.area_leader, cast.leader, cast.merchant_person):
        with pytest.raises(Denied):
            add_clerk(merchant=cast.merchant, name="钱小满", phone=NUMBER, acting_user=user)
        with pytest.raises(Denied):
            end_clerk(clerk=clerk, acting_user=user)
    assert not Person.objects.by_phone(NUMBER).exists()
    assert not MerchantClerk.objects.visible_to(cast.other_worker).exists()
    other = client_for(cast.other_worker)
    for path in (f"merchant/{cast.merchant.uid}/clerks/", f"clerk/{clerk.uid}/end/", f"clerk/{clerk.uid}/remove/"):
        assert other.get(f"/console/rewards/{path}").status_code == 404
    assert "赵小青" not in other.get("/console/rewards/clerk/").content.decode()


def test_the_list_is_searched_filtered_and_taken_home(cast: Cast, client_for: Callable[[User], Client]) -> None:
    desk, phone = client_for(cast.street_clerk), person_of(cast.merchant_person).phone
    for words in ("赵小", "zxq", "zhaoxiaoq", phone[-4:]):
        page = desk.get("/console/rewards/clerk/", {"q": words}).content.decode()
        assert "赵小青" in page
        assert "钱多多" not in page
    mine = desk.get("/console/rewards/clerk/", {"merchant": str(cast.other_merchant.uid)}).content.decode()
    assert "赵小青" not in mine
    assert "钱多多" in mine
    csv: Any = desk.post("/console/rewards/clerk/export/?q=zxq", {"format": "csv"})
    told = b"".join(csv.streaming_content).decode("utf-8-sig")
    assert "赵*青" in told
    assert phone not in told
    shops = desk.get("/console/rewards/merchant/", {"q": "qhlf"}).content.decode()
    assert "青禾理发铺" in shops
    assert "禾边药房" not in shops
    for name in ("benefit", "package", "refusal", "merchant"):
        assert desk.get(f"/console/rewards/{name}/", {"q": "王"}).status_code == 200
        assert desk.post(f"/console/rewards/{name}/export/", {"format": "xlsx"}).status_code == 200


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_desks_at_once_make_one_person_and_one_clerk() -> None:
    cast = make_cast()
    barrier, failed = threading.Barrier(8), []

    def add() -> None:
        barrier.wait()
        try:
            add_clerk(merchant=cast.merchant, name="钱小满", phone=NUMBER, acting_user=cast.worker)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert Person.objects.filter(name="钱小满").count() == 1
    assert MerchantClerk.objects.filter(person__name="钱小满").count() == 1
