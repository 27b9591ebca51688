"""What signs in for a person."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users; a user without a password cannot use one."""

    def create_user(self, username: str = "", password: str | None = None, **fields: Any) -> User:
        """A user; the name is made up when none is given, the password unusable."""
        user = self.model(username=username or f"u{uuid.uuid4().hex[:16]}", **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        """A technical operator. Gives no right in any unit: those come from appointments only."""
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """An account. Rights come from the appointments of its person, never from flags here."""

    username = models.CharField(_("账号名"), max_length=60, unique=True)
    person = models.OneToOneField(
        "people.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="user", verbose_name=_("人员")
    )
    is_active = models.BooleanField(_("启用"), default=True)
    is_staff = models.BooleanField(_("技术人员"), default=False)
    auth_epoch = models.PositiveIntegerField(_("登录批次"), default=1)
    joined_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("账号")
        verbose_name_plural = _("账号")

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """The person's name, or the account's."""
        return self.person.name if self.person else self.username

    def get_short_name(self) -> str:
        """As `get_full_name`."""
        return self.get_full_name()

    @property
    def first_name(self) -> str:
        """Wagtail greets by it."""
        return self.get_full_name()
