"""One escape for every text that enters a map, and one for data in a script tag."""

import html
import json
import re
from typing import Any

from geoplan.core.errors import ParameterError

# Quotes, angle brackets and & are html.escape's. The other four open a template expression in
# Jinja (folium compiles what it has rendered a second time) or in a JavaScript literal.
_TEMPLATE_SIGNS = {ord(sign): f"&#{ord(sign)};" for sign in "{$`\\"}

_SPACES = re.compile(r"[\t\n\r\x0b\x0c\u2028\u2029]+")
# C0, DEL and C1 controls; bidirectional marks, embeddings, overrides and isolates; zero-width
# space, word joiner and byte order mark; lone surrogates. Joiners (U+200C, U+200D) spell Persian
# and emoji and stay.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def visible(text: object) -> str:
    r"""
    Write a text so that nothing in it hides or reorders what stands beside it.

    Parameters
    ----------
    text : object
        Anything; ``str()`` of it is taken. None becomes the empty text.

    Returns
    -------
    str
        The text with line breaks and tabs as one space, and every control, bidirectional or
        zero-width character written out as its code point.

    Examples
    --------
    >>> visible("park\u202egnp.exe")
    'park[U+202E]gnp.exe'
    """
    if text is None:
        return ""
    return _INVISIBLE.sub(lambda hit: f"[U+{ord(hit[0]):04X}]", _SPACES.sub(" ", str(text)))


def safe(text: object) -> str:
    """
    Escape a text from data for any place where folium takes one.

    Column values, aliases, layer and group names, labels: each goes through here exactly once,
    where it enters the map. Only numbers and geometries may bypass it.

    Parameters
    ----------
    text : object
        Anything; ``str()`` of it is taken. None becomes the empty text.

    Returns
    -------
    str
        HTML that a browser shows as the text was typed, in markup, in attributes, in JavaScript
        literals and in Jinja templates.

    See Also
    --------
    visible : The same without the escapes, for templates that escape by themselves.

    Notes
    -----
    folium 0.20 compiles its output, data included, as a template a second time, and hands names to
    ``innerHTML`` and to template literals. Hence the braces, dollar signs, backticks and
    backslashes beside the characters of HTML.

    Examples
    --------
    >>> safe("<b>A & B</b> {{ 7*7 }}")
    '&lt;b&gt;A &amp; B&lt;/b&gt; &#123;&#123; 7*7 }}'
    """
    return html.escape(visible(text)).translate(_TEMPLATE_SIGNS)


def json_island(value: Any) -> str:  # noqa: ANN401 (whatever JSON can hold)
    r"""
    Write a value as JSON that may stand between script tags.

    Parameters
    ----------
    value : object
        What :func:`json.dumps` takes, without NaN and infinities.

    Returns
    -------
    str
        Compact JSON in which no ``<``, ``>`` or ``&`` stands, and which parses back to `value`.

    Raises
    ------
    ParameterError
        If a number is NaN or infinite; JSON has no such thing, so write None.
    TypeError
        If a value is of no JSON type.

    Examples
    --------
    >>> json_island({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        raise ParameterError(
            f"data for a page cannot be written as JSON ({error}); write an unknown number as None."
        ) from error
    return island_text(text)


def island_text(text: str) -> str:
    """
    Make ready-made JSON fit to stand between script tags.

    Parameters
    ----------
    text : str
        Valid JSON.

    Returns
    -------
    str
        The same value. The escapes are exact, since the characters replaced occur in JSON only
        inside strings.
    """
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return _SURROGATE.sub(lambda hit: f"\\u{ord(hit[0]):04x}", text)
