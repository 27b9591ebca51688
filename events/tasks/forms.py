"""Forms of tasks and check-ins; they check shapes, the services check rules."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.tasks.checkins import Word
from events.tasks.models import Evidence, Task
from events.tasks.services import DEFAULT_ANSWERS, usual_points
from foundation.actors import Actor
from volunteers.people.documents import LOCATION, PHOTO
from volunteers.people.services import has_refused
from volunteers.units.models import THREE_HEADS, Level, Role, Unit
from volunteers.units.rights import Right, units_where

ROLE_CHOICES = [(role.value, role.label) for role in THREE_HEADS]
POSTING_LEVELS = (Level.DISTRICT, Level.STREET, Level.COMMUNITY)
TARGET_LEVELS = (*POSTING_LEVELS, Level.AREA)


_WANTED_BY = {"photo": Evidence.PHOTO, "lat": Evidence.PLACE, "lng": Evidence.PLACE}


_CONSENTS: dict[str, str] = {Evidence.PHOTO: PHOTO, Evidence.PLACE: LOCATION}


def _still_allowed(evidence: str, person_id: int | None) -> str:
    """What a task may offer to add: nothing to whoever took that consent back; the task itself goes on."""
    document = _CONSENTS.get(evidence)
    return Evidence.NONE if document and person_id and has_refused(person_id, document) else evidence


class CheckInForm(forms.Form):
    """A leader's word. One choice is enough; everything else may stay empty."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(label=_("怎么样？"), widget=forms.RadioSelect)
    note = forms.CharField(label=_("想补一句？"), max_length=200, required=False)
    photo = forms.FileField(label=_("照片"), required=False)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    lng = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    client_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, task: Task, person_id: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"id": uuid.uuid4()})
        self.evidence = _still_allowed(task.evidence, person_id)
        # What the task does not ask for is not made: Django copies every field for every form.
        self.base_fields = {  # type: ignore[misc]
            n: f for n, f in type(self).base_fields.items() if _WANTED_BY.get(n, self.evidence) == self.evidence
        }
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = [(a["code"], a["label"]) for a in task.answers]  # type: ignore[attr-defined]

    def word(self) -> Word:
        """What the leader said. Photo and place are dropped when the task does not ask for them."""
        place = None
        lat, lng = self.cleaned_data.get("lat"), self.cleaned_data.get("lng")
        if self.evidence == Evidence.PLACE and lat is not None and lng is not None:
            place = {"lat": round(lat, 3), "lng": round(lng, 3)}
        return Word(answer=self.cleaned_data["answer"], note=self.cleaned_data["note"], place=place)


class TaskForm(forms.ModelForm):
    """What, why, until when, to whom, how long. Minutes and points have defaults; nothing else is needed."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    targets = forms.ModelMultipleChoiceField(
        label=_("发给哪里"), queryset=Unit.objects.none(), to_field_name="uid", widget=forms.CheckboxSelectMultiple
    )
    roles = forms.MultipleChoiceField(
        label=_("发给谁"), choices=ROLE_CHOICES, widget=forms.CheckboxSelectMultiple, initial=[Role.NEIGHBOUR_LEADER]
    )
    choices = forms.CharField(
        label=_("可选的回答"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("一行一个；要人帮忙的那一个，前面加一个“!”。不填就是“办好了 / 要人帮忙”。"),
    )

    class Meta:
        model = Task
        fields = (
            "title", "why", "question", "minutes", "due_at", "evidence", "needs_confirmation", "points",
        )  # fmt: skip
        widgets = {
            "why": forms.Textarea(attrs={"rows": 3}),
            "due_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }

    def __init__(self, *args: Any, user: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posting = units_where(user, Right.POST_TASK)
        self.unit = posting.current().filter(level__in=POSTING_LEVELS).order_by("path").first()
        self.fields["targets"].queryset = self._targets(posting)  # type: ignore[attr-defined]
        if not self.is_bound:
            self.initial.setdefault("id", uuid.uuid4())
            if self.unit:
                self.initial.setdefault("targets", [self.unit.uid])
            self.initial.setdefault("due_at", _next_sunday())
            self.initial["points"] = usual_points()

    def _targets(self, posting: Any) -> Any:
        """The asking unit and the level right below it: short enough to choose from with a thumb."""
        if self.unit is None:
            return Unit.objects.none()
        depth = self.unit.depth
        return posting.current().filter(level__in=TARGET_LEVELS, depth__in=[depth, depth + 1]).order_by("path")

    def clean_choices(self) -> list[dict[str, Any]]:
        """Lines into answers; a leading ! (or ！) marks the one that asks for help."""
        lines = [line.strip() for line in self.cleaned_data["choices"].splitlines() if line.strip()]
        if len(lines) > 5:
            raise forms.ValidationError(_("最多五个回答。"))
        if any(len(line) > 16 for line in lines):
            raise forms.ValidationError(_("一个回答最多十五个字。"))
        return [
            {"code": f"a{n}", "label": line.lstrip("!！"), "hint": "", "needs_help": line[0] in "!！"}
            for n, line in enumerate(lines, start=1)
        ] or DEFAULT_ANSWERS

    def service_arguments(self) -> dict[str, Any]:
        """What `post_task` takes, without the acting user."""
        data = dict(self.cleaned_data)
        answers = data.pop("choices")
        return {**data, "answers": answers, "unit": self.unit, "targets": list(data["targets"])}


def _next_sunday() -> Any:
    now = timezone.localtime()
    days = (6 - now.weekday()) % 7 or 7
    return (now + dt.timedelta(days=days)).replace(hour=20, minute=0, second=0, microsecond=0)


class OutcomeForm(forms.Form):
    """What came of it, in a sentence and a short story."""

    title = forms.CharField(label=_("结果一句话"), max_length=40)
    story = forms.CharField(label=_("后来怎样"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))
    thanks = forms.CharField(label=_("一位邻居的话"), max_length=120, required=False)
    photo_before = forms.FileField(label=_("之前的照片"), required=False)
    photo_after = forms.FileField(label=_("之后的照片"), required=False)


class ReturnForm(forms.Form):
    """A reason in friendly words."""

    reason = forms.CharField(label=_("请对方再看看什么"), max_length=100)
