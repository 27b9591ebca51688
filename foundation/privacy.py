"""The registry of personal fields: what is stored about a person, why, how long, and what erasing does (rule R35).

Every app lists its fields in its `personal.py`, found by itself as `models.py` is. A field that looks as if it told
something of a person and is neither registered nor declared impersonal fails the system check (`privacy.E001`) and a
test. The registry drives what people are shown of themselves, their copy, and the erasure; `docs/personal-data.md` is
made of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.models import AppendOnlyModel

Text = str | Promise
PERSON = "people.Person"
FIRST = (PERSON, "units.Appointment", "homes.Resident", "people.Consent")
"""What people read first of themselves."""
PROJECT = frozenset({"config", "cms", "events", "rewards", "volunteers", "foundation", "frontend"})
LOOKS_PERSONAL = re.compile(
    r"phone|mobile|(?:^|_)tel$|name$|born|birth|gender|sex$|address|door|openid|unionid|email|photo|picture|"
    r"avatar|words?$|note$|reason|why$|story|employer|thanks|remark|comment|nick|signature|political|place$|"
    r"payload|journal|sealed|encrypted|tail|"
    r"pinyin|initials|latitude|longitude|(?:^|_)(?:actor|person|user|clerk|resident|guardian|leader)(?:_id)?$",
    re.IGNORECASE,
)


class Sort(models.TextChoices):
    """What kind of thing a field tells of a person."""

    NAME = "name", _("姓名")
    PHONE = "phone", _("手机号")
    ADDRESS = "address", _("住址")
    BIRTH = "birth", _("出生年月")
    TRAIT = "trait", _("性别、政治面貌")
    ROLE = "role", _("职务")
    TEXT = "text", _("写下的话")
    PHOTO = "photo", _("照片")
    PLACE = "place", _("位置")
    LINK = "link", _("是谁的记录")
    ACTOR = "actor", _("由谁经办")
    SECRET = "secret", _("登录凭据")
    SIGNAL = "signal", _("网络痕迹")


class Basis(models.TextChoices):
    """What allows it to be stored (Personal Information Protection Law, article 13)."""

    CONSENT = "consent", _("本人同意")
    SERVICE = "service", _("本人要的服务少不了")
    DUTY = "duty", _("履行职责所必需")
    LAW = "law", _("法律要求")


class Erase(models.TextChoices):
    """What happens to a field when its person is erased."""

    KEEP = "keep", _("留着，不再指向真人")
    CLEAR = "clear", _("清空")
    PSEUDONYM = "pseudonym", _("换成代称")
    DELETE = "delete", _("整条删除")


Shown = str | tuple[Text, Callable[[Any], object]]
"""What people read of a row: a field, or a label and what makes the value."""

WHEN_ERASED: dict[Sort, Erase] = {
    Sort.NAME: Erase.PSEUDONYM,
    Sort.ROLE: Erase.KEEP,
    Sort.LINK: Erase.KEEP,
    Sort.ACTOR: Erase.KEEP,
}
"""The usual rule of a sort; everything else is cleared."""


@dataclass(frozen=True, slots=True)
class PersonalField:
    """One registered field. `erase` is empty for the usual rule of its sort; `blank` is what clearing writes."""

    name: str
    sort: Sort
    erase: Erase | None = None
    mask: Text = ""
    sealed: bool = False
    purpose: Text = ""

    @property
    def rule(self) -> Erase:
        """What erasing does to it."""
        return self.erase or WHEN_ERASED.get(self.sort, Erase.CLEAR)


@dataclass(frozen=True, slots=True)
class PersonalModel:
    """The personal fields of one model.

    `subject` is the look-up that leads from a row to its person (`person`, `user__person`, `pk` for the person itself);
    empty where a person only acted. `shows` are the fields that people read of their own rows (or a label and a
    function of the row), `keep` names how long.
    """

    label: str
    title: Text
    purpose: Text
    basis: Basis
    keep: str
    fields: tuple[PersonalField, ...]
    subject: str = ""
    shows: tuple[Shown, ...] = ()
    delete_rows: bool = False

    @property
    def model(self) -> type[models.Model]:
        """The model itself."""
        return apps.get_model(self.label)

    def rows(self, person_id: int) -> models.QuerySet[Any]:
        """The rows about one person."""
        return self.model._default_manager.filter(**{self.subject: person_id})

    def rule_of(self, one: PersonalField) -> Erase:
        """What erasing does to a field, given what it does to the row."""
        return Erase.DELETE if self.delete_rows and one.sort != Sort.ACTOR else one.rule


@dataclass(slots=True)
class Erasing:
    """One erasure under way: whose, when, and what has to go once it is committed. `name` is the former name."""

    person_id: int
    name: str
    at: datetime
    files: list[tuple[str, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """What is stored about a person in one place, in plain words; each row is label → value."""

    key: str
    title: Text
    purpose: Text
    basis: Text
    keep: Text
    rows: list[dict[str, str]]


registered: dict[str, PersonalModel] = {}
harmless: dict[str, dict[str, Text]] = {}
_sections: list[Callable[[int], Section | None]] = []
_erasers: list[tuple[int, Callable[[Erasing], None]]] = []
_blockers: list[Callable[[int], Iterable[Text]]] = []
_warnings: list[Callable[[int], Iterable[Text]]] = []
_withdrawals: dict[str, list[Callable[[int], None]]] = {}


def register(
    label: str,
    *fields: PersonalField,
    title: Text,
    purpose: Text,
    basis: Basis,
    keep: str,
    subject: str = "",
    shows: tuple[Shown, ...] = (),
    delete_rows: bool = False,
) -> None:
    """List the personal fields of a model; once for each model."""
    if label in registered:
        raise RuntimeError(f"{label} is registered twice")
    registered[label] = PersonalModel(label, title, purpose, basis, keep, fields, subject, shows, delete_rows)


def impersonal(label: str, *names: str, because: Text) -> None:
    """Say that fields tell nothing of a person although they look like it, and why."""
    harmless.setdefault(label, {}).update(dict.fromkeys(names, because))


def section(function: Callable[[int], Section | None]) -> Callable[[int], Section | None]:
    """Register a section that no single model makes; called with the id of the person."""
    _sections.append(function)
    return function


def eraser(function: Callable[[Erasing], None]) -> Callable[[Erasing], None]:
    """Register what else an erasure does in an app, before the fields are cleared, in the same transaction."""
    _erasers.append((len(_erasers), function))
    return function


def blocker(function: Callable[[int], Iterable[Text]]) -> Callable[[int], Iterable[Text]]:
    """Register what stands in the way of an erasure: sentences that say what to do first."""
    _blockers.append(function)
    return function


def warning(function: Callable[[int], Iterable[Text]]) -> Callable[[int], Iterable[Text]]:
    """Register what a person should know before they are erased."""
    _warnings.append(function)
    return function


def on_withdrawal(document: str) -> Callable[[Callable[[int], None]], Callable[[int], None]]:
    """Register what stops at once when somebody takes a consent back; called with the id of the person."""

    def keep(function: Callable[[int], None]) -> Callable[[int], None]:
        _withdrawals.setdefault(document, []).append(function)
        return function

    return keep


def blockers(person_id: int) -> list[Text]:
    """Why somebody cannot be erased yet; empty when nothing stands in the way."""
    return [text for function in _blockers for text in function(person_id)]


def warnings(person_id: int) -> list[Text]:
    """What somebody loses by being erased."""
    return [text for function in _warnings for text in function(person_id)]


def stop(document: str, person_id: int) -> None:
    """End what a consent that was taken back had allowed."""
    for function in _withdrawals.get(document, ()):
        function(person_id)


def sections(person_id: int, *, full: bool = False) -> list[Section]:
    """Everything that is stored about a person; a query for each registered model. Numbers in clear only in `full`."""
    from foundation.retention import words_of

    found = []
    first = [registered[label] for label in FIRST if label in registered]
    for entry in [*first, *(one for one in registered.values() if one.label not in FIRST)]:
        if entry.subject and (rows := [_told(entry, row, full) for row in _read(entry, person_id)]):
            basis = Basis(entry.basis).label
            found.append(Section(entry.label, entry.title, entry.purpose, basis, words_of(entry.keep), rows))
    return found + [one for function in _sections if (one := function(person_id))]


def _read(entry: PersonalModel, person_id: int) -> models.QuerySet[Any]:
    links = {one.name for one in entry.model._meta.get_fields() if one.many_to_one and one.concrete}
    told = [name for name in entry.shows if isinstance(name, str) and name in links]
    return entry.rows(person_id).select_related(*told) if told else entry.rows(person_id)


def _told(entry: PersonalModel, row: models.Model, full: bool) -> dict[str, str]:
    """One row in words: label of the field → value."""
    told = {}
    for shown in entry.shows:
        if isinstance(shown, tuple):
            label, value = shown[0], shown[1](row)
        else:
            covered = not full and hasattr(row, f"masked_{shown}")
            label, value = _label(entry.model, shown), _value(row, f"masked_{shown}" if covered else shown)
        told[str(label)] = "" if value is None else _plain(value)
    return told


def _value(row: models.Model, name: str) -> Any:
    return getattr(row, f"get_{name}_display")() if hasattr(row, f"get_{name}_display") else getattr(row, name)


def _label(model: type[models.Model], name: str) -> Text:
    """What a field is called; one without a name of its own after what it points to."""
    if name in _LABELS:
        return _LABELS[name]
    found: Any = next((one for one in model._meta.get_fields() if one.name == name), None)
    label: Text = getattr(found, "verbose_name", name)
    if found is not None and found.many_to_one and label == name.replace("_", " "):
        return found.related_model._meta.verbose_name
    return label


_LABELS: dict[str, Text] = {
    "phone": _("手机号"),
    "door": _("门牌号"),
    "created_at": _("建立时间"),
    "date_joined": _("建立时间"),
    "provider": _("方式"),
    "type": _("类型"),
    "app_id": _("公众号"),
    "preferred_language": _("语言"),
}
"""Of fields of packages, and of properties that open a sealed field."""


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, datetime):
        from django.utils import timezone

        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return str(value)


def erase(one: Erasing) -> None:
    """Apply every rule to one person inside the caller's transaction: hooks first, then rows, then fields."""
    for _order, function in _erasers:
        function(one)
    for entry in registered.values():
        if entry.subject and entry.label != PERSON:
            _erase_rows(entry, one)


def _erase_rows(entry: PersonalModel, one: Erasing) -> None:
    rows = entry.rows(one.person_id)
    _collect_files(entry, rows, one)
    if entry.delete_rows:
        count, _each = rows.delete()
    else:
        values = {f.name: _blank(entry.model, f.name) for f in entry.fields if f.rule == Erase.CLEAR}
        keys = list(rows.values_list("pk", flat=True)) if values else []
        count = entry.model._default_manager.filter(pk__in=keys).update(**values) if keys else 0
    if count:
        one.counts[entry.label] = count


def _collect_files(entry: PersonalModel, rows: models.QuerySet[Any], one: Erasing) -> None:
    for personal in entry.fields:
        if isinstance(entry.model._meta.get_field(personal.name), models.FileField):
            filled = rows.exclude(**{personal.name: ""}).exclude(**{f"{personal.name}__isnull": True})
            one.files += [
                (f"{entry.label}.{personal.name}", name) for name in filled.values_list(personal.name, flat=True)
            ]


def _blank(model: type[models.Model], name: str) -> Any:
    """What an emptied field holds: nothing, or the empty value of its kind."""
    found = model._meta.get_field(name)
    assert isinstance(found, models.Field)
    if found.null:
        return None
    return "" if isinstance(found, models.CharField | models.TextField) else found.get_default()


def faults() -> list[str]:
    """What is wrong with the registry: fields that nobody has registered, and entries without a field or a way."""
    found = [f"{name} looks personal: register it in personal.py, or declare it impersonal" for name in unregistered()]
    for entry in registered.values():
        names = {f.name for f in entry.model._meta.get_fields()}
        found += [f"{entry.label}.{f.name} is registered but not there" for f in entry.fields if f.name not in names]
        if issubclass(entry.model, AppendOnlyModel):
            changed = entry.delete_rows or any(f.rule != Erase.KEEP for f in entry.fields)
            found += [f"{entry.label} never changes, so it can only be kept"] * changed
    for label, declared in harmless.items():
        known = {f.name for f in apps.get_model(label)._meta.get_fields()}
        found += [f"{label}.{name} is declared impersonal but not there" for name in declared if name not in known]
    return found


def unregistered() -> list[str]:
    """Fields of all models, those of packages among them, that look personal and of which nothing is said."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        entry = registered.get(label)
        known = {f.name for f in entry.fields} if entry else set()
        known |= set(harmless.get(label, ()))
        found += [f"{label}.{f.name}" for f in model._meta.local_fields if f.name not in known and looks_personal(f)]
    return sorted(found)


def looks_personal(one: models.Field[Any, Any]) -> bool:
    """Whether a field could tell something of a person: a link to one, a file, free words, or a telling name."""
    target: Any = getattr(one.remote_field, "model", None) if one.remote_field else None
    if target is not None and getattr(one.remote_field, "parent_link", False):
        return False
    if target is not None and target._meta.label in {PERSON, settings.AUTH_USER_MODEL}:
        return True
    if one.model.__module__.split(".", maxsplit=1)[0] not in PROJECT or target is not None:
        return False
    free = models.TextField | models.JSONField | models.FileField | models.BinaryField | models.GenericIPAddressField
    return isinstance(one, free) or bool(LOOKS_PERSONAL.search(one.name))
