"""What the reports store about people: nothing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import privacy

privacy.impersonal("reports.RolledUp", "name", because=_("哪一张表加到了哪里"))
