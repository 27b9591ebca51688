"""The roll: who may vote, and which households are asked; made and frozen at the instant at which voting opens.

An entry knows nobody by name. Its key is an HMAC-SHA-256 of the person (of the household) under the box's own secret,
so that the rolls of two campaigns cannot be laid side by side. `roll_hash` is the SHA-256 of the lines

    <kind> <voter_key> <uid of the neighbourhood>\n

of all entries, sorted as bytes, with `kind` voter or household, the key in 64 lower-case hex digits and the uid in its
usual form with dashes. What is changed afterwards in who lives where changes nothing any more.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.ballots.models import BallotBox, RollCount, RollEntry, RollKind, TurnoutShard
from events.ballots.moments import BEFORE
from events.campaigns.models import Campaign, Nomination, StreetQuota
from foundation import audit, clock, secrets
from foundation.actors import SYSTEM, Actor
from foundation.errors import Conflict
from volunteers.homes.models import HouseholdLink, Resident, is_old_enough
from volunteers.units.models import LEVELS, Level, Unit
from volunteers.units.rights import Right, require

BATCH = 5_000
_COLUMNS = ("box_id", "kind", "voter_key", "neighbourhood_id", "community_id", "street_id", "about_id", "bound_at")


def _aad(campaign_id: int) -> str:
    return f"ballots_ballotbox|voter_secret|{campaign_id}"


def make_box(campaign: Campaign) -> BallotBox:
    """The box of a campaign, made at the first call, with a secret of its own for the roll."""
    found = BallotBox.objects.filter(campaign=campaign).first()
    if found is None:
        sealed = secrets.encrypt(os.urandom(32).hex(), aad=_aad(campaign.pk))
        found, _made = BallotBox.objects.get_or_create(campaign=campaign, defaults={"voter_secret": sealed})
    return found


@lru_cache(maxsize=16)
def _opened(sealed: str, campaign_id: int) -> bytes:
    return bytes.fromhex(secrets.decrypt(sealed, aad=_aad(campaign_id)))


def voter_secret(box: BallotBox) -> bytes:
    """The 32 bytes under which people become keys of this box; `secrets.Unavailable` without the server's own key."""
    return _opened(box.voter_secret, box.pk)


def _key(box: BallotBox, subject: str) -> str:
    return hmac.digest(voter_secret(box), subject.encode(), "sha256").hex()


def voter_key(box: BallotBox, person: Any) -> str:
    """What stands for a person (row or key) on this roll and on no other."""
    return _key(box, f"voter|{getattr(person, 'pk', person)}")


def household_key(box: BallotBox, household: Any) -> str:
    """What stands for a household (row or key) on this roll and on no other."""
    return _key(box, f"household|{getattr(household, 'pk', household)}")


def entry_of(box: BallotBox, person: Any) -> RollEntry | None:
    """A person's entry; None for whoever is not on the frozen roll."""
    key = voter_key(box, person)
    return RollEntry.objects.filter(box=box, kind=RollKind.VOTER, voter_key=key).first()


def household_entry_of(box: BallotBox, household: Any) -> RollEntry | None:
    """A household's entry; None for one that is not asked."""
    key = household_key(box, household)
    return RollEntry.objects.filter(box=box, kind=RollKind.HOUSEHOLD, voter_key=key).first()


@transaction.atomic
def freeze_roll(*, campaign: Campaign, acting_user: Actor) -> BallotBox:
    """Propose that the roll is frozen as voting opens; called by a second person, confirm it.

    Who may: KEEP_BOX in the district. Confirmed already is the same answer. Raises `Denied`, `Conflict` for the one
    who proposed it, and once voting is open.
    """
    require(acting_user, Right.KEEP_BOX, campaign.unit)
    make_box(campaign)
    box = BallotBox.objects.select_for_update().get(pk=campaign.pk)
    if box.roll_confirmed_at is not None:
        return box
    if campaign.state not in BEFORE:
        raise Conflict(_("现在还不能冻结名册，或者已经开始投票了。"))
    if box.roll_proposed_by_id is None:
        act, box.roll_proposed_by_id, box.roll_proposed_at = "roll.propose", acting_user.pk, clock.now()
    elif box.roll_proposed_by_id == acting_user.pk:
        raise Conflict(_("您已经提出了，请另一位同事来确认。"))
    else:
        act, box.roll_confirmed_by_id, box.roll_confirmed_at = "roll.confirm", acting_user.pk, clock.now()
    box.save(
        update_fields=["roll_proposed_by", "roll_proposed_at", "roll_confirmed_by", "roll_confirmed_at"],
    )
    audit.record(actor=acting_user, act=act, obj=box, unit_id=campaign.unit_id)
    return box


def why_not_yet(campaign: Campaign) -> str:
    """Why voting cannot open yet; empty when two persons agreed on the roll and there is a key to seal with."""
    box = BallotBox.objects.filter(campaign=campaign).only("roll_confirmed_at", "public_key").first()
    if box is None or box.roll_confirmed_at is None:
        return _("选民名册还没有由两位同事确认冻结。")
    if box.public_key is None:
        return _("票箱的钥匙还没有做好。")
    return ""


def progress_of(box: BallotBox) -> tuple[int, int] | None:
    """How many entries of how many are made, while the roll is being made; what another process says, if it can."""
    found: tuple[int, int] | None = cache.get(f"roll:{box.pk}")
    return found


@dataclass(slots=True)
class _Making:
    """One roll as it is made: where neighbourhoods lie, the lines to be hashed, the counts."""

    box: BallotBox
    places: dict[int, tuple[str, int, int]]
    total: int
    lines: list[bytes] = field(default_factory=list)
    counts: Counter[tuple[str, int, int]] = field(default_factory=Counter)

    def entry(self, kind: RollKind, key: str, neighbourhood_id: int, about: Any, bound_at: Any) -> tuple[Any, ...]:
        """The values of a row, in the order of the columns."""
        uid, community_id, street_id = self.places[neighbourhood_id]
        self.lines.append(f"{kind.value} {key} {uid}\n".encode())
        self.counts[kind.value, community_id, street_id] += 1
        return (self.box.pk, kind.value, key, neighbourhood_id, community_id, street_id, about, bound_at)

    def tell(self) -> None:
        """How far it is."""
        cache.set(f"roll:{self.box.pk}", (len(self.lines), max(self.total, len(self.lines))), timeout=600)


def _places(campaign: Campaign) -> dict[int, tuple[str, int, int]]:
    """Of every neighbourhood of the district: its uid, and the keys of its community and street."""
    units = list(Unit.objects.filter(path__startswith=campaign.unit.path).values_list("pk", "path", "uid", "level"))
    by_path = {path: pk for pk, path, _uid, _level in units}
    community, street = (Unit.steplen * (LEVELS.index(level) + 1) for level in (Level.COMMUNITY, Level.STREET))
    return {
        pk: (str(uid), by_path[path[:community]], by_path[path[:street]])
        for pk, path, uid, level in units
        if level == Level.NEIGHBOURHOOD
    }


def residents_of(campaign: Campaign) -> Any:
    """Confirmed, still here, not erased; those younger than fourteen are left out one by one."""
    rows = Resident.objects.living().filter(neighbourhood__path__startswith=campaign.unit.path)
    return rows.filter(person__erased_at__isnull=True)


def _voters(making: _Making, campaign: Campaign, at: Any) -> Iterator[tuple[Any, ...]]:
    on = timezone.localdate(at)
    rows = residents_of(campaign).order_by("pk")
    columns = rows.values_list("person_id", "neighbourhood_id", "confirmed_at", "person__born_on")
    for person_id, neighbourhood_id, confirmed_at, born_on in columns.iterator(BATCH):
        if is_old_enough(born_on, on):
            key = voter_key(making.box, person_id)
            yield making.entry(RollKind.VOTER, key, neighbourhood_id, None, confirmed_at)


def _households(making: _Making, campaign: Campaign, at: Any) -> Iterator[tuple[Any, ...]]:
    """Each household once, asked about the candidate who was put forward first in its neighbourhood; not the one the
    candidate lives in.
    """
    about: dict[int, tuple[Any, int]] = {}
    candidates = Nomination.objects.candidates().filter(campaign=campaign).order_by("nominated_at", "pk")
    for uid, person_id, neighbourhood_id in candidates.values_list("pk", "person_id", "neighbourhood_id"):
        about.setdefault(neighbourhood_id, (uid, person_id))
    asked_about = [person_id for _uid, person_id in about.values()]
    theirs = Resident.objects.living().filter(person_id__in=asked_about, household__isnull=False)
    own = set(theirs.values_list("household_id", "person_id"))
    links = HouseholdLink.objects.active(timezone.localdate(at)).filter(neighbourhood_id__in=about)
    for household_id, neighbourhood_id in links.order_by("pk").values_list("household_id", "neighbourhood_id"):
        uid, person_id = about[neighbourhood_id]
        if (household_id, person_id) in own:
            continue
        key = household_key(making.box, household_id)
        yield making.entry(RollKind.HOUSEHOLD, key, neighbourhood_id, uid, None)


def _store(rows: list[tuple[Any, ...]]) -> None:
    """A batch of entries; COPY where there is one."""
    if connection.vendor == "postgresql":
        statement = f"COPY {RollEntry._meta.db_table} ({', '.join(_COLUMNS)}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    else:
        RollEntry.objects.bulk_create(RollEntry(**dict(zip(_COLUMNS, row, strict=True))) for row in rows)


def _in_batches(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    batch: list[tuple[Any, ...]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _constraints(when: str) -> None:
    """References are checked batch by batch: at the commit, two million of them would outlast its time limit."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS ALL {when}")


@transaction.atomic
def make_roll(campaign: Campaign, at: dt.datetime | None = None) -> BallotBox:
    """Make and freeze the roll, as it is now: entries, counts, hash, the electorate of every street. Twice is once.

    Run inside the transaction in which voting opens, so that nothing lies between the two; a crash leaves nothing.
    `at` is the instant that is noted, the database's own unless told. Afterwards the database itself lets nobody in.
    """
    box = BallotBox.objects.select_for_update().get(pk=campaign.pk)
    if box.roll_frozen_at is not None:
        return box
    at = at or clock.now()
    making = _Making(box, _places(campaign), residents_of(campaign).count())
    _constraints("IMMEDIATE")
    for batch in _in_batches(chain(_voters(making, campaign, at), _households(making, campaign, at))):
        _store(batch)
        making.tell()
    _constraints("DEFERRED")
    _count(making, campaign)
    making.lines.sort()
    box.roll_hash = hashlib.sha256(b"".join(making.lines)).hexdigest()
    box.roll_count = sum(n for (kind, _c, _s), n in making.counts.items() if kind == RollKind.VOTER)
    box.roll_frozen_at = at
    box.save(update_fields=["roll_hash", "roll_count", "roll_frozen_at"])
    data = {"entries": len(making.lines), "roll_hash": box.roll_hash}
    audit.record(actor=SYSTEM, act="roll.freeze", obj=box, unit_id=campaign.unit_id, data=data)
    cache.delete(f"roll:{box.pk}")
    return box


def _count(making: _Making, campaign: Campaign) -> None:
    """What is counted once: entries of a community, voters of a street; and the empty shards of the turnout."""
    counts = [
        RollCount(box=making.box, kind=kind, community_id=community_id, street_id=street_id, count=count)
        for (kind, community_id, street_id), count in sorted(making.counts.items())
    ]
    RollCount.objects.bulk_create(counts)
    TurnoutShard.objects.bulk_create(
        TurnoutShard(box=making.box, kind=row.kind, community_id=row.community_id, shard=shard)
        for row in counts
        for shard in range(TurnoutShard.SHARDS)
    )
    voters: Counter[int] = Counter()
    for (kind, _community_id, street_id), count in making.counts.items():
        voters[street_id] += count if kind == RollKind.VOTER else 0
    quotas = list(StreetQuota.objects.filter(campaign=campaign))
    for quota in quotas:
        quota.electorate_count = voters[quota.street_id]
    StreetQuota.objects.bulk_update(quotas, ["electorate_count"])
