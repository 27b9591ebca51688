"""Named places in the code where a test may sleep, raise, meet another thread or kill the process.

Outside tests `hit` looks up an empty dictionary and returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_armed: dict[str, Callable[[], None]] = {}


def hit(name: str) -> None:
    """Run what a test armed under this name, if anything."""
    if _armed and (action := _armed.get(name)):
        action()


@contextmanager
def armed(name: str, action: Callable[[], None]) -> Iterator[None]:
    """Arm a failpoint for the length of a with-block (tests only)."""
    _armed[name] = action
    try:
        yield
    finally:
        _armed.pop(name, None)
