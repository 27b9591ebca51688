"""The registry as a table of the guide: field, what it is, what for, how long, what erasing does."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import translation

from foundation import privacy
from foundation.retention import words_of

GUIDE = "docs/personal-data.md"
BEGIN, END = "<!-- fields: written by manage.py personal_fields -->", "<!-- end of fields -->"


def lines() -> Iterator[str]:
    """The table, line by line, in the language of the district."""
    with translation.override("zh-hans"):
        yield "| 字段 | 是什么 | 做什么用 | 依据 | 保存 | 遮挡 | 加密 | 删除本人时 |"
        yield "|---|---|---|---|---|---|---|---|"
        for label in sorted(privacy.registered):
            entry = privacy.registered[label]
            for one in sorted(entry.fields, key=lambda field: field.name):
                cells = (
                    f"`{label}.{one.name}`",
                    one.sort.label,
                    one.purpose or entry.purpose,
                    entry.basis.label,
                    words_of(entry.keep),
                    one.mask,
                    "是" if one.sealed else "",
                    entry.rule_of(one).label,
                )
                yield "| " + " | ".join(str(cell) for cell in cells) + " |"
        yield ""
        yield "没有登记的字段里，名字看着像个人信息、其实不是的："
        yield ""
        for label in sorted(privacy.harmless):
            for name, because in sorted(privacy.harmless[label].items()):
                yield f"- `{label}.{name}`：{because}"


def replaced(text: str) -> str:
    """The guide with the table as the registry has it now."""
    before, _mark, rest = text.partition(BEGIN)
    _old, _mark, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n" + "\n".join(lines()) + f"\n\n{END}{after}"
