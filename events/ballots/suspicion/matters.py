"""What lies aside in the box: grouped by its sign for those who decide, looked for again, and who is behind an entry.

An envelope is quarantined as it is cast (signals.py). The first few of a device are noticed only when more follow, so
the box is looked over again every minute and before it is closed.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.ballots.models import (
    BallotBox,
    Dispute,
    Envelope,
    EnvelopeState,
    PaperBallot,
    QuarantineBatch,
    RollEntry,
    RollKind,
)
from events.ballots.roll.entries import household_key, voter_key
from events.ballots.suspicion.signals import Sign, joined, known
from foundation.actors import Actor
from volunteers.homes.models import HouseholdLink, Resident
from volunteers.units.models import Unit

WORDS = {
    Sign.DEVICE: gettext_lazy("一台设备上投了很多人的票"),
    Sign.BURST: gettext_lazy("同一个网络十分钟里扎堆投"),
    Sign.NIGHT: gettext_lazy("深夜投的"),
    Sign.FRESH: gettext_lazy("名册冻结前刚确认的居民"),
    Sign.BARE: gettext_lazy("浏览器不留标记"),
    Sign.DESK: gettext_lazy("一位工作人员一小时里开了很多张凭条"),
    Sign.DISPUTE: gettext_lazy("本人说不是自己投的"),
}
DEVICE, NETWORK = "d", "n"


def words_of(codes: str) -> str:
    """The signs of an envelope in words; without any it lies aside only since its voter had asked about it."""
    noticed = known(codes)
    return "、".join(str(WORDS[sign]) for sign in Sign if sign in noticed) or _("本人问过，已经核实")


def newest_box() -> BallotBox | None:
    """The box whose roll was frozen last, with its campaign and rules; one query."""
    frozen = BallotBox.objects.filter(roll_frozen_at__isnull=False)
    return frozen.select_related("campaign__rules", "campaign__unit").order_by("-roll_frozen_at").first()


def locked_box(box_id: int) -> BallotBox:
    """The box, locked against everybody else who decides about its envelopes; casting goes on beside it."""
    rows = BallotBox.objects.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=box_id)


# -- groups --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Group:
    """Envelopes that lie aside for one sign: of one device, or of one network. Whose they are is not known here."""

    key: str
    label: str = ""
    count: int = 0
    first_at: dt.datetime | None = None
    last_at: dt.datetime | None = None
    signs: set[Sign] = field(default_factory=set)
    places: Counter[str] = field(default_factory=Counter)

    @property
    def words(self) -> str:
        """What was noticed."""
        return words_of(joined(self.signs))

    @property
    def where(self) -> str:
        """桂花社区 12 · 月桂社区 32."""
        return " · ".join(f"{name} {count}" for name, count in sorted(self.places.items()))

    def take(self, row: dict[str, Any]) -> None:
        """Count a row of the grouped query in."""
        self.count += row["n"]
        self.first_at = min(self.first_at or row["first_at"], row["first_at"])
        self.last_at = max(self.last_at or row["last_at"], row["last_at"])
        self.signs |= known(row["signals"])
        self.places[row["community__name"]] += row["n"]


def waiting(user: Actor) -> QuerySet[Envelope]:
    """Quarantined envelopes of the newest box, in the user's units, that nobody has proposed anything for.

    Those that are disputed are talked over one by one.
    """
    newest = BallotBox.objects.filter(roll_frozen_at__isnull=False).order_by("-roll_frozen_at").values("pk")[:1]
    rows = Envelope.objects.visible_to(user).filter(box=Subquery(newest)).quarantined()
    rows = rows.exclude(signals__contains=Sign.DISPUTE.value)
    return rows.exclude(batch__in=QuarantineBatch.objects.proposed())


def groups_of(user: Actor) -> list[Group]:
    """What waits for the user, by device and by network, the oldest first: 设备 A, 设备 B, 网络 C. One query."""
    rows = waiting(user).order_by().values("device_key", "network_key", "signals", "community__name")
    found: dict[str, Group] = {}
    for row in rows.annotate(n=Count("pk"), first_at=Min("cast_at"), last_at=Max("cast_at")):
        key = key_of(row["signals"], row["device_key"], row["network_key"])
        found.setdefault(key, Group(key)).take(row)
    groups = sorted(found.values(), key=lambda one: (one.first_at, one.key))
    for index, group in enumerate(groups):
        kind = _("设备") if group.key.startswith(DEVICE) else _("网络")
        if group.key == f"{NETWORK}.":  # cast at counters, where no network is kept
            kind = _("窗口")
        group.label = f"{kind} {_letters(index)}"
    return groups


def key_of(signals: str, device_key: str, network_key: str) -> str:
    """To which group an envelope belongs."""
    is_device = Sign.DEVICE in known(signals)
    return f"{DEVICE}.{device_key}" if is_device else f"{NETWORK}.{network_key}"


def in_groups(keys: Iterable[str]) -> Q:
    """The envelopes of some groups."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        kind, _dot, digest = key.partition(".")
        by_kind[kind].add(digest)
    is_device = Q(signals__startswith=Sign.DEVICE.value)
    return Q(is_device, device_key__in=by_kind[DEVICE]) | Q(~is_device, network_key__in=by_kind[NETWORK])


def _letters(index: int) -> str:
    """A to Z, then AA."""
    head, last = divmod(index, 26)
    return (_letters(head - 1) if head else "") + chr(ord("A") + last)


# -- looking again -------------------------------------------------------------------------------------------------


def crowded(box: BallotBox) -> list[tuple[str, str]]:
    """Devices, and kinds of entries, with more envelopes than one device may have. Read from an index."""
    rows = Envelope.objects.filter(box=box).exclude(device_key="").order_by()
    many = {"n__gt": settings.BALLOT_DEVICE_MOST}
    devices = list(rows.values_list("device_key").annotate(n=Count("pk")).filter(**many))
    if not devices:
        return []
    rows = rows.filter(device_key__in=[key for key, _n in devices])
    return [
        (key, kind) for key, kind, _n in rows.values_list("device_key", "kind").annotate(n=Count("pk")).filter(**many)
    ]


def look_again(box: BallotBox) -> int:
    """Put the earlier envelopes of crowded devices aside too; returns how many. Running it again changes nothing."""
    if box.closed_at is not None:
        return 0
    sealed = Envelope.objects.filter(box=box, state=EnvelopeState.SEALED)
    of_these = Q(pk__in=[])
    for device_key, kind in crowded(box):
        of_these |= Q(device_key=device_key, kind=kind)
    if not sealed.filter(of_these).exists():
        return 0
    with transaction.atomic():
        if locked_box(box.pk).closed_at is not None:
            return 0
        rows = list(sealed.filter(of_these).select_for_update().order_by("pk").values_list("pk", "signals"))
        by_codes: dict[str, list[int]] = defaultdict(list)
        for pk, codes in rows:
            by_codes[joined(known(codes) | {Sign.DEVICE})].append(pk)
        for codes, keys in by_codes.items():
            sealed.filter(pk__in=keys).update(state=EnvelopeState.QUARANTINED, signals=codes, batch=None)
    return len(rows)


def look_at_open_boxes() -> int:
    """Every box that is not closed."""
    boxes = BallotBox.objects.filter(roll_frozen_at__isnull=False, closed_at__isnull=True)
    return sum(look_again(box) for box in boxes)


def open_matters(box: BallotBox) -> list[str]:
    """What keeps the box from being closed, in sentences: nothing is left undecided when it is opened."""
    look_again(box)
    aside = Envelope.objects.filter(box=box).quarantined()
    disputes = Dispute.objects.open().filter(entry__box=box).count()
    papers = PaperBallot.objects.half_keyed().filter(run__box=box).count()
    counted = (
        (_("还有 %(n)d 张待核的选票没有决定。"), aside.exclude(signals__contains=Sign.DISPUTE.value).count()),
        (_("还有 %(n)d 件“不是我投的”没有核实完。"), disputes),
        (_("还有 %(n)d 张纸质票没有两个人录成一样。录不成的，在“印过的批次”里两个人定了另外收好。"), papers),
    )
    return [words % {"n": n} for words, n in counted if n]


# -- who is behind an entry ----------------------------------------------------------------------------------------


def people_behind(box: BallotBox, entries: Iterable[RollEntry]) -> dict[int, list[int]]:
    """Keys of the persons whom some entries stand for, by the key of the entry, found by making their digests anew.

    Looked for among those who live in the neighbourhoods of the entries; who has moved away is not found. Two queries.
    """
    wanted = {(entry.kind, entry.voter_key): entry.pk for entry in entries}
    places = {entry.neighbourhood_id for entry in entries}
    found: dict[int, list[int]] = {}
    residents = Resident.objects.filter(neighbourhood_id__in=places).values_list("person_id", "household_id", "state")
    homes: dict[int, list[int]] = defaultdict(list)
    for person_id, household_id, state in residents:
        if pk := wanted.get((RollKind.VOTER, voter_key(box, person_id))):
            found[pk] = [person_id]
        if household_id and state == "confirmed":
            homes[household_id].append(person_id)
    for household_id in set(
        HouseholdLink.objects.filter(neighbourhood_id__in=places).values_list("household_id", flat=True)
    ):
        if pk := wanted.get((RollKind.HOUSEHOLD, household_key(box, household_id))):
            found[pk] = homes[household_id]
    return found


def unit_to_decide_in(user_paths: Iterable[str], community: Unit) -> Unit | None:
    """The highest of the user's units that a community lies in."""
    paths = sorted(path for path in user_paths if community.path.startswith(path))
    return Unit.objects.filter(path=paths[0]).first() if paths else None
