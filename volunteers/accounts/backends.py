"""Who may enter the console: decided by current appointments at every request, never by a stored flag."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.db.models import Model

from foundation import statements
from volunteers.accounts.models import User
from volunteers.units.rights import Right, paths_where

CONSOLE_PERMISSION = "wagtailadmin.access_admin"


class AccountBackend(ModelBackend):
    """Whom a session belongs to, asked at every request."""

    def get_user(self, user_id: int) -> User | None:
        """The account, if it is in use."""
        rows = statements.fetch(User, "WHERE id = %s", [user_id])
        return rows[0][0] if rows and self.user_can_authenticate(rows[0][0]) else None


class AppointmentBackend(BaseBackend):
    """Grants Wagtail's entrance permission to whoever currently holds a staff role."""

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        """Only the console's entrance; everything inside asks `has_right` for the unit at hand."""
        if perm != CONSOLE_PERMISSION or not isinstance(user_obj, User) or not user_obj.is_active:
            return False
        return bool(paths_where(user_obj, Right.USE_CONSOLE))

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        """As `has_perm`, for callers that ask for the list."""
        return {CONSOLE_PERMISSION} if self.has_perm(user_obj, CONSOLE_PERMISSION) else set()
