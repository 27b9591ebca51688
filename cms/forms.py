"""Forms of pages in the console; they check shapes, the services check rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm

from events.gatherings.models import Event
from volunteers.people.choosing import PersonField
from volunteers.units.forms import Choice
from volunteers.units.models import LEVELS, THREE_HEADS, Appointment, Level, Role, Unit
from volunteers.units.rights import Right, units_where

TARGET_LEVELS = LEVELS[: LEVELS.index(Level.GROUP)]
LONGEST_TITLE = 60


class ReadForm(forms.Form):
    """Nothing to fill in: the id makes it arrive once."""

    id = forms.UUIDField(widget=forms.HiddenInput)


class ToldPageForm(WagtailAdminPageForm):
    """A title that fits a phone; a new page belongs to the unit of its section."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.unit_id is None:
            self.instance.unit = self.parent_page.specific.unit
        if "title" in self.fields:
            title = self.fields["title"]
            title.max_length = title.widget.attrs["maxlength"] = LONGEST_TITLE
            title.validators.append(MaxLengthValidator(LONGEST_TITLE))
            title.help_text = _("一看就懂，六十个字以内。")


class NoticePageForm(ToldPageForm):
    """Words, and whom they address: the unit itself or the level right below it."""

    roles = forms.MultipleChoiceField(
        label=_("发给谁"),
        choices=[(role.value, role.label) for role in Role],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("一个都不选就是所有人，居民也在内。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "targets" not in self.fields:
            return
        unit = self.instance.unit
        reachable = units_where(self.for_user, Right.PUBLISH_NOTICE).under(unit)
        if self.for_user.is_superuser:
            reachable = Unit.objects.under(unit)
        choices = reachable.current().filter(level__in=TARGET_LEVELS, depth__in=[unit.depth, unit.depth + 1])
        targets = forms.ModelMultipleChoiceField(
            label=_("发给哪里"), queryset=choices, widget=forms.CheckboxSelectMultiple, help_text=_("至少选一个。")
        )
        self.fields["targets"] = targets
        if self.instance.pk is None:
            self.initial["targets"] = [unit.pk]

    def clean(self) -> dict[str, Any]:
        """What anybody may read has to be addressed to everybody."""
        data: dict[str, Any] = super().clean()
        if data.get("is_public") and data.get("roles"):
            self.add_error("is_public", _("只发给部分职务的公告，不能谁都能看。"))
        return data


class EventPageForm(ToldPageForm):
    """Words and plan of an event in one form."""

    def clean(self) -> dict[str, Any]:
        """Ends after it starts; never fewer places than people who signed up."""
        data: dict[str, Any] = super().clean()
        starts_at, ends_at, capacity = data.get("starts_at"), data.get("ends_at"), data.get("capacity")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("结束要在开始之后。"))
        if capacity is not None:
            signed = Event.objects.filter(uid=self.instance.uid).values_list("signed_count", flat=True).first() or 0
            if capacity < signed:
                self.add_error("capacity", _("已经有 %(n)d 人报名，名额不能比这少。") % {"n": signed})
        return data


class StoryPageForm(ToldPageForm):
    """A story about one of the three heads whom the editor sees; their full name stays out of the words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "about" not in self.fields:
            return
        told = self.fields["about"]
        field = PersonField(user=self.for_user, label=told.label, help_text=told.help_text)
        if self.instance.about_id:
            person = self.instance.about
            self.initial["about"] = person
            field.widget.offered = [Choice(str(person.uid), person.name)]
        self.fields["about"] = field

    def clean(self) -> dict[str, Any]:
        """Whether the name is shown is the person's choice, so it is no part of the words."""
        data: dict[str, Any] = super().clean()
        person = data.get("about")
        if person is None:
            return data
        if not Appointment.objects.active().of_roles(THREE_HEADS).filter(person=person).exists():
            self.add_error("about", _("故事写的是在任的片长、组长、邻长。"))
        for name in ("title", "summary", "body"):
            if person.name in str(data.get(name) or ""):
                self.add_error(name, _("文字里别写全名，写“周邻长”这样的称呼；全名由本人决定要不要显示。"))
        return data
