"""The example model that the plugin ships runs as it is."""

import pytest
from conftest import ROOT
from osgeo import gdal

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
