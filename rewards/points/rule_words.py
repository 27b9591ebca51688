"""The rules in plain words, and what one version changes of another."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from rewards.points.rules import Version, Worth


def words_of(line: Worth) -> str:
    """每次 1 分，每月最多 8 次."""
    said = [_("每%(measure)s %(points)d 分") % {"measure": line.measure, "points": line.points}]
    if line.most_at_once is not None and line.most_at_once > 1:
        said.append(_("一次最多 %(most)d %(measure)s") % {"most": line.most_at_once, "measure": line.measure})
    if line.most_a_month is not None:
        said.append(_("每月最多 %(most)d %(measure)s") % {"most": line.most_a_month, "measure": line.measure})
    return "，".join(said)


def differences(before: Version, after: Version) -> list[str]:
    """What `after` changes, a sentence each; empty when nothing does."""
    return [*_of_lines(before, after), *_of_numbers(before, after)]


def _of_lines(before: Version, after: Version) -> Iterator[str]:
    for code, line in after.rules.items():
        was = before.rules.get(code)
        if was is None:
            yield _("新增“%(label)s”：%(words)s") % {"label": line.label, "words": words_of(line)}
        elif words_of(was) != words_of(line):
            words = {"label": line.label, "was": words_of(was), "now": words_of(line)}
            yield _("“%(label)s”从%(was)s，变为%(now)s") % words
    for code, line in before.rules.items():
        if code not in after.rules:
            yield _("“%(label)s”不再记分") % {"label": line.label}


def _of_numbers(before: Version, after: Version) -> Iterator[str]:
    if before.ceiling != after.ceiling:
        values = {"was": before.ceiling, "now": after.ceiling}
        yield _("每人每月最多从 %(was)d 分，变为 %(now)d 分") % values
    if before.valid_months != after.valid_months:
        values = {"was": before.valid_months, "now": after.valid_months}
        yield _("新得的积分从管 %(was)d 个月，变为管 %(now)d 个月") % values
    if before.warn_days != after.warn_days:
        values = {"was": before.warn_days, "now": after.warn_days}
        yield _("到期前的提醒从提前 %(was)d 天，变为提前 %(now)d 天") % values
