"""One canvas for thousands of objects that leaves the pointer to the districts below."""

from branca.element import MacroElement
from folium.template import Template


class ObjectsCanvas(MacroElement):
    """
    A Leaflet canvas over the map, as ``geoplan.canvas``, that the pointer passes through.

    A canvas swallows the pointer wherever it lies, so that nothing below it would get a tooltip.
    This one takes no pointer events; the map hands it the moves of the pointer, and while an
    object has its tooltip, that of the district is hidden.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <style>.gp-on-object .gp-tip-district { display: none; }</style>
        {% endmacro %}

        {% macro script(this, kwargs) %}
        geoplan.canvas = (function (map) {
            var canvas = L.canvas({ pane: "gp-objects", tolerance: 2 });
            var frame = map.getContainer();
            function heard(event) {
                return L.extend({}, event, { target: canvas.getElement() });
            }
            canvas.getElement = function () { return canvas._container; };
            canvas.on("add", function () { canvas.getElement().style.pointerEvents = "none"; });
            L.DomEvent.on(frame, "mousemove", function (event) {
                if (!map.hasLayer(canvas)) { return; }
                canvas._onMouseMove(heard(event));
                frame.classList.toggle("gp-on-object", Boolean(canvas._hoveredLayer));
            });
            L.DomEvent.on(frame, "mouseleave", function (event) {
                if (map.hasLayer(canvas)) { canvas._handleMouseOut(heard(event)); }
                frame.classList.remove("gp-on-object");
            });
            L.DomEvent.on(frame, "click", function (event) {
                if (map.hasLayer(canvas)) { canvas._onClick(heard(event)); }
            });
            return canvas;
        })({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "ObjectsCanvas"
