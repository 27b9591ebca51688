"""The built places, the homes in them, and who lives there: as little as it takes to find one's leader."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from foundation import secrets
from foundation.pinyin import sounds
from volunteers.homes.codes import new_code
from volunteers.homes.querysets import (
    BuildingQuerySet,
    EstateQuerySet,
    HouseholdLinkQuerySet,
    HouseholdQuerySet,
    ResidentQuerySet,
)
from volunteers.units.models import Unit

_NUMBER = re.compile(r"\d{1,5}")
_TAIL = re.compile(r"[室号房户#]+$")


class Estate(models.Model):
    """A named group of buildings (小区), or a hamlet; it lies in one community."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    community = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="estates", verbose_name=_("社区"))
    name = models.CharField(_("小区名称"), max_length=40)
    pinyin = models.CharField(_("拼音"), max_length=240, blank=True, db_default="", editable=False)
    initials = models.CharField(_("拼音首字母"), max_length=60, blank=True, db_default="", editable=False)

    objects = EstateQuerySet.as_manager()

    class Meta:
        verbose_name = _("小区")
        verbose_name_plural = _("小区")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["community", "name"],
                name="estate_once",
                violation_error_message=_("这个社区里已经有同名的小区。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep how the name sounds beside the name."""
        self.pinyin, self.initials = sounds(self.name)
        super().save(*args, **kwargs)


def number_in(name: str) -> int:
    """The first number in a name, by which buildings are put in order: 12 in 12栋, 0 where there is none."""
    found = _NUMBER.search(unicodedata.normalize("NFKC", name))
    return int(found[0]) if found else 0


class Building(models.Model):
    """A building of an estate, with the code that its QR sign leads to. Coordinates are WGS-84."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    estate = models.ForeignKey(
        Estate, on_delete=models.PROTECT, related_name="buildings", verbose_name=_("小区"), db_index=False
    )
    name = models.CharField(_("楼栋名称"), max_length=40)
    number = models.PositiveIntegerField(db_default=0, editable=False)
    sign_code = models.CharField(_("楼栋标识"), max_length=9, unique=True, default=new_code, editable=False)
    entrances = models.PositiveSmallIntegerField(_("单元数"), db_default=1, default=1)
    longitude = models.FloatField(_("经度"), null=True, blank=True)
    latitude = models.FloatField(_("纬度"), null=True, blank=True)

    objects = BuildingQuerySet.as_manager()

    class Meta:
        verbose_name = _("楼栋")
        verbose_name_plural = _("楼栋")
        indexes: ClassVar = [models.Index(fields=["estate", "number"], name="building_order")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["estate", "name"],
                name="building_once",
                violation_error_message=_("这个小区里已经有同名的楼栋。"),
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__gte=-180, longitude__lte=180, latitude__gte=-90, latitude__lte=90),
                name="building_place",
                violation_error_message=_("经度和纬度要一起填。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the number by which buildings are put in order."""
        self.number = number_in(self.name)
        super().save(*args, **kwargs)


def plain_door(text: str) -> str:
    """A door number as it is compared: 301 for " 301 室", 12B for "12b号"."""
    return _TAIL.sub("", re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper())


def door_index(building_uid: uuid.UUID, entrance: str, door: str) -> str:
    """A keyed digest by which one door of a building is found without opening the others."""
    return secrets.hmac_hex("door", f"{building_uid}|{entrance}|{plain_door(door)}")[:24]


class Household(models.Model):
    """A home behind a door. The door number is sealed; the index finds it again, inside its building only."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, related_name="households", verbose_name=_("楼栋"), db_index=False
    )
    entrance = models.CharField(_("单元"), max_length=20, blank=True, db_default="")
    door_sealed = models.CharField(_("门牌号（加密）"), max_length=120)
    door_index = models.CharField(max_length=24, editable=False)
    position = models.PositiveIntegerField(_("次序"), db_default=0)
    opted_out_at = models.DateTimeField(_("不希望上门，自"), null=True, blank=True)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("住户")
        verbose_name_plural = _("住户")
        indexes: ClassVar = [models.Index(fields=["building", "entrance", "position"], name="household_order")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["building", "door_index"],
                name="household_door_once",
                violation_error_message=_("这一栋里已经有这个门牌。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building_id} {self.entrance} {self.position}"

    @staticmethod
    def door_aad(uid: uuid.UUID) -> str:
        """What a sealed door number is bound to: table, column and row."""
        return f"homes_household|door|{uid}"

    @property
    def door(self) -> str:
        """The door number in clear; for the linked leader and those above only."""
        return secrets.decrypt(self.door_sealed, aad=self.door_aad(self.uid))

    @property
    def masked_door(self) -> str:
        """3**, for exports."""
        door = self.door
        return door[:1] + "*" * max(len(door) - 1, 1)

    def set_door(self, building: Building, door: str) -> None:
        """Seal a door number and index it; the caller saves."""
        self.door_sealed = secrets.encrypt(plain_door(door), aad=self.door_aad(self.uid))
        self.door_index = door_index(building.uid, self.entrance, door)

    @property
    def neighbourhood(self) -> Unit | None:
        """The neighbourhood it is linked to today; free after `with_links`."""
        links: list[HouseholdLink] | None = getattr(self, "current_links", None)
        if links is None:
            links = list(self.links.active().select_related("neighbourhood"))
        return links[0].neighbourhood if links else None


class HouseholdLink(models.Model):
    """A household belongs to a neighbourhood from a day to a day; to one at a time."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="links", db_index=False)
    neighbourhood = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="household_links", db_index=False)
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"), null=True, blank=True)

    objects = HouseholdLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("联系关系")
        verbose_name_plural = _("联系关系")
        indexes: ClassVar = [models.Index(fields=["neighbourhood", "ends_on"], name="link_neighbourhood")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["household", "starts_on"], name="link_day"),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(ends_on__isnull=True),
                name="link_one_current",
                violation_error_message=_("一户同一时间只能由一个邻来联系。"),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="link_dates",
                violation_error_message=_("结束日期不能早于开始日期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.neighbourhood_id}"


class ResidentState(models.TextChoices):
    """asked → confirmed | declined; confirmed → left; who was turned down or has left may ask again."""

    ASKED = "asked", _("等确认")
    CONFIRMED = "confirmed", _("已确认")
    DECLINED = "declined", _("没有确认")
    LEFT = "left", _("已搬走")


class How(models.TextChoices):
    """Who made the entry."""

    SELF = "self", _("自己登记")
    PROXY = "proxy", _("代录")


class SaidBy(models.TextChoices):
    """Who agreed to a proxy entry."""

    RESIDENT = "resident", _("本人同意")
    FAMILY = "family", _("家里人代为同意")


class SaidHow(models.TextChoices):
    """In which way they agreed."""

    SPOKEN = "spoken", _("当面说的")
    PHONE = "phone", _("电话里说的")
    WRITTEN = "written", _("写了字条")


class Resident(models.Model):
    """A person's one entry on the roll: in which neighbourhood, behind which door where that is known."""

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    person = models.OneToOneField(
        "people.Person", on_delete=models.PROTECT, related_name="resident", verbose_name=_("人")
    )
    neighbourhood = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="residents", verbose_name=_("邻"))
    household = models.ForeignKey(
        Household, on_delete=models.SET_NULL, null=True, blank=True, related_name="residents", verbose_name=_("住户")
    )
    state = models.CharField(
        _("状态"), max_length=10, choices=ResidentState.choices, default=ResidentState.ASKED, db_default="asked"
    )
    how = models.CharField(_("登记方式"), max_length=10, choices=How.choices, default=How.SELF, db_default="self")
    asked_at = models.DateTimeField(_("登记时间"), db_default=Now())
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    declined_at = models.DateTimeField(_("回复时间"), null=True, blank=True)
    declined_reason = models.CharField(_("没有确认的原因"), max_length=100, blank=True, db_default="")
    entered_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("代录人")
    )
    consent_by = models.CharField(_("谁同意的"), max_length=10, choices=SaidBy.choices, blank=True, db_default="")
    consent_how = models.CharField(_("怎么同意的"), max_length=10, choices=SaidHow.choices, blank=True, db_default="")
    unlisted_at = models.DateTimeField(_("不列出姓名，自"), null=True, blank=True)
    left_on = models.DateField(_("搬走日期"), null=True, blank=True)
    request_id = models.UUIDField(null=True, unique=True, blank=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, db_default="", editable=False)

    objects = ResidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("居民")
        verbose_name_plural = _("居民")
        indexes: ClassVar = [models.Index(fields=["state", "-asked_at"], name="resident_state")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(confirmed_at__isnull=False), name="resident_confirmed_when"
            ),
            models.CheckConstraint(
                condition=~Q(how="proxy") | (~Q(consent_by="") & ~Q(consent_how="")), name="resident_proxy_consent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}"

    @property
    def shown_name(self) -> str:
        """王*英, or no name at all for somebody who does not want to be listed."""
        return str(_("一位邻居")) if self.unlisted_at else secrets.mask_name(self.person.name)

    @property
    def is_proxy(self) -> bool:
        """Whether somebody entered it for them (代录)."""
        return self.how == How.PROXY

    @property
    def is_here(self) -> bool:
        """Whether it stands: asked or confirmed."""
        return self.state in {ResidentState.ASKED, ResidentState.CONFIRMED}


YOUNGEST = 14


def is_old_enough(born_on: dt.date | None, on: dt.date) -> bool:
    """Whether nothing known says that somebody is younger than fourteen on a day."""
    if born_on is None:
        return True
    years = on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
    return years >= YOUNGEST
