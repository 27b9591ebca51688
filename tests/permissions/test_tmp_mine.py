import tests.permissions.matrix as m
from tests.permissions.matrix import ask
from tests.permissions.world import make_world

NAMES = {
    "ballot_dispute",
    "console_quarantine",
    "console_envelope_propose",
    "console_batch",
    "console_dispute",
    "console_turnout",
    "console_growth",
    "console_sampling",
}


def test_mine(cast, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    import logging

    logging.disable(logging.CRITICAL)
    w = make_world(cast)
    wrong = []
    n = 0
    mine = tuple(
        a
        for a in m.addresses()
        if a.name in NAMES or any(a.name.startswith(f"console_{x}_") for x in ("envelope", "batch", "dispute"))
    )
    old = m.addresses
    m.addresses = lambda: mine
    qs = m.questions()
    m.addresses = old
    for q in qs:
        nm = q.address.name
        if nm in NAMES or any(nm.startswith(f"console_{x}_") for x in ("envelope", "batch", "dispute")):
            n += 1
            if q.method in ("PUT", "DELETE") and n % 5:
                continue
            c = ask(w, q)
            if c:
                wrong.append(c)
    print(n)
    assert not wrong, "\n".join(wrong[:40])
