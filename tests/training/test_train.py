"""`python -m training.train` learns, stops where it should, and goes on as if it had never stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from backend.errors import InputError
from tests.training.conftest import areas_of
from training import train as train_module
from training.checkpoint import CHECKPOINT, Checkpoint, load_checkpoint, save_checkpoint, save_weights
from training.config import Config, ObjectiveSettings, TrainSettings, config_from_dict, load_config, seconds
from training.data.areas import manifest_sum
from training.data.batches import DataSettings
from training.errors import DataError, TrainingError
from training.networks.generator import SuperResolver
from training.networks.settings import NetworkSettings
from training.objectives.sinkhorn import SinkhornSettings
from training.train import alone, main, open_fabric, train
from training.validation import SPOILED

CONTENT = ObjectiveSettings(pixel=10.0, power=1, slope=10.0, adversarial=0.0, transport=0.0)
GAME = Config(
    NetworkSettings(channels=8, blocks=1, rcbs=1, d_channels=4, d_blocks=1, attention_window=5, sigma=True),
    DataSettings(patch=64, batch=2),
    ObjectiveSettings(),
    SinkhornSettings(measure="windows"),
    TrainSettings(steps=6, ramp_steps=2, warm_up=0.3, skip_batches=2, workers=0),
)
"""All the losses; two steps of warm-up, then four of the game."""
TINY = replace(GAME, network=replace(GAME.network, sigma=False), objective=CONTENT)
"""Content losses alone."""
ROOT = Path(__file__).resolve().parents[2]

TINY_TOML = """
[network]
channels = 8
blocks = 1
rcbs = 1
d_channels = 4
d_blocks = 1
attention_window = 5
[data]
patch = 64
batch = 2
[train]
skip_batches = 2
warm_up = 0.0
workers = 0
steps = {steps}
checkpoint_seconds = 1.0
"""


def metrics(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def assert_equal(one: Checkpoint, other: Checkpoint) -> None:
    """Bit for bit, in all that the next step depends on."""
    assert one.step == other.step
    for part in ("weights", "ema", "generator", "discriminator"):
        mine, theirs = getattr(one, part), getattr(other, part)
        assert mine.keys() == theirs.keys()
        for name, value in mine.items():
            assert torch.equal(value, theirs[name]), (part, name)


def test_it_learns(prepared: Path, tmp_path: Path) -> None:
    """Better than cubic resampling on hills that it never saw, after a minute's worth of small steps."""
    config = replace(
        TINY,
        data=DataSettings(patch=80, batch=4, ratios=(3,), ratio_shares=(1.0,), error_share=0.0, bad_guide=0.0),
        train=replace(TINY.train, steps=60, learning_rate=2e-3, ramp_steps=10, ema=0.9, skip_batches=8),
    )
    train(config, prepared, tmp_path / "run")
    assert metrics(tmp_path / "run")[-1]["rmse_ratio_no_guide"] < 0.95
    assert metrics(tmp_path / "run")[-1]["rmse_ratio_spoiled"] < 1


def test_averaged_weights_follow_the_weights_faster_at_first(prepared: Path, tmp_path: Path) -> None:
    """By 10/11 of the way, 9/12 after three steps: the mean of a run is not to hold the weights that it began with."""
    config = replace(TINY, train=replace(TINY.train, steps=3, stop_after=2))
    train(config, prepared, tmp_path / "run")
    before = load_checkpoint(tmp_path / "run")
    train(replace(config, train=replace(config.train, stop_after=0)), prepared, tmp_path / "run", resume=True)
    after = load_checkpoint(tmp_path / "run")
    assert after.step == 3
    for name, averaged in before.ema.items():
        expected = averaged + (1 - 3 / 12) * (after.weights[name] - averaged)
        torch.testing.assert_close(after.ema[name], expected)
    assert any(not torch.equal(after.ema[name], before.ema[name]) for name in before.ema)


@pytest.mark.parametrize("precision", ["32", "bf16"])
def test_the_game_begins_after_the_warm_up(prepared: Path, tmp_path: Path, precision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of six steps are warm-up, at 0.3: no loss of the game in them, and all of them in the others."""
    monkeypatch.setattr("training.train.METRICS_EVERY", 1)
    train(replace(GAME, train=replace(GAME.train, precision=precision)), prepared, tmp_path / "run")
    lines = {int(line["step"]): set(line) for line in metrics(tmp_path / "run") if "lr" in line}
    content = {"l_g_pix", "l_g_str", "l_g_sigma", "grad_g", "grad_first", "grad_hidden"}
    game = {"l_g_adv", "l_g_ot", "l_d_adv", "l_d_da"}
    assert sorted(lines) == [1, 2, 3, 4, 5, 6]
    for step, names in lines.items():
        assert content <= names
        assert names & game == (game if step > 2 else set()), step


def test_all_losses_are_finite_and_told(prepared: Path, tmp_path: Path) -> None:
    train(replace(GAME, train=replace(GAME.train, warm_up=0.0, steps=2)), prepared, tmp_path / "run")
    first = metrics(tmp_path / "run")[0]
    expected = {"l_g_pix", "l_g_str", "l_g_adv", "l_g_ot", "l_g_sigma", "l_d_adv", "l_d_da", "grad_d", "grad_g"}
    assert expected <= first.keys()
    assert all(value == value and abs(value) < 1e6 for value in first.values())


@pytest.mark.parametrize("config", [TINY, GAME], ids=["content", "game"])
def test_resuming_is_bit_identical_to_never_stopping(prepared: Path, tmp_path: Path, config: Config) -> None:
    train(config, prepared, tmp_path / "whole")
    train(replace(config, train=replace(config.train, stop_after=3)), prepared, tmp_path / "parts")
    assert load_checkpoint(tmp_path / "parts").step == 3
    train(config, prepared, tmp_path / "parts", resume=True)
    assert_equal(load_checkpoint(tmp_path / "whole"), load_checkpoint(tmp_path / "parts"))


@pytest.mark.slow
def test_a_run_that_was_killed_ends_as_if_nothing_had_happened(prepared: Path, tmp_path: Path) -> None:
    """SIGKILL before the first step and later: resumed, it is bit for bit the run that was never killed."""
    config, out, whole = tmp_path / "tiny.toml", tmp_path / "run", tmp_path / "whole"
    config.write_text(TINY_TOML.format(steps=60))
    command = [sys.executable, "-m", "training.train", "--config", str(config), "--data", str(prepared), "--out"]
    resumed: list[str] = []
    for after in (0, 4):
        child = subprocess.Popen([*command, str(out), *resumed], cwd=ROOT, stdout=subprocess.DEVNULL)
        for _ in range(6000):
            time.sleep(0.02)
            if (out / CHECKPOINT).exists() and load_checkpoint(out).step >= after:
                break
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert after <= load_checkpoint(out).step < 60
        (out / "last.safetensors.part").write_bytes(b"half of a checkpoint that was being written")
        resumed = ["--resume"]
    assert subprocess.run([*command, str(out)], cwd=ROOT, capture_output=True).returncode == 2  # a run is not overwritten
    assert subprocess.run([*command, str(out), "--resume"], cwd=ROOT, capture_output=True).returncode == 0
    assert subprocess.run([*command, str(whole)], cwd=ROOT, capture_output=True).returncode == 0
    assert_equal(load_checkpoint(whole), load_checkpoint(out))

    def noted(run: Path) -> list[dict[str, float]]:
        return [{name: value for name, value in line.items() if name != "elapsed"} for line in metrics(run) if "lr" in line]

    assert noted(out) == noted(whole)


def test_weights_remember_what_they_were_fitted_to(prepared: Path, tmp_path: Path) -> None:
    """Also by the runs that they began from; and none of it may be what they are to be judged by."""
    short, area = replace(TINY, train=replace(TINY.train, steps=1)), {"name": "far", "licence": "free", "attribution": "nobody"}
    train(short, prepared, tmp_path / "run")
    first = load_checkpoint(tmp_path / "run")
    assert [known["name"] for known in first.trained_on] == ["hills"] and first.data == manifest_sum(prepared)
    weights = tmp_path / "weights.safetensors"
    save_weights(first.ema, first.config, [area], weights)
    train(short, prepared, tmp_path / "next", init=weights)
    assert [known["name"] for known in load_checkpoint(tmp_path / "next").trained_on] == ["hills", "far"]
    save_weights(first.ema, first.config, [area | {"name": "third"}], weights)
    with pytest.raises(TrainingError, match=r"fitted to third, which .* has in split test"):
        train(short, prepared, tmp_path / "cheat", init=weights)
    assert not (tmp_path / "cheat").exists()


def test_a_run_that_was_killed_while_it_was_judged_is_judged_when_it_is_resumed(prepared: Path, tmp_path: Path) -> None:
    def judged() -> list[float]:
        return [line["step"] for line in metrics(tmp_path / "run") if any(name.startswith("rmse_ratio") for name in line)]

    train(replace(TINY, train=replace(TINY.train, steps=3)), prepared, tmp_path / "run")
    assert judged() == [3]
    file = tmp_path / "run" / "metrics.jsonl"
    file.write_text("".join(line for line in file.read_text().splitlines(keepends=True) if "rmse_ratio" not in line))
    for _ in range(2):
        train(replace(TINY, train=replace(TINY.train, steps=3)), prepared, tmp_path / "run", resume=True)
        assert judged() == [3]


def test_an_area_that_holds_no_patch_is_said_and_was_not_trained_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A card would name it, and no other model could be judged by it."""
    (tmp_path / "rasters").mkdir()
    data = areas_of(tmp_path / "rasters", (96, 108))
    manifest = data / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"test"', '"train"'))
    patches = replace(TINY.data, patch=100, batch=1, ratios=(3,), ratio_shares=(1.0,))
    train(replace(TINY, data=patches, train=replace(TINY.train, steps=1)), data, tmp_path / "run")
    assert "too small for a patch of 100 pixels, or full of gaps, and not used: third" in "".join(capfd.readouterr())
    assert [area["name"] for area in load_checkpoint(tmp_path / "run").trained_on] == ["hills"]


def test_a_run_whose_last_step_was_just_judged_is_not_judged_again(prepared: Path, tmp_path: Path) -> None:
    train(replace(TINY, train=replace(TINY.train, steps=4, checkpoint_seconds=0.001)), prepared, tmp_path / "run")
    judged = [line["step"] for line in metrics(tmp_path / "run") if any(name.startswith("rmse_ratio") for name in line)]
    assert judged[-1] == 4 and len(judged) == len(set(judged)) > 1


def test_what_does_not_fit_into_memory_is_said_in_a_sentence(prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "vast.toml").write_text("[network]\nchannels = 1000000\nd_channels = 4\n[train]\nsteps = 1\nworkers = 0\n")
    assert main(["--config", str(tmp_path / "vast.toml"), "--data", str(prepared), "--out", str(tmp_path / "run")]) == 2
    assert "The memory does not suffice" in capsys.readouterr().err


def test_two_runs_do_not_write_into_one_folder(
    prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tiny.toml").write_text(TINY_TOML.format(steps=1))
    words = ["--config", str(tmp_path / "tiny.toml"), "--data", str(prepared), "--out", str(tmp_path / "run")]
    with alone(tmp_path / "run"):
        assert main(words) == 2
    assert "is being made by process" in capsys.readouterr().err and not (tmp_path / "run").exists()
    assert main(words) == 0
    # Of several processes of a run the first one holds the lock.
    monkeypatch.setenv("LOCAL_RANK", "0")
    monkeypatch.setenv("RANK", "0")
    with alone(tmp_path / "run"):
        monkeypatch.setenv("RANK", "1")
        with alone(tmp_path / "run"):
            pass
        monkeypatch.setenv("RANK", "0")
        with pytest.raises(InputError, match="is being made"), alone(tmp_path / "run"):
            pass


def test_areas_without_room_are_named_before_any_work(prepared: Path, tmp_path: Path) -> None:
    """With their split, and the ratio that needs more: the validation area is 180 pixels wide."""
    config = replace(TINY, data=replace(TINY.data, patch=160, ratios=(2, 4), ratio_shares=(1.0, 0.0)))
    with pytest.raises(DataError, match=r"No validation area holds a square of 188 x 188 pixels without gaps, which ratio 4 needs"):
        train(config, prepared, tmp_path / "run")
    manifest = shutil.copytree(prepared, tmp_path / "data") / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"validation"', '"test"'))
    with pytest.raises(DataError, match="has no validation area") as caught:
        train(TINY, tmp_path / "data", tmp_path / "run")
    assert caught.value.hint and not (tmp_path / "run").exists()


def test_a_run_is_not_resumed_on_other_data(prepared: Path, tmp_path: Path) -> None:
    train(replace(TINY, train=replace(TINY.train, stop_after=1)), prepared, tmp_path / "run")
    other = shutil.copytree(prepared, tmp_path / "data")
    manifest = other / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"third"', '"fourth"'))
    with pytest.raises(TrainingError, match="was begun on other data than"):
        train(TINY, other, tmp_path / "run", resume=True)


def test_a_run_whose_weights_know_what_is_held_out_is_not_resumed(prepared: Path, tmp_path: Path) -> None:
    """The folder that training.average makes was begun on no data; what its weights were fitted to counts all the same."""
    train(replace(TINY, train=replace(TINY.train, stop_after=1)), prepared, tmp_path / "run")
    mean = load_checkpoint(tmp_path / "run")
    held_out = next(one for one in json.loads((prepared / "manifest.json").read_text())["areas"] if one["split"] == "test")
    known = [{"name": held_out["name"], "licence": "", "attribution": ""}]
    (tmp_path / "mean").mkdir()
    save_checkpoint(replace(mean, step=0, data="", trained_on=known), tmp_path / "mean")
    with pytest.raises(TrainingError, match=f"The weights were fitted to {held_out['name']}"):
        train(TINY, prepared, tmp_path / "mean", resume=True)


def test_a_run_is_resumed_with_its_own_settings(prepared: Path, tmp_path: Path) -> None:
    train(replace(TINY, train=replace(TINY.train, stop_after=2)), prepared, tmp_path / "run")
    for other, name in (
        (replace(TINY, network=replace(TINY.network, channels=16)), "network.channels"),
        (replace(TINY, objective=replace(CONTENT, slope=1.0)), "objective.slope"),
        (replace(TINY, train=replace(TINY.train, learning_rate=1.0)), "train.learning_rate"),
    ):
        with pytest.raises(TrainingError, match=name):
            train(other, prepared, tmp_path / "run", resume=True)
    train(replace(TINY, train=replace(TINY.train, steps=4)), prepared, tmp_path / "run", resume=True)
    assert load_checkpoint(tmp_path / "run").step == 4


def test_a_finished_run_can_be_given_more_time(prepared: Path, tmp_path: Path) -> None:
    short = replace(TINY, train=replace(TINY.train, steps=0, time="2s"))
    train(short, prepared, tmp_path / "run")
    first = load_checkpoint(tmp_path / "run")
    train(replace(short, train=replace(short.train, time="4s")), prepared, tmp_path / "run", resume=True)
    second = load_checkpoint(tmp_path / "run")
    assert second.step > first.step
    assert second.elapsed > first.elapsed


def test_the_time_that_was_asked_for_is_kept(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.train.METRICS_EVERY", 1)
    config = replace(TINY, train=replace(TINY.train, steps=0, time="6s", workers=1))
    begun = time.monotonic()
    train(config, prepared, tmp_path / "run")
    assert 4 < time.monotonic() - begun < 20
    last = load_checkpoint(tmp_path / "run")
    assert last.step == last.steps >= 4
    rates = [line["lr"] for line in metrics(tmp_path / "run") if "lr" in line]
    assert rates[-1] < 0.3 * config.train.learning_rate  # the schedule came to its end


def test_a_runs_folder_holds_config_metrics_curves_and_panels(prepared: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    train(GAME, prepared, out)
    assert {path.name for path in out.iterdir()} == {"config.json", "metrics.jsonl", "tensorboard", CHECKPOINT}
    assert config_from_dict(json.loads((out / "config.json").read_text())) == GAME
    board = EventAccumulator(str(out / "tensorboard"))
    board.Reload()
    assert {"l_g_pix", "grad_first", "grad_hidden", "rmse_ratio_guide", "rmse_ratio_spoiled"} <= set(board.Tags()["scalars"])
    assert "cubic, result, reference/0" in board.Tags()["images"]


def test_a_checkpoint_is_data(prepared: Path, tmp_path: Path) -> None:
    """safetensors: nothing in it can be run; and a file of another kind is refused."""
    train(TINY, prepared, tmp_path / "run")
    assert all(isinstance(value, torch.Tensor) for value in load_file(tmp_path / "run" / CHECKPOINT).values())
    (tmp_path / "run" / CHECKPOINT).write_bytes(b"\x80\x04pickled")
    with pytest.raises(TrainingError, match="no checkpoint"):
        train(TINY, prepared, tmp_path / "run", resume=True)


def test_a_run_can_begin_from_another_one(prepared: Path, tmp_path: Path) -> None:
    train(TINY, prepared, tmp_path / "first")
    train(
        replace(TINY, train=replace(TINY.train, stop_after=1, learning_rate=1e-12)), prepared, tmp_path / "second", init=tmp_path / "first"
    )
    first, second = load_checkpoint(tmp_path / "first"), load_checkpoint(tmp_path / "second")
    assert second.step == 1
    for name, value in first.ema.items():
        torch.testing.assert_close(second.weights[name], value)


@pytest.mark.parametrize("config", [TINY, replace(GAME, train=replace(GAME.train, warm_up=0.0))], ids=["content", "game"])
def test_a_loss_that_is_not_finite_stops_the_run(prepared: Path, tmp_path: Path, config: Config) -> None:
    broken = replace(config, objective=replace(config.objective, pixel=1e45))
    with pytest.raises(TrainingError, match="not finite") as caught:
        train(broken, prepared, tmp_path / "run")
    saved = tmp_path / "run" / "nan_batch.0.safetensors"
    assert str(saved) in caught.value.hint
    assert set(load_file(saved)) == {"dem", "guide", "guide_valid", "pixel_size", "dem_error", "target", "truthful"}


def test_a_run_that_diverges_ends_with_the_checkpoint_before(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Losses may be numbers all the while."""
    lost, seen = iter([1.0, 7.0, 500.0]), []

    def judged(network: SuperResolver, *_: object) -> dict[str, float]:
        seen.append({name: value.clone() for name, value in network.state_dict().items()})
        return {"rmse_ratio_guide": next(lost), SPOILED: 1.0}

    monkeypatch.setattr(train_module, "validate", judged)
    short = replace(TINY.train, steps=30, checkpoint_seconds=1e-9)
    with pytest.raises(TrainingError, match=r"at step 4 it is off by 500 times .*; the checkpoint of step 3 is kept") as caught:
        train(replace(TINY, train=short), prepared, tmp_path / "run")
    assert "lower learning rate" in caught.value.hint
    kept = load_checkpoint(tmp_path / "run")
    assert kept.step == 3 and all(torch.equal(value, seen[1][name]) for name, value in kept.ema.items())


def test_a_run_is_resumed_with_the_config_in_its_folder(prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where a line of its metrics is damaged."""
    (tmp_path / "tiny.toml").write_text(TINY_TOML.format(steps=2))
    words = ["--data", str(prepared), "--out", str(tmp_path / "run")]
    assert main(["--config", str(tmp_path / "tiny.toml"), *words]) == 0
    with (tmp_path / "run" / "metrics.jsonl").open("a") as file:
        file.write("garbage}\n")
    assert main(["--config", str(tmp_path / "run" / "config.json"), *words[:2], "--resume"]) == 0  # it is that folder's run
    assert [line["step"] for line in metrics(tmp_path / "run")]
    (tmp_path / "bad.json").write_text("{")
    assert main(["--config", str(tmp_path / "bad.json"), *words, "--resume"]) == 2
    assert "bad.json is not JSON" in capsys.readouterr().err


def test_a_batch_that_cannot_be_dealt_out_is_refused_before_any_work(
    prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tiny.toml").write_text(TINY_TOML.format(steps=2))
    words = ["--config", str(tmp_path / "tiny.toml"), "--data", str(prepared), "--out"]
    assert main([*words, str(tmp_path / "run"), "--devices", "5"]) == 2
    assert "cannot be dealt out evenly to 5 devices" in capsys.readouterr().err and not (tmp_path / "run").exists()
    assert main([*words, str(tmp_path / "tiny.toml")]) == 2
    assert "tiny.toml is a file" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["siran", "siran-paper"])
def test_the_configurations_are_read(name: str) -> None:
    config = load_config(ROOT / "training" / "configs" / f"{name}.toml")
    assert config_from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_the_papers_configuration_is_the_papers() -> None:
    """Section 4.2, and figure 2."""
    config = load_config(ROOT / "training" / "configs" / "siran-paper.toml")
    network, weigh = config.network, config.objective
    assert (network.unshuffle, network.channels, network.blocks, network.d_blocks, network.attention_window) == (1, 64, 6, 6, 0)
    assert (weigh.pixel, weigh.structural, weigh.adversarial, weigh.transport, weigh.domain) == (100, 1, 1, 0.01, 0.1)
    assert (config.transport.epsilon, config.transport.iterations) == (0.1, 10)
    assert (config.train.learning_rate, config.train.final_rate, config.data.patch) == (1e-4, 1.0, 256)
    assert weigh == replace(ObjectiveSettings())


@pytest.mark.parametrize(("text", "expected"), [("45s", 45), ("90m", 5400), ("1.5h", 5400)])
def test_durations(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[nets]\n", "Unknown group"),
        ("data = 3\n", "data is no group of settings.\nWrite it as [data]"),
        ("[[train]]\nsteps = 3\n", "train is no group of settings.\nWrite it as [train]"),
        ("[train]\nspeed = 3\n", "speed"),
        ("[train]\ntime = '3 days'\n", "no duration"),
        ("[train]\ntime = '0s'\n", "'0s' is no duration"),
        ("[train]\ntime = 90\n", '[train] time is 90.\nIt is a text in quotes, as in "60m".'),
        ("[network]\nchanels = 16\n", "Group [network] has no setting chanels.\nIs channels meant?"),
        ("[network]\nchannels = '16'\n", "[network] channels is '16'.\nIt is a whole number, as in 48."),
        ("[network]\nchannels = 16.5\n", "[network] channels is 16.5."),
        ("[network]\nblocks = 0\n", "blocks is 1 or more; it is 0"),
        ("[data]\nratios = [2.5, 3, 4, 5]\n", "[data] ratios is (2.5, 3, 4, 5).\nIt is a list of whole numbers, as in [1, 2, 3, 4]."),
        ("[data]\nno_guide = 2\n", "shares lie between 0 and 1, unlike no_guide = 2"),
        ("[data]\nsun = -1\n", "shares lie between 0 and 1, unlike sun = -1"),
        ("[data]\nshift_pixels = -0.5\n", "shift_pixels is a standard deviation, 0 or more; it is -0.5"),
        ("[train]\ncompile = 1\n", "It is true or false, as in false."),
        ("[train]\nlearning_rate = nan\n", "[train] learning_rate is nan."),
        ("[train]\nlearning_rate = -1\n", "learning_rate is more than 0; it is -1"),
        ("[train]\nlearning_rate = 1e300\n", "learning_rate is at most 1, and mostly far below 0.01; it is 1e+300"),
        ("[objective]\nbalance = 5\n", "balance is a share from 0 to 1; it is 5"),
        ("[data]\nratios = [3, 3]\nratio_shares = [0.5, 0.5]\n", "ratios has one twice: 3, 3"),
        ("[train]\nclip = -1\n", "clip is more than 0; it is -1"),
        ("[train]\nema = 2.0\n", "ema is a decay from 0 to less than 1; it is 2.0"),
        ("[train]\nsteps = -5\n", "steps is 0 or more; it is -5"),
        ("[train]\nseed = -1\n", "seed is 0 or more; it is -1"),
        ("[train]\nseed = 4294967296\n", "seed is at most 4294967295; it is 4294967296"),
        ("[objective]\npixel = 0\nstructural = 0\nadversarial = 0\ntransport = 0\n", "nothing would be learned"),
        ("[objective]\npixel = 0\nstructural = 0\n", "[train] warm_up is on the content losses alone, and all of them are 0"),
        ("[data]\npatch = 75\n", "a multiple of 2, at least 43; it is 75"),
        ("[data]\npatch = 42\n", "a multiple of 2, at least 43; it is 42"),
        ("[train]\nprecision = '64'\n", "precision must be one of"),
        ("[train]\nwarm_up = 20\n", "share from 0 to 1"),
        ("[objective]\npixel = -1\n", "cannot be negative"),
        ("[objective]\npower = 3\n", "must be 1 or 2"),
        ("[transport]\nmeasure = 'patches'\n", "patches"),
        ("[objective]\nadversarial = 0\n[transport]\nmeasure = 'features'\n", "needs the adversarial loss"),
        ("x", "not TOML"),
    ],
)
def test_bad_configurations_are_refused(tmp_path: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    assert main(["--config", str(path), "--data", str(tmp_path), "--out", str(tmp_path / "run")]) == 2
    assert words in capsys.readouterr().err


def test_no_device_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY_TOML.format(steps=1))
    assert main(["--config", str(path), "--data", str(tmp_path), "--out", str(tmp_path / "run"), "--devices", "0"]) == 2
    assert "--devices 0: there is nothing to train on." in capsys.readouterr().err


def test_a_killed_process_that_draws_batches_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever PyTorch raises it. None is killed here: the signal would reach whatever test comes next. Other errors stay what they are."""
    path = tmp_path / "tiny.toml"
    path.write_text(TINY_TOML.format(steps=1))
    said = ["DataLoader worker (pid 9) is killed by signal: Killed. ", "Caught RuntimeError in DataLoader worker process 0."]

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(said.pop(0))

    monkeypatch.setattr("training.train.train", fail)
    arguments = ["--config", str(path), "--data", str(tmp_path), "--out", str(tmp_path / "run")]
    assert main(arguments) == 2
    sentence, hint = capsys.readouterr().err.splitlines()
    assert "draws batches was killed" in sentence and "--resume" in hint
    with pytest.raises(RuntimeError, match="Caught"):
        main(arguments)


def test_data_that_was_not_prepared_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY_TOML.format(steps=1))
    assert main(["--config", str(path), "--data", str(tmp_path), "--out", str(tmp_path / "run")]) == 2
    assert "training.prepare" in capsys.readouterr().err


def test_compiled_networks_learn_the_same(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fused by torch.compile's front end; without its back end, which needs a C++ compiler or a GPU."""
    compiled = []

    def without_inductor(network: torch.nn.Module) -> None:
        compiled.append(network)
        torch.nn.Module.compile(network, backend="eager")

    monkeypatch.setattr(SuperResolver, "compile", without_inductor)
    monkeypatch.setattr("training.train.check_compiler", lambda: None)
    for name, wanted in (("plain", False), ("compiled", True)):
        train(replace(TINY, train=replace(TINY.train, steps=2, compile=wanted)), prepared, tmp_path / name)
    assert len(compiled) == 1
    plain, fused = (load_checkpoint(tmp_path / name) for name in ("plain", "compiled"))
    assert fused.weights.keys() == plain.weights.keys()
    for name, value in plain.weights.items():
        torch.testing.assert_close(fused.weights[name], value)


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU needs no C++ compiler")
def test_without_a_compiler_compile_is_refused_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(TrainingError, match=r"needs a C\+\+ compiler"):
        train(replace(TINY, train=replace(TINY.train, compile=True)), tmp_path / "nowhere", tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="has the GPU that is asked for")
def test_half_precision_without_a_gpu_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"16-mixed needs a GPU"):
        train(replace(TINY, train=replace(TINY.train, precision="16-mixed")), tmp_path / "nowhere", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_float32_is_not_rounded_on_a_gpu() -> None:
    """PyTorch's default lets convolutions round to ten bits."""
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = True
    open_fabric("bf16", 1)
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32
