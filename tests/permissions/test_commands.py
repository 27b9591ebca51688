"""Every command of the project: who calls it is in the table, what it does says its help, and none gives anybody a way
in who has none.
"""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class

from tests.cast import Cast
from tests.permissions.rules import STAFF
from tests.permissions.table import COMMANDS
from tests.permissions.visitors import VISITORS, make_visitors, sign_in

OURS = {"config", "cms", "events", "rewards", "volunteers", "foundation", "frontend"}
APPS = {name: str(app) for name, app in get_commands().items() if str(app).split(".", maxsplit=1)[0] in OURS}


def test_every_command_of_the_project_is_in_the_table() -> None:
    assert set(APPS) == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(APPS))
def test_a_command_says_what_it_does_and_refuses_what_it_does_not_know(name: str) -> None:
    command = load_command_class(APPS[name], name)
    assert len(command.help) > 5
    with pytest.raises((CommandError, SystemExit)):
        command.run_from_argv(["manage.py", name, "--as-somebody-else"])


@pytest.mark.django_db
def test_only_staff_are_given_a_password(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    users = make_visitors(cast)
    sign_in(users)
    given = set()
    for name in VISITORS:
        monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery staple\n"))
        username = users[name].username if name in users else ""
        try:
            call_command("set_staff_password", username, "--stdin", stdout=io.StringIO())
        except CommandError:
            continue
        given.add(name)
    assert given == set(STAFF.split())
