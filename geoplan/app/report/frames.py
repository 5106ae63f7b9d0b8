"""Maps inside the report: sandboxed frames, and the one security policy that all of it obeys."""

import base64
import hashlib
import html
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

MAPS_LIMIT_BYTES = 12_000_000
"""Above this, mail systems and office computers choke: the maps stay files of their own."""

_HEAD_CHARS = 65_536
_META = re.compile(
    r"""<meta\s[^>]*http-equiv\s*=\s*["']?Content-Security-Policy["']?[^>]*>""", re.IGNORECASE
)
_CONTENT = re.compile(r"""\scontent\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
_TAKEN_OVER = ("img-src", "font-src", "connect-src", "worker-src")
# A frame made from srcdoc loads at once whatever its `loading` attribute says, and runs before it
# has a size. So the map waits inside its own frame, as text, until that comes into view.
# It waits packed: maps are mostly coordinates, and shrink to a third even as base64. Browsers from
# before 2020 (Chrome 79) cannot unpack it, and say so.
_WAIT = (
    "new IntersectionObserver(function (seen, observer) {"
    "if (!seen.some(function (entry) { return entry.isIntersecting })) return;"
    "observer.disconnect();"
    "if (!window.DecompressionStream) { document.getElementById('old').hidden = false; return }"
    "var packed = atob(document.getElementById('page').textContent);"
    "var bytes = new Uint8Array(packed.length);"
    "for (var k = 0; k < packed.length; k++) bytes[k] = packed.charCodeAt(k);"
    "var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));"
    "new Response(stream).text().then(function (page) {"
    "document.open(); document.write(page); document.close()"
    "})"
    "}).observe(document.documentElement)"
)
_BASE = {"default-src": ["'none'"], "style-src": ["'unsafe-inline'"], "img-src": ["data:"]}


@dataclass(frozen=True)
class Frame:
    """
    Where a map is.

    Parameters
    ----------
    srcdoc : Markup or None
        The page, quoted for a ``srcdoc='…'`` attribute; None when it is only linked.
    href : str
        Its own file, relative to the report.
    """

    srcdoc: Markup | None
    href: str


@dataclass(frozen=True)
class Frames:
    """
    The maps of a report.

    Parameters
    ----------
    by_id : mapping of str to Frame
        By the id of the indicator.
    megabytes : float
        Size of all maps together, packed.
    """

    by_id: Mapping[str, Frame]
    megabytes: float


def make_frames(maps: Mapping[str, str], *, too_old: str = "") -> Frames:
    """
    Put maps into frames, or only link them where together they are too large.

    Parameters
    ----------
    maps : mapping of str to str
        Complete HTML page by the id of its indicator.
    too_old : str
        What a browser shows that cannot unpack a map.

    Returns
    -------
    Frames
        Embedded up to `MAPS_LIMIT_BYTES` in all.
    """
    waiting = {key: waiting_page(page, too_old=too_old) for key, page in maps.items()}
    size = sum(map(len, waiting.values()))
    embed = size <= MAPS_LIMIT_BYTES
    by_id = {
        key: Frame(quote_srcdoc(page) if embed else None, f"maps/{quote(key, safe='')}.html")
        for key, page in waiting.items()
    }
    return Frames(by_id, size / 1e6)


def waiting_page(page: str, *, too_old: str = "") -> str:
    """
    Wrap a map so that it starts when it is scrolled to.

    Parameters
    ----------
    page : str
        Complete HTML page.
    too_old : str
        What a browser shows that cannot unpack it.

    Returns
    -------
    str
        A page that holds the other packed (zlib, base64) and becomes it once it is seen.
    """
    packed = base64.b64encode(zlib.compress(page.encode(), 6)).decode()
    return (
        '<!DOCTYPE html><html style="height:100%"><meta charset="utf-8">'
        f'<p id="old" hidden>{html.escape(too_old)}</p>'
        f'<script type="text/plain" id="page">{packed}</script>'
        f"<script>{_WAIT}</script></html>"
    )


def quote_srcdoc(page: str) -> Markup:
    """
    Quote a page for an attribute in single quotes.

    Parameters
    ----------
    page : str
        Complete HTML page.

    Returns
    -------
    Markup
        Free of ``'`` and ``<``, so that it can neither end the attribute nor look like a tag.

    Examples
    --------
    >>> quote_srcdoc("<p class='a'>&lt;</p>")
    Markup('&lt;p class=&#39;a&#39;>&amp;lt;&lt;/p>')
    """
    quoted = page.replace("&", "&amp;").replace("'", "&#39;").replace("<", "&lt;")
    return Markup(quoted)  # noqa: S704 (quoted in the line above)


def policy(pages: Iterable[str]) -> str:
    """
    Write the content-security policy of a report with these maps in it.

    A frame made from ``srcdoc`` obeys the policy of the page around it *and* its own, so the page
    has to allow what its maps run: their inline scripts by hash, and the images, fonts and
    connections that their own policies allow. The page itself has no script.

    Parameters
    ----------
    pages : iterable of str
        The maps that are embedded.

    Returns
    -------
    str
        For the ``content`` of a ``<meta http-equiv>``; nothing is fetched unless a map asks for
        it in its own policy (a base map).
    """
    allowed = {name: list(sources) for name, sources in _BASE.items()}
    shown = list(pages)
    if shown:
        allowed["script-src"] = [f"'sha256-{_hash(_WAIT)}'"]
    for page in shown:
        own = _own_policy(page)
        scripts = [f"'sha256-{_hash(script)}'" for script in _SCRIPT.findall(page) if script]
        if "'unsafe-eval'" in own.get("script-src", []):
            scripts.append("'unsafe-eval'")
        allowed["script-src"].extend(scripts)
        for name in _TAKEN_OVER:
            sources = [source for source in own.get(name, []) if source != "'none'"]
            if sources:
                allowed.setdefault(name, []).extend(sources)
    allowed["base-uri"], allowed["form-action"] = ["'none'"], ["'none'"]
    return "; ".join(f"{name} {' '.join(dict.fromkeys(use))}" for name, use in allowed.items())


def _own_policy(page: str) -> dict[str, list[str]]:
    meta = _META.search(page[:_HEAD_CHARS])
    content = _CONTENT.search(meta[0]) if meta else None
    if content is None:
        return {}
    directives = html.unescape(content[1] or content[2] or "").split(";")
    words = [directive.split() for directive in directives if directive.strip()]
    return {name.lower(): sources for name, *sources in words}


def _hash(script: str) -> str:
    # The browser hashes what its parser made of the text: line ends are LF by then.
    normal = script.replace("\r\n", "\n").replace("\r", "\n")
    return base64.b64encode(hashlib.sha256(normal.encode()).digest()).decode()
