"""The same map is the same file, byte for byte, although folium names its elements at random."""

import re
from collections.abc import Callable, Iterator

from branca.element import Element
from folium.plugins import GroupedLayerControl

_RANDOM = re.compile(r"(?<=_)[0-9a-f]{32}(?![0-9a-f])")


def walk(element: Element) -> Iterator[Element]:
    """Visit an element and everything below it, in the order of the page."""
    yield element
    for child in element._children.values():  # noqa: SLF001 (branca has no other way)
        yield from walk(child)


def stable_names(figure: Element) -> Callable[[str], str]:
    """
    Give the elements of a figure numbers in place of random names.

    Parameters
    ----------
    figure : Element
        A figure that has been rendered: some elements join it only then.

    Returns
    -------
    callable
        Takes a piece of the page and gives it back with ``map_0`` for ``map_1f0c…``. A text that
        merely looks like a name stays.
    """
    keys = (element.get_name().rpartition("_")[2] for element in walk(figure))
    numbers = {key: str(number) for number, key in enumerate(keys)}
    return lambda piece: _RANDOM.sub(lambda hit: numbers.get(hit[0], hit[0]), piece)


def order_switches(figure: Element) -> None:
    """
    Write the layers that start hidden in the order of their control.

    folium keeps them in a set of random names, which has another order every time.

    Parameters
    ----------
    figure : Element
        The figure whose layer controls are put in order.
    """
    for control in walk(figure):
        if isinstance(control, GroupedLayerControl):
            names = (name for group in control.grouped_overlays.values() for name in group.values())
            hidden = control.layers_untoggle
            ordered = dict.fromkeys(name for name in names if name in hidden)
            control.layers_untoggle = ordered  # type: ignore[assignment]  # only iterated from here
