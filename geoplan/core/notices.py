"""Notices: what a reader of a number must be told, counted and in either language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from geoplan.core.texts import text


@dataclass(frozen=True)
class Notice:
    """
    One thing the reader must know about a layer or a number.

    The words live in ``geoplan/core/lang/notices.<lang>.toml`` under `code`, in every language,
    so that a report can speak either; a test holds that each code has its words.

    Parameters
    ----------
    code : str
        Key of the words, in ``snake_case``.
    subject : str
        The layer, column or analysis that it is about.
    count : int
        How many rows, cells or vertices are concerned.
    total : int
        Out of how many; 0 when that means nothing.
    values : mapping of str to str, int, float, or mapping of language to str
        Further values that the words mention, with units in their names; a mapping has one for each
        language.

    Examples
    --------
    >>> Notice("dropped_no_geometry", "parks", count=3, total=57).text("en")
    'parks: 3 of 57 rows have no geometry and were left out.'
    """

    code: str
    subject: str
    count: int = 0
    total: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, lang: str) -> str:
        """Write the notice in `lang` (``"en"`` or ``"zh"``)."""
        return text(
            f"notices.{self.code}",
            lang,
            subject=self.subject,
            count=self.count,
            total=self.total,
            **{
                name: value[lang] if isinstance(value, Mapping) else value
                for name, value in self.values.items()
            },
        )

    def as_dict(self) -> dict[str, Any]:
        """Give the notice as JSON-ready values, with its English words."""
        return {
            "code": self.code,
            "subject": self.subject,
            "count": self.count,
            "total": self.total,
            "values": dict(self.values),
            "text": self.text("en"),
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "Notice":
        """Read a notice back from what `as_dict` gave."""
        return cls(
            fields["code"], fields["subject"], fields["count"], fields["total"], fields["values"]
        )


def unique(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Drop repeats, keeping the first of each in order."""
    seen: list[Notice] = []
    for notice in notices:
        if notice not in seen:
            seen.append(notice)
    return tuple(seen)
