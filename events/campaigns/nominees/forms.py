"""Forms of nominations; they check shapes, the services check rules."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from events.campaigns.nominees.nominations import LONGEST_STORY, LONGEST_WHY
from events.campaigns.nominees.objections import LONGEST, LONGEST_REASON
from volunteers.homes.models import Resident
from volunteers.people.search import matching
from volunteers.units.models import Appointment, Unit

PASS, REFUSE = "pass", "refuse"
UPHOLD, DISMISS = "uphold", "dismiss"
MOST_FOUND = 10


class Once(forms.Form):
    """A form that arrives once, by an id made on the phone."""

    uid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"uid": uuid.uuid4()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)


def _area(label: Any, longest: int, rows: int = 3) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, widget=forms.Textarea(attrs={"rows": rows}))


class NominateForm(Once):
    """Why this one."""

    leader = forms.UUIDField(widget=forms.HiddenInput)
    why = _area(_("为什么推荐"), LONGEST_WHY)


class StoryForm(forms.Form):
    """The nominee's own story."""

    story = _area(_("我的故事"), LONGEST_STORY, rows=6)


class ObjectionForm(Once):
    """What somebody has to say."""

    words = _area(_("是什么事"), LONGEST, rows=4)


def _present(label: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, error_messages={"required": _("本人不在场，就不能代录。")})


class CounterAnswerForm(forms.Form):
    """The nominee's own word, said at a counter."""

    agrees = forms.ChoiceField(
        label=_("本人怎么说"), choices=[("yes", _("同意，参加")), ("no", _("这次先不参加"))], widget=forms.RadioSelect
    )
    story = forms.CharField(
        label=_("本人的故事"), max_length=LONGEST_STORY, required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("同意的才写，照本人说的记，念一遍给本人听。"),
    )  # fmt: skip
    present = _present(_("本人在场，同意书念给本人听过"))

    def answer(self) -> dict[str, Any]:
        """What was said, for the service."""
        return {"agrees": self.cleaned_data["agrees"] == "yes", "story": self.cleaned_data["story"]}


class CounterForm(Once):
    """For a resident who came to a counter; which one, where several fit the words."""

    who = forms.CharField(label=_("谁来的"), max_length=40, help_text=_("登记过住处的居民：姓名，或者手机后四位。"))
    present = _present(_("本人在场，照本人说的记"))

    def __init__(self, *args: Any, residents: QuerySet[Resident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.residents = residents

    def clean(self) -> dict[str, Any]:
        """With the `resident`."""
        data = super().clean() or {}
        told = _("没有找到登记过住处的这一位。")
        return data | {"resident": self.one_of("who", self.residents, "resident", told, attrgetter("neighbourhood"))}

    def one_of(self, words: str, rows: QuerySet[Any], name: str, none: Any, place: Callable[[Any], Unit]) -> Any:
        """The one of some rows whom the words of a field mean; where several fit, they are there to choose from."""
        asked, chosen = self.cleaned_data.get(words), self.data.get(name, "")
        if not asked:
            return None
        found = list(matching(rows, asked)[:MOST_FOUND])
        found = [one for one in found if str(one.uid) == chosen] or found
        if len(found) > 1:
            listed = [(str(one.uid), f"{one.person.name}，{place(one).name}") for one in found]
            self.fields[name] = forms.ChoiceField(label=_("是哪一位"), choices=listed, widget=forms.RadioSelect)
        if len(found) != 1:
            self.add_error(words, _("有几位都符合，请选一位。") if found else none)
        return found[0] if found else None


class CounterObjectionForm(CounterForm):
    """What a resident has to say against a candidate; who said it the candidate is not told."""

    words = _area(_("是什么事"), LONGEST, rows=4)
    field_order = ("who", "words", "present")


class CounterNominateForm(CounterForm):
    """Whom a resident puts forward, and why."""

    whom = forms.CharField(label=_("推荐谁"), max_length=40, help_text=_("同一个社区的邻长：姓名，或者手机后四位。"))
    why = _area(_("为什么推荐"), LONGEST_WHY)
    field_order = ("who", "whom", "why", "present")

    def __init__(self, *args: Any, leaders: QuerySet[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.leaders = leaders

    def clean(self) -> dict[str, Any]:
        """With the `resident` and the `leader`'s appointment."""
        data = super().clean()
        told = _("没有找到这位邻长。")
        return data | {"leader": self.one_of("whom", self.leaders, "leader", told, attrgetter("unit"))}


class VetManyForm(Once):
    """Pass or refuse, and why; which of the two is the button that was pressed."""

    reason = _area(_("理由"), LONGEST_REASON, rows=2)


class VetForm(VetManyForm):
    """The same of one, with the number of the level that the page showed."""

    due = forms.IntegerField(widget=forms.HiddenInput)


class DecideForm(forms.Form):
    """Why an objection holds or not."""

    reason = _area(_("理由"), LONGEST_REASON, rows=2)


class ProxyForm(Once):
    """For which neighbour without a phone a group leader seconds."""

    resident = forms.ChoiceField(label=_("替哪一位"))

    def __init__(self, *args: Any, residents: list[Resident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.residents = {str(one.uid): one for one in residents}
        chosen: Any = self.fields["resident"]
        chosen.choices = [
            (key, f"{one.person.name} · {one.neighbourhood.place or one.neighbourhood.name}")
            for key, one in self.residents.items()
        ]
