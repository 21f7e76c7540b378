"""Pictures that are small enough for a repository."""

from PIL import Image

COLOURS = 256


def shrink(source, target):
    """Write the picture `source` to `target` in few colours; returns its bytes."""
    with Image.open(source) as picture:
        few = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(target, optimize=True)
    return target.stat().st_size
