"""What is wrong with a table of a plan file, in words that say what to write instead."""

import difflib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from geoplan.core.errors import PlanError

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

    Table = TypeVar("Table", bound=BaseModel)

_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (str, "text"),
    (int, "a whole number"),
    (float, "a number"),
    (list, "a list"),
    (dict, "a table"),
)


def nearest(came: str, known: Iterable[str]) -> str:
    """
    Ask whether a known name was meant.

    Parameters
    ----------
    came : str
        What was written.
    known : iterable of str
        What could have been written.

    Returns
    -------
    str
        A sentence with the nearest name and all the others.

    Examples
    --------
    >>> nearest("distance", ["distance_m", "of"])
    'Did you mean "distance_m"? Known: distance_m, of.'
    """
    names = sorted(known)
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(came.casefold(), folded, n=1, cutoff=0.5)
    listed = f"Known: {', '.join(names)}." if names else "There is none."
    return f'Did you mean "{folded[close[0]]}"? {listed}' if close else listed


def check_table(model: "type[Table]", table: Any, *, where: str) -> "Table":  # noqa: ANN401
    """
    Read one table of a plan file.

    Parameters
    ----------
    model : type of BaseModel
        Its keys; each field's description says what is wanted.
    table : object
        What the file holds there.
    where : str
        File and table, to begin each message with: ``"city.toml: [plan]"``.

    Returns
    -------
    BaseModel
        The table.

    Raises
    ------
    PlanError
        Naming every key that is wrong, what came and what was wanted.
    """
    from pydantic import ValidationError

    if not isinstance(table, dict):
        raise PlanError(f"{where} is {_came(table)}; wanted a table.")
    try:
        return model.model_validate(table)
    except ValidationError as error:
        _refuse(model, table, where, error)


def _refuse(
    model: "type[BaseModel]", table: Mapping[str, Any], where: str, error: "ValidationError"
) -> NoReturn:
    lines: dict[str, str] = {}
    for problem in error.errors(include_url=False):
        path, owner, wanted = _place(model, table, problem["loc"])
        key = ".".join(path)
        if key not in lines:
            lines[key] = f"{where} {_sentence(problem, path, owner, wanted)}"
    raise PlanError("\n".join(lines.values())) from None


def _place(
    model: "type[BaseModel]",
    table: Any,  # noqa: ANN401 (whatever TOML holds)
    loc: tuple[int | str, ...],
) -> tuple[list[str], "type[BaseModel]", str]:
    """Follow a location down to the last key that the plan (or its model) really has."""
    path: list[str] = []
    owner: type[BaseModel] = model
    wanted = ""
    nested = _nested(model)
    for step in loc:
        if isinstance(table, dict):
            path.append(str(step))
            wanted = _description(owner, str(step)) or wanted
            table = table.get(str(step))
        elif isinstance(table, list) and isinstance(step, int):
            path[-1] += f"[{step + 1}]"
            table = table[step]
        else:
            break  # pydantic's own name for a branch of a union
        if len(path) == 2 and path[0] in nested:
            owner = nested[path[0]]
    return path, owner, wanted


def _nested(model: "type[BaseModel]") -> dict[str, "type[BaseModel]"]:
    """Fields that hold tables of tables, and the model of the inner ones."""
    from pydantic import BaseModel

    inner = {}
    for name, field in model.model_fields.items():
        for argument in getattr(field.annotation, "__args__", ()):
            if isinstance(argument, type) and issubclass(argument, BaseModel):
                inner[name] = argument
    return inner


def _description(owner: "type[BaseModel]", key: str) -> str:
    field = owner.model_fields.get(key)
    return (field.description or "") if field else ""


def _sentence(
    problem: Mapping[str, Any], path: list[str], owner: "type[BaseModel]", wanted: str
) -> str:
    key = ".".join(path)
    if problem["type"] == "extra_forbidden":
        return f'has an unknown key "{key}". {nearest(path[-1], owner.model_fields)}'
    if problem["type"] == "missing":
        return f'lacks the key "{key}"; wanted {wanted}.'
    if problem["type"] == "value_error":
        reason = str(problem["ctx"]["error"])
        return f"{key}: {reason}" if key else reason
    return f"{key} is {_came(problem['input'])}; wanted {wanted}."


def _came(value: Any) -> str:  # noqa: ANN401 (whatever TOML holds)
    kind = next(
        (words for type_, words in _KINDS if isinstance(value, type_)), type(value).__name__
    )
    shown = repr(value)
    return f"{shown if len(shown) <= 60 else shown[:57] + '…'} ({kind})"
