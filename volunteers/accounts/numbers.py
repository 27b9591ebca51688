"""Another phone number: by oneself with a code to the new one, or at the counter with a reason (rules R26 and R36).

WeChat stays bound, since it is bound to the account.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation import audit, streams
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid
from volunteers.accounts.models import User
from volunteers.accounts.permissions import can_change_number
from volunteers.accounts.phones import normal_phone
from volunteers.accounts.services import end_sessions
from volunteers.people.models import Person


@transaction.atomic
def change_own_number(*, phone: str, acting_user: User) -> None:
    """Make a number (11 digits) one's own; the caller has just taken a code that went to it. Raises `Conflict`."""
    if acting_user.person_id is None:
        raise Denied
    person = Person.objects.select_for_update().get(pk=acting_user.person_id)
    _write(person, phone)
    audit.record(actor=acting_user, act="phone.change", obj=person)
    _tell(person, own=True)


@transaction.atomic
def change_number_at_counter(*, person: Person, phone: str, reason: str, acting_user: Actor) -> None:
    """Write down the new number of a person who stands here; their sessions end, the reason is kept.

    Raises `Denied`, `Invalid` without a good number or reason, `Conflict` when the number is somebody else's.
    """
    if not can_change_number(acting_user, person):
        raise Denied
    digits, why = normal_phone(phone), " ".join(reason.split())
    if not digits:
        raise Invalid(errors={"phone": _("手机号是 11 位数字，请再看一下。")})
    if len(why) < 2:
        raise Invalid(errors={"reason": _("写一句理由，比如“本人持身份证到窗口办理”。")})
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.phone == digits:
        raise Invalid(errors={"phone": _("登记的就是这个号码。")})
    _write(person, digits)
    audit.record(actor=acting_user, act="phone.change_at_counter", obj=person, reason=why)
    user = User.objects.filter(person=person).first()
    if user is not None:
        end_sessions(user, acting_user=acting_user, reason="phone.change_at_counter")
    _tell(person, own=False)


def _write(person: Person, phone: str) -> None:
    person.set_phone(phone)
    try:
        with transaction.atomic():
            person.save(update_fields=["phone_encrypted", "phone_index", "tail_index"])
    except IntegrityError:
        raise Conflict(_("这个号码登记在另一个人名下。请到社区，由工作人员核对。")) from None


@streams.in_district_language
def _tell(person: Person, *, own: bool) -> None:
    own_words = _("以后用新号码登录。不是您改的？请马上到社区。")
    body = own_words if own else _("社区工作人员按您的请求改的。不是您要改的？请马上到社区。")
    payload = {"title": str(_("您的手机号换好了")), "body": str(body), "url": "/me/devices/", "icon": "phone"}
    streams.publish(streams.person_key(person.pk), kind="phone", payload=payload, ref=f"phone:{person.uid}")
