"""The example model that the plugin ships runs as it is."""

import pytest
from conftest import ROOT
from osgeo import gdal
from qgis.core import QgsProcessingModelAlgorithm

from siran_qgis.algorithms.superresolve import SuperResolve

MODEL = ROOT / "resources" / "models3" / "superresolve_and_hillshade.model3"

pytestmark = [pytest.mark.qgis, pytest.mark.slow]


def test_the_example_model_makes_a_dem_and_its_hillshade(qgis_process, dem, guide, tmp_path):
    made = {"superresolve:Super-resolved DEM": tmp_path / "fine.tif", "hillshade:Hillshade": tmp_path / "shade.tif"}
    given = {"dem": dem, "guide": guide, "guide_bands": "1,2,3", **made}
    done = qgis_process("run", MODEL, "--", *(f"{name}={value}" for name, value in given.items()))
    assert done.returncode == 0, done.stdout + done.stderr
    rasters = [gdal.Open(str(path)) for path in made.values()]
    assert all((raster.RasterXSize, raster.RasterYSize) == (120, 90) for raster in rasters)
    assert rasters[1].GetRasterBand(1).ComputeStatistics(False)[1] <= 255


def test_it_can_be_told_which_dem_it_is(qgis_process, dem, tmp_path):
    fine = tmp_path / "fine.tif"
    given = {"dem": dem, "dem_source": 1, "superresolve:Super-resolved DEM": fine, "hillshade:Hillshade": tmp_path / "shade.tif"}
    done = qgis_process("run", MODEL, "--", *(f"{name}={value}" for name, value in given.items()))
    assert done.returncode == 0, done.stdout + done.stderr
    assert gdal.Open(str(fine)).GetMetadataItem("SIRAN_DEM_ERROR") == "6 m"
    model = QgsProcessingModelAlgorithm()
    assert model.fromFile(str(MODEL))
    assert model.parameterDefinition("dem_source").options() == [one.label for one in SuperResolve.CHOICES["DEM_SOURCE"]]


def test_the_hillshade_is_that_of_the_ground_in_degrees_too(qgis_process, tmp_path):
    """The sample's hills, as they are and in UTM: neither is black."""
    sample, means = ROOT / "resources" / "sample" / "marin_srtm_1arcsec.tif", []
    for crs in ("EPSG:4326", "EPSG:32610"):
        dem, shade = tmp_path / f"{crs[5:]}.tif", tmp_path / f"shade{crs[5:]}.tif"
        gdal.Warp(str(dem), str(sample), dstSRS=crs, outputBounds=(-122.66, 37.95, -122.62, 37.98), outputBoundsSRS="EPSG:4326")
        given = {"dem": dem, "superresolve:Super-resolved DEM": tmp_path / f"fine{crs[5:]}.tif", "hillshade:Hillshade": shade}
        done = qgis_process("run", MODEL, "--", *(f"{name}={value}" for name, value in given.items()))
        assert done.returncode == 0, done.stdout + done.stderr
        raster = gdal.Open(str(shade))
        means.append(raster.GetRasterBand(1).ComputeStatistics(False)[2])
    assert 150 < means[1] < 200 and means[0] == pytest.approx(means[1], abs=10)
