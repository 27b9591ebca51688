"""Shops, departments and what they give to the three heads. All of them invented."""

from __future__ import annotations

from dataclasses import dataclass

from config.demo.stories import AREAS, GROUPS, NEIGHBOURS

EVERYBODY = (NEIGHBOURS, GROUPS, AREAS)
LIFE, WORK, POLITICAL = "life", "work", "political"


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant: its name, address and what people call it."""

    key: str
    name: str
    address: str
    clerk: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One benefit of the package. `places` of 0 means no limit."""

    title: str
    shop: str
    kind: str
    value: str
    detail: str
    times: int = 1
    places: int = 0
    roles: tuple[str, ...] = EVERYBODY
    passive: bool = False  # nothing to show at a counter: cover, information

    @property
    def how_to_use(self) -> str:
        """One spoken sentence."""
        return "不用您操作。" if self.passive else "到店里打开这一页，让店员扫一下，或把 8 个数字念给他。"


BARBER = "barber"
SHOPS: tuple[Shop, ...] = (
    Shop(BARBER, "青禾理发铺", "荷香路口", "赵小青"),
    Shop("pharmacy", "禾边药房", "荷香路 18 号", "谭玉"),
    Shop("clinic", "青禾街道社区卫生站", "青禾路 2 号", "尹慧"),
    Shop("grocer", "巷口粮油店", "荷香路 31 号", "万保华"),
    Shop("noodles", "一碗热面", "榴园巷口", "汤建军"),
    Shop("cinema", "萤火影院", "云禾广场三楼", "夏婷婷"),
    Shop("bus", "云禾公交服务点", "云禾路总站", "严立新"),
    Shop("library", "云禾区图书馆", "书屋路 1 号", "孟雅琪"),
    Shop("telecom", "云禾通信营业厅", "云禾路 56 号", "莫凯"),
    Shop("insurer", "邻里互助保障中心", "云禾路 88 号", "万正华"),
    Shop("college", "云禾社区学院", "学堂路 6 号", "陶书瑶"),
    Shop("park", "芦荻湿地公园", "听澜路南头", "侯宁"),
)

OFFERS: tuple[Offer, ...] = (
    Offer("理发", BARBER, LIFE, "8 折", "洗剪吹都算，不用预约，早上人少。", times=2),
    Offer("买药抵用", "pharmacy", LIFE, "20 元", "满 60 元可用，保健品除外。"),
    Offer("健康体检", "clinic", LIFE, "1 次", "抽血、心电图、彩超，半天做完。空腹来。", places=50),
    Offer("米面油", "grocer", LIFE, "9 折", "散装也算，老人送到家。", times=4),
    Offer("一碗热面", "noodles", LIFE, "1 碗", "值班那天来，牛肉面、素面任选。", times=2),
    Offer("看电影", "cinema", LIFE, "15 元", "工作日白天场，一张票抵 15 元。", times=2),
    Offer("公交月卡", "bus", LIFE, "5 折", "每月一次，到服务点充。", times=2),
    Offer("公园年卡", "park", LIFE, "1 张", "带上孙辈也行，一卡两人。"),
    Offer("图书馆多借几本", "library", LIFE, "20 本", "一次能借 20 本，借期 60 天。"),
    Offer("意外险", "insurer", WORK, "保障中", "一年有效，不用您操作。出事打电话就行。", passive=True),
    Offer("急救培训", "college", WORK, "1 次", "心肺复苏、海姆立克，学会了救人。", places=400),
    Offer("手机流量", "telecom", WORK, "5 GB", "每季度一次，报手机号就到账。", times=2),
    Offer(
        "学堂旁听", "college", POLITICAL, "1 学期", "社区学院的课，任选一门旁听。", roles=(GROUPS, AREAS), places=200
    ),
    Offer("议事会旁听", "college", POLITICAL, "邀请", "每季度的区议事会，留了旁听席，有话可以说。", passive=True),
)

DEPARTMENTS = (
    "区住房事务中心",
    "区市容管理所",
    "区水务服务中心",
    "区民生事务中心",
    "区卫生服务中心",
    "区照明管理站",
)
