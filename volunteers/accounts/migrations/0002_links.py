"""Signing in: codes, devices, passkeys, invitations, WeChat."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("accounts", "0002_sign_in"),
        ("accounts", "0003_devices_passkeys_invitations"),
    ]

    dependencies = [
        ("accounts", "0001_schema"),
        ("units", "0001_schema"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="LoginCode",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("login", "登录"),
                                    ("bind", "绑定微信"),
                                    ("register", "居民登记"),
                                    ("change", "换手机号"),
                                    ("confirm", "再认一次"),
                                ],
                                max_length=10,
                                verbose_name="用途",
                            ),
                        ),
                        ("phone_index", models.CharField(max_length=64)),
                        ("phone_encrypted", models.CharField(max_length=200, verbose_name="手机号（加密）")),
                        ("code_digest", models.CharField(max_length=64)),
                        ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="试过几次")),
                        (
                            "delivery",
                            models.CharField(
                                choices=[
                                    ("waiting", "待发"),
                                    ("sending", "发送中"),
                                    ("sent", "已发"),
                                    ("failed", "没发出去"),
                                    ("held", "暂停发送"),
                                    ("nobody", "不用发"),
                                    ("barred", "这个号码收不了"),
                                ],
                                default="waiting",
                                max_length=10,
                                verbose_name="短信",
                            ),
                        ),
                        ("created_at", models.DateTimeField(verbose_name="要码时间")),
                        ("expires_at", models.DateTimeField(verbose_name="到期时间")),
                        ("used_at", models.DateTimeField(null=True, verbose_name="用掉时间")),
                        ("from_own_browser", models.BooleanField(db_default=False, default=False)),
                        ("place", models.CharField(blank=True, db_default="", default="", max_length=64)),
                        (
                            "trouble",
                            models.CharField(
                                blank=True, db_default="", default="", max_length=20, verbose_name="没发出去的原因"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "登录验证码",
                        "verbose_name_plural": "登录验证码",
                        "indexes": [models.Index(fields=["created_at"], name="login_code_created")],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("tries__lte", 5)), name="login_code_five_tries")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LimitHit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=30)),
                        ("key", models.CharField(max_length=64)),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["kind", "key", "-at"], name="limit_hit_key_at"),
                            models.Index(fields=["at"], name="limit_hit_at"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WeChatOpenid",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("app_id", models.CharField(max_length=32)),
                        ("openid", models.CharField(max_length=64)),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="openids",
                                to="socialaccount.socialaccount",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "微信身份",
                        "verbose_name_plural": "微信身份",
                        "constraints": [
                            models.UniqueConstraint(fields=("app_id", "openid"), name="wechat_openid_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WeChatCallback",
                    fields=[
                        ("code_digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                        ("state_digest", models.CharField(max_length=64)),
                        ("at", models.DateTimeField()),
                        ("result", models.CharField(blank=True, default="", max_length=10)),
                        (
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("openid", models.CharField(blank=True, default="", max_length=64)),
                        ("unionid", models.CharField(blank=True, default="", max_length=64)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["at"], name="wechat_callback_at")],
                    },
                ),
                migrations.CreateModel(
                    name="Device",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="devices",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("mark", models.CharField(max_length=64, unique=True)),
                        ("key_sealed", models.CharField(max_length=200)),
                        ("system", models.CharField(blank=True, max_length=20, verbose_name="系统")),
                        ("browser", models.CharField(blank=True, max_length=20, verbose_name="浏览器")),
                        ("how", models.CharField(max_length=10, verbose_name="登录方式")),
                        ("since", models.DateTimeField(verbose_name="登录时间")),
                        ("seen_on", models.DateField(verbose_name="最近使用")),
                    ],
                    options={
                        "verbose_name": "登录的设备",
                        "verbose_name_plural": "登录的设备",
                        "indexes": [models.Index(fields=["seen_on"], name="device_seen_on")],
                    },
                ),
                migrations.CreateModel(
                    name="Passkey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="passkeys",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("name", models.CharField(max_length=30, verbose_name="名字")),
                        ("credential_digest", models.CharField(max_length=64, unique=True)),
                        ("credential", models.TextField()),
                        ("sign_count", models.PositiveBigIntegerField(default=0)),
                        ("created_at", models.DateTimeField(verbose_name="添加时间")),
                        ("last_used_at", models.DateTimeField(null=True, verbose_name="最近使用")),
                    ],
                    options={
                        "verbose_name": "通行密钥",
                        "verbose_name_plural": "通行密钥",
                    },
                ),
                migrations.CreateModel(
                    name="StaffInvitation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="invitations",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("token_digest", models.CharField(max_length=64, unique=True)),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("made_at", models.DateTimeField(verbose_name="邀请时间")),
                        ("expires_at", models.DateTimeField(verbose_name="到期时间")),
                        ("used_at", models.DateTimeField(null=True, verbose_name="用掉时间")),
                    ],
                    options={
                        "verbose_name": "工作人员邀请",
                        "verbose_name_plural": "工作人员邀请",
                        "indexes": [models.Index(fields=["made_at"], name="invitation_made_at")],
                    },
                ),
                migrations.CreateModel(
                    name="FactorReset",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="factor_resets",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("reason", models.CharField(max_length=200, verbose_name="理由")),
                        (
                            "state",
                            models.CharField(
                                choices=[("asked", "等第二个人同意"), ("done", "已重设"), ("refused", "没有同意")],
                                default="asked",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("asked_at", models.DateTimeField(verbose_name="提出时间")),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="决定时间")),
                    ],
                    options={
                        "verbose_name": "第二道锁重设",
                        "verbose_name_plural": "第二道锁重设",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "asked")), fields=("user",), name="factor_reset_one_open"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by__isnull", True),
                                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="factor_reset_two_people",
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
