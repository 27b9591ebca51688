"""Receipts: in groups of four, as a QR code, as a picture to keep; and whether an envelope is in the box.

A receipt is the beginning of the hash of the envelope. It proves that the envelope is there, and tells nothing of what
is in it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from enum import StrEnum

import segno
from PIL import Image, ImageDraw, ImageFont

from events.ballots.merkle import range_of, tree_of
from events.ballots.models import IN_THE_BOX, BallotBox, Envelope, EnvelopeState, RollEntry
from events.ballots.sealing import receipt_of
from events.ballots.suspicion.signals import Sign, known

_WIDTH, _MARGIN, _LETTERS = 640, 40, 56
_LIES_THERE = (*IN_THE_BOX, EnvelopeState.QUARANTINED)


class Where(StrEnum):
    """What can be said of a receipt."""

    IN_BOX = "in_box"
    PROVED = "proved"
    NOT_THERE = "not_there"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a code; once the root is published also the hashes that lead up to it, from below."""

    where: Where
    sha256: str = ""
    steps: list[tuple[str, str]] = field(default_factory=list)


class Voided(StrEnum):
    """Why what was cast is in the box no more."""

    PAPER = "paper"
    BATCH = "batch"
    DISPUTE = "dispute"
    HANDED_BACK = "handed_back"


def why_voided(envelope: Envelope, entry: RollEntry) -> Voided:
    """Of an envelope that is void. No query."""
    if entry.channel == RollEntry.Channel.PAPER:
        return Voided.PAPER
    if envelope.batch_id is not None:
        return Voided.BATCH
    return Voided.DISPUTE if Sign.DISPUTE in known(envelope.signals) else Voided.HANDED_BACK


def grouped(receipt: str) -> str:
    """7K3D 92QF 4MXA."""
    return " ".join(receipt[at : at + 4] for at in range(0, len(receipt), 4))


def find(box: BallotBox, code: str) -> Found:
    """Whether the envelope of a receipt is in the box: by the published list as soon as there is one."""
    ends = range_of(code)
    if ends is None:
        return Found(Where.UNREADABLE)
    if box.root:
        tree = tree_of(box.pk, box.root)
        one = tree.find(code)
        if one is None:
            return Found(Where.NOT_THERE)
        return Found(Where.PROVED, one.hex(), [(side, other.hex()) for side, other in tree.proof(one)])
    rows = Envelope.objects.filter(box=box, sha256__gte=ends[0].hex(), sha256__lte=ends[1].hex())
    sha256 = rows.filter(state__in=_LIES_THERE).values_list("sha256", flat=True).first()
    return Found(Where.IN_BOX, sha256) if sha256 else Found(Where.NOT_THERE)


def picture(envelope: Envelope, address: str) -> bytes:
    """A PNG to keep: the QR code that leads to the check, and the receipt in large letters."""
    symbol = io.BytesIO()
    segno.make(address, micro=False, error="m").save(symbol, kind="png", scale=12, border=2)
    code = (
        Image.open(symbol).convert("L").resize((_WIDTH - 2 * _MARGIN, _WIDTH - 2 * _MARGIN), Image.Resampling.NEAREST)
    )
    sheet = Image.new("L", (_WIDTH, _WIDTH + 2 * _LETTERS), 255)
    sheet.paste(code, (_MARGIN, _MARGIN))
    words, font = grouped(receipt_of(envelope.sha256)), ImageFont.load_default(size=_LETTERS)
    left = (_WIDTH - ImageDraw.Draw(sheet).textlength(words, font=font)) / 2
    ImageDraw.Draw(sheet).text((left, _WIDTH), words, fill=0, font=font)
    out = io.BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue()
