"""The first view of a map: as large as it gets between the cards."""

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from branca.element import MacroElement
from folium.template import Template

from geoplan.maps.page.simplify import dissolved

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_AROUND, _ALONG = 120, 12


class FitBetweenCards(MacroElement):
    """
    Place the districts where no card covers them, at the largest zoom that allows it.

    The page asks for it at its first view and when the reader goes back to that; where it finds no
    place worth having, the page's own fit does.

    Parameters
    ----------
    shown : GeoDataFrame, rows of Polygon or MultiPolygon
        Districts in EPSG:4326.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        (function (map, places) {
            var MARGIN = 14, STEP = 10, LEVELS = 8;
            function cards() {
                var frame = map.getContainer().getBoundingClientRect();
                var found = document.querySelectorAll(
                    ".gp-card, .gp-instruments > *, .leaflet-left .leaflet-control"
                );
                return Array.prototype.map.call(found, function (card) {
                    var box = card.getBoundingClientRect();
                    return [box.left - frame.left, box.top - frame.top,
                        box.right - frame.left, box.bottom - frame.top];
                }).filter(function (box) { return box[2] > box[0] && box[3] > box[1]; });
            }
            function clear(points, left, top, boxes) {
                return !points.some(function (point) {
                    var x = point[0] + left, y = point[1] + top;
                    return boxes.some(function (box) {
                        return x > box[0] - MARGIN && x < box[2] + MARGIN
                            && y > box[1] - MARGIN && y < box[3] + MARGIN;
                    });
                });
            }
            function place(points, width, height, size, boxes) {
                var best = null;
                for (var top = MARGIN; top + height <= size.y - MARGIN; top += STEP) {
                    for (var left = MARGIN; left + width <= size.x - MARGIN; left += STEP) {
                        var off = Math.hypot(
                            left + width / 2 - size.x / 2, top + height / 2 - size.y / 2
                        );
                        if ((!best || off < best[2]) && clear(points, left, top, boxes)) {
                            best = [left, top, off];
                        }
                    }
                }
                return best;
            }
            geoplan.fit = function (asked) {
                if (asked !== map) { return false; }
                var size = map.getSize(), boxes = cards(), zoom = map.getBoundsZoom(
                    L.latLngBounds(places)
                );
                for (var level = 0; level < LEVELS; level += 1, zoom -= 0.25) {
                    var points = places.map(function (at) {
                        var point = map.project(at, zoom);
                        return [point.x, point.y];
                    });
                    var xs = points.map(function (point) { return point[0]; });
                    var ys = points.map(function (point) { return point[1]; });
                    var west = Math.min.apply(null, xs), north = Math.min.apply(null, ys);
                    var inside = points.map(function (point) {
                        return [point[0] - west, point[1] - north];
                    });
                    var found = place(inside, Math.max.apply(null, xs) - west,
                        Math.max.apply(null, ys) - north, size, boxes);
                    if (found) {
                        var middle = [west + size.x / 2 - found[0], north + size.y / 2 - found[1]];
                        map.setView(map.unproject(middle, zoom), zoom, { animate: false });
                        return true;
                    }
                }
                return false;
            };
        })({{ this._parent.get_name() }}, {{ this.places|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, shown: "GeoDataFrame") -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "FitBetweenCards"
        self.places = _sample(shown)


def _sample(shown: "GeoDataFrame") -> list[list[float]]:
    """Take points along the outline and inside, as latitude and longitude."""
    whole = dissolved(shown).geometry.iloc[0]
    west, south, east, north = shapely.bounds(whole)
    edge = shapely.boundary(whole)
    along = shapely.line_interpolate_point(
        shapely.get_parts(edge)[:, None], np.linspace(0, 1, _AROUND)[None, :], normalized=True
    ).ravel()
    longest = shapely.length(shapely.get_parts(edge))
    # Of many islands, those that are a speck on the screen do not move the view.
    along = along[np.repeat(longest > 0.02 * longest.max(), _AROUND)]
    x, y = np.meshgrid(np.linspace(west, east, _ALONG), np.linspace(south, north, _ALONG))
    grid: Any = shapely.points(x.ravel(), y.ravel())
    inside = grid[shapely.contains_xy(whole, x.ravel(), y.ravel())]
    found = np.concatenate([along, inside])
    return [[lat, lon] for lon, lat in shapely.get_coordinates(found).round(4).tolist()]
