"""What pages store about people: who wrote, who has read; and what Wagtail keeps of its editors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.privacy import Basis, PersonalField, Sort

privacy.register(
    "cms.NoticeRead",
    PersonalField("user", Sort.LINK),
    title=_("公告已读"),
    purpose=_("数得出一个单位里有几位看过；不显示是谁"),
    basis=Basis.SERVICE,
    keep="person",
    subject="user__person",
    shows=("notice", "at"),
    delete_rows=True,
)
privacy.register(
    "wagtailusers.UserProfile",
    PersonalField("user", Sort.LINK),
    PersonalField("avatar", Sort.PHOTO),
    title=_("后台的个人设置"),
    purpose=_("记住工作人员在后台的界面设置"),
    basis=Basis.SERVICE,
    keep="person",
    subject="user__person",
    shows=("preferred_language",),
    delete_rows=True,
)
for _label in (
    "wagtailadmin.EditingSession",
    "wagtailadmin.FormState",
    "wagtailcore.APIToken",
    "wagtailcore.PageSubscription",
):
    privacy.register(
        _label,
        PersonalField("user", Sort.LINK),
        title=_("后台的编辑状态"),
        purpose=_("两个人同时编辑时提醒"),
        basis=Basis.SERVICE,
        keep="person",
        subject="user__person",
        delete_rows=True,
    )
_WRITERS: dict[str, tuple[str, ...]] = {
    "wagtailcore.Page": ("owner", "locked_by"),
    "wagtailcore.Revision": ("user",),
    "wagtailcore.PageLogEntry": ("user",),
    "wagtailcore.ModelLogEntry": ("user",),
    "wagtailcore.Comment": ("user", "resolved_by"),
    "wagtailcore.CommentReply": ("user",),
    "wagtailcore.TaskState": ("finished_by",),
    "wagtailcore.WorkflowState": ("requested_by",),
    "wagtailcore.UploadedFile": ("uploaded_by_user",),
    "wagtaildocs.Document": ("uploaded_by_user",),
    "wagtailimages.Image": ("uploaded_by_user",),
}
for _label, _names in _WRITERS.items():
    privacy.register(
        _label,
        *(PersonalField(name, Sort.ACTOR) for name in _names),
        title=_("公告和活动的页面"),
        purpose=_("知道是谁写的、谁改的"),
        basis=Basis.DUTY,
        keep="content",
    )
privacy.impersonal("cms.NoticePage", "roles", because=_("发给哪些职务"))
privacy.impersonal("cms.EventPage", "place", because=_("活动的地点"))
