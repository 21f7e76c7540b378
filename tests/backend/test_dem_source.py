"""Which DEM it is, from what its file says."""

from __future__ import annotations

import pytest

from backend.cli import DEM_SOURCES
from backend.dem_source import NAMES, SOURCES, noted, others, recognise


@pytest.mark.parametrize(
    ("file_name", "metadata", "name"),
    [
        ("n37_w123_1arc_v3.tif", [], "srtm"),
        ("N46E007.hgt", [], "srtm"),
        ("srtm_38_03.tif", [], "srtm"),
        ("NASADEM_HGT_n46e007.tif", [], "nasadem"),
        ("Copernicus_DSM_COG_10_N46_00_E007_00_DEM.tif", [], "glo30"),
        ("cop30.tif", [], "glo30"),
        ("ASTGTMV003_N46E007_dem.tif", [], "aster"),
        ("ALPSMLC30_N046E007_DSM.tif", [], "alos"),
        ("city_lidar_1m.tif", [], "lidar"),
        ("dgm1_als_2020.tif", [], "lidar"),
        ("dem.tif", ["Airborne: ALS, 2020"], "lidar"),
        ("dem.tif", ["DGM aus SRTM, als GeoTIFF gespeichert"], "srtm"),
        ("dem.tif", ["Opgeslagen als GeoTIFF"], None),
        ("dem.tif", ["Made from SRTM", "2004"], "srtm"),
        ("srtm.tif", ["NASADEM, reprocessed SRTM"], "nasadem"),
        ("dem.tif", ["Area"], None),
        ("aster_gdem.tif", [], "aster"),
        ("ASTERDEM.tif", [], "aster"),
        ("casterton.tif", [], None),
        ("raster_dem.tif", [], None),
        ("MasterDEM.tif", [], None),
        ("palos_verdes.tif", [], None),
        ("Solidaridad_dem.tif", [], None),
        ("dem.tif", ["Solidarity"], None),
        ("cop_demo.tif", [], None),
        ("helicop30.tif", [], None),
        ("COP-DEM_30m.tif", [], "glo30"),
        ("cop30m.tif", [], "glo30"),
        ("COP30m_alps.tif", [], "glo30"),
        ("COP_DEMs.tif", [], "glo30"),
        ("swisslidar.tif", [], "lidar"),
        ("dem.tif", ["SRTM, voids filled with ASTER GDEM"], "srtm"),
        ("dem.tif", ["ALOS World 3D, void-filled with SRTM and ASTER GDEM"], "alos"),
        ("dem.tif", ["Lidar DTM 1 m, vertical check against Copernicus DEM"], "lidar"),
        ("dem.tif", ["ArcticDEM strip coregistered to Copernicus DEM GLO-30"], None),
        ("dem.tif", ["TanDEM-X 90 m, filled from SRTM"], None),
        ("dem.tif", ["Pleiades stereo, aligned to Copernicus DEM"], None),
        ("dem.tif", ["TanDEM-X; better than SRTM"], None),
        ("dem.tif", ["UAV SfM DSM, georeferenced to SRTM heights"], None),
        ("dem.tif", ["Difference to lidar: 0.3 m; source photogrammetry"], None),
        ("dem.tif", ["Filled in 2004", "SRTM"], "srtm"),
    ],
)
def test_sources_are_recognised(file_name: str, metadata: list[str], name: str | None) -> None:
    found = recognise(file_name, metadata)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("file_name", "metadata", "also"),
    [
        ("dem.tif", ["SRTM, voids filled with ASTER GDEM"], ""),
        ("dem.tif", ["Made of ASTER GDEM and SRTM"], "SRTM"),
        ("dem.tif", ["NASADEM, reprocessed SRTM"], ""),
        ("srtm_and_aster.tif", [], "SRTM"),
        ("aster.tif", ["Made from SRTM"], ""),
        ("dem.tif", ["Copernicus DEM"], ""),
        ("dem.tif", ["SRTM", "ALOS", "lidar"], "Lidar or photogrammetry and SRTM"),
    ],
)
def test_other_sources_that_are_named_are_told(file_name: str, metadata: list[str], also: str) -> None:
    found = recognise(file_name, metadata)
    assert found is not None and others(found, file_name, metadata) == also


def test_every_source_says_how_wrong_it_is_and_who_says_so() -> None:
    assert all(source.error > 0 and len(source.reference) > 20 for source in SOURCES.values())


def test_the_command_line_offers_them_all() -> None:
    assert set(DEM_SOURCES) == set(NAMES)


@pytest.mark.parametrize(
    ("tag", "error"),
    [
        ("6 m", 6.0),
        ("0.15 m", 0.15),
        ("1e-05 m", 1e-5),
        ("0 m", None),
        ("0 m (trusted)", 0.0),
        ("0 m (unknown)", None),
        ("5000 m", None),
        ("1_0 m", None),
        ("much", None),
    ],
)
def test_what_a_result_notes_is_a_number_of_metres_that_says_something(tag: str, error: float | None) -> None:
    assert noted({"SIRAN_DEM_ERROR": tag}) == error and noted({}) is None
