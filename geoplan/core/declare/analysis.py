"""The declaration of an analysis: what a plan, a map and a document have to know of a kernel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Better = Literal["up", "down"]


def no_parts(asked: Any) -> tuple[str, ...]:  # noqa: ANN401, ARG001 (the table of a plan)
    """Say that a result has no parts that are known before the layers are."""
    return ()


def no_reach(asked: Any) -> float:  # noqa: ANN401, ARG001
    """Say that nothing outside the districts counts."""
    return 0.0


def no_unit(asked: Any, of: str) -> str | None:  # noqa: ANN401, ARG001
    """Say that the plan states no unit of its own."""
    return None


def no_rule() -> None:
    """Say that any values of the parameters go together."""


@dataclass(frozen=True)
class Measured:
    """
    One thing that an analysis measures.

    Parameters
    ----------
    of : str
        The ``of`` of its measures, in an analysis that measures several things; empty where the
        plan's own ``of`` says it.
    unit : str
        Unit of the value: ``"1"`` for a share.
    """

    of: str = ""
    unit: str = "1"


@dataclass(frozen=True)
class Each:
    """
    A parameter that names a layer per member: ``members = { clinic = "clinics" }``.

    Parameters
    ----------
    kinds : tuple of str
        The kinds of layer that fit each of them.
    """

    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Analysis:
    """
    One analysis: its kernel and everything else that has to be known of it.

    Parameters
    ----------
    kernel : callable
        The function that measures; its name is the name of the analysis, and its annotated
        parameters are the keys of a plan. Layers come first, then the districts.
    layers : mapping of str to (tuple of str or Each)
        Parameters that name a layer, the first of them positional, and the kinds that fit. One
        with a default may be left out.
    measures : tuple of Measured
        What is measured, and in which unit.
    better : {"up", "down"} or None
        Which way is better; None where a catalogue row or the plan has to say.
    whole : {"places", "districts"}
        Whether the whole is of the ground, however districts cut it, or counts districts or units.
    whole_part : str
        Part that a target means when it names none.
    parts : callable
        Parts that are known before the layers are, from what a plan asks for.
    reach_m : callable
        How far outside the districts a thing still counts, in metres.
    unit_of : callable
        Unit that the plan itself states for a measure, by its ``of``; None where it does not.
    check : callable
        Raises ParameterError where parameters do not go together. It takes those that it speaks of
        by name; the kernel calls it with its arguments, a plan with its values, where a layer is
        the name of one.
    arguments : callable, optional
        Turns what a plan asks for and its layers into arguments of the kernel, where keys of the
        plan and parameters differ.
    stated : tuple of str
        Parameters with a default that a plan has to state all the same.
    wanted : mapping of str to str
        What a plan may hold for a parameter, where its type says too little.
    """

    kernel: Callable[..., Any]
    layers: Mapping[str, tuple[str, ...] | Each] = field(default_factory=dict)
    measures: tuple[Measured, ...] = (Measured(),)
    better: Better | None = None
    whole: Literal["places", "districts"] = "places"
    whole_part: str = ""
    parts: Callable[[Any], tuple[str, ...]] = no_parts
    reach_m: Callable[[Any], float] = no_reach
    unit_of: Callable[[Any, str], str | None] = no_unit
    check: Callable[..., None] = no_rule
    stated: tuple[str, ...] = ()
    arguments: Callable[..., dict[str, Any]] | None = None
    wanted: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As in ``analysis = "…"`` of a plan, and in `geoplan`."""
        return self.kernel.__name__
