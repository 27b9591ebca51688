"""代录 at a counter, for whoever came there: putting a leader forward, standing behind one as a household, the nominee's
own word, what a resident says against a candidate.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from events.campaigns.models import Nomination
from events.campaigns.nominees.forms import CounterAnswerForm, CounterForm, CounterNominateForm, CounterObjectionForm
from events.campaigns.nominees.nominations import answer_nomination, nominate, second
from events.campaigns.nominees.objections import raise_objection
from events.campaigns.nominees.selectors import nominable_at_counter, residents_at_counter
from events.campaigns.selectors import campaign_of
from volunteers.orgs.console_forms import form_page
from volunteers.people.documents import NOMINEE, document
from volunteers.people.models import Channel
from volunteers.units.console import requires
from volunteers.units.rights import Right

may_write_down = requires(Right.VET_NOMINEE)


@may_write_down
@require_http_methods(["GET", "POST"])
def nomination_make(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """A resident puts a neighbour leader forward, here, in person and in their own name."""
    campaign = campaign_of(request.user, uid)
    form = CounterNominateForm(
        request.POST if request.method == "POST" else None,
        residents=residents_at_counter(request.user), leaders=nominable_at_counter(request.user, campaign),
    )  # fmt: skip

    def keep(data: dict[str, Any]) -> None:
        said = {"uid": data["uid"], "why": data["why"], "appointment": data["leader"], "resident": data["resident"]}
        nominate(campaign=campaign, acting_user=request.user, **said)

    return form_page(
        request, form, keep, title=_("代录提名"),
        intro=_("先问过本人愿不愿意，答应了才往下走。别人推荐过的，这一份记作附议。"),
        back=reverse("console_nomination_list"), done=_("记下了，谢谢您。"), button=_("记下"),
    )  # fmt: skip


@may_write_down
@require_http_methods(["GET", "POST"])
def nomination_second(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """A household stands behind a nomination: one of it says so here, in person."""
    row: Nomination = get_object_or_404(Nomination.objects.vetted_below(request.user).select_related("person"), pk=uid)
    form = CounterForm(request.POST if request.method == "POST" else None, residents=residents_at_counter(request.user))

    def keep(data: dict[str, Any]) -> None:
        second(uid=data["uid"], nomination=row, resident=data["resident"], acting_user=request.user)

    return form_page(
        request, form, keep, title=_("代录一户附议：%(name)s") % {"name": row.person.name},
        intro=_("同一个社区的住户，一户算一次。"), back=reverse("console_nomination", args=[uid]),
        done=_("记下了，代录的一户。"), button=_("记下"),
    )  # fmt: skip


@may_write_down
@require_http_methods(["GET", "POST"])
def nomination_answer(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The nominee agrees or declines, here, in person; the wording is read to them."""
    rows = Nomination.objects.vetted_below(request.user).select_related("person", "neighbourhood")
    row: Nomination = get_object_or_404(rows, pk=uid)
    form = CounterAnswerForm(request.POST if request.method == "POST" else None)
    wording = document(NOMINEE).to_read

    def keep(_data: object) -> None:
        answer_nomination(nomination=row, channel=Channel.COUNTER, acting_user=request.user, **form.answer())

    return form_page(
        request, form, keep, title=_("代录%(name)s的答复") % {"name": row.person.name},
        intro=" ".join([wording.lead, *wording.points]), back=reverse("console_nomination", args=[uid]),
        done=_("记下了，谢谢您。"), button=_("记下"),
    )  # fmt: skip


@may_write_down
@require_http_methods(["GET", "POST"])
def objection_raise(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """A resident says something against a candidate, here, in person and in their own name."""
    rows = Nomination.objects.visible_to(request.user).candidates().select_related("person")
    row: Nomination = get_object_or_404(rows, pk=uid)
    residents = residents_at_counter(request.user)
    form = CounterObjectionForm(request.POST if request.method == "POST" else None, residents=residents)

    def keep(data: dict[str, Any]) -> None:
        said = {"uid": data["uid"], "words": data["words"], "resident": data["resident"]}
        raise_objection(nomination=row, acting_user=request.user, **said)

    return form_page(
        request, form, keep, title=_("代录一条关于%(name)s的异议") % {"name": row.person.name},
        intro=_("候选人看不到是谁提的。有结果会告诉您，请转告本人。"), back=reverse("candidate", args=[uid]),
        done=_("收到了。核实以后会告诉您结果。"), button=_("记下"),
    )  # fmt: skip
