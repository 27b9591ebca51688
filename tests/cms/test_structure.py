"""A unit is merged: its notices, drafts and events to come go on with the staff of the unit that remains."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.test.utils.form_data import nested_form_data, streamfield

from cms.models import NoticePage
from cms.sections import section_of
from cms.services import write_event
from events.gatherings.models import Event
from events.gatherings.services import Plan
from foundation.actors import SYSTEM
from tests.cast import Cast
from volunteers.accounts.models import User
from volunteers.structure import services
from volunteers.structure.models import ChangeState
from volunteers.units.models import Unit

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
NewNotice = Callable[..., NoticePage]


def merge(cast: Cast, ended: Unit, into: Unit) -> None:
    """Tomorrow one community goes on for both; the clock is left where it was."""
    plan = {"units": [str(ended.uid), str(into.uid)], "into": str(into.uid)}
    change = services.draft_change(
        uid=uuid.uuid4(), kind="merge", unit=ended, in_force_on=timezone.localdate() + dt.timedelta(days=1),
        why="合并", plan=plan, acting_user=cast.street_clerk,
    )  # fmt: skip
    services.record_consultation(change=change, note="开了会", acting_user=cast.street_clerk)
    services.approve_change(change=change, acting_user=cast.district_clerk)
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        services.enter_due()
    change.refresh_from_db()
    assert change.state == ChangeState.IN_FORCE, change.problem


def test_staff_of_the_unit_that_remains_go_on_with_its_pages(
    cast: Cast, new_notice: NewNotice, plan: Plan, client_for: ClientFor
) -> None:
    kept, own = new_notice(), new_notice(unit=cast.other_community, acting_user=SYSTEM)
    draft = new_notice(title="还没发")
    draft.unpublish()
    event = write_event(unit=cast.community, plan=plan, summary="一起包。", acting_user=cast.worker)
    picture = get_image_model().objects.create(
        title="x", file=get_test_image_file(), collection=section_of(cast.community).collection
    )
    assert kept.slug == own.slug
    merge(cast, cast.community, cast.other_community)
    section = section_of(cast.other_community)
    pages: list[Any] = [kept, own, draft, event]
    for page in pages:
        page.refresh_from_db()
        assert page.get_parent().pk == section.pk, page
        assert page.unit_id == cast.other_community.pk
    assert len({page.slug for page in pages}) == 4
    picture.refresh_from_db()
    assert picture.collection_id == section.collection_id
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        for worker in (cast.worker, cast.other_worker):
            client = client_for(User.objects.get(pk=worker.pk))
            for page in pages:
                assert client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200, page


def test_what_they_publish_again_stays_theirs(cast: Cast, new_notice: NewNotice, client_for: ClientFor) -> None:
    notice = new_notice()
    merge(cast, cast.community, cast.other_community)
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        worker, url = client_for(cast.other_worker), reverse("wagtailadmin_pages:edit", args=[notice.pk])
        fields = {"title": "改到后天", "summary": "后天接水。", "targets": [cast.other_community.pk]}
        form = worker.get(url).content.decode()
        assert f'value="{cast.other_community.pk}" ' in form
        worker.post(url, nested_form_data({"body": streamfield([])}) | fields | {"action-publish": "1"})
    notice.refresh_from_db()
    assert (notice.title, notice.unit, list(notice.targets.all())) == (
        "改到后天", cast.other_community, [cast.other_community]
    )  # fmt: skip


def test_the_page_of_an_event_that_is_over_stays_with_it(cast: Cast, plan: Plan) -> None:
    page = write_event(unit=cast.community, plan=plan, summary="一起包。", acting_user=cast.worker)
    long_ago = timezone.now() - dt.timedelta(days=9)
    Event.objects.filter(uid=page.uid).update(starts_at=long_ago, ends_at=long_ago + dt.timedelta(hours=1))
    merge(cast, cast.community, cast.other_community)
    page.refresh_from_db()
    assert (page.unit, Event.objects.get().unit) == (cast.community, cast.community)
