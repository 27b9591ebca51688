"""What went on in the sample district in the last eight weeks. Days count back from today."""

from __future__ import annotations

from dataclasses import dataclass

HOME, STREET, DISTRICT = "home", "street", "district"  # 桂花社区, 青禾街道, the whole district
NEIGHBOURS, GROUPS, AREAS = "neighbour_leader", "group_leader", "area_leader"


@dataclass(frozen=True, slots=True)
class Answer:
    """One card to choose: what it says, a line under it, how often it is chosen, whether somebody has to help."""

    code: str
    label: str
    hint: str = ""
    weight: int = 10
    needs_help: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What a check-in asks, in one sentence."""

    text: str
    answers: tuple[Answer, ...]
    help_notes: tuple[str, ...] = ()
    opinion: bool = False  # a sentence goes with any answer, not only with the less good ones


HELP = "help"
STAIRWELL = Question(
    "您那个单元怎么样？",
    (
        Answer("clean", "都干净", "没有堆东西", 24),
        Answer("moved", "有，已经挪开了", "和邻居说好了", 7),
        Answer(HELP, "有，要人帮忙", "社区会来看", 2, needs_help=True),
    ),
    ("三楼堆了旧沙发，搬不动", "门口的旧冰箱找不到主人", "楼梯间放了几个煤气罐"),
)
TOLD = Question(
    "都说到了吗？",
    (
        Answer("told", "都说到了", "", 24),
        Answer("most", "还差几户", "碰上了再说，不急", 6),
        Answer(HELP, "有一户要人帮忙", "社区会打电话问您", 1, needs_help=True),
    ),
    ("501 老人一个人在家，听不清", "有一户敲门没人应，两天没见了", "402 腿脚不便，要人搭把手"),
)
LOOKED = Question(
    "看下来怎么样？",
    (
        Answer("good", "都好", "没有要修的", 20),
        Answer("small", "有一点小问题", "写一句在哪儿", 8),
        Answer(HELP, "要尽快来人", "社区马上看到", 1, needs_help=True),
    ),
    ("电线垂下来了，孩子够得着", "井盖翘起一角", "路灯杆歪了"),
)
ASKED = Question(
    "问下来怎么样？",
    (
        Answer("none", "都不用", "", 14),
        Answer("some", "有要的", "写个数就行，不写姓名", 12),
        Answer(HELP, "要人上门", "社区会来", 1, needs_help=True),
    ),
    ("201 的老人想请人来教一下", "一家都是老人，下不了楼"),
)
DONE = Question(
    "办好了吗？", (Answer("done", "办好了", "", 20), Answer("later", "能办，要晚几天", "", 3)), opinion=True
)


@dataclass(frozen=True, slots=True)
class TaskStory:
    """One task: what was asked, of whom, how many answered, and what came of it (empty while it is open)."""

    title: str
    why: str
    where: str
    days_ago: int
    days: int
    minutes: int = 2
    roles: tuple[str, ...] = (NEIGHBOURS,)
    share: float = 0.7
    needs_confirmation: bool = False
    photo: bool = False
    outcome_title: str = ""
    outcome: str = ""
    hour: int = 9
    notes: tuple[str, ...] = ()
    question: Question = TOLD

    @property
    def is_open(self) -> bool:
        """Whether it still runs today."""
        return not self.outcome and self.days_ago < self.days


# Open right now around 荷香苑. The first two are what 周桂兰 finds on her home page; the third is what
# 许敏 finds: four neighbours have sent it in and wait for her word.
STAIRS = TaskStory(
    "看看楼道有没有堆杂物",
    "天干，楼道里的纸箱容易着火。路过时看一眼就行，不用拍照。",
    HOME,
    question=STAIRWELL,
    days_ago=1,
    days=5,
    share=0.35,
    notes=(
        "有，已经挪开了",
        "一楼有辆旧自行车，已经和邻居说好",
    ),
)
HEATING = TaskStory(
    "问问独居老人暖气热不热",
    "这几天降温。敲敲门、打个电话都行，不热的告诉我们，师傅上门看。",
    HOME,
    question=ASKED,
    days_ago=0,
    days=4,
    minutes=5,
    share=0.1,
    hour=8,
    notes=("201 的暖气片不太热，想请师傅看看",),
)
BRACELET = TaskStory(
    "老人防走失手环登记",
    "社区领到 60 只防走失手环，免费。家里有容易迷路的老人，问问要不要，记个数就行，不写姓名。",
    HOME,
    question=ASKED,
    days_ago=3,
    days=9,
    minutes=4,
    share=0.45,
    needs_confirmation=True,
    notes=(
        "要 1 只",
        "要 2 只，家里人说周末来领",
        "要 1 只，记得电话要写大一点",
    ),
)
WINTER = TaskStory(
    "入冬用火用电提个醒",
    "电热毯睡前关，燃气用完拧紧，电动车不进楼。见到邻居说一声，说过就算办好。",
    DISTRICT,
    days_ago=2,
    days=8,
    minutes=3,
    share=0.38,
    notes=("还有三户上班没回来", "楼上那家出远门了"),
)
OPEN_TASKS: tuple[TaskStory, ...] = (
    STAIRS,
    HEATING,
    BRACELET,
    WINTER,
    TaskStory(
        "请组长对一遍本组的楼栋单元",
        "名册要对一遍。看看本组的单元号有没有写错，错了直接告诉社区。",
        STREET,
        question=DONE,
        days_ago=4,
        days=10,
        minutes=6,
        roles=(GROUPS,),
        share=0.5,
    ),
    TaskStory(
        "路灯不亮的地方记一下",
        "天黑得早了。晚上散步时看看，哪盏不亮写在下面，照明班一起修。",
        STREET,
        question=LOOKED,
        days_ago=2,
        days=7,
        photo=True,
        share=0.3,
        hour=16,
        notes=(
            "小区西门那盏一闪一闪",
            "3栋前面那盏不亮",
        ),
    ),
)

# Finished, with what came of it. The freshest first.
CLOSED_TASKS: tuple[TaskStory, ...] = (
    TaskStory(
        "停水通知，挨家说一声",
        "老水管要换阀门，停水半天。今晚接两桶水，关好水龙头。",
        HOME,
        days_ago=6,
        days=2,
        minutes=6,
        share=0.93,
        outcome_title="停水那天，没有一户缺水",
        outcome="您们一户户说到了，198 户提前存了水，3 位腿脚不便的老人由邻长提水上门。阀门换好了，来水早了一小时。",
        notes=(
            "还差两户，晚上再去",
            "401 没人，电话说了",
        ),
    ),
    TaskStory(
        "秋季流感疫苗，帮老人问一声",
        "65 岁以上免费接种。问问邻居里的老人想不想打，社区周四有车接送。",
        DISTRICT,
        question=ASKED,
        days_ago=20,
        days=9,
        minutes=4,
        share=0.68,
        outcome_title="两万多位老人打上了疫苗",
        outcome="九天里，邻长们把消息带到了每个单元。比去年多了六千多位老人接种，接送车跑了 312 趟，一位也没有落下。",
        notes=(
            "问过了，两位要去",
            "李奶奶要坐车去，已报给社区",
        ),
    ),
    TaskStory(
        "数一数充电桩够不够",
        "看看楼下电动车充电的地方够不够用，写个大概数就行。",
        DISTRICT,
        question=LOOKED,
        days_ago=37,
        days=8,
        minutes=3,
        share=0.6,
        outcome_title="第一批 420 个充电口开工了",
        outcome="照着大家报的缺口排了先后，最缺的 31 个小区先装，月底前通电。其余的排在明年春天，名单贴在各社区。",
        notes=(
            "缺三四个",
            "晚上抢不到",
            "够，就是离得远",
        ),
    ),
    TaskStory(
        "雨季前看看排水沟",
        "路过时看一眼楼前的雨水篦子，堵了的写个位置，水务的人来清。",
        DISTRICT,
        question=LOOKED,
        days_ago=52,
        days=7,
        share=0.64,
        outcome_title="清了 1,306 处，大雨那晚没有积水",
        outcome="您们报的 1,306 处在五天里清完了。上月那场大雨，全区没有一个小区淹水。",
        notes=(
            "有树叶，已扫开",
            "2栋门口堵了",
        ),
    ),
    TaskStory(
        "3 栋路灯晚上亮不亮",
        "有邻居说 3 栋前面黑。住得近的晚上帮着看看。",
        HOME,
        question=LOOKED,
        days_ago=17,
        days=4,
        share=0.4,
        hour=17,
        outcome_title="3 栋的路灯亮了",
        outcome="从您开口到灯亮，一共 6 天。3 栋 28 户晚上回家，不用再摸黑。",
        notes=(
            "不亮",
            "一闪一闪的",
            "真黑，昨晚差点摔着",
        ),
    ),
    TaskStory(
        "重阳节，给老人带句话",
        "重阳节社区食堂请 70 岁以上老人吃碗面，请带到。",
        HOME,
        days_ago=33,
        days=5,
        minutes=4,
        share=0.86,
        outcome_title="148 碗面，一碗没剩",
        outcome="148 位老人来了食堂，走不动的 17 位由邻长送到家。张师傅说，明年还做。",
        notes=(
            "两位要送上门",
            "都高兴得很",
        ),
    ),
    TaskStory(
        "看看儿童滑梯有没有松",
        "小区里的滑梯、健身器材，摇一摇，松的写下来。",
        HOME,
        question=LOOKED,
        days_ago=26,
        days=6,
        share=0.55,
        needs_confirmation=True,
        outcome_title="滑梯和两台器材修好了",
        outcome="换了 14 颗螺丝、一块踏板，漫步机先停用，配件到了就换。",
        notes=(
            "漫步机右边松",
            "滑梯有颗螺丝翘起来",
        ),
    ),
    TaskStory(
        "旧衣旧书收一收",
        "周六上午凉亭有人来收，洗干净的旧衣、看完的书都要。告诉邻居一声。",
        HOME,
        days_ago=44,
        days=6,
        share=0.7,
        outcome_title="收了 320 公斤旧衣、411 本书",
        outcome="书进了桂花社区的漂流书架，衣服洗净后送去了山区。书架就在社区一楼，随时来拿。",
        notes=(
            "我家也有一箱",
            "书可以送到社区吗",
        ),
    ),
    TaskStory(
        "老旧小区加装扶手，问问哪几级台阶难走",
        "哪段楼梯老人走着费劲，写下来，街道统一装扶手。",
        STREET,
        question=LOOKED,
        days_ago=29,
        days=9,
        minutes=3,
        share=0.66,
        outcome_title="装了 96 段扶手",
        outcome="照着大家报的位置，96 段扶手全装好了，多数在一楼到二楼之间。还有 8 段墙体太薄，改成落地式，月底装。",
        notes=(
            "一楼入口那三级",
            "三楼转角那段陡",
        ),
    ),
    TaskStory(
        "菜场改造，听听大家怎么说",
        "青禾菜场要改，最想先改哪一样：地面、遮雨、厕所还是车位？",
        STREET,
        question=DONE,
        days_ago=40,
        days=8,
        minutes=4,
        share=0.61,
        outcome_title="菜场先改地面和遮雨",
        outcome="最多人说地滑、下雨淋。这两样下月开工，分两段做，不停市。厕所排在春节后。",
        notes=(
            "地面太滑",
            "遮雨",
            "厕所！",
            "车位不够",
        ),
    ),
    TaskStory(
        "台风天收花盆",
        "明晚有大风，提醒高层邻居把阳台外的花盆收进屋。",
        DISTRICT,
        days_ago=48,
        days=2,
        minutes=3,
        share=0.36,
        hour=15,
        outcome_title="大风过去，没有一个花盆掉下来",
        outcome="当晚阵风八级。收了的花盆数不清，砸到人的，一个也没有。",
        notes=("五楼没人，花盆用绳子绑住了",),
    ),
    TaskStory(
        "片长碰头会，定下季度的三件事",
        "周五下午三点，社区会议室，半小时。不能来的写一句也行。",
        STREET,
        question=DONE,
        days_ago=22,
        days=5,
        minutes=10,
        roles=(AREAS,),
        share=0.9,
        outcome_title="三件事定下来了",
        outcome="扶手、路灯、电动车棚。谁负责、什么时候好，写在社区的白板上，每月更新一次。",
        notes=(
            "能来",
            "请假，意见发给社区了",
        ),
    ),
)

THANKS = (
    "晚上下楼倒垃圾，心里踏实多了。谢谢您。",
    "没想到说一句就有人管，谢谢。",
    "我妈腿脚不好，多亏您上来说一声。",
    "您费心了。",
    "有您在，我们这个单元像一家人。",
)
