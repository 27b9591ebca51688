"""Party organisations follow changes of the tree."""

from __future__ import annotations

import uuid

from tests.structure.conftest import THE_1ST, THE_30TH, Travel, Village, approved, travel, village
from volunteers.orgs.models import PartyLevel, PartyLink
from volunteers.orgs.party import create_party_org
from volunteers.orgs.selectors import units_without_party
from volunteers.structure import services
from volunteers.structure.touches import touched_by
from volunteers.units.models import Level, Unit

__all__ = ["travel", "village"]


def test_what_covered_a_merged_unit_covers_the_one_that_goes_on(village: Village, travel: Travel) -> None:
    cast, (_first, second, third) = village.cast, village.groups
    committee = create_party_org(
        uid=uuid.uuid4(), level=PartyLevel.COMMITTEE, name="青禾街道党工委", unit=cast.street, parent=None,
        acting_user=cast.street_clerk,
    )  # fmt: skip
    group = create_party_org(
        uid=uuid.uuid4(), level=PartyLevel.PARTY_GROUP, name="第3党小组", unit=third, parent=committee,
        acting_user=cast.street_clerk,
    )  # fmt: skip
    assert second in units_without_party([cast.area.path])
    plan = {"units": [str(second.uid), str(third.uid)], "into": str(second.uid)}
    change = approved("merge", second, plan, cast)
    assert any(touch.kind == "party" and touch.count == 1 for touch in touched_by(change))
    travel(THE_1ST)
    services.enter_due()
    group.refresh_from_db()
    assert group.unit == second
    assert second not in units_without_party([cast.area.path])
    assert PartyLink.objects.get(unit=third).ends_on == THE_30TH
    assert PartyLink.objects.get(unit=second).starts_on == THE_1ST


def test_a_unit_split_off_shows_as_a_gap(village: Village, travel: Travel) -> None:
    cast = village.cast
    create_party_org(
        uid=uuid.uuid4(), level=PartyLevel.COMMITTEE, name="青禾街道党工委", unit=cast.street, parent=None,
        covers=[cast.street, cast.area], acting_user=cast.street_clerk,
    )  # fmt: skip
    approved("split", cast.area, village.split_plan(), cast)
    travel(THE_1ST)
    services.enter_due()
    new = Unit.objects.get(name="第2片区", level=Level.AREA, path__startswith=cast.community.path)
    missing = set(units_without_party([cast.community.path]))
    assert new in missing
    assert cast.area not in missing
