"""Public names of a package, each imported when it is first used."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def by_name(homes: Mapping[str, str], package: str) -> dict[str, str]:
    """
    Turn "module: names" around.

    Parameters
    ----------
    homes : mapping of str to str
        Names, separated by blanks, by the module that defines them, below the package.
    package : str
        The package.

    Returns
    -------
    dict of str to str
        Full name of the module, by public name.

    Examples
    --------
    >>> by_name({"kinds.parks": "load_parks"}, "geoplan.layers")
    {'load_parks': 'geoplan.layers.kinds.parks'}
    """
    return {
        name: f"{package}.{module}" for module, names in homes.items() for name in names.split()
    }


def lazy_names(
    package: str, homes: Callable[[], Mapping[str, str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """
    Make the ``__getattr__`` and ``__dir__`` of a package, which has ``__all__`` by the first.

    Parameters
    ----------
    package : str
        The package.
    homes : callable
        Gives the full name of the module by public name.

    Returns
    -------
    callable, callable
        ``__getattr__`` and ``__dir__``.
    """

    def find(name: str) -> Any:  # noqa: ANN401 (whatever the name stands for)
        if name == "__all__":
            return names()
        # What begins with an underscore is asked for by Python itself, and is no public name.
        home = None if name.startswith("_") else homes().get(name)
        if home is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(home), name)

    def names() -> list[str]:
        return sorted(homes())

    return find, names


def stub_text(package: str) -> str:
    """
    Write the stub of a package with lazy names, by which editors and type checkers see them.

    Parameters
    ----------
    package : str
        The package: ``"geoplan"``, ``"geoplan.layers"``, …

    Returns
    -------
    str
        What its ``__init__.pyi`` holds: an import for each public name.
    """
    module = import_module(package)
    names: list[str] = getattr(module, "__all__")  # noqa: B009 (made by `lazy_names`)
    homes = {name: getattr(module, name).__module__ for name in names}
    lines = sorted(f"from {home} import {name} as {name}" for name, home in homes.items())
    plain = [
        f"{name}: {type(value).__name__}"
        for name, value in vars(module).items()
        if name == "__version__"
    ]
    listed = "".join(f'    "{name}",\n' for name in names)
    head = "# Written by `make stubs` from the lazy names of this package.\n"
    return "\n".join([head + "\n".join(lines), *plain, f"\n__all__ = [\n{listed}]\n"])
