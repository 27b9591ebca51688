"""人员 in the console: who serves where, one person with their roles and history, and correcting what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from foundation.actors import Actor
from foundation.errors import Denied, Invalid
from foundation.secrets import mask_name, mask_phone
from frontend.inputs import DayInput
from volunteers.people.choosing import offered_people, people_to_choose
from volunteers.people.console.panels import PANELS
from volunteers.people.corrections import Correction, can_correct_person, correct_person
from volunteers.people.models import Gender, Person, PersonalRequest
from volunteers.people.search import matching
from volunteers.people.selectors import Post, posts_of
from volunteers.units.console import (
    PEOPLE_MENU,
    ExportColumn,
    Found,
    PlaceFilter,
    ScopedListView,
    ScopedMenuItem,
    finder,
    page,
    requires,
    routes,
)  # fmt: skip
from volunteers.units.console.choose import offer, typed
from volunteers.units.models import Appointment, Role
from volunteers.units.rights import Right
from volunteers.units.selectors import breadcrumbs

LIST = ("console_person_list", gettext_lazy("人员"))
CHUNK = 1000


class PersonFilterSet(WagtailFilterSet):
    """By role and place; both of the same appointment."""

    role = django_filters.ChoiceFilter(
        label=gettext_lazy("职务"), empty_label=gettext_lazy("全部"), choices=Role.choices
    )
    place = PlaceFilter()

    class Meta:
        model = Person
        fields = ("role",)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Who holds such a role today."""
        role, place = self.form.cleaned_data.get("role"), self.form.cleaned_data.get("place")
        if not role and not place:
            return queryset
        assert self.request is not None
        held = Appointment.objects.visible_to(self.request.user).active().filter(person=OuterRef("pk"))
        if role:
            held = held.filter(role=role)
        if place:
            held = held.filter(unit__path__startswith=place.path)
        return queryset.filter(Exists(held))


def with_posts(people: Iterable[Person], user: Actor) -> list[Any]:
    """Persons with what they hold today."""
    listed: list[Any] = list(people)
    posts = posts_of(listed, user)
    for person in listed:
        person.posts = posts.get(person.pk, [])
    return listed


def _titles(person: Any) -> str:
    return "；".join(dict.fromkeys(post.title for post in person.posts))


def _places(person: Any) -> str:
    return "；".join(post.place for post in person.posts)


class PersonListView(ScopedListView):
    """Who serves in the reader's units, by the sound of the name; never by anything they did."""

    right = Right.SEE_PEOPLE
    model = Person
    page_title = gettext_lazy("人员")
    header_icon = "user"
    search_hint = gettext_lazy("姓名、拼音、首字母、手机后四位")
    empty_text = gettext_lazy("还没有人。导入名册，或者在推荐与公示里添一位。")
    filterset_class = PersonFilterSet
    default_ordering = ("pinyin", "pk")
    columns = (
        TitleColumn("name", label=gettext_lazy("姓名"), get_url=lambda one: reverse("console_person", args=[one.uid])),
        Column("roles", label=gettext_lazy("职务"), accessor=_titles),
        Column("places", label=gettext_lazy("在哪里"), accessor=_places),
        Column("masked_phone", label=gettext_lazy("手机号"), classname="number"),
    )
    export_columns = (
        ExportColumn(gettext_lazy("姓名"), "name", mask_name),
        ExportColumn(gettext_lazy("职务"), _titles),
        ExportColumn(gettext_lazy("在哪里"), _places),
        ExportColumn(gettext_lazy("手机号"), "phone", mask_phone),
        ExportColumn(gettext_lazy("性别"), "get_gender_display"),
        ExportColumn(gettext_lazy("出生年月"), "born_on", lambda day: str(day.year)),
    )

    def get_base_queryset(self) -> QuerySet[Any]:
        """Without those who had themselves erased."""
        return people_to_choose(self.request.user)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By name, sound, initials, last four digits."""
        return matching(rows, words, "")

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """With what is read once for the page."""
        return super().get_table(with_posts(object_list, self.request.user))

    def rows_to_export(self, rows: QuerySet[Any]) -> Iterator[Any]:
        """A thousand at a time."""
        chunk: list[Person] = []
        for person in rows.iterator(chunk_size=CHUNK):
            chunk.append(person)
            if len(chunk) == CHUNK:
                yield from with_posts(chunk, self.request.user)
                chunk = []
        yield from with_posts(chunk, self.request.user)


def _person(request: HttpRequest, uid: UUID) -> Person:
    return get_object_or_404(people_to_choose(request.user), uid=uid)


@requires(Right.SEE_PEOPLE)
@require_GET
def person_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One person: what they hold and held, how to reach them, what they asked for."""
    person = _person(request, uid)
    terms = Appointment.objects.visible_to(request.user).filter(person=person).select_related("unit")
    listed: list[Any] = list(terms.order_by("-starts_on", "pk"))
    where = breadcrumbs((one.unit for one in listed), top=1)
    for one in listed:
        one.where = where[one.unit_id]
    now = set(terms.active().values_list("pk", flat=True))
    context = page(
        person.name,
        icon="user",
        trail=[LIST],
        person=person,
        held=[one for one in listed if one.pk in now],
        former=[one for one in listed if one.pk not in now],
        requests=PersonalRequest.objects.visible_to(request.user).filter(person=person).order_by("-asked_at"),
        may_correct=can_correct_person(request.user, person),
        panels=[html for _order, panel in PANELS if (html := panel(request, person))],
    )
    return render(request, "people/console_person_detail.html", context)


class CorrectionForm(forms.Form):
    """What is stored, to be put right."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=30)
    gender = forms.ChoiceField(
        label=gettext_lazy("性别"), choices=[("", gettext_lazy("没有填")), *Gender.choices], required=False
    )
    born_on = forms.DateField(label=gettext_lazy("出生年月"), required=False, widget=DayInput)
    political_status = forms.CharField(label=gettext_lazy("政治面貌"), max_length=20, required=False)
    reason = forms.CharField(
        label=gettext_lazy("为什么改"), max_length=200, help_text=gettext_lazy("会记入审计记录，本人也会收到通知。")
    )

    def correction(self) -> Correction:
        """As the service takes it."""
        data = self.cleaned_data
        return Correction(
            name=data["name"],
            gender=data["gender"],
            born_on=data["born_on"],
            political_status=data["political_status"],
        )


@requires(Right.SEE_PEOPLE)
@require_http_methods(["GET", "POST"])
def person_correct(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Put right what is stored about somebody."""
    person = _person(request, uid)
    if not can_correct_person(request.user, person):
        raise Denied(_("这位还在别的单位任职，请上级单位的工作人员来改。"))
    stored = {name: getattr(person, name) for name in ("name", "gender", "born_on", "political_status")}
    form = CorrectionForm(request.POST or None, initial=stored)
    if request.method == "POST" and form.is_valid():
        try:
            correct_person(
                person=person, to=form.correction(), reason=form.cleaned_data["reason"], acting_user=request.user
            )
        except Invalid as refusal:
            for name, words in refusal.errors.items():
                form.add_error(name, str(words))
        else:
            messages.success(request, _("改好了：%(name)s") % {"name": form.cleaned_data["name"]})
            return redirect("console_person", person.uid)
    context = page(_("更正信息"), icon="edit", trail=[LIST], person=person, form=form)
    return render(request, "people/console_person_form.html", context, status=422 if form.is_bound else 200)


@requires(Right.SEE_PEOPLE)
@require_http_methods(["GET", "POST"])
def person_choose(request: HttpRequest) -> HttpResponse:
    """Those who fit what somebody types into a form."""
    name, words = typed(request)
    return offer(request, name, words, offered_people(people_to_choose(request.user), words, request.user))


@finder("people", gettext_lazy("人员"), right=Right.SEE_PEOPLE, order=10, list_url="console_person_list")
def find_people(user: Actor, words: str, limit: int) -> Sequence[Found]:
    """By name, sound, initials, last four digits."""
    found = list(matching(people_to_choose(user), words, "").order_by("pinyin", "pk")[:limit])
    posts = posts_of(found, user)

    def detail(held: list[Post]) -> str:
        return "，".join(post.words for post in held)

    return [Found(one.name, detail(posts.get(one.pk, [])), reverse("console_person", args=[one.uid])) for one in found]


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    return [
        path("people/choose/", person_choose, name="console_person_choose"),
        *routes(PersonListView, "people", "console_person"),
        path("people/<uuid:uid>/", person_detail, name="console_person"),
        path("people/<uuid:uid>/correct/", person_correct, name="console_person_correct"),
    ]


@hooks.register(PEOPLE_MENU)
def menu_item() -> ScopedMenuItem:
    """In the side menu."""
    url = reverse("console_person_list")
    return ScopedMenuItem(gettext_lazy("人员"), url, name="persons", icon_name="user", order=10, right=Right.SEE_PEOPLE)
