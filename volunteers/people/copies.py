"""A copy of everything that is stored about somebody, as one zip: JSON for programs, HTML and CSV for people."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import asdict
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation import audit, clock, privacy
from foundation.actors import Actor, is_system
from foundation.errors import Denied
from foundation.privacy import Section
from volunteers.people.models import Person, PersonalRequest
from volunteers.people.requests import may_answer
from volunteers.units.rights import person_id_of

_DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def safe_cell(value: str) -> str:
    """A text that no spreadsheet takes for a formula (rule R34)."""
    return f"'{value}" if value.startswith(_DANGEROUS) else value


def make_copy(*, person: Person, acting_user: Actor, request: PersonalRequest | None = None) -> bytes:
    """The zip. Who may: the person; who answers their open request for a copy. Nothing is stored. Raises `Denied`."""
    own = person.pk == person_id_of(acting_user)
    asked = request is not None and request.person_id == person.pk and request.kind == PersonalRequest.Kind.COPY
    if not (own or is_system(acting_user) or (request is not None and asked and may_answer(acting_user, request))):
        raise Denied
    sections = privacy.sections(person.pk, full=True)
    unit_id = request.unit_id if request else None
    audit.record(actor=acting_user, act="person.copy", obj=person, unit_id=unit_id, data={"sections": len(sections)})
    return _packed(person, sections)


def _packed(person: Person, sections: list[Section]) -> bytes:
    made_at = timezone.localtime(clock.now()).strftime("%Y-%m-%d %H:%M")
    page = render_to_string("people/copy.html", {"person": person, "sections": sections, "made_at": made_at})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("data.json", json.dumps(_as_json(made_at, sections), ensure_ascii=False, indent=1))
        pack.writestr("index.html", page)
        for number, one in enumerate(sections, start=1):
            pack.writestr(f"{number:02d}.csv", _as_csv(one))
    return out.getvalue()


def _as_json(made_at: str, sections: list[Section]) -> dict[str, Any]:
    told = [{name: _plain(value) for name, value in asdict(one).items()} for one in sections]
    return {"made_at": made_at, "about": _("系统里存的关于您的全部信息"), "sections": told}


def _plain(value: Any) -> Any:
    return value if isinstance(value, list) else str(value)


def _as_csv(one: Section) -> str:
    """With a mark by which spreadsheets know that it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([str(one.title)])
    if one.rows:
        writer.writerow([safe_cell(label) for label in one.rows[0]])
        writer.writerows([safe_cell(value) for value in row.values()] for row in one.rows)
    return "\ufeff" + out.getvalue()
