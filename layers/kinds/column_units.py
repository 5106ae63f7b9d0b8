"""In which units a file has its columns, and how they become those of a layer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from geoplan.core.columns import Column, LayerSpec
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice
from geoplan.core.written_numbers import (
    ColumnUnit,
    base_factor,
    header_unit,
    own_factor,
    suffix_unit,
    without_suffix,
)
from geoplan.core.written_units import unit_factor

_AMOUNTS = ("population", "jobs", "gdp")
_MULTIPLES = re.compile(
    r"[万萬千亿億]|(?<!\d)10?[ ,]?000(?!\d)|thousand|million|billion", re.IGNORECASE
)


@dataclass(frozen=True)
class ColumnUnits:
    """
    What is known of the units of a file's columns.

    Parameters
    ----------
    written : mapping of str to ColumnUnit
        Column of the file -> what its cells show.
    stated : mapping of str to str
        Name in the layer -> unit that the caller states.
    found : dict of str to ColumnUnit
        Takes up the units of the layer's columns, by their names there.
    """

    written: Mapping[str, ColumnUnit]
    stated: Mapping[str, str]
    found: dict[str, ColumnUnit] = field(default_factory=dict)

    def check(self, mapping: Mapping[str, str], spec: LayerSpec, subject: str) -> None:
        """Refuse a stated unit that is not known, or of a column that the layer will not have."""
        names = {*mapping, *(column.name for column in spec.columns)}
        for name, unit in self.stated.items():
            if unit_factor(unit) is None:
                raise ParameterError(
                    f"{subject}: units[{name!r}] is {unit!r}, which is not a unit that is known."
                )
            if name not in names:
                raise ParameterError(
                    f"{subject}: units names {name!r}, which is no column of the layer. Map it "
                    f"with columns={{{name!r}: …}} first."
                )

    def factor(
        self, column: pd.Series, wanted: Column, subject: str, notices: list[Notice]
    ) -> tuple[pd.Series, float]:
        """
        Take the unit off a canonical column, and give what makes its numbers those of the layer.

        What the caller states wins over the header; what the cells show has to agree.
        """
        source = str(column.name)
        column, written = self._written(column)
        stated = self.stated.get(wanted.name, "")
        if stated:
            self._check_kind(stated, wanted, subject)
            factor = base_factor(written, stated, column=source, subject=subject, header=False)
            unit = stated
        elif written is not None:
            factor = (
                base_factor(written, wanted.unit, column=source, subject=subject, header=False)
                if wanted.unit
                else own_factor(written, column=source, subject=subject)
            )
            unit = written.unit
        else:
            unit, factor = _of_header(source, wanted)
            if not unit and wanted.name in _AMOUNTS and _MULTIPLES.search(source):
                notices.append(Notice("amount_in_multiples", subject, values={"column": source}))
        if unit:
            self.found[wanted.name] = ColumnUnit(unit, 1.0)
        if factor != 1.0:
            values = {"column": source, "unit": unit, "factor": factor}
            notices.append(Notice("amount_converted", subject, values=values))
        return column, factor

    def further(
        self, column: pd.Series, name: str, subject: str, notices: list[Notice]
    ) -> pd.Series:
        """Keep a column of the caller's own, in base units where its unit is stated."""
        source = str(column.name)
        stated = self.stated.get(name, "")
        if not stated:
            if source in self.written:
                self.found[name] = self.written[source]
            return column
        plain, written = self._written(column)
        factor = base_factor(written, stated, column=source, subject=subject, header=False)
        self.found[name] = ColumnUnit(stated, 1.0)
        values = {"column": source, "unit": stated, "factor": factor}
        notices.append(Notice("amount_converted", subject, values=values))
        return pd.to_numeric(plain) * factor

    def _written(self, column: pd.Series) -> tuple[pd.Series, ColumnUnit | None]:
        plain, suffix = without_suffix(column)
        if not suffix:
            return plain, self.written.get(str(column.name))
        return plain, suffix_unit(suffix)

    @staticmethod
    def _check_kind(stated: str, wanted: Column, subject: str) -> None:
        known = unit_factor(stated)
        if wanted.unit and known is not None and known[1] != wanted.unit:
            raise ParameterError(
                f"{subject}: units[{wanted.name!r}] is {stated!r}, but {wanted.name} is counted in "
                f"{wanted.unit}."
            )


def _of_header(source: str, wanted: Column) -> tuple[str, float]:
    unit = header_unit(source)
    known = unit_factor(unit) if unit else None
    if known is None or known[1] != wanted.unit or known[0] == 1:
        return "", 1.0
    return unit, float(known[0])
