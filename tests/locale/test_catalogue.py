"""The English catalogue: complete, true to its placeholders, and enough for whole pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.apps import apps
from django.db import models
from django.utils import translation
from django.utils.translation import trans_real

from ops import messages
from tests.cast import Cast
from tests.permissions.visitors import ANONYMOUS
from tests.permissions.world import World, make_world
from volunteers.people.models import Person

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%\w|%[sd]|\{\w*\}|</?\w+[^>]*>")
CHINESE = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]+")
IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")  # in whole pages: a comma between two names of the database is no text
# Names that stay: of the languages, of columns of the roster, and of what other programs show.
OWN_NAMES = (
    "简体中文", "中文", "使用完整服务", "社区", "片区名称", "组名称",
    "邻名称", "邻长姓名", "邻长电话", "三长", "3栋",
)  # fmt: skip
EVERYBODY = (
    "/me/", "/me/data/", "/me/data/correct/", "/me/data/object/", "/me/devices/", "/me/phone/", "/posts/notices/",
    "/find/",
    "/inbox/", "/tasks/", "/points/", "/benefits/", "/notices/", "/events/", "/outbox/", "/logout/",
)  # fmt: skip
CONSOLE = tuple(
    f"/console/{place}/"
    for place in (
        "people", "appointments", "proposals", "vacancies", "households", "residents", "doors", "estates", "buildings",
        "units", "structure", "structure/new", "reports/month", "party", "party/gaps", "cadres", "cadres/names",
        "requests", "map", "find", "accounts",
    )
)  # fmt: skip
PAGES: dict[str, tuple[str, ...]] = {
    ANONYMOUS: ("/", "/login/", "/login/staff/", "/notices/", "/events/", "/nothing-like-this/"),
    "stranger": ("/", *EVERYBODY, "/merchant/"),
    "resident": ("/", *EVERYBODY, "/homes/mine/", "/notices/{notice}/", "/events/{event}/"),
    "leader": (
        "/", *EVERYBODY, "/homes/", "/posts/mine/", "/posts/propose/", "/tasks/{task}/", "/tasks/{task}/done/",
        "/tasks/{closed}/", "/tasks/{closed}/outcome/",
        "/benefits/{benefit}/", "/benefits/{benefit}/code/", "/benefits/{benefit}/refused/",
        "/notices/{notice}/", "/events/{event}/",
    ),
    "group_leader": (
        "/", *EVERYBODY, "/tasks/waiting/", "/tasks/check-ins/{check_in}/return/", "/tasks/{task}/rollup/",
    ),
    "worker": (
        *CONSOLE, "/", *EVERYBODY, "/tasks/new/", "/tasks/{task}/rollup/", "/tasks/{task}/close/",
    ),
    "merchant_person": ("/merchant/", "/merchant/history/", "/merchant/benefits/"),
}  # fmt: skip
REFUSED = {(ANONYMOUS, "/nothing-like-this/"): 404, ("stranger", "/merchant/"): 403}
SHOWN = {"alt", "title", "placeholder", "aria-label", "content", "label"}
SORTS = ("task", "closed", "benefit", "notice", "event", "check_in")


class Words(HTMLParser):
    """What a person reads or hears of a page: texts, and the attributes that are read out or shown by the scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in {"script", "style"}
        shown = (value for name, value in attrs if name in SHOWN or name.startswith("data-"))
        self.found += [value for value in shown if value]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


@pytest.fixture
def catalogue() -> Catalog:
    """What is stored, asked with what the sources say today."""
    return messages.merge(messages.collect(), messages.stored())


@pytest.fixture
def compiled(catalogue: Catalog, tmp_path: Path, settings: Any) -> Iterator[None]:
    """The stored catalogue in use, also where nobody has compiled it yet."""
    folder = tmp_path / "locale" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, catalogue)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    _forget()
    yield
    _forget()


def _forget() -> None:
    trans_real._translations.clear()  # type: ignore[attr-defined]
    trans_real._default = None  # type: ignore[attr-defined]
    translation.activate("zh-hans")


@pytest.fixture
def world(cast: Cast, tmp_path: Path, settings: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world(cast)


def _pairs(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    for message in catalogue:
        if message.id and isinstance(message.id, str):
            yield message.id, str(message.string)
        elif message.id:
            yield from zip(message.id, tuple(message.string or ()), strict=True)


def test_every_text_has_an_english_one(catalogue: Catalog) -> None:
    missing = [message.id for message in messages.untranslated(catalogue)]
    assert not missing, f"run `make messages`, then fill in locale/en/LC_MESSAGES/django.po: {missing}"
    assert not [message.id for message in catalogue if message.id and message.fuzzy]


def test_the_english_texts_keep_the_placeholders(catalogue: Catalog) -> None:
    def marks(text: str) -> list[str]:
        return sorted(PLACEHOLDER.findall(text))

    wrong = [(chinese, english) for chinese, english in _pairs(catalogue) if marks(chinese) != marks(english)]
    assert not wrong


def test_the_english_texts_are_english(catalogue: Catalog) -> None:
    wrong = [english for _chinese, english in _pairs(catalogue) if CHINESE.search(_without(english, OWN_NAMES))]
    assert not wrong


def _without(text: str, words: tuple[str, ...] | list[str]) -> str:
    for word in words:
        text = text.replace(word, "")
    return text


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _stored_words() -> list[str]:
    """The Chinese of the database, longest first: names and what people wrote are not translated."""
    words: set[str] = set()
    for model in apps.get_models():
        fields = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, (models.CharField, models.TextField, models.JSONField))
        ]
        for row in model._base_manager.values_list(*fields) if fields else ():
            for text in (word for value in row for word in _strings(value)):
                words.update(CHINESE.findall(text))
                words.add(text)
    return sorted((word for word in words if CHINESE.search(word)), key=len, reverse=True)


def _paths(world: World, visitor: str) -> list[str]:
    things = {}
    for sort in SORTS:
        thing = world.thing(sort, visitor, "own") if visitor != "resident" else world.things.get((sort, "community"))
        things[sort] = getattr(thing, "uid", None) or getattr(thing, "pk", "")
    things["benefit"] = things["notice"] and world.things["benefit", "community"].uid
    if visitor == "group_leader":
        things["check_in"] = world.things["check_in", "neighbourhood"].pk
    return [path.format(**things) for path in PAGES[visitor]]


def _answers(world: World) -> Iterator[tuple[str, str]]:
    """Who asked for which address, and the page."""
    for visitor in PAGES:
        client = world.client(visitor)
        client.cookies["language"] = "en"
        for path in _paths(world, visitor):
            answer = client.get(path)
            expected = REFUSED.get((visitor, path), 200)
            assert answer.status_code == expected, f"{visitor} {path}: {answer.status_code}"
            yield f"{visitor} {path}", answer.content.decode()


def test_a_page_asked_in_english_speaks_english(world: World, compiled: None) -> None:
    pages = list(_answers(world))
    surnames = {name[0] for name in Person.objects.values_list("name", flat=True)}
    covered = [f"{name}*" for name in surnames] + [f"leader {name}" for name in surnames]
    stored = [*OWN_NAMES[:2], *covered, *_stored_words()]
    where = {words: page for page, html in pages for words in Words(html).found}
    left = {(page, rest.strip()) for words, page in where.items() if IDEOGRAPH.search(rest := _without(words, stored))}
    assert not left
