"""Fill an empty database with the sample district and eight weeks of its life, all or nothing."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.db import connection, transaction

from config.demo.activity import Activity, vacate_two
from config.demo.atlas import load_outlines
from config.demo.awards import load_awards
from config.demo.benefits import load_benefits
from config.demo.campaigns import load_campaigns
from config.demo.district import SEED, District
from config.demo.event_hours import confirm_events
from config.demo.gatherings import fill_events
from config.demo.homes import load_homes
from config.demo.honours import load_honours
from config.demo.ledger import Ledger
from config.demo.merchants import load_merchants
from config.demo.orgs import load_orgs
from config.demo.pages import Pages
from config.demo.people import Ground, load_people
from config.demo.personas import LEADER
from config.demo.posts import Posts, load_former, unbalance
from config.demo.privacy import load_privacy
from config.demo.store import load_store
from config.demo.structure import load_structure
from config.demo.timeline import Timeline, forget_pokes
from config.demo.when import Calendar
from config.demo.workbook import write_roster
from foundation import audit
from foundation.actors import SYSTEM
from rewards.reports.rollup import POINTS, USES, roll_up
from volunteers.accounts.models import User
from volunteers.people.models import Person
from volunteers.roster.services import import_roster
from volunteers.units.models import Level, Unit

Say = Callable[[str], None]


def is_empty() -> bool:
    """Whether there is no district yet."""
    return not Unit.objects.exists()


def is_loaded() -> bool:
    """Whether the sample district and its people are there."""
    return User.objects.filter(person__in=Person.objects.by_phone(LEADER.phone)).exists()


def load_demo(district: District, say: Say) -> None:
    """Load everything in one transaction; the database must hold no district. About a minute for the whole one."""
    rng = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    content = _workbook(district)
    say("花名册工作簿写好了，正在导入")
    with transaction.atomic():
        _import(content, district)
        say(f"三长 {district.totals()['leaders']:,} 位，{district.totals()['households']:,} 户")
        say(f"社区边界 {load_outlines(district)} 个")
        ground = load_people(rng, say)
        calendar, ledger, timeline = Calendar(rng), Ledger(rng), Timeline()
        vacate_two(ground, calendar)
        load_homes(district, ground, calendar, say)
        founded, covered = load_orgs()
        say(f"党组织 {founded:,} 个，覆盖 {covered:,} 处")
        activity = Activity(ground, rng, calendar, ledger)
        activity.plan(timeline)
        ledger.pay_quarter(calendar)
        pages = Pages(ground, calendar, activity.posters)
        pages.plan(timeline)
        say(f"往任 {load_former(ground, calendar)} 位")
        unbalance(ground)
        Posts(ground, calendar).plan(timeline)
        uses = load_benefits(timeline, ground, rng, calendar)
        say(f"专属优惠包，用过 {uses:,} 次；{load_merchants(timeline, ground, calendar)} 家店在申请加入")
        load_campaigns(timeline, ground, calendar, say)
        happened = timeline.run()
        say(f"任务 {activity.tasks} 件，打卡 {activity.check_ins:,} 条，八周里的 {happened} 件事")
        signed = fill_events(pages.events, ground, rng, calendar)
        came = confirm_events(pages.events, activity.posters, rng, calendar, ledger)
        say(f"公告 {pages.notices} 条，活动 {len(pages.events)} 个，{signed} 人次报名，{came} 人次确认了时长")
        say(f"结构调整 {load_structure(ground, calendar)} 项")
        agreed, asked = load_privacy(calendar)
        say(f"同意书 {agreed:,} 份，个人信息请求 {asked} 件")
        _reward(ground, calendar, ledger, rng, say)
        forget_pokes()
        audit.record(actor=SYSTEM, act="demo.load", obj=ground.district, unit_id=ground.district.pk)
        _analyze()


def _reward(ground: Ground, calendar: Calendar, ledger: Ledger, rng: random.Random, say: Say) -> None:
    """Honours, points with what was awarded by hand, and what they buy."""
    papers, cards, told = load_honours(ground, calendar)
    say(f"证书 {papers:,} 张，感谢卡 {cards} 张，故事 {told} 篇")
    say(f"积分流水 {ledger.write():,} 笔")
    given, drawn = load_awards(ground, calendar)
    say(f"录入的积分 {given} 条，抽查 {drawn} 条")
    stores, reserved = load_store(ground, rng, calendar)
    say(f"积分超市 {stores} 家，{reserved} 份预约")
    for table in (POINTS, USES):
        while roll_up(table, before=calendar.today):
            pass


def _workbook(district: District) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        write_roster(path, district)
        return path.read_bytes()


def _import(content: bytes, district: District) -> None:
    """Through the same door as a roster of staff, so that the demo shows what an import makes."""
    import_roster(content=content, file_name=f"{district.name}三长花名册.xlsx", acting_user=SYSTEM)
    Unit.objects.at(Level.DISTRICT).update(name=district.name)
    _analyze()


def _analyze() -> None:
    """The planner has seen an empty database so far; without this, joins over what was just written take seconds.

    On PostgreSQL by name: to look at all would lock catalogues that other databases of the server share.
    """
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor) if connection.vendor == "postgresql" else []
        cursor.execute("ANALYZE " + ", ".join(connection.ops.quote_name(name) for name in names))
