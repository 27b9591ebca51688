"""The rules change by versions: drafted by one, approved by another, in force from a day to come, never edited after.

Who may: SET_RULES. A draft is not the rules: nothing is counted by it until it is approved and its day has come.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor, is_system
from foundation.errors import Conflict, Denied, Invalid
from foundation.idempotency import fingerprint, same_body_or_refuse
from rewards.points import award_news, rules
from rewards.points.models import Rule, RuleState, RuleVersion
from rewards.points.permissions import can_approve_rules
from rewards.points.rules import Version, Worth
from volunteers.units.rights import Right, paths_where


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that a version says. Ceiling in points a person and month."""

    starts_on: dt.date
    ceiling: int
    valid_months: int
    warn_days: int
    why: str
    lines: Sequence[Worth]

    @property
    def values(self) -> dict[str, Any]:
        """The fields of the version itself."""
        named = ("starts_on", "ceiling", "valid_months", "warn_days")
        return {name: getattr(self, name) for name in named} | {"why": self.why.strip()}

    @property
    def print(self) -> str:
        """What tells it from another draft."""
        lines = sorted((asdict(line) for line in self.lines), key=lambda line: line["code"])
        return fingerprint(self.values | {"lines": lines})


def lines_of(version: RuleVersion) -> list[Worth]:
    """The rules of any version, a draft too."""
    return [
        Worth(one.code, one.label, one.points, one.measure, one.most_at_once, one.most_a_month, one.by_hand)
        for one in version.rules.order_by("pk")
    ]


def as_version(version: RuleVersion) -> Version:
    """Any version as those in force are read."""
    return Version(
        version.number, version.starts_on, version.ceiling, version.valid_months, version.warn_days,
        {line.code: line for line in lines_of(version)},
    )  # fmt: skip


def _draft_of(version: RuleVersion) -> Draft:
    values = (version.starts_on, version.ceiling, version.valid_months, version.warn_days, version.why)
    return Draft(*values, lines_of(version))


def _check(draft: Draft) -> None:
    errors: dict[str, str] = {}
    if draft.starts_on <= clock.today():
        errors["starts_on"] = _("从明天或者以后的一天起，已经记的分不会变。")
    if not draft.why.strip():
        errors["why"] = _("请写一句为什么改，大家会看到。")
    for name, least, most in (("ceiling", 1, 10_000), ("valid_months", 1, 240), ("warn_days", 1, 365)):
        if not least <= getattr(draft, name) <= most:
            errors[name] = _("请填 %(least)d 到 %(most)d。") % {"least": least, "most": most}
    codes = [line.code for line in draft.lines]
    kept = {line.code for line in rules.version_in_force().rules.values() if not line.by_hand}
    if len(set(codes)) < len(codes) or not kept <= set(codes):
        errors["lines"] = _("自动记分的规则都要留着，每条一次。")
    if any(line.points < 1 for line in draft.lines):
        errors["lines"] = _("每一条至少 1 分；不再用的，勾“去掉”。")
    if errors:
        raise Invalid(errors=errors)


def _allowed(acting_user: Actor) -> None:
    if not paths_where(acting_user, Right.SET_RULES):
        raise Denied


def _write_lines(version: RuleVersion, draft: Draft) -> None:
    version.rules.all().delete()
    Rule.objects.bulk_create(Rule(version=version, **asdict(line)) for line in draft.lines)


@transaction.atomic
def draft_version(*, uid: uuid.UUID, draft: Draft, acting_user: Actor) -> RuleVersion:
    """Begin a new version. The same uid twice is the same answer. Raises `Denied`, `Invalid`, `DifferentBody`."""
    _allowed(acting_user)
    # One after another, so that the numbers follow each other.
    newest = RuleVersion.objects.select_for_update().order_by("-number")[0]
    if stored := RuleVersion.objects.filter(uid=uid).first():
        same_body_or_refuse(_draft_of(stored).print, draft.print)
        return stored
    _check(draft)
    by = None if is_system(acting_user) else acting_user
    made = RuleVersion.objects.create(uid=uid, number=newest.number + 1, drafted_by=by, **draft.values)
    _write_lines(made, draft)
    audit.record(actor=acting_user, act="rules.draft", obj=made, reason=made.why)
    return made


def _locked(version: RuleVersion) -> RuleVersion:
    return RuleVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)


@transaction.atomic
def change_draft(*, version: RuleVersion, draft: Draft, acting_user: Actor) -> RuleVersion:
    """Write a draft anew; whoever did counts as its author. Raises `Denied`, `Invalid`, `Conflict` when approved."""
    _allowed(acting_user)
    found = _locked(version)
    if found.state != RuleState.DRAFT:
        raise Conflict(_("批准了的不能再改，请另起草一版。"))
    _check(draft)
    for name, value in draft.values.items():
        setattr(found, name, value)
    found.drafted_by = None if is_system(acting_user) else acting_user
    found.save(update_fields=[*draft.values, "drafted_by"])
    _write_lines(found, draft)
    audit.record(actor=acting_user, act="rules.change", obj=found, reason=found.why)
    return found


@transaction.atomic
def approve_version(*, version: RuleVersion, acting_user: Actor) -> RuleVersion:
    """In force from its day by itself, until a later one begins; everybody hears of it.

    Who may: `can_approve_rules`. Raises `Denied`, `Conflict` when it is no draft any more, or its day has come.
    """
    found = _locked(version)
    if found.state == RuleState.APPROVED and found.approved_by_id == acting_user.pk:
        return found
    _allowed(acting_user)
    if found.state != RuleState.DRAFT:
        raise Conflict(_("这一版现在是“%(state)s”。") % {"state": found.get_state_display()})
    if not can_approve_rules(acting_user, found):
        raise Denied(_("起草的人不能自己批准，请另一位同事来批。"))
    if found.starts_on <= clock.today():
        raise Conflict(_("生效的日子已经到了，请先改到以后的一天。"))
    found.state, found.approved_at = RuleState.APPROVED, clock.now()
    found.approved_by = None if is_system(acting_user) else acting_user
    found.save(update_fields=["state", "approved_at", "approved_by"])
    audit.record(actor=acting_user, act="rules.approve", obj=found, reason=found.why)
    award_news.rules_change(found)
    transaction.on_commit(rules.forget)
    return found


@transaction.atomic
def withdraw_version(*, version: RuleVersion, acting_user: Actor) -> RuleVersion:
    """Not any more: a draft, or an approved version before its day; what was announced is called off.

    Raises `Denied`, `Conflict`.
    """
    _allowed(acting_user)
    found = _locked(version)
    if found.state == RuleState.WITHDRAWN:
        return found
    if found.state == RuleState.APPROVED and found.starts_on <= clock.today():
        raise Conflict(_("已经生效的不能收回，请另起草一版。"))
    if found.state == RuleState.APPROVED:
        award_news.rules_stay(found)
    found.state = RuleState.WITHDRAWN
    found.save(update_fields=["state"])
    audit.record(actor=acting_user, act="rules.withdraw", obj=found, reason=found.why)
    transaction.on_commit(rules.forget)
    return found
