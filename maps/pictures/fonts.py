"""Fonts for pictures: whichever Chinese font is installed, without shipping one."""

import unicodedata
from functools import cache

CANDIDATES = (
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "Source Han Sans CN",
    "Noto Sans CJK JP",  # the first face of the .ttc, all that older matplotlib sees of it
    "DengXian",
    "SimHei",
    "Hiragino Sans GB",
    "Heiti SC",
    "STHeiti",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Sarasa Gothic SC",
    "Droid Sans Fallback",
    "SimSun",
    "Arial Unicode MS",
)
"""Families with simplified Chinese on Windows, macOS and Linux, the best looking first."""

FALLBACK = "DejaVu Sans"
"""Comes with matplotlib; has ✓ and ✗, which most Chinese fonts lack."""

PACKAGES = "fonts-noto-cjk (Debian, Ubuntu), google-noto-sans-cjk-fonts (Fedora)"
"""What to install where there is none; Windows and macOS bring theirs."""


@cache
def installed_cjk() -> tuple[str, ...]:
    """
    Find the Chinese font families that matplotlib knows on this machine.

    Returns
    -------
    tuple of str
        In the order of `CANDIDATES`; empty where there is none.
    """
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(name for name in CANDIDATES if name in known)


def needs_cjk(text: str) -> bool:
    """
    Tell whether a text holds characters that only a Chinese font has.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    bool
        True for any wide or full-width character.

    Examples
    --------
    >>> needs_cjk("龙岗"), needs_cjk("Longgang ✓")
    (True, False)
    """
    return any(unicodedata.east_asian_width(letter) in "WF" for letter in text)
