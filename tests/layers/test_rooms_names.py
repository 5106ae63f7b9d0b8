"""The public names of the room."""

import pytest

import geoplan
from geoplan import layers


def test_the_public_names_are_sorted_and_there():
    assert layers.__all__ == sorted(layers.__all__)
    assert all(callable(getattr(layers, name)) for name in layers.__all__)


def test_every_loader_can_be_had_from_the_facade():
    loaders = [name for name in layers.__all__ if name.startswith("load_")]

    assert [getattr(geoplan, name) for name in loaders] == [getattr(layers, n) for n in loaders]


def test_a_name_that_is_not_there_is_an_error():
    with pytest.raises(AttributeError, match=r"'geoplan\.layers' has no attribute 'load_rivers'"):
        _ = layers.load_rivers
