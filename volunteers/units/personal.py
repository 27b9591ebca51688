"""What the tree stores about people: who held which role where."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from foundation import clock, line, outbox, privacy
from foundation.privacy import Basis, Erase, Erasing, PersonalField, Sort, Text
from volunteers.units.models import Appointment

privacy.register(
    "units.Appointment",
    PersonalField("person", Sort.LINK),
    PersonalField("ended_reason", Sort.TEXT),
    PersonalField("employer", Sort.ROLE, Erase.CLEAR),
    title=_("任职"),
    purpose=_("让大家知道谁是自己的三长；权限跟着职务走"),
    basis=Basis.DUTY,
    keep="history",
    subject="person",
    shows=("role", "unit", "post_title", "starts_on", "ends_on", "ended_reason", "is_cadre", "employer"),
)
privacy.impersonal("units.Unit", "name", "pinyin", "initials", "place", because=_("地方的名称，不是人的"))


@privacy.blocker
def roles_still_held(person_id: int) -> Iterator[Text]:
    """A role has to end first: its households would be left without anybody, and nobody would know."""
    held = Appointment.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=clock.today()), person=person_id)
    for one in held.select_related("unit").order_by("unit__path"):
        role = one.post_title or one.get_role_display()
        words = _("您还是{unit}的{role}。请先在“我的职务”里卸任，或者告诉上一级；卸任的第二天就可以删除。")
        yield format_lazy(words, unit=one.unit.name, role=role)


@privacy.eraser
def end_roles(one: Erasing) -> None:
    """After a restore somebody who is erased again may hold a role: it ends with them."""
    held = Appointment.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=clock.today()), person=one.person_id)
    for row in held:
        row.ends_on = max(row.starts_on, clock.today())
        row.save(update_fields=["ends_on"])
    outbox.put(line.REVOKE, {"persons": [one.person_id]})
