"""What makes a ballot suspicious, alone or together; and that whoever casts notices nothing of it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from events.ballots.models import Envelope, RollEntry
from events.ballots.roll.entries import entry_of
from events.ballots.suspicion import signals
from events.ballots.suspicion.matters import look_again, words_of
from events.ballots.suspicion.signals import (
    AskAtTheCounter,
    BeingTalkedOver,
    Signals,
    SnapshotVisitor,
    is_night,
    signals_of,
    verdict,
)
from events.ballots.voting.casting_sql import stored_envelope
from tests.ballots.making import Vote, before_the_freeze, make_vote
from tests.ballots.test_quarantine import batch_of
from tests.cast import Cast, person_of

DAYTIME = dt.datetime(2026, 11, 23, 10, 32, tzinfo=ZoneInfo("Asia/Shanghai"))
NIGHT = DAYTIME.replace(hour=2)
TABLET = Signals(device_key="tablet", network_key="home")


@pytest.fixture
def vote(cast: Cast, settings: Any) -> Vote:
    """Odd hours as in a district."""
    settings.BALLOT_NIGHT_UNTIL = 5
    return make_vote(cast)


def freeze(vote: Vote, cast: Cast, count: int) -> list[RollEntry]:
    """So many entries more, as if they had been on the roll from the beginning."""
    with before_the_freeze():
        return [
            RollEntry.objects.create(
                box=vote.box, voter_key=f"{number:064x}", neighbourhood=cast.neighbourhood, community=cast.community,
                street=cast.street, bound_at=timezone.now() - dt.timedelta(days=90),
            )
            for number in range(count)
        ]  # fmt: skip


def put(vote: Vote, entry: RollEntry, at: dt.datetime, **shown: Any) -> Envelope:
    """An envelope in the box as casting puts it, at an instant of one's own."""
    state, noticed = verdict(vote.box, entry, Signals(**shown), at, stored_envelope(entry))
    sha256 = uuid.uuid4().hex * 2
    values = {"state": state, "signals": noticed, "cast_at": at, "sha256": sha256, "uid": uuid.uuid4()}
    values |= {name: shown.get(name, "") for name in ("device_key", "network_key")}
    made, _new = Envelope.objects.update_or_create(
        entry=entry,
        defaults=values,
        create_defaults=values
        | {"box": vote.box, "community_id": entry.community_id, "ciphertext": b"0", "sealed_on": "phone"},
    )
    return made


def states(vote: Vote) -> list[str]:
    return list(Envelope.objects.filter(box=vote.box).order_by("pk").values_list("state", flat=True))


def test_a_family_on_one_phone_stays_below(vote: Vote, cast: Cast) -> None:
    for entry in freeze(vote, cast, 5):
        put(vote, entry, DAYTIME, device_key="one", network_key="home")
    assert states(vote) == ["sealed"] * 5


def test_the_sixth_voter_on_a_device_lies_aside_and_then_the_earlier_ones(vote: Vote, cast: Cast) -> None:
    for entry in freeze(vote, cast, 6):
        put(vote, entry, DAYTIME, device_key="one", network_key="home")
    assert states(vote) == ["sealed"] * 5 + ["quarantined"]
    assert look_again(vote.box) == 5
    assert states(vote) == ["quarantined"] * 6
    assert look_again(vote.box) == 0, "looking again changes nothing"


def test_one_voter_who_changes_often_is_one_voter(vote: Vote, cast: Cast) -> None:
    (entry,) = freeze(vote, cast, 1)
    for _time in range(9):
        put(vote, entry, DAYTIME, device_key="one", network_key="home")
    assert states(vote) == ["sealed"]


def test_a_household_s_answer_does_not_make_a_family_a_crowd(vote: Vote, cast: Cast) -> None:
    entries = freeze(vote, cast, 6)
    with before_the_freeze():
        RollEntry.objects.filter(pk=entries[5].pk).update(kind="household", about=vote.candidates[0])
    entries[5].refresh_from_db()
    for entry in entries:
        put(vote, entry, DAYTIME, device_key="one", network_key="home")
    Envelope.objects.filter(entry=entries[5]).update(kind="household")
    assert look_again(vote.box) == 0
    assert states(vote) == ["sealed"] * 6


def test_a_network_alone_never_puts_anybody_aside(vote: Vote, cast: Cast) -> None:
    """A whole town may sit behind one address of its carrier."""
    for number, entry in enumerate(freeze(vote, cast, 40)):
        put(vote, entry, DAYTIME, device_key=f"phone-{number}", network_key="carrier")
    assert set(states(vote)) == {"sealed"}


@pytest.mark.parametrize(
    ("at", "device", "aside"),
    [(NIGHT, "phone", True), (DAYTIME, "", True), (DAYTIME, "phone", False)],
    ids=["at night", "without a mark", "by day"],
)
def test_a_burst_counts_with_another_sign(vote: Vote, cast: Cast, at: dt.datetime, device: str, aside: bool) -> None:
    *others, last = freeze(vote, cast, 31)
    for number, entry in enumerate(others):
        put(vote, entry, at - dt.timedelta(minutes=5), device_key=f"phone-{number}", network_key="carrier")
    assert (put(vote, last, at, device_key=device, network_key="carrier").state == "quarantined") is aside


def test_a_burst_is_over_after_ten_minutes(vote: Vote, cast: Cast) -> None:
    *others, last = freeze(vote, cast, 31)
    for number, entry in enumerate(others):
        put(vote, entry, NIGHT - dt.timedelta(minutes=11), device_key=f"phone-{number}", network_key="carrier")
    assert put(vote, last, NIGHT, device_key="phone", network_key="carrier").state == "sealed"


@pytest.mark.parametrize(("days_before", "at", "state"), [
    (1, NIGHT, "quarantined"), (1, DAYTIME, "sealed"), (30, NIGHT, "sealed"),
])  # fmt: skip
def test_a_fresh_binding_counts_with_another_sign(
    vote: Vote, cast: Cast, days_before: int, at: dt.datetime, state: str
) -> None:
    (entry,) = freeze(vote, cast, 1)
    assert vote.box.roll_frozen_at
    entry.bound_at = vote.box.roll_frozen_at - dt.timedelta(days=days_before)
    assert put(vote, entry, at, device_key="phone", network_key="home").state == state


def test_what_lies_aside_stays_aside_when_it_is_changed(vote: Vote, cast: Cast) -> None:
    """Another phone does not bring it back; the signs add up."""
    (entry,) = freeze(vote, cast, 1)
    put(vote, entry, NIGHT, device_key="one", network_key="home")
    Envelope.objects.update(state="quarantined", signals="device,night")
    changed = put(vote, entry, DAYTIME, device_key="another", network_key="elsewhere")
    assert (changed.state, changed.signals) == ("quarantined", "device,night")


def test_what_people_released_stays_so_on_the_same_device(vote: Vote, cast: Cast) -> None:
    entries = freeze(vote, cast, 7)
    for entry in entries:
        put(vote, entry, DAYTIME, device_key="one", network_key="home")
    Envelope.objects.update(state="released")
    assert put(vote, entries[0], DAYTIME, device_key="one", network_key="home").state == "released"
    assert look_again(vote.box) == 0


def test_browsers_without_a_mark_are_never_the_same_device(vote: Vote, cast: Cast) -> None:
    """Else any bare browser in any network brought something new in under what people had released."""
    *others, last = freeze(vote, cast, 31)
    put(vote, last, DAYTIME, network_key="home")
    Envelope.objects.update(state="released")
    for number, entry in enumerate(others):
        put(vote, entry, DAYTIME, device_key=f"phone-{number}", network_key="carrier")
    assert put(vote, last, DAYTIME, network_key="carrier").state == "quarantined"


@pytest.mark.parametrize(("begins", "ends", "odd"), [
    (0, 5, {0, 1, 2, 3, 4}), (22, 5, {22, 23, 0, 1, 2, 3, 4}), (3, 3, set()),
])  # fmt: skip
def test_odd_hours_may_begin_before_midnight(settings: Any, begins: int, ends: int, odd: set[int]) -> None:
    settings.BALLOT_NIGHT_FROM, settings.BALLOT_NIGHT_UNTIL = begins, ends
    assert {hour for hour in range(24) if is_night(hour)} == odd


def test_at_the_counter_nothing_is_suspicious(vote: Vote, cast: Cast) -> None:
    for entry in freeze(vote, cast, 8):
        put(vote, entry, NIGHT)
    assert set(states(vote)) == {"sealed"}


def test_after_a_voided_batch_the_phone_sends_one_to_the_counter(vote: Vote, cast: Cast) -> None:
    entry = freeze(vote, cast, 1)[0]
    put(vote, entry, DAYTIME, device_key="one", network_key="home")
    Envelope.objects.update(state="voided", batch=batch_of(vote, cast.street_clerk, cast.street))
    with pytest.raises(AskAtTheCounter):
        verdict(vote.box, entry, TABLET, DAYTIME, stored_envelope(entry))
    assert verdict(vote.box, entry, Signals(), DAYTIME, stored_envelope(entry))[0] == "sealed"


def test_a_household_has_no_counter_and_answers_again_to_be_looked_at(vote: Vote, cast: Cast) -> None:
    entry = freeze(vote, cast, 1)[0]
    put(vote, entry, DAYTIME, device_key="one", network_key="home")
    batch = batch_of(vote, cast.street_clerk, cast.street)
    Envelope.objects.update(kind="household", state="voided", batch=batch, signals="device")
    assert verdict(vote.box, entry, TABLET, DAYTIME, stored_envelope(entry)) == ("quarantined", "device")


def test_while_a_dispute_is_open_nobody_changes_it_from_afar(vote: Vote, cast: Cast) -> None:
    entry = freeze(vote, cast, 1)[0]
    put(vote, entry, DAYTIME, device_key="one", network_key="home")
    Envelope.objects.update(state="quarantined", signals="dispute")
    with pytest.raises(BeingTalkedOver):
        verdict(vote.box, entry, TABLET, DAYTIME, stored_envelope(entry))


def test_a_snapshot_s_visitor_is_refused(vote: Vote, cast: Cast) -> None:
    entry = entry_of(vote.box, person_of(cast.resident))
    assert entry
    with pytest.raises(SnapshotVisitor):
        verdict(vote.box, entry, Signals(network_key="x", is_snapshot=True), DAYTIME, stored_envelope(entry))


def test_the_voter_is_answered_alike_and_three_queries_are_enough(
    vote: Vote, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    """Aside or not, the receipt looks the same."""
    vote.cast(cast.resident, vote.candidates[0])
    entry = entry_of(vote.box, person_of(cast.resident))
    assert entry
    with django_assert_max_num_queries(3):
        verdict(vote.box, entry, TABLET, DAYTIME, stored_envelope(entry))
    Envelope.objects.update(state="quarantined", signals="device")
    again = vote.cast(cast.resident, vote.candidates[1])
    assert again.is_replacement
    assert Envelope.objects.get().state == "quarantined"


def test_signals_are_keyed_digests_of_what_the_browser_brings(
    cast: Cast, rf: RequestFactory, client: Client, settings: Any
) -> None:
    def asked(cookie: str, address: str) -> Signals:
        request = rf.get("/", REMOTE_ADDR=address)
        request.user, request.session = cast.resident, client.session
        if cookie:
            request.COOKIES[settings.KNOWN_BROWSER_COOKIE_NAME] = cookie
        return signals_of(request)

    name = "ab" * 16
    mine = asked(f"{name}.{'0' * 32}", "203.0.113.7")
    assert {len(mine.device_key), len(mine.network_key)} == {24}
    assert name not in mine.device_key
    assert asked(f"{name}.{'1' * 32}.{'2' * 32}", "203.0.113.99") == mine, "the same browser in the same network"
    assert asked(f"{'cd' * 16}.{'0' * 32}", "203.0.113.7").device_key != mine.device_key
    assert asked("", "198.51.100.7").device_key == ""
    assert asked("", "198.51.100.7").network_key != mine.network_key


def test_every_sign_has_words() -> None:
    every = ",".join(signals.Sign)
    assert len(words_of(every).split("、")) == len(signals.Sign)
