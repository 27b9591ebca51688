"""The rules of campaigns by version: never changed, a new one is added with a reason (domain.md section 5)."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from events.campaigns.models import CampaignRules
from events.campaigns.panel.selectors import FEWEST
from foundation import audit
from foundation.actors import Actor, is_system
from foundation.errors import Conflict, Denied, Invalid
from volunteers.units.rights import Right, paths_where

NUMBERS: Final = (
    "winners_count", "max_choices", "seconders_count", "months_in_role", "nominating_days", "vetting_days",
    "notice_working_days", "voting_days", "counting_days", "panel_days", "panel_weight", "opinion_weight",
    "ballot_weight", "panel_least", "opinion_least", "hidden_below",
)  # fmt: skip
"""Everything that a version says in numbers, in the order in which it is read."""


def versions() -> QuerySet[CampaignRules]:
    """All versions, the newest first. Everybody may read them."""
    return CampaignRules.objects.order_by("-number")


def current_rules() -> CampaignRules:
    """The newest version; the first one, with the sample numbers, where there is none yet."""
    newest = versions().first()
    if newest is None:
        newest, _made = CampaignRules.objects.get_or_create(
            number=1, defaults={"why": _("样例规则，按本区的办法另起一版。")}
        )
    return newest


def numbers_of(rules: CampaignRules) -> dict[str, int]:
    """What a version says, by name."""
    return {name: getattr(rules, name) for name in NUMBERS}


def in_words(rules: CampaignRules) -> list[tuple[str, int]]:
    """What a version says, for people to read."""
    labels = {field.name: str(field.verbose_name) for field in rules._meta.concrete_fields}
    return [(labels[name], getattr(rules, name)) for name in NUMBERS]


def _same(rules: CampaignRules, numbers: dict[str, Any]) -> bool:
    return all(getattr(rules, name) == value for name, value in numbers.items())


@transaction.atomic
def add_rules(*, why: str, acting_user: Actor, **numbers: int) -> CampaignRules:
    """A new version: what is not named stays as in the newest. The same again is the same answer.

    Who may: SET_RULES. Raises `Denied`, `Invalid` (weights not a hundred, nothing changed, no reason), `Conflict`.
    """
    if not paths_where(acting_user, Right.SET_RULES):
        raise Denied
    newest, why = current_rules(), why.strip()
    if numbers.get("panel_least", FEWEST) < FEWEST:
        told = _("评委至少 %(least)d 位：每位候选人要这么多个评分。") % {"least": FEWEST}
        raise Invalid(errors={"panel_least": told})
    if _same(newest, numbers):
        if newest.why == why:
            return newest
        raise Invalid(_("和现在的规则一样，不用另起一版。"))
    by = None if is_system(acting_user) else acting_user
    made = CampaignRules(**{**numbers_of(newest), **numbers}, number=newest.number + 1, why=why, made_by=by)
    try:
        made.full_clean(exclude=["made_at", "made_by"])
    except ValidationError as wrong:
        raise _refusal(wrong) from wrong
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as taken:
        raise Conflict from taken
    audit.record(actor=acting_user, act="campaign.rules", obj=made, data=numbers_of(made), reason=why)
    return made


def _refusal(wrong: ValidationError) -> Invalid:
    errors = {name: " ".join(said) for name, said in wrong.message_dict.items() if name != "__all__"}
    whole = " ".join(wrong.message_dict.get("__all__", []))
    return Invalid(whole or "", errors=errors)
