"""The one question to the households of a candidate, "would you choose this neighbour leader again": secret, sealed.

One answer a household, whoever of it gives it; replaceable until the close, like a ballot. It may be left out. Of a
household are those who were confirmed there when the roll was frozen: who moves in afterwards speaks for nobody.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.ballots.models import BallotBox, Envelope, EnvelopeState, RollEntry, RollKind
from events.ballots.roll.entries import entry_of, household_entry_of
from events.ballots.suspicion.signals import Signals
from events.ballots.voting.casting import Cast, Casting, put, ready_box
from events.campaigns.models import Campaign, Nomination
from foundation.actors import Actor
from foundation.errors import Denied
from volunteers.homes.models import Resident
from volunteers.units.rights import person_id_of

STEPS = (
    (5, gettext_lazy("很愿意")),
    (4, gettext_lazy("愿意")),
    (3, gettext_lazy("说不好")),
    (2, gettext_lazy("不太愿意")),
    (1, gettext_lazy("不愿意")),
)


@dataclass(frozen=True, slots=True)
class Question:
    """What a household is asked: about whom, and what somebody of it has answered already, unless that was voided."""

    entry: RollEntry
    nomination: Nomination
    envelope: Envelope | None


def question_for(box: BallotBox, person_id: int) -> Question | None:
    """What a voter's household is asked; None for who is not on the roll, moved since, or whose household is not asked.

    A move is confirmed anew, so the instant of the confirmation tells whether the home is still the one of the roll.
    """
    here = Resident.objects.living().filter(person_id=person_id, confirmed_at__lte=box.roll_frozen_at)
    household_id = here.values_list("household_id", flat=True).first()
    if not household_id or entry_of(box, person_id) is None:
        return None
    entry = household_entry_of(box, household_id)
    if entry is None or entry.about_id is None:
        return None
    nomination = Nomination.objects.select_related("person", "neighbourhood").get(pk=entry.about_id)
    standing = Envelope.objects.filter(entry=entry).exclude(state=EnvelopeState.VOIDED).first()
    return Question(entry, nomination, standing)


def answer_household(
    *,
    uid: uuid.UUID,
    campaign: Campaign,
    envelope: bytes,
    sealed_on: str,
    acting_user: Actor,
    signals: Signals,
    person_id: int | None = None,
) -> Cast:
    """Put the household's sealed answer into the box, in place of the one before.

    Who may: anybody of a household that is asked, who is on the roll too; at the counter's screen, where nobody is
    signed in, `person_id` stands in the booth, and is told. Raises as `cast`.
    """
    box = ready_box(campaign)
    question = question_for(box, person_id_of(acting_user) if person_id is None else person_id)
    if question is None:
        raise Denied(_("这一题只问候选邻长联系的住户。"))
    here = sealed_on == Envelope.SealedOn.SERVER
    casting = Casting(uid, campaign, envelope, sealed_on, signals, RollKind.HOUSEHOLD, is_sealed_here=here)
    tell = 0 if person_id_of(acting_user) else person_id or 0
    return put(box, casting, question.entry.voter_key, acting_user=acting_user, tell=tell)
