"""`manage.py set_staff_password NAME|PHONE`: the first password of somebody with a staff role."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from foundation.actors import SYSTEM
from volunteers.accounts import second_factor
from volunteers.accounts.models import User
from volunteers.accounts.phones import normal_phone
from volunteers.accounts.services import end_sessions, may_use_console, user_of_phone


class Command(BaseCommand):
    """Asks for a password twice, without showing it; sessions of the account end."""

    help = "给有工作人员职务的人设登录密码；之后第一次登录要绑定验证器。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("who", help="账号名或手机号")
        parser.add_argument("--stdin", action="store_true", help="从标准输入读一行，不提示")
        parser.add_argument("--forget-second-factor", action="store_true", help="手机丢了：下次登录重新绑定验证器")

    def handle(self, *args: Any, **options: Any) -> None:
        phone = normal_phone(options["who"])
        user = user_of_phone(phone) if phone else User.objects.filter(username=options["who"], is_active=True).first()
        if user is None or not may_use_console(user):
            raise CommandError("没有这个人，或者没有工作人员的职务。")
        password = self._password(from_stdin=options["stdin"])
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        with transaction.atomic():
            user.set_password(password)
            user.save(update_fields=["password"])
            end_sessions(user, acting_user=SYSTEM, reason="set_staff_password")
            if options["forget_second_factor"]:
                second_factor.forget(user=user, acting_user=SYSTEM, reason="set_staff_password")
        self.stdout.write("好了。请到 /login/staff/ 登录。")

    def _password(self, *, from_stdin: bool) -> str:
        if from_stdin:
            return sys.stdin.readline().rstrip("\n")
        password = getpass("新密码（至少 12 位）：")
        if password != getpass("再输一遍："):
            raise CommandError("两遍不一样，没有改。")
        return password
