"""Mosaics (VRT): what their descriptions name is looked at before GDAL sees them.

GDAL's reader of XML takes names in any case, as elements or as attributes, with entities and in pieces. Here a stricter one reads the same
text once, from its beginning to its end, and refuses what the two could take for different things.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from backend.errors import InputError
from backend.formats import opens_as_mosaic
from backend.limits import fetched, is_local, is_mosaic

DEEPEST = 8
"""Mosaics within mosaics. GDAL would go on until its memory ends where two of them name each other."""
_MOST_FILES = 1_000_000
"""Counted as often as they are read: ten mosaics, each of which names the next ten times, are a file that is read ten thousand million
times."""
_CHARACTERS = 64_000_000
"""Of a description: a hundred thousand tiles."""
_AT_ONCE = 2**20
_DEEPEST_ELEMENT = 100
_HEAD = 4096
"""Bytes. GDAL looks for the word in the first 1024."""
_SAVE = "Save it as a GeoTIFF, e.g. with gdal_translate."
_FREE = frozenset(
    ("metadata", "description", "srs", "gcpprojection", "unittype", "categorynames", "gdalrasterattributetable", "pixelfunctioncode")
)
"""Elements of texts for people, which may well name addresses. GDAL opens nothing of them but what _FILE_KEYS say in metadata."""
_FILE_KEYS = ("overview_file", "x_dataset", "y_dataset")
_BETWEEN = 0.05
"""Pixels of a mosaic beside its lattice that nobody sees."""
_NEAREST = ("", "near", "nearest")
_SAME = 1e-3
"""Of a file's width or height: what it may differ by in a mosaic without being stretched."""
_FILE_ENDINGS = ("filename", "dataset", "path", "argument", "mdi")
"""Of elements and attributes that name files."""


@dataclass(frozen=True)
class _Named:
    name: str
    relative: bool
    rectangle: tuple[float, float, float, float]
    stretched: bool
    band: str


@dataclass(frozen=True)
class Part:
    """A file that a mosaic is put together of: the `names` that it may have, none where it is no file of this machine; the columns and rows
    of the mosaic that it covers, as left, top, right, bottom; whether its pixels are `stretched` to the mosaic's by taking the nearest
    ones; and the number of the `band` that it is for, as the mosaic writes it."""

    names: tuple[str, ...]
    rectangle: tuple[float, float, float, float]
    stretched: bool
    band: str


@dataclass
class _Description:
    """What a mosaic says: `files` that it names, in whatever way GDAL would, an address among its texts, and whether it takes the bytes of
    any file for pixels."""

    files: list[str] = field(default_factory=list)
    parts: list[_Named] = field(default_factory=list)
    address: str = ""
    raw: bool = False


@dataclass
class _Element:
    """One that has begun and not ended. `texts` are the pieces between its children."""

    tag: str
    free: bool
    attributes: dict[str, str]
    texts: list[str] = field(default_factory=list)
    file: tuple[str, bool] | None = None
    source: tuple[float, float, float, float] | None = None
    rectangle: tuple[float, float, float, float] | None = None

    @property
    def stretched(self) -> bool:
        """Whether it is a file whose pixels are made larger or smaller, or moved by a part of one, by taking the nearest ones."""
        if self.source is None or self.rectangle is None or self.attributes.get("resampling", "nearest").lower() not in _NEAREST:
            return False
        (a, b), (c, d) = ((right - left, bottom - top) for left, top, right, bottom in (self.source, self.rectangle))
        moved = (one - other for one, other in zip(self.source[:2], self.rectangle[:2], strict=True))
        return abs(a - c) > _SAME * a or abs(b - d) > _SAME * b or any(abs(by - round(by)) > _BETWEEN for by in moved)


def check_mosaic(path: str, role: str) -> None:
    """Raises InputError where a mosaic, or one that it is made of, has parts on a network (the user named the mosaic, not these), takes any
    file's bytes for pixels, is hidden in a file of another name, or is endless."""
    if path.startswith("/vsi"):
        raise _refused(role, path, "is a mosaic inside of another file", "Unpack it first.")
    _count(path, role, path, 1, {})


def parts(path: str) -> Iterator[Part]:
    """What a mosaic is put together of. Raises ValueError, OSError."""
    beside = _beside(path)
    for part in _described(path).parts:
        local = part.name and "\ufffd" not in part.name and is_local(part.name)
        folders = (beside if part.relative else [""]) if local else []
        yield Part(tuple(os.path.join(folder, part.name) for folder in folders), part.rectangle, part.stretched, part.band)


def _count(path: str, role: str, outer: str, level: int, counted: dict[str, int]) -> int:
    """How many files are read for one reading of a mosaic that is checked here, and for those that were `counted` before. `outer` is the
    one that the user named."""
    real = os.path.realpath(path)
    if real in counted:
        return counted[real]
    if level > DEEPEST:
        raise _refused(role, outer, f"is made of mosaics that name each other, or lie more than {DEEPEST} deep in each other", _SAVE)
    try:
        said = _described(path)
    except FileNotFoundError:
        return 0  # GDAL says so
    except OSError as error:
        raise _refused(
            role, outer, f"is made of {path}, which cannot be read ({error.strerror})", "Check the file's permissions."
        ) from error
    except ValueError as error:
        raise _refused(role, outer, f"is a mosaic that is damaged ({error}; {path})", "Make the mosaic again.") from error
    if said.address:
        hint = "Save it as a GeoTIFF, or name the address of one raster yourself."
        raise _refused(role, outer, f"has parts that lie on a network ({said.address})", hint)
    if said.raw:
        raise _refused(role, outer, "takes the bytes of another file for pixels (VRTRawRasterBand)", _SAVE)
    files = 0
    folders = [*_beside(path), ""]
    for name in said.files:
        files += 1
        if _is_described(name) or (name.startswith("/vsi") and (is_mosaic(name) or opens_as_mosaic(name))):
            raise _refused(role, outer, f"is made of a mosaic that is no file of its own ({name[:100]})", _SAVE)
        found = (os.path.join(folder, name) for folder in folders)
        inner = next((file for file in dict.fromkeys(found) if holds_mosaic(file)), None)
        if inner is None:
            continue
        if not is_mosaic(inner):
            raise _refused(role, outer, f"is made of a mosaic that is not called so ({inner[:100]})", "Mosaics end in .vrt; rename it.")
        files += _count(inner, role, outer, level + 1, counted)
        if files > _MOST_FILES:
            raise _refused(role, outer, f"is made of more than {_MOST_FILES:,} files", _SAVE)
    counted[real] = files
    return files


def _is_described(name: str) -> bool:
    """Whether what stands in place of a file's name says itself what GDAL is to open."""
    return name.lstrip().startswith("<") or name.lstrip().lower().startswith("vrt:")


def holds_mosaic(file: str) -> bool:
    """Whether a file of this machine is a mosaic, whatever it is called."""
    try:
        if not os.path.isfile(file):
            return False
        if is_mosaic(file):
            return True
        with open(file, "rb") as opened:
            return b"<vrtdataset" in opened.read(_HEAD).lower()
    except (OSError, ValueError):
        return False  # GDAL finds none either


def _described(path: str) -> _Description:
    """What the mosaic in a file says. Raises ValueError where that is no XML, or has what no mosaic needs; OSError."""
    found = _Description()
    open_elements: list[_Element] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def name_file(text: str) -> None:
        if text.strip():
            found.files.append(text)

    def look(tag: str, texts: list[str]) -> None:
        """At the texts of an element or an attribute. GDAL takes the first piece of a name that comes in pieces."""
        for text in texts if len(texts) == 1 else [*texts, "".join(texts)]:
            found.address = found.address or _address(text)
            if tag.endswith(_FILE_ENDINGS):
                name_file(text)

    def start(name: str, given: dict[str, str]) -> None:
        tag = name.lower()
        if not open_elements and tag != "vrtdataset":
            raise ValueError(f"it begins with {name[:40]}")
        if len(open_elements) >= _DEEPEST_ELEMENT:
            raise ValueError("it is nested too deeply")
        attributes = {key.lower(): value for key, value in given.items()}
        free = tag in _FREE or bool(open_elements and open_elements[-1].free)
        element = _Element(tag, free and attributes.get("key", "").lower() not in _FILE_KEYS, attributes)
        open_elements.append(element)
        if "raw" in attributes.get("subclass", "").lower():
            found.raw = True
        if not element.free:
            for key, value in attributes.items():
                look(key, [value])
        if tag == "dstrect" and len(open_elements) > 1:
            open_elements[-2].rectangle = _rectangle(attributes)
        if tag == "srcrect" and len(open_elements) > 1:
            open_elements[-2].source = _rectangle(attributes)

    def end(_name: str) -> None:
        element = open_elements.pop()
        texts = element.texts
        if element.tag == "subclass" and "raw" in "".join(texts).lower():
            found.raw = True
        if not element.free and texts:
            look(element.tag, texts)
        if element.tag == "sourcefilename" and open_elements:
            relative = element.attributes.get("relativetovrt", "0").strip() not in ("", "0")
            open_elements[-1].file = ("".join(texts), relative)
        if element.tag.endswith("source") and element.file and element.rectangle:
            band = next((outer.attributes.get("band", "1") for outer in open_elements if outer.tag == "vrtrasterband"), "1")
            found.parts.append(_Named(*element.file, element.rectangle, element.stretched, band))

    def text(piece: str) -> None:
        if open_elements and not piece.isspace():
            open_elements[-1].texts.append(piece)

    def forbid(*_: object) -> None:
        raise ValueError("it has instructions for readers of XML")

    def nothing(*_: object) -> None:
        """Ends a piece of text, as for GDAL."""

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = parser.ProcessingInstructionHandler = forbid
    parser.CommentHandler = parser.StartCdataSectionHandler = parser.EndCdataSectionHandler = nothing
    if os.path.exists(path) and not os.path.isfile(path):
        raise ValueError("it is no file")  # but a pipe, which would keep who opens it waiting
    with open(path, encoding="utf-8", errors="replace") as file:
        size = 0
        try:
            while piece := file.read(_AT_ONCE):
                size += len(piece)
                if size > _CHARACTERS:
                    raise ValueError(f"it has more than {_CHARACTERS:,} characters")
                # Text, not bytes: GDAL takes it for UTF-8 whatever it says of itself.
                parser.Parse(piece, False)
            parser.Parse("", True)
        except expat.ExpatError as error:
            raise ValueError(str(error)) from error
    return found


def _address(text: str) -> str:
    """How a text says that something lies on a network: netCDF knows more ways than GDAL."""
    if found := fetched(text):
        return found
    before, after, _ = text.partition("://")
    return f"{before[-10:]}{after}" if after else ""


def _rectangle(attributes: dict[str, str]) -> tuple[float, float, float, float] | None:
    try:
        left, top, width, height = (float(attributes[key]) for key in ("xoff", "yoff", "xsize", "ysize"))
    except (KeyError, ValueError):
        return None
    return left, top, left + width, top + height


def _beside(path: str) -> list[str]:
    """Folders in which a mosaic's files may lie: of one that is a link, GDAL looks beside what it leads to."""
    return [os.path.dirname(path), os.path.dirname(os.path.realpath(path))]


def _refused(role: str, path: str, what: str, hint: str) -> InputError:
    return InputError("not-a-raster", f"{role}, {path}, {what}.", hint)
