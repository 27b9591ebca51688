"""Pages of sign-in: by phone, by WeChat, of staff."""
