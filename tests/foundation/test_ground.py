"""What everything rests on: the outbox, the streams, the guards, the seals, the refusals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone
from django.utils.datastructures import MultiValueDictKeyError
from hypothesis import given
from hypothesis import strategies as st

from foundation import append_only, audit, failpoints, jobs, outbox, secrets, streams
from foundation.actors import SYSTEM
from foundation.errors import Conflict, Denied, Invalid, Missing, TooMany
from foundation.idempotency import DifferentBody, fingerprint, same_body_or_refuse
from foundation.middleware import RefusedMiddleware
from foundation.models import AuditEntry, Notification, OutboxMessage, Stream
from rewards.points.services import award_points
from tests.cast import Cast
from volunteers.units.rights import person_id_of

TOPIC = "test.ground"
AAD = "people_person|phone|1"


class Handler:
    """Fails as often as it is told to, then takes everything."""

    def __init__(self) -> None:
        self.failures, self.got = 0, list[dict[str, Any]]()

    def __call__(self, payloads: list[dict[str, Any]]) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not yet")
        self.got += payloads


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    made = Handler()
    monkeypatch.setitem(outbox._handlers, TOPIC, made)
    return made  # type: ignore[return-value]


def due_again() -> None:
    """As if the wait were over."""
    OutboxMessage.objects.update(not_before=timezone.now() - dt.timedelta(seconds=1))


@pytest.mark.everywhere
def test_a_failed_message_waits_longer_each_time_and_is_done_at_last(db: None, handler: Handler) -> None:
    outbox.put(TOPIC, {"n": 1})
    handler.failures = 3
    waits = []
    for attempt in (1, 2, 3):
        before = timezone.now()
        assert jobs.relay_once() == 0
        (message,) = OutboxMessage.objects.filter(topic=TOPIC)
        assert (message.attempts, "not yet" in message.error) == (attempt, True)
        assert message.not_before
        waits.append(message.not_before - before)
        assert jobs.relay_once() == 0, "a message that waits is not tried"
        assert OutboxMessage.objects.get(topic=TOPIC).attempts == attempt
        due_again()
    assert waits == sorted(waits)
    assert jobs.relay_once() == 1
    assert handler.got == [{"n": 1}]
    assert not OutboxMessage.objects.filter(topic=TOPIC).exists()


@pytest.mark.everywhere
def test_one_failing_topic_does_not_hold_up_another(
    db: None, handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine = Handler()
    monkeypatch.setitem(outbox._handlers, "test.fine", fine)
    handler.failures = 99
    outbox.put(TOPIC, {"n": 1})
    outbox.put("test.fine", {"n": 2})
    assert jobs.relay_once() == 1
    assert fine.got == [{"n": 2}]


def test_what_a_failing_handler_wrote_is_taken_back(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def writes_and_fails(payloads: list[dict[str, Any]]) -> None:
        Stream.objects.create(key="half")
        raise RuntimeError("too late")

    monkeypatch.setitem(outbox._handlers, TOPIC, writes_and_fails)
    outbox.put(TOPIC, {})
    jobs.relay_once()
    assert not Stream.objects.filter(key="half").exists()


def test_a_message_nobody_would_handle_is_refused_when_it_is_left(db: None) -> None:
    with pytest.raises(KeyError, match="no handler"):
        outbox.put("test.nobody", {})


def test_a_message_of_a_transaction_that_failed_was_never_there(db: None, handler: Handler) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        outbox.put(TOPIC, {})
        raise RuntimeError
    assert not OutboxMessage.objects.filter(topic=TOPIC).exists()


@pytest.mark.everywhere
def test_a_stream_counts_without_gaps_and_each_on_its_own(db: None) -> None:
    for title in ("a", "b"):
        streams.publish("u:1", kind="test", payload={"title": title})
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        streams.publish("u:1", kind="test", payload={"title": "taken back"})
        raise RuntimeError
    streams.publish("u:1", kind="test", payload={"title": "c"})
    streams.publish("u:2", kind="test", payload={"title": "other"}, roles=["b", "a"])
    told = Notification.objects.filter(stream_key="u:1").order_by("seq").values_list("seq", "payload__title")
    assert list(told) == [(1, "a"), (2, "b"), (3, "c")]
    assert Notification.objects.get(stream_key="u:2").roles == ["a", "b"]
    assert dict(Stream.objects.values_list("key", "head")) == {"u:1": 3, "u:2": 1}


@pytest.mark.everywhere
def test_the_same_word_to_many_people_is_one_entry_each(db: None) -> None:
    assert streams.publish_to_persons([3, 1, 3, 2], kind="test", payload={"title": "x"}) == 3
    assert streams.publish_to_persons([1], kind="test", payload={"title": "y"}) == 1
    heads = dict(Stream.objects.values_list("key", "head"))
    assert heads == {"p:1": 2, "p:2": 1, "p:3": 1}


@pytest.mark.everywhere
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
def test_rows_of_the_ledger_and_the_audit_trail_never_change(cast: Cast, verb: str) -> None:
    audit.record(actor=SYSTEM, act="test", obj=None)
    award_points(
        person_id=person_id_of(cast.leader), rule="task_done", points=1, source_key="t:1", reason="x", unit_id=None,
        acting_user=SYSTEM,
    )  # fmt: skip
    statements = {
        "UPDATE": ("UPDATE foundation_auditentry SET act = 'other'", "UPDATE points_transfer SET points = 9"),
        "DELETE": ("DELETE FROM foundation_auditentry", "DELETE FROM points_transfer"),
        "TRUNCATE": ("TRUNCATE foundation_auditentry", "TRUNCATE points_transfer CASCADE"),
    }[verb]
    if verb == "TRUNCATE" and connection.vendor == "sqlite":
        return  # SQLite has no such statement
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the keys of the new line stand before the guard
    for statement in statements:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.everywhere
def test_every_append_only_table_has_its_guard(db: None) -> None:
    guarded = append_only.guarded_tables()
    assert {"foundation_auditentry", "points_transfer", "benefits_voucheruse"} <= set(guarded)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'")
            found = {row[0]: 2 for row in cursor.fetchall()}
        else:
            cursor.execute("SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY tbl_name")
            found = dict(cursor.fetchall())
    assert not [table for table in guarded if found.get(table, 0) < 2]


def test_a_sealed_value_opens_in_its_own_row_only() -> None:
    sealed = secrets.encrypt("13812341234", aad=AAD)
    assert secrets.decrypt(sealed, aad=AAD) == "13812341234"
    assert "13812341234" not in sealed
    assert sealed != secrets.encrypt("13812341234", aad=AAD), "the same number twice must not look the same"
    for wrong in ("people_person|phone|2", "people_person|name|1", ""):
        with pytest.raises(secrets.Unavailable):
            secrets.decrypt(sealed, aad=wrong)


def test_a_tampered_value_and_a_lost_key_give_nothing() -> None:
    sealed = secrets.encrypt("13812341234", aad=AAD)
    tampered = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    for bad in (tampered, sealed.replace("k1:", "k9:")):
        with pytest.raises(secrets.Unavailable):
            secrets.decrypt(bad, aad=AAD)


def test_digests_of_two_purposes_never_compare_equal() -> None:
    assert secrets.hmac_hex("phone", "1") != secrets.hmac_hex("code", "1")
    assert secrets.blind_index("13812341234") == secrets.blind_index("13812341234")
    assert len(secrets.blind_index("13812341234")) == 64


@given(st.text(max_size=12))
def test_a_mask_shows_at_most_seven_digits(phone: str) -> None:
    shown = secrets.mask_phone(phone)
    assert "****" in shown
    assert len(shown) <= 11
    assert phone not in shown or len(phone) < 2 or set(phone) == {"*"}


def test_a_failpoint_does_nothing_until_a_test_arms_it() -> None:
    failpoints.hit("nobody.armed.this")
    hits: list[int] = []
    with failpoints.armed("ground", lambda: hits.append(1)):
        failpoints.hit("ground")
        failpoints.hit("other")
    failpoints.hit("ground")
    assert hits == [1]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_bodies = st.dictionaries(st.text(max_size=4), _json, max_size=4)


@given(_bodies)
def test_a_fingerprint_does_not_depend_on_the_order_of_keys(body: dict[str, Any]) -> None:
    assert fingerprint(body) == fingerprint(dict(reversed(list(body.items()))))


@given(_bodies, _bodies)
def test_two_bodies_have_two_fingerprints(one: dict[str, Any], other: dict[str, Any]) -> None:
    same = repr(sorted(one.items(), key=repr)) == repr(sorted(other.items(), key=repr))
    if not same and one != other:
        assert fingerprint(one) != fingerprint(other)


def test_the_same_id_with_another_body_is_refused() -> None:
    same_body_or_refuse(fingerprint({"a": 1}), fingerprint({"a": 1}))
    with pytest.raises(DifferentBody):
        same_body_or_refuse(fingerprint({"a": 1}), fingerprint({"a": 2}))
    assert DifferentBody.status == 422


def answer(exception: Exception, **headers: str) -> HttpResponse | None:
    """What the middleware makes of an exception."""

    def nothing(request: HttpRequest) -> HttpResponse:
        raise AssertionError

    request = RequestFactory().get("/", headers=headers)
    request.session = {}  # type: ignore[assignment]
    return RefusedMiddleware(nothing).process_exception(request, exception)


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Denied(), 403),
        (Missing(), 404),
        (Conflict("快了一步"), 409),
        (Invalid(errors={"a": "改一下"}), 422),
        (TooMany(), 429),
    ],
)
def test_a_refusal_is_a_page_for_people_and_json_for_programs(db: None, refusal: Any, status: int) -> None:
    page = answer(refusal)
    assert page is not None
    assert page.status_code == status
    assert page["Content-Type"].startswith("text/html")
    assert str(refusal.message) in page.content.decode()
    for header in ({"accept": "application/json"}, {"x-outbox": "1"}):
        told = answer(refusal, **header)
        assert told is not None
        assert (told.status_code, told["Content-Type"]) == (status, "application/json")


def test_what_the_database_protects_is_a_conflict_and_a_real_fault_stays_one(db: None) -> None:
    protected = answer(ProtectedError("in use", set()))
    missing = answer(MultiValueDictKeyError("field"))
    assert protected is not None
    assert missing is not None
    assert (protected.status_code, missing.status_code) == (409, 422)
    assert answer(RuntimeError("a fault of ours")) is None


def test_an_entry_of_the_trail_says_who_what_and_where(cast: Cast) -> None:
    made = audit.record(actor=cast.worker, act="test", obj=cast.community, unit_id=cast.community.pk)
    entry = AuditEntry.objects.get(pk=made.pk)
    assert (entry.actor_id, entry.object_type, entry.object_id) == (
        cast.worker.pk,
        "units.unit",
        str(cast.community.pk),
    )
    assert AuditEntry.objects.get(pk=audit.record(actor=SYSTEM, act="x", obj=None).pk).actor_id is None
