"""The command line of `clean`."""

from __future__ import annotations

import click


@click.command()
@click.argument("folders", nargs=-1)
@click.option("--remove", is_flag=True, help="Remove them; without this they are only listed.")
def clean(folders: tuple[str, ...], remove: bool) -> None:
    """Lists what killed runs left beside their outputs in FOLDERS (default: this one), and removes it if told to.

    What belongs to a run that is still going on is left alone.
    """
    from pathlib import Path

    from backend.clean import leftovers
    from backend.errors import InputError, ResourceError
    from backend.terminal import echo

    found = []
    for folder in map(Path, folders or (".",)):
        try:
            found += leftovers.leftovers(folder)
        except OSError as error:
            raise InputError(
                "file-missing", f"The folder {folder} cannot be read ({error.strerror}).", "Name the folder of an output."
            ) from error
    for leftover in found:
        echo(str(leftover))
    removable = [leftover for leftover in found if not leftover.last]
    total = f"{sum(leftover.bytes for leftover in removable) / 1e6:,.1f} MB"
    if not found:
        echo("Killed runs left nothing here.")
    elif not removable:
        echo("There is nothing to remove.")
    elif not remove:
        again = "; the commands above, given again, would go on from their tiles" if any(one.journal for one in removable) else ""
        echo(f"{total} in all. Pass --remove to remove it{again}.")
    else:
        kept = leftovers.remove(found)
        if kept:
            raise ResourceError("internal", f"{kept[0].path} cannot be removed.", "Remove it by hand.")
        echo(f"Removed {total}.")
