"""Word lists of the sample district. Every place and office is invented; a match with a real one is chance."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


DISTRICT = "云禾区"

# How many communities each street or town has; 14 streets, 86 communities.
STREETS: tuple[tuple[str, int], ...] = (
    ("青禾街道", 8),
    ("栖云街道", 8),
    ("听澜街道", 7),
    ("南枝街道", 7),
    ("石磨街道", 7),
    ("风铃街道", 7),
    ("暖坡街道", 6),
    ("砚湖街道", 6),
    ("九曲街道", 6),
    ("半山街道", 5),
    ("蒲苇镇", 5),
    ("桑叶镇", 5),
    ("萤火镇", 5),
    ("泊舟镇", 4),
)

# 86 names; the first is the home of the demo's people.
COMMUNITIES = _words(
    "桂花 海棠 木槿 茉莉 芦荻 青柚 石榴 山楂 "
    "云栖 朝露 霁月 星桥 晚霞 微风 初雪 长虹 "
    "澜光 渔火 潮音 白帆 浅滩 鸥鹭 浪花 "
    "南枝 早梅 春藤 新竹 绿萝 青苔 松果 "
    "磨坊 石阶 井台 老槐 碾子 桥头 巷口 "
    "风铃 纸鸢 竹笛 琴台 鼓楼里 木偶 灯影 "
    "暖坡 向晖 晒谷 炊烟 围炉 棉田 "
    "砚湖 墨池 笔架 书屋 学堂 砚秋 "
    "九曲 溪口 石濑 水车 鱼尾 渡头 "
    "半山 松风 云梯 茶垄 听泉 "
    "蒲苇 荷塘 菱角 藕池 芡湖 "
    "桑叶 蚕房 织机 染坊 麻园 "
    "萤火 麦场 豆架 瓜棚 稻垛 "
    "泊舟 船坞 缆桥 灯标"
)

ESTATE_STEMS = _words(
    "荷香 榴园 映溪 知春 半夏 听雨 拾光 云影 青藤 竹里 临风 枕水 观麦 橙子 银杏树 白兰 小满 谷雨 鹿鸣 燕归 "
    "松间 月牙 满庭 和气 邻家 甜井 木棉 杉林 紫藤 栗子 石桥头 星野"
)
ESTATE_TAILS = _words("苑 新村 家园 小区 花园 公寓 里 庭院 雅居 名居")
HAMLETS = _words("上湾 下湾 柳树湾 石碾湾 大塘边 竹林院 老屋场 新屋场 桥边院 坡上 坡下 井边院 枣树院 水口 东头 西头")

SURNAMES = (
    "王王王李李李张张张刘刘陈陈杨杨黄黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟"
    "姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤"
)

# Given names by gender and generation, so that a leader of seventy is not called 子涵.
GIVEN_OLDER = {
    "女": _words(
        "桂英 秀兰 玉珍 淑华 凤英 素芬 春兰 月娥 翠英 桂香 玉莲 秀珍 惠芳 腊梅 金凤 爱华 兰芝 巧云 淑琴 桂芳 "
        "玉梅 秋菊 彩霞 明珍 友芝 正秀 德芳 清兰 世珍 家英"
    ),
    "男": _words(
        "建国 国强 德明 永福 志华 长根 金山 大勇 光明 宝林 学文 正华 启发 家富 新民 立新 明德 守义 成林 云山 "
        "庆丰 保华 传友 先进 克勤 道生 忠诚 世昌 安民 兴旺"
    ),
}
GIVEN_MIDDLE = {
    "女": _words(
        "敏 静 丽 艳 娟 霞 燕 红梅 海燕 丽华 小红 雪梅 晓燕 春燕 玲 莉 萍 芳 美玲 文娟 冬梅 玉洁 丹 慧 蓉 琼 琴 雯"
    ),
    "男": _words("勇 军 伟 涛 斌 强 刚 平 波 辉 志强 建军 海波 文军 小平 光辉 立军 晓明 俊 鹏 杰 峰 磊 超 毅 翔 凯 宁"),
}
GIVEN_YOUNGER = {
    "女": _words("思雨 雨桐 欣怡 诗涵 梦洁 佳慧 晓彤 婷婷 晨曦 雅琪 若溪 语嫣 可心 书瑶 一诺 子晴"),
    "男": _words("子轩 浩然 宇航 俊杰 一鸣 嘉豪 天宇 明轩 文博 泽宇 思远 逸飞 志远 家豪 瑞 晨"),
}

EMPLOYERS = _words(
    "区水务服务中心 区园林养护所 区图书馆 区文化馆 区档案馆 区公共交通服务站 区住房事务中心 区市容管理所 "
    "区便民服务大厅 区第二实验小学 区社区学院 区气象观测站 区粮油储备站 区人民调解中心"
)
AREA_POSTS = ("社区书记", "社区副书记", "社区委员", "社区委员", "网格员", "网格员", "网格员")

PARTY, RESERVE, YOUTH, OTHER_PARTY, MASSES = "中共党员", "中共预备党员", "共青团员", "民主党派", "群众"
