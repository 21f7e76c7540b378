"""Files that make GDAL open others, here and on networks: real processes, and a server that counts what it is asked."""

from __future__ import annotations

import ast
import contextlib
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.shutil import copy
from rasters_for_tests import DEM_TRANSFORM, UTM, image, read, terrain, write

from backend.errors import InputError
from backend.formats import FORMATS, HINT
from backend.limits import set_limits
from backend.rasters import Raster
from backend.version import ROOT
from backend.windows import Window

MAP_SERVER = "<GDAL_WMS><Service name='TMS'><ServerUrl>{}/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service><DataWindow><UpperLeftX>600000\
</UpperLeftX><UpperLeftY>5200000</UpperLeftY><LowerRightX>603600</LowerRightX><LowerRightY>5196400</LowerRightY><SizeX>360</SizeX>\
<SizeY>360</SizeY><TileLevel>0</TileLevel></DataWindow><Projection>EPSG:32632</Projection><BandsCount>3</BandsCount></GDAL_WMS>"


class Server:
    """Serves a folder and counts the requests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.requests = 0
        server = self

        class Handler(SimpleHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                server.requests += 1

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.address = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path / "server")
    write(made.folder / "dem.tif", terrain(40, 36).astype("float32"))
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture
def superresolve(tmp_path: Path, small_model: Path) -> Any:
    def call(dem: object, *arguments: object) -> subprocess.CompletedProcess[str]:
        words = ["superresolve", dem, tmp_path / "fine.tif", "--model", small_model, *arguments]
        command = [sys.executable, "-m", "backend", *map(str, words)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    return call


def mosaic(path: Path, of: Path) -> Path:
    copy(str(of), str(path), driver="VRT")
    return path


def test_an_address_that_the_user_named_is_fetched(
    server: Server, superresolve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the process was started by one that named none."""
    proxies = [f"{kind}_proxy" for kind in ("http", "https", "ftp", "all", "no")]
    gdal = ["GDAL_SKIP", "GDAL_VRT_ENABLE_PYTHON", "CPL_ALLOW_VSISTDIN", "PROJ_NETWORK", "CPL_VSIL_CURL_ALLOWED_FILENAME"]
    for name in (*gdal, *proxies, *map(str.upper, proxies)):
        monkeypatch.setenv(name, "")  # what it was comes back
    set_limits([])
    done = superresolve(f"{server.address}/dem.tif")
    assert done.returncode == 0, done.stderr
    assert server.requests > 0
    assert read(tmp_path / "fine.tif").shape == (120, 108)
    (tmp_path / "fine.tif").unlink()
    # What is not there is no question of formats.
    for address in (f"{server.address}/other.tif", "http://127.0.0.1:9/dem.tif"):
        done = superresolve(address)
        assert done.returncode == 2 and "cannot be read from its server" in done.stderr and "download the file" in done.stderr


def test_a_mosaic_with_parts_on_a_network_is_refused(server: Server, superresolve: Any, tmp_path: Path, dem: Path) -> None:
    path = mosaic(tmp_path / "mosaic.vrt", dem)
    text = path.read_text()
    assert superresolve(path, "--report", tmp_path / "report.html").returncode == 0
    (tmp_path / "fine.tif").unlink()
    path.write_text(text.replace(f">{dem.name}<", f">/vsicurl/{server.address}/dem.tif<").replace('relativeToVRT="1"', 'relativeToVRT="0"'))
    done = superresolve(path)
    assert done.returncode == 2
    assert "has parts that lie on a network (vsicurl/)" in done.stderr
    assert server.requests == 0 and not (tmp_path / "fine.tif").exists()


VRT = (
    '<VRTDataset rasterXSize="40" rasterYSize="36"><SRS>EPSG:32632</SRS><GeoTransform>600000,30,0,5200000,0,-30</GeoTransform>'
    '<VRTRasterBand dataType="Float32" band="1"{}</VRTRasterBand></VRTDataset>'
)
SOURCE = "<SimpleSource><SourceFilename{}>{}</SourceFilename><SourceBand>1</SourceBand></SimpleSource>"


def described(path: Path, *names: object) -> Path:
    """A mosaic of these files, one upon the other."""
    path.write_text(VRT.format(">" + "".join(SOURCE.format("", name) for name in names)))
    return path


@pytest.mark.parametrize(
    "part",
    [
        SOURCE.format("", "<![CDATA[/vsicurl/{}/dem.tif]]>"),
        SOURCE.format("", "&#47;vsi&#99;url/h&#116;tp://{}/dem.tif"),
        SOURCE.format("", "dem.tif<!-- -->/vsicurl/{}"),
        '<SimpleSource SourceFilename="/vsicurl/{}/dem.tif"><SourceBand>1</SourceBand></SimpleSource>',
        "<simplesource><sourcefilename>/vsicurl/{}/dem.tif</sourcefilename></simplesource>",
        SOURCE.format("", 'NETCDF:"dods://{}/dem.nc":z'),
        '<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">/vsicurl/{}/dem.tif</MDI></Metadata>',
    ],
)
@pytest.mark.parametrize("inner", [False, True])
def test_parts_on_a_network_are_found_as_gdal_finds_them(server: Server, tmp_path: Path, part: str, inner: bool) -> None:
    path = tmp_path / "mosaic.vrt"
    path.write_text(VRT.format(">" + part.format(server.address.removeprefix("http://"))))
    if inner:
        path = described(tmp_path / "outer.vrt", described(tmp_path / "between.vrt", path))
    with pytest.raises(InputError, match="has parts that lie on a network"):
        Raster(str(path), "The DEM")
    assert server.requests == 0


def test_addresses_in_texts_for_people_are_no_parts(tmp_path: Path, dem: Path) -> None:
    path = tmp_path / "mosaic.vrt"
    said = '<Metadata><MDI key="LICENCE">https://example.org/licence</MDI></Metadata><Description>s3://from/here</Description>'
    path.write_text(VRT.format(">" + said + SOURCE.format("", dem)))
    with Raster(str(path), "The DEM") as raster:
        assert raster.files == [str(path), str(dem)]


@pytest.mark.parametrize(
    "how", [' subClass="VRTRawRasterBand">', " SUBCLASS='vrtrawrasterband'>", "><subClass>VRTRawRasterBand</subClass>"]
)
def test_a_mosaic_does_not_make_pixels_of_any_file(superresolve: Any, tmp_path: Path, how: str) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(range(256)) * 40)
    path = tmp_path / "raw.vrt"
    path.write_text(VRT.format(f"{how}<SourceFilename>{secret}</SourceFilename><PixelOffset>4</PixelOffset><LineOffset>160</LineOffset>"))
    for named in (path, described(tmp_path / "outer.vrt", path)):
        done = superresolve(named)
        assert done.returncode == 2 and "takes the bytes of another file for pixels" in done.stderr
    assert not (tmp_path / "fine.tif").exists()


@pytest.mark.parametrize("head", ["<!DOCTYPE VRTDataset [<!ENTITY a 'b'>]>", "<?x a='?><!--' ?>"])
def test_a_mosaic_that_two_readers_take_for_different_things_is_refused(tmp_path: Path, dem: Path, head: str) -> None:
    path = described(tmp_path / "mosaic.vrt", dem)
    path.write_text(head + path.read_text())
    with pytest.raises(InputError, match="is a mosaic that is damaged") as refused:
        Raster(str(path), "The DEM")
    assert refused.value.code == "not-a-raster"


def test_a_mosaic_hides_in_no_other_file(tmp_path: Path, dem: Path) -> None:
    inner = described(tmp_path / "inner.vrt", dem)
    hidden = tmp_path / "inner.dat"
    hidden.write_bytes(inner.read_bytes())
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        packed.write(inner, "inner.dat")
        packed.write(inner, "inner.vrt")
        packed.write(dem, "dem.tif")
    for name, said in (
        (hidden, "a mosaic that is not called so"),
        (f"/vsizip/{packed.filename}/inner.dat", "a mosaic that is no file of its own"),
        (f"/vsizip/{packed.filename}/inner.vrt", "a mosaic that is no file of its own"),
        (f"<![CDATA[{inner.read_text()}]]>", "a mosaic that is no file of its own"),
    ):
        with pytest.raises(InputError, match=said):
            Raster(str(described(tmp_path / "outer.vrt", name)), "The DEM")
    with pytest.raises(InputError, match="is a mosaic inside of another file"):
        Raster(f"/vsizip/{packed.filename}/inner.vrt", "The DEM")
    with Raster(str(described(tmp_path / "outer.vrt", f"/vsizip/{packed.filename}/dem.tif")), "The DEM") as raster:
        assert raster.read([1], Window(0, 0, 40, 36))[1].all()


def test_mosaics_that_name_each_other_are_refused(superresolve: Any, tmp_path: Path, dem: Path) -> None:
    one, other = tmp_path / "one.vrt", tmp_path / "other.vrt"
    described(one, described(other, one))
    for done in (superresolve(one), superresolve(dem, "--like", one)):
        assert done.returncode == 2 and "is made of mosaics that name each other" in done.stderr
        assert "Traceback" not in done.stderr


def test_mosaics_that_read_a_file_without_end_are_refused(tmp_path: Path, dem: Path) -> None:
    """Six files on each of nine levels, each of which names all six of the next: ten million readings."""
    below: list[Path] = [dem]
    for level in range(9):
        below = [described(tmp_path / f"{level}-{number}.vrt", *below) for number in range(6)]
    with pytest.raises(InputError, match="lie more than 8 deep"):
        Raster(str(below[0]), "The DEM")
    wide: list[Path] = [dem]
    for level in range(4):
        wide = [described(tmp_path / f"wide-{level}.vrt", *wide * 40)]
    with pytest.raises(InputError, match="is made of more than 1,000,000 files"):
        Raster(str(wide[0]), "The DEM")


@pytest.mark.parametrize("text", ["<ASource>", "<Overview", "<SourceFilename ", "&#47;", "<![CDATA["])
def test_a_mosaic_is_read_in_a_time_as_long_as_itself(tmp_path: Path, dem: Path, text: str) -> None:
    path = tmp_path / "mosaic.vrt"
    for text_in_full in (text * 60_000, VRT.format(">" + SOURCE.format("", dem)).replace("</SRS>", f"{text * 60_000}</SRS>")):
        path.write_text(text_in_full)
        begun = time.process_time()
        with contextlib.suppress(InputError):
            Raster(str(path), "The DEM").dataset.close()
        assert time.process_time() - begun < 10


def test_a_mosaic_of_a_map_server_fetches_nothing(server: Server, superresolve: Any, tmp_path: Path, dem: Path) -> None:
    (tmp_path / "server.xml").write_text(MAP_SERVER.format(server.address))
    path = mosaic(tmp_path / "mosaic.vrt", dem)
    path.write_text(path.read_text().replace(f">{dem.name}<", ">server.xml<"))
    done = superresolve(path)
    assert done.returncode == 2 and "cannot be read to its end" in done.stderr
    assert server.requests == 0


def test_a_mosaic_that_says_that_it_is_something_else_is_refused(server: Server, superresolve: Any, tmp_path: Path, dem: Path) -> None:
    path = mosaic(tmp_path / "mosaic.vrt", dem)
    disguised = path.rename(tmp_path / "dem_30m.tif")
    done = superresolve(disguised)
    assert done.returncode == 2 and "is not a raster that SIRAN can open" in done.stderr and HINT in done.stderr


@pytest.mark.parametrize("name", ["image.xml", "image.tif"])
def test_the_description_of_a_map_server_is_refused(server: Server, superresolve: Any, tmp_path: Path, dem: Path, name: str) -> None:
    (tmp_path / name).write_text(MAP_SERVER.format(server.address))
    done = superresolve(dem, "--guide", tmp_path / name)
    assert done.returncode == 2 and "The guide" in done.stderr and "is not a raster that SIRAN can open" in done.stderr
    assert server.requests == 0


def test_overviews_on_a_network_are_not_fetched(server: Server, superresolve: Any, tmp_path: Path) -> None:
    guide = write(tmp_path / "image.tif", image(120, 108))
    guide.with_name("image.tif.aux.xml").write_text(
        f"<PAMDataset><Metadata domain='OVERVIEWS'><MDI key='OVERVIEW_FILE'>/vsicurl/{server.address}/dem.tif</MDI></Metadata></PAMDataset>"
    )
    dem = write(tmp_path / "dem.tif", terrain(40, 36).astype("float32"))
    superresolve(dem, "--guide", guide)
    assert server.requests == 0


def beside(raster: Path, overviews: str) -> Path:
    """The raster, with a file beside it that names its overviews."""
    raster.with_name(f"{raster.name}.aux.xml").write_text(
        f"<PAMDataset><Metadata domain='OVERVIEWS'><MDI key='OVERVIEW_FILE'>{overviews}</MDI></Metadata></PAMDataset>"
    )
    return raster


@pytest.mark.parametrize("kind", ['NETCDF:"{}/dem.nc":z', "{}/dem.nc", "{}/dem.nc#mode=bytes"])
def test_netcdf_fetches_nothing_that_a_file_beside_names(server: Server, superresolve: Any, tmp_path: Path, kind: str) -> None:
    guide = beside(write(tmp_path / "image.tif", image(120, 108)), kind.format(server.address))
    dem = beside(write(tmp_path / "dem.tif", terrain(40, 36).astype("float32")), kind.format(server.address))
    superresolve(dem, "--guide", guide)
    assert server.requests == 0


def test_the_network_is_closed_to_what_asks_no_gdal() -> None:
    """Over every protocol and to every host, whatever the user's own proxies are."""
    program = "from backend.limits import set_limits; set_limits(['a.tif']); import os; print(dict(os.environ))"
    environment = {"http_proxy": "http://there:3128", "NO_PROXY": "127.0.0.1", "PYTHONPATH": str(ROOT)}
    said = ast.literal_eval(subprocess.check_output([sys.executable, "-c", program], env=environment, text=True))
    assert {said[f"{kind}_proxy"] for kind in ("http", "https", "ftp", "all")} == {"http://127.0.0.1:1"}
    assert said["no_proxy"] == said["NO_PROXY"] == ""


def test_no_other_format_is_there() -> None:
    """Whatever GDAL opens on its own behalf; what it makes outputs, polygons and tiles with is no format of a stranger's file."""
    program = (
        "import sys; from backend.limits import set_limits; set_limits(sys.argv[1:]); import rasterio\n"
        "with rasterio.Env() as env: print(*env.drivers())"
    )
    for words, mosaics in (["dem.tif"], set()), (["--guide=dem.VRT"], {"VRT"}):
        said = subprocess.check_output([sys.executable, "-c", program, *words], cwd=ROOT, text=True)
        assert set(said.split()) - FORMATS == {"COG", "MEM", "Memory", "WEBP"} | mosaics


def test_no_mosaic_is_opened_on_behalf_of_another_raster(superresolve: Any, tmp_path: Path) -> None:
    """As a mask that is made of the bytes of any file: here, nothing would be known."""
    dem = write(tmp_path / "dem.tif", terrain(36, 40).astype("float32"))
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(36 * 40))
    raw = VRT.format(f' subClass="VRTRawRasterBand"><SourceFilename>{secret}</SourceFilename>').replace("Float32", "Byte")
    flags = '<Metadata><MDI key="INTERNAL_MASK_FLAGS_1">2</MDI></Metadata>'
    (tmp_path / "dem.tif.msk").write_text(raw.replace("<VRTRasterBand", f"{flags}<VRTRasterBand"))
    done = superresolve(dem)
    assert done.returncode == 0, done.stderr
    assert np.isfinite(read(tmp_path / "fine.tif")).all()


def test_a_small_raster_with_a_huge_tile_is_refused(tmp_path: Path) -> None:
    """Eight gigabytes of memory, asked for by 300 bytes."""
    path = tmp_path / "dem.tif"
    tile = {"tiled": True, "blockxsize": 32768, "blockysize": 32768, "SPARSE_OK": "TRUE"}
    profile = {"driver": "GTiff", "width": 40, "height": 36, "count": 1, "dtype": "float64", "crs": UTM, "transform": DEM_TRANSFORM}
    with rasterio.open(path, "w", **profile, **tile):
        pass
    assert path.stat().st_size < 4000
    with pytest.raises(InputError, match="stored in blocks of 32,768 x 32,768 pixels, far larger than itself") as refused:
        Raster(str(path), "The DEM")
    assert refused.value.code == "file-unreadable"


def test_the_parents_line_is_no_raster(superresolve: Any) -> None:
    done = superresolve("/vsistdin/")
    assert done.returncode == 2 and "is not a raster that SIRAN can open" in done.stderr


def test_a_mosaic_with_a_program_inside_does_not_run_it(superresolve: Any, tmp_path: Path, dem: Path) -> None:
    path = mosaic(tmp_path / "mosaic.vrt", dem)
    ran = tmp_path / "ran"
    program = f"def f(*a, **k): open({str(ran)!r}, 'w')"
    path.write_text(
        path.read_text()
        .replace('band="1"', 'band="1" subClass="VRTDerivedRasterBand"')
        .replace(
            "<SimpleSource>",
            "<PixelFunctionType>f</PixelFunctionType><PixelFunctionLanguage>Python</PixelFunctionLanguage>"
            f"<PixelFunctionCode><![CDATA[{program}]]></PixelFunctionCode><SimpleSource>",
        )
    )
    assert superresolve(path).returncode == 2
    assert not ran.exists()


@pytest.mark.parametrize("driver", ["GTiff", "GPKG", "PNG", "JPEG", "HFA", "ENVI", "AAIGrid", "XYZ", "PCIDSK", "EHdr", "netCDF"])
def test_formats_in_use_are_read(tmp_path: Path, driver: str) -> None:
    values = image(20, 22).astype("uint8") if driver in ("PNG", "JPEG", "GPKG") else terrain(20, 22).astype("float32")
    path = tmp_path / f"raster.{driver.lower()}"
    copy(str(write(tmp_path / "source.tif", values)), str(path), driver=driver)
    if driver == "XYZ":  # which has no place for a CRS
        with pytest.raises(InputError, match="has no CRS"):
            Raster(str(path), "The DEM")
        return
    with Raster(str(path), "The DEM") as raster:
        assert (raster.grid.height, raster.grid.width) == (20, 22)
