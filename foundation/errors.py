"""What a service answers when it refuses: a status and a sentence for the person who asked."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Refused(Exception):
    """A refusal in the user's words. Nothing was written when it is raised."""

    status = 400
    default: Text = _("这次没有办成。")

    def __init__(self, message: Text = "", *, errors: Mapping[str, Text] | None = None) -> None:
        self.message: Text = message or self.default
        self.errors: dict[str, Text] = dict(errors or {})
        super().__init__(str(self.message))


class Denied(Refused):
    """In sight, but not this person's to do (403)."""

    status = 403
    default = _("这件事不归您办。")


class Missing(Refused):
    """Not there, or outside what this person may see (404); the two are never told apart."""

    status = 404
    default = _("没有找到，或者不在您的范围里。")


class Conflict(Refused):
    """Somebody was faster, or the state has moved on (409)."""

    status = 409
    default = _("情况已经变了，请刷新再看。")


class Invalid(Refused):
    """The input cannot be taken (422); `errors` names the fields."""

    status = 422
    default = _("有地方要改一下。")


class TooMany(Refused):
    """A limit was reached (429)."""

    status = 429
    default = _("太频繁了，请过一会儿再试。")
