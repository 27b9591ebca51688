"""How it looks: templates, styles, scripts, template tags."""

from django.apps import AppConfig


class FrontendConfig(AppConfig):
    """Knows no domain app."""

    name = "frontend"
