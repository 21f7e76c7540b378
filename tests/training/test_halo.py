"""The halo that a card states may be smaller than what the network can see, never smaller than what it needs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.test_generator import network
from training.data.areas import load_areas
from training.data.batches import BatchSource, DataSettings
from training.errors import ExportError
from training.halo import CORE, check_halo, largest_difference
from training.networks.settings import NetworkSettings

NEAR = NetworkSettings(channels=4, blocks=1, rcbs=1, attention="none", shading=False, skip="trained")


def test_beyond_the_whole_halo_nothing_matters_and_within_it_something_does(prepared: Path) -> None:
    net = network(NEAR)
    source = BatchSource(load_areas(prepared, "train"), DataSettings(patch=2 * net.halo + CORE, batch=2), seed=0)
    whole, half = (largest_difference(net, source, halo) for halo in (net.halo, 4))
    assert whole < 1e-3 < half


def test_a_halo_that_is_too_small_is_refused(prepared: Path) -> None:
    net = network(NEAR)
    for halo in (0, 3, net.halo, net.halo + 2):
        with pytest.raises(ExportError, match=f"--halo {halo} is no multiple of 2 from 2 to {net.halo - 2}"):
            check_halo(net, prepared, halo)
    with pytest.raises(ExportError, match="With --halo 2 a tile's border changes elevations by"):
        check_halo(net, prepared, 2)


def test_areas_that_are_too_small_to_measure_a_halo_on_are_said_to_be(prepared: Path) -> None:
    net = network(replace(NEAR, blocks=9))
    with pytest.raises(ExportError, match=f"areas this small .* {2 * net.halo + CORE} pixels are looked at") as caught:
        check_halo(net, prepared, 8)
    assert caught.value.hint.startswith("Leave it out")


def test_a_halo_that_is_enough_is_taken(prepared: Path) -> None:
    """As made, a network adds nothing: what lies around does not matter at all."""
    net = network(NEAR)
    for weight in net.parameters():
        weight.data.zero_()
    assert check_halo(net, prepared, net.halo - 2) == 0
