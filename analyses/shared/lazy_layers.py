"""Layers of a result that are made when they are first asked for."""

from collections.abc import Mapping
from functools import cache, partial
from typing import TYPE_CHECKING

from geoplan.core.true_size import TrueSize, measuring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from geopandas import GeoDataFrame


class LazyLayers(Mapping[str, "GeoDataFrame"]):
    """
    Layers that are made when they are first asked for: shares are wanted more often than maps.

    Parameters
    ----------
    makers : mapping of str to callable
        What makes each layer.
    """

    def __init__(self, makers: "Mapping[str, Callable[[], GeoDataFrame]]") -> None:
        self._makers = {name: cache(make) for name, make in makers.items()}

    def __getitem__(self, name: str) -> "GeoDataFrame":
        """Give a layer."""
        return self._makers[name]()

    def __iter__(self) -> "Iterator[str]":
        """Name the layers."""
        return iter(self._makers)

    def __len__(self) -> int:
        """Count the layers."""
        return len(self._makers)

    def __reduce__(self) -> "tuple[type[dict[str, GeoDataFrame]], tuple[dict[str, GeoDataFrame]]]":
        """Travel to other processes as a plain dict, with every layer made."""
        return dict, (dict(self),)

    def measured_with(self, size: TrueSize) -> "LazyLayers":
        """Give the same, with areas and lengths in them measured as those of the result."""
        return LazyLayers(
            {name: partial(_measured, make, size) for name, make in self._makers.items()}
        )

    def also(self, **layers: "GeoDataFrame | Callable[[], GeoDataFrame]") -> "LazyLayers":
        """Give the same with further layers, or what makes them; or others in the place of some."""
        made = {
            name: layer if callable(layer) else partial(_given, layer)
            for name, layer in layers.items()
        }
        return LazyLayers({**self._makers, **made})


def bundled(
    names: "Sequence[str]",
    make: "Callable[[], Mapping[str, GeoDataFrame]]",
    **layers: "GeoDataFrame",
) -> LazyLayers:
    """
    Make several layers together when any of them is first asked for.

    Parameters
    ----------
    names : sequence of str
        What they are called.
    make : callable
        Makes all of them.
    **layers : GeoDataFrame
        Further layers, made already.

    Returns
    -------
    LazyLayers
        The further layers and then the others.
    """
    made = cache(make)
    makers = {name: partial(_picked, made, name) for name in names}
    return LazyLayers({**{name: partial(_given, one) for name, one in layers.items()}, **makers})


def _measured(make: "Callable[[], GeoDataFrame]", size: TrueSize) -> "GeoDataFrame":
    with measuring(size):
        return make()


def _picked(made: "Callable[[], Mapping[str, GeoDataFrame]]", name: str) -> "GeoDataFrame":
    return made()[name]


def _given(layer: "GeoDataFrame") -> "GeoDataFrame":
    return layer
