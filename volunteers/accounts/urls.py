"""Addresses of sign-in, and those of packages that must lead here or nowhere (included before theirs)."""

from __future__ import annotations

from django.urls import URLPattern, path

from volunteers.accounts.views import phone, staff, wechat

urlpatterns: list[URLPattern] = [
    path("login/", phone.login, name="login"),
    path("login/code/", phone.code, name="login_code"),
    path("login/again/", phone.again, name="login_again"),
    path("login/wechat/", wechat.login, name="wechat_login"),
    path("login/wechat/callback/", wechat.callback, name="wechat_callback"),
    path("login/staff/", staff.login, name="staff_login"),
    path("login/staff/code/", staff.code, name="staff_code"),
    path("login/staff/setup/", staff.setup, name="staff_setup"),
    path("logout/", phone.logout, name="logout"),
    path("console/login/", staff.closed, name="console_login"),
    path("console/logout/", phone.logout, name="console_logout"),
    path("console/password_reset/", staff.gone, name="console_password_reset"),
    path("console/password_reset/<path:rest>", staff.gone, name="console_password_reset_below"),
    path("_util/login/", staff.closed, name="wagtail_login"),
    path("console/failwhale/", staff.gone, name="console_closed"),
    path("console/test404/", staff.gone, name="console_closed"),
    path("console/reports/page-types-usage/", staff.gone, name="console_closed"),
    path("console/reports/page-types-usage/results/", staff.gone, name="console_closed"),
    path("console/pages/<int:page_id>/move/", staff.gone, name="console_closed"),
    path("console/pages/<int:page_id>/move/<int:destination_id>/confirm/", staff.gone, name="console_closed"),
]
