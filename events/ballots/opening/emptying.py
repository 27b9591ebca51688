"""Emptying a closed box: the root over its envelopes, and later all of them opened, shuffled and written at once.

What an envelope held is known to the memory of one process only, until the one transaction that writes all ballots in
random order and destroys every link (rule R14). Killed before its commit, it has written nothing.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection, models, transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from events.ballots import merkle
from events.ballots.models import (
    IN_THE_BOX,
    Ballot,
    BallotBox,
    BroughtShare,
    Custodian,
    Envelope,
    EnvelopeState,
    OpinionAnswer,
    PaperBallot,
    PaperKeying,
    RollKind,
)
from events.ballots.opening.keys import destroy_keys
from events.ballots.opening.steps import Halted, Name, advance, begin, finish, hold_counting
from events.ballots.sealing import Unreadable, open_envelope
from events.campaigns.models import Nomination
from foundation import audit, clock, failpoints
from foundation.actors import SYSTEM

BATCH = 2_000
Tell = Callable[[str, int, int], None]
"""Hears the name of a step, how many are done, of how many."""


def _envelopes(box: BallotBox) -> models.QuerySet[Envelope]:
    return Envelope.objects.filter(box=box, state__in=IN_THE_BOX)


def _in_batches(box: BallotBox, *columns: str) -> Iterator[list[Any]]:
    """The envelopes in the box, by key and not by cursor, so that no statement and no snapshot is long."""
    last = 0
    while rows := list(_envelopes(box).filter(pk__gt=last).order_by("pk").values_list("pk", *columns)[:BATCH]):
        yield rows
        last = rows[-1][0]


# -- the root ----------------------------------------------------------------------------------------------------------


def make_root(box: BallotBox, tell: Tell) -> None:
    """Sort the hashes of all envelopes in the box, publish their root, and count what was cast, changed and voided.

    Hashes are made from what lies in the box, not from what a column says, so that a receipt finds a changed envelope.
    """
    if Envelope.objects.filter(box=box, state=EnvelopeState.QUARANTINED).exists():
        raise Halted(_("还有待核的选票，没有人决定。"))
    step = begin(box, Name.ROOT, _envelopes(box).count())
    hashes: list[bytes] = []
    for rows in _in_batches(box, "ciphertext"):
        hashes += [hashlib.sha256(bytes(ciphertext)).digest() for _pk, ciphertext in rows]
        advance(step, len(hashes))
        tell(Name.ROOT, len(hashes), step.total_count)
        failpoints.hit("opening.root_half")
    root = merkle.root_of(hashes).hex()
    with transaction.atomic():
        _long_statements()
        if not hold_counting(box):
            return
        columns = {"root": root, "hashes": b"".join(sorted(hashes)), **_cast_counts(box)}
        if BallotBox.objects.filter(pk=box.pk, root="").update(**columns):
            finish(step, len(hashes))
            data = {"root": root, "envelopes": len(hashes)}
            audit.record(actor=SYSTEM, act="box.root", obj=box, unit_id=box.campaign.unit_id, data=data)
        failpoints.hit("opening.root_written")


def _cast_counts(box: BallotBox) -> dict[str, int]:
    """Every sending counts as cast: an envelope as often as it was put in. Invalid paper was never an envelope."""
    found = Envelope.objects.filter(box=box).aggregate(
        envelopes=Count("pk"), replaced=Sum("replaced_count"), voided=Count("pk", filter=Q(state="voided"))
    )
    replaced = found["replaced"] or 0
    return {
        "cast_count": found["envelopes"] + replaced, "replaced_count": replaced, "voided_count": found["voided"],
        "invalid_paper_count": PaperBallot.objects.filter(run__box=box, state=PaperBallot.State.INVALID).count(),
    }  # fmt: skip


# -- opening -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Contents:
    """What was in the box, apart from who put it there."""

    ballots: list[str] = field(default_factory=list)
    opinions: list[tuple[uuid.UUID, int]] = field(default_factory=list)
    spoilt: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def shuffle(self) -> None:
        """By the operating system's randomness, so that no order of theirs tells anything."""
        random = secrets.SystemRandom()
        random.shuffle(self.ballots)
        random.shuffle(self.opinions)


@dataclass(slots=True)
class Reader:
    """Opens envelopes of one box with its key; what is no proper ballot of the campaign is spoilt and stops nothing."""

    box: BallotBox
    key: ec.EllipticCurvePrivateKey
    most: int
    known: dict[uuid.UUID, str]
    contents: Contents = field(default_factory=Contents)

    def read(self, ciphertext: bytes, kind: str, about: uuid.UUID | None) -> None:
        """Open one."""
        self.contents.hashes.append(hashlib.sha256(ciphertext).digest())
        try:
            paper = open_envelope(self.box.campaign.uid, self.key, ciphertext)
        except Unreadable:
            self.contents.spoilt += 1
            return
        if kind == RollKind.HOUSEHOLD and paper.step and paper.choices == (about,):
            self.contents.opinions.append((paper.choices[0], paper.step))
        elif kind == RollKind.VOTER and not paper.step and self._is_allowed(paper.choices):
            self.contents.ballots.append(",".join(self.known[one] for one in paper.choices))
        else:
            self.contents.spoilt += 1

    def _is_allowed(self, choices: tuple[uuid.UUID, ...]) -> bool:
        return len(choices) <= self.most and all(one in self.known for one in choices)


def reader_of(box: BallotBox, key: ec.EllipticCurvePrivateKey) -> Reader:
    """A reader that knows who stood on the ballot, whatever became of them since."""
    campaign = box.campaign
    stood = Nomination.objects.filter(Q(lot__isnull=False) | Q(state="candidate"), campaign=campaign)
    known = {uid: uid.hex for uid in stood.values_list("pk", flat=True)}
    return Reader(box, key, campaign.rules.max_choices, known)


def empty(box: BallotBox, key: ec.EllipticCurvePrivateKey, tell: Tell) -> bool:
    """Open every envelope in memory, then write all ballots and destroy every link in one transaction.

    False, and nothing is written, when the campaign was suspended or ended meanwhile. Raises `Halted`, and writes
    nothing, when what lies in the box is not what the published root stands for.
    """
    published = bytes(BallotBox.objects.filter(pk=box.pk).values_list("hashes", flat=True).get() or b"")
    step = begin(box, Name.OPEN, len(published) // merkle.WIDTH)
    reader = reader_of(box, key)
    for rows in _in_batches(box, "ciphertext", "kind", "entry__about_id"):
        for _pk, ciphertext, kind, about in rows:
            reader.read(bytes(ciphertext), kind, about)
        advance(step, len(reader.contents.hashes))
        tell(Name.OPEN, len(reader.contents.hashes), step.total_count)
        failpoints.hit("opening.open_half")
    contents = reader.contents
    if b"".join(sorted(contents.hashes)) != published and not _is_opened(box):
        raise Halted(_("箱子里的信封和封箱时公布的指纹对不上，没有拆。"))
    contents.hashes = []
    contents.shuffle()
    with transaction.atomic():
        _long_statements()
        if not hold_counting(box):
            return False
        held = BallotBox.objects.select_for_update(of=("self",), no_key=True).get(pk=box.pk)
        if held.opened_at is None:
            _write(held, contents)
            finish(step, step.total_count)
        failpoints.hit("opening.open_destroyed")
    return True


def _is_opened(box: BallotBox) -> bool:
    return BallotBox.objects.filter(pk=box.pk, opened_at__isnull=False).exists()


def _write(box: BallotBox, contents: Contents) -> None:
    _store(Ballot, ("id", "box_id", "choices"), ((uuid.uuid4(), box.pk, one) for one in contents.ballots))
    opinions = ((uuid.uuid4(), box.pk, about, step) for about, step in contents.opinions)
    _store(OpinionAnswer, ("id", "box_id", "nomination", "step"), opinions)
    failpoints.hit("opening.open_written")
    PaperBallot.objects.filter(envelope__box=box).update(envelope=None)
    left = Envelope.objects.filter(box=box)
    left._raw_delete(left.db)
    destroy_keys(box)
    box.counted_count = len(contents.ballots) + len(contents.opinions)
    box.spoilt_count, box.opened_at = contents.spoilt, clock.now()
    if box.counted_count + box.spoilt_count + box.voided_count + box.replaced_count != box.cast_count:
        raise Halted(_("数目对不上：计入、作废、改过加起来不等于投出。没有拆。"))
    box.save(update_fields=["counted_count", "spoilt_count", "opened_at"])
    data = {"counted": box.counted_count, "spoilt": box.spoilt_count}
    audit.record(actor=SYSTEM, act="box.open", obj=box, unit_id=box.campaign.unit_id, data=data)


def _store(model: type[models.Model], columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """In the order given; COPY where there is one."""
    if connection.vendor == "postgresql":
        statement = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    else:
        made = (model(**dict(zip(columns, row, strict=True))) for row in rows)
        model._default_manager.bulk_create(made, batch_size=200)


def _long_statements() -> None:
    """This one transaction may take minutes at full size, wherever it runs."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '15min'")
            cursor.execute("SET LOCAL lock_timeout = '15min'")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '15min'")


# -- afterwards --------------------------------------------------------------------------------------------------------


def check_numbers(box: BallotBox, tell: Tell) -> None:
    """Count once more what was written, and that nothing is left that could link or open. Raises `Halted`."""
    step = begin(box, Name.PUBLISH)
    counted = box.ballots.count() + box.opinions.count()
    hashes = bytes(BallotBox.objects.filter(pk=box.pk).values_list("hashes", flat=True).get() or b"")
    left = Envelope.objects.filter(box=box).exists() or box.private_key is not None
    if counted != box.counted_count or len(hashes) != merkle.WIDTH * (counted + box.spoilt_count) or left:
        raise Halted(_("拆封以后的数目和公布的指纹对不上。"))
    with transaction.atomic():
        finish(step, counted)
        audit.record(actor=SYSTEM, act="box.publish", obj=box, unit_id=box.campaign.unit_id, data={"counted": counted})
    tell(Name.PUBLISH, counted, counted)


def sweep() -> None:
    """Have PostgreSQL clear away what was deleted and wiped now rather than some time; owner of the tables only.

    Other roles are only warned; docs/voting.md says what remains on the disk, and until when.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '15min'")
        cursor.execute("SET lock_timeout = '15min'")  # another worker may be sweeping the same table
        try:
            for model in (Envelope, PaperKeying, BroughtShare, Custodian, BallotBox):
                cursor.execute(f"VACUUM {model._meta.db_table}")
        finally:
            cursor.execute("RESET statement_timeout")
            cursor.execute("RESET lock_timeout")
