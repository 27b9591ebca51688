"""Forms of honours; they check shapes, the services check rules."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actors import Actor
from frontend.inputs import DayInput, MomentInput
from rewards.honours.cards import LONGEST as LONGEST_WORDS
from rewards.honours.entries import MOST_PEOPLE, Service
from rewards.honours.models import LONGEST, CertificateKind, Picture
from volunteers.people.choosing import PersonField, offered_people, people_to_choose
from volunteers.people.models import Person
from volunteers.units.forms import UnitField
from volunteers.units.models import Level
from volunteers.units.rights import Right

STAFFED = (Level.DISTRICT, Level.STREET, Level.COMMUNITY)


class OnceForm(forms.Form):
    """Carries the id that makes it arrive once."""

    id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"id": uuid.uuid4()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)


class ProofForm(OnceForm):
    """Which year, and whether whoever checks the number may read the details."""

    year = forms.TypedChoiceField(label=_("哪一年的"), required=False, coerce=int, empty_value=None)
    shows_details = forms.BooleanField(label=_("别人查验时，可以看到日期和时长"), required=False)

    def __init__(self, *args: Any, years: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("全部")), *((year, str(year)) for year in years)]
        self.fields["year"].choices = choices  # type: ignore[attr-defined]


class CardForm(OnceForm):
    """A picture and a sentence."""

    picture = forms.ChoiceField(
        label=_("选一张卡片"), choices=Picture.choices, widget=forms.RadioSelect, initial=Picture.LAMP
    )
    words = forms.CharField(label=_("一句心里话"), max_length=LONGEST_WORDS, required=False)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("为什么"), max_length=200, min_length=2)


class PeopleField(forms.CharField):
    """Several people by name, one a line or with 、 between them; each has to be one person whom the user may see."""

    def __init__(self, *, user: Actor, **kwargs: Any) -> None:
        kwargs = {"widget": forms.Textarea(attrs={"rows": 4})} | kwargs
        super().__init__(**kwargs)
        self.user = user

    def clean(self, value: Any) -> list[Person]:
        """The persons, each once."""
        text = super().clean(value)
        for mark in "、，,;；\n\r\t":
            text = text.replace(mark, "|")
        names = list(dict.fromkeys(name.strip() for name in text.split("|") if name.strip()))
        if len(names) > MOST_PEOPLE:
            raise ValidationError(_("一次记 1 到 %(most)d 位。") % {"most": MOST_PEOPLE})
        found = [self._one(name) for name in names]
        return list({person.pk: person for person in found}.values())

    def _one(self, name: str) -> Person:
        rows = people_to_choose(self.user)
        named = list(rows.filter(name=name)[:2])
        if len(named) == 1:
            return named[0]
        offered = offered_people(rows, name, self.user)
        if len(offered) == 1:
            return rows.get(uid=offered[0].uid)
        words = _("“%(name)s”有几位，请加上手机后四位。") if offered or named else _("没有找到“%(name)s”。")
        raise ValidationError(words % {"name": name})


class EntryForm(OnceForm):
    """Service that happened outside of events."""

    project = forms.CharField(label=_("服务项目"), max_length=60, help_text=_("做了什么，例如：防汛值守"))
    started_at = forms.DateTimeField(label=_("开始时间"), widget=MomentInput)
    minutes = forms.IntegerField(label=_("时长（分钟）"), min_value=1, max_value=LONGEST)

    def __init__(self, *args: Any, user: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = UnitField(user=user, right=Right.HONOUR, label=_("在哪里"))
        self.fields["people"] = PeopleField(
            user=user, label=_("参加的人"), help_text=_("一行一位，或用顿号隔开；同名的写“姓名 手机后四位”。")
        )

    def service(self) -> Service:
        """What the service takes."""
        data = self.cleaned_data
        return Service(data["unit"], data["project"], data["started_at"], data["minutes"], data["people"])


class HandOverForm(OnceForm):
    """Whose records, of which days."""

    first_on = forms.DateField(label=_("从"), widget=DayInput)
    last_on = forms.DateField(label=_("到"), widget=DayInput)

    def __init__(self, *args: Any, user: Actor, **kwargs: Any) -> None:
        today = clock.today()
        kwargs["initial"] = {"first_on": today.replace(month=1, day=1), "last_on": today} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["unit"] = UnitField(user=user, right=Right.HONOUR, levels=STAFFED, label=_("哪个单位的"))


class CertificateForm(OnceForm):
    """To whom, which kind, in whose name."""

    kind = forms.ModelChoiceField(label=_("种类"), queryset=CertificateKind.objects.none(), to_field_name="uid")
    words = forms.CharField(
        label=_("证书上的话"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("不填就用这一种证书定好的话。"),
    )  # fmt: skip

    field_order = ("id", "person", "kind", "unit", "words")

    def __init__(self, *args: Any, user: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = CertificateKind.objects.visible_to(user).on_offer().order_by("name", "pk")
        self.fields["kind"].queryset = kinds  # type: ignore[attr-defined]
        self.fields["person"] = PersonField(user=user, label=_("给谁"))
        self.fields["unit"] = UnitField(user=user, right=Right.HONOUR, levels=STAFFED, label=_("以哪个单位的名义"))
        self.order_fields(self.field_order)


class KindForm(forms.ModelForm):
    """A kind of certificate."""

    class Meta:
        model = CertificateKind
        fields = ("name", "words", "is_active")
        widgets = {"words": forms.Textarea(attrs={"rows": 3})}


def take_errors(form: forms.Form, refusal: Any) -> None:
    """Put a service's refusal beside the fields it names."""
    for name, words in refusal.errors.items():
        form.add_error(name if name in form.fields else None, str(words))
    if not refusal.errors:
        form.add_error(None, str(refusal.message))
