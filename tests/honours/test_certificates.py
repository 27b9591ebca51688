"""Certificates with two signatures, and full years that come by themselves."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.models import Notification
from foundation.streams import person_key
from rewards.honours import anniversaries, certificates
from rewards.honours.models import Certificate, CertificateKind
from tests.cast import Cast, person_of
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import Appointment, Role, Unit

ClientFor = Callable[[User], Client]
TODAY = dt.date(2026, 5, 20)


@pytest.fixture
def kind(db: None) -> CertificateKind:
    return CertificateKind.objects.create(name="感谢状", words="感谢您为邻里付出的每一天。")


@pytest.fixture
def proposed(cast: Cast, kind: CertificateKind) -> Certificate:
    return certificates.propose_certificate(
        id=uuid.uuid4(), kind=kind, person=person_of(cast.leader), unit=cast.community, acting_user=cast.worker
    )


def seen(client: Client, certificate: Certificate) -> int:
    return client.get(reverse("certificate", args=[certificate.pk])).status_code


def test_two_people_sign_and_then_its_person_sees_it(cast: Cast, client_for: ClientFor, proposed: Certificate) -> None:
    phone = client_for(cast.leader)
    assert seen(phone, proposed) == 404
    with pytest.raises(Conflict):
        certificates.approve_certificate(certificate=proposed, acting_user=cast.worker)
    with pytest.raises(Denied):
        certificates.approve_certificate(certificate=proposed, acting_user=cast.other_worker)
    answer = client_for(cast.street_clerk).post(reverse("console_certificate_approve", args=[proposed.pk]))
    assert answer.status_code == 302
    page = phone.get(reverse("certificate", args=[proposed.pk])).content.decode()
    for words in ("感谢状", "周桂兰", "感谢您为邻里付出的每一天。", "桂花社区", proposed.number):
        assert words in page
    assert seen(client_for(cast.leader2), proposed) == 404
    told = Notification.objects.get(stream_key=person_key(cast.leader.person_id or 0), kind="certificate")
    assert told.payload["url"] == reverse("certificate", args=[proposed.pk])


def test_a_withdrawn_one_says_so_and_a_waiting_one_is_unknown(cast: Cast, proposed: Certificate) -> None:
    check = reverse("certificate_check", args=[proposed.number])
    assert "没有查到" in Client().get(check).content.decode()
    certificates.approve_certificate(certificate=proposed, acting_user=cast.street_clerk)
    page = Client().get(check).content.decode()
    assert "有效" in page
    assert "周*" in page
    assert "桂兰" not in page
    with pytest.raises(Invalid):
        certificates.withdraw_certificate(certificate=proposed, reason="", acting_user=cast.worker)
    certificates.withdraw_certificate(certificate=proposed, reason="发错了人", acting_user=cast.worker)
    assert "已作废" in Client().get(check).content.decode()


def test_its_person_puts_it_away_and_takes_it_out(cast: Cast, client_for: ClientFor, proposed: Certificate) -> None:
    certificates.approve_certificate(certificate=proposed, acting_user=cast.street_clerk)
    phone, hide = client_for(cast.leader), reverse("certificate_hide", args=[proposed.pk])
    phone.post(hide)
    assert "收起来的证书" in phone.get(reverse("honours")).content.decode()
    phone.post(hide, {"show": "1"})
    assert "收起来的证书" not in phone.get(reverse("honours")).content.decode()
    assert client_for(cast.worker).post(hide).status_code == 404


def test_no_certificate_for_somebody_out_of_sight_or_of_a_kind_that_comes_by_itself(
    cast: Cast, kind: CertificateKind
) -> None:
    values: dict[str, Any] = {"unit": cast.community, "acting_user": cast.worker}
    with pytest.raises(Missing):
        certificates.propose_certificate(id=uuid.uuid4(), kind=kind, person=person_of(cast.other_leader), **values)
    year = CertificateKind.objects.get(years=1)
    with pytest.raises(Invalid):
        certificates.propose_certificate(id=uuid.uuid4(), kind=year, person=person_of(cast.leader), **values)


def test_only_the_district_changes_the_kinds(cast: Cast, client_for: ClientFor, kind: CertificateKind) -> None:
    url = reverse("console_certificate_kind", args=[kind.uid])
    body = {"name": "感谢信", "words": "谢谢。", "is_active": "on"}
    assert client_for(cast.worker).post(url, body).status_code == 403
    assert client_for(cast.district_clerk).post(url, body).status_code == 302
    assert CertificateKind.objects.get(pk=kind.pk).name == "感谢信"


def serve(name: str, *spans: tuple[Role, Unit, str, str]) -> Person:
    """Somebody who led: as what, where, from a day to a day."""
    person = Person.objects.create(name=name)
    for role, unit, first, last in spans:
        days = {"starts_on": dt.date.fromisoformat(first), "ends_on": dt.date.fromisoformat(last)}
        Appointment.objects.create(person=person, role=role, unit=unit, **days)
    return person


@pytest.mark.everywhere
def test_full_years_without_a_gap_bring_a_certificate_once(cast: Cast) -> None:
    near, group = (Role.NEIGHBOUR_LEADER, cast.neighbourhood), (Role.GROUP_LEADER, cast.group)
    third = serve("满三年", (*near, "2023-05-20", "2024-01-31"), (*group, "2024-02-01", "2030-01-01"))
    serve("满一年", (*near, "2025-05-18", "2025-12-31"), (*group, "2025-12-01", "2030-01-01"))
    serve("中断过", (*near, "2023-05-20", "2024-01-31"), (*group, "2024-02-02", "2030-01-01"))
    serve("已经卸任", (*near, "2023-05-20", "2026-05-19"))
    serve("第二年", (*near, "2024-05-20", "2030-01-01"))
    serve("明天才满", (*near, "2023-05-21", "2030-01-01"))
    assert anniversaries.congratulate(TODAY) == 2
    assert anniversaries.congratulate(TODAY) == 0
    made = {one.person.name: one for one in Certificate.objects.select_related("person", "kind")}
    assert {name: one.kind.years for name, one in made.items()} == {"满三年": 3, "满一年": 1}
    assert made["满一年"].dated_on == dt.date(2026, 5, 18)
    assert made["满三年"].unit == cast.group  # where they serve today
    told = Notification.objects.get(stream_key=person_key(third.pk))
    assert "任职满三年" in told.payload["title"]


def test_the_month_lists_who_completes_full_years_by_date(
    cast: Cast, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    Appointment.objects.filter(person=person_of(cast.leader)).update(starts_on=dt.date(2023, 5, 25))
    Appointment.objects.filter(person=person_of(cast.leader2)).update(starts_on=dt.date(2021, 5, 3))
    Appointment.objects.filter(person=person_of(cast.other_leader)).update(starts_on=dt.date(2021, 5, 3))
    monkeypatch.setattr("foundation.clock.today", lambda: TODAY)
    page = client_for(cast.worker).get(reverse("console_anniversary_list")).content.decode()
    assert page.index("马建国") < page.index("周桂兰")
    assert "顾芳" not in page
    assert "许敏" not in page


def test_29_february_is_kept_on_the_first_of_march() -> None:
    assert anniversaries.years_before(dt.date(2028, 2, 29), 1) == dt.date(2027, 3, 1)
