"""Pages: what is told to whom. Page types pin their parents and children."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import Collection, Page
from wagtail.search import index

from cms.forms import EventPageForm, NoticePageForm
from cms.permissions import ScopedPermissionTester
from cms.querysets import EventPageManager, NoticeManager
from cms.stories import StoryConsent, StoryPage
from cms.told import ToldPage
from foundation import clock
from volunteers.units.models import Role, Unit
from volunteers.units.rights import Right

__all__ = [
    "EventIndexPage",
    "EventPage",
    "HomePage",
    "NoticeAnnouncement",
    "NoticeIndexPage",
    "NoticePage",
    "NoticeRead",
    "StoryConsent",
    "StoryPage",
    "ToldPage",
    "UnitSectionPage",
]


class HomePage(Page):
    """The root of the site; what it shows depends on who looks, so it has no fields of its own."""

    parent_page_types: ClassVar[list[Any]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[Any]] = ["cms.UnitSectionPage", "cms.NoticeIndexPage", "cms.EventIndexPage"]
    max_count = 1
    preview_modes: ClassVar[list[Any]] = []
    private_page_options: ClassVar[list[Any]] = []

    class Meta:
        verbose_name = _("首页")
        verbose_name_plural = _("首页")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The personal home of whoever asks."""
        from cms.home import personal_home

        return personal_home(request)


class UnitSectionPage(Page):
    """Holds the pages of one unit with staff; made by `sync_staff_groups`, never seen by readers."""

    unit: models.OneToOneField[Unit, Unit] = models.OneToOneField(
        Unit, on_delete=models.PROTECT, related_name="section", verbose_name=_("单位")
    )
    staff_group: models.OneToOneField[Group, Group] = models.OneToOneField(
        Group, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    collection: models.OneToOneField[Any, Any] = models.OneToOneField(
        Collection, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )

    parent_page_types: ClassVar[list[Any]] = ["cms.HomePage"]
    subpage_types: ClassVar[list[Any]] = ["cms.NoticePage", "cms.EventPage", "cms.StoryPage"]
    is_creatable = False
    preview_modes: ClassVar[list[Any]] = []
    private_page_options: ClassVar[list[Any]] = []
    content_panels: ClassVar[list[Any]] = []
    promote_panels: ClassVar[list[Any]] = []
    settings_panels: ClassVar[list[Any]] = []

    class Meta:
        verbose_name = _("单位栏目")
        verbose_name_plural = _("单位栏目")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """There is nothing to see here."""
        raise Http404

    def permissions_for_user(self, user: Any) -> ScopedPermissionTester:
        """Wagtail's permissions, but only while the user publishes in the unit."""
        return ScopedPermissionTester(user, self, Right.PUBLISH_NOTICE, keep=True)


class NoticeIndexPage(Page):
    """/notices/: what concerns me, the newest first."""

    parent_page_types: ClassVar[list[Any]] = ["cms.HomePage"]
    subpage_types: ClassVar[list[Any]] = []
    max_count = 1
    preview_modes: ClassVar[list[Any]] = []
    private_page_options: ClassVar[list[Any]] = []

    class Meta:
        verbose_name = _("公告列表")
        verbose_name_plural = _("公告列表")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The list of whoever asks."""
        from cms.reading import notice_list

        return notice_list(request)


class EventIndexPage(Page):
    """/events/: what is on around me, the next one first."""

    parent_page_types: ClassVar[list[Any]] = ["cms.HomePage"]
    subpage_types: ClassVar[list[Any]] = []
    max_count = 1
    preview_modes: ClassVar[list[Any]] = []
    private_page_options: ClassVar[list[Any]] = []

    class Meta:
        verbose_name = _("活动列表")
        verbose_name_plural = _("活动列表")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The list of whoever asks."""
        from cms.reading import event_list

        return event_list(request)


class NoticePage(ToldPage):
    """A notice to some units and roles."""

    targets = ParentalManyToManyField(Unit, related_name="+", verbose_name=_("发给哪里"))
    roles: models.JSONField[list[str], list[str]] = models.JSONField(_("发给谁"), default=list, blank=True)
    must_read: models.BooleanField[bool, bool] = models.BooleanField(_("请大家都看一下"), default=False)
    is_public: models.BooleanField[bool, bool] = models.BooleanField(
        _("谁都能看"), default=False, help_text=_("没登录的人也能看到；只有发给所有人的公告才行。")
    )

    right = Right.PUBLISH_NOTICE
    url_name = "notice_detail"
    base_form_class = NoticePageForm
    objects = NoticeManager()
    content_panels: ClassVar[list[Any]] = [
        FieldPanel("title"),
        FieldPanel("summary"),
        FieldPanel("body"),
        MultiFieldPanel(
            [FieldPanel("targets"), FieldPanel("roles"), FieldPanel("must_read"), FieldPanel("is_public")],
            heading=_("给谁看"),
        ),
    ]
    search_fields: ClassVar[list[Any]] = [*Page.search_fields, index.SearchField("summary"), index.FilterField("unit")]

    class Meta:
        verbose_name = _("公告")
        verbose_name_plural = _("公告")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit"], name="notice_unit")]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """As readers will see it, without the buttons."""
        from cms.reading import preview_notice

        return preview_notice(request, self)

    @property
    def role_labels(self) -> str:
        """Whom it addresses, in words."""
        return "、".join(str(Role(role).label) for role in self.roles) or str(_("所有人"))

    @property
    def is_expired(self) -> bool:
        """Whether its time is over."""
        return self.expire_at is not None and self.expire_at <= clock.now()


class NoticeAnnouncement(models.Model):
    """That a notice went out to a unit: told once, however often it is published again."""

    notice = models.ForeignKey(NoticePage, on_delete=models.CASCADE, related_name="announcements")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("公告通知")
        verbose_name_plural = _("公告通知")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["notice", "unit"], name="notice_announced_once"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.unit_id}"


class NoticeRead(models.Model):
    """知道了. The id is made on the phone. Counts are shown by unit, never who did not."""

    id = models.UUIDField(primary_key=True)
    notice = models.ForeignKey(NoticePage, on_delete=models.CASCADE, related_name="reads", verbose_name=_("公告"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_reads", verbose_name=_("账号")
    )
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("已读")
        verbose_name_plural = _("已读")
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["notice", "user"], name="notice_read_once")]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.user_id}"


class EventPage(ToldPage):
    """The words of an event and its plan; publishing hands the plan to `gatherings.Event`, which has the same uid."""

    place: models.CharField[str, str] = models.CharField(_("地点"), max_length=80)
    starts_at: models.DateTimeField[dt.datetime, dt.datetime] = models.DateTimeField(_("开始"))
    ends_at: models.DateTimeField[dt.datetime, dt.datetime] = models.DateTimeField(_("结束"))
    capacity: models.PositiveIntegerField[int | None, int | None] = models.PositiveIntegerField(
        _("名额"), null=True, blank=True, help_text=_("不填就是不限。")
    )
    needs_sign_up: models.BooleanField[bool, bool] = models.BooleanField(_("需要报名"), default=True)
    is_public: models.BooleanField[bool, bool] = models.BooleanField(
        _("谁都能看"), default=False, help_text=_("不是本单位的人，没登录的人，也能看到。")
    )

    right = Right.RUN_EVENT
    url_name = "event_detail"
    base_form_class = EventPageForm
    objects = EventPageManager()
    content_panels: ClassVar[list[Any]] = [
        FieldPanel("title"),
        FieldPanel("summary"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
                FieldPanel("place"),
                FieldRowPanel([FieldPanel("needs_sign_up"), FieldPanel("capacity")]),
                FieldPanel("is_public"),
            ],
            heading=_("时间、地点、名额"),
        ),
        FieldPanel("body"),
    ]
    search_fields: ClassVar[list[Any]] = [*Page.search_fields, index.SearchField("summary"), index.FilterField("unit")]

    class Meta:
        verbose_name = _("活动页")
        verbose_name_plural = _("活动页")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="event_page_times",
                violation_error_message=_("结束要在开始之后。"),
            ),
        ]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """As readers will see it, without the buttons."""
        from cms.reading import preview_event

        return preview_event(request, self)
