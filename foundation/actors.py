"""Who acts: a signed-in user, or the system itself. A missing user never means "allowed"."""

from __future__ import annotations

from typing import Any, Final, TypeAlias


class System:
    """The program acting by itself: jobs, imports by command, the clock. Has every right and no row."""

    pk: Final[None] = None
    person_id: Final[None] = None
    is_authenticated: Final[bool] = True

    def __repr__(self) -> str:
        return "SYSTEM"


SYSTEM: Final = System()
Actor: TypeAlias = Any
"""A user of the project, Django's anonymous user, or SYSTEM. Foundation knows accounts only as keys, so it cannot name
the class; `rights.grants` is the one place that looks inside, and gives nothing to whoever has no person."""


def is_system(actor: object) -> bool:
    """Whether the actor is the program itself; the one place that decides it."""
    return actor is SYSTEM
