"""Picking a person by name in a form: inside what one may see, by name, sound, initials or the last four digits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from foundation.actors import Actor
from volunteers.people.models import Person
from volunteers.people.search import matching
from volunteers.people.selectors import posts_of
from volunteers.units.forms import SHOWN, Choice, ChooseField, ChooseWidget


def people_to_choose(user: Actor) -> QuerySet[Person]:
    """Persons whom the user may see, without those who had themselves erased."""
    return Person.objects.visible_to(user).living()


def offered_people(rows: QuerySet[Person], words: str, user: Actor) -> list[Choice]:
    """The first who fit, with what they do and where, so that two of one name are told apart."""
    if not words.strip():
        return []
    found = list(matching(rows, words, "").order_by("pinyin", "pk")[:SHOWN])
    posts = posts_of(found, user)
    return [Choice(str(one.uid), one.name, "，".join(post.words for post in posts.get(one.pk, []))) for one in found]


class PersonField(ChooseField):
    """A person whom the user may see; `PersonField(user=request.user)`."""

    def __init__(self, *, user: Actor, **kwargs: Any) -> None:
        rows = people_to_choose(user)
        kwargs = {"label": gettext_lazy("人员"), "widget": ChooseWidget("console_person_choose")} | kwargs

        def offer(words: str) -> Sequence[Choice]:
            return offered_people(rows, words, user)

        super().__init__(rows=rows, offer=offer, **kwargs)
