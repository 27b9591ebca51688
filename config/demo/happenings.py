"""Notices and events of the sample district, dated from today."""

from __future__ import annotations

from dataclasses import dataclass

from config.demo.stories import DISTRICT, HOME, STREET


@dataclass(frozen=True, slots=True)
class NoticeStory:
    """One notice: what, to whom, when it went out; paragraphs are separate. {tomorrow} is the day after the load."""

    title: str
    summary: str
    body: tuple[str, ...]
    where: str
    days_ago: int
    hour: int = 9
    minute: int = 5
    must_read: bool = False
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EventStory:
    """One event; `in_days` is negative when it is over. No places means as many as come."""

    title: str
    summary: str
    body: tuple[str, ...]
    where: str
    place: str
    in_days: int
    hour: int
    hours: float
    places: int = 0
    signed_up: int = 0
    announced: int = 12  # days before
    needs_sign_up: bool = True
    is_public: bool = False


NOTICES: tuple[NoticeStory, ...] = (
    NoticeStory(
        "{tomorrow}上午停水",
        "荷香苑 5 栋到 9 栋。今晚接两桶水，关好水龙头。",
        (
            "小区的老水管要换阀门，施工时整段停水。来水后头一两分钟水可能发黄，放一会儿再用。",
            "家里有老人、小孩，拎不动水的，跟邻长说一声，有人送上门。",
            "供水抢修电话 0700-0000。",
        ),
        HOME,
        days_ago=0,
        must_read=True,
        facts=(
            ("什么时候", "{tomorrow}8:00 到 12:00"),
            ("哪些楼", "荷香苑 5 栋到 9 栋"),
            ("您要做的", "今晚接两桶水，关好水龙头"),
        ),
    ),
    NoticeStory(
        "降温了，这三样请看一眼",
        "电热毯、燃气、电动车。",
        (
            "电热毯睡前关掉，别和热水袋一起用。",
            "燃气用完把阀门拧紧，闻到味道先开窗，出了门再打电话。",
            "电动车不进楼，电池不上楼，楼下车棚有充电口。",
        ),
        DISTRICT,
        days_ago=2,
        hour=8,
        must_read=True,
    ),
    NoticeStory(
        "专属优惠包又添了三样",
        "看电影、公园年卡、一碗热面，打开“福利”就能用。",
        (
            "这次添的三样，是上个月大家提得最多的。",
            "店里要是不认，点“店里没兑现”，我们去问，您不用跟人争。",
        ),
        DISTRICT,
        days_ago=5,
        hour=10,
    ),
    NoticeStory(
        "荷香苑 3 栋的路灯亮了",
        "从有人开口到灯亮，六天。",
        ("路灯线老化，换了整段。谢谢晚上出门帮着看的几位邻长。", "别处还有不亮的，随时说。"),
        HOME,
        days_ago=9,
        hour=16,
    ),
    NoticeStory(
        "社区食堂的菜单换了",
        "周一到周六，早饭到晚饭。七十岁以上八折。",
        ("天冷，添了羊杂汤和萝卜烧肉。要送饭上门的，前一天下午四点前说。",),
        HOME,
        days_ago=12,
        hour=11,
    ),
    NoticeStory(
        "青禾菜场下月分两段改造，不停市",
        "先东后西，摊位挪到旁边的空场。",
        ("改到哪边，那边的摊位先挪到旁边空场。", "地面换成防滑砖，顶棚加高，雨天不再淋着。"),
        STREET,
        days_ago=7,
        hour=9,
        facts=(("上半月", "改东边，买菜走西门"), ("下半月", "改西边，买菜走东门")),
    ),
    NoticeStory(
        "扶手装好了，请大家试试",
        "96 段，多数在一楼到二楼之间。",
        ("手扶着觉得松的、位置不顺手的，告诉邻长，月底前一起调。",),
        STREET,
        days_ago=15,
        hour=15,
    ),
    NoticeStory(
        "青禾路晚上修路，请绕行",
        "每晚九点到第二天六点，共五晚。",
        ("公交 12 路、27 路临时走云禾路。急救、消防不受影响。",),
        STREET,
        days_ago=19,
        hour=17,
        minute=30,
        facts=(("什么时候", "每晚 21:00 到第二天 6:00，共五晚"), ("怎么走", "公交 12 路、27 路走云禾路")),
    ),
    NoticeStory(
        "流感疫苗接种结束，谢谢各位邻长",
        "比去年多了六千多位老人。",
        ("没赶上的，社区卫生站还留了一批，随到随打。",),
        DISTRICT,
        days_ago=10,
        hour=10,
        facts=(("还想打的", "社区卫生站，随到随打"),),
    ),
    NoticeStory(
        "第一批 420 个充电口开工",
        "最缺的 31 个小区先装，月底前通电。",
        ("名单贴在各社区。没轮到的小区排在明年春天。",),
        DISTRICT,
        days_ago=27,
        hour=9,
    ),
    NoticeStory(
        "三长减负：这几张表不用再填了",
        "住户信息表、月走访表、宣传台账，从这个月起取消。",
        ("系统里已经有的，不再向您要第二遍。谁再让您填，点“我的”里的“提意见”。",),
        DISTRICT,
        days_ago=34,
        hour=14,
        must_read=True,
    ),
    NoticeStory(
        "图书馆的漂流书架到桂花社区了",
        "411 本，看完放回来就行。",
        ("书架在社区一楼楼梯旁。不用登记，想带走哪本就带走哪本。",),
        HOME,
        days_ago=36,
        hour=10,
    ),
    NoticeStory(
        "大风来之前，请把阳台收一收",
        "阵风八级，夜里最大。",
        ("花盆、衣架、拖把，能收的都收进屋。高层的邻居尤其费心。",),
        DISTRICT,
        days_ago=48,
        hour=15,
        must_read=True,
        facts=(("什么时候", "当晚八点到第二天清晨"), ("收什么", "花盆、衣架、拖把，能收的都收")),
    ),
    NoticeStory(
        "社区办事时间调整",
        "周三开到晚上八点。",
        ("白天要上班的，周三晚上来。周六上午也有人。",),
        HOME,
        days_ago=41,
        hour=9,
        facts=(("周一到周五", "9:00 到 17:30"), ("周三晚上", "到 20:00"), ("周六", "9:00 到 12:00")),
    ),
)

EVENTS: tuple[EventStory, ...] = (
    EventStory(
        "周末磨刀修伞",
        "带上菜刀、剪子和坏伞，坐着等就行。",
        ("老师傅两位，一上午能磨六十把。刀用旧毛巾包好带来。",),
        HOME,
        "荷香苑小区凉亭",
        in_days=2,
        hour=9,
        hours=3,
        needs_sign_up=False,
    ),
    EventStory(
        "邻里包饺子",
        "面和馅社区备好，人来就行。",
        ("两种馅：白菜猪肉、韭菜鸡蛋。包好一起吃，剩下的给独居老人送去。",),
        HOME,
        "桂花社区食堂",
        in_days=6,
        hour=10,
        hours=3,
        places=40,
        signed_up=31,
    ),
    EventStory(
        "手机课：怎么挂号、怎么防骗",
        "一人教一人，学会为止。",
        ("社区学院的学生来教，自带手机。上一回来了三十六位，最大的八十一岁。",),
        HOME,
        "桂花社区二楼活动室",
        in_days=4,
        hour=14,
        hours=2,
        places=36,
        signed_up=36,
    ),
    EventStory(
        "急救课：心肺复苏",
        "学会了，关键时候能救人。",
        ("两小时，上手练。三长优先，居民也欢迎。",),
        STREET,
        "青禾街道社区卫生站",
        in_days=9,
        hour=14,
        hours=2,
        places=60,
        signed_up=47,
    ),
    EventStory(
        "青禾街道邻里集市",
        "旧物换一换，手艺露一露。",
        ("摊位不要钱，带块布来铺地。孩子的旧玩具、家里的多肉、自己腌的菜都行。",),
        STREET,
        "云禾广场",
        in_days=15,
        hour=9,
        hours=5,
        is_public=True,
        signed_up=64,
    ),
    EventStory(
        "湿地公园健步走",
        "五公里，走走停停。",
        ("终点有热茶。走不动的，半路有接驳车。",),
        DISTRICT,
        "芦荻湿地公园南门",
        in_days=13,
        hour=8,
        hours=3,
        places=300,
        is_public=True,
        signed_up=212,
    ),
    EventStory(
        "重阳节长寿面",
        "七十岁以上老人，来食堂吃碗面。",
        ("面是手擀的，浇头三样。走不动的，邻长送上门。",),
        HOME,
        "桂花社区食堂",
        in_days=-29,
        hour=11,
        hours=2,
        places=160,
        signed_up=48,
    ),
    EventStory(
        "一起扫落叶",
        "扫完的叶子做成堆肥，春天还给花坛。",
        ("带手套，工具社区有。扫完喝碗姜茶。",),
        HOME,
        "荷香苑中心花园",
        in_days=-7,
        hour=8,
        hours=2,
        signed_up=38,
    ),
    EventStory(
        "楼道大扫除",
        "一个单元一个单元来，扫完一起吃碗馄饨。",
        ("带抹布和旧衣服。堆在楼道里的东西，先跟邻长说一声再搬。",),
        HOME,
        "荷香苑中心花园集合",
        in_days=-1,
        hour=9,
        hours=3,
        signed_up=40,
    ),
    EventStory(
        "三长碰头：这一季做了哪三件事",
        "听听结果，也说说下一季想做什么。",
        ("不念稿子，一件一件看照片。",),
        STREET,
        "青禾街道三楼会议室",
        in_days=-18,
        hour=15,
        hours=1.5,
        places=80,
        signed_up=71,
    ),
)
