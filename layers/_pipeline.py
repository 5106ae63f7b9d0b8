"""What every vector and table loader does, in order: read, rename, shift, repair, record."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geoplan.layers.source import Source

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.layers.fits import CoordinateFit


def load_layer(
    source: Source,
    *,
    kind: str,
    layer_name: str,
    crs: str,
    source_crs: "str | CoordinateFit | None" = None,
    columns: Mapping[str, str] | None = None,
) -> "GeoDataFrame":
    """
    Load a vector layer or a table with coordinates into its canonical form.

    Parameters
    ----------
    source : path, sequence of paths, GeoDataFrame or LayerSource
        The layer.
    kind : str
        Key of `geoplan.core.columns.SPECS`.
    layer_name : str
        How to speak of the layer in messages, and its name in the record.
    crs : str
        Study CRS: projected, in metres.
    source_crs : str, CoordinateFit or None
        CRS or datum of the coordinates; None: what the file says of itself.
    columns : mapping of str to str or None
        Canonical name -> name in the file.

    Returns
    -------
    GeoDataFrame
        In `crs`, with the canonical columns of `kind` and its load record.
    """
    raise NotImplementedError
