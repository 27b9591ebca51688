"""Wagtail knows groups, not our scope: whatever a group still allows, the appointment of today decides."""

from __future__ import annotations

from typing import Any

from wagtail.models import PagePermissionTester

from volunteers.units.rights import Right, has_right


class ScopedPermissionTester(PagePermissionTester):
    """Wagtail's answers, all no unless the user holds the right in the page's unit now.

    `keep` is for pages that only the program makes: nobody deletes, moves, publishes or edits them. A page that is
    out is withdrawn before it is deleted.
    """

    permissions: set[str]

    def __init__(self, user: Any, page: Any, right: Right, *, keep: bool = False) -> None:
        super().__init__(user, page)
        self.keep = keep
        if not user.is_superuser and not (page.unit_id and has_right(user, right, page.unit)):
            self.permissions = set()

    def can_edit(self) -> bool:
        """Not what the program keeps."""
        return bool(not self.keep and super().can_edit())

    def can_publish(self) -> bool:
        """Not what the program keeps."""
        return bool(not self.keep and super().can_publish())

    def can_unpublish(self) -> bool:
        """Not what the program keeps."""
        return bool(not self.keep and super().can_unpublish())

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """Only drafts and what was withdrawn."""
        return bool(not self.keep and not self.page.live and super().can_delete(ignore_bulk))

    def can_move(self) -> bool:
        """A page stays with its unit."""
        return False

    def can_copy(self) -> bool:
        """Not what the program keeps."""
        return bool(not self.keep and super().can_copy())

    def can_set_view_restrictions(self) -> bool:
        """The audience is a field of ours."""
        return False
