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


def _imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [node.module or ""]
            if node.module == "geoplan":
                names = [f"geoplan.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        rooms |= {name.split(".")[1] for name in names if name.startswith("geoplan.")}
    return rooms & set(ROOMS)


@CHECKOUT
@pytest.mark.parametrize("room", ORDER)
def test_no_room_imports_from_one_above_it(room):
    allowed = set(ORDER[: ORDER.index(room) + 1])
    wrong = {
        str(path.relative_to(ROOT)): _imported_rooms(path) - allowed
        for path in ROOMS[room].rglob("*.py")
        if _imported_rooms(path) - allowed
    }
    assert wrong == {}


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
