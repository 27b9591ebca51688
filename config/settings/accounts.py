"""Settings of sign-in: phone codes, WeChat, the second factor of staff. See docs/decisions/0003-sign-in.md."""

from __future__ import annotations

import environ
from django.core.exceptions import ImproperlyConfigured

# allauth keeps WeChat identities and second factors; its own pages are not served.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False
MFA_ADAPTER = "volunteers.accounts.second_factor.SealedAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "三长"
MFA_TOTP_TOLERANCE = 1

_env = environ.Env()
WECHAT_APP_ID = _env.str("WECHAT_APP_ID", default="")
WECHAT_APP_SECRET = _env.str("WECHAT_APP_SECRET", default="")
WECHAT_AUTHORIZE_URL = _env.str("WECHAT_AUTHORIZE_URL", default="https://open.weixin.qq.com/connect/oauth2/authorize")
WECHAT_API_URL = _env.str("WECHAT_API_URL", default="https://api.weixin.qq.com")
# True when the official account belongs to an open platform with other apps: then a first visit asks for the unionid.
WECHAT_OPEN_PLATFORM = _env.bool("WECHAT_OPEN_PLATFORM", default=False)

# Who carries the messages: "" (SMS_GATEWAY_URL, if set, else the demo or the log) or "tencent". docs/sms-gateway.md
SMS_PROVIDER = _env.str("SMS_PROVIDER", default="")
if SMS_PROVIDER not in {"", "tencent"}:
    raise ImproperlyConfigured(f"SMS_PROVIDER is {SMS_PROVIDER!r}; it must be empty or tencent")
TENCENT_SMS_SECRET_ID = _env.str("TENCENT_SMS_SECRET_ID", default="")
TENCENT_SMS_SECRET_KEY = _env.str("TENCENT_SMS_SECRET_KEY", default="")
TENCENT_SMS_APP_ID = _env.str("TENCENT_SMS_APP_ID", default="")
TENCENT_SMS_SIGN_NAME = _env.str("TENCENT_SMS_SIGN_NAME", default="")
TENCENT_SMS_TEMPLATE_ID = _env.str("TENCENT_SMS_TEMPLATE_ID", default="")
TENCENT_SMS_REGION = _env.str("TENCENT_SMS_REGION", default="ap-guangzhou")
TENCENT_SMS_URL = _env.str("TENCENT_SMS_URL", default="https://sms.tencentcloudapi.com")
SMS_GATEWAY_URL = _env.str("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_KEY = _env.str("SMS_GATEWAY_KEY", default="")
# The breaker: text messages that may leave in ten minutes and in a day, everybody together. They cost money.
SMS_MOST_IN_TEN_MINUTES = _env.int("SMS_MOST_IN_TEN_MINUTES", default=600)
SMS_MOST_IN_A_DAY = _env.int("SMS_MOST_IN_A_DAY", default=6000)
# Messages to unknown numbers that may leave in a day for registrations at one building's sign.
SMS_MOST_A_BUILDING = _env.int("SMS_MOST_A_BUILDING", default=40)
# How much a browser works before the first message to a number it does not know: leading zero bits of a digest.
CHALLENGE_BITS = _env.int("CHALLENGE_BITS", default=16)
KNOWN_BROWSER_COOKIE_NAME = "browser"
# Threads that talk to the gateway, so that a slow one does not hold up the relay; 0: the relay does it itself.
SMS_SENDERS = _env.int("SMS_SENDERS", default=2)

# How long WeChat or the gateway may take to answer, in seconds.
OUTGOING_SECONDS = _env.float("OUTGOING_SECONDS", default=3.0)

# A session of the console: unused for so long, or since the second factor (seconds).
CONSOLE_IDLE_SECONDS = 30 * 60
CONSOLE_ABSOLUTE_SECONDS = 12 * 3600

# Sensitive acts (another phone number, one's own data, somebody else's session) want a sign-in this young (seconds).
RECENT_SIGN_IN_SECONDS = 10 * 60
# The name passkeys are bound to; empty: that of the address asked for. Changing it makes every passkey useless.
PASSKEY_DOMAIN = _env.str("PASSKEY_DOMAIN", default="")
