"""The candidates as one voter sees them: in an order of their own, their street's first, others by street or name.

The order is that of an HMAC of voter and candidate under the box's secret: another for everybody, and the same for one
voter however often they look, so that nobody stands at the top and nobody's page jumps.
"""

from __future__ import annotations

import hmac
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from events.ballots.roll.entries import voter_secret
from events.ballots.voting.selectors import Booth
from events.campaigns.models import Nomination
from events.campaigns.nominees.eligibility import counted_on, full_months, in_role_since
from events.campaigns.nominees.facts import YEAR
from foundation.errors import Invalid
from volunteers.units.models import Level, Unit

PAGE = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """One name on the ballot."""

    uid: uuid.UUID
    name: str
    portrait: int
    community: str
    years: int
    story: str
    is_paused: bool
    street_id: int
    sounds: str = ""

    def is_like(self, words: str) -> bool:
        """Whether what was typed is in the name or the community, or begins how the name sounds."""
        plain = words.lower().replace(" ", "")
        sounding = any(one.replace(" ", "").startswith(plain) for one in self.sounds.split("|") if one)
        return plain in self.name or plain in self.community or sounding


@dataclass(frozen=True, slots=True)
class Asked:
    """What part of the list is asked for."""

    street: str = ""
    words: str = ""
    page: int = 1


@dataclass(slots=True)
class Listing:
    """A page of candidates, and where else there are some."""

    shown: list[Candidate]
    title: str
    streets: list[tuple[Unit, int]] = field(default_factory=list)
    street: Unit | None = None
    next_page: int = 0
    asked: Asked = field(default_factory=Asked)

    @property
    def page_before(self) -> int:
        """The page before this one, 0 on the first."""
        return self.asked.page - 1


def _own_order(booth: Booth, uid: uuid.UUID) -> bytes:
    return hmac.digest(voter_secret(booth.box), f"order|{booth.entry.voter_key}|{uid}".encode(), "sha256")


def candidates_of(booth: Booth) -> list[Candidate]:
    """All names on the ballot, in this voter's order, with the years as everywhere. Four queries."""
    rows = Nomination.objects.candidates().filter(campaign=booth.campaign)
    found = list(rows.select_related("person", "neighbourhood"))
    communities = dict(
        Unit.objects.filter(path__in={one.neighbourhood.path_at(Level.COMMUNITY) for one in found}).values_list(
            "path", "name"
        )
    )
    since, day = in_role_since({one.person_id for one in found}), counted_on(booth.campaign)
    years = {key: full_months(began, day) // YEAR for key, began in since.items()}
    in_order = sorted(found, key=lambda one: _own_order(booth, one.pk))
    return [_shown(one, communities, years.get(one.person_id, 0)) for one in in_order]


def _shown(row: Nomination, communities: dict[str, str], years: int) -> Candidate:
    return Candidate(
        uid=row.pk,
        name=row.person.name,
        portrait=row.person_id,
        community=communities.get(row.neighbourhood.path_at(Level.COMMUNITY), ""),
        years=years,
        story=row.story or row.why,
        is_paused=row.is_paused,
        street_id=row.street_id,
        sounds=f"{row.person.pinyin}|{row.person.initials}",
    )


def listing(booth: Booth, everybody: Sequence[Candidate], asked: Asked) -> Listing:
    """The part that is asked for: by name, or a street's, one's own when none is named; twenty at a time."""
    here = Counter(one.street_id for one in everybody)
    units = list(Unit.objects.filter(pk__in=here).order_by("path"))
    street = next((one for one in units if str(one.uid) == asked.street), None)
    if street is None:
        street = next((one for one in units if one.pk == booth.entry.street_id), None)
    if asked.words:
        fitting = [one for one in everybody if one.is_like(asked.words)]
        title, street = _("找“%(words)s”") % {"words": asked.words}, None
    else:
        fitting = [one for one in everybody if street is None or one.street_id == street.pk]
        title = street.name if street else _("全区")
    end = asked.page * PAGE
    more = asked.page + 1 if len(fitting) > end else 0
    return Listing(fitting[end - PAGE : end], title, [(one, here[one.pk]) for one in units], street, more, asked)


def chosen_of(booth: Booth, everybody: Iterable[Candidate], given: Iterable[str]) -> list[Candidate]:
    """The candidates picked, in the order of the list. Raises `Invalid` for too many, none, or who is no candidate."""
    by_uid = {str(one.uid): one for one in everybody}
    wanted = dict.fromkeys(given)
    most = booth.campaign.rules.max_choices
    if any(one not in by_uid for one in wanted):
        raise Invalid(_("这份名单里没有您选的这一位，请回去再看看。"))
    if len(wanted) > most:
        raise Invalid(_("最多选 %(n)d 位，请拿掉几位。") % {"n": most})
    if not wanted:
        raise Invalid(_("还没有选人，请先选一位。"))
    return [one for key, one in by_uid.items() if key in wanted]
