"""OpenStreetMap from the Overpass service, through OSMnx: for where there is no file yet."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from geoplan.core.columns import Family
from geoplan.core.errors import EmptyLayerError, ParameterError, SourceError
from geoplan.layers.files.encoding import TextEncoding
from geoplan.layers.osm.file import OSM_CRS, osm_points
from geoplan.layers.osm.once import once_each
from geoplan.layers.osm.query import query_text, wanted_tags
from geoplan.layers.osm.tags import KEYS
from geoplan.layers.readers.raw_layer import RawLayer
from geoplan.layers.readers.source import OsmTags

SCHEME = "overpass:"
"""Beginning of a path that is no file: ``overpass:`` and a place, or a polygon as WKT."""

_TIMEOUT_S = 60.0
_OFFLINE = (
    "To work offline, download the region's .osm.pbf from https://download.geofabrik.de and name "
    'it in place of the service: osm = "region.osm.pbf".'
)


def is_overpass(path: str) -> bool:
    """Tell whether a path stands for the Overpass service."""
    return path.startswith(SCHEME)


def read_overpass_ways(path: str, *, subject: str) -> RawLayer:
    """
    Ask Overpass for every way with a ``highway`` tag in an area.

    Parameters
    ----------
    path : str
        ``overpass:`` and the name of a place, or a polygon in degrees as WKT.
    subject : str
        The layer, for messages.

    Returns
    -------
    RawLayer
        A line for each piece of a way between two nodes of the network, in degrees, with its end
        nodes in ``u`` and ``v`` and the tags that decide who uses it.

    Raises
    ------
    SourceError
        If the service cannot be reached or refuses; the message says how to work offline.
    EmptyLayerError
        If there is nothing in the area, or no such place.
    ParameterError
        If the polygon cannot be read.

    Notes
    -----
    OSMnx keeps what it was given in its cache (``osmnx.settings.cache_folder``) and waits as long
    as the service asks it to. Squares drawn as relations and gates are not asked for; an extract
    has them.
    """
    import osmnx

    tags = sorted({*KEYS["walk"], *KEYS["cycle"]})
    with _service(subject, useful_tags_way=tags):
        whole = osmnx.graph_from_polygon(
            _area(path, subject),
            simplify=False,
            retain_all=True,
            truncate_by_edge=True,
            custom_filter='["highway"]',
        )
        # Edges end where ways do, so that each keeps its own tags.
        graph = osmnx.simplify_graph(whole, edge_attrs_differ=["osmid"], remove_rings=False)
        edges = osmnx.graph_to_gdfs(graph, nodes=False)
    frame = edges.reset_index().to_crs(OSM_CRS)
    return RawLayer(frame, "Overpass", TextEncoding("UTF-8"), len(frame))


def read_overpass_features(
    path: str, *, tags: OsmTags, family: Family, keys: Collection[str], subject: str
) -> RawLayer:
    """
    Ask Overpass for whatever has certain tags in an area.

    Parameters
    ----------
    path : str
        ``overpass:`` and the name of a place, or a polygon in degrees as WKT.
    tags : mapping
        What to look for.
    family : str
        Geometry wanted.
    keys : collection of str
        Further tags to keep as columns.
    subject : str
        The layer, for messages.

    Returns
    -------
    RawLayer
        In degrees, with ``osm_id``, ``name`` and a column for each key.

    Raises
    ------
    SourceError
        If the service cannot be reached or refuses; the message says how to work offline.
    EmptyLayerError
        If nothing in the area has the tags, or there is no such place.
    ParameterError
        If the polygon or `tags` cannot be read.
    """
    import osmnx

    wanted = wanted_tags(tags, subject=subject)
    query: dict[str, bool | str | list[str]] = {
        key: sorted(values) if values else True for key, values in wanted.items()
    }
    with _service(subject, what=query_text(wanted)):
        found = osmnx.features_from_polygon(_area(path, subject), query)
    table = pd.DataFrame(found.drop(columns=found.geometry.name))
    shown = tuple(dict.fromkeys(("name", *wanted, *keys)))
    columns = dict.fromkeys((*shown, "public_transport"))
    texts = {key: table.get(key, pd.Series(None, index=table.index)) for key in columns}
    frame = GeoDataFrame(
        pd.DataFrame(texts, dtype=object).reset_index(drop=True),
        geometry=np.asarray(found.geometry.array, dtype=object),
        crs=OSM_CRS,
    )
    frame["name"] = frame["name"].fillna("").astype("str")
    frame.insert(0, "osm_id", [f"{kind}/{number}" for kind, number in found.index])
    frame, notices = once_each(frame, wanted, family=family, subject=subject)
    frame = frame[["osm_id", *shown, "geometry"]]
    if family == "point":
        frame, placed = osm_points(frame, subject=subject)
        notices += placed
    return RawLayer(frame, "Overpass", TextEncoding("UTF-8"), len(frame), notices)


def _area(path: str, subject: str) -> Any:  # noqa: ANN401 (Polygon or MultiPolygon)
    """Read the polygon of a path, or look the place up."""
    import osmnx

    said = path.removeprefix(SCHEME).strip()
    if not said:
        raise ParameterError(f"{subject}: overpass names no place. Write e.g. 'Nanshan, Shenzhen'.")
    if said.upper().startswith(("POLYGON", "MULTIPOLYGON")):
        area = shapely.from_wkt(said, on_invalid="ignore")
        if area is None or (np.abs(shapely.bounds(area)) > (180, 90, 180, 90)).any():
            raise ParameterError(
                f"{subject}: the polygon for Overpass cannot be read, or is not in degrees: "
                f"{said[:60]}…"
            )
        return area
    return osmnx.geocode_to_gdf(said).geometry.item()


@contextmanager
def _service(subject: str, *, what: str = "highway=*", **settings: Any) -> Iterator[None]:  # noqa: ANN401
    """Set OSMnx up for one request, and say what to do where it fails."""
    import osmnx
    from requests import RequestException

    settings = {"requests_timeout": _TIMEOUT_S, **settings}
    before = {name: getattr(osmnx.settings, name) for name in settings}
    for name, value in settings.items():
        setattr(osmnx.settings, name, value)
    try:
        yield
    except RequestException as error:
        raise SourceError(
            f"{subject}: OpenStreetMap's services cannot be reached within {_TIMEOUT_S:.0f} s "
            f"({type(error).__name__}). {_OFFLINE}"
        ) from error
    except ValueError as error:
        if type(error).__name__ == "InsufficientResponseError":
            raise EmptyLayerError(
                f"{subject}: OpenStreetMap's services know no such place, or nothing there with "
                f"the tags {what} ({error})."
            ) from error
        if type(error).__name__ == "ResponseStatusCodeError":
            raise SourceError(
                f"{subject}: OpenStreetMap's services refuse ({error}). Wait some minutes. "
                f"{_OFFLINE}"
            ) from error
        raise
    finally:
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
