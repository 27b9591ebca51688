"""The words in which the table is written: outcomes, sets of visitors, rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.permissions.visitors import ANONYMOUS, LIKE, PLAIN, RELATIONS

PAGE = "page"  # 2xx, or a redirect to another page of ours
INVALID = "invalid"  # 400, 409, 422, 429: let in, and judged on the content
IN = "in"  # either of them
LOGIN = "login"  # to the sign-in of everybody, or 401
STAFF_LOGIN = "staff login"
DENIED = "denied"
MISSING = "missing"
METHOD = "method"
HOME = "console home"  # where Wagtail sends those whom it refuses
ERROR = "error"
SHUT = "shut"  # refused in whichever way Wagtail refuses
FREE = "free"  # whatever Wagtail likes to answer, but never an error
QUIET = "quiet"  # the same, and nothing told or changed of a thing that is not one's own

ACCEPTED: dict[str, frozenset[str]] = {
    IN: frozenset({PAGE, INVALID}),
    SHUT: frozenset({DENIED, MISSING, HOME, METHOD}),
    FREE: frozenset({PAGE, INVALID, DENIED, MISSING, METHOD, HOME}),
    QUIET: frozenset({PAGE, INVALID, DENIED, MISSING, METHOD, HOME}),
}
REFUSALS = frozenset({LOGIN, STAFF_LOGIN, DENIED, MISSING, METHOD, HOME})

Cells = frozenset[tuple[str, str]]

LEADERS = "leader group_leader area_leader"
LEADERS_ABOVE = "group_leader area_leader"
CLERKS = "worker other_worker street_clerk district_clerk operating_clerk"
STAFF = f"{CLERKS} worker_without_factor"
EVERYBODY = " ".join(PLAIN)
SIGNED_IN = " ".join(name for name in PLAIN if name != ANONYMOUS)
NOT_STAFF = " ".join(name for name in PLAIN if name not in {ANONYMOUS, *STAFF.split()})


def who(visitors: str, relations: str = " ".join(RELATIONS)) -> Cells:
    """Every visitor of the first list, in every relation of the second."""
    return frozenset((visitor, relation) for visitor in visitors.split() for relation in relations.split())


@dataclass(frozen=True)
class Rule:
    """What each visitor is answered: the first set that names them counts, else the one they are like."""

    answers: tuple[tuple[str, Cells], ...]
    otherwise: str

    def expected(self, visitor: str, relation: str) -> str:
        """The outcome for one visitor in one relation."""
        for name in (visitor, LIKE.get(visitor, visitor)):
            for outcome, cells in self.answers:
                if (name, relation) in cells:
                    return outcome
        return self.otherwise


def rule(*answers: tuple[str, Cells], otherwise: str = MISSING, anonymous: str = LOGIN) -> Rule:
    """A rule of a page for people who are signed in."""
    return Rule(((anonymous, who(ANONYMOUS)), *answers), otherwise)


def all_alike(outcome: str) -> Rule:
    """The same for everybody, signed in or not."""
    return Rule((), outcome)


def signed_in(outcome: str) -> Rule:
    """The same for everybody who is signed in."""
    return rule(otherwise=outcome)


def console(*answers: tuple[str, Cells], otherwise: str = MISSING) -> Rule:
    """A rule of the console: nobody else gets that far."""
    doors = (
        (STAFF_LOGIN, who(f"{ANONYMOUS} worker_without_factor")),
        (DENIED, who(NOT_STAFF)),
    )
    return Rule((*doors, *answers), otherwise)


NO_GET = signed_in(METHOD)
Body = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """One address: the sort of thing it is about, and who is answered what.

    `full` is a body that a person with the right gets through with, and `full_post` who that is.
    """

    get: Rule
    post: Rule
    sort: str = ""
    full: Body | None = None
    full_post: Rule | None = None
    json: bool = False


METHOD_FOR_ALL = all_alike(METHOD)


def public(get: str = PAGE, post: str = METHOD) -> Row:
    """A page without a thing, for everybody."""
    return Row(all_alike(get), all_alike(post))


def reading(get: Rule, sort: str = "") -> Row:
    """A page that takes no POST; whoever may not see it is told that first, or the method, but never let in."""
    return Row(get, signed_in(METHOD), sort)
