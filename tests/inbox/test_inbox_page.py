"""The page of what reached me, and the mark that puts out the dot."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from foundation.streams import unit_key
from tests.cast import Cast
from tests.inbox.phone import Phone
from tests.inbox.test_sync import to
from volunteers.accounts.models import User
from volunteers.inbox.models import ReadMark
from volunteers.inbox.services import mark_read

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]


def test_a_visitor_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/inbox/")["Location"].startswith("/login/")
    assert client.post("/inbox/read/")["Location"].startswith("/login/")
    assert client.get("/api/inbox").status_code == 401


def test_the_page_shows_the_newest_first_and_only_mine(cast: Cast, client_for: Login) -> None:
    to(cast.district, "早的")
    to(cast.group, "晚的")
    to(cast.other_group, "别组的")
    page = client_for(cast.leader).get("/inbox/").content.decode()
    assert page.index("晚的") < page.index("早的")
    assert "别组的" not in page


def test_older_entries_are_one_tap_away(cast: Cast, client_for: Login) -> None:
    for number in range(45):
        to(cast.district if number % 2 else cast.area, f"第{number:02d}条")
    client = client_for(cast.leader)
    first = client.get("/api/inbox").json()
    second = client.get("/api/inbox", {"before": first["older"]}).json()
    titles = [entry["title"] for entry in first["entries"] + second["entries"]]
    assert titles == [f"第{number:02d}条" for number in reversed(range(45))]
    assert second["older"] == ""


def test_reading_puts_out_the_dot_and_never_relights_it(cast: Cast, client_for: Login) -> None:
    client = client_for(cast.leader)
    phone = Phone(client)
    to(cast.district, "one")
    to(cast.group, "two")
    phone.sync()
    assert phone.unread == 2
    seen = client.get("/api/inbox").json()["cursor"]
    to(cast.group, "three")
    assert client.post("/inbox/read/", {"c": seen}, headers={"HX-Request": "true"}).status_code == 204
    phone.sync()
    assert phone.unread == 1
    assert client.post("/inbox/read/").status_code == 302
    phone.sync()
    assert phone.unread == 0
    mark_read(acting_user=cast.leader, cursors={unit_key(cast.group.pk): 1})
    assert ReadMark.objects.get(user=cast.leader, stream_key=unit_key(cast.group.pk)).seq == 2


def test_a_mark_in_a_foreign_stream_or_beyond_the_end_is_not_taken(cast: Cast) -> None:
    to(cast.group, "one")
    mark_read(acting_user=cast.leader, cursors={unit_key(cast.other_group.pk): 5, unit_key(cast.group.pk): 99})
    assert list(ReadMark.objects.values_list("stream_key", "seq")) == [(unit_key(cast.group.pk), 1)]


def test_what_is_older_than_the_account_is_not_news(cast: Cast, client_for: Login) -> None:
    to(cast.district, "before")
    newcomer = cast.stranger
    newcomer.refresh_from_db()
    User.objects.filter(pk=newcomer.pk).update(joined_at="2099-01-01T00:00:00Z")
    cast.leader.refresh_from_db()
    User.objects.filter(pk=cast.leader.pk).update(joined_at="2099-01-01T00:00:00Z")
    assert client_for(cast.leader).get("/sync").json()["unread"] == 0


def test_the_page_asks_a_fixed_number_of_queries(
    cast: Cast, client_for: Login, django_assert_max_num_queries: object
) -> None:
    client = client_for(cast.leader)
    for number in range(40):
        to(cast.district, str(number))
    client.get("/api/inbox")  # the first request of a session notes its use
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        client.get("/api/inbox")
