"""Settings of sign-in: allauth, WeChat, the SMS gateway."""

from __future__ import annotations

ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_EMAIL_VERIFICATION = "none"

import environ  # noqa: E402

_env = environ.Env()
WECHAT_APP_ID = _env.str("WECHAT_APP_ID", default="")
WECHAT_APP_SECRET = _env.str("WECHAT_APP_SECRET", default="")
WECHAT_AUTHORIZE_URL = _env.str("WECHAT_AUTHORIZE_URL", default="https://open.weixin.qq.com/connect/oauth2/authorize")
WECHAT_API_URL = _env.str("WECHAT_API_URL", default="https://api.weixin.qq.com")
SMS_GATEWAY_URL = _env.str("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_KEY = _env.str("SMS_GATEWAY_KEY", default="")
