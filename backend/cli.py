"""The command line (docs/contracts.md). What takes long to import is imported where it is used: `--help` answers at once."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import click

from backend.cancel import Cancel
from backend.check.command import check
from backend.clean.command import clean
from backend.compare.command import compare
from backend.console import Person, event_stream, keep_stdout, open_stream, parent_heard
from backend.errors import BackendError, Cancelled, InputError, ResourceError
from backend.events import Failure
from backend.interruptible import Unfinished, run_command
from backend.limits import set_limits
from backend.terminal import echo, unwritable
from backend.version import version

DEM_SOURCES = ("auto", "srtm", "nasadem", "glo30", "aster", "alos", "lidar")
"""As in backend/dem_source.py, a test sees to that; click wants them before anything heavy is imported."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(version(), prog_name="siran")
def cli() -> None:
    """Makes coarse elevation models finer."""


cli.add_command(compare)
cli.add_command(check)
cli.add_command(clean)


class Numbers(click.ParamType[tuple[float, ...]]):
    """Numbers with commas between them."""

    def __init__(self, kind: Callable[[str], float], count: int, name: str) -> None:
        self.kind = kind
        self.count = count
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Text to a tuple of numbers."""
        if isinstance(value, tuple):
            return value
        try:
            numbers = tuple(self.kind(part) for part in str(value).split(","))
        except ValueError:
            numbers = ()
        if len(numbers) != self.count:
            self.fail(f"{value!r} is not {self.name}", param, ctx)
        return numbers


@cli.command()
@click.argument("dem")
@click.argument("output")
@click.option("--band", type=int, default=1, metavar="N", help="Band of the DEM file that holds elevations; default 1.")
@click.option("--guide", metavar="IMAGE", help="A multispectral image of the same ground, any CRS, any grid.")
@click.option(
    "--guide-bands",
    type=Numbers(int, 3, "N,R,G"),
    metavar="N,R,G",
    help="The guide's bands that hold near infrared, red and green; default: found.",
)
@click.option("--model", metavar="NAME|FILE", help="An installed model, or a model file.")
@click.option("--model-is-a-program", is_flag=True, help="Run a TorchScript file (.pt, .ts): a program that runs with your rights.")
@click.option("--dem-source", type=click.Choice(DEM_SOURCES), default="auto", help="Which DEM it is, hence how wrong it is expected to be.")
@click.option(
    "--dem-error",
    type=float,
    metavar="METRES",
    help="The expected error of the DEM instead (1 standard deviation; 0: trust it). The larger, the lower slopes come out.",
)
@click.option("--resolution", type=float, metavar="R", help="Pixel size of the output, in units of its CRS.")
@click.option("--like", metavar="RASTER", help="Take the output's grid from this raster.")
@click.option(
    "--extent", type=Numbers(float, 4, "XMIN,YMIN,XMAX,YMAX"), metavar="XMIN,YMIN,XMAX,YMAX", help="Limit the output to this rectangle."
)
@click.option("--extent-crs", metavar="CRS", help="CRS of --extent; default: the output's.")
@click.option(
    "--uncertainty", metavar="FILE", help="Also write the expected error of OUTPUT (1 standard deviation), if the model tells it."
)
@click.option("--difference", metavar="FILE", help="Also write OUTPUT minus cubic resampling of DEM.")
@click.option("--report", metavar="FILE", help="Also write a report of the run, one page of HTML that needs nothing else.")
@click.option("--device", default="auto", metavar="NAME", help="auto, cpu, cuda, tensorrt, and what else 'info' lists.")
@click.option("--tile", type=int, default=0, metavar="N", help="Edge of a tile in output pixels.")
@click.option("--threads", type=int, default=0, metavar="N", help="Processor threads; default all.")
@click.option("--thorough", is_flag=True, help="Average over four orientations of each tile: better, in nearly four times the time.")
@click.option("--overwrite", is_flag=True, help="Replace outputs that exist.")
@click.option("--events", is_flag=True, help="Write the event stream on stdout, listen on stdin.")
def superresolve(events: bool, **options: Any) -> None:
    """Makes the elevation model DEM finer and writes it as OUTPUT, a Cloud Optimized GeoTIFF."""
    run_command(_for_parent if events else _for_person, options)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info(as_json: bool) -> None:
    """Prints versions, devices and whether they really load, and installed models."""
    with contextlib.redirect_stdout(sys.stderr):
        from backend import info as what

        gathered = what.gather()
    echo(*([json.dumps(gathered)] if as_json else what.as_lines(gathered)))


def _for_parent(options: dict[str, Any], cancel: Cancel, unfinished: Unfinished) -> None:
    with parent_heard(cancel, unfinished):
        from backend.settings import Settings
        from backend.superresolve import run

        stream = open_stream()
        result = run(Settings(**options), stream, cancel, unfinished)
    stream(result)


def _for_person(options: dict[str, Any], cancel: Cancel, unfinished: Unfinished) -> None:
    from backend.settings import Settings
    from backend.superresolve import run

    with Person() as person:
        result = run(Settings(**options), person, cancel, unfinished)
    grid = result.grid
    written = ", ".join(path for path in (result.path, result.uncertainty, result.difference, result.report) if path)
    echo(
        f"{written}: {grid['width']} x {grid['height']} pixels of {grid['pixel_size']:.4g} m in {result.seconds:.1f} s "
        f"({result.pixels_made / max(result.seconds, 1e-3):,.0f} pixels/s, {result.provider}).",
        err=True,
    )


def main(arguments: list[str] | None = None) -> None:
    """Runs the command line and exits with the status that the contract gives."""
    arguments = sys.argv[1:] if arguments is None else arguments
    _open_standard_streams()
    _forget_foreign_data()
    set_limits(arguments)
    events = "--events" in arguments
    if events:
        keep_stdout()
    try:
        if emptied := _emptied(arguments):
            raise click.UsageError(f"{emptied} is empty: give it a value, or leave it out")
        cli.main(args=arguments, prog_name="python -m backend", standalone_mode=False)
    except click.exceptions.Exit as stopped:
        sys.exit(stopped.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        if not events:
            echo(*error.format_message().splitlines(), err=True)
            sys.exit(error.exit_code)
        sys.exit(_fail(InputError("option-invalid", "No command was given.", "See 'python -m backend --help'."), events))
    except click.UsageError as error:
        sentence = error.format_message()
        sentence += "" if sentence.endswith((".", "?")) else "."
        # click forgets which command it was where an option lacks its value.
        command = " ".join(["python -m backend", *(word for word in arguments[:1] if word in cli.commands)])
        sys.exit(_fail(InputError("option-invalid", sentence, f"See '{command} --help'."), events))
    except (click.Abort, KeyboardInterrupt):
        sys.exit(_fail(Cancelled(), events))
    except Cancelled as error:
        # Not sys.exit: GDAL may be in the middle of compressing, in a thread that the interpreter would trip over at its end.
        status = _fail(error, events)
        sys.stderr.flush()
        os._exit(status)
    except BackendError as error:
        if error.code == "internal" and error.__cause__ is not None:
            traceback.print_exception(error.__cause__, file=sys.stderr)
        sys.exit(_fail(error, events))
    except BrokenPipeError:
        os._exit(1)
    except Exception as error:
        if isinstance(error, OSError) and _was_printing(error):
            _give_stdout_up()
            sys.exit(_fail(unwritable(error), events))
        traceback.print_exc(file=sys.stderr)
        sys.exit(
            _fail(BackendError(f"Unexpected {type(error).__name__}: {error}".splitlines()[0], "Please report this with the log."), events)
        )


def _was_printing(error: OSError) -> bool:
    """Whether what failed is click's echo: all that is printed, help included, goes through it."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return frame.f_globals.get("__name__") == click.echo.__module__


def _give_stdout_up() -> None:
    """The interpreter would try again at its end to write what is left."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def _open_standard_streams() -> None:
    """Who started this may have closed them. Else a raster would be opened in their place, and what libraries say written into it."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w" if number else "r"))  # noqa: SIM115


def _fail(error: BackendError, events: bool) -> int:
    if events:
        # Where nothing can be said on stdout, it is said on stderr.
        with contextlib.suppress(ResourceError):
            event_stream()(Failure(error.code, error.message, error.hint))
            return error.exit_status
    echo(error.message, err=True)
    if error.hint:
        echo(error.hint, err=True)
    return error.exit_status


def _emptied(arguments: list[str]) -> str:
    """The first option that stands there with nothing, as where a script's variable is empty; "" where there is none. Without a word, a
    guide that was meant would be none."""
    for option, value in zip(arguments, [*arguments, "-"][1:], strict=True):
        name, equals, given = option.partition("=")
        if option.startswith("--") and not (given if equals else value):
            return name
    return ""


def _forget_foreign_data() -> None:
    """QGIS tells its children where its own PROJ and GDAL data lie; ours come with rasterio and pyproj and are of other versions."""
    for variable in ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "GDAL_DRIVER_PATH"):
        os.environ.pop(variable, None)
