"""Whether the numbers of a raster are scaled, though no tag says so: NDVI × 10000 and its kin."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from geoplan.layers.kinds.surface import OpenedRaster
    from geoplan.layers.rasters.fills import Values

# The tallest tree has 116 m, a share in percent 100: what is cut at a fraction of 1 is a share, an
# index, or a height, and none of them goes beyond this.
_MOST = 120.0


def check_scale(
    edges: Sequence[float], values: "Values", opened: "OpenedRaster", subject: str
) -> tuple[Notice, ...]:
    """
    Refuse thresholds of a share or an index for numbers that are stored scaled.

    Parameters
    ----------
    edges : sequence of float
        The thresholds.
    values : Values
        What the cells hold.
    opened : OpenedRaster
        The raster, with its scale.
    subject : str
        The layer, for messages.

    Returns
    -------
    tuple of Notice
        If no threshold parts the values: all lie below the first or above the last.

    Raises
    ------
    ParameterError
        If a threshold is a fraction of 1 and the cells are whole numbers, or far above 1, and
        nobody said how they are scaled.
    """
    span = values.range_of(opened.grid)
    if span is None:
        return ()
    plain = (opened.grid.scale, opened.grid.offset) == (1.0, 0.0)
    fraction = any(0 < abs(edge) < 1 for edge in edges)
    whole = plain and np.dtype(opened.grid.dtype).kind in "iu"
    most = max(map(abs, span))
    if fraction and not opened.scale_stated and (most > _MOST or (whole and most > 1)):
        raise ParameterError(_scaled(edges, span, subject, whole=whole))
    if span[0] >= edges[-1] or span[1] < edges[0]:
        shown = ", ".join(f"{edge:g}" for edge in edges)
        facts = {"low": span[0], "high": span[1], "thresholds": shown}
        return (Notice("thresholds_part_nothing", subject, values.known, values.cells, facts),)
    return ()


def _scaled(edges: Sequence[float], span: tuple[float, float], subject: str, *, whole: bool) -> str:
    shown = ", ".join(f"{edge:g}" for edge in edges)
    kind = "whole numbers" if whole else "numbers"
    return (
        f"`{subject}`: its cells hold {kind} from {span[0]:g} to {span[1]:g}, and the thresholds "
        f"are {shown}: the raster seems to be stored scaled, and no tag says how. State it under "
        f"[layers.{subject}], e.g. scale = 0.0001 (an index × 10000), scale = 0.01 (percent), or "
        "scale = 0.01 and offset = -1 ((index + 1) × 100); or give thresholds in the raster's own "
        "numbers. If they are meant as they are, say scale = 1."
    )
