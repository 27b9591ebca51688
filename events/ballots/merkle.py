"""The tree over the envelopes of a box: what a receipt is proved by (docs/voting.md).

Leaves are SHA-256 of a zero byte and the 32 bytes of an envelope's hash, in the order of the sorted hashes; the rest is
foundation/merkle.py.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache

from events.ballots.models import BallotBox
from events.ballots.sealing import ALPHABET, RECEIPT_LENGTH
from foundation import merkle

WIDTH = 32
_LOOKALIKES = str.maketrans("OIL", "011")


def root_of(hashes: Iterable[bytes]) -> bytes:
    """The root over envelope hashes, in whatever order they come."""
    return merkle.root_of([merkle.leaf_of(one) for one in sorted(hashes)])


def split(joined: bytes) -> list[bytes]:
    """The hashes of `BallotBox.hashes`."""
    return [joined[at : at + WIDTH] for at in range(0, len(joined), WIDTH)]


def proof_of(hashes: Sequence[bytes], one: bytes) -> merkle.Proof:
    """What proves that a hash is among sorted hashes; ValueError when it is not."""
    index = bisect_left(hashes, one)
    if index == len(hashes) or hashes[index] != one:
        raise ValueError("not in the box")
    return merkle.proof_of(merkle.levels_of([merkle.leaf_of(each) for each in hashes]), index)


class Tree:
    """The hashes of a box with every level above them, about 25 MB for 384,000 envelopes; asked for many proofs."""

    def __init__(self, joined: bytes) -> None:
        self.hashes = split(joined)
        self.levels = merkle.levels_of([merkle.leaf_of(one) for one in self.hashes])

    def find(self, code: str) -> bytes | None:
        """The envelope hash that a receipt, or a whole hash in hex, stands for; None when it is not in the box."""
        first = range_of(code)
        if first is None:
            return None
        low, high = first
        at = bisect_left(self.hashes, low)
        return self.hashes[at] if at < len(self.hashes) and self.hashes[at] <= high else None

    def proof(self, one: bytes) -> merkle.Proof:
        """Of a hash that `find` gave."""
        return merkle.proof_of(self.levels, bisect_left(self.hashes, one))


def range_of(code: str) -> tuple[bytes, bytes] | None:
    """The smallest and the greatest hash that a receipt or a hash in hex may stand for."""
    plain = "".join(code.split()).replace("-", "")
    if len(plain) == 2 * WIDTH:
        try:
            return bytes.fromhex(plain), bytes.fromhex(plain)
        except ValueError:
            return None
    written = plain.upper().translate(_LOOKALIKES)
    if len(written) != RECEIPT_LENGTH or any(sign not in ALPHABET for sign in written):
        return None
    bits = 0
    for sign in written:
        bits = bits << 5 | ALPHABET.index(sign)
    unknown = 8 * WIDTH - 5 * RECEIPT_LENGTH
    return (bits << unknown).to_bytes(WIDTH), ((bits + 1 << unknown) - 1).to_bytes(WIDTH)


@lru_cache(maxsize=1)
def tree_of(campaign_id: int, root: str) -> Tree:
    """The tree of a box whose root stands; remembered by the process: at full size building it takes half a second."""
    found = BallotBox.objects.filter(campaign_id=campaign_id, root=root).values_list("hashes", flat=True)
    return Tree(bytes(found.get() or b""))
