"""The package that `make dist` makes of the last commit: accepted by the check, and at work where nothing else of the project is."""

from __future__ import annotations

import configparser
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
import rasterio

ROOT = Path(__file__).resolve().parent.parent.parent
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def load(name: str) -> ModuleType:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(ROOT / "scripts"))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: the package is made from what git has")
    path, version = load("make_package").make("HEAD", tmp_path_factory.mktemp("dist"))
    return path, version


def test_it_is_accepted(package: tuple[Path, str]) -> None:
    path, version = package
    assert path.name == f"siran-{version}.zip"
    assert load("check_package").check(path, version) == []


def test_it_holds_what_a_user_needs_and_not_what_developers_need(package: tuple[Path, str]) -> None:
    with zipfile.ZipFile(package[0]) as archive:
        names = set(archive.namelist())
    for needed in (
        "metadata.txt",
        "__init__.py",
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "docs/help/index.html",
        "resources/i18n/siran_de.qm",
        "backend/__main__.py",
        "backend/requirements-cpu.txt",
        "backend/requirements-nvidia.txt",
        "resources/sample/marin_srtm_1arcsec.tif",
    ):
        assert f"siran/{needed}" in names
    assert any(name.startswith("siran/resources/models/") and name.endswith(".onnx") for name in names)
    folders = {name.split("/")[1] for name in names if name.count("/") > 1}
    assert not any(name.endswith(".ts") for name in names)
    assert not folders & {"training", "tests", "benchmarks", "scripts", ".ci", "build"}


def test_the_plugin_manager_shows_the_newest_changes(package: tuple[Path, str]) -> None:
    with zipfile.ZipFile(package[0]) as archive:
        metadata, changes = (archive.read(f"siran/{name}").decode("utf-8") for name in ("metadata.txt", "CHANGELOG.md"))
    parser = configparser.ConfigParser()  # with placeholders, as QGIS reads it
    parser.read_string(metadata)
    general = dict(parser["general"])
    shown = general["changelog"].splitlines()
    _, part, older = changes.split("\n## ", 2)
    assert shown == [line for line in part.splitlines() if line]
    assert shown[0].startswith(f"{package[1]} - ") and len(shown) > 1 and older.splitlines()[0] not in shown
    assert general["icon"] == "resources/icon.svg" and general["about[de]"] and general["tags[de]"]


def test_a_per_cent_sign_in_the_changes_stays_one() -> None:
    make_package = load("make_package")
    metadata = make_package.with_changes("[general]\nname=x\nchangelog=no\nicon=y\n", "1.0\n\n- 3 % less\n- #no comment, 50%(x)s")
    parser = configparser.ConfigParser()
    parser.read_string(metadata)
    assert dict(parser["general"]) == {"name": "x", "changelog": "1.0\n- 3 % less\n- #no comment, 50%(x)s", "icon": "y"}
    with pytest.raises(SystemExit, match="changelog"):
        make_package.with_changes("[general]\n", "1.0")


def test_links_of_its_pages_lead_to_what_is_in_it(package: tuple[Path, str]) -> None:
    with zipfile.ZipFile(package[0]) as archive:
        names = set(archive.namelist())
        pages = {name: archive.read(name).decode("utf-8") for name in names if name.endswith((".md", ".html"))}
    for name, text in pages.items():
        for link in re.findall(r"\]\(([^)#\s]+)|(?:href|src)=\"([^\"#]+)", text):
            target = link[0] or link[1]
            if not re.match(r"[a-z]+:", target):
                place = os.path.normpath(os.path.join(os.path.dirname(name), target))
                assert place in names or f"{place}/" in names, f"{name}: {target}"


@pytest.mark.slow
def test_it_works_in_an_empty_profile(package: tuple[Path, str], tmp_path: Path) -> None:
    qgis_process = shutil.which("qgis_process.bin", path=SYSTEM_PATH) or shutil.which("qgis_process", path=SYSTEM_PATH)
    if qgis_process is None:
        pytest.skip("QGIS is not installed")
    plugins = tmp_path / "config" / "profiles" / "default" / "python" / "plugins"
    plugins.mkdir(parents=True)
    with zipfile.ZipFile(package[0]) as archive:
        archive.extractall(plugins)
    variables = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")}
    variables.update(
        PATH=SYSTEM_PATH,
        QT_QPA_PLATFORM="offscreen",
        QGIS_CUSTOM_CONFIG_PATH=str(tmp_path / "config"),
        SIRAN_PYTHON=sys.executable,
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [qgis_process, *arguments],
            env=variables,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    enabled = run("plugins", "enable", "siran")
    assert enabled.returncode == 0, enabled.stdout + enabled.stderr
    sample = plugins / "siran" / "resources" / "sample"
    output = tmp_path / "fine.tif"
    finished = run(
        "--json",
        "run",
        "siran:superresolve",
        "--",
        f"INPUT={sample / 'marin_srtm_1arcsec.tif'}",
        f"GUIDE={sample / 'marin_landsat7_nir_r_g.tif'}",
        "RESOLUTION=10",
        "EXTENT=-13645000,-13643000,4565000,4567000 [EPSG:3857]",
        "DEM_SOURCE=srtm",
        f"OUTPUT={output}",
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    results = json.loads(finished.stdout[finished.stdout.index("{") :])["results"]
    assert Path(results["OUTPUT"]) == output
    with rasterio.open(output) as fine:
        assert (fine.width, fine.height) == (200, 200)
        assert fine.crs.to_epsg() == 3857
        assert fine.transform.a == 10
        elevation = fine.read(1, masked=True)
    assert elevation.count() == elevation.size
    assert 20 < elevation.min() < elevation.max() < 800
