"""Scores as people read them."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def as_points(value: int | None) -> str:
    """Ten-thousandths of a point in full: 871250 is 87.125. Empty for none."""
    if value is None:
        return ""
    return f"{value // 10_000}.{value % 10_000:04d}".rstrip("0").rstrip(".")


@register.filter
def as_percent(value: int, whole: int) -> str:
    """A share of a whole with one decimal; empty for a share of nothing."""
    return f"{100 * value / whole:.1f}%" if whole else ""
