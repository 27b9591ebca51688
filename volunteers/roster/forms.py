"""The upload of a roster."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from volunteers.roster.scan import MAX_FILE_BYTES


class UploadForm(forms.Form):
    """One workbook; what is inside is the service's to judge."""

    file = forms.FileField(
        label=gettext_lazy("花名册文件"),
        help_text=gettext_lazy(
            "Excel 工作簿（.xlsx），不超过 5 MB；一张工作表一个镇街。先看预览，确认之前什么都不会写入。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_file(self) -> UploadedFile:
        """Refuse by size before reading."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_FILE_BYTES:
            raise forms.ValidationError(_("文件超过 5 MB。请删去图片或按镇街拆开上传。"))
        return file
