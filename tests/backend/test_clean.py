"""`python -m backend clean` knows what killed runs left, and touches nothing else."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest

from backend import beside
from backend import lock as lock_module
from backend.clean.leftovers import leftovers
from backend.errors import InputError
from backend.journal.journal import Journal, Kept
from backend.lock import Lock, is_held
from backend.owning import own
from backend.version import ROOT
from backend.windows import Window


def clean(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "backend", "clean", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def left_by_a_killed_run(folder: Path, name: str = "fine.tif") -> Path:
    output = folder / name
    kept = Kept({"elevation": np.zeros((40, 40), np.float32)}, np.ones((40, 40), np.bool_), 0)
    Journal(output, "a" * 64, "python -m backend superresolve dem.tif fine.tif").keep(Window(0, 0, 40, 40), kept)
    (folder / f"{beside.prefix_of_run(output)}plain.tif").write_bytes(b"half")
    beside.of(output, beside.LOCK).write_text("{}")
    return output


def test_it_lists_and_then_removes(tmp_path: Path) -> None:
    (tmp_path / "other.tif").write_bytes(b"a person's")
    (tmp_path / ".hidden.tif").write_bytes(b"a person's")
    (tmp_path / ".fine.journal").write_bytes(b"a person's")
    persons = sorted(path.name for path in tmp_path.iterdir())
    left_by_a_killed_run(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    done = clean(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "onto fine.tif (python -m backend superresolve dem.tif fine.tif)" in done.stdout and "lock" in done.stdout
    assert len(done.stdout.splitlines()) == 4 and "--remove" in done.stdout.splitlines()[-1]
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert clean(tmp_path, "--remove").returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == persons
    assert "nothing" in clean(tmp_path).stdout


def test_what_gdal_was_writing_beside_is_a_leftover_too(tmp_path: Path) -> None:
    output = tmp_path / "fine.tif"
    (tmp_path / f"{beside.prefix_of_run(output)}whole.tif.ovr.tmp").write_bytes(b"half")
    assert "a file that a killed run was writing" in clean(tmp_path, "--remove").stdout
    assert not list(tmp_path.iterdir())


def test_the_last_copy_of_an_output_is_not_removed(tmp_path: Path) -> None:
    """On disks without links a run that is killed as it replaces its output leaves the older one so."""
    older = tmp_path / f"{beside.prefix_of_run(tmp_path / 'fine.tif')}older.tif"
    older.write_bytes(b"a person's")
    done = clean(tmp_path, "--remove")
    assert done.returncode == 0 and "all that is left of it (not removed" in done.stdout
    assert done.stdout.splitlines()[-1] == clean(tmp_path).stdout.splitlines()[-1] == "There is nothing to remove."
    assert older.read_bytes() == b"a person's"
    (tmp_path / "fine.tif").write_bytes(b"newer")
    assert "all that is left" not in clean(tmp_path, "--remove").stdout and not older.exists()


def test_what_a_running_process_needs_is_left_alone(tmp_path: Path) -> None:
    output = left_by_a_killed_run(tmp_path)
    left_by_a_killed_run(tmp_path, "other.tif")
    with Lock(output):
        there = [entry.path for entry in beside.belonging_to(output)]
        done = clean(tmp_path, "--remove")
        assert done.returncode == 0 and "onto fine.tif" not in done.stdout and "onto other.tif" in done.stdout
        assert all(path.exists() for path in there)


def test_a_folder_without_tiles_is_a_leftover_and_a_file_of_its_name_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    folder.mkdir()
    beside.of(folder / "killed.tif", beside.JOURNAL).mkdir()
    done = clean(folder)
    assert done.returncode == 0 and "an empty folder for finished tiles" in done.stdout
    assert clean(folder, "--remove").returncode == 0 and list(folder.iterdir()) == []
    persons = beside.of(folder / "other.tif", beside.JOURNAL)
    persons.write_bytes(b"a person's")
    left_by_a_killed_run(folder)
    (beside.of(folder / "fine.tif", beside.JOURNAL) / "stray").write_bytes(b"")
    done = clean(folder, "--remove")
    assert done.returncode == 0 and "onto fine.tif" in done.stdout, done.stderr
    assert list(folder.iterdir()) == [persons]


@pytest.mark.usefixtures("nobody")
def test_an_output_in_a_folder_that_cannot_be_listed_is_refused() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "closed"
        folder.mkdir(mode=0o300)
        with contextlib.ExitStack() as locks, pytest.raises(InputError) as raised:
            own(folder / "fine.tif", locks, overwrite=False)
        assert raised.value.code == "output-folder" and str(folder) in raised.value.message
        folder.chmod(0o700)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = clean(tmp_path / "nowhere")
    assert done.returncode == 2 and "nowhere" in done.stderr


def test_who_looks_whether_a_run_goes_on_keeps_none_from_beginning(tmp_path: Path) -> None:
    output, done = tmp_path / "fine.tif", threading.Event()

    def look() -> None:
        while not done.is_set():
            is_held(beside.of(output, beside.LOCK))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        for _ in range(300):
            with Lock(output):
                pass
    finally:
        done.set()
        looking.join()


def test_a_lock_that_its_holder_removed_meanwhile_is_nobodys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between our opening it and our taking it: what we would hold then, no other run would see."""
    output, take = tmp_path / "fine.tif", lock_module._take
    path, removed = beside.of(output, beside.LOCK), []

    def late(file: int) -> bool:
        if not removed:
            removed.append(path.unlink())
        return take(file)

    monkeypatch.setattr(lock_module, "_take", late)
    with Lock(output):
        assert removed and path.exists() and is_held(path)


def test_in_a_folder_of_several_users_each_sees_what_may_be_seen(two_users: Path) -> None:
    """Another user's tiles are theirs, and their killed run's lock holds nothing."""
    shared = two_users / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    theirs = left_by_a_killed_run(shared, "theirs.tif")
    beside.of(theirs, beside.JOURNAL).chmod(0o700)
    os.seteuid(65534)
    left_by_a_killed_run(shared, "ours.tif")
    ours = [leftover.what for leftover in leftovers(shared) if leftover.path.stat().st_uid == 65534]
    assert len(ours) == 3 and any("finished tiles of a stopped run onto ours.tif" in what for what in ours)
    lock = beside.of(theirs, beside.LOCK)
    assert not is_held(lock) and lock in [leftover.path for leftover in leftovers(shared)]
    with pytest.raises(InputError, match="the lock of another user's run") as raised, Lock(theirs):
        pass
    assert raised.value.code == "output-busy"
