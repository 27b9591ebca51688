"""The process in which a box is filled, opened and counted; what it took goes to standard output as JSON.

python -m tests.speed.opening_box [envelopes]       with the environment of the product, on a migrated database
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
import uuid
from collections.abc import Iterator
from typing import Any

CANDIDATES = 120
CHUNK = 20_000


def peak_megabytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def make_box() -> Any:
    """A campaign in notice with candidates and two custodians, and its box."""
    from events.ballots.roll.entries import make_box as box_of
    from events.campaigns.models import CampaignState
    from tests.ballots.custodians import make_keys
    from tests.ballots.making import make_campaign, make_candidate
    from tests.cast import SINCE, make_cast, person_of
    from volunteers.accounts.models import User
    from volunteers.people.models import Person
    from volunteers.units.models import Appointment, Role

    cast = make_cast()
    campaign = make_campaign(cast, CampaignState.NOTICE)
    for number in range(CANDIDATES):
        user = User.objects.create_user(f"leader-{number}", person=Person.objects.create(name=f"邻长{number}"))
        Appointment.objects.create(
            person=person_of(user), role=Role.COMMUNITY_WORKER, unit=cast.community, starts_on=SINCE
        )
        make_candidate(campaign, user)
    make_keys(box_of(campaign), [cast.worker, cast.street_clerk], 2)
    return cast, box_of(campaign)


def fill(cast: Any, box: Any, count: int) -> None:
    """Roll entries, and an envelope for each, by COPY; chosen at random, one to five names."""
    from django.db import connection
    from django.utils import timezone

    from events.ballots import sealing
    from events.ballots.models import RollEntry

    dice, now = random.Random(5), timezone.now()
    uid, public = box.campaign.uid, bytes(box.public_key)
    names = list(box.campaign.nominations.values_list("pk", flat=True))
    units = [cast.neighbourhood.pk, cast.community.pk, cast.street.pk]
    with connection.cursor() as cursor:
        with cursor.copy(
            "COPY ballots_rollentry (box_id, kind, voter_key, neighbourhood_id, community_id, street_id, channel) "
            "FROM STDIN"
        ) as copy:
            for _number in range(count):
                copy.write_row((box.pk, "voter", uuid.uuid4().hex * 2, *units, "phone"))
        entries = list(RollEntry.objects.filter(box=box).order_by("pk").values_list("pk", flat=True))
        with cursor.copy(
            "COPY ballots_envelope (uid, box_id, entry_id, kind, community_id, ciphertext, sha256, sealed_on, cast_at) "
            "FROM STDIN"
        ) as copy:
            for entry in entries:
                paper = sealing.write_paper(uid, dice.sample(names, dice.randint(1, 5)))
                sealed = sealing.seal(uid, public, paper)
                sha = sealing.hash_of(sealed)
                copy.write_row((uuid.uuid4(), box.pk, entry, "voter", units[1], sealed, sha, "phone", now))


def ciphertexts(box: Any) -> Iterator[list[bytes]]:
    """What lies in the box, some at a time."""
    from events.ballots.models import Envelope

    last = 0
    rows = Envelope.objects.filter(box=box).order_by("pk")
    while found := list(rows.filter(pk__gt=last).values_list("pk", "ciphertext")[:CHUNK]):
        yield [bytes(one) for _pk, one in found]
        last = found[-1][0]


def bare(box: Any, key: Any) -> float:
    """Seconds of nothing but the decryption of every envelope, on one core."""
    from events.ballots.sealing import SUITE, info_of

    info, taken = info_of(box.campaign.uid), 0.0
    for chunk in ciphertexts(box):
        started = time.perf_counter()
        for one in chunk:
            SUITE.decrypt(one, key, info=info)
        taken += time.perf_counter() - started
    return taken


def main(count: int) -> None:
    """Fill, decrypt barely, close and publish the root, open and check, count; print what each took."""
    import django

    django.setup()
    from events.ballots.models import Ballot
    from events.ballots.opening.services import close_box
    from events.ballots.opening.shares import key_of
    from events.ballots.opening.work import run_opening
    from events.results.scoring import compute
    from foundation.actors import SYSTEM
    from tests.ballots.custodians import bring_all
    from tests.ballots.opening_making import to_counting

    cast, box = make_box()
    fill(cast, box, count)
    box, found = to_counting(box), {"envelopes": float(count)}
    clock = time.perf_counter
    started = clock()
    close_box(box=box, acting_user=SYSTEM)
    box = run_opening(box)
    found["root"] = clock() - started
    bring_all(box)
    box.refresh_from_db()
    found["bare"] = bare(box, key_of(box))
    found["memory_before"] = peak_megabytes()
    started, looks = clock(), []
    box = run_opening(box, tell=lambda name, done, total: looks.append((name, done, total)))
    found["opened"] = clock() - started
    found["memory"] = peak_megabytes()
    found["looks"] = float(len(looks))
    started = clock()
    compute(box.campaign)
    found["counted"] = clock() - started
    assert box.counted_count == count == Ballot.objects.count()
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))
