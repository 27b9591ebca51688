"""The streams a person follows: sync, live line, read marks."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    """The streams a person follows: sync, live line, read marks."""

    name = "volunteers.inbox"
    verbose_name = _("消息")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take over what the outbox hands on; let requests wake the relay; close a session's sockets with it."""
        from foundation import line, outbox
        from volunteers.inbox import jobs

        outbox.on_wake(line.hint)
        user_logged_out.connect(_close_sockets_of, dispatch_uid="inbox.close_sockets")


def _close_sockets_of(sender: Any, request: Any, **more: Any) -> None:
    """Signing out by hand or by the session guard: Django's own hook, since no service of ours is in the way."""
    from foundation import line, outbox
    from volunteers.accounts.devices import session_mark

    key = getattr(getattr(request, "session", None), "session_key", None)
    if key:
        outbox.put(line.REVOKE, {"sessions": [session_mark(key)]})
