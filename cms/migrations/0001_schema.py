"""Pages, notices, stories with consent, and the first pages of the site."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
import modelcluster.fields
import wagtail.fields
from django.conf import settings
from django.db import migrations, models

from foundation.create_models import CreateModels

ROOT = "0001"
HOME = "00010001"


def make_pages(apps, schema_editor):
    """Make home, notices and events; the site begins at home."""
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    Locale = apps.get_model("wagtailcore", "Locale")
    ContentType = apps.get_model("contenttypes", "ContentType")
    Site.objects.all().delete()
    Page.objects.filter(depth__gt=1).delete()
    locale, _made = Locale.objects.get_or_create(language_code="zh-hans")
    Page.objects.filter(depth=1).update(numchild=1, locale=locale)
    Locale.objects.exclude(pk=locale.pk).delete()

    def make(model, **fields):
        content_type, _made = ContentType.objects.get_or_create(app_label="cms", model=model.lower())
        return apps.get_model("cms", model).objects.create(
            content_type=content_type, locale=locale, draft_title=fields["title"], live=True, **fields
        )

    home = make("HomePage", title="首页", slug="home", path=HOME, depth=2, numchild=2, url_path="/home/")
    for number, (model, title, slug) in enumerate(
        (("NoticeIndexPage", "公告", "notices"), ("EventIndexPage", "活动", "events")), start=1
    ):
        make(model, title=title, slug=slug, path=f"{HOME}{number:04d}", depth=3, url_path=f"/home/{slug}/")
    Site.objects.create(hostname="localhost", site_name="三长", root_page_id=home.pk, is_default_site=True)


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("cms", "0001_initial"),
        ("cms", "0002_first_pages"),
        ("cms", "0003_stories"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("people", "0001_schema"),
        ("units", "0001_schema"),
        ("wagtailcore", "0098_apitoken"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="StoryPage",
                    fields=[
                        (
                            "page_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to=settings.WAGTAIL_PAGE_MODEL,
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "unit",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        (
                            "summary",
                            models.CharField(
                                help_text="首页和列表里看到的就是它：什么事、要做什么。",
                                max_length=80,
                                verbose_name="一句话",
                            ),
                        ),
                        (
                            "body",
                            wagtail.fields.StreamField(
                                [("paragraph", 0), ("facts", 4), ("photo", 7)],
                                blank=True,
                                block_lookup={
                                    0: (
                                        "wagtail.blocks.RichTextBlock",
                                        (),
                                        {"features": ["bold", "ul", "ol", "link"], "icon": "pilcrow", "label": "段落"},
                                    ),
                                    1: (
                                        "wagtail.blocks.CharBlock",
                                        (),
                                        {"help_text": "例如：时间、地点、电话", "label": "名目", "max_length": 10},
                                    ),
                                    2: ("wagtail.blocks.CharBlock", (), {"label": "内容", "max_length": 100}),
                                    3: ("wagtail.blocks.StructBlock", [[("label", 1), ("text", 2)]], {}),
                                    4: (
                                        "wagtail.blocks.ListBlock",
                                        (3,),
                                        {"icon": "list-ul", "label": "几条要点", "max_num": 8, "min_num": 1},
                                    ),
                                    5: ("wagtail.images.blocks.ImageChooserBlock", (), {"label": "照片"}),
                                    6: (
                                        "wagtail.blocks.CharBlock",
                                        (),
                                        {
                                            "help_text": "看不见图的人听到的就是它",
                                            "label": "说明",
                                            "max_length": 60,
                                            "required": False,
                                        },
                                    ),
                                    7: ("wagtail.blocks.StructBlock", [[("photo", 5), ("caption", 6)]], {}),
                                },
                                verbose_name="正文",
                            ),
                        ),
                        (
                            "about",
                            models.ForeignKey(
                                help_text="按“发布”以后，先请本人在手机上看，本人同意了才登出来。",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="people.person",
                                verbose_name="写的是谁",
                            ),
                        ),
                        ("text_sha256", models.CharField(blank=True, db_default="", editable=False, max_length=64)),
                    ],
                    options={
                        "verbose_name": "邻里故事",
                        "verbose_name_plural": "邻里故事",
                        "indexes": [models.Index(fields=["unit"], name="story_unit")],
                    },
                    bases=("wagtailcore.page",),
                ),
                migrations.CreateModel(
                    name="StoryConsent",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        (
                            "story",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="consents",
                                to="cms.storypage",
                            ),
                        ),
                        (
                            "revision",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="wagtailcore.revision",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="story_consents",
                                to="people.person",
                                verbose_name="本人",
                            ),
                        ),
                        ("text_sha256", models.CharField(max_length=64, verbose_name="文字和照片的指纹")),
                        ("wording_sha256", models.CharField(max_length=64, verbose_name="同意书的指纹")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("asked", "等本人看"),
                                    ("agreed", "本人同意"),
                                    ("refused", "本人不同意"),
                                    ("withdrawn", "本人撤回"),
                                    ("replaced", "文字改过了"),
                                ],
                                default="asked",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("full_name", models.BooleanField(default=False, verbose_name="可以写全名")),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="谁请的",
                            ),
                        ),
                        (
                            "asked_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="什么时候请的"
                            ),
                        ),
                        ("answered_at", models.DateTimeField(null=True, verbose_name="什么时候答的")),
                        ("withdrawn_at", models.DateTimeField(null=True, verbose_name="什么时候撤回的")),
                    ],
                    options={
                        "verbose_name": "故事的同意",
                        "verbose_name_plural": "故事的同意",
                        "indexes": [models.Index(fields=["person", "state"], name="story_consent_person")],
                        "constraints": [
                            models.UniqueConstraint(fields=("story", "text_sha256"), name="story_consent_once_a_text")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HomePage",
                    fields=[
                        (
                            "page_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to=settings.WAGTAIL_PAGE_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "首页",
                        "verbose_name_plural": "首页",
                    },
                    bases=("wagtailcore.page",),
                ),
                migrations.CreateModel(
                    name="UnitSectionPage",
                    fields=[
                        (
                            "page_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to=settings.WAGTAIL_PAGE_MODEL,
                            ),
                        ),
                        (
                            "unit",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="section",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        (
                            "staff_group",
                            models.OneToOneField(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="auth.group",
                            ),
                        ),
                        (
                            "collection",
                            models.OneToOneField(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="wagtailcore.collection",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "单位栏目",
                        "verbose_name_plural": "单位栏目",
                    },
                    bases=("wagtailcore.page",),
                ),
                migrations.CreateModel(
                    name="NoticeIndexPage",
                    fields=[
                        (
                            "page_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to=settings.WAGTAIL_PAGE_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "公告列表",
                        "verbose_name_plural": "公告列表",
                    },
                    bases=("wagtailcore.page",),
                ),
                migrations.CreateModel(
                    name="EventIndexPage",
                    fields=[
                        (
                            "page_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to=settings.WAGTAIL_PAGE_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "活动列表",
                        "verbose_name_plural": "活动列表",
                    },
                    bases=("wagtailcore.page",),
                ),
                migrations.CreateModel(
                    name="NoticePage",
                    fields=[
                        (
                            "page_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to=settings.WAGTAIL_PAGE_MODEL,
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "unit",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        (
                            "summary",
                            models.CharField(
                                help_text="首页和列表里看到的就是它：什么事、要做什么。",
                                max_length=80,
                                verbose_name="一句话",
                            ),
                        ),
                        (
                            "body",
                            wagtail.fields.StreamField(
                                [("paragraph", 0), ("facts", 4), ("photo", 7)],
                                blank=True,
                                block_lookup={
                                    0: (
                                        "wagtail.blocks.RichTextBlock",
                                        (),
                                        {"features": ["bold", "ul", "ol", "link"], "icon": "pilcrow", "label": "段落"},
                                    ),
                                    1: (
                                        "wagtail.blocks.CharBlock",
                                        (),
                                        {"help_text": "例如：时间、地点、电话", "label": "名目", "max_length": 10},
                                    ),
                                    2: ("wagtail.blocks.CharBlock", (), {"label": "内容", "max_length": 100}),
                                    3: ("wagtail.blocks.StructBlock", [[("label", 1), ("text", 2)]], {}),
                                    4: (
                                        "wagtail.blocks.ListBlock",
                                        (3,),
                                        {"icon": "list-ul", "label": "几条要点", "max_num": 8, "min_num": 1},
                                    ),
                                    5: ("wagtail.images.blocks.ImageChooserBlock", (), {"label": "照片"}),
                                    6: (
                                        "wagtail.blocks.CharBlock",
                                        (),
                                        {
                                            "help_text": "看不见图的人听到的就是它",
                                            "label": "说明",
                                            "max_length": 60,
                                            "required": False,
                                        },
                                    ),
                                    7: ("wagtail.blocks.StructBlock", [[("photo", 5), ("caption", 6)]], {}),
                                },
                                verbose_name="正文",
                            ),
                        ),
                        ("roles", models.JSONField(blank=True, default=list, verbose_name="发给谁")),
                        ("must_read", models.BooleanField(default=False, verbose_name="请大家都看一下")),
                        (
                            "is_public",
                            models.BooleanField(
                                default=False,
                                help_text="没登录的人也能看到；只有发给所有人的公告才行。",
                                verbose_name="谁都能看",
                            ),
                        ),
                        (
                            "targets",
                            modelcluster.fields.ParentalManyToManyField(
                                related_name="+", to="units.unit", verbose_name="发给哪里"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "公告",
                        "verbose_name_plural": "公告",
                        "indexes": [models.Index(fields=["unit"], name="notice_unit")],
                    },
                    bases=("wagtailcore.page",),
                ),
                migrations.CreateModel(
                    name="NoticeAnnouncement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "notice",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="announcements",
                                to="cms.noticepage",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.unit"
                            ),
                        ),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "verbose_name": "公告通知",
                        "verbose_name_plural": "公告通知",
                        "constraints": [
                            models.UniqueConstraint(fields=("notice", "unit"), name="notice_announced_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NoticeRead",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "notice",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reads",
                                to="cms.noticepage",
                                verbose_name="公告",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notice_reads",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="账号",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "已读",
                        "verbose_name_plural": "已读",
                        "constraints": [models.UniqueConstraint(fields=("notice", "user"), name="notice_read_once")],
                    },
                ),
                migrations.CreateModel(
                    name="EventPage",
                    fields=[
                        (
                            "page_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to=settings.WAGTAIL_PAGE_MODEL,
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "unit",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="units.unit",
                                verbose_name="单位",
                            ),
                        ),
                        (
                            "summary",
                            models.CharField(
                                help_text="首页和列表里看到的就是它：什么事、要做什么。",
                                max_length=80,
                                verbose_name="一句话",
                            ),
                        ),
                        (
                            "body",
                            wagtail.fields.StreamField(
                                [("paragraph", 0), ("facts", 4), ("photo", 7)],
                                blank=True,
                                block_lookup={
                                    0: (
                                        "wagtail.blocks.RichTextBlock",
                                        (),
                                        {"features": ["bold", "ul", "ol", "link"], "icon": "pilcrow", "label": "段落"},
                                    ),
                                    1: (
                                        "wagtail.blocks.CharBlock",
                                        (),
                                        {"help_text": "例如：时间、地点、电话", "label": "名目", "max_length": 10},
                                    ),
                                    2: ("wagtail.blocks.CharBlock", (), {"label": "内容", "max_length": 100}),
                                    3: ("wagtail.blocks.StructBlock", [[("label", 1), ("text", 2)]], {}),
                                    4: (
                                        "wagtail.blocks.ListBlock",
                                        (3,),
                                        {"icon": "list-ul", "label": "几条要点", "max_num": 8, "min_num": 1},
                                    ),
                                    5: ("wagtail.images.blocks.ImageChooserBlock", (), {"label": "照片"}),
                                    6: (
                                        "wagtail.blocks.CharBlock",
                                        (),
                                        {
                                            "help_text": "看不见图的人听到的就是它",
                                            "label": "说明",
                                            "max_length": 60,
                                            "required": False,
                                        },
                                    ),
                                    7: ("wagtail.blocks.StructBlock", [[("photo", 5), ("caption", 6)]], {}),
                                },
                                verbose_name="正文",
                            ),
                        ),
                        ("place", models.CharField(max_length=80, verbose_name="地点")),
                        ("starts_at", models.DateTimeField(verbose_name="开始")),
                        ("ends_at", models.DateTimeField(verbose_name="结束")),
                        (
                            "capacity",
                            models.PositiveIntegerField(
                                blank=True, help_text="不填就是不限。", null=True, verbose_name="名额"
                            ),
                        ),
                        ("needs_sign_up", models.BooleanField(default=True, verbose_name="需要报名")),
                        (
                            "is_public",
                            models.BooleanField(
                                default=False,
                                help_text="不是本单位的人，没登录的人，也能看到。",
                                verbose_name="谁都能看",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "活动页",
                        "verbose_name_plural": "活动页",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                                name="event_page_times",
                                violation_error_message="结束要在开始之后。",
                            )
                        ],
                    },
                    bases=("wagtailcore.page",),
                ),
            ]
        ),
        migrations.RunPython(make_pages, migrations.RunPython.noop),
    ]
