"""The analyses there are, found and not listed: a module beside which its words stand is one."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path

from geoplan.core.declare.analysis import Analysis
from geoplan.core.errors import ParameterError

ENTRY_POINTS = "geoplan.analyses"
"""Group of entry points by which another package brings an analysis: ``NAME = package.module``."""

_OWN = "geoplan.analyses"
_WORDS = ".en.toml"


@cache
def analysis_modules() -> Mapping[str, str]:
    """
    Find the analyses, without importing them.

    Returns
    -------
    mapping of str to str
        The module that declares an analysis, by the name of the analysis: geoplan's own by name,
        then those of other packages.

    Raises
    ------
    ParameterError
        If another package names its analysis like one that there is.
    """
    found = dict(own_analyses())
    for point in metadata.entry_points(group=ENTRY_POINTS):
        if point.name in found:
            raise ParameterError(
                f"{point.value} brings an analysis {point.name!r} (entry point {ENTRY_POINTS!r}), "
                f"but {found[point.name]} is one of that name. Uninstall one of them."
            )
        found[point.name] = point.value
    return found


@cache
def own_analyses() -> Mapping[str, str]:
    """
    Find geoplan's own analyses, without importing them.

    Returns
    -------
    mapping of str to str
        The module that declares an analysis, by the name of the analysis, sorted.
    """
    return dict(sorted(_own(_folder(_OWN), _OWN)))


def _own(folder: Path, package: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.name.startswith("_"):
            yield from _own(entry, f"{package}.{entry.name}")
        elif entry.name.endswith(_WORDS):
            name = entry.name.removesuffix(_WORDS)
            yield name, f"{package}.{name}"


def _folder(package: str) -> Path:
    """Find the folder of a package, which is not imported."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ParameterError(f"there is no package {package!r}; install geoplan again.")
    return Path(next(iter(spec.submodule_search_locations)))


def words_beside(name: str, lang: str) -> str:
    """
    Read the words of an analysis, which stand beside its module as ``<name>.<lang>.toml``.

    Parameters
    ----------
    name : str
        A key of `analysis_modules`.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        The text of the file.
    """
    package = analysis_modules()[name].rpartition(".")[0]
    return (_folder(package) / f"{name}.{lang}.toml").read_text(encoding="utf-8")


@cache
def declaration(name: str) -> Analysis:
    """
    Import the module of an analysis, and give what it declares.

    Parameters
    ----------
    name : str
        A key of `analysis_modules`.

    Returns
    -------
    Analysis
        The declaration.
    """
    declared: Analysis = import_module(analysis_modules()[name]).ANALYSIS
    return declared
