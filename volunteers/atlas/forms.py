"""The upload of outlines."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from volunteers.atlas.geojson import MAX_BYTES
from volunteers.atlas.models import Crs


class OutlinesForm(forms.Form):
    """One file, and the system of coordinates it is in; what is inside is the service's to judge."""

    file = forms.FileField(
        label=gettext_lazy("边界文件"),
        help_text=gettext_lazy(
            "GeoJSON（.geojson 或 .json），不超过 5 MB；每块的属性里写 street（镇街）和 community（社区）。"
            "先看预览，确认之前地图不变。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".geojson,.json,application/geo+json"}),
    )
    crs = forms.ChoiceField(
        label=gettext_lazy("坐标系"),
        choices=Crs.choices,
        initial=Crs.WGS84,
        help_text=gettext_lazy("不清楚就选第一个；导入后和底图错开几百米，再换第二个。"),
    )

    def clean_file(self) -> UploadedFile:
        """Refuse by size before reading."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("文件超过 5 MB。请把边界简化一些，或者按镇街分开上传。"))
        return file
