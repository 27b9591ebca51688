"""What makes a ballot suspicious (events.ballots.suspicion.signals). Numbers are samples; people decide, in pairs."""

from __future__ import annotations

import environ

_env = environ.Env()

# More voters than this on one device: a family or the tablet of a club stays below.
BALLOT_DEVICE_MOST = _env.int("BALLOT_DEVICE_MOST", default=5)
# More ballots than this from one network within ten minutes. A town may share one: it never counts alone.
BALLOT_BURST_MOST = _env.int("BALLOT_BURST_MOST", default=30)
# The odd hours, from and until, in the district's time, over midnight too (22 to 5); equal numbers: no hour is odd.
BALLOT_NIGHT_FROM = _env.int("BALLOT_NIGHT_FROM", default=0)
BALLOT_NIGHT_UNTIL = _env.int("BALLOT_NIGHT_UNTIL", default=5)
# Confirmed as a resident less than so many hours before the roll was frozen.
BALLOT_FRESH_HOURS = _env.int("BALLOT_FRESH_HOURS", default=72)
# More votes than this within an hour with passes that one clerk gave at a counter: more than come to a desk.
BALLOT_DESK_MOST = _env.int("BALLOT_DESK_MOST", default=40)
# A community's roll grew fast when more than so many per cent of it were confirmed in its last two weeks.
BALLOT_GROWTH_PERCENT = _env.int("BALLOT_GROWTH_PERCENT", default=20)
