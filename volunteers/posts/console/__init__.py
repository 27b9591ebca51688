"""Roles held, at a desk: proposals step by step, vacancies, sizes, appointments with their actions and histories."""

from __future__ import annotations

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy
from wagtail import hooks

from volunteers.posts.console import appointments, many, proposals
from volunteers.posts.console.lists import OverloadListView, ProposalListView, VacancyListView
from volunteers.units.console import PEOPLE_MENU, ScopedMenuItem, routes
from volunteers.units.rights import Right


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """Under /console/."""
    one = "proposals/<uuid:uid>/"
    held = "appointments/<uuid:uid>/"
    return [
        path("proposals/new/", proposals.proposal_create, name="console_proposal_create"),
        *routes(ProposalListView, "proposals", "console_proposal"),
        path(one, proposals.proposal_detail, name="console_proposal_detail"),
        path(f"{one}vet/", proposals.proposal_vet, name="console_proposal_vet"),
        path(f"{one}notice/", proposals.proposal_notice, name="console_proposal_notice"),
        path(f"{one}appoint/", proposals.proposal_appoint, name="console_proposal_appoint"),
        path(f"{one}reject/", proposals.proposal_reject, name="console_proposal_reject"),
        path(f"{one}phone/", proposals.proposal_phone, name="console_proposal_phone"),
        path("objections/<uuid:uid>/", proposals.objection_answer, name="console_objection_answer"),
        *routes(VacancyListView, "vacancies", "console_vacancy"),
        *routes(OverloadListView, "sizes", "console_overload"),
        path("appointments/staff/", appointments.staff_appoint, name="console_staff_appoint"),
        path("appointments/end/", many.appointment_end_many, name="console_appointment_end_many"),
        path(held, appointments.appointment_detail, name="console_appointment_detail"),
        path(f"{held}end/", appointments.appointment_end, name="console_appointment_end"),
        path(f"{held}correct/", appointments.appointment_correct, name="console_appointment_correct"),
        path(f"{held}leave/", appointments.appointment_leave, name="console_appointment_leave"),
        path(f"{held}handover/", appointments.handover_print, name="console_handover"),
        path("leaves/<uuid:uid>/end/", appointments.leave_end, name="console_leave_end"),
        path("leaves/<uuid:uid>/stand-in/", appointments.leave_stand_in, name="console_leave_stand_in"),
        path("posts/<uuid:uid>/history/", appointments.post_history, name="console_post_history"),
        path("people/<uuid:uid>/posts/", appointments.person_posts, name="console_person_posts"),
    ]


@hooks.register(PEOPLE_MENU)
def proposals_item() -> ScopedMenuItem:
    """In the side menu."""
    url, label = reverse("console_proposal_list"), gettext_lazy("推荐与公示")
    return ScopedMenuItem(label, url, name="proposals", icon_name="user", order=30, right=Right.APPOINT)


@hooks.register(PEOPLE_MENU)
def vacancies_item() -> ScopedMenuItem:
    """In the side menu."""
    url, label = reverse("console_vacancy_list"), gettext_lazy("岗位空缺")
    return ScopedMenuItem(label, url, name="vacancies", icon_name="warning", order=40, right=Right.APPOINT)


@hooks.register(PEOPLE_MENU)
def sizes_item() -> ScopedMenuItem:
    """In the side menu."""
    url, label = reverse("console_overload_list"), gettext_lazy("户数偏多偏少")
    return ScopedMenuItem(label, url, name="sizes", icon_name="order", order=45, right=Right.APPOINT)
