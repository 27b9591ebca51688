"""Who may open a socket: the session of Django, asked for many handshakes at once.

After a deploy 13,752 phones come back within seconds. One handshake alone costs six queries and a change of thread;
a hundred of them together cost the same six queries.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Generic, TypeVar

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from volunteers.accounts.models import User
from volunteers.accounts.services import EPOCH
from volunteers.inbox.selectors import heads_of, streams_of

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
BATCH = 500
GATHER_SECONDS = 0.01
"""How long a question waits for company; with it a reconnecting district costs half the processor time."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What a valid session may hear."""

    user_id: int
    person_id: int | None
    streams: frozenset[str]


def _users_of_sessions(keys: Iterable[str]) -> dict[str, tuple[dict[str, Any], int]]:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    rows = store.get_model_class().objects.filter(session_key__in=list(keys), expire_date__gt=timezone.now())
    found: dict[str, tuple[dict[str, Any], int]] = {}
    for row in rows:
        data = row.get_decoded()
        if SESSION_KEY in data and data.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS:
            found[row.session_key] = (data, int(data[SESSION_KEY]))
    return found


def _is_valid(data: dict[str, Any], user: User) -> bool:
    """The same conditions as `django.contrib.auth.get_user` and our `SessionGuardMiddleware`."""
    given = data.get(HASH_SESSION_KEY) or ""
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return (
        user.is_active
        and any(constant_time_compare(given, known) for known in hashes)
        and data.get(EPOCH, user.auth_epoch) == user.auth_epoch
    )


def admissions(session_keys: Iterable[str]) -> dict[str, Admission]:
    """Those of the sessions that are valid now, with the streams of their people; five queries however many."""
    sessions = _users_of_sessions(session_keys)
    users = User.objects.in_bulk({user_id for _data, user_id in sessions.values()})
    valid = {
        key: users[user_id]
        for key, (data, user_id) in sessions.items()
        if user_id in users and _is_valid(data, users[user_id])
    }
    streams = streams_of({user.person_id for user in valid.values() if user.person_id})
    return {
        key: Admission(user.pk, user.person_id, frozenset(streams.get(user.person_id or 0, ())))
        for key, user in valid.items()
    }


def heads_of_many(wanted: Iterable[frozenset[str]]) -> dict[frozenset[str], dict[str, int]]:
    """The heads of many people's streams in one query; those never used are left out."""
    sets = list(wanted)
    heads = heads_of(set().union(*sets)) if sets else {}
    return {streams: {key: heads[key] for key in streams if heads[key]} for streams in sets}


class Batcher(Generic[Key, Value]):
    """Gathers what is asked while an answer is under way and asks for all of it at once, in a thread."""

    def __init__(self, ask: Callable[[list[Key]], dict[Key, Value]], *, most: int = BATCH) -> None:
        self._ask = database_sync_to_async(ask, thread_sensitive=False)
        self._most = most
        self._waiting: list[tuple[Key, asyncio.Future[Value | None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def get(self, key: Key) -> Value | None:
        """The answer for one key, None when there is none; raises what the question raised."""
        future: asyncio.Future[Value | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHER_SECONDS)
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                answers = await self._ask(list({key for key, _future in batch}))
            except Exception as error:
                for _key, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for key, future in batch:
                if not future.done():
                    future.set_result(answers.get(key))
