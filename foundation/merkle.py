"""A Merkle tree over leaves in their order: a leaf is SHA-256 of a zero byte and the data, a node of a one byte and its
two children; an odd one out goes up as it is. The root over no leaves is SHA-256 of nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

Proof = list[tuple[str, bytes]]
"""What stands beside the way from a leaf to the root, from below: ("left" or "right", 32 bytes)."""

_sha = hashlib.sha256


def leaf_of(data: bytes) -> bytes:
    """The leaf of some data."""
    return _sha(b"\0" + data).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    """The node above two."""
    return _sha(b"\1" + left + right).digest()


def above(level: Sequence[bytes]) -> list[bytes]:
    """The level above one."""
    sha = _sha
    nodes = [sha(b"\1" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    if len(level) % 2:
        nodes.append(level[-1])
    return nodes


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root."""
    level = leaves
    while len(level) > 1:
        level = above(level)
    return level[0] if level else _sha().digest()


def levels_of(leaves: Sequence[bytes]) -> list[bytes]:
    """Every level from the leaves to the root, each joined to one run of bytes: half the memory of a list."""
    level, levels = leaves, [b"".join(leaves)]
    while len(level) > 1:
        level = above(level)
        levels.append(b"".join(level))
    return levels


def proof_of(levels: Sequence[bytes], index: int) -> Proof:
    """What proves that the leaf at an index is below the root of `levels_of`."""
    proof: Proof = []
    for level in levels[:-1]:
        beside = index ^ 1
        if other := level[beside * 32 : beside * 32 + 32]:
            proof.append(("left" if beside < index else "right", other))
        index //= 2
    return proof


def climb(leaf: bytes, proof: Iterable[tuple[str, bytes]]) -> bytes:
    """The root that a proof leads to; compare it with the one that was published."""
    for side, other in proof:
        leaf = node_of(other, leaf) if side == "left" else node_of(leaf, other)
    return leaf
