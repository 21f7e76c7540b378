"""A disk or a server that stops answering: real processes, and a server that keeps what it was asked for to itself."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from rasters_for_tests import terrain, write

from backend import interruptible, pipeline, superresolve
from backend.cancel import Cancel
from backend.elevation import Elevation
from backend.errors import Cancelled
from backend.events import Event, Log
from backend.version import ROOT

COMMAND = [sys.executable, "-m", "backend", "superresolve"]


class Server:
    """Serves one file: its first `served` bytes at once, the others never."""

    def __init__(self, content: bytes) -> None:
        self.stalled = threading.Event()
        self.end = threading.Event()
        self.served = len(content)
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                self.answer(b"", 200, len(content))

            def do_GET(self) -> None:
                first, _, last = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
                begin, end = int(first), min(int(last or len(content) - 1), len(content) - 1) + 1
                if not self.path.endswith("dem.tif"):
                    self.send_error(404)
                    return
                if end > server.served:
                    server.stalled.set()
                    server.end.wait()
                    return
                part = content[begin:end]
                self.answer(part, 206, len(part), f"bytes {begin}-{end - 1}/{len(content)}")

            def answer(self, part: bytes, status: int, length: int, shown: str = "") -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(length))
                self.send_header("Accept-Ranges", "bytes")
                if shown:
                    self.send_header("Content-Range", shown)
                self.end_headers()
                self.wfile.write(part)

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.http.server_port}/dem.tif"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    values = terrain(900, 900).astype("float32")
    made = Server(write(tmp_path / "large.tif", values, tiled=True, blockxsize=256, blockysize=256).read_bytes())
    (tmp_path / "large.tif").unlink()
    yield made
    made.end.set()
    made.http.shutdown()
    made.http.server_close()


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_a_cancel_ends_a_run_whose_reader_stalls(server: Server, tmp_path: Path, small_model: Path, share: float) -> None:
    """While it opens the DEM, and among its tiles."""
    server.served = int(server.served * share)
    words = [server.address, str(tmp_path / "fine.tif"), "--model", str(small_model), "--tile", "256", "--events"]
    with subprocess.Popen([*COMMAND, *words], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        assert server.stalled.wait(60)
        time.sleep(0.5)
        begun = time.monotonic()
        process.stdin.write("cancel\n")
        process.stdin.flush()
        last = process.stdout.readlines()[-1]
        assert process.wait(10) == 3
        assert time.monotonic() - begun < 5
    assert json.loads(last)["code"] == "cancelled"
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_takes_long_is_named(tmp_path: Path, dem: Path, small_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Elevation.read_exactly

    def slow(self: Elevation, *arguments: Any) -> Any:
        time.sleep(0.8)
        return read(self, *arguments)

    monkeypatch.setattr(pipeline, "_PATIENCE", 0.2)
    monkeypatch.setattr(Elevation, "read_exactly", slow)
    said: list[str] = []

    def tell(event: Event) -> None:
        if isinstance(event, Log) and event.level == "warning":
            said.append(event.text)

    superresolve.run(superresolve.Settings(str(dem), str(tmp_path / "fine.tif"), model=str(small_model)), tell)
    assert [text for text in said if text.startswith("The disk or server of the inputs has not answered for 0 s")]
    assert (tmp_path / "fine.tif").exists()


@pytest.mark.parametrize("keep", [True, False])
def test_work_that_hangs_keeps_its_tiles_where_it_is_to_be_gone_on_with(monkeypatch: pytest.MonkeyPatch, keep: bool) -> None:
    """A machine that is shut down while a disk hangs, and a person who cancels."""
    monkeypatch.setattr(interruptible, "_PATIENCE", 0.2)
    cancel, unfinished, done, end = Cancel(), interruptible.Unfinished(), [], threading.Event()
    unfinished.give_up, unfinished.remove = (lambda: done.append("tiles")), (lambda: done.append("files"))
    cancel.request(keep=keep)
    with pytest.raises(Cancelled):
        interruptible.run_interruptibly(lambda: end.wait(60) and None, cancel, unfinished)
    end.set()
    assert done == (["files"] if keep else ["tiles", "files"])
