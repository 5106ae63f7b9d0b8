"""The built wheel: one top-level name, and a user's own maps.py does no harm."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.package,
    pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="runs in a checkout only"),
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel of the checkout, with what pip finds installed already where that is enough."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    shutil.copytree(
        ROOT,
        source,
        ignore=shutil.ignore_patterns(".venv*", ".git", "build", "*-out", "*.egg-info", "docs"),
    )
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, source],
        check=True,
    )
    return next(folder.glob("geoplan-*.whl"))


def test_the_wheel_has_one_top_level_name(wheel):
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"geoplan"}


def test_the_wheel_carries_its_data_files(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = {
        "geoplan/py.typed",
        "geoplan/core/lang/notices.zh.toml",
        "geoplan/app/exports/schemas/results.schema.json",
        "geoplan/app/report/templates/report.html",
        "geoplan/maps/bundle/map.js",
        "geoplan/maps/bundle/map.css",
    }
    assert wanted - names == set()


def test_an_installed_wheel_ignores_a_users_maps_and_layers(wheel, tmp_path):
    target = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    for name in ("maps.py", "layers.py"):
        (tmp_path / name).write_text("raise RuntimeError('the user's own file')", encoding="utf-8")
    code = (
        f"import sys; sys.path.insert(0, {str(target)!r}); "
        "sys.meta_path = [f for f in sys.meta_path if 'editable' not in repr(f).lower()]; "
        "import geoplan.maps, geoplan.layers; print(geoplan.maps.__file__)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.stdout.strip().startswith(str(target)), ran.stderr
