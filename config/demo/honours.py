"""Honours of the sample district: certificates, full years, thank-you cards, hours by hand, and three stories."""

from __future__ import annotations

import datetime as dt
import random
import uuid

from cms import story_services
from cms.stories import StoryConsent, StoryPage
from config.demo.people import BATCH, Ground
from config.demo.personas import GROUP_LEADER, LEADER, RESIDENT, WORKER
from config.demo.when import Calendar
from rewards.honours import anniversaries
from rewards.honours.models import (
    Certificate,
    CertificateKind,
    CertificateState,
    EntryState,
    Picture,
    SenderPart,
    ServiceEntry,
    ServiceRecord,
    ThanksCard,
)
from rewards.honours.numbers import new_number
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.units.models import THREE_HEADS, Appointment, Role

NO_BODY = "0" * 64
KINDS = (
    ("感谢状", "感谢您一年来为邻里操的心、跑的腿。有您在，大家心里踏实。"),
    ("急救培训结业", "参加社区急救培训，学完全部内容，考核合格。"),
)
# Days ago, who to whom, the card, the sentence.
CARDS = (
    (2, RESIDENT, LEADER, Picture.LAMP, "楼道的灯亮了，孩子放学不怕黑了，谢谢周阿姨！"),
    (9, GROUP_LEADER, LEADER, Picture.TEA, "雨天一户户去说，辛苦了，歇一歇喝口热茶。"),
    (23, RESIDENT, LEADER, Picture.UMBRELLA, "谢谢您帮我们收了阳台的被子。"),
    (16, WORKER, GROUP_LEADER, Picture.FLOWERS, "五个邻的事您都放在心上，谢谢您。"),
)
# How long ago it went out (None: still waits for the person), title, summary, body.
STORIES = (
    (
        31, "五楼的钥匙", "一串备用钥匙，一楼人的放心",
        ("住在五楼的老人有时忘带钥匙。邻居们商量以后，把备用钥匙放在了邻长家。", "这两年，那串钥匙用了十几回，没有一回让老人在门外等过一顿饭的工夫。"),
    ),
    (
        12, "雨停以前", "大雨那晚，她敲了每一扇门",
        ("那天夜里雨下得急，地下车库开始进水。她先给一楼打电话，再一层一层往上说。", "天亮的时候，车都挪走了，沙袋也垒好了。她说，也没做什么，就是多走了几层楼。"),
    ),
    (
        None, "楼道里的灯", "周邻长和七栋的十二盏灯",
        ("七栋的楼道灯坏了三盏，晚上上楼要摸着墙。周邻长一层一层数过，记下了是哪几盏。", "第六天，灯都亮了。有个上小学的孩子说，现在回家不用跑着上楼了。"),
    ),
)  # fmt: skip


def load_honours(ground: Ground, calendar: Calendar) -> tuple[int, int, int]:
    """Returns how many certificates, cards and stories."""
    users = {key: ground.users[key] for key in ("leader", "group", "worker", "street", "resident")}
    _hours_by_hand(ground, users, calendar)
    return _certificates(ground, users, calendar), _cards(ground, calendar), _stories(ground, users, calendar)


def _person(phone: str) -> Person:
    return Person.objects.by_phone(phone).get()


def _certificates(ground: Ground, users: dict[str, User], calendar: Calendar) -> int:
    """Every full year that the leaders of the home community have reached, and two kinds by hand."""
    rows = []
    begun = anniversaries.beginnings(calendar.today).filter(unit__path__startswith=ground.home_community.path)
    kinds = anniversaries.kinds_by_years()
    for one in begun.order_by("unit__path", "pk"):
        for years, kind in kinds.items():
            on = one.starts_on.replace(year=one.starts_on.year + years) if one.starts_on.day < 29 else None
            if on and on < calendar.today:
                rows.append(_certificate(calendar, kind, one.person_id, one.unit_id, on, since=one.starts_on))
    thanks, training = (CertificateKind.objects.create(name=name, words=words) for name, words in KINDS)
    community = ground.home_community.pk
    for days, kind, phone, state in (
        (48, training, LEADER.phone, CertificateState.ISSUED),
        (20, thanks, LEADER.phone, CertificateState.ISSUED),
        (15, thanks, GROUP_LEADER.phone, CertificateState.ISSUED),
        (1, training, GROUP_LEADER.phone, CertificateState.WAITING),
    ):
        row = _certificate(calendar, kind, _person(phone).pk, community, calendar.at(days, 10).date(), state=state)
        row.issued_by = users["worker"]
        row.approved_by = users["street"] if state == CertificateState.ISSUED else None
        rows.append(row)
    return len(Certificate.objects.bulk_create(rows, batch_size=BATCH))


def _certificate(
    calendar: Calendar,
    kind: CertificateKind,
    person_id: int,
    unit_id: int,
    on: dt.date,
    *,
    since: dt.date | None = None,
    state: CertificateState = CertificateState.ISSUED,
) -> Certificate:
    at = calendar.at((calendar.today - on).days, 9)
    return Certificate(
        id=uuid.uuid4(), number=new_number(), kind=kind, person_id=person_id, unit_id=unit_id, title=kind.name,
        text=kind.words, since=since, dated_on=on, state=state, at=at, fingerprint=NO_BODY,
        decided_at=at if state == CertificateState.ISSUED else None,
    )  # fmt: skip


def _cards(ground: Ground, calendar: Calendar) -> int:
    parts = {RESIDENT.key: SenderPart.NEIGHBOUR, GROUP_LEADER.key: SenderPart.LEADER, WORKER.key: SenderPart.STAFF}
    rows = []
    for days, sender, to, picture, words in CARDS:
        leader = _person(to.phone)
        held = Appointment.objects.active().of_roles(THREE_HEADS).filter(person=leader).first()
        if held is None:
            continue
        rows.append(
            ThanksCard(
                id=uuid.uuid4(), to=leader, sender=_person(sender.phone), part=parts[sender.key],
                unit_id=held.unit_id, picture=picture, words=words, at=calendar.at(days, 19, 10), fingerprint=NO_BODY,
            )
        )  # fmt: skip
    return len(ThanksCard.objects.bulk_create(rows))


def _hours_by_hand(ground: Ground, users: dict[str, User], calendar: Calendar) -> None:
    """One that the street has certified, and one that waits for a second person."""
    home = ground.home_community
    held = Appointment.objects.active().filter(unit__path__startswith=home.path, role=Role.NEIGHBOUR_LEADER)
    others = list(held.order_by("unit__path").values_list("person_id", flat=True)[:6])
    people = sorted({_person(LEADER.phone).pk, _person(GROUP_LEADER.phone).pk, *others})
    for days, project, minutes, decided in (
        (38, "汛期地下车库值守", 180, True), (3, "寒潮前给老人换窗帘", 90, False),
    ):  # fmt: skip
        at = calendar.at(days, 8)
        entry = ServiceEntry.objects.create(
            id=uuid.uuid4(), project=project, started_at=at, minutes=minutes, unit=home, entered_by=users["worker"],
            state=EntryState.CERTIFIED if decided else EntryState.WAITING, fingerprint=NO_BODY,
            at=calendar.at(days - 1, 10), decided_by=users["street"] if decided else None,
            decided_at=calendar.at(days - 2, 9) if decided else None,
        )  # fmt: skip
        entry.people.set(people)
        if decided:
            ServiceRecord.objects.bulk_create(
                ServiceRecord(
                    person_id=pk, project=project, started_at=at, minutes=minutes, unit=home,
                    certifier_id=users["street"].person_id, certifier_role=Role.STREET_CLERK,
                    source_key=f"entry:{entry.pk}:{pk}", at=calendar.at(days - 2, 9),
                )
                for pk in people
            )  # fmt: skip


def _stories(ground: Ground, users: dict[str, User], calendar: Calendar) -> int:
    """Two that are out, with the consent of two other leaders, and one that waits for the demo's own leader."""
    rng = random.Random(31)  # noqa: S311 - a sample, not a secret
    home, worker = ground.home_community, users["worker"]
    held = Appointment.objects.active().filter(unit__path__startswith=home.path, role=Role.NEIGHBOUR_LEADER)
    people = list(held.exclude(person=_person(LEADER.phone)).order_by("unit__path").select_related("person"))
    for days, title, summary, paragraphs in STORIES:
        about = _person(LEADER.phone) if days is None else rng.choice(people).person
        body = [("paragraph", f"<p>{text}</p>") for text in paragraphs]
        story = story_services.draft_story(
            unit=home, about=about, title=title, summary=summary, body=body, acting_user=worker
        )
        consent = story_services.ask_person(story=story, acting_user=worker)
        if days is not None:
            user = User.objects.filter(person=about).first() or User.objects.create_user(person=about)
            story_services.agree(consent=consent, full_name=False, acting_user=user)
            at = calendar.at(days, 17)
            StoryConsent.objects.filter(pk=consent.pk).update(asked_at=calendar.at(days + 1, 9), answered_at=at)
            StoryPage.objects.filter(pk=story.pk).update(first_published_at=at, last_published_at=at)
    return len(STORIES)
