"""What results store about people: nothing that the nomination does not say already."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import privacy

privacy.impersonal("results.Publication", "files", because=_("公布的文件各自的指纹"))
