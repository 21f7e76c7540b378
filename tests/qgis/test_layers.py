"""Layers that are no plain file: each works, or is refused before the run with one sentence."""

import zipfile

import pytest
from conftest import write_raster
from osgeo import gdal
from qgis.core import QgsCoordinateReferenceSystem, QgsProject, QgsRasterLayer, QgsRasterRange

from siran_qgis import layers
from siran_qgis.errors import SiranError


@pytest.fixture
def algorithm(provider):
    return provider.algorithm("superresolve")


@pytest.fixture(autouse=True)
def an_empty_map(qgis_app):
    yield
    QgsProject.instance().removeAllMapLayers()


def load(source, name="odd", provider="gdal"):
    layer = QgsRasterLayer(str(source), name, provider)
    assert layer.isValid(), source
    QgsProject.instance().addMapLayer(layer)
    return layer


def refused(algorithm, context, dem, layer):
    """The sentence, which is the same for the DEM and the guide, and is said before any output is thought of."""
    said = []
    for parameters in ({"INPUT": layer.id()}, {"INPUT": str(dem), "GUIDE": layer.id()}):
        good, message = algorithm.checkParameterValues({**parameters, "OUTPUT": "/tmp/out.tif"}, context)
        assert not good and "\n" not in message
        said.append(message)
    assert said[0] == said[1]
    return said[0]


def in_archive(dem, folder):
    with zipfile.ZipFile(folder / "tiles.zip", "w") as archive:
        archive.write(dem, "north/dem.tif")
        archive.write(dem, "south/dem.tif")
    return f"/vsizip/{folder}/tiles.zip/north/dem.tif"


def in_geopackage(dem, folder):
    for table, more in (("hills", []), ("dales", ["APPEND_SUBDATASET=YES"])):
        gdal.Translate(str(folder / "land.gpkg"), str(dem), format="GPKG", creationOptions=[f"RASTER_TABLE={table}", *more])
    return f"GPKG:{folder / 'land.gpkg'}:hills"


def in_mosaic(dem, folder):
    gdal.BuildVRT(str(folder / "mosaic.vrt"), [str(dem)])
    return str(folder / "mosaic.vrt")


def in_mosaic_of_an_archive(dem, folder):
    gdal.BuildVRT(str(folder / "mosaic.vrt"), [in_archive(dem, folder)])
    return str(folder / "mosaic.vrt")


@pytest.mark.parametrize("make", [in_archive, in_geopackage, in_mosaic, in_mosaic_of_an_archive])
def test_what_another_process_can_open_works(provider, use_backend, context, model, dem, tmp_path, make):
    import processing

    layer = load(make(dem, tmp_path))
    assert layers.file_of(layer) == layer.source()
    results = processing.run("siran:superresolve", {"INPUT": layer.id(), "MODEL": str(model), "OUTPUT": str(tmp_path / "fine.tif")})
    assert results["PIXELS"] >= 120 * 90


def test_a_virtual_raster_of_qgis(algorithm, context, dem):
    formula = (
        f"?crs=EPSG:32610&extent=540000,4187300,543600,4190000&width=40&height=30&formula=%22dem@1%22*2&dem:uri={dem}&dem:provider=gdal"
    )
    layer = load(formula, provider="virtualraster")
    said = refused(algorithm, context, dem, layer)
    assert said == "Layer odd is no raster file (virtualraster). Save it as a GeoTIFF and use that."


@pytest.mark.parametrize(
    "source", ["type=xyz&url=http://127.0.0.1:1/{z}/{x}/{y}.png", "crs=EPSG:3857&format=image/png&layers=x&styles=&url=http://127.0.0.1:1/"]
)
def test_a_map_from_a_server(algorithm, context, dem, source):
    layer = QgsRasterLayer(source, "odd", "wms")
    if not layer.isValid():  # nobody answers for a WMS, which Processing says itself
        with pytest.raises(SiranError, match=r"no raster file \(wms\)"):
            layers.file_of(layer)
        return
    QgsProject.instance().addMapLayer(layer)
    assert refused(algorithm, context, dem, layer) == "Layer odd is no raster file (wms). Save it as a GeoTIFF and use that."


@pytest.fixture
def in_memory(dem):
    gdal.FileFromMemBuffer("/vsimem/siran/dem.tif", dem.read_bytes())
    yield "/vsimem/siran/dem.tif"
    gdal.Unlink("/vsimem/siran/dem.tif")


def test_a_file_in_qgis_s_memory(algorithm, context, dem, in_memory):
    said = refused(algorithm, context, dem, load(in_memory))
    assert said == f"Layer odd lies in QGIS's memory ({in_memory}). Save it as a GeoTIFF and use that."


def test_a_mosaic_of_files_in_qgis_s_memory(algorithm, context, dem, in_memory, tmp_path):
    gdal.BuildVRT(str(tmp_path / "mosaic.vrt"), [in_memory])
    assert in_memory in refused(algorithm, context, dem, load(tmp_path / "mosaic.vrt"))


def test_a_description_that_is_in_no_file(algorithm, context, dem, tmp_path):
    layer = load((tmp_path / in_mosaic(dem, tmp_path)).read_text())
    assert "in no file" in refused(algorithm, context, dem, layer)


@pytest.mark.parametrize(
    "name",
    [
        "/vsicurl/{}",
        "/vsicurl?max_retry=1&url={}",
        "/vsicurl_streaming/{}",
        "{}",
        "/vsizip//vsicurl/{}/tiles.zip/dem.tif",
        "/vsizip/vsicurl/{}/tiles.zip/dem.tif",
        "/vsizip/{{/vsis3/bucket/tiles.zip}}/dem.tif",
        "/vsis3/bucket/dem.tif",
        "/vsiaz/bucket/dem.tif",
        'NETCDF:"/vsigs/bucket/dem.nc":height',
    ],
)
def test_a_file_on_a_server_is_not_fetched(qgis_app, name):
    layer = QgsRasterLayer(name.format("http://me:secret@127.0.0.1:1/dem.tif"), "odd", "gdal")
    with pytest.raises(SiranError) as refusal:
        layers.file_of(layer)
    assert str(refusal.value) == "Layer odd lies on a server. Save it as a GeoTIFF and use that."


def test_a_mosaic_of_files_on_a_server(algorithm, context, dem, tmp_path):
    path = tmp_path / "mosaic.vrt"
    text = (tmp_path / in_mosaic(dem, tmp_path)).read_text()
    path.write_text(text.replace(dem.name, "/vsicurl/http://127.0.0.1:1/dem.tif").replace('relativeToVRT="1"', 'relativeToVRT="0"'))
    assert refused(algorithm, context, dem, load(path)) == "Layer odd lies on a server. Save it as a GeoTIFF and use that."


def test_a_crs_that_only_qgis_knows_is_refused(algorithm, context, dem):
    """The backend reads the file, and would lay the result where the map does not show the input."""
    layer = load(dem)
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:32611"))
    said = refused(algorithm, context, dem, layer)
    assert said.startswith("Layer odd lies in EPSG:32611 here, and in EPSG:32610 by its file, which is what the backend reads. Save it")


def test_a_crs_of_a_file_without_one_is_refused(algorithm, context, dem, tmp_path):
    bare = [lambda column, row: 100 + column]
    layer = load(write_raster(tmp_path / "bare.tif", bare, size=(40, 30), origin=(540000, 4190000), pixel=90, epsg=None))
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:32610"))
    said = refused(algorithm, context, dem, layer)
    assert said == (
        "Layer odd lies in EPSG:32610 here, and its file, which is what the backend reads, has no CRS. Save it as a GeoTIFF and use that."
    )


@pytest.fixture
def of_ones_own(dem):
    """The DEM of conftest, in a CRS that has no code."""
    file = gdal.Open(str(dem), gdal.GA_Update)
    file.SetProjection(QgsCoordinateReferenceSystem.fromProj(OF_ONES_OWN).toWkt())
    file = None
    return dem


OF_ONES_OWN = "+proj=laea +lat_0=38 +lon_0=-122.5 +datum=WGS84 +units=m +no_defs"


def test_a_crs_that_only_qgis_knows_is_refused_where_the_files_has_no_code(algorithm, context, of_ones_own):
    layer = load(of_ones_own)
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:32611"))
    said = refused(algorithm, context, of_ones_own, layer)
    assert said.startswith("Layer odd lies in EPSG:32611 here, and in +proj=laea +lat_0=38 +lon_0=-122.5") and "by its file" in said
    layer.setCrs(QgsCoordinateReferenceSystem.fromProj(OF_ONES_OWN.replace("38", "39")))
    assert "lies in +proj=laea +lat_0=39" in refused(algorithm, context, of_ones_own, layer)


def test_a_crs_of_ones_own_stays_the_files_when_a_project_is_opened_again(of_ones_own, tmp_path):
    load(of_ones_own)
    project = QgsProject.instance()
    assert project.write(str(tmp_path / "p.qgs"))
    project.clear()
    assert project.read(str(tmp_path / "p.qgs"))
    (layer,) = project.mapLayers().values()
    assert layers.file_of(layer) == str(of_ones_own)
    project.clear()


@pytest.mark.parametrize("change", ["more", "none"])
def test_nodata_that_only_qgis_knows_is_refused(algorithm, context, dem, change):
    """The backend reads the file: pixels that look empty on the map would have heights, or the other way about."""
    layer = load(dem)
    assert algorithm.checkParameterValues({"INPUT": layer.id(), "OUTPUT": "/tmp/out.tif"}, context)[0]
    if change == "more":
        layer.dataProvider().setUserNoDataValue(1, [QgsRasterRange(0, 120)])
    else:
        file = gdal.Open(str(dem), gdal.GA_Update)
        file.GetRasterBand(1).SetNoDataValue(-9999)
        file = None
        layer = load(dem)
        layer.dataProvider().setUseSourceNoDataValue(1, False)
    assert "has other nodata values here (band 1) than in its file" in refused(algorithm, context, dem, layer)


@pytest.mark.parametrize("look", [layers.uncertainty, layers.difference])
def test_the_legend_of_a_layer_on_the_map_shows_the_values_of_its_look(dem, look):
    """Who listens to the layer, as the legend does, hears of the colours when they are what they will be."""
    layer = load(dem)
    heard = []
    layer.rendererChanged.connect(lambda: heard.append((layer.renderer().classificationMin(), layer.renderer().classificationMax())))
    look(layer, 90.0)
    assert heard[-1] == (layer.renderer().classificationMin(), layer.renderer().classificationMax())
    assert heard[-1][1] > 1


@pytest.mark.parametrize(
    ("look", "value", "legend"),
    [
        (lambda layer, _: layers.elevation(layer), 12.0, (12.0, 13.0)),
        (layers.uncertainty, 0.1, (0.1, 0.11)),
        (layers.difference, 0.0, (-1, 1)),
        (layers.difference, 0.25, (-0.25, 0.25)),
    ],
)
def test_the_legend_of_one_value_everywhere_is_about_that_value(tmp_path, look, value, legend):
    path = tmp_path / "level.tif"
    file = gdal.GetDriverByName("GTiff").Create(str(path), 40, 30, 1, gdal.GDT_Float32)
    file.SetGeoTransform((600000, 30, 0, 5200000, 0, -30))
    file.GetRasterBand(1).Fill(value)
    file = None
    layer = load(path)
    look(layer, 30.0)
    assert (layer.renderer().classificationMin(), layer.renderer().classificationMax()) == pytest.approx(legend)


def test_a_folder_may_be_called_like_a_file_system(dem, tmp_path):
    folder = tmp_path / "vsimem"
    folder.mkdir()
    named = dem.rename(folder / "dem.tif")
    assert layers.file_of(load(named)) == str(named)


def test_files_take_no_filter(dem):
    """QGIS keeps no filter for what GDAL opens, so that none is lost on the way."""
    layer = load(dem)
    assert not layer.setSubsetString("height > 100") and layers.file_of(layer) == str(dem)
