"""Exchange days: announced, changed, called off."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation import audit, clock, streams
from foundation.actors import Actor
from foundation.errors import Conflict, Invalid
from rewards.points import holds
from rewards.store.models import ExchangeDay, Redemption, RedemptionState
from rewards.store.selectors import kept_until, next_day
from volunteers.units.models import THREE_HEADS
from volunteers.units.rights import Right, require


@transaction.atomic
def keep_day(*, day: ExchangeDay, acting_user: Actor) -> ExchangeDay:
    """Announce an exchange day to the leaders of the community, or change its hours and place.

    The date moves only while nobody has reserved for it. Who may: KEEP_STORE. Raises `Denied`, `Invalid`, `Conflict`.
    """
    require(acting_user, Right.KEEP_STORE, day.store.unit)
    before = ExchangeDay.objects.select_for_update().filter(pk=day.pk).first()
    if before is not None and before.is_called_off:
        raise Conflict(_("这个兑换日已经取消了。可以另定一天。"))
    if before is None or before.on != day.on:
        if day.on < clock.today():
            raise Invalid(errors={"on": _("从今天起，或者以后的一天。")})
        if before is not None and before.redemptions.filter(state=RedemptionState.RESERVED).exists():
            raise Conflict(_("已经有人约了这一天，日期就不动了。可以另加一天。"))
    day.save()
    act = "exchange_day.change" if before else "exchange_day.add"
    audit.record(actor=acting_user, act=act, obj=day, unit_id=day.store.unit_id, data={"on": str(day.on)})
    if before is None or (before.on, before.hours, before.place) != (day.on, day.hours, day.place):
        _announce(day)
    return day


@streams.in_district_language
def _announce(day: ExchangeDay) -> None:
    date = {"month": day.on.month, "day": day.on.day, "hours": day.hours}
    title, body = _("%(month)d月%(day)d日 %(hours)s 兑换日") % date, day.where
    if day.is_called_off:
        title = _("%(month)d月%(day)d日的兑换日取消了，约好的都留着") % date
        body = day.called_off_reason
    payload = {"title": title, "body": body, "url": reverse("store_home"), "icon": "store"}
    key = streams.unit_key(day.store.unit_id)
    ref = f"exchange:{day.uid}:off" if day.is_called_off else f"exchange:{day.uid}"
    streams.publish(key, kind="store", payload=payload, roles=[role.value for role in THREE_HEADS], ref=ref)


@transaction.atomic
def call_off_day(*, day: ExchangeDay, reason: str, acting_user: Actor) -> ExchangeDay:
    """The day does not take place. What was reserved stays reserved, for the next day that there is; everybody hears.

    Again changes nothing. Who may: KEEP_STORE, with a reason. Raises `Denied`, `Invalid`, `Conflict` when it is over.
    """
    require(acting_user, Right.KEEP_STORE, day.store.unit)
    if not reason.strip():
        raise Invalid(errors={"reason": _("写一句为什么，大家会看到。")})
    if day.on < clock.today():
        raise Conflict(_("这一天已经过去了。"))
    rows = ExchangeDay.objects.filter(pk=day.pk, called_off_at__isnull=True)
    changed = rows.update(called_off_at=clock.now(), called_off_reason=reason.strip())
    day.refresh_from_db()
    if changed:
        _move_to_the_next(day)
        audit.record(
            actor=acting_user,
            act="exchange_day.call_off",
            obj=day,
            unit_id=day.store.unit_id,
            reason=day.called_off_reason,
        )
        _announce(day)
    return day


def _move_to_the_next(day: ExchangeDay) -> None:
    """Nobody loses a place: the points stay held, and the pieces set aside, at least as long as before."""
    waiting = Redemption.objects.filter(day=day, state=RedemptionState.RESERVED)
    after = next_day(day.store)
    until = kept_until(after)
    ids = list(waiting.values_list("pk", flat=True))
    holds.keep_until(ids=ids, until=until)
    Redemption.objects.filter(pk__in=ids, until__lt=until).update(until=until)
    Redemption.objects.filter(pk__in=ids).update(day=after)
