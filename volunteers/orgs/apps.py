"""Departments and their officers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrgsConfig(AppConfig):
    """Departments and their officers."""

    name = "volunteers.orgs"
    verbose_name = _("部门")
    default_auto_field = "django.db.models.BigAutoField"
