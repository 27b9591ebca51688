"""Keying paper ballots: two clerks read the same paper, each without seeing what the other read.

Only a reading that two different people agree on goes into the box. What was keyed is sealed at rest, always of one
length, and deleted with the sealing. A mismatch is shown as a mismatch; both versions are seen only with the paper in
hand, by its mark.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.ballots import sealing
from events.ballots.models import BallotBox, Envelope, PaperBallot, PaperKeying
from events.ballots.paper.runs import count_voter, is_any_awaited, locked_ballot, locked_box
from events.campaigns.models import Campaign, Nomination
from foundation import audit, clock, secrets
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid
from foundation.idempotency import DifferentBody, fingerprint, same_body_or_refuse

WRITTEN_LENGTH = 40
State = PaperBallot.State
TOO_MANY = "too_many"
FLAWS = {
    TOO_MANY: gettext_lazy("选多了"),
    "unclear": gettext_lazy("划得看不清选了谁"),
    "signed": gettext_lazy("写了名字或别的字，看得出是谁的"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clerk read on a ballot: lot numbers, or why it is invalid; neither is a blank ballot."""

    lots: tuple[int, ...] = ()
    flaw: str = ""

    def written(self) -> str:
        """As it is sealed: of one length, so that the sealed text does not tell how many were chosen."""
        return (f"!{self.flaw}" if self.flaw else ",".join(map(str, self.lots))).ljust(WRITTEN_LENGTH)

    @classmethod
    def parse(cls, written: str) -> Reading:
        """What `written` wrote."""
        text = written.strip()
        if text.startswith("!"):
            return cls(flaw=text[1:])
        return cls(lots=tuple(int(lot) for lot in text.split(",") if lot))


@dataclass(frozen=True, slots=True)
class Version:
    """What one clerk read, in words; for the third step only."""

    clerk: str
    names: tuple[str, ...]
    flaw: str


def reading_of(campaign: Campaign, lots: Iterable[int], *, is_blank: bool = False, flaw: str = "") -> Reading:
    """What was typed, as a reading: sorted; more names than a ballot has is the flaw "too many".

    Raises `Invalid` for a number that is not on the ballot, for nothing at all, and for two answers at once.
    """
    numbers = sorted(set(lots))
    if flaw and flaw not in FLAWS:
        raise Invalid(errors={"flaw": _("请选一个原因。")})
    if bool(numbers) + is_blank + bool(flaw) != 1:
        raise Invalid(errors={"lots": _("三样里填一样：选了谁的号，或者勾“空白票”，或者选“废票”的原因。")})
    known = set(_on_the_ballot(campaign).values_list("lot", flat=True))
    if strange := [str(number) for number in numbers if number not in known]:
        raise Invalid(errors={"lots": _("票上没有这个号：%(lots)s") % {"lots": "、".join(strange)}})
    if len(numbers) > campaign.rules.max_choices:
        return Reading(flaw=TOO_MANY)
    return Reading(lots=tuple(numbers), flaw=flaw)


def _on_the_ballot(campaign: Campaign) -> QuerySet[Nomination]:
    """Everybody who was ever printed: who withdrew since may still be ticked on paper."""
    return Nomination.objects.filter(campaign=campaign).on_ballot()


# -- two clerks ----------------------------------------------------------------------------------------------------


@transaction.atomic
def key_ballot(*, uid: uuid.UUID, campaign: Campaign, mark: str, reading: Reading, acting_user: Actor) -> PaperBallot:
    """The first or the second reading of a ballot; two equal ones seal it. `state` of the answer says what became.

    Who may: KEY_BALLOTS in the community that printed it, each clerk once. Raises `Invalid` for an unknown mark,
    `Conflict` for a ballot that was keyed, spoilt or does not agree, and where more came back than went out.
    """
    box = locked_box(campaign)
    ballot = locked_ballot(box, mark, acting_user)
    if _is_repeat(ballot, uid, reading):
        return ballot
    keyings = list(ballot.keyings.all())
    _require_readable(ballot, [one.clerk_id for one in keyings], acting_user)
    if keyings and _read(keyings[0]) == reading:
        _finish(box, ballot, reading, uid)
    else:
        _keep(ballot, uid, reading, acting_user)
        _move(ballot, State.MISMATCH if keyings else State.KEYED)
    audit.record(
        actor=acting_user, act="paper.key", obj=ballot, unit_id=ballot.run.community_id, data={"state": ballot.state}
    )
    return ballot


def _is_repeat(ballot: PaperBallot, uid: uuid.UUID, reading: Reading) -> bool:
    """Whether this very reading was taken before and its answer was lost. Raises `DifferentBody` where it was another.

    Of what lies in the box no reading is kept to compare with: the id alone tells.
    """
    if ballot.envelope is not None and ballot.envelope.uid == uid:
        return True
    stored = ballot.last_fingerprint if ballot.last_uid == uid else ""
    if one := ballot.keyings.filter(uid=uid).first():
        stored = one.fingerprint
    if stored:
        same_body_or_refuse(stored, _fingerprint(ballot, reading))
        return True
    used = (PaperKeying.objects, PaperBallot.objects, Envelope.objects)
    for rows, name in zip(used, ("uid", "last_uid", "uid"), strict=True):
        if rows.filter(**{name: uid}).exists():
            raise DifferentBody
    return False


def _require_readable(ballot: PaperBallot, clerks: list[int], acting_user: Actor) -> None:
    if ballot.state in {State.SEALED, State.INVALID}:
        raise Conflict(_("这个票号已经录好了。同一个票号又出现一张，请把这张纸单独收好，告诉镇街。"))
    if ballot.state == State.SPOILT:
        raise Conflict(_("这张票登记的是作废，不能录。请把这张纸单独收好，告诉镇街。"))
    if ballot.state == State.MISMATCH:
        raise Conflict(_("这张票两遍录得不一样，请拿着纸票到“两遍不一样”里看。"))
    if ballot.state == State.ASIDE:
        raise Conflict(_("这张票登记的是另外收好，不再录。"))
    if acting_user.pk in clerks:
        raise Conflict(_("您已经录过这张票，第二遍要另一位同事来录。"))


def _finish(box: BallotBox, ballot: PaperBallot, reading: Reading, uid: uuid.UUID, reason: str = "") -> None:
    """Two people agree: into the box, or to the invalid ones; what was keyed goes."""
    if not is_any_awaited(box, ballot.run.community_id):
        raise Conflict(
            _("这个社区收回的票已经和发出的一样多，这一张多出来了。先不要录，纸单独收好，到“作废一张票”里登记。")
        )
    ballot.aside_asked_by = None
    if reading.flaw:
        ballot.reason = reason or str(FLAWS[reading.flaw])
        ballot.last_uid, ballot.last_fingerprint = uid, _fingerprint(ballot, reading)
        _move(ballot, State.INVALID)
    else:
        ballot.envelope, ballot.reason = _seal(box, ballot, reading, uid), reason
        _move(ballot, State.SEALED)
        count_voter(box, ballot.run.community_id)
    ballot.keyings.all().delete()


def _seal(box: BallotBox, ballot: PaperBallot, reading: Reading, uid: uuid.UUID) -> Envelope:
    """An envelope like any other, without a roll entry."""
    chosen = _on_the_ballot(box.campaign).filter(lot__in=reading.lots).values_list("uid", flat=True)
    assert box.public_key is not None  # `box_of` has looked
    paper = sealing.write_paper(box.campaign.uid, chosen)
    sealed = sealing.seal(box.campaign.uid, bytes(box.public_key), paper)
    return Envelope.objects.create(
        uid=uid, box=box, community_id=ballot.run.community_id, ciphertext=sealed, sha256=sealing.hash_of(sealed),
        sealed_on=Envelope.SealedOn.PAPER, cast_at=clock.now(),
    )  # fmt: skip


def _move(ballot: PaperBallot, state: State) -> None:
    ballot.state = state
    ballot.save()


def _aad(uid: uuid.UUID) -> str:
    return f"ballots_paperkeying|choices|{uid}"


def _read(keying: PaperKeying) -> Reading:
    return Reading.parse(secrets.decrypt(keying.choices_sealed, aad=_aad(keying.uid)))


def _fingerprint(ballot: PaperBallot, reading: Reading) -> str:
    """Keyed, since a plain digest of so few possible choices could be tried out."""
    body = fingerprint({"ballot": ballot.pk, "reading": reading.written()})
    return secrets.hmac_hex("paper keying", body)


def seal_reading(uid: uuid.UUID, reading: Reading) -> str:
    """What is stored of a reading, bound to its row."""
    return secrets.encrypt(reading.written(), aad=_aad(uid))


def _keep(ballot: PaperBallot, uid: uuid.UUID, reading: Reading, acting_user: Actor) -> None:
    PaperKeying.objects.create(
        uid=uid, ballot=ballot, clerk_id=acting_user.pk, keyed_at=clock.now(),
        choices_sealed=seal_reading(uid, reading), fingerprint=_fingerprint(ballot, reading),
    )  # fmt: skip


# -- when they do not agree ----------------------------------------------------------------------------------------


@transaction.atomic
def compare(*, campaign: Campaign, mark: str, acting_user: Actor) -> list[Version]:
    """Both versions side by side, for somebody with the paper in hand; the look is audited. Raises as `settle`."""
    ballot = locked_ballot(locked_box(campaign), mark, acting_user)
    _require_mismatch(ballot)
    names = dict(_on_the_ballot(campaign).values_list("lot", "person__name"))
    versions = []
    for keying in ballot.keyings.select_related("clerk__person").order_by("keyed_at"):
        reading = _read(keying)
        chosen = tuple(f"{lot} {names[lot]}" for lot in reading.lots)
        flaw = str(FLAWS[reading.flaw]) if reading.flaw else ""
        versions.append(Version(keying.clerk.get_full_name(), chosen, flaw))
    audit.record(actor=acting_user, act="paper.compare", obj=ballot, unit_id=ballot.run.community_id)
    return versions


@transaction.atomic
def settle(
    *, uid: uuid.UUID, campaign: Campaign, mark: str, reading: Reading, reason: str, acting_user: Actor
) -> PaperBallot:
    """Read a mismatched ballot once more, with a reason. It counts as soon as two people read the same.

    One of the two clerks may correct their own reading; a third one's has to equal one of theirs. The same id twice is
    the same answer. Raises `Invalid`, `Conflict`, `DifferentBody`.
    """
    if not reason.strip():
        raise Invalid(errors={"reason": _("写一句为什么这样定，不要写选了谁。")})
    box = locked_box(campaign)
    ballot = locked_ballot(box, mark, acting_user)
    if _is_repeat(ballot, uid, reading):
        return ballot
    _require_mismatch(ballot)
    others = ballot.keyings.exclude(clerk_id=acting_user.pk)
    mine = ballot.keyings.filter(clerk_id=acting_user.pk)
    if any(_read(one) == reading for one in others):
        _finish(box, ballot, reading, uid, reason)
    elif mine.exists():
        mine.delete()
        _keep(ballot, uid, reading, acting_user)
    else:
        raise Conflict(_("三个人录得都不一样。请叫上录票的两位，一起对着纸票再看一遍。"))
    audit.record(
        actor=acting_user, act="paper.settle", obj=ballot, unit_id=ballot.run.community_id, reason=reason,
        data={"state": ballot.state},
    )  # fmt: skip
    return ballot


def _require_mismatch(ballot: PaperBallot) -> None:
    if ballot.state != State.MISMATCH:
        raise Conflict(_("这张票现在是“%(state)s”，没有要对的。") % {"state": ballot.get_state_display()})
