"""Which encoding the text of a file is in: declared, written beside it, or read off its bytes."""

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from geoplan.core.errors import SourceError

FoundIn = Literal["", "declared", "bom", "cpg", "ldid", "bytes"]

# Language driver ids of dBASE and FoxPro, as far as planning offices meet them.
_LDID_ENCODINGS = {
    0x01: "CP437", 0x02: "CP850", 0x03: "CP1252", 0x13: "CP932", 0x26: "CP866", 0x4D: "GB18030",
    0x4E: "CP949", 0x4F: "BIG5", 0x57: "CP1252", 0x58: "CP1252", 0x59: "CP1252", 0x64: "CP852",
    0x65: "CP866", 0x78: "BIG5", 0x79: "CP949", 0x7A: "GB18030", 0x7B: "CP932", 0xC8: "CP1250",
    0xC9: "CP1251", 0xCA: "CP1254", 0xCB: "CP1253", 0xCC: "CP1257",
}  # fmt: skip
_BOMS = (
    (codecs.BOM_UTF8, "UTF-8-SIG"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_MOST_VALUES = 20_000
_SURE, _POSSIBLE = 0.85, 0.5
_LEVEL_1_SHARE = 0.4


@dataclass(frozen=True)
class TextEncoding:
    """
    An encoding and how it was found.

    Parameters
    ----------
    name : str
        Name that Python and GDAL both know; empty where the format has its own.
    found_in : {"", "declared", "bom", "cpg", "ldid", "bytes"}
        What told it.
    overruled : str
        What the file itself claimed, where its bytes say otherwise.
    """

    name: str = ""
    found_in: FoundIn = ""
    overruled: str = ""


def table_encoding(content: bytes, *, subject: str) -> TextEncoding:
    r"""
    Find the encoding of a text table: a byte order mark, else UTF-8, GB18030 or Big5 by its bytes.

    Parameters
    ----------
    content : bytes
        The whole file.
    subject : str
        How to name it in a message.

    Returns
    -------
    TextEncoding
        The encoding found.

    Raises
    ------
    SourceError
        If the bytes fit none of them.

    Examples
    --------
    >>> table_encoding("站名,经度\n龙岗,114.2".encode("gbk"), subject="stops")
    TextEncoding(name='GB18030', found_in='bytes', overruled='')
    """
    for bom, name in _BOMS:
        if content.startswith(bom):
            return TextEncoding(name, "bom")
    guess = guess_encoding([content])
    if not guess:
        raise SourceError(
            f"The text of {subject} is neither UTF-8 nor GB18030 nor Big5. "
            "State what it is, e.g. encoding='cp1252'."
        )
    return TextEncoding(guess, "bytes")


def shapefile_encoding(dbf: bytes | memoryview, cpg: str | None, *, subject: str) -> TextEncoding:
    """
    Find the encoding of a Shapefile's attributes.

    The ``.cpg`` beside it is believed unless its encoding cannot decode the bytes, or is a
    one-byte one while the bytes are plainly UTF-8 or Chinese; then the multi-byte code page in
    the header's language driver id; then the bytes; then a one-byte language driver id.

    Parameters
    ----------
    dbf : bytes or memoryview
        Content of the ``.dbf``.
    cpg : str or None
        Content of the ``.cpg``, if there is one.
    subject : str
        How to name the file in a message.

    Returns
    -------
    TextEncoding
        The encoding; ``UTF-8`` for plain ASCII.

    Raises
    ------
    SourceError
        If nothing fits.
    """
    values = dbf_text(dbf)
    claimed = _codec_name(cpg or "")
    by_id = _LDID_ENCODINGS.get(dbf[29], "")
    if not values:
        return TextEncoding(claimed or "UTF-8", "cpg" if claimed else "bytes")
    guess = guess_encoding(values)
    if claimed and _fits(claimed, values) and not _doubtful(claimed, guess):
        return TextEncoding(claimed, "cpg")
    if not claimed and by_id and not _one_byte(by_id) and _fits(by_id, values):
        trusted = not _doubtful(by_id, guess)
        return TextEncoding(by_id, "ldid") if trusted else TextEncoding("UTF-8", "bytes")
    if guess:
        return TextEncoding(guess, "bytes", overruled=claimed)
    if by_id and _fits(by_id, values):
        return TextEncoding(by_id, "ldid", overruled=claimed)
    raise SourceError(
        f"The attributes of {subject} are in no encoding that could be told: there is no usable "
        ".cpg, and the bytes are neither UTF-8 nor GB18030 nor Big5. "
        "State it, e.g. encoding='GB18030' or encoding='cp1252'."
    )


def guess_encoding(values: Iterable[bytes]) -> str:
    """
    Tell UTF-8, GB18030, Big5 and Western text apart by their bytes.

    Parameters
    ----------
    values : iterable of bytes
        Texts; the end of each may be cut within a character, as in a full dBASE field.

    Returns
    -------
    str
        ``"UTF-8"``, ``"GB18030"``, ``"BIG5"``, or empty when none of them fits.

    Notes
    -----
    UTF-8 that decodes strictly is UTF-8, unless every character is one of the few hundred of GBK
    whose two bytes are also a letter of two bytes there, such as 平.
    Almost any high bytes decode as GB18030, so it has to look like Chinese besides: 85 % of the
    characters within GB 2312, where real text has 99 % and Big5 or Western text read as GBK about
    half; and 40 % of them within its everyday first level, where Cyrillic read as GBK has next to
    none.

    Examples
    --------
    >>> guess_encoding(["龙岗街道".encode("gbk")])
    'GB18030'
    >>> guess_encoding(["觀塘區".encode("big5")])
    'BIG5'
    """
    texts = list(values)
    if _fits("UTF-8", texts) and not _chinese_by_accident_utf8(texts):
        return "UTF-8"
    chinese = _share("gb2312", _decoded("GB18030", texts))
    traditional = _share("big5", _decoded("BIG5", texts))
    if chinese >= _SURE and chinese >= traditional - (1 - _SURE):
        return "GB18030"
    if traditional >= _SURE:
        return "BIG5"
    # Traditional characters and rare place names lie outside GB 2312 but inside GBK.
    return "GB18030" if chinese >= _POSSIBLE and traditional < _POSSIBLE else ""


def dbf_text(dbf: bytes | memoryview) -> list[bytes]:
    """
    Take the distinct non-ASCII texts out of a dBASE table: field names and character fields.

    Parameters
    ----------
    dbf : bytes or memoryview
        Content of the file.

    Returns
    -------
    list of bytes
        At most 20,000 of each field, without padding.
    """
    header_size, row_size = (
        int.from_bytes(dbf[8:10], "little"),
        int.from_bytes(dbf[10:12], "little"),
    )
    names: list[bytes] = []
    values: list[bytes] = []
    rows = np.frombuffer(dbf, dtype="u1")[header_size:]
    rows = rows[: len(rows) // row_size * row_size].reshape(-1, row_size)
    start = 1  # the first byte of a row says whether it is deleted
    for at in range(32, header_size - 1, 32):
        field = bytes(dbf[at : at + 32])
        if field[0] == 0x0D:
            break
        # GDAL tells cut names apart by _1, which then stands behind half a character.
        names.append(re.sub(rb"(?<=[\x80-\xff])_\d{1,2}$", b"", field[:11].split(b"\0")[0]))
        # FoxPro keeps the high byte of a long text's width where numbers have their decimals.
        width = field[16] + (field[17] << 8 if field[11:12] == b"C" else 0)
        if field[11:12] == b"C" and width:
            values += _distinct(rows[:, start : start + width])
        start += width
    return [text for text in names if not text.isascii()] + values


def _distinct(cells: np.ndarray) -> list[bytes]:
    high = cells[(cells >= 0x80).any(axis=1)]
    if high.size == 0:
        return []
    packed = np.ascontiguousarray(high).view(f"S{high.shape[1]}").ravel()
    return [bytes(text).rstrip(b" ") for text in np.unique(packed)[:_MOST_VALUES]]


def _codec_name(cpg: str) -> str:
    """Read what a .cpg says: ``UTF-8``, ``GBK``, ``936``, ``ANSI 936``, ``ISO 88591`` …."""
    name = cpg.strip().upper()
    if re.fullmatch(r"(ANSI|OEM|CP|WINDOWS)?[ _-]?(936|54936)|GB[ _-]?(K|2312|18030)", name):
        return "GB18030"
    if re.fullmatch(r"(ANSI|OEM|CP)?[ _-]?950|BIG-?5", name):
        return "BIG5"
    western = re.fullmatch(r"ISO[ _-]?8859[ _-]?(\d+)", name)
    number = re.fullmatch(r"(?:ANSI|OEM|CP|WINDOWS)?[ _-]?(\d{3,5})", name)
    candidate = f"ISO-8859-{western[1]}" if western else f"CP{number[1]}" if number else name
    candidate = "UTF-8" if candidate == "CP65001" else candidate
    try:
        codecs.lookup(candidate)
    except LookupError:
        return ""
    return candidate


def _one_byte(name: str) -> bool:
    return re.fullmatch(r"CP(125\d|437|85\d|866)|ISO-8859-\d+|ASCII|US-ASCII", name) is not None


def _doubtful(stated: str, guess: str) -> bool:
    """Tell whether the bytes know better: GBK decodes most UTF-8, never the other way round."""
    return bool(guess) if _one_byte(stated) else guess == "UTF-8" != stated


def _decoded(name: str, texts: Sequence[bytes]) -> str | None:
    """Decode everything strictly but for a character cut off at the end of a text."""
    decoder = codecs.getincrementaldecoder(name)
    try:
        return "".join(decoder("strict").decode(text) for text in texts)
    except UnicodeDecodeError:
        return None


def _fits(name: str, texts: Sequence[bytes]) -> bool:
    return _decoded(name, texts) is not None


def _chinese_by_accident_utf8(texts: Sequence[bytes]) -> bool:
    """Recognise GBK such as 平: no ASCII letter beside it, as Western accents have."""
    as_utf8 = _decoded("UTF-8", texts) or ""
    if as_utf8.isascii() or max(as_utf8) >= "\u0800":
        return False
    if not re.sub(r"[\x00-\x7f°²]", "", as_utf8):
        return False  # degrees and square metres; as GBK they are 掳 and 虏, which nothing is named
    accented = re.search(r"[A-Za-z][\x80-\u07ff]|[\x80-\u07ff][A-Za-z]", as_utf8)
    return accented is None and _share("gb2312", _decoded("GB18030", texts)) >= _SURE


def _share(common: Literal["gb2312", "big5"], text: str | None) -> float:
    """Share of the non-ASCII characters that are in everyday use."""
    foreign = re.sub(r"[\x00-\x7f]+", "", text or "")
    if not foreign:
        return 0.0
    lead = np.frombuffer(foreign.encode(common, "ignore"), dtype="u1")[::2]
    if common == "big5":
        return float((lead <= 0xC6).sum()) / len(foreign)  # its first level: 5,401 characters
    everyday = float((lead <= 0xD7).sum()) / len(foreign)
    return len(lead) / len(foreign) if everyday >= _LEVEL_1_SHARE else 0.0
