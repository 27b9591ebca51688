"""Custodians: a passphrase of their own, a key of which nothing lies in clear, made by two, fixed once voting opens."""

from __future__ import annotations

import itertools
import uuid
from typing import Any
from unittest import mock

import pytest
from Cryptodome.Protocol.SecretSharing import Shamir
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from events.ballots.models import BallotBox, BroughtShare, Custodian
from events.ballots.opening import custody
from events.ballots.opening.keys import (
    appoint_custodian,
    check_passphrase,
    dismiss_custodian,
    enrol,
    fingerprint_of,
    make_key,
    set_threshold,
)
from events.campaigns.models import Campaign, CampaignState
from foundation.actors import SYSTEM
from foundation.errors import Conflict, Denied, Invalid, Missing, TooMany
from foundation.models import Notification
from tests.ballots.custodians import enrol_cheaply, make_keys, passphrase_of
from tests.ballots.opening_making import box_with_key, other_clerk
from tests.cast import Cast

REAL_COST = custody.LOG_COST
SENTENCE = "溪边三棵老槐树下喝茶的人"


@pytest.fixture(autouse=True)
def cheap() -> Any:
    """Stretching that takes no time."""
    with mock.patch.object(custody, "LOG_COST", 4):
        yield


# -- the mathematics ---------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))), st.uuids(), st.data())
def test_any_k_of_n_make_the_key_and_fewer_do_not(sizes: tuple[int, int], campaign: Any, data: Any) -> None:
    threshold, count = sizes
    owners = [data.draw(st.uuids()) for _number in range(count)]
    pairs = [custody.new_pair(f"{SENTENCE}{number}", owner=one) for number, one in enumerate(owners)]
    named = [(one, pair.public) for one, pair in zip(owners, pairs, strict=True)]
    box, sealed = custody.new_box_key(campaign, named, threshold)
    shares = [
        custody.open_share(campaign, one, custody.unlock(pair.sealed, f"{SENTENCE}{number}", owner=one), share)
        for number, (one, pair, share) in enumerate(zip(owners, pairs, sealed, strict=True))
    ]
    for some in itertools.combinations(shares, threshold):
        assert custody.public_bytes(custody.open_box_key(campaign, box, some, threshold)) == box.public
    for few in itertools.combinations(shares, threshold - 1):
        with pytest.raises(custody.Broken):
            custody.open_box_key(campaign, box, few, threshold)


def test_a_passphrase_is_long_or_has_five_words_and_spaces_do_not_matter() -> None:
    assert custody.is_strong(SENTENCE)
    assert custody.is_strong("青 禾 雨 茶 灯")
    assert not custody.is_strong("青禾 雨 茶 灯")
    assert not custody.is_strong("aaaaaaaaaaaaaaaa")
    assert not custody.is_strong("           短   ")
    owner = mock.Mock(bytes=bytes(16))
    sealed = custody.new_pair("  青 禾 雨\u3000茶  灯", owner=owner).sealed
    assert custody.unlock(sealed, "青 禾 雨 茶 灯 ", owner=owner) is not None
    with pytest.raises(custody.WrongPassphrase):
        custody.unlock(sealed, "青 禾 雨 茶 灯", owner=mock.Mock(bytes=bytes(15) + b"\1"))


def test_each_try_at_a_stolen_key_costs_64_megabytes() -> None:
    assert REAL_COST >= 16
    assert custody.new_pair(SENTENCE, owner=uuid.uuid4()).sealed[1] == custody.LOG_COST


# -- services ----------------------------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


def test_two_persons_make_the_key_when_every_custodian_has_a_passphrase(cast: Cast) -> None:
    box, _stood = box_with_key(cast)
    first, second = cast.district_clerk, other_clerk(cast)
    keepers = [appoint_custodian(box=box, user=one, acting_user=first) for one in (cast.worker, cast.street_clerk)]
    assert appoint_custodian(box=box, user=cast.worker, acting_user=first).pk == keepers[0].pk
    set_threshold(box=box, threshold=2, acting_user=first)
    enrol_cheaply(keepers[0])
    with pytest.raises(Conflict):
        make_key(box=box, acting_user=first)
    enrol_cheaply(keepers[1])
    assert make_key(box=box, acting_user=first).public_key is None
    with pytest.raises(Conflict):
        make_key(box=box, acting_user=first)
    made = make_key(box=box, acting_user=second)
    assert len(bytes(made.public_key or b"")) == 65
    assert len(fingerprint_of(made)) == 39
    assert (made.key_asked_by_id, made.key_made_by_id) == (first.pk, second.pk)
    assert Notification.objects.filter(stream_key=f"p:{cast.worker.person_id}").count() == 1


def test_who_may_appoint_and_who_may_be_appointed(cast: Cast) -> None:
    box, _stood = box_with_key(cast)
    with pytest.raises(Denied):
        appoint_custodian(box=box, user=cast.worker, acting_user=cast.street_clerk)
    with pytest.raises(Invalid):
        appoint_custodian(box=box, user=cast.resident, acting_user=cast.district_clerk)
    keeper = appoint_custodian(box=box, user=cast.worker, acting_user=cast.district_clerk)
    with pytest.raises(Missing):
        enrol(custodian=keeper, passphrase=SENTENCE, acting_user=cast.district_clerk)
    with pytest.raises(Invalid):
        enrol(custodian=keeper, passphrase="短", acting_user=cast.worker)
    for wrong in (0, 2):
        with pytest.raises(Invalid):
            set_threshold(box=box, threshold=wrong, acting_user=cast.district_clerk)


@override_settings(DEMO=False)
def test_outside_the_demo_nobody_opens_a_box_alone(cast: Cast, client_for: Any) -> None:
    box, _stood = box_with_key(cast)
    keepers = [appoint_custodian(box=box, user=one, acting_user=SYSTEM) for one in (cast.worker, cast.street_clerk)]
    for one in keepers:
        enrol_cheaply(one)
    page = reverse("console_keys", args=[box.campaign.uid])
    assert "一个人不能自己开箱" in client_for(cast.district_clerk).get(page).content.decode()
    with pytest.raises(Invalid):
        set_threshold(box=box, threshold=1, acting_user=cast.district_clerk)
    with pytest.raises(Conflict, match="至少 2 位"):
        make_key(box=box, acting_user=cast.district_clerk)
    set_threshold(box=box, threshold=2, acting_user=cast.district_clerk)
    assert make_key(box=box, acting_user=SYSTEM).public_key
    assert "2 位里到 2 位就能开箱" in client_for(cast.district_clerk).get(page).content.decode()


@pytest.mark.parametrize("change", ["appoint", "dismiss", "threshold", "enrol"])
def test_whoever_changes_what_the_key_rests_on_drops_it_until_voting_opens(cast: Cast, change: str) -> None:
    box, _stood = box_with_key(cast, cast.worker, cast.street_clerk)
    keeper = Custodian.objects.select_related("user", "box__campaign__unit").filter(box=box).first()
    assert keeper
    acts = {
        "appoint": lambda: appoint_custodian(box=box, user=cast.other_worker, acting_user=cast.district_clerk),
        "dismiss": lambda: dismiss_custodian(custodian=keeper, acting_user=cast.district_clerk),
        "threshold": lambda: set_threshold(box=box, threshold=2, acting_user=cast.district_clerk),
        "enrol": lambda: enrol_cheaply(keeper),
    }
    Campaign.objects.update(state=CampaignState.VOTING)
    with pytest.raises(Conflict):
        acts[change]()
    assert BallotBox.objects.get().public_key
    Campaign.objects.update(state=CampaignState.NOTICE)
    acts[change]()
    fresh = BallotBox.objects.get()
    assert fresh.public_key is fresh.private_key is None
    assert not Custodian.objects.exclude(share=None).exists()


@pytest.mark.everywhere
def test_nothing_of_a_passphrase_or_a_key_lies_in_the_database_in_clear(cast: Cast) -> None:
    box, _stood = box_with_key(cast)
    seen: list[bytes] = []
    real = Shamir.split

    def split(threshold: int, count: int, secret: bytes, *, ssss: bool) -> Any:
        shares = real(threshold, count, secret, ssss=ssss)
        seen.extend([secret, *(share for _number, share in shares)])
        return shares

    with (
        mock.patch.object(Shamir, "split", split),
        mock.patch.object(custody, "_scalar", side_effect=custody._scalar) as scalars,
    ):
        make_keys(box, [cast.worker, cast.street_clerk], 2)
    seen += [one.args[0].private_numbers().private_value.to_bytes(32) for one in scalars.call_args_list]
    assert len(seen) == 6
    stored = "\n".join(_everything())
    for keeper in Custodian.objects.all():
        assert passphrase_of(keeper) not in stored
    for secret in seen:
        assert secret.hex() not in stored


def _everything() -> list[str]:
    """Every row of every table, bytes in hex."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                rows.append(" ".join(bytes(v).hex() if isinstance(v, bytes | memoryview) else str(v) for v in row))
    return rows


def test_a_rehearsal_says_that_the_passphrase_is_not_forgotten_and_brings_nothing(cast: Cast) -> None:
    box_with_key(cast, cast.worker)
    keeper = Custodian.objects.select_related("user", "box__campaign__unit").get()
    with pytest.raises(Invalid):
        check_passphrase(custodian=keeper, passphrase="不是这一句 不是这一句", acting_user=keeper.user)
    done = check_passphrase(custodian=keeper, passphrase=passphrase_of(keeper), acting_user=keeper.user)
    assert done.checked_at
    assert done.brought_at is None
    assert not BroughtShare.objects.exists()


def test_a_passphrase_is_tried_six_times_a_quarter_of_an_hour(cast: Cast) -> None:
    box_with_key(cast, cast.worker)
    keeper = Custodian.objects.select_related("user", "box__campaign__unit").get()
    for _try in range(6):
        with pytest.raises(Invalid):
            check_passphrase(custodian=keeper, passphrase="不是这一句 不是这一句", acting_user=keeper.user)
    with pytest.raises(TooMany):
        check_passphrase(custodian=keeper, passphrase=passphrase_of(keeper), acting_user=keeper.user)


# -- pages -------------------------------------------------------------------------------------------------------------


def test_keys_are_made_in_the_console_from_appointing_to_the_fingerprint(client_for: Any, cast: Cast) -> None:
    box, _stood = box_with_key(cast)
    uid = box.campaign.uid
    first, second, keeper = (client_for(one) for one in (cast.district_clerk, other_clerk(cast), cast.worker))
    page = reverse("console_keys", args=[uid])
    assert cast.worker.person
    sent = first.post(reverse("console_key_appoint", args=[uid]), {"person": str(cast.worker.person.uid)})
    assert sent.status_code == 302, sent.content.decode()
    own = reverse("console_custodian", args=[Custodian.objects.get().uid])
    assert client_for(cast.street_clerk).get(own).status_code == 404
    _enrols(keeper, own)
    assert "试一试" in keeper.get(own).content.decode()
    for one in (first, second):
        one.post(reverse("console_key_make", args=[uid]))
    assert fingerprint_of(BallotBox.objects.get()) in first.get(page).content.decode()
    assert first.post(reverse("console_key_threshold", args=[uid]), {"threshold": "3"}).status_code == 422
    assert keeper.get(reverse("console_ballot_boxes")).status_code == 200


def _enrols(keeper: Client, own: str) -> None:
    """Typed twice, and understood."""
    assert "谁也找不回来" in keeper.get(own).content.decode()
    body = {"passphrase": SENTENCE, "again": SENTENCE, "understood": "on"}
    assert keeper.post(own, body | {"again": SENTENCE + "吗"}).status_code == 422
    assert keeper.post(own, body | {"understood": ""}).status_code == 422
    assert SENTENCE not in keeper.post(own, body | {"understood": ""}).content.decode()
    assert keeper.post(own, body).status_code == 302
