"""A branca figure that writes one safe, self-sufficient page instead of links to CDNs."""

import base64
import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from branca.element import Element, Figure, Link
from folium.folium import GlobalSwitches
from folium.raster_layers import TileLayer, WmsTileLayer
from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateSyntaxError
from markupsafe import Markup

from geoplan.core.errors import ParameterError, RenderError
from geoplan.maps.page.assets import load_bundle
from geoplan.maps.page.inert_data import added_later, features_beside
from geoplan.maps.page.safe import island_text, json_island, visible
from geoplan.maps.page.stable import order_switches, stable_names, walk

if TYPE_CHECKING:
    import folium

_CDN_ORIGIN = "https://cdn.jsdelivr.net"
_ISLAND_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_TILE_HOST = re.compile(r"(https?)://([A-Za-z0-9.{}:_-]+)(?=[/?#]|$)")
_SCRIPT_BREAKERS = re.compile(r"</?script|<!--", re.IGNORECASE)
# What a folium.Map puts into the head beside its size: the defaults of two switches, which Leaflet
# has anyway, and a viewport that forbids zooming by hand.
_MAP_EXTRAS = re.compile(
    r"<script>\s*L_NO_TOUCH = false;\s*L_DISABLE_3D = false;\s*</script>"
    r'|<meta name="viewport" content="[^"]*" />'
)
_NOT_BUNDLED = {
    "$(": "jQuery (folium.Popup, keep_in_front). Use folium.GeoJsonPopup or map panes.",
    "$.ajax": "jQuery (GeoJson with embed=False). Give folium.GeoJson the data itself.",
    "L.AwesomeMarkers": "AwesomeMarkers (folium.Icon). Use folium.CircleMarker or folium.DivIcon.",
}


class DataIsland(Element):
    """
    Data that the scripts of a page read with ``geoplan.island(name)``.

    It stands in the page as JSON, beside the scripts: never parsed as a script, never compiled as
    a template, and cheap for large layers.

    Parameters
    ----------
    name : str
        ASCII letters, digits, ``_`` and ``-``; unique on the page.
    value : object, optional
        What :func:`geoplan.maps.page.safe.json_island` takes.
    text : str, optional
        Ready-made JSON in its place.

    Raises
    ------
    ParameterError
        If the name is of another form, or not exactly one of `value` and `text` is given.

    Examples
    --------
    >>> DataIsland("stops", [[22.6, 114.2]]).text
    '[[22.6,114.2]]'
    """

    def __init__(self, name: str, value: Any = None, *, text: str | None = None) -> None:  # noqa: ANN401
        super().__init__()
        if not _ISLAND_NAME.fullmatch(name):
            raise ParameterError(
                f"data island name {name!r}: use ASCII letters, digits, '_' and '-'."
            )
        if (value is None) == (text is None):
            raise ParameterError(f"data island {name!r}: give `value` or `text`, one of them.")
        self._name = "DataIsland"
        self.island = name
        self.text = json_island(value) if text is None else island_text(text)

    def render(self, **_: object) -> str:
        """Hand the data to the figure; gives nothing to write in place."""
        figure = self.get_root()
        if not isinstance(figure, OfflineFigure):
            raise RenderError(
                f"data island {self.island!r} is on a map that is saved by folium itself; put the "
                "map on a page with make_page() and save that."
            )
        if figure.islands.setdefault(self.island, self.text) != self.text:
            raise RenderError(f"two data islands of one page are called {self.island!r}.")
        return ""


class OfflineFigure(Figure):
    """
    The figure of a page: renders its maps once, swaps links for the bundle, locks the scripts.

    Parameters
    ----------
    title : str
        Title of the document, as plain text.
    lang : str
        Language of the page: ``en`` or ``zh``.
    offline : bool
        True inlines the bundle; False links to the CDN, each file locked by its hash.
    cards : Markup
        Markup around the map; must be escaped already.
    footer : sequence of str
        Plain texts of the line below the map.
    options : mapping, optional
        What ``geoplan.start`` gets; nothing starts without.

    Notes
    -----
    branca puts what elements rendered into `Element` objects, which compiles the text, data
    included, as a Jinja template and renders it again with the page. Here the text itself is
    taken, so data is never run; a test holds that branca still keeps it where this looks for it.

    The content security policy names the hashes of exactly the scripts written here, and the page
    is refused if it holds any other script tag: markup that got in cannot run.
    """

    def __init__(
        self,
        *,
        title: str,
        lang: str = "en",
        offline: bool = True,
        cards: Markup = Markup(),  # noqa: B008 (immutable)
        footer: tuple[str, ...] = (),
        options: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(title=title)
        self.lang = lang
        self.offline = offline
        self.cards = cards
        self.footer = footer
        self.options = options
        self.islands: dict[str, str] = {}

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401 (as branca)
        """
        Write the page.

        Returns
        -------
        str
            The HTML document.

        Raises
        ------
        RenderError
            If the bundle is missing, the map asks for a file outside it, or an unescaped text got
            into folium.
        """
        bundle = load_bundle()
        order_switches(self)
        try:
            with features_beside(self) as taken:
                for child in list(self._children.values()):
                    child.render(**kwargs)
        except TemplateSyntaxError as error:
            raise RenderError(
                f"a text with template syntax reached folium unescaped ({error.message}). Pass "
                "every text from data through geoplan.maps.page.safe.safe()."
            ) from error
        self._check_links(bundle.bundled | bundle.unneeded)
        self.islands |= taken
        stable = stable_names(self)
        drawn = stable(_joined(*_pieces(self.script, taken)))
        _check_scripts(drawn)
        main = _joined(
            bundle.own_script,
            *map(template_text, ("page.js", "search.js", "measure.js", "panel.js")),
            drawn,
            "" if self.options is None else stable(f"geoplan.start({json_island(self.options)});"),
        )
        scripts = [bundle.script, main] if self.offline else [main]
        html = str(
            environment()
            .get_template("page.html")
            .render(
                title=self.title,
                lang="zh-CN" if self.lang == "zh" else self.lang,
                policy=self._policy(scripts),
                cdn=() if self.offline else bundle.cdn,
                bundle_style=Markup(bundle.style) if self.offline else "",  # noqa: S704 (ours)
                page_style=Markup(template_text("page.css")),  # noqa: S704 (ours)
                header=Markup(stable(_MAP_EXTRAS.sub("", _joined(*_pieces(self.header))))),  # noqa: S704 (rendered by folium)
                body=Markup(stable(_joined(*_pieces(self.html)))),  # noqa: S704 (rendered by folium)
                cards=Markup(stable(self.cards)),  # noqa: S704 (escaped by its template)
                footer=self.footer,
                islands={stable(name): Markup(text) for name, text in self.islands.items()},  # noqa: S704
                scripts=[Markup(script) for script in scripts],  # noqa: S704 (hashed above)
            )
        )
        linked = 0 if self.offline else sum(asset.kind == "js" for asset in bundle.cdn)
        _check_count(html, len(scripts) + len(self.islands) + linked)
        return html

    def _check_links(self, known: frozenset[str]) -> None:
        for child in self.header._children.values():  # noqa: SLF001 (branca has no other way)
            if isinstance(child, Link) and child.url not in known:
                raise RenderError(
                    f"the map asks for {child.url}, which is not in the bundle. Leave out the "
                    "folium class that wants it, or add its package to package.json and "
                    "maps/bundle_src/assets.json."
                )

    def _policy(self, scripts: list[str]) -> str:
        hashes = " ".join(f"'sha256-{_sha256(script)}'" for script in scripts)
        cdn = "" if self.offline else f" {_CDN_ORIGIN}"
        tiles = "".join(f" {origin}" for origin in sorted(tile_origins(self)))
        return (
            f"default-src 'none'; script-src {hashes}{cdn}; style-src 'unsafe-inline'{cdn}; "
            f"img-src data:{cdn}{tiles}; font-src data:; base-uri 'none'; form-action 'none'"
        )


def figure_html(map_: "folium.Map", figure: OfflineFigure) -> str:
    """
    Render a map in a figure, and give the map back to its own figure afterwards.

    Parameters
    ----------
    map_ : folium.Map or folium.plugins.DualMap
        The map.
    figure : OfflineFigure
        A fresh figure.

    Returns
    -------
    str
        The page.
    """
    home = map_.get_root()
    members = dict(home._children)  # noqa: SLF001 (a DualMap stands in its figure with two maps)
    try:
        for name, member in members.items():
            figure.add_child(member, name=name)
        return figure.render()
    finally:
        for name, member in members.items():
            home.add_child(member, name=name)


def map_names(map_: "folium.Map") -> list[str]:
    """Name the JavaScript variables of the map, or of both maps of a DualMap."""
    parts = [getattr(map_, side) for side in ("m1", "m2") if hasattr(map_, side)]
    return [part.get_name() for part in parts or [map_]]


def tile_origins(element: Element) -> frozenset[str]:
    """
    List where the tile layers below an element come from, as a content security policy names it.

    Parameters
    ----------
    element : Element
        A map or a figure.

    Returns
    -------
    frozenset of str
        Empty for a map without tiles.
    """
    origins = set()
    for layer in walk(element):
        if not isinstance(layer, TileLayer | WmsTileLayer):
            continue
        hit = _TILE_HOST.match(layer.tiles if isinstance(layer, TileLayer) else layer.url)
        if hit:
            scheme, host = hit.groups()
            first, _, rest = host.partition(".")
            # A policy knows a wildcard only for a whole first label.
            origins.add(f"{scheme}://*.{rest}" if "{" in first else f"{scheme}://{host}")
    return frozenset(origins)


@cache
def environment() -> Environment:
    """Give the Jinja environment of the page: escaping on, undefined names an error."""
    return Environment(
        loader=PackageLoader("geoplan.maps", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )


@cache
def template_text(name: str) -> str:
    """Read a static file of the page."""
    return (resources.files("geoplan.maps") / "templates" / name).read_text(encoding="utf-8")


def _pieces(holder: Element, taken: Collection[str] = ()) -> Iterator[str]:
    for name, child in holder._children.items():  # noqa: SLF001 (branca has no other way)
        if isinstance(child, Link | GlobalSwitches) or name == "meta_http":
            continue
        source = child._template_str if type(child) is Element else None  # noqa: SLF001
        yield child.render() if source is None else source
        if name in taken:
            yield added_later(name)


def _joined(*pieces: str) -> str:
    # The HTML parser turns every line ending into \n before a browser hashes a script.
    return "\n".join(pieces).replace("\r\n", "\n").replace("\r", "\n")


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _check_scripts(drawn: str) -> None:
    hit = _SCRIPT_BREAKERS.search(drawn)
    if hit:
        raise RenderError(
            f"the map's script holds {hit[0]!r}: an unescaped text. Pass every text from data "
            "through geoplan.maps.page.safe.safe()."
        )
    for sign, advice in _NOT_BUNDLED.items():
        if sign in drawn:
            raise RenderError(f"the map's script uses {sign!r}: offline pages hold no {advice}")


def _check_count(html: str, wanted: int) -> None:
    found = len(re.findall(r"<script", html, re.IGNORECASE))
    closed = len(re.findall(r"</script", html, re.IGNORECASE))
    if (found, closed) != (wanted, wanted):
        raise RenderError(
            f"the page holds {found} script tags where {wanted} were written: a text got in as "
            "markup. Pass every text from data through geoplan.maps.page.safe.safe()."
        )
