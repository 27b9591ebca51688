"""Who may enter the console: decided by current appointments at every request, never by a stored flag."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.db.models import Model

from foundation import clock, statements
from volunteers.accounts.models import User
from volunteers.units.rights import HELD, Right, paths_where, remember_grants

CONSOLE_PERMISSION = "wagtailadmin.access_admin"


_WITH_ROLES = (
    "LEFT JOIN units_appointment AS a ON a.person_id = accounts_user.person_id "
    f"AND {HELD} LEFT JOIN units_unit AS u ON u.id = a.unit_id WHERE accounts_user.id = %(id)s ORDER BY u.path"
)


class AccountBackend(ModelBackend):
    """Whom a session belongs to and what they are today, asked together at every request."""

    def get_user(self, user_id: int) -> User | None:
        """The account, if it is in use."""
        values = {"id": user_id, "today": clock.today().isoformat()}
        rows = statements.fetch(User, _WITH_ROLES, values, more=["a.role", "a.unit_id", "u.path"])
        if not rows or not self.user_can_authenticate(rows[0][0]):
            return None
        user = rows[0][0]
        remember_grants(user, (held for _same, held in rows if held[0]))
        return user


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
