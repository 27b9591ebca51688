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
    level: str = "district"  # where it lies: the persona's community, her street, or elsewhere in the district


@dataclass(frozen=True, slots=True)
class Offer:
    """One benefit of the package. `places` of 0 means no limit; `renews` counts `times` anew each month or quarter."""

    title: str
    shop: str
    kind: str
    value: str
    detail: str
    times: int = 1
    places: int = 0
    roles: tuple[str, ...] = EVERYBODY
    passive: bool = False  # nothing to show at a counter: cover, information
    renews: str = "none"
    spoken: str = "到店里先说一声有三长优惠，付钱前打开这一页，让店员扫一下，或把 8 个数字念给他。"
    source: str = "爱心商家协议"

    @property
    def how_to_use(self) -> str:
        """As one neighbour would tell another."""
        return f"您什么都不用做。{self.spoken}" if self.passive else self.spoken


BARBER = "barber"
IN_COMMUNITY, IN_STREET = "community", "street"
SHOPS: tuple[Shop, ...] = (
    Shop(BARBER, "青禾理发铺", "荷香路口", "赵小青", IN_COMMUNITY),
    Shop("pharmacy", "禾边药房", "荷香路 18 号", "谭玉", IN_COMMUNITY),
    Shop("clinic", "青禾街道社区卫生站", "青禾路 2 号", "尹慧", IN_STREET),
    Shop("grocer", "巷口粮油店", "荷香路 31 号", "万保华", IN_COMMUNITY),
    Shop("noodles", "一碗热面", "榴园巷口", "汤建军", IN_STREET),
    Shop("cinema", "萤火影院", "云禾广场三楼", "夏婷婷"),
    Shop("bus", "云禾公交服务点", "云禾路总站", "严立新"),
    Shop("library", "云禾区图书馆", "书屋路 1 号", "孟雅琪"),
    Shop("telecom", "云禾通信营业厅", "云禾路 56 号", "莫凯"),
    Shop("insurer", "邻里互助保障中心", "云禾路 88 号", "万正华"),
    Shop("college", "云禾社区学院", "学堂路 6 号", "陶书瑶"),
    Shop("park", "芦荻湿地公园", "听澜路南头", "侯宁"),
)

MONTHLY, QUARTERLY = "month", "quarter"
NEWEST, REFUSED = "图书馆多借几本", "一碗热面"
OFFERS: tuple[Offer, ...] = (
    Offer("理发", BARBER, LIFE, "8 折", "洗剪吹都算，不用预约，早上人少。", times=2, renews=QUARTERLY),
    Offer(
        "买药抵用", "pharmacy", LIFE, "20 元", "满 60 元可用，保健品除外。", renews=QUARTERLY,
        spoken="拿好药去收银台，打开这一页让店员扫一下，当场少付 20 元。医保卡照刷。",
    ),
    Offer(
        "健康体检", "clinic", LIFE, "1 次", "抽血、心电图、彩超，半天做完，报告一周后拿。", places=50,
        spoken="先打卫生站的电话约一个早上，空腹来。到了导诊台打开这一页，让护士扫一下。", source="区卫生服务中心体检协议",
    ),
    Offer("米面油", "grocer", LIFE, "9 折", "散装也算，老人买多了送到家。", times=4, renews=MONTHLY),
    Offer("一碗热面", "noodles", LIFE, "1 碗", "值班那天来，牛肉面、素面任选。", times=2, renews=MONTHLY),
    Offer("看电影", "cinema", LIFE, "15 元", "工作日白天场，一张票抵 15 元，带老伴也行。", times=2, renews=MONTHLY),
    Offer(
        "公交月卡", "bus", LIFE, "5 折", "每月充一次，办卡不收工本费。", renews=MONTHLY,
        spoken="带上公交卡去服务点，充值前打开这一页让柜台扫一下。",
    ),
    Offer(
        "公园年卡", "park", LIFE, "1 张", "一卡两人，带上孙辈也行，荷花季也能进。",
        spoken="到公园东门的窗口打开这一页，扫一下就给卡，不用照片。",
    ),
    Offer(
        "图书馆多借几本", "library", LIFE, "20 本", "一次能借 20 本，借期 60 天，可以替邻居借。",
        spoken="第一次去服务台打开这一页扫一下，读者证就升好了，以后不用再出示。",
    ),
    Offer(
        "意外险", "insurer", WORK, "保障中", "走访、值班路上磕了碰了都管，一年有效，门诊也报。", passive=True,
        spoken="万一出了事，先看病，留好单据，打给社区，社区帮您报。", source="区级统保协议",
    ),
    Offer(
        "急救培训", "college", WORK, "1 次", "心肺复苏、海姆立克，半天学会，发证。", places=400,
        spoken="领了名额，学院会排一个周六上午。到教室门口打开这一页扫一下。", source="区应急培训计划",
    ),
    Offer(
        "手机流量", "telecom", WORK, "5 GB", "每季度一次，哪家的号码都行。", renews=QUARTERLY,
        spoken="到营业厅打开这一页扫一下，报要充的手机号，当场到账。",
    ),
    Offer(
        "学堂旁听", "college", POLITICAL, "1 学期", "社区学院的课，任选一门旁听。", roles=(GROUPS, AREAS), places=200,
        spoken="先领名额，开学第一课到教室打开这一页扫一下。", source="社区学院来函",
    ),
    Offer(
        "议事会旁听", "college", POLITICAL, "邀请", "每季度的区议事会留了旁听席，有话可以当面说。", passive=True,
        spoken="日子定了会告诉您，想去就去，不去也没关系。", source="区议事会旁听办法",
    ),
)  # fmt: skip

DEPARTMENTS = (
    "区住房事务中心",
    "区市容管理所",
    "区水务服务中心",
    "区民生事务中心",
    "区卫生服务中心",
    "区照明管理站",
)
