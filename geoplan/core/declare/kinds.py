"""Kinds of layer that fit a parameter, by what a layer of that kind may hold."""

from geoplan.core.columns import LAND_LAYERS

DISTRICTS = "districts"
"""The layer that every plan has."""

AREAS = ("facilities", "land", *LAND_LAYERS)
"""Kinds that may hold areas of any sort."""

POINTS = ("facilities", "bus_stops", "rail_stations")
"""Kinds that may hold points of any sort."""

FACILITIES = (*POINTS, "lines", "parks", "land", *LAND_LAYERS)
"""Kinds that people can go to."""

LINES = ("lines", "facilities")
"""Kinds that may hold lines of any sort."""

OBJECTS = (*FACILITIES, "red_lines")
"""Kinds that hold objects of any sort: what can lie in a zone, or be listed."""

ZONES = ("red_lines", *AREAS, "parks")
"""Kinds that may hold the areas under some control."""

WITH_DISTRICTS = (*OBJECTS, DISTRICTS)
"""Kinds whose columns can be averaged or counted, the districts' own too."""
