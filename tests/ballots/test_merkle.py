"""The tree over envelopes: a proof for every one of them, none for anything else, receipts however they are typed."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.ballots import merkle
from events.ballots.sealing import receipt_of
from foundation import merkle as ground

HASHES = st.sets(st.binary(min_size=32, max_size=32), max_size=40).map(sorted)


def by_hand(leaves: list[bytes]) -> bytes:
    """The tree as a sentence: two and two, an odd one out goes up."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    pairs = [leaves[at : at + 2] for at in range(0, len(leaves), 2)]
    return by_hand([hashlib.sha256(b"\1" + b"".join(two)).digest() if len(two) == 2 else two[0] for two in pairs])


@settings(max_examples=60, deadline=None)
@given(HASHES, st.randoms(use_true_random=False))
def test_every_envelope_has_a_proof_whatever_their_number_and_order(hashes: list[bytes], random: object) -> None:
    mixed = list(hashes)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    root = merkle.root_of(mixed)
    assert root == by_hand([hashlib.sha256(b"\0" + one).digest() for one in hashes])
    tree = merkle.Tree(b"".join(hashes))
    for one in hashes:
        proof = merkle.proof_of(hashes, one)
        assert proof == tree.proof(one)
        assert ground.climb(ground.leaf_of(one), proof) == root
        assert tree.find(one.hex()) == one
        assert tree.find(receipt_of(one.hex())) is not None


@given(HASHES.filter(bool), st.binary(min_size=32, max_size=32))
def test_what_is_not_in_the_box_has_no_proof(hashes: list[bytes], other: bytes) -> None:
    if other in hashes:
        return
    assert merkle.Tree(b"".join(hashes)).find(other.hex()) is None
    with pytest.raises(ValueError, match="not in the box"):
        merkle.proof_of(hashes, other)
    assert ground.climb(ground.leaf_of(other), merkle.proof_of(hashes, hashes[0])) != merkle.root_of(hashes)


@pytest.mark.parametrize("typed", ["7k3d 92qf 4mxa", "7K3D-92QF-4MXA", " 7K3D92QF4MXA "])
def test_a_receipt_is_found_however_it_is_typed(typed: str) -> None:
    one = next(bytes.fromhex(first + "00" * 24) for first in [f"{_bits('7K3D92QF4MXA') << 4:016x}"])
    assert receipt_of(one.hex()) == "7K3D92QF4MXA"
    tree = merkle.Tree(b"".join(sorted([one, bytes(32), b"\xff" * 32])))
    assert tree.find(typed) == one
    for wrong in ("7K3D92QF4MXB", "7K3D92QF4MX", "7K3D92QF4MX!", "", "zz" * 32):
        assert tree.find(wrong) is None


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    one = bytes.fromhex(f"{_bits('0011K7D92QF4') << 4:016x}" + "11" * 24)
    assert merkle.Tree(one).find("oOiL k7d9 2qf4") == one


def _bits(receipt: str) -> int:
    from events.ballots.sealing import ALPHABET

    bits = 0
    for sign in receipt:
        bits = bits << 5 | ALPHABET.index(sign)
    return bits
