"""Forms of roles held; they check shapes, the services check rules."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import clock
from foundation.errors import Invalid
from volunteers.accounts.phones import normal_phone
from volunteers.posts.leaves import candidates
from volunteers.posts.models import role_at
from volunteers.posts.selectors import POST_LEVELS, proposable
from volunteers.posts.services import Correction
from volunteers.units.models import LEVEL_OF_ROLE, STAFF, Appointment, Role, Unit
from volunteers.units.rights import Right, units_where
from volunteers.units.selectors import breadcrumbs

SELF, OTHER = "self", "other"
MOST_CHOICES = 200


def take_errors(form: forms.BaseForm, refusal: Invalid) -> None:
    """Show a service's refusal in the form."""
    for name, message in refusal.errors.items():
        form.add_error(name if name in form.fields else None, str(message))
    if not refusal.errors:
        form.add_error(None, str(refusal.message))


class DayInput(forms.DateInput):
    """A date with the picker of the phone."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PhoneField(forms.CharField):
    """A mainland mobile number as people type it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=30, **kwargs)

    def clean(self, value: Any) -> str:
        """The eleven digits, or empty where nothing was typed and nothing is needed."""
        typed = str(super().clean(value) or "")
        phone = normal_phone(typed)
        if typed and not phone:
            raise forms.ValidationError(gettext_lazy("这不像一个手机号，请看看是不是 11 位。"))
        return phone


def post_label(unit: Unit, where: str) -> str:
    """第1片区 · 第1组 · 1-1-2邻 邻长."""
    return " · ".join(filter(None, [where, f"{unit.name} {role_at(unit).label}"]))


class IdForm(forms.Form):
    """Carries the id that was made on the phone, or by the page where there is no JavaScript."""

    id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"id": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class ProposeForm(IdForm):
    """For which post, whom, why. Oneself needs no name."""

    unit = forms.ModelChoiceField(label=gettext_lazy("哪个岗位"), queryset=Unit.objects.none(), to_field_name="uid")
    who = forms.ChoiceField(
        label=gettext_lazy("推荐谁"),
        choices=((OTHER, gettext_lazy("一位邻居")), (SELF, gettext_lazy("我自己"))),
        widget=forms.RadioSelect,
        initial=OTHER,
    )
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=30, required=False)
    phone = PhoneField(
        label=gettext_lazy("手机号"), required=False, help_text=gettext_lazy("只有办这件事的工作人员能看到。")
    )
    why = forms.CharField(
        label=gettext_lazy("为什么合适"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, user: Any, wide: bool = False, chosen: Unit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        units = units_where(user, Right.PROPOSE).filter(level__in=POST_LEVELS).current() if wide else proposable(user)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        listed = [chosen] if chosen else list((proposable(user) if wide else units).order_by("path")[:MOST_CHOICES])
        where = breadcrumbs(listed)
        self.fields["unit"].choices = [  # type: ignore[attr-defined]
            (str(unit.uid), post_label(unit, where[unit.pk])) for unit in listed
        ]
        self.has_choices = bool(listed)
        if len(listed) == 1:
            self.initial["unit"] = listed[0].uid

    def clean(self) -> dict[str, Any]:
        """Another person needs a name and a number."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("who") == OTHER:
            if not data.get("name", "").strip():
                self.add_error("name", _("请写上姓名。"))
            if "phone" in data and not data["phone"]:
                self.add_error("phone", _("请填 11 位手机号。"))
        return data

    def service_arguments(self) -> dict[str, Any]:
        """What `propose` takes, without the acting user."""
        data = self.cleaned_data
        oneself = data["who"] == SELF
        whom = {} if oneself else {"name": data["name"].strip(), "phone": data["phone"]}
        return {"uid": data["id"], "unit": data["unit"], "why": data["why"].strip(), "oneself": oneself, **whom}


class ObjectionForm(IdForm):
    """One word against a candidate."""

    words = forms.CharField(label=gettext_lazy("您的意见"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class LeaveForm(IdForm):
    """From when until when, and who stands in. A reason is never needed."""

    starts_on = forms.DateField(label=gettext_lazy("从哪天"), widget=DayInput())
    until = forms.DateField(label=gettext_lazy("到哪天"), widget=DayInput())
    stand_in = forms.ModelChoiceField(
        label=gettext_lazy("请谁代几天"),
        queryset=Appointment.objects.none(),
        to_field_name="uid",
        required=False,
        empty_label=gettext_lazy("先不请"),
    )
    reason = forms.CharField(label=gettext_lazy("想说一句？"), max_length=100, required=False)

    def __init__(self, *args: Any, appointment: Appointment, wide: bool = False, **kwargs: Any) -> None:
        kwargs["initial"] = {"starts_on": clock.today(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        fill_stand_ins(self.fields["stand_in"], candidates(appointment, wide=wide))

    def service_arguments(self) -> dict[str, Any]:
        """What `take_leave` takes, without appointment and acting user."""
        data = self.cleaned_data
        stand_in = data["stand_in"].person if data["stand_in"] else None
        rest = {name: data[name] for name in ("starts_on", "until", "reason")}
        return {"uid": data["id"], "stand_in": stand_in, **rest}


def fill_stand_ins(field: Any, rows: Any) -> None:
    """Each person once, with the post in which they are known."""
    field.queryset = rows
    known: set[int] = set()
    choices: list[tuple[str, str]] = []
    for one in rows:
        if one.person_id not in known:
            known.add(one.person_id)
            choices.append((str(one.uid), f"{one.person.name}（{one.unit.name} {Role(one.role).label}）"))
    empty = [("", field.empty_label)] if field.empty_label else []
    field.choices = [*empty, *choices]


class StandInForm(forms.Form):
    """Who stands in."""

    stand_in = forms.ModelChoiceField(
        label=gettext_lazy("请谁代"), queryset=Appointment.objects.none(), to_field_name="uid", empty_label=None
    )

    def __init__(self, *args: Any, appointment: Appointment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fill_stand_ins(self.fields["stand_in"], candidates(appointment, wide=True))


class StepDownForm(forms.Form):
    """Stepping down: the last day, and a word if one likes."""

    last_day = forms.DateField(label=gettext_lazy("做到哪天"), widget=DayInput(), required=False)
    reason = forms.CharField(label=gettext_lazy("想说一句？"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"last_day": clock.today(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


# -- at a desk -----------------------------------------------------------------------------------------------------


class VetForm(forms.Form):
    """Found suitable; the month of birth only where it is not known."""

    born_on = forms.DateField(
        label=gettext_lazy("出生年月"), required=False, widget=DayInput(), help_text=gettext_lazy("满 18 岁才能任职。")
    )
    agreed = forms.BooleanField(label=gettext_lazy("问过本人，本人愿意"), required=False)
    keep_name = forms.BooleanField(label=gettext_lazy("号码登记的名字不一样时，以登记的为准"), required=False)

    def __init__(self, *args: Any, asks_birth: bool, asks_consent: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_birth:
            del self.fields["born_on"]
        if not asks_consent:
            del self.fields["agreed"], self.fields["keep_name"]

    def service_arguments(self) -> dict[str, Any]:
        """What `vet` takes, without proposal and acting user."""
        data = self.cleaned_data
        return {
            "agreed": data.get("agreed", True),
            "born_on": data.get("born_on"),
            "keep_name": data.get("keep_name", False),
        }


class ReasonForm(forms.Form):
    """A reason in friendly words; it reaches whoever it concerns."""

    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class ObjectionAnswerForm(ReasonForm):
    """Whether an objection holds, and why."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("怎么处理"),
        choices=(("dismissed", gettext_lazy("不成立")), ("upheld", gettext_lazy("成立，不再任命"))),
    )


class EndForm(forms.Form):
    """When it ends and why; or at once."""

    last_day = forms.DateField(label=gettext_lazy("最后一天"), widget=DayInput(), required=False)
    at_once = forms.BooleanField(
        label=gettext_lazy("马上收回"), required=False, help_text=gettext_lazy("两秒之内就不能再看、再办。")
    )
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"last_day": clock.today(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class CorrectForm(forms.ModelForm):
    """What was written down wrongly."""

    reason = forms.CharField(label=gettext_lazy("为什么改"), max_length=200)

    class Meta:
        model = Appointment
        fields = ("starts_on", "ends_on", "term_ends_on", "post_title", "employer", "is_cadre")
        widgets = {name: DayInput() for name in ("starts_on", "ends_on", "term_ends_on")}

    def _post_clean(self) -> None:
        """The service writes and checks; the row itself is left alone here."""

    def correction(self) -> Correction:
        """What the appointment should say."""
        data = self.cleaned_data
        return Correction(**{name: data[name] for name in self.Meta.fields})


class StaffForm(forms.Form):
    """Appoint somebody of the staff: who, what, where."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    role = forms.ChoiceField(label=gettext_lazy("职务"))
    unit = forms.ModelChoiceField(label=gettext_lazy("单位"), queryset=Unit.objects.none(), to_field_name="uid")
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=30)
    phone = PhoneField(label=gettext_lazy("手机号"))
    starts_on = forms.DateField(label=gettext_lazy("从哪天"), widget=DayInput())
    post_title = forms.CharField(label=gettext_lazy("职务名称"), max_length=40, required=False)

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        kwargs["initial"] = {"id": uuid.uuid4(), "starts_on": clock.today(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        listed = list(units)
        levels = {unit.level for unit in listed}
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, role.label) for role in STAFF if LEVEL_OF_ROLE[role] in levels
        ]
        where = breadcrumbs(listed, top=1)
        field: Any = self.fields["unit"]
        field.queryset = Unit.objects.filter(pk__in=[unit.pk for unit in listed])
        field.choices = [(str(unit.uid), " · ".join(filter(None, [where[unit.pk], unit.name]))) for unit in listed]

    def service_arguments(self) -> dict[str, Any]:
        """What `appoint_staff` takes, without the acting user."""
        data = dict(self.cleaned_data)
        return {"uid": data.pop("id"), **data}
