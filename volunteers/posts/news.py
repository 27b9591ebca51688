"""What is told to whom when a role changes hands. Called by services inside their transaction; words are stored."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation import streams
from volunteers.posts.models import Leave, Objection, Proposal
from volunteers.posts.querysets import COMMUNITY_WIDTH
from volunteers.units.models import Appointment, Level, Role, Unit

KIND = "post"


def _tell(key: str, title: str, body: str, url: str, *, roles: tuple[str, ...] = (), ref: str = "") -> None:
    payload = {"title": title, "body": body, "url": url, "icon": "people"}
    streams.publish(key, kind=KIND, payload=payload, roles=roles, ref=ref)


def _person(person_id: int | None, title: str, body: str, url: str, ref: str = "") -> None:
    if person_id:
        _tell(streams.person_key(person_id), title, body, url, ref=ref)


def _staff_of(unit: Unit, title: str, body: str, url: str, ref: str = "") -> None:
    """The workers of the community in which a unit lies."""
    community = Unit.objects.filter(path=unit.path[:COMMUNITY_WIDTH]).first()
    if community is not None and community.level == Level.COMMUNITY:
        _tell(streams.unit_key(community.pk), title, body, url, roles=(Role.COMMUNITY_WORKER.value,), ref=ref)


def _above(appointment: Appointment, title: str, body: str, url: str) -> None:
    """The leader right above; for an area leader the workers of the community."""
    above = Unit.objects.filter(path=appointment.unit.path[: -Unit.steplen]).first()
    role = {Level.GROUP: Role.GROUP_LEADER, Level.AREA: Role.AREA_LEADER}.get(Level(above.level)) if above else None
    if above is not None and role is not None:
        _tell(streams.unit_key(above.pk), title, body, url, roles=(role.value,))
    else:
        _staff_of(appointment.unit, title, body, url)


def _post(unit: Unit, role: str) -> str:
    return f"{unit.name} {Role(role).label}"


@streams.in_district_language
def proposed(proposal: Proposal) -> None:
    """Staff hear that somebody was proposed."""
    words = _("%(post)s：%(how)s") % {
        "post": _post(proposal.unit, proposal.role),
        "how": proposal.get_how_display(),
    }
    url = reverse("console_proposal_detail", args=[proposal.pk])
    _staff_of(proposal.unit, _("有人推荐了新的人选"), words, url, ref=f"proposal:{proposal.pk}")


@streams.in_district_language
def noticed(proposal: Proposal) -> None:
    """Everybody of the unit hears of the public notice, and so does the proposed one."""
    assert proposal.notice_until
    until = f"{proposal.notice_until.month}月{proposal.notice_until.day}日"
    names = {"name": proposal.name, "post": _post(proposal.unit, proposal.role), "until": until}
    url, ref = reverse("post_notice", args=[proposal.pk]), f"proposal:{proposal.pk}"
    _tell(
        streams.unit_key(proposal.unit_id),
        _("公示：%(name)s 拟任 %(post)s") % names,
        _("到 %(until)s 止。有话可以直接在这里说。") % names,
        url,
        ref=ref,
    )
    _person(proposal.person_id, _("您正在公示"), _("拟任 %(post)s，公示到 %(until)s。") % names, url, ref)


@streams.in_district_language
def notice_over(proposal: Proposal) -> None:
    """Staff hear that a public notice has run."""
    url = reverse("console_proposal_detail", args=[proposal.pk])
    _staff_of(proposal.unit, _("公示期满了"), _post(proposal.unit, proposal.role), url, f"proposal:{proposal.pk}")


@streams.in_district_language
def objected(objection: Objection) -> None:
    """Staff hear of an objection; its words stay on the page."""
    proposal = objection.proposal
    url = reverse("console_proposal_detail", args=[proposal.pk])
    _staff_of(proposal.unit, _("公示收到一条意见"), _post(proposal.unit, proposal.role), url, f"proposal:{proposal.pk}")


@streams.in_district_language
def objection_decided(objection: Objection) -> None:
    """Whoever objected hears what came of it."""
    proposal, by = objection.proposal, objection.by
    body = f"{objection.get_state_display()}：{objection.reason}"
    title = _("您对 %(post)s 公示的意见有答复了") % {"post": _post(proposal.unit, proposal.role)}
    _person(by.person_id if by else None, title, body, reverse("inbox"))


@streams.in_district_language
def rejected(proposal: Proposal) -> None:
    """Whoever proposed hears the reason."""
    by = proposal.proposed_by
    title = _("您推荐的 %(post)s 人选这次没有通过") % {"post": _post(proposal.unit, proposal.role)}
    _person(by.person_id if by else None, title, proposal.reason, reverse("post_proposal", args=[proposal.pk]))


@streams.in_district_language
def appointed(appointment: Appointment) -> None:
    """The new leader is welcomed; those below hear the name."""
    post = _post(appointment.unit, appointment.role)
    url = reverse("post_mine")
    _person(appointment.person_id, _("您好，%(post)s") % {"post": post}, _("谢谢您愿意来。交接的内容都在这里。"), url)
    title = _("%(post)s：%(name)s") % {"post": post, "name": appointment.person.name}
    _tell(streams.unit_key(appointment.unit_id), title, _("新的一位，请多关照。"), "/")


@streams.in_district_language
def staff_appointed(appointment: Appointment) -> None:
    """A member of staff hears of the post."""
    post = _post(appointment.unit, appointment.role)
    _person(appointment.person_id, _("您好，%(post)s") % {"post": post}, _("电脑上打开后台就能开始。"), "/console/")


@streams.in_district_language
def ended(appointment: Appointment) -> None:
    """The leader is thanked; the one above hears that somebody is needed."""
    post = _post(appointment.unit, appointment.role)
    _person(
        appointment.person_id, _("谢谢您"), _("%(post)s 的任职到此为止，积分 90 天内都能用。") % {"post": post}, "/"
    )
    if appointment.stands_in_for_id is None:
        name = appointment.person.name
        _above(
            appointment, _("%(name)s 卸任了") % {"name": name}, _("%(post)s 需要一位新人") % {"post": post}, propose()
        )


def propose() -> str:
    """Where leaders propose."""
    return reverse("post_propose")


@streams.in_district_language
def leave_taken(leave: Leave) -> None:
    """The leader above hears who is away until when; the stand-in is asked kindly."""
    one = leave.appointment
    words = {"name": one.person.name, "post": _post(one.unit, one.role)}
    days = f"{leave.starts_on.month}月{leave.starts_on.day}日–{leave.ends_on.month}月{leave.ends_on.day}日"
    _above(one, _("%(name)s 要休假") % words, f"{words['post']}，{days}", reverse("post_mine"))


@streams.in_district_language
def stands_in(leave: Leave) -> None:
    """The stand-in hears for whom and until when."""
    assert leave.stand_in
    one = leave.appointment
    words = {"name": one.person.name, "post": _post(one.unit, one.role)}
    days = f"{leave.starts_on.month}月{leave.starts_on.day}日–{leave.ends_on.month}月{leave.ends_on.day}日"
    title = _("请您代 %(name)s 几天") % words
    _person(leave.stand_in.person_id, title, f"{words['post']}，{days}", reverse("post_mine"))


@streams.in_district_language
def leave_began(leave: Leave) -> None:
    """Those below hear whom to ask meanwhile; the reason is nobody's business."""
    one, until = leave.appointment, f"{leave.ends_on.month}月{leave.ends_on.day}日"
    title = _("%(name)s 这几天不在，到 %(until)s") % {"name": one.person.name, "until": until}
    body = _("有事先找 %(name)s") % {"name": leave.stand_in.person.name} if leave.stand_in else ""
    _tell(streams.unit_key(one.unit_id), title, body, "/")


@streams.in_district_language
def leave_over(leave: Leave) -> None:
    """The leader is welcomed back."""
    _person(leave.appointment.person_id, _("欢迎回来"), _("休假结束了，代理也到此为止。"), reverse("post_mine"))


@streams.in_district_language
def terms_ending(community: Unit, count: int, days: int) -> None:
    """Staff of a community hear, once, how many terms end soon."""
    title = _("有 %(count)d 个任期 %(days)d 天内到期") % {"count": count, "days": days}
    url = reverse("console_vacancy_list")
    roles = (Role.COMMUNITY_WORKER.value, Role.STREET_CLERK.value, Role.DISTRICT_CLERK.value)
    _tell(streams.unit_key(community.pk), title, _("可以先问问愿不愿意再做一任"), url, roles=roles)
