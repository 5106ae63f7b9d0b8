"""The bundle that makes a map page self-sufficient: scripts, styles and where they come from."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

from geoplan.core.errors import RenderError


@dataclass(frozen=True)
class CdnAsset:
    """
    A file on the CDN, for pages that are not to be self-contained.

    Parameters
    ----------
    kind : str
        ``"js"`` or ``"css"``.
    url : str
        Its address, with the exact version.
    integrity : str
        The hash that a browser checks before it uses the file.
    """

    kind: str
    url: str
    integrity: str


@dataclass(frozen=True)
class Bundle:
    """
    The bundle as `setup.py` built it.

    Parameters
    ----------
    script, style : str
        Leaflet and its plugins, pictures included as data URIs.
    own_script : str
        What geoplan adds to Leaflet; inlined in every page.
    bundled : frozenset of str
        Addresses that folium would load, for which the bundle stands in.
    unneeded : frozenset of str
        Addresses that folium would load and no geoplan page uses.
    cdn : tuple of CdnAsset
        The same packages on a CDN.
    """

    script: str
    style: str
    own_script: str
    bundled: frozenset[str]
    unneeded: frozenset[str]
    cdn: tuple[CdnAsset, ...]


@cache
def load_bundle() -> Bundle:
    """
    Read the bundle.

    Returns
    -------
    Bundle
        Read once per process.

    Raises
    ------
    RenderError
        If it was never built, as in a checkout that was not installed.
    """
    folder = resources.files("geoplan.maps") / "bundle"
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return Bundle(
            script=(folder / "map.js").read_text(encoding="utf-8"),
            style=(folder / "map.css").read_text(encoding="utf-8"),
            own_script=(folder / "own.js").read_text(encoding="utf-8"),
            bundled=frozenset(manifest["bundled"]),
            unneeded=frozenset(manifest["unneeded"]),
            cdn=tuple(CdnAsset(**asset) for asset in manifest["cdn"]),
        )
    except FileNotFoundError as error:
        raise RenderError(
            "the scripts of the map page are not there: geoplan runs from a checkout that was "
            "never installed. Run `pip install -e .` in it once (it bundles them with Node.js from "
            "PyPI), then write the map again."
        ) from error
