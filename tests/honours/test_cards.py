"""Thank-you cards: from whom, to whom, how many, and that nobody counts them."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.errors import Invalid, Missing, Refused, TooMany
from foundation.idempotency import DifferentBody
from rewards.honours import cards
from rewards.honours.models import ThanksCard
from rewards.points.models import Transfer
from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.people.erasure import erase_person
from volunteers.units.models import Appointment

ClientFor = Callable[[User], Client]


def post_of(user: User) -> Appointment:
    return Appointment.objects.get(person=person_of(user))


def send(cast: Cast, sender: User, to: User, words: str = "谢谢您！", key: uuid.UUID | None = None) -> ThanksCard:
    return cards.send_card(
        id=key or uuid.uuid4(), appointment=post_of(to), picture="tea", words=words, acting_user=sender
    )


def test_a_resident_thanks_their_leader_who_reads_it_and_puts_it_away(cast: Cast, client_for: ClientFor) -> None:
    home, phone = client_for(cast.resident), client_for(cast.leader)
    url = reverse("thanks_send", args=[post_of(cast.leader).uid])
    assert url in home.get("/").content.decode()
    body = {"id": str(uuid.uuid4()), "picture": "tea", "words": "灯修好了，孩子放学不怕黑了"}
    assert home.post(url, body).status_code == 200
    first = phone.get("/").content.decode()
    assert "灯修好了" in first
    assert "方*" in first
    assert "方晓" not in first
    card = ThanksCard.objects.get()
    assert client_for(cast.leader2).post(reverse("thanks_hide", args=[card.pk])).status_code == 404
    phone.post(reverse("thanks_hide", args=[card.pk]))
    assert "灯修好了" not in phone.get("/").content.decode()
    assert "灯修好了" not in phone.get(reverse("honours")).content.decode()
    assert not Transfer.objects.exists()


def test_who_may_thank_whom(cast: Cast) -> None:
    for sender, part in ((cast.resident, "neighbour"), (cast.group_leader, "leader"), (cast.worker, "staff")):
        assert send(cast, sender, cast.leader).part == part
    for sender in (cast.leader, cast.leader2, cast.other_worker, cast.stranger, cast.merchant_person):
        with pytest.raises(Missing):
            send(cast, sender, cast.leader)
    send(cast, cast.resident, cast.area_leader)


@pytest.mark.parametrize(
    "words", ["打我电话 138 0013 8000", "电话１３８００１３８０００", "看 www.example.com", "加我微信号", "字" * 61]
)
def test_what_is_no_thanks_is_refused_simply(cast: Cast, words: str) -> None:
    with pytest.raises(Invalid):
        send(cast, cast.resident, cast.leader, words)


def test_three_a_week_whoever_they_are_for(cast: Cast) -> None:
    key = uuid.uuid4()
    send(cast, cast.resident, cast.leader, key=key)
    assert send(cast, cast.resident, cast.leader, key=key).pk == key
    with pytest.raises(DifferentBody):
        send(cast, cast.resident, cast.leader, "换句话", key=key)
    send(cast, cast.resident, cast.group_leader)
    send(cast, cast.resident, cast.area_leader)
    with pytest.raises(TooMany):
        send(cast, cast.resident, cast.leader)
    ThanksCard.objects.update(at=timezone.now() - dt.timedelta(days=8))
    send(cast, cast.resident, cast.leader)


def test_staff_see_a_card_only_when_it_is_reported(cast: Cast, client_for: ClientFor) -> None:
    card = send(cast, cast.resident, cast.leader, "这句话不对劲")
    desk, lists = client_for(cast.worker), reverse("console_thanks_list")
    assert "这句话不对劲" not in desk.get(lists).content.decode()
    one = reverse("console_thanks", args=[card.pk])
    assert desk.get(one).status_code == 404
    client_for(cast.leader).post(reverse("thanks_report", args=[card.pk]))
    assert "这句话不对劲" in desk.get(lists).content.decode()
    assert client_for(cast.other_worker).get(one).status_code == 404
    desk.post(one, {"act": "remove"})
    assert ThanksCard.objects.get().removed_at is not None
    assert "撤下了" in desk.get(lists).content.decode()


def test_cards_go_with_who_got_them_and_lose_their_words_with_who_wrote_them(cast: Cast) -> None:
    send(cast, cast.resident, cast.leader, "谢谢")
    erase_person(person=person_of(cast.resident), acting_user=cast.worker, even_if_needed=True)
    assert ThanksCard.objects.get().words == ""
    erase_person(person=person_of(cast.leader), acting_user=cast.worker, even_if_needed=True)
    assert not ThanksCard.objects.exists()


@pytest.mark.postgres
def test_four_phones_at_once_send_three_cards(committed_cast: Cast) -> None:
    cast, barrier, refused = committed_cast, threading.Barrier(4), []

    def one() -> None:
        try:
            barrier.wait()
            send(cast, cast.resident, cast.leader)
        except Refused as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ThanksCard.objects.count() == 3
    assert [type(refusal) for refusal in refused] == [TooMany]
