"""The table of a plan for an analysis, made from the signature of its kernel."""

import inspect
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin

from pydantic import Field, create_model, model_validator
from pydantic.fields import FieldInfo

from geoplan.app.plan.tables import IndicatorTable
from geoplan.core.declare.analysis import Analysis, Each
from geoplan.core.declare.quantities import Layer, Layers

_FOLLOWING = frozenset({"demand", "walk"})
"""Parameters that follow from other keys: the layers behind `of`, and the keys of the walk."""


class AnalysisTable(IndicatorTable):
    """An indicator of an analysis that declares itself."""

    declared: ClassVar[Analysis]

    @property
    def known_parts(self) -> tuple[str, ...]:
        """Parts of the result that are known before the layers are."""
        return self.declared.parts(self)

    @property
    def outside_m(self) -> float:
        """How far outside the districts a thing can still count, metres in a straight line."""
        return self.declared.reach_m(self)

    def unit_of(self, of: str) -> str | None:
        """Give the unit that the plan itself states for a measure; None where it does not."""
        return self.declared.unit_of(self, of)

    @model_validator(mode="after")
    def _goes_together(self) -> "AnalysisTable":
        check = self.declared.check
        check(**{name: getattr(self, name) for name in inspect.signature(check).parameters})
        return self


def make_table(analysis: Analysis) -> type[AnalysisTable]:
    """
    Make the table of an analysis: its keys, types and what is wanted where something else came.

    Parameters
    ----------
    analysis : Analysis
        The declaration.

    Returns
    -------
    type of AnalysisTable
        A model with a field for each layer and each further parameter of the kernel.

    Raises
    ------
    TypeError
        If the annotation of a parameter does not say what a plan may hold for it.
    """
    made: type[AnalysisTable] = create_model(
        analysis.name, __base__=AnalysisTable, **dict(_fields(analysis))
    )
    made.declared = analysis
    made.__doc__ = f'An indicator with ``analysis = "{analysis.name}"``.'
    return made


def plan_parameters(analysis: Analysis) -> dict[str, inspect.Parameter]:
    """Give the parameters of a kernel that are keys of a plan, in their order."""
    # `areas` is one switch for the whole plan and stands in its head.
    aside = _FOLLOWING | {"areas"} | ({"districts"} - set(analysis.layers))
    parameters = inspect.signature(analysis.kernel).parameters
    return {name: one for name, one in parameters.items() if name not in aside}


def _fields(analysis: Analysis) -> Iterator[tuple[str, Any]]:
    for name, parameter in plan_parameters(analysis).items():
        annotation = parameter.annotation
        if name in analysis.layers:
            annotation = Layers if isinstance(analysis.layers[name], Each) else Layer
        stated = name in analysis.stated
        optional = parameter.default is not inspect.Parameter.empty and not stated
        wanted = analysis.wanted.get(name) or _wanted(annotation)
        if not wanted:
            raise TypeError(
                f"{analysis.name}(): the annotation of `{name}` does not say what a plan may hold; "
                "use a type of geoplan.core.declare.quantities, Literal or bool."
            )
        default = None if optional else ...
        yield (
            name,
            (annotation | None if optional else annotation, Field(default, description=wanted)),
        )


def _wanted(annotation: Any) -> str:  # noqa: ANN401 (whatever an annotation is)
    """Say what a plan may hold for a parameter of such a type."""
    if get_origin(annotation) is Annotated:
        known = (one for one in annotation.__metadata__ if isinstance(one, FieldInfo))
        return next((one.description for one in known if one.description), "")
    if get_origin(annotation) is Literal:
        names = [f'"{choice}"' for choice in get_args(annotation)]
        return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    if annotation is bool:
        return "true or false"
    return next(filter(None, map(_wanted, get_args(annotation))), "")
