"""Small files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backend.whole import write_whole


def test_a_file_takes_the_place_of_the_older_one(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    for content in (b"older, and longer", b"newer"):
        write_whole(path, content)
        assert path.read_bytes() == content
    assert os.listdir(tmp_path) == ["notes.json"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_on_a_full_disk_the_older_file_stays_and_no_half_of_the_newer(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_bytes(b"older")
    (tmp_path / "notes.json.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"newer")
    assert path.read_bytes() == b"older" and os.listdir(tmp_path) == ["notes.json"]
