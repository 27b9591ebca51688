"""The database role of pages and workers: everything works under it, and no line of the books can be changed by it."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from foundation import audit_chain, outbox
from foundation.actors import SYSTEM
from foundation.append_only import guarded_tables
from foundation.jobs import relay_once
from foundation.models import AuditEntry
from rewards.benefits.entitlements import claim
from rewards.benefits.verifying import void_use
from rewards.points import nightly, seals
from rewards.points.accounts import provider_account_id
from rewards.points.holds import hold_points, post_hold
from rewards.points.models import Transfer
from rewards.points.services import award_points, reverse_transfer
from tests.benefits.making import make_benefit, use_once
from tests.cast import Cast, person_of
from tests.tasks.conftest import make_task
from volunteers.accounts.models import User

pytestmark = pytest.mark.postgres
ROLE = "pages_of_a_test"


@pytest.fixture
def as_pages(cast: Cast) -> Iterator[Callable[[str], None]]:
    """Become the role within the transaction of the test; the role goes with it."""
    call_command("grant_app_role", ROLE, "--create", stdout=io.StringIO())

    def become(role: str = ROLE) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role}" if role else "RESET ROLE")

    become()
    yield become
    become("")


def refused(statement: str) -> str:
    """What the database says to a statement that it refuses."""
    with pytest.raises(ProgrammingError) as found, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert isinstance(found.value.__cause__, psycopg.errors.InsufficientPrivilege), statement
    return str(found.value)


def test_no_append_only_table_can_be_changed_nor_its_guard_lifted(as_pages: Callable[[str], None]) -> None:
    assert {"points_transfer", "points_ledgerseal", "foundation_auditentry", "benefits_voucheruse"} <= set(
        guarded_tables()
    )
    for table in guarded_tables():
        with connection.cursor() as cursor:
            cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [table])
            column = cursor.fetchone()[0]
        assert "permission denied" in refused(f'UPDATE "{table}" SET "{column}" = "{column}"')
        assert "permission denied" in refused(f'DELETE FROM "{table}"')
        assert "permission denied" in refused(f'TRUNCATE "{table}"')
        assert "must be owner" in refused(f'ALTER TABLE "{table}" DISABLE TRIGGER append_only')
        assert "must be" in refused(f'DROP TRIGGER append_only ON "{table}"')
        assert "must be owner" in refused(f'DROP TABLE "{table}" CASCADE')
    refused("CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    refused("SET session_replication_role = replica")
    refused("CREATE TABLE of_my_own (id int)")
    refused("UPDATE django_migrations SET app = app")
    refused("SELECT setval(pg_get_serial_sequence('foundation_auditentry', 'id'), 1)")


def test_the_whole_circle_of_an_award_works(
    cast: Cast, as_pages: Callable[[str], None], client_for: Callable[[User], Client]
) -> None:
    task = make_task(cast, needs_confirmation=False)
    said = client_for(cast.leader).post(f"/tasks/{task.pk}/", {"id": str(uuid.uuid4()), "answer": "done"})
    assert said.status_code == 302
    line = Transfer.objects.get(rule="task_done")
    given = award_points(
        person_id=person_of(cast.leader).pk, rule="on_duty", source_key="duty", reason="在岗", unit_id=None,
        acting_user=SYSTEM,
    )  # fmt: skip
    assert given
    reverse_transfer(transfer=line, reason="录错了", acting_user=SYSTEM)
    hold = hold_points(
        id=uuid.uuid4(), person_id=person_of(cast.leader).pk, points=3, reason="一袋米",
        until=timezone.now() + dt.timedelta(days=1), unit_id=None, acting_user=SYSTEM,
    )  # fmt: skip
    post_hold(hold=hold, to_account_id=provider_account_id(uuid.uuid4()), rule="store", acting_user=SYSTEM)
    assert client_for(cast.leader).get("/points/").status_code == 200
    while relay_once():
        pass
    assert outbox.wake is not None
    assert audit_chain.seal(up_to=AuditEntry.objects.order_by("-pk").first().pk)  # type: ignore[union-attr]
    assert seals.seal_days(before=timezone.localdate() + dt.timedelta(days=1))
    nightly.recount_ledger.enqueue("2030-01-01")
    assert nightly.alarms() == []


def test_a_voucher_is_used_and_taken_back(cast: Cast, as_pages: Callable[[str], None]) -> None:
    as_pages("")
    benefit = make_benefit(cast)
    as_pages(ROLE)
    claim(benefit=benefit, acting_user=cast.leader)
    use = use_once(benefit, cast.leader, cast.merchant_person)
    void_use(use=use, reason="点错了", acting_user=cast.merchant_person)


def test_the_role_is_given_again_and_one_that_could_do_more_is_refused(as_pages: Callable[[str], None]) -> None:
    as_pages("")
    call_command("grant_app_role", ROLE, stdout=io.StringIO())
    call_command("grant_app_role", ROLE, "--check")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_a_later_version (id int)")
        cursor.execute(
            "SELECT has_table_privilege(%s, 'of_a_later_version', 'INSERT'), "
            "has_table_privilege(%s, 'of_a_later_version', 'UPDATE')",
            [ROLE, ROLE],
        )
        assert cursor.fetchone() == (True, False)
        call_command("grant_app_role", ROLE, stdout=io.StringIO())
        cursor.execute("SELECT has_table_privilege(%s, 'of_a_later_version', 'UPDATE')", [ROLE])
        assert cursor.fetchone() == (True,)
        cursor.execute(f"GRANT UPDATE ON points_transfer TO {ROLE}")
        with pytest.raises(CommandError, match=f"{ROLE} may UPDATE points_transfer"):
            call_command("grant_app_role", ROLE, "--check")
        cursor.execute(f"GRANT {_me()} TO {ROLE}")
    for role, words in ((ROLE, "belongs to it"), ("nobody_like_this", "there is no role"), (_me(), "superuser")):
        with pytest.raises(CommandError, match=words):
            call_command("grant_app_role", role)


def _me() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])
