"""What a page is made of: paragraphs, facts, photos."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock


class FactBlock(blocks.StructBlock):
    """One fact at a glance: when, where, whom to call."""

    label = blocks.CharBlock(label=_("名目"), max_length=10, help_text=_("例如：时间、地点、电话"))
    text = blocks.CharBlock(label=_("内容"), max_length=100)

    class Meta:
        icon = "list-ul"
        label = _("一条")


class PhotoBlock(blocks.StructBlock):
    """A photo and what it shows."""

    photo = ImageChooserBlock(label=_("照片"))
    caption = blocks.CharBlock(label=_("说明"), max_length=60, required=False, help_text=_("看不见图的人听到的就是它"))

    class Meta:
        icon = "image"
        label = _("照片")


class StoryBlock(blocks.StreamBlock):
    """The body of a notice or an event."""

    paragraph = blocks.RichTextBlock(label=_("段落"), icon="pilcrow", features=["bold", "ul", "ol", "link"])
    facts = blocks.ListBlock(FactBlock(), label=_("几条要点"), icon="list-ul", min_num=1, max_num=8)
    photo = PhotoBlock()

    class Meta:
        required = False
        max_num = 30
