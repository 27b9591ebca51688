"""What this app stores about people: proposals, objections, leaves."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.privacy import Basis, Erase, Erasing, PersonalField, Sort
from foundation.retention import retention
from volunteers.people.models import Person
from volunteers.posts.models import OPEN_STATES, Proposal, State

_ACTORS = (PersonalField("decided_by", Sort.ACTOR),)

privacy.register(
    "posts.Proposal",
    PersonalField("person", Sort.LINK),
    PersonalField("name", Sort.NAME, Erase.CLEAR),
    PersonalField("phone_encrypted", Sort.PHONE, sealed=True),
    PersonalField("phone_index", Sort.PHONE, sealed=True),
    PersonalField("why", Sort.TEXT),
    PersonalField("reason", Sort.TEXT),
    PersonalField("proposed_by", Sort.ACTOR),
    PersonalField("vetted_by", Sort.ACTOR),
    *_ACTORS,
    title=_("任职推荐"),
    purpose=_("推荐、审核和公示三长人选"),
    basis=Basis.DUTY,
    keep="proposals",
    subject="person",
    shows=("role", "unit", "state", "why", "proposed_at"),
)
privacy.register(
    "posts.Objection",
    PersonalField("words", Sort.TEXT),
    PersonalField("reason", Sort.TEXT, Erase.KEEP),
    PersonalField("by", Sort.LINK),
    *_ACTORS,
    title=_("对公示的意见"),
    purpose=_("核实并答复公示期间的意见"),
    basis=Basis.DUTY,
    keep="proposals",
    subject="by__person",
    shows=("words", "state", "at"),
)
privacy.register(
    "posts.Leave",
    PersonalField("reason", Sort.TEXT),
    PersonalField("taken_by", Sort.ACTOR),
    title=_("休假登记"),
    purpose=_("休假期间有人代理"),
    basis=Basis.SERVICE,
    keep="history",
    subject="appointment__person",
    shows=("starts_on", "ends_on", "reason"),
)


@privacy.eraser
def end_proposals(one: Erasing) -> None:
    """Whoever is erased is no longer proposed, by number neither; what others wrote about them goes too."""
    index = Person.objects.filter(pk=one.person_id).values_list("phone_index", flat=True).first()
    about = Q(person_id=one.person_id) | (Q(phone_index=index) if index else Q(pk__in=[]))
    rows = Proposal.objects.filter(about)
    rows.filter(state__in=OPEN_STATES).update(state=State.WITHDRAWN, decided_at=one.at)
    rows.update(name="", phone_encrypted="", phone_index=None, why="", reason="")


@retention("proposals")
def forget_old_proposals(before: dt.datetime) -> int:
    """Names and numbers of those who were not appointed go after a year; that there was a proposal stays."""
    over = Proposal.objects.filter(decided_at__lt=before).exclude(name="")
    return over.exclude(state__in=OPEN_STATES).update(name="", phone_encrypted="", phone_index=None, why="")
