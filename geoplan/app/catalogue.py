"""The catalogue: indicators known by id, as data in ``catalogue.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class CatalogueEntry:
    """
    An indicator that a plan can name by its id alone.

    Parameters
    ----------
    id : str
        As in ``[indicators.ID]``.
    analysis : str
        What computes it.
    title : mapping of str to str
        Title by language.
    fixed : mapping of str to value
        Parameters that the id itself states; a plan cannot change them.
    layers : mapping of str to str
        Layer by parameter, unless the plan names another.
    tiers : mapping of str to mapping
        Minutes by park tier.
    """

    id: str
    analysis: str
    title: Mapping[str, str]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    layers: Mapping[str, str] = field(default_factory=dict)
    tiers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@cache
def indicator_catalogue() -> Mapping[str, CatalogueEntry]:
    """
    Read the catalogue.

    Returns
    -------
    mapping of str to CatalogueEntry
        Entry by id, in the order of the file.

    Examples
    --------
    >>> dict(indicator_catalogue()["bus-stop-coverage-500m"].fixed)
    {'distance_m': 500.0}
    """
    words = resources.files("geoplan.app").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return {id_: CatalogueEntry(id_, **table) for id_, table in tomllib.loads(words).items()}
