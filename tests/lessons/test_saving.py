"""A trained network in a file: what comes back, and what is refused, in words."""

import json
import os
import pickle
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

from lessons import TrainConfig, data, load, predict, saving, train
from lessons.schedules import ReduceOnPlateau

CONFIGS = {
    "default": TrainConfig(epochs=2),
    "linear": TrainConfig(hidden=(), epochs=2),
    "batch norm": TrainConfig(hidden=(5, 3), batch_norm="after", epochs=2),
    "double": TrainConfig(dtype="float64", activation="gelu", epochs=2),
    "rate": TrainConfig(schedule=0.05, clip_norm=1, patience=2, optimizer="adam", epochs=2),
    "two classes": TrainConfig(loss="binary_cross_entropy", epochs=2),
    "hinge": TrainConfig(loss="hinge", epochs=2),
}


@pytest.fixture(scope="module")
def split():
    return data.moons(n=60)


@pytest.fixture
def run(split):
    return train(CONFIGS["batch norm"], split, "numpy")


@pytest.fixture
def file(run, tmp_path):
    path = tmp_path / "net.npz"
    run.save(path)
    return path


def members(path):
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}


def rewrite(path, arrays, compress=False):
    (np.savez_compressed if compress else np.savez)(path, **arrays)


def with_settings(path, change):
    """Write the file again with other settings."""
    arrays = members(path)
    settings = json.loads(arrays["settings"].tobytes())
    change(settings)
    rewrite(path, arrays | {"settings": np.frombuffer(json.dumps(settings).encode(), np.uint8)})


def refusal(path):
    with pytest.raises(ValueError, match="is not read as a trained network: ") as caught:
        load(path)
    return str(caught.value).split(": ", 1)[1]


@pytest.mark.parametrize("name", CONFIGS)
def test_answers_are_the_same_bit_for_bit(name, split, tmp_path):
    run = train(CONFIGS[name], split, "numpy")
    run.save(str(tmp_path / "net.npz"))
    trained = load(tmp_path / "net.npz")
    assert trained.config == run.config
    answers = [predict(each.params, each.config, split.X_test) for each in (run, trained)]
    assert np.array_equal(*answers)
    assert answers[0].dtype == answers[1].dtype
    assert trained.params[0].W.flags.writeable


def test_values_of_several_outputs_come_back(tmp_path):
    rng = np.random.default_rng(0)
    split = data.from_arrays(rng.normal(size=(40, 3)), rng.normal(size=(40, 2)))
    run = train(TrainConfig(epochs=2), split, "numpy")
    run.save(tmp_path / "values.npz")
    trained = load(tmp_path / "values.npz")
    assert predict(trained.params, trained.config, split.X_test).shape == (8, 2)


def test_another_process_gives_the_same_answers(run, file, split, tmp_path):
    np.save(tmp_path / "X.npy", split.X_test)
    program = (
        "import sys, numpy as np; from lessons import load, predict; t = load(sys.argv[1]);"
        "np.save(sys.argv[3], predict(t.params, t.config, np.load(sys.argv[2])))"
    )
    paths = [str(tmp_path / name) for name in ("net.npz", "X.npy", "out.npy")]
    subprocess.run([sys.executable, "-c", program, *paths], check=True)
    here = predict(run.params, run.config, split.X_test)
    assert np.array_equal(np.load(tmp_path / "out.npy"), here)


def test_the_file_is_plain_arrays_and_text(file):
    arrays = members(file)  # NumPy's own reader refuses pickles
    settings = json.loads(arrays["settings"].tobytes())
    assert settings["version"] == 1
    assert settings["config"]["hidden"] == [5, 3]
    assert settings["sizes"] == [2, 5, 3, 2]
    assert arrays["layer0.W"].shape == (2, 5)
    assert {array.dtype.str for array in arrays.values()} == {"<f4", "|u1"}


def test_settings_that_are_functions_are_refused_and_nothing_is_written(split, tmp_path):
    for config in (
        TrainConfig(schedule=lambda update: 0.1, epochs=1),
        TrainConfig(batch_size=lambda epoch: 8, epochs=1),
        TrainConfig(schedule=ReduceOnPlateau(0.1), epochs=1),
    ):
        with pytest.raises(ValueError, match="must be a name or a number to be saved"):
            train(config, split, "numpy").save(tmp_path / "net.npz")
    assert list(tmp_path.iterdir()) == []


def test_parameters_that_are_not_finite_are_not_saved(run, tmp_path):
    run.params[0].W[0, 0] = np.nan
    with pytest.raises(ValueError, match=r"layer0\.W must be finite"):
        run.save(tmp_path / "net.npz")
    assert list(tmp_path.iterdir()) == []


# --- written whole or not at all ----------------------------------------------------------------


def test_who_may_read_other_new_files_may_read_this_one(run, tmp_path):
    (tmp_path / "other").touch()
    run.save(tmp_path / "digits.npz")
    modes = {path.stat().st_mode for path in tmp_path.iterdir()}
    assert len(modes) == 1 == len([*tmp_path.glob("*.npz")])


def test_what_fails_in_the_middle_leaves_the_old_file(run, file, monkeypatch):
    before = file.read_bytes()
    for broken in ("fsync", "replace"):
        with monkeypatch.context() as patch:

            def fail(*arguments):
                raise OSError("no space left on device")

            patch.setattr(*((os, "fsync") if broken == "fsync" else (saving.Path, "replace")), fail)
            with pytest.raises(OSError, match="no space"):
                run.save(file)
        assert file.read_bytes() == before
        assert [path.name for path in file.parent.iterdir()] == ["net.npz"]


def test_a_process_that_is_killed_in_the_middle_leaves_the_old_file(file):
    before = file.read_bytes()
    program = (
        "import os, sys; from lessons import TrainConfig, data, train;"
        "run = train(TrainConfig(epochs=1), data.moons(n=60), 'numpy');"
        "os.fsync = lambda handle: os._exit(9); run.save(sys.argv[1])"
    )
    assert subprocess.run([sys.executable, "-c", program, str(file)]).returncode == 9
    assert file.read_bytes() == before
    assert load(file).config.hidden == (5, 3)


def test_saving_replaces_the_file(file, split):
    train(CONFIGS["linear"], split, "numpy").save(file)
    assert load(file).config.hidden == ()
    assert [path.name for path in file.parent.iterdir()] == ["net.npz"]


# --- what is no such file -----------------------------------------------------------------------


def test_a_file_cut_off_anywhere_is_refused(file):
    whole = file.read_bytes()
    for length in [*range(0, len(whole), 97), len(whole) - 1]:
        file.write_bytes(whole[:length])
        assert "cut off" in refusal(file)


def test_a_changed_byte_is_refused_or_changes_nothing(file, run, split):
    whole, right = file.read_bytes(), predict(run.params, run.config, split.X_test)
    refused = 0
    for place in range(0, len(whole), 11):
        spoiled = bytearray(whole)
        spoiled[place] ^= 0x55
        file.write_bytes(spoiled)
        try:
            trained = load(file)
        except ValueError:
            refused += 1
        else:  # a byte that nobody reads, such as a date
            assert np.array_equal(predict(trained.params, trained.config, split.X_test), right)
    assert refused > len(whole) / 11 / 2


def test_foreign_files_are_refused(file):
    for content in (b"", b"hello", b"\x89PNG" + bytes(200), b"PK\x05\x06" + bytes(18), bytes(5000)):
        file.write_bytes(content)
        refusal(file)
    rewrite(file, {"x": np.zeros(3)})
    assert "holds no settings" in refusal(file)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("settings.npy", b"no array at all" * 20)
    assert "no plain array" in refusal(file)
    with pytest.raises(FileNotFoundError):
        load(file.parent / "nowhere.npz")


class Trap:
    """What a pickle would run when it is read."""

    def __reduce__(self):
        return os.mkdir, ("sprung",)


def test_a_pickle_is_never_run(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arrays, trap = members(file), np.empty(1, object)
    trap[0] = Trap()
    for name in ("settings", "layer0.W"):
        rewrite(file, arrays | {name: trap})
        refusal(file)
    file.write_bytes(pickle.dumps(Trap()))
    refusal(file)
    assert not (tmp_path / "sprung").exists()


def test_newer_and_other_formats_are_refused(file):
    with_settings(file, lambda settings: settings.update(version=2))
    assert "format version 2" in refusal(file)
    with_settings(file, lambda settings: settings.update(version=True))
    assert "format version" in refusal(file)
    with_settings(file, lambda settings: settings.update(format="recipe", version=1))
    assert "not one of this kit's" in refusal(file)
    with_settings(file, lambda settings: settings.pop("format"))
    assert "cannot be read" in refusal(file)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s["config"].update(learning_rate=-1), "learning_rate must be a number ≥ 0"),
        (lambda s: s["config"].update(learning_rate=float("nan")), "learning_rate must be"),
        (lambda s: s["config"].update(secret=1), "secret"),
        (lambda s: s.update(config=[1, 2]), "settings are wrong"),
        (lambda s: s.update(sizes=[2, 5, 2]), "contradict"),
        (lambda s: s.update(sizes=[2]), "contradict"),
        (lambda s: s.update(sizes=[2, 5, 3, 7]), "another shape"),
        (lambda s: s.update(sizes=[True, 5, 3, 2]), "sizes must be"),
        (lambda s: s["config"].update(loss="auto"), "contradict"),
        (lambda s: s["config"].update(batch_norm=False), "not those that its settings speak of"),
        (lambda s: s["config"].update(dtype="float64"), "not an array of float64"),
    ],
)
def test_settings_that_do_not_fit_are_refused(file, change, words):
    with_settings(file, change)
    assert words in refusal(file)


def test_settings_that_are_no_json_are_refused(file):
    for text in (b"{", b"[" * 50_000, b'{"version": ' + b"9" * 20_000 + b"}", b"\xff\xfe", b"3"):
        rewrite(file, members(file) | {"settings": np.frombuffer(text, np.uint8)})
        assert "settings cannot be read" in refusal(file)


def test_numbers_that_are_none_are_refused(file):
    arrays = members(file)
    for bad in (np.nan, np.inf):
        spoiled = arrays["layer1.W"].copy()
        spoiled[0, 0] = bad
        rewrite(file, arrays | {"layer1.W": spoiled})
        assert "NaN or inf" in refusal(file)
    rewrite(file, arrays | {"layer0.running_var": -arrays["layer0.running_var"]})
    assert "negative variances" in refusal(file)


def test_arrays_of_another_kind_are_refused(file):
    arrays = members(file)
    for array in (
        arrays["layer0.W"].T.copy(), np.asfortranarray(arrays["layer0.W"]), arrays["layer0.W"][0],
        arrays["layer0.W"].astype(">f4"), arrays["layer0.W"].astype(np.int32),
    ):  # fmt: skip
        rewrite(file, arrays | {"layer0.W": array})
        refusal(file)
    rewrite(file, arrays | {"layer9.W": np.zeros(2, np.float32)})
    assert "not those" in refusal(file)
    del arrays["layer0.b"]
    rewrite(file, arrays)
    assert "not those" in refusal(file)


# --- enormous files -----------------------------------------------------------------------------


def peak_of_refusal(path):
    """Return why a file is refused, and how many bytes Python had at most meanwhile."""
    tracemalloc.start()
    try:
        return refusal(path), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_zip_bomb_is_not_unpacked(file):
    arrays = members(file)
    rewrite(file, arrays | {"layer0.W": np.zeros((10_000, 5_000), np.float32)}, compress=True)
    assert file.stat().st_size < 1_000_000
    why, peak = peak_of_refusal(file)
    assert "larger than the file" in why
    assert peak < 2_000_000
    rewrite(file, arrays, compress=True)
    assert "compressed" in refusal(file)


def test_a_header_that_promises_much_reserves_nothing(file):
    def huge(settings):
        settings["sizes"] = [200_000, 100_000, 2]
        settings["config"] |= {"hidden": [100_000], "batch_norm": False}

    with_settings(file, huge)
    head = BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"shape": (200_000, 100_000), "fortran_order": False, "descr": "<f4"}
    )
    text = BytesIO()
    np.lib.format.write_array(text, members(file)["settings"])
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("settings.npy", text.getvalue())
        for name in ("layer0.W", "layer0.b", "layer1.W", "layer1.b"):
            archive.writestr(f"{name}.npy", head.getvalue() + bytes(40))
    why, peak = peak_of_refusal(file)
    assert "another size" in why
    assert peak < 2_000_000


def test_members_that_share_their_bytes_are_not_read(file):
    """Many names for one place in the file: each is small, together they are not."""
    with zipfile.ZipFile(file, "a") as archive:
        large = np.zeros(100_000, np.float32)
        stream = BytesIO()
        np.lib.format.write_array(stream, large)
        archive.writestr("one.npy", stream.getvalue())
        first = archive.getinfo("one.npy")
        for k in range(100):
            archive.filelist.append(copy_of(first, f"other{k}.npy"))
    why, peak = peak_of_refusal(file)
    assert "larger than the file" in why
    assert peak < 2_000_000


def copy_of(member, name):
    other = zipfile.ZipInfo(name)
    for field in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
        setattr(other, field, getattr(member, field))
    return other


def test_too_large_a_file_and_too_long_a_list_are_not_opened(file, monkeypatch):
    whole = bytearray(file.read_bytes())
    struct.pack_into("<L", whole, len(whole) - 10, 10**9)
    file.write_bytes(whole)
    assert "more arrays than a network has" in refusal(file)
    with file.open("r+b") as sparse:
        sparse.truncate(saving.LARGEST + 1)
    why, peak = peak_of_refusal(file)
    assert "a network has at most" in why
    assert peak < 1_000_000


def test_settings_that_are_a_book_are_not_read(file):
    rewrite(file, members(file) | {"settings": np.zeros(200_000, np.uint8)})
    assert "bytes long" in refusal(file)


def test_the_config_of_a_loaded_network_trains_again(file, split):
    trained = load(file)
    again = train(replace(trained.config, seed=trained.config.seed), split, "numpy")
    assert np.array_equal(again.params[0].W, trained.params[0].W)
