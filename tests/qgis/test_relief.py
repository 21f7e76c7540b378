"""What is seen of an elevation model: shades upon colours of heights, in two layers of one file."""

import pytest
from qgis.core import QgsMapRendererParallelJob, QgsMapSettings, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QSize
from qgis.PyQt.QtGui import QPainter

from siran_qgis import layers, relief


@pytest.fixture
def hills(qgis_app, dem):
    """A layer of the map."""
    layer = QgsRasterLayer(str(dem), "hills")
    QgsProject.instance().addMapLayer(layer)
    yield layer
    QgsProject.instance().removeAllMapLayers()


def drawn():
    """The map, as an image."""
    layers = QgsProject.instance().layerTreeRoot().layerOrder()
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(layers[0].crs())
    settings.setExtent(layers[0].extent())
    settings.setOutputSize(QSize(80, 60))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage()


def test_a_relief_has_shades_and_colours(hills):
    relief.look(hills, 90.0)
    assert hills.renderer().type() == "hillshade"
    shaded = drawn()
    QCoreApplication.processEvents()
    above, below = QgsProject.instance().layerTreeRoot().layerOrder()
    assert above is hills and below.name() == "Heights of hills" and below.source() == hills.source()
    items = below.renderer().shader().rasterShaderFunction().colorRampItemList()
    values = [item.value for item in items]
    assert values == sorted(values) and len(set(values)) == 6
    assert below.renderer().classificationMin() == values[0] and below.renderer().classificationMax() == values[-1]
    relieved = drawn()
    places = [(column, row) for column in range(5, 75, 5) for row in range(5, 55, 5)]
    assert all(shaded.pixelColor(*place).saturation() == 0 for place in places)
    assert sum(relieved.pixelColor(*place).saturation() > 20 for place in places) > len(places) / 2
    assert all(relieved.pixelColor(*place).lightness() <= shaded.pixelColor(*place).lightness() for place in places)


def test_a_second_look_adds_nothing(hills):
    for _ in range(2):
        relief.look(hills, 90.0)
        QCoreApplication.processEvents()
    assert len(QgsProject.instance().mapLayers()) == 2


def test_a_relief_keeps_its_names_whichever_of_its_layers_is_looked_at(hills):
    """The heights, selected and shown as a relief again, became "Heights of Heights of hills"."""
    relief.look(hills, 90.0)
    QCoreApplication.processEvents()
    _, heights = QgsProject.instance().layerTreeRoot().layerOrder()
    for layer in (heights, hills, heights):
        relief.look(layer, 90.0)
        assert (hills.name(), heights.name()) == ("hills", "Heights of hills")


def test_the_heights_lie_in_the_group_of_the_shades(hills):
    root = QgsProject.instance().layerTreeRoot()
    group = root.addGroup("results")
    group.addLayer(hills)
    root.removeChildNode(root.findLayers()[-1] if root.findLayers()[-1].parent() is root else root.findLayers()[0])
    relief.look(hills, 90.0)
    QCoreApplication.processEvents()
    assert [node.layer().name() for node in group.findLayers()] == ["hills", "Heights of hills"]


def test_a_layer_that_is_not_on_the_map_gets_its_shades_only(qgis_app, dem):
    layer = QgsRasterLayer(str(dem), "hills")
    relief.look(layer, 90.0)
    QCoreApplication.processEvents()
    assert layer.renderer().type() == "hillshade" and not QgsProject.instance().mapLayers()


def test_level_ground_has_colours_too(qgis_app, tmp_path):
    from conftest import write_raster

    path = write_raster(tmp_path / "sea.tif", [lambda column, row: 0], size=(20, 20), origin=(540000, 4190000), pixel=90, epsg=32610)
    layer = QgsRasterLayer(str(path), "sea")
    QgsProject.instance().addMapLayer(layer)
    relief.look(layer, 90.0)
    below = relief.colour(layer.id())
    assert (below.renderer().classificationMin(), below.renderer().classificationMax()) == (0, 1)
    QgsProject.instance().removeAllMapLayers()


def test_a_second_run_into_the_same_file_shows_what_was_made_last(qgis_app, tmp_path):
    """Whichever of the relief's two layers QGIS hands out for the file: neither keeps the older one open, and none is added."""
    from conftest import write_raster
    from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsRectangle

    from siran_qgis.events import Result

    def made(height, size, pixel):
        path = write_raster(
            tmp_path / "new.tif",
            [lambda column, row: height + 5 * column + row],
            size=(size, size),
            origin=(540000, 4190000),
            pixel=pixel,
            epsg=32610,
        )
        # As the backend does: a new file of the same name, and nothing that belongs to the older one.
        (tmp_path / "new.tif").replace(tmp_path / "fine.tif")
        (tmp_path / "fine.tif.aux.xml").unlink(missing_ok=True)
        return path.with_name("fine.tif")

    def run(layer, pixel):
        layer.setName("fine")  # as QGIS does
        result = Result(layer.source(), {"pixel_size": pixel}, {"name": "tiny"}, "CPU", 1.0, 1)
        layers.Styled(relief.look, result).postProcessLayer(layer, QgsProcessingContext(), QgsProcessingFeedback())
        QCoreApplication.processEvents()

    project = QgsProject.instance()
    layer = QgsRasterLayer(str(made(0, 40, 90)), "fine")
    project.addMapLayer(layer)
    run(layer, 90.0)
    pair = project.layerTreeRoot().layerOrder()
    for handed_out, (height, size, pixel) in zip(pair, ((1000, 60, 60), (2000, 80, 45)), strict=True):
        made(height, size, pixel)
        run(handed_out, float(pixel))
        assert project.layerTreeRoot().layerOrder() == pair
        assert [one.name() for one in pair] == [f"fine (tiny, {pixel} m)", f"Heights of fine (tiny, {pixel} m)"]
        assert [one.renderer().type() for one in pair] == ["hillshade", "singlebandpseudocolor"]
        assert (pair[0].blendMode(), pair[1].blendMode()) == (layers.MULTIPLY, QPainter.CompositionMode.CompositionMode_SourceOver)
        assert [one.width() for one in pair] == [size, size]
        assert all(one.dataProvider().block(1, QgsRectangle(one.extent()), 1, 1).value(0, 0) >= height for one in pair)
        assert pair[1].renderer().classificationMin() >= height
    project.removeAllMapLayers()


@pytest.mark.parametrize("change", ["renderer", "blending"])
def test_what_the_user_made_of_a_relief_stays_when_its_file_is_made_again(hills, change):
    from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsSingleBandGrayRenderer

    from siran_qgis.events import Result

    def run():
        result = Result(hills.source(), {"pixel_size": 90.0}, {"name": "tiny"}, "CPU", 1.0, 1)
        layers.Styled(relief.look, result).postProcessLayer(hills, QgsProcessingContext(), QgsProcessingFeedback())
        QCoreApplication.processEvents()

    project = QgsProject.instance()
    run()
    shades, heights = project.layerTreeRoot().layerOrder()
    assert shades is hills
    project.removeMapLayer(heights)
    shades.setBlendMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    if change == "renderer":
        shades.setRenderer(QgsSingleBandGrayRenderer(shades.dataProvider(), 1))
    kind = shades.renderer().type()
    run()
    assert project.layerTreeRoot().layerOrder() == [hills] and hills.renderer().type() == kind
    assert hills.blendMode() == QPainter.CompositionMode.CompositionMode_SourceOver
