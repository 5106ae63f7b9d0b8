"""The bundle of the map page: locked, complete, self-sufficient, built only when needed."""

import importlib.util
import json
import re
from importlib import resources
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
in_checkout = pytest.mark.skipif(
    not (ROOT / "package.json").is_file(), reason="runs in a checkout only"
)


@pytest.fixture
def lock():
    return json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]


@pytest.fixture
def asked():
    return json.loads((ROOT / "package.json").read_text(encoding="utf-8"))


@pytest.fixture
def build(tmp_path, monkeypatch):
    """The build step, writing into a folder of its own."""
    pytest.importorskip("setuptools")
    spec = importlib.util.spec_from_file_location("geoplan_setup", ROOT / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "BUNDLE", tmp_path / "bundle")
    return module


@pytest.fixture
def command(build):
    """The build command of a distribution that has nothing else."""
    from setuptools import Distribution

    return build.BuildBundle(Distribution())


def write(build, inputs):
    """Write a bundle that claims to be made from `inputs`."""
    from hashlib import sha256

    build.BUNDLE.mkdir()
    for name in build.OUTPUTS:
        (build.BUNDLE / name).write_bytes(b"old")
    hashes = dict.fromkeys(build.OUTPUTS, sha256(b"old").hexdigest())
    manifest = {"inputs": inputs, "sha256": hashes}
    (build.BUNDLE / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def unreachable(_work):
    raise OSError("npm ci failed: ENOTFOUND")


@in_checkout
def test_every_package_is_locked_by_a_hash(lock):
    loose = [name for name, entry in lock.items() if name and "integrity" not in entry]
    assert loose == []


@in_checkout
def test_the_lock_names_no_registry_so_that_any_mirror_serves_it(lock):
    assert [name for name, entry in lock.items() if "resolved" in entry] == []


@in_checkout
def test_package_json_asks_for_exact_versions(asked):
    versions = [*asked["dependencies"].values(), *asked["devDependencies"].values()]
    assert [version for version in versions if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


@in_checkout
def test_no_bundled_package_brings_another_along(lock, asked):
    bundled = {name.removeprefix("node_modules/") for name, e in lock.items() if not e.get("dev")}
    assert bundled - {""} == set(asked["dependencies"])


@in_checkout
def test_assets_json_speaks_of_the_packages_asked_for(asked):
    text = (ROOT / "maps" / "bundle_src" / "assets.json").read_text(encoding="utf-8")
    assert {entry["package"] for entry in json.loads(text)["packages"]} == set(
        asked["dependencies"]
    )


def test_the_licences_of_all_packages_come_along(bundle):
    text = (resources.files("geoplan.maps") / "bundle" / "THIRD_PARTY.txt").read_text("utf-8")
    named = set(re.findall(r"^=+\n(\S+) [\d.]+ \(.+\)\n=+$", text, re.MULTILINE))
    assert named == {re.sub(r".*/npm/|@.*", "", asset.url) for asset in bundle.cdn} | {"gcoord"}
    assert text.count("Copyright") >= len(named)


def test_the_bundle_needs_no_eval(bundle):
    script = bundle.script + bundle.own_script
    assert re.findall(r"\beval\(|new Function\(|\bFunction\(\"", script) == []


def test_the_styles_bring_their_pictures_along(bundle):
    assert re.findall(r"url\((?![\"']?data:|#)[^)]*\)|@import", bundle.style) == []


def test_the_bundle_can_stand_inside_a_page(bundle):
    script = bundle.script + bundle.own_script
    assert re.findall(r"</?script|<!--|\r", script, re.IGNORECASE) == []


def test_the_bundle_stays_small(bundle):
    assert len((bundle.script + bundle.own_script + bundle.style).encode()) < 330_000


@in_checkout
def test_a_bundle_from_the_same_inputs_is_kept(build, command, monkeypatch):
    write(build, build.inputs_hash())
    monkeypatch.setattr(build, "fetch_packages", unreachable)
    command.run()
    assert (build.BUNDLE / "map.js").read_bytes() == b"old"


@in_checkout
def test_an_older_bundle_serves_where_the_registry_is_out_of_reach(build, command, monkeypatch):
    write(build, "older inputs")
    monkeypatch.setattr(build, "fetch_packages", unreachable)
    command.run()
    assert (build.BUNDLE / "map.js").read_bytes() == b"old"


@in_checkout
def test_without_registry_and_bundle_the_build_fails(build, command, monkeypatch):
    monkeypatch.setattr(build, "fetch_packages", unreachable)
    with pytest.raises(OSError, match="ENOTFOUND"):
        command.run()


@in_checkout
@pytest.mark.parametrize("damage", [b"changed", None])
def test_a_damaged_bundle_does_not_count(build, damage):
    write(build, build.inputs_hash())
    if damage is None:
        (build.BUNDLE / "own.js").unlink()
    else:
        (build.BUNDLE / "own.js").write_bytes(damage)
    assert build.bundled_hash() is None


@in_checkout
def test_line_endings_do_not_make_a_new_bundle(build, tmp_path, monkeypatch):
    before = build.inputs_hash()
    copy = tmp_path / "maps" / "bundle_src"
    copy.mkdir(parents=True)
    for path in [*build.SOURCE.iterdir(), *(ROOT / name for name in build.LOCKED[:2])]:
        folder = copy if path.parent == build.SOURCE else tmp_path
        (folder / path.name).write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "SOURCE", copy)
    assert build.inputs_hash() == before


@in_checkout
def test_a_source_distribution_holds_what_the_bundle_is_made_from(command):
    files = set(command.get_source_files())
    assert {"package.json", "package-lock.json", "maps/bundle_src/entry.js"} <= files
