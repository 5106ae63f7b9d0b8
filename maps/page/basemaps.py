"""Basemaps of tiles, only where they are asked for: they need the internet."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import folium
from branca.element import MacroElement
from folium.template import Template

from geoplan.core.errors import ParameterError
from geoplan.maps.page.folium_layers import group
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.safe import safe
from geoplan.maps.page.words import say

if TYPE_CHECKING:
    from xyzservices import TileProvider

KEY_VARIABLE = "GEOPLAN_TIANDITU_KEY"
"""Environment variable that holds the user's own Tianditu key, where a call gives none."""

_PROVIDERS = {
    "osm": "OpenStreetMap.Mapnik",
    "gaode": "Gaode.Normal",
    "gaode-satellite": "Gaode.Satellite",
}
# Ground and lettering, as the service has them; the licence number is printed with its maps.
_TIANDITU = {
    "tianditu": ("vec", "cva"),
    "tianditu-satellite": ("img", "cia"),
    "tianditu-terrain": ("ter", "cta"),
}
_TIANDITU_URL = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)
_TAGS = re.compile(r"<[^>]*>")
_KEY = re.compile(r"[0-9A-Za-z]{8,64}")
_URL = re.compile(r"https?://[A-Za-z0-9.{}:_-]+(?:[/?#][^\s\"'<>\\`]*)?")
_NEEDS = ("{x}", "{y}", "{z}")


@dataclass(frozen=True)
class Basemap:
    """
    Tiles to lay under a map.

    Parameters
    ----------
    name : str
        What the layer control calls it.
    urls : tuple of str
        Addresses with ``{x}``, ``{y}``, ``{z}`` and perhaps ``{s}``, from the ground up.
    attribution : str
        Whom the licence wants named, plain text; it stands in the footer of the page.
    subdomains : str
        What ``{s}`` may be, one character each.
    max_zoom : int
        Largest zoom that the service has; further in, its tiles are enlarged.
    gcj02 : bool
        Whether the tiles are drawn in GCJ-02, as Chinese web services must: then the view is
        shifted to them, and the data is not.
    keyed : bool
        Whether the addresses hold a key, which every reader of the file can see.
    """

    name: str
    urls: tuple[str, ...]
    attribution: str
    subdomains: str = "abc"
    max_zoom: int = 18
    gcj02: bool = False
    keyed: bool = False


def make_basemap(basemap: "str | TileProvider | Basemap", *, key: str | None = None) -> Basemap:
    """
    Choose tiles to lay under a map.

    Parameters
    ----------
    basemap : str, xyzservices.TileProvider or Basemap
        ``"osm"``, ``"gaode"``, ``"gaode-satellite"``, ``"tianditu"``, ``"tianditu-satellite"``,
        ``"tianditu-terrain"``, a name that xyzservices knows (``"OpenTopoMap"``), or a
        provider of one's own.
    key : str, optional
        Your own key of the service, where it wants one. For Tianditu the environment variable
        ``GEOPLAN_TIANDITU_KEY`` stands in.

    Returns
    -------
    Basemap
        For the parameter `basemap` of every map function.

    Raises
    ------
    ParameterError
        If there is no such basemap, or a key is missing or none.

    Notes
    -----
    A page with a basemap needs the internet, and tells the service who looks at which place. The
    key of a service stands readable in the file. OpenStreetMap's own server refuses requests that
    do not say from which site they come, as those of a file opened from a disk do not; it is for
    pages on a web server. Gaode's tiles are in GCJ-02: see `Basemap`.

    Examples
    --------
    >>> make_basemap("gaode").gcj02, make_basemap("osm").gcj02
    (True, False)
    """
    if isinstance(basemap, Basemap):
        return basemap
    if isinstance(basemap, str) and basemap in _TIANDITU:
        return _tianditu(basemap, key or os.environ.get(KEY_VARIABLE, ""))
    provider = _provider(basemap) if isinstance(basemap, str) else basemap
    return _of_provider(provider, key)


def _tianditu(name: str, key: str) -> Basemap:
    if not _KEY.fullmatch(key):
        raise ParameterError(
            f"basemap {name!r} needs a key of your own from Tianditu (letters and digits; "
            f"console.tianditu.gov.cn gives one). Pass `key`, or set {KEY_VARIABLE}."
        )
    return Basemap(
        name="天地图",
        urls=tuple(_TIANDITU_URL.format(layer=layer, key=key) for layer in _TIANDITU[name]),
        attribution="国家地理信息公共服务平台（天地图）",
        subdomains="01234567",
        keyed=True,
    )


def _provider(name: str) -> "TileProvider":
    import xyzservices.providers

    try:
        return xyzservices.providers.query_name(_PROVIDERS.get(name, name))
    except ValueError as error:
        own = ", ".join((*_PROVIDERS, *_TIANDITU))
        raise ParameterError(
            f"there is no basemap {name!r}; wanted {own}, or a name that xyzservices knows, such "
            "as 'OpenTopoMap'."
        ) from error


def _of_provider(provider: "TileProvider", key: str | None) -> Basemap:
    settings: Mapping[str, Any] = provider
    name = str(settings.get("name", "tiles"))
    given = {} if key is None else dict.fromkeys(_key_names(settings), key)
    keyed = bool(_key_names(settings))
    filled = type(provider)({**settings, **given})
    if filled.requires_token():
        raise ParameterError(f"basemap {name!r} needs a key of your own; pass `key`.")
    # A browser lets no http tiles into a page that came by https.
    url = filled.build_url(scale_factor="", fill_subdomain=False)
    url = re.sub(r"^http://", "https://", url) if name.startswith("Gaode.") else url
    if not _URL.fullmatch(url) or not all(part in url for part in _NEEDS):
        raise ParameterError(
            f"basemap {name!r} has the address {url!r}; wanted http(s) with {{x}}, {{y}} and {{z}}."
        )
    return Basemap(
        name=name.removesuffix(".Mapnik").removesuffix(".Normal").replace(".", " "),
        urls=(url,),
        attribution=_plain(settings),
        subdomains="".join(settings.get("subdomains", "abc")),
        max_zoom=int(settings.get("max_zoom", 18)),
        gcj02=name.startswith("Gaode."),
        keyed=keyed,
    )


def _key_names(settings: Mapping[str, Any]) -> list[str]:
    return [name for name, value in settings.items() if "<insert your" in str(value)]


def _plain(settings: Mapping[str, Any]) -> str:
    text = _TAGS.sub("", str(settings.get("attribution", "")))
    for written, sign in (("&copy;", "©"), ("(C)", "©"), ("&amp;", "&")):
        text = text.replace(written, sign)
    return text.strip() or str(settings.get("name", ""))


class _UnderTiles(MacroElement):
    """Let tiles show through what lies over them, and keep their colours quiet."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <style>
        .gp-map .leaflet-tile-pane { filter: grayscale(.55) contrast(.9) brightness(1.06); }
        .gp-map .leaflet-gp-theme-pane, .gp-map .leaflet-gp-over-pane { opacity: .72; }
        .gp-map .leaflet-gp-ground-pane { opacity: .28; }
        /* The footer names whom the licence wants named; cards would lie over this. */
        .gp-map .leaflet-control-attribution { display: none; }
        </style>
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "UnderTiles"


def tiles_part(map_: folium.Map, basemap: Basemap, lang: str) -> Part:
    """
    Draw the tiles of a basemap.

    Parameters
    ----------
    map_ : folium.Map
        Gets the style in which tiles stay in the background.
    basemap : Basemap
        Which.
    lang : {"en", "zh"}
        Language of the layer control.

    Returns
    -------
    Part
        A layer that can be switched off.
    """
    _UnderTiles().add_to(map_)
    layers = [
        folium.TileLayer(
            url,
            attr=safe(basemap.attribution),
            max_zoom=22,
            max_native_zoom=basemap.max_zoom,
            subdomains=basemap.subdomains,
            control=False,
            referrer_policy="strict-origin-when-cross-origin",
        )
        for url in basemap.urls
    ]
    return Part(group(say("control.basemap", lang, name=basemap.name), layers), "layer")


def basemap_lines(basemap: Basemap | None, lang: str) -> Sequence[str]:
    """Say in the footer whose tiles they are, and that GCJ-02 shifts the view alone."""
    if basemap is None:
        return ()
    credit = say("footer.basemap", lang, attribution=basemap.attribution)
    return (credit, say("footer.gcj02", lang)) if basemap.gcj02 else (credit,)
