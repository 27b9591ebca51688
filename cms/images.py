"""Pictures uploaded in the console. A file of its own: Wagtail's image forms load only after all models."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from wagtail.images.forms import BaseImageForm

from foundation import pictures


class CleanImageForm(BaseImageForm):
    """Every upload is decoded, turned upright, made small and written anew, without a trace of where and with what."""

    def clean_file(self) -> Any:
        """The photo as it may be kept."""
        upload = self.cleaned_data["file"]
        if "file" not in self.changed_data:
            return upload
        upload.seek(0)
        try:
            cleaned = pictures.clean(upload, name=upload.name.rpartition(".")[0] or "photo")
        except pictures.BadPicture as bad:
            raise ValidationError(str(bad.message)) from bad
        cleaned.content_type = "image/jpeg"  # type: ignore[attr-defined]
        return cleaned
