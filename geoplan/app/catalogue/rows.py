"""The catalogue: the rows of the plans, as data in ``catalogue_rows/``, checked when it is read."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from geoplan.app.plan.tables import Force, Table, Text

Strength = Literal["core", "strong", "weak"]
Direction = Literal["up", "down", "none"]


def _both(words: dict[str, str]) -> dict[str, str]:
    if set(words) != {"en", "zh"}:
        raise ValueError("has to say it in both languages, en and zh.")
    return words


Words = Annotated[dict[str, Text], AfterValidator(_both)]
"""The same in English and Chinese."""


class Quote(Table):
    """
    A passage of a document.

    ``reconstructed``: put in order again out of a scrambled print, no character added or dropped;
    ``raw``: as scrambled as it was printed.
    """

    text: Text
    reading: Literal["exact", "reconstructed", "raw"]


class DocumentTarget(Table):
    """
    One number that a document asks for, as a plan file would write it.

    ``layers`` and ``example``: layers, and a choice of the open parameters, where those of the row
    do not fit this number. ``better``: which way is better, where the row means the other.
    ``analysis``: what computes this number where it is not the row's; a plan then writes it under
    an id of its own.
    ``year_printed``: false where the year is the end of the plan, and not printed with the number.
    """

    target: Text
    unit: Text | None = None
    year: int | None = None
    year_printed: bool = True
    force: Force | None = None
    better: Direction | None = None
    analysis: Text | None = None
    of: Text | None = None
    part: Text | None = None
    excludes: list[Text] = Field(default_factory=list)
    about: Words | None = None
    layers: dict[str, Text] = Field(default_factory=dict)
    example: dict[str, Any] = Field(default_factory=dict)


class Statement(Table):
    """What a document says of an indicator at one place, and the numbers it asks for."""

    document: Text
    place: Text
    quotes: Annotated[list[Quote], Field(min_length=1)]
    says: Words
    baseline: Words | None = None
    year: int | None = None
    targets: list[DocumentTarget] = Field(default_factory=list)


class Disagreement(Table):
    """Where a document contradicts itself: shown, never settled."""

    document: Text
    values: Annotated[list[Text], Field(min_length=1)]
    words: Words


class CatalogueEntry(Table):
    """
    An indicator that a plan can name by its id alone.

    Parameters
    ----------
    id : str
        As in ``[indicators.ID]``.
    title : mapping of str to str
        Title by language.
    family, strength : str
        What sort of indicator; whether geometry is its core, strong or weak side.
    analysis : str
        What computes it.
    fixed : mapping of str to value
        Parameters that the id itself states; a plan cannot change them.
    defaults : mapping of str to value
        Parameters that the document states; a plan can.
    layers : mapping of str to str
        Layer by parameter, unless the plan names another.
    tiers : mapping of str to mapping
        Minutes by park tier.
    example : mapping of str to value
        One choice of the open parameters, for the example only: never filled in.
    required, optional : list of str
        Layers it needs, and those that some of its denominators need.
    unit, direction : str
        Unit of the headline as in `Measure.unit`, and which way is better: ``up``, ``down``, or
        ``none`` where the documents do not say.
    formula, left_open, pitfalls, missing : mapping of str to str
        In words, by language: what it measures, what the documents leave undecided, what goes
        wrong, and which part of it no analysis computes yet.
    standards : list of str
        Keys of `CatalogueSources.standards`.
    statements, disagreements : list
        What the documents say.
    """

    id: Text
    title: Words
    family: Text
    strength: Strength
    analysis: Text
    fixed: dict[str, Any] = Field(default_factory=dict)
    defaults: dict[str, Any] = Field(default_factory=dict)
    layers: dict[str, Text] = Field(default_factory=dict)
    tiers: dict[str, dict[str, float]] = Field(default_factory=dict)
    example: dict[str, Any] = Field(default_factory=dict)
    required: Annotated[list[Text], Field(min_length=1)]
    optional: list[Text] = Field(default_factory=list)
    unit: Text
    direction: Direction
    formula: Words
    left_open: Words | None = None
    pitfalls: Words | None = None
    missing: Words | None = None
    standards: list[Text] = Field(default_factory=list)
    disagreements: list[Disagreement] = Field(default_factory=list)
    statements: list[Statement] = Field(default_factory=list)

    @model_validator(mode="after")
    def _refers_to_what_there_is(self) -> "CatalogueEntry":
        known = catalogue_sources()
        for kind, names, there in (
            ("family", [self.family], known.families),
            ("layer", [*self.required, *self.optional, *self._named_layers], known.layers),
            ("standard", self.standards, known.standards),
            ("document", self.documents, known.documents),
        ):
            unknown = [name for name in names if name not in there]
            if unknown:
                raise ValueError(f"names the {kind} {unknown[0]!r}, which catalogue_sources lacks.")
        return self

    @property
    def _named_layers(self) -> list[str]:
        own = [target.layers for one in self.statements for target in one.targets]
        return [name for layers in (self.layers, *own) for name in layers.values()]

    @property
    def documents(self) -> list[str]:
        """Documents that speak of it, each once."""
        said = [statement.document for statement in self.statements]
        disagreed = [disagreement.document for disagreement in self.disagreements]
        return list(dict.fromkeys([*said, *disagreed]))

    def targets(self, document: str) -> list[tuple[Statement, DocumentTarget]]:
        """Give the numbers that a document asks for, each with the place that asks."""
        return [
            (statement, target)
            for statement in self.statements
            if statement.document == document
            for target in statement.targets
        ]

    def own_targets(self, document: str) -> list[tuple[Statement, DocumentTarget]]:
        """Give those numbers of a document that the analysis of the row computes."""
        return [one for one in self.targets(document) if one[1].analysis is None]


class Document(Table):
    """A plan that indicators were taken from; ``issued`` is the number it was issued under."""

    number: Text
    file: Text
    title: Words
    short: Words
    issued: Text | None = None

    def cite(self, lang: str, place: str = "") -> str:
        """
        Name the plan as a source: by its title, never by a file.

        Parameters
        ----------
        lang : {"en", "zh"}
            The language.
        place : str
            Where in the plan.

        Returns
        -------
        str
            Such as ``"《…方案》（深府办〔2011〕70号），row 11"``.
        """
        title = f"《{self.title['zh']}》" if lang == "zh" else self.title["en"]
        if self.issued:
            title += f"（{self.issued}）" if lang == "zh" else f" ({self.issued})"
        comma = "，" if lang == "zh" else ", "
        return f"{title}{comma}{place}" if place else title


class Family(Table):
    """A group of indicators."""

    title: Words


class LayerWords(Table):
    """A layer that indicators ask for."""

    shape: Literal["point", "line", "polygon", "raster", "any"]
    en: Text
    zh: Text


class Standard(Table):
    """
    A standard behind an indicator, and how sure its reading is.

    ``V``: read in a public secondary page; ``A``: sure; ``B``: fairly sure; ``C``: unsure.
    """

    name: Text
    confidence: Literal["V", "A", "B", "C"]
    says: Words


class CatalogueSources(Table):
    """What the rows refer to, each by its key."""

    documents: dict[str, Document]
    families: dict[str, Family]
    layers: dict[str, LayerWords]
    standards: dict[str, Standard]
    places: dict[str, Annotated[list[Text], Field(min_length=2)]]


@cache
def catalogue_sources() -> CatalogueSources:
    """
    Read what the rows of the catalogue refer to.

    Returns
    -------
    CatalogueSources
        Documents, families, layers and standards.

    Examples
    --------
    >>> catalogue_sources().documents["longgang-2020"].short["en"]
    'Longgang 2020'
    """
    words = resources.files(__package__).joinpath("catalogue_sources.toml").read_text("utf-8")
    return CatalogueSources.model_validate(tomllib.loads(words))


@cache
def indicator_catalogue() -> Mapping[str, CatalogueEntry]:
    """
    Read the catalogue.

    Returns
    -------
    mapping of str to CatalogueEntry
        Entry by id, in the order of the files.

    Raises
    ------
    ValueError
        If an entry is not what it should be (pydantic's error), or an id stands twice.

    Examples
    --------
    >>> indicator_catalogue()["bus-stop-coverage-500m"].fixed
    {'distance_m': 500.0}
    """
    folder = resources.files("geoplan.app.catalogue").joinpath("catalogue_rows")
    entries: dict[str, CatalogueEntry] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        for id_, row in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if id_ in entries:
                raise ValueError(f"{file.name}: [{id_}] stands in the catalogue twice.")
            entries[id_] = CatalogueEntry.model_validate({"id": id_, **row})
    return entries
