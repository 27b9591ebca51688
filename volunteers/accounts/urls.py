"""Addresses of sign-in, and those of packages that must lead here or nowhere (included before theirs)."""

from __future__ import annotations

from django.urls import URLPattern, path

from volunteers.accounts.views import invitation, own, passkey, phone, register, staff, wechat

urlpatterns: list[URLPattern] = [
    path("login/", phone.login, name="login"),
    path("login/code/", phone.code, name="login_code"),
    path("login/again/", phone.again, name="login_again"),
    path("login/wechat/", wechat.login, name="wechat_login"),
    path("login/wechat/callback/", wechat.callback, name="wechat_callback"),
    path("login/staff/", staff.login, name="staff_login"),
    path("login/staff/code/", staff.code, name="staff_code"),
    path("login/staff/setup/", staff.setup, name="staff_setup"),
    path("login/staff/recovery/", passkey.recovery, name="staff_recovery"),
    path("login/staff/passkey/options/", passkey.login_options, name="passkey_login_options"),
    path("login/staff/passkey/", passkey.login, name="passkey_login"),
    path("login/staff/passkey/add/options/", passkey.add_options, name="passkey_add_options"),
    path("login/staff/passkey/add/", passkey.add, name="passkey_add"),
    path("login/staff/invitation/<str:token>/", invitation.invitation, name="staff_invitation"),
    path("login/register/", register.register, name="register"),
    path("login/register/code/", register.code, name="register_code"),
    path("logout/", phone.logout, name="logout"),
    path("me/devices/", own.device_list, name="devices"),
    path("me/devices/end-others/", own.device_end_others, name="device_end_others"),
    path("me/devices/<uuid:uid>/end/", own.device_end, name="device_end"),
    path("me/confirm/", own.confirm, name="confirm"),
    path("me/phone/", own.phone_change, name="phone_change"),
    path("me/phone/code/", own.phone_change_code, name="phone_change_code"),
    path("me/passkeys/", passkey.passkey_list, name="passkey_list"),
    path("me/passkeys/<uuid:uid>/rename/", passkey.rename, name="passkey_rename"),
    path("me/passkeys/<uuid:uid>/remove/", passkey.remove, name="passkey_remove"),
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
