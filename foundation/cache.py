"""A cache that may be away: when Redis does not answer, pages are slower, never broken (faults F12 to F15)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

from foundation.breaker import Breaker

log = structlog.get_logger(__name__)

_calls = Breaker(2.0)
"""After a failure nobody waits for the next one: two seconds of misses, then another try."""


class _KeptClient(RedisCacheClient):
    """Django makes a client of redis-py for each call, which costs more than the call; ours is made once."""

    _kept: Any = None

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """The client of the one server; threads share it."""
        if self._kept is None:
            self._kept = super().get_client(key, write=True)
        return self._kept


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache, with every failure taken as a miss."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _KeptClient

    def _forgive(self, call: Callable[[], Any], otherwise: Any) -> Any:
        if not _calls.is_open():
            return otherwise
        try:
            return call()
        except (RedisError, OSError) as error:
            _calls.trip()
            log.warning("cache unavailable", error=type(error).__name__)
            return otherwise

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or the default when it is not there or Redis is away."""
        return self._forgive(lambda: super(ForgivingRedisCache, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, timeout: Any = ..., version: int | None = None) -> None:
        """Keep the value if Redis is there."""
        extra = {} if timeout is ... else {"timeout": timeout}
        self._forgive(lambda: super(ForgivingRedisCache, self).set(key, value, version=version, **extra), None)

    def add(self, key: Any, value: Any, timeout: Any = ..., version: int | None = None) -> bool:
        """Keep the value unless there is one; True when Redis is away, so that locks fail open."""
        extra = {} if timeout is ... else {"timeout": timeout}
        added = self._forgive(lambda: super(ForgivingRedisCache, self).add(key, value, version=version, **extra), True)
        return bool(added)

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forget the value if Redis is there."""
        return bool(self._forgive(lambda: super(ForgivingRedisCache, self).delete(key, version), False))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Count up; `delta` when Redis is away."""
        return int(self._forgive(lambda: super(ForgivingRedisCache, self).incr(key, delta, version), delta))
