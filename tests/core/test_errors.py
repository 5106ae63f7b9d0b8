"""The errors that geoplan raises on purpose."""

import pytest

from geoplan.analyses.exact.outline import TieError
from geoplan.core import errors
from geoplan.core.errors import GeoplanError

EVERY = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, GeoplanError)
]


class _NeedsMoreError(GeoplanError, OSError):
    def __init__(self, rows: int, *, layer: str) -> None:
        super().__init__(f"{layer} has {rows} rows")
        self.rows = rows


@pytest.mark.parametrize("kind", EVERY)
def test_an_error_is_told_with_its_place_in_front(kind):
    there = kind("`parks` has no row").at("plan.toml [layers.parks]:")
    assert type(there) is kind
    assert str(there) == "plan.toml [layers.parks]: `parks` has no row"


@pytest.mark.parametrize("error", [TieError(), _NeedsMoreError(3, layer="`parks`")])
def test_an_error_that_is_made_of_other_things_than_a_text_is_told_with_its_place_too(error):
    there = error.at("plan.toml:").at("again:")
    assert type(there) is type(error)
    assert str(there) == f"again: plan.toml: {error}"
    assert vars(there) == vars(error)
