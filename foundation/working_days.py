"""Working days where the district is: Monday to Friday, less the public holidays, plus the weekends worked instead.

Holidays and 调休 are data of the settings (`HOLIDAYS`, `EXTRA_WORKING_DAYS`), announced anew for every year.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings


def is_working_day(day: dt.date) -> bool:
    """Whether offices are open on a day."""
    if day in settings.EXTRA_WORKING_DAYS:
        return True
    return day.weekday() < 5 and day not in settings.HOLIDAYS


def after_working_days(day: dt.date, count: int) -> dt.date:
    """The last of so many working days after a day; the day itself does not count."""
    while count > 0:
        day += dt.timedelta(days=1)
        count -= is_working_day(day)
    return day
