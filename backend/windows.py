"""A window is a rectangle of pixels: Window(col, row, width, height), columns and rows counted from the raster's top left pixel.

A tile is what the model sees at once: a core, which is written, and around it a halo, which is only read. Cores cover a raster
exactly once. Everything here is arithmetic on integers.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """Columns col..col+width-1, rows row..row+height-1. May reach beyond the raster, into negative numbers too."""

    col: int
    row: int
    width: int
    height: int

    def cut(self, other: Window) -> tuple[slice, slice]:
        """The slices (rows, columns) that cut `other` out of an array that covers this window."""
        top, left = other.row - self.row, other.col - self.col
        return slice(top, top + other.height), slice(left, left + other.width)

    def widened(self, by: int) -> Window:
        """This window with `by` pixels more on each side."""
        return Window(self.col - by, self.row - by, self.width + 2 * by, self.height + 2 * by)

    def split(self, times: int) -> Window:
        """The same in pixels of which `times` lie along an edge of one."""
        return Window(self.col * times, self.row * times, self.width * times, self.height * times)

    def within(self, other: Window) -> Window:
        """The part of this window that lies in `other`; they must meet."""
        left, top = max(self.col, other.col), max(self.row, other.row)
        right = min(self.col + self.width, other.col + other.width)
        bottom = min(self.row + self.height, other.row + other.height)
        return Window(left, top, right - left, bottom - top)

    def blocks(self, size: int) -> list[Window]:
        """This window in parts that are at most `size` pixels wide and high."""
        parts = [tile.core for tile in tiles(self.width, self.height, tile=size, halo=0, multiple=1)]
        return [Window(self.col + part.col, self.row + part.row, part.width, part.height) for part in parts]

    def around(self, other: Window) -> Window:
        """The smallest window that both lie in."""
        left, top = min(self.col, other.col), min(self.row, other.row)
        right, bottom = max(self.col + self.width, other.col + other.width), max(self.row + self.height, other.row + other.height)
        return Window(left, top, right - left, bottom - top)

    def halves(self) -> tuple[int, tuple[Window, Window]]:
        """The axis along which this window is longer, and its halves along that axis."""
        if self.width >= self.height:
            half = self.width // 2
            return 1, (Window(self.col, self.row, half, self.height), Window(self.col + half, self.row, self.width - half, self.height))
        half = self.height // 2
        return 0, (Window(self.col, self.row, self.width, half), Window(self.col, self.row + half, self.width, self.height - half))


@dataclass(frozen=True)
class Tile:
    """`core` is written, `read` is what the model sees."""

    core: Window
    read: Window


def tiles(width: int, height: int, *, tile: int, halo: int, multiple: int, phase: tuple[int, int] = (0, 0)) -> list[Tile]:
    """The tiles of a raster of `width` x `height` pixels, from left to right and from top to bottom.

    Cores are at most `tile` pixels wide and high (but at least `multiple`) and as equal as they can be. Every read window has the
    same size, which is a multiple of `multiple`, and starts at a multiple of `multiple`, so that a model that groups pixels
    (a pixel-unshuffle by `multiple`) groups the same pixels whatever the tile. `halo` is rounded up to `multiple` for that. `phase`:
    columns and rows, below `multiple`, that the raster's first pixel lies behind such a start.
    """
    left, top = phase
    if min(width, height, tile, multiple) < 1 or halo < 0 or not (0 <= left < multiple and 0 <= top < multiple):
        raise ValueError(f"no tiles for {width=} {height=} {tile=} {halo=} {multiple=} {phase=}")
    across, down = _step(width + left, tile, multiple), _step(height + top, tile, multiple)
    margin, raster = _round_up(halo, multiple), Window(0, 0, width, height)
    starts = [Window(col, row, across, down) for row in range(-top, height, down) for col in range(-left, width, across)]
    return [Tile(start.within(raster), start.widened(margin)) for start in starts]


def _step(size: int, tile: int, multiple: int) -> int:
    largest = max(multiple, tile - tile % multiple)
    count = -(-size // largest)
    return _round_up(-(-size // count), multiple)


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
