"""What the page of a change shows: the picture, what is touched, which steps are open to whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from foundation.actors import Actor
from volunteers.structure.models import ChangeState, StructureChange
from volunteers.structure.pictures import Picture, picture_of
from volunteers.structure.planning import Misfit
from volunteers.structure.services import may_approve, may_draft
from volunteers.structure.touches import Touch, touched_by
from volunteers.units.rights import Right, has_right


@dataclass(slots=True)
class ChangePage:
    """Everything but the forms."""

    picture: Picture
    misfit: str = ""
    touches: list[Touch] = field(default_factory=list)
    may_edit: bool = False
    may_consult: bool = False
    may_approve: bool = False
    may_withdraw: bool = False
    needs_another: bool = False

    @property
    def sides(self) -> list[tuple[str, list[Any]]]:
        """The two pictures; nothing when there is none."""
        return [(name, self.picture[name]) for name in ("before", "after")] if self.picture else []


def change_page(change: StructureChange, user: Actor) -> ChangePage:
    """The page of one change for one reader. A draft is drawn as the tree is now, a decided one as it was decided."""
    open_ = change.state in {ChangeState.DRAFT, ChangeState.CONSULTED}
    shown = ChangePage(change.picture)
    if change.is_open:
        try:
            shown.picture = picture_of(change)
        except Misfit as misfit:
            shown.misfit = str(misfit.message)
        shown.touches = touched_by(change)
    drafts = may_draft(user, change)
    shown.may_edit = shown.may_consult = open_ and drafts
    waits = change.state == ChangeState.CONSULTED
    shown.may_approve = waits and may_approve(user, change)
    shown.needs_another = waits and not shown.may_approve
    approved = change.state == ChangeState.APPROVED
    shown.may_withdraw = (open_ and drafts) or (approved and has_right(user, Right.APPROVE_STRUCTURE, change.scope))
    return shown
