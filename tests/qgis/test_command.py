"""From parameters to the backend's command line, without QGIS's help."""

import shlex

import pytest

from siran_qgis import choices, command
from siran_qgis.choices import Choice


def test_the_least_that_is_said():
    arguments = command.superresolve(command.Job(dem="/in.tif", output="/out.tif"))
    assert arguments == [
        "superresolve", "--events", "--overwrite", "--band=1", "--dem-source=auto", "--device=auto", "--", "/in.tif", "/out.tif",
    ]  # fmt: skip


def test_all_that_can_be_said():
    job = command.Job(
        dem="-dem.tif", output="out.tif", band=2, guide="guide.tif", guide_bands=(4, 3, 2), model="marin", dem_source="srtm",
        resolution=12.5, extent=command.Extent(-122.6, 37.8, -122.5, 37.9, "EPSG:4326"), thorough=True, device="cuda", tile=512, threads=4,
        uncertainty="sigma.tif", difference="added.tif", report="r.html", like="grid.tif",
    )  # fmt: skip
    arguments = command.superresolve(job)
    assert arguments[:3] == ["superresolve", "--events", "--overwrite"]
    assert set(arguments[3:-3]) == {
        "--band=2", "--guide=guide.tif", "--guide-bands=4,3,2", "--model=marin", "--dem-source=srtm", "--resolution=12.5",
        "--extent=-122.6,37.8,-122.5,37.9", "--extent-crs=EPSG:4326", "--thorough", "--device=cuda", "--tile=512", "--threads=4",
        "--uncertainty=sigma.tif", "--difference=added.tif", "--report=r.html", "--like=grid.tif",
    }  # fmt: skip
    assert arguments[-3:] == ["--", "-dem.tif", "out.tif"]


def test_an_own_error_replaces_the_source():
    arguments = command.superresolve(command.Job(dem="a", output="b", dem_source="own", dem_error=0.0))
    assert "--dem-error=0" in arguments
    assert not any(argument.startswith("--dem-source") for argument in arguments)


def test_guide_bands_without_a_guide_are_not_passed():
    assert not any("guide" in argument for argument in command.superresolve(command.Job(dem="a", output="b", guide_bands=(1, 2, 3))))


@pytest.mark.parametrize("text", ["4,3,2", "4 3 2", " 4, 3 ,2 ", "4;3;2", [4, 3, 2], ("4", "3", "2")])
def test_guide_bands_keep_their_order(text):
    assert command.guide_bands(text) == (4, 3, 2)


@pytest.mark.parametrize("text", ["", None, [], "  "])
def test_no_guide_bands(text):
    assert command.guide_bands(text) is None


@pytest.mark.parametrize("text", ["4,3", "4,3,2,1", "nir,red,green", "4.5,3,2", "0,1,2"])
def test_wrong_guide_bands_are_named(text):
    with pytest.raises(ValueError, match=text):
        command.guide_bands(text)


@pytest.mark.parametrize(("value", "text"), [(30.0, "30"), (1e-05, "1e-05"), (0.1, "0.1"), (-122.5, "-122.5"), (4190000.0, "4190000")])
def test_numbers_come_back_as_they_were(value, text):
    assert command.number(value) == text
    assert float(text) == value


CHOICES = (Choice("auto", "Found"), Choice("glo30", "Copernicus GLO-30"))


@pytest.mark.parametrize("value", ["glo30", "GLO30", "Copernicus GLO-30", 1, "1"])
def test_choices_by_name_label_or_index(value):
    assert choices.index_of(CHOICES, value) == 1


@pytest.mark.parametrize("value", ["srtm", 2, -1, "", None])
def test_unknown_choices(value):
    assert choices.index_of(CHOICES, value) is None


def test_the_line_in_the_log_can_be_pasted():
    arguments = ["superresolve", "/data/Höhen & Co (1)/dem.tif", "fine.tif", "--tile=512"]
    assert shlex.split(command.line("/opt/my python", arguments)) == ["/opt/my python", "-m", "backend", *arguments]
    assert command.line("C:\\Python\\python.exe", ["info", "C:\\Höhen & Co\\dem.tif"], windows=True) == (
        'C:\\Python\\python.exe -m backend info "C:\\Höhen & Co\\dem.tif"'
    )
    # As the C runtime takes it apart: a backslash before a quotation mark would keep the argument open.
    assert command.line("python", ["a b\\", 'c "d\\"'], windows=True) == 'python -m backend "a b\\\\" "c \\"d\\\\\\""'
