"""邻里故事: a page about a leader, which nobody reads unless that person has agreed to exactly this text and photo."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page, Revision
from wagtail.search import index

from cms.forms import StoryPageForm
from cms.querysets import StoryManager
from cms.told import ToldPage
from foundation.errors import Conflict
from volunteers.people.documents import PUBLICATION, document
from volunteers.people.models import Person
from volunteers.units.rights import Right


def _without_ids(value: Any) -> Any:
    """The stored shape of a body, without the ids that its blocks get when they are saved."""
    if isinstance(value, dict):
        return {key: _without_ids(one) for key, one in value.items() if not (key == "id" and "type" in value)}
    return [_without_ids(one) for one in value] if isinstance(value, list) else value


class StoryPage(ToldPage):
    """A story about a leader. Its words never hold the full name; that is shown where the person agreed to it."""

    about: models.ForeignKey[Person, Person] = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("写的是谁"),
        help_text=_("按“发布”以后，先请本人在手机上看，本人同意了才登出来。"),
    )
    text_sha256: models.CharField[str, str] = models.CharField(max_length=64, db_default="", blank=True, editable=False)

    right = Right.PUBLISH_NOTICE
    url_name = "story_detail"
    base_form_class = StoryPageForm
    objects = StoryManager()
    exclude_fields_in_copy: ClassVar[list[Any]] = ["uid", "text_sha256"]
    content_panels: ClassVar[list[Any]] = [
        FieldPanel("about"),
        FieldPanel("title"),
        FieldPanel("summary"),
        FieldPanel("body"),
    ]
    settings_panels: ClassVar[list[Any]] = []
    search_fields: ClassVar[list[Any]] = [*Page.search_fields, index.SearchField("summary"), index.FilterField("unit")]

    class Meta:
        verbose_name = _("邻里故事")
        verbose_name_plural = _("邻里故事")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit"], name="story_unit")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whichever way it goes out, it is not live without the person's word for what it says now."""
        if kwargs.get("update_fields") is None:
            self.text_sha256 = self.fingerprint()
            if self.live and not self.is_agreed():
                raise Conflict(_("本人还没有同意这一版，先请本人看。"))
        super().save(*args, **kwargs)

    @property
    def photos(self) -> list[Any]:
        """The pictures in it."""
        return [block.value["photo"] for block in self.body if block.block_type == "photo" and block.value["photo"]]

    def fingerprint(self) -> str:
        """What somebody agrees to: person, words, pictures, and the wording of the consent itself."""
        told = {
            "about": self.about_id,
            "title": self.title,
            "summary": self.summary,
            "body": _without_ids(list(self.body.get_prep_value())),
            "photos": [photo.get_file_hash() for photo in self.photos],
            "wording": document(PUBLICATION).sha256,
        }
        text = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def agreed(self) -> StoryConsent | None:
        """The consent under which it stands, if there is one."""
        rows = StoryConsent.objects.filter(story_id=self.pk, text_sha256=self.text_sha256, state=ConsentState.AGREED)
        return rows.first() if self.pk else None

    def is_agreed(self) -> bool:
        """Whether its person agreed to what it says now."""
        return self.agreed() is not None

    @property
    def shown_name(self) -> str:
        """The full name where its person agreed to that, else the surname."""
        consent = self.agreed()
        return self.about.name if consent and consent.full_name else f"{self.about.surname}*"

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """As readers will see it."""
        from cms.story_reading import preview_story

        return preview_story(request, self)


class ConsentState(models.TextChoices):
    """asked → agreed | refused | replaced by a later text; agreed → withdrawn."""

    ASKED = "asked", _("等本人看")
    AGREED = "agreed", _("本人同意")
    REFUSED = "refused", _("本人不同意")
    WITHDRAWN = "withdrawn", _("本人撤回")
    REPLACED = "replaced", _("文字改过了")


class StoryConsent(models.Model):
    """That somebody was asked about one text of a story, and what they said. Another text is another row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    story = models.ForeignKey(StoryPage, on_delete=models.SET_NULL, null=True, related_name="consents")
    revision = models.ForeignKey(Revision, on_delete=models.SET_NULL, null=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="story_consents", verbose_name=_("本人"))
    text_sha256 = models.CharField(_("文字和照片的指纹"), max_length=64)
    wording_sha256 = models.CharField(_("同意书的指纹"), max_length=64)
    state = models.CharField(_("状态"), max_length=10, choices=ConsentState.choices, default=ConsentState.ASKED)
    full_name = models.BooleanField(_("可以写全名"), default=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("谁请的")
    )
    asked_at = models.DateTimeField(_("什么时候请的"), db_default=Now())
    answered_at = models.DateTimeField(_("什么时候答的"), null=True)
    withdrawn_at = models.DateTimeField(_("什么时候撤回的"), null=True)

    class Meta:
        verbose_name = _("故事的同意")
        verbose_name_plural = _("故事的同意")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["person", "state"], name="story_consent_person")]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["story", "text_sha256"], name="story_consent_once_a_text"),
        ]

    def __str__(self) -> str:
        return f"{self.story_id} {self.state}"
