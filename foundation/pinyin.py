"""How Chinese names sound, for those who type pinyin or initials instead of characters."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=20_000)
def sounds(text: str) -> tuple[str, str]:
    """Pinyin without tones or spaces, and initials: 周桂兰 is ("zhouguilan", "zgl"). Latin letters stay, lower case."""
    from pypinyin import Style, lazy_pinyin  # its dictionary would cost every process a third of a second at the start

    syllables = [part.lower() for part in lazy_pinyin(text, style=Style.NORMAL, errors="default")]
    kept = ["".join(sign for sign in part if sign.isalnum()) for part in syllables]
    initials = "".join(part if part.isdigit() else part[:1] for part in kept)
    return "".join(kept)[:240], initials[:60]
