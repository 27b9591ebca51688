"""What is stored about a person as such: the name, the number, what they agreed to and asked for."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.append_only import purge
from foundation.privacy import Basis, Erase, Erasing, PersonalField, Sort
from foundation.retention import retention
from volunteers.people import erasure  # noqa: F401 - registers what the outbox does
from volunteers.people.documents import document
from volunteers.people.models import Consent, PersonalRequest, PhoneReveal


def _title(row: Consent) -> str:
    """What the wording is called."""
    return document(row.document, row.version).title


privacy.register(
    "people.Person",
    PersonalField("name", Sort.NAME, mask="王*英"),
    PersonalField("pinyin", Sort.NAME, purpose=_("按拼音找得到人")),
    PersonalField("initials", Sort.NAME, purpose=_("按拼音首字母找得到人")),
    PersonalField("phone_encrypted", Sort.PHONE, mask="138****1234", sealed=True),
    PersonalField("phone_index", Sort.PHONE, sealed=True, purpose=_("登录时找得到人")),
    PersonalField("tail_index", Sort.PHONE, sealed=True, purpose=_("按号码后四位找得到人")),
    PersonalField("gender", Sort.TRAIT, purpose=_("花名册里的一栏")),
    PersonalField("born_on", Sort.BIRTH, purpose=_("三长满 18 岁，账号满 14 岁")),
    PersonalField("political_status", Sort.TRAIT, purpose=_("花名册里的一栏，统计机关党员干部")),
    title=_("您是谁"),
    purpose=_("认出您，邻里有事找得到您"),
    basis=Basis.DUTY,
    keep="person",
    subject="pk",
    shows=("name", "phone", "gender", "born_on", "political_status", "created_at"),
)
privacy.register(
    "people.Consent",
    PersonalField("person", Sort.LINK),
    PersonalField("guardian", Sort.LINK),
    PersonalField("entered_by", Sort.ACTOR),
    title=_("您同意过什么"),
    purpose=_("证明您同意过，或者已经撤回"),
    basis=Basis.LAW,
    keep="proof",
    subject="person",
    shows=((_("同意书"), _title), "version", "purpose", "is_given", "channel", "at"),
)
privacy.register(
    "people.PhoneReveal",
    PersonalField("person", Sort.LINK),
    PersonalField("by", Sort.ACTOR),
    PersonalField("why", Sort.TEXT, Erase.KEEP),
    title=_("谁点开过您的手机号"),
    purpose=_("查得清号码给谁看过"),
    basis=Basis.LAW,
    keep="reveals",
    subject="person",
    shows=("at", "by", "unit", "why"),
)
privacy.register(
    "people.PersonalRequest",
    PersonalField("person", Sort.LINK),
    PersonalField("words", Sort.TEXT),
    PersonalField("wanted_name", Sort.NAME, Erase.CLEAR),
    PersonalField("wanted_born_on", Sort.BIRTH),
    PersonalField("reason", Sort.TEXT, Erase.PSEUDONYM),
    PersonalField("entered_by", Sort.ACTOR),
    PersonalField("answered_by", Sort.ACTOR),
    title=_("您提过的请求"),
    purpose=_("办理您的请求，证明办过了"),
    basis=Basis.LAW,
    keep="requests",
    subject="person",
    shows=("kind", "state", "words", "reason", "asked_at", "answered_at"),
)
REMOVED = "（已删除）"


@privacy.eraser
def close_requests(one: Erasing) -> None:
    """Nothing waits for an answer any more, and no answer tells of the person."""
    rows = PersonalRequest.objects.filter(person=one.person_id)
    rows.open().update(state=PersonalRequest.State.WITHDRAWN, answered_at=one.at)
    rows.exclude(reason="").update(reason=REMOVED)


@retention("reveals")
def forget_reveals(before: dt.datetime) -> int:
    """Who opened which number, as long as the audit trail; by the owner of the table."""
    rows = PhoneReveal.objects.filter(at__lt=before)
    return purge(rows) if rows.exists() else 0


@retention("requests")
def forget_requests(before: dt.datetime) -> int:
    """What was said in a request that was answered long ago."""
    rows = PersonalRequest.objects.filter(answered_at__lt=before).exclude(words="", wanted_name="", wanted_born_on=None)
    return rows.update(words="", wanted_name="", wanted_born_on=None)
