"""What every page that is told to somebody has in common. In a file of its own, so that page types can be too."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import PublishingPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from cms.blocks import StoryBlock
from cms.permissions import ScopedPermissionTester
from volunteers.units.models import Unit
from volunteers.units.rights import Right


class ToldPage(Page):
    """What notices, events and stories have in common: a unit that tells it, a summary, a body."""

    uid: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(
        _("编号"), default=uuid.uuid4, unique=True, editable=False
    )
    unit: models.ForeignKey[Unit, Unit] = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="%(class)ss", editable=False, verbose_name=_("单位")
    )
    summary: models.CharField[str, str] = models.CharField(
        _("一句话"), max_length=80, help_text=_("首页和列表里看到的就是它：什么事、要做什么。")
    )
    body = StreamField(StoryBlock(), blank=True, verbose_name=_("正文"))

    parent_page_types: ClassVar[list[Any]] = ["cms.UnitSectionPage"]
    subpage_types: ClassVar[list[Any]] = []
    exclude_fields_in_copy: ClassVar[list[Any]] = ["uid"]
    private_page_options: ClassVar[list[Any]] = []
    promote_panels: ClassVar[list[Any]] = []
    settings_panels: ClassVar[list[Any]] = [PublishingPanel()]
    right: ClassVar[Right]
    url_name: ClassVar[str]

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        """The address readers have."""
        return reverse(self.url_name, args=[self.uid])

    def get_url_parts(self, request: HttpRequest | None = None) -> tuple[int, str, str] | None:
        """Everywhere Wagtail names the page's address, it names the readers' one."""
        parts = super().get_url_parts(request)
        return (parts[0], parts[1], self.get_absolute_url()) if parts else None

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Wagtail's own address leads to the readers' one, where the audience is checked."""
        return redirect(self.get_absolute_url())

    def permissions_for_user(self, user: Any) -> ScopedPermissionTester:
        """Wagtail's permissions, but only while the user holds the right in the unit."""
        return ScopedPermissionTester(user, self, self.right)

    def with_content_json(self, content: dict[str, Any]) -> Any:
        """A page belongs where it lies now, whatever was written while its unit was not merged yet."""
        page = super().with_content_json(content)
        page.unit_id, page.slug = self.unit_id, self.slug
        return page

    def can_move_to(self, parent: Page) -> bool:
        """A page stays with its unit."""
        return bool(parent.pk == self.get_parent().pk and super().can_move_to(parent))
