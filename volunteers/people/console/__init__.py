"""People in the console: 人员 and 任职, and the box by which forms pick a person."""

from __future__ import annotations

from volunteers.people.console import appointments, people

__all__ = ["appointments", "people"]
