"""Words of the fictional city's files and plans, in both languages."""

from collections.abc import Mapping

_WORDS: Mapping[str, tuple[str, str]] = {
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "motorway": ("motorway", "高速公路"),
    "trunk": ("trunk", "主干路"),
    "primary": ("distributor", "次干路"),
    "provincial": ("provincial", "省立绿道"),
    "urban": ("city", "城市绿道"),
    "local": ("community", "社区绿道"),
    "running": ("in operation", "运营"),
    "building": ("under construction", "在建"),
    "natural": ("natural", "自然岸线"),
    "ecological": ("ecological", "生态岸线"),
    "hard": ("hard", "硬质岸线"),
    "culvert": ("culvert", "暗渠"),
    "zone_1": ("first-class zone", "一级保护区"),
    "zone_2": ("second-class zone", "二级保护区"),
    "priority": ("priority protection", "优先保护单元"),
    "key": ("key control", "重点管控单元"),
    "general": ("general control", "一般管控单元"),
    "home": ("home", "住宅"),
    "office": ("office", "商办"),
    "works": ("works", "厂房"),
    "public": ("public building", "公共建筑"),
    "village": ("village house", "农房"),
    "remediated": ("remediated", "已修复"),
    "controlled": ("risk controlled", "风险管控"),
    "open": ("not yet treated", "未治理"),
    "industrial_park": ("industrial park", "产业园区"),
    "low_carbon": ("low-carbon pilot", "低碳试点"),
    "green_school": ("green school", "绿色学校"),
    "high": ("high", "高风险"),
    "medium": ("medium", "中风险"),
    "container": ("container berth", "集装箱泊位"),
    "bulk": ("bulk berth", "散货泊位"),
    "paving": ("paving", "铺装"),
    "yard": ("yard", "院落"),
    "lawn": ("green", "绿地"),
    "forest": ("forest", "林地"),
    "wetland": ("wetland", "湿地"),
    "reserve": ("nature reserve", "自然保护区"),
    "nature_park": ("nature park", "自然公园"),
    "feeder": ("backbone-bus feeder zone", "骨干公交接驳区"),
    "commuting": ("commuting zone", "通勤活力区"),
    "leisure": ("ecological leisure zone", "生态廊道休闲区"),
    "forbidden": ("no abstraction", "禁采区"),
    "limited": ("limited abstraction", "限采区"),
    "new": ("new", "新建"),
    "continued": ("continued", "续建"),
    "upgraded": ("upgraded", "改造提升"),
    "planned": ("planned", "规划"),
    "under_way": ("under way", "在建中"),
    "done": ("done", "建成"),
    "base": ("observation base", "综合观测基地"),
    "super": ("super-station", "综合气象观测超级站"),
    "underground": ("underground", "地下"),
    "elevated": ("elevated", "高架"),
    "plan_name": (
        "Yunlu District (fictional): every spatial indicator of the catalogue",
        "云麓区（虚构）：指标库全部空间指标",
    ),
    "growth": ("Growth of built-up cover since 2020", "2020 年以来人造地表的增长"),
    "farmland": ("Safe use of contaminated farmland", "受污染耕地安全利用率"),
    "example": ("set for this example", "本示例自定"),
    "credit": ("geoplan's built-in fictional city", "geoplan 内置虚构城市"),
}


def words(lang: str) -> dict[str, str]:
    """
    Give the words of one language.

    Parameters
    ----------
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    dict of str to str
        Words by their name, which the template of the plan knows too.
    """
    return {name: both[lang == "zh"] for name, both in _WORDS.items()}
