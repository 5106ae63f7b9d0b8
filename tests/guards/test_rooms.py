"""The house holds its shape: folders, names and the direction of imports (ADR 0001)."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {
    "core": ROOT / "geoplan" / "core",
    "layers": ROOT / "layers",
    "analyses": ROOT / "analyses",
    "maps": ROOT / "maps",
    "app": ROOT / "geoplan" / "app",
}
ORDER = list(ROOMS)
CHECKOUT = pytest.mark.skipif(
    not (ROOT / "pyproject.toml").is_file(), reason="runs in a checkout only"
)


FAMILIES = {"access", "land", "conflict", "links", "cover", "tables", "decide"}


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts if parts[0] == "geoplan" else ("geoplan", *parts))
    return name.removesuffix(".__init__")


def _imported(path: Path, modules: "set[str]") -> "set[str]":
    """Name the modules that one imports, those for types and those inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= below & modules or {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & modules


def _imports() -> "dict[str, set[str]]":
    paths = {_dotted(path): path for room in ROOMS.values() for path in room.rglob("*.py")}
    return {name: _imported(path, set(paths)) - {name} for name, path in paths.items()}


@CHECKOUT
def test_no_room_imports_from_one_above_it():
    def place(name: str) -> int:
        return ORDER.index(name.split(".")[1])

    wrong = {
        name: above
        for name, imported in _imports().items()
        if (above := {one for one in imported if place(one) > place(name)})
    }
    assert wrong == {}


@CHECKOUT
def test_no_family_of_analyses_imports_another_and_no_engine_imports_a_family():
    def family(name: str) -> str:
        parts = name.split(".")
        return parts[2] if parts[1] == "analyses" and len(parts) > 3 else ""

    wrong = {
        name: foreign
        for name, imported in _imports().items()
        if family(name)
        and (foreign := {one for one in imported if family(one) in FAMILIES - {family(name)}})
    }
    assert wrong == {}


@CHECKOUT
def test_no_modules_import_each_other_in_a_circle():
    from graphlib import TopologicalSorter

    assert list(TopologicalSorter(_imports()).static_order())


@CHECKOUT
def test_every_package_folder_is_listed_and_every_listed_one_exists():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(config["tool"]["setuptools"]["packages"])
    on_disk = set()
    for top in ("geoplan", "layers", "analyses", "maps"):
        for init in (ROOT / top).rglob("__init__.py"):
            dotted = ".".join(init.parent.relative_to(ROOT).parts)
            on_disk.add(dotted if top == "geoplan" else f"geoplan.{dotted}")
    assert listed == on_disk


@CHECKOUT
def test_an_uninstalled_checkout_imports_every_room(tmp_path):
    code = (
        "import sys; sys.path = [p for p in sys.path if 'geoplan' not in p]; "
        f"sys.path.insert(0, {str(ROOT)!r}); "
        "sys.meta_path = [f for f in sys.meta_path if 'editable' not in repr(f).lower()]; "
        "import geoplan.layers, geoplan.analyses, geoplan.maps, geoplan.app; "
        "print(geoplan.maps.__name__)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (ran.stdout.strip(), ran.returncode) == ("geoplan.maps", 0), ran.stderr


def test_everything_the_facade_names_can_be_imported():
    import geoplan

    assert [name for name in geoplan.__all__ if getattr(geoplan, name, None) is None] == []


@pytest.mark.parametrize("room", ["layers", "analyses", "maps"])
def test_everything_that_a_room_names_can_be_imported(room):
    import importlib

    module = importlib.import_module(f"geoplan.{room}")
    assert module.__all__
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


@CHECKOUT
@pytest.mark.parametrize(
    "package", ["geoplan", "geoplan.layers", "geoplan.analyses", "geoplan.maps"]
)
def test_editors_and_type_checkers_see_every_public_name(package):
    from geoplan.core.lazy_names import stub_text

    stub = ROOT / package.rpartition(".")[2] / "__init__.pyi"
    assert stub.read_text(encoding="utf-8") == stub_text(package), "run `make stubs`"


def test_nothing_but_public_names_shows_in_the_facade():
    import geoplan

    assert dir(geoplan) == geoplan.__all__
    assert [name for name in geoplan.__all__ if name in vars(geoplan.core)] == []


def test_a_module_and_its_function_are_told_apart():
    import geoplan
    import geoplan.analyses.access.coverage as module

    assert geoplan.coverage is module.coverage


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import geoplan", ("folium", "osmnx", "matplotlib", "geopandas", "rasterio", "scipy")),
        (
            "import geoplan.app.cli",
            ("folium", "osmnx", "matplotlib", "geopandas", "rasterio", "scipy"),
        ),
    ],
)
def test_a_light_import_loads_no_heavy_library(statement, absent):
    code = f"{statement}\nimport sys\nprint([m for m in {absent!r} if m in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert ran.stdout.strip() == "[]"
