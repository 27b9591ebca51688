"""Photos as they may be kept: re-encoded, upright, small enough, without a trace of where and with what (rule R31).

The decoding runs in a process of its own with limits on memory and time, so that a hostile file costs one child.
"""

from __future__ import annotations

import subprocess
import sys
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.utils.translation import gettext_lazy as _

from foundation.errors import Invalid

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
LONGEST_SIDE = 2048
_SECONDS = 15

_PROGRAM = f"""
import io, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
from PIL import Image, ImageOps
Image.MAX_IMAGE_PIXELS = {MAX_PIXELS}
source = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=("JPEG", "PNG", "WEBP"))
if source.width * source.height > {MAX_PIXELS}:
    sys.exit(3)
source.draft("RGB", ({LONGEST_SIDE}, {LONGEST_SIDE}))
upright = ImageOps.exif_transpose(source)
upright.thumbnail(({LONGEST_SIDE}, {LONGEST_SIDE}))
flat = Image.new("RGB", upright.size, "white")
flat.paste(upright, mask=upright.getchannel("A") if "A" in upright.getbands() else None)
out = io.BytesIO()
flat.save(out, "JPEG", quality=85, exif=b"")
sys.stdout.buffer.write(out.getvalue())
"""


def private_storage() -> FileSystemStorage:
    """Where photos of people's work lie: outside what the front door hands out, read through a view that asks first."""
    return FileSystemStorage(location=settings.PRIVATE_ROOT / "photos", base_url=None)


class BadPicture(Invalid):
    """Not a photo that can be taken (422)."""

    default = _("这张照片打不开。请换一张 JPG、PNG 或 WebP，10 MB 以内。")


def clean(upload: BinaryIO, *, name: str) -> ContentFile[bytes]:
    """The photo as JPEG without metadata, at most 2,048 pixels on its longer side; raises `BadPicture`."""
    raw = upload.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise BadPicture
    try:
        child = subprocess.run(  # noqa: S603
            [sys.executable, "-I", "-c", _PROGRAM], input=raw, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as slow:
        raise BadPicture from slow
    if child.returncode or not child.stdout:
        raise BadPicture
    return ContentFile(child.stdout, name=f"{name}.jpg")
