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
privacy.register(
    "cms.StoryPage",
    PersonalField("about", Sort.LINK),
    title=_("写您的邻里故事"),
    purpose=_("您同意以后，让邻居读到"),
    basis=Basis.CONSENT,
    keep="content",
    subject="about",
    shows=("title", "summary", "live", "first_published_at"),
)
privacy.register(
    "cms.StoryConsent",
    PersonalField("person", Sort.LINK),
    PersonalField("asked_by", Sort.ACTOR),
    title=_("故事登不登，您的答复"),
    purpose=_("证明登出来的每一个字您都同意"),
    basis=Basis.CONSENT,
    keep="proof",
    subject="person",
    shows=("state", "full_name", "asked_at", "answered_at", "withdrawn_at"),
)
privacy.impersonal("cms.StoryConsent", "full_name", because=_("本人选的：写不写全名"))
privacy.impersonal("cms.NoticePage", "roles", because=_("发给哪些职务"))
privacy.impersonal("cms.EventPage", "place", because=_("活动的地点"))
