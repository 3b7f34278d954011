import json
import pathlib
import shutil

import pytest

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.publication import publishing


@pytest.fixture(scope="module")
def workdir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    data_dir = tiny_runs.make_data(folder / "data")
    workdir = folder / "mine"
    tiny_runs.make_evaluated_run(workdir, data_dir)
    dataset = json.loads((workdir / "dataset.json").read_text())
    dataset["source"] = {
        "frames": "/home/somebody/clips",
        "motions": ["walk", "~/motions/run.bvh"],
        "skipped": ["/home/somebody/clips/a.mp4: cut"],
    }
    (workdir / "dataset.json").write_text(json.dumps(dataset))
    return workdir


@pytest.fixture(scope="module")
def published(workdir, tmp_path_factory):
    out = tmp_path_factory.mktemp("pretrained") / "puppets"
    return publishing.publish(str(workdir), str(out))


def test_the_folder_holds_a_detector_and_what_is_known_of_it(published):
    folder = pathlib.Path(published.out)
    files = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    }
    checkpoint = f"checkpoints/landmarks/step-{tiny_runs.STEP}"
    assert files == {
        f"{checkpoint}.index",
        f"{checkpoint}.data-00000-of-00001",
        "run.json",
        "dataset.json",
        "flags.txt",
        "metrics.json",
        "MODEL_CARD.md",
    }
    assert published.bytes == sum(
        (folder / file).stat().st_size for file in files
    )
    assert published.summary().startswith(f"{published.bytes / 1e6:.1f} MB in")


def test_weights_take_four_bytes_each_and_there_are_no_others(published):
    detector, step = workdirs.load_detector(published.out)
    psi = workdirs.load_generator(published.out, step)
    weights = sum(
        weight.shape.num_elements()
        for model in (detector.phi, detector.eta, psi)
        for weight in model.weights
    )
    (data,) = pathlib.Path(published.out).rglob("*.data-*")
    # The rest is the graph of the objects.
    assert 4 * weights <= data.stat().st_size < 4 * weights + 100_000


def test_a_run_with_labels_has_no_generator_to_publish(workdir, tmp_path):
    supervised = tmp_path / "supervised"
    shutil.copytree(workdir, supervised)
    folder = workdirs.checkpoints(str(supervised), "landmarks")
    detector = tiny_runs.detector_of_runs()
    networks = {"phi": detector.phi, "eta": detector.eta}
    workdirs.save(networks, folder, tiny_runs.STEP, keep=1)
    published = publishing.publish(str(supervised), str(tmp_path / "puppets"))
    assert workdirs.load_generator(published.out, tiny_runs.STEP) is None


def test_nothing_tells_of_the_machine(published, workdir):
    for path in pathlib.Path(published.out).rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for secret in (str(workdir.parent), "somebody"):
            assert secret.encode() not in content, path
    run = workdirs.read_run(published.out)
    assert "data_dir" not in run["data"]
    source = json.loads(
        pathlib.Path(published.out, "dataset.json").read_text()
    )["source"]
    assert source == {"frames": "clips", "motions": ["walk", "run.bvh"]}
    flags = pathlib.Path(published.out, "flags.txt").read_text()
    assert flags == "--width=4\n--notps\n"


def test_what_was_published_can_be_published_again(published, tmp_path):
    again = publishing.publish(published.out, str(tmp_path / "puppets"))
    for name in ("run.json", "dataset.json", "flags.txt", "MODEL_CARD.md"):
        first, second = (
            pathlib.Path(folder.out, name).read_text()
            for folder in (published, again)
        )
        assert first == second


def test_what_is_there_is_not_replaced(published, workdir):
    with pytest.raises(errors.UserError, match="puppets exists; delete it"):
        publishing.publish(str(workdir), published.out)


def test_figures_of_another_checkpoint_are_refused(workdir, tmp_path):
    workdirs.save(
        {
            "phi": tiny_runs.detector_of_runs().phi,
            "eta": tiny_runs.detector_of_runs().eta,
        },
        workdirs.checkpoints(str(workdir), "landmarks"),
        tiny_runs.STEP + 1,
        keep=1,
        kind="best",
    )
    with pytest.raises(errors.UserError, match="of update 7, the checkpoint"):
        publishing.publish(str(workdir), str(tmp_path / "out"), "best")
    assert not list(tmp_path.iterdir())


def test_a_run_that_was_not_evaluated_is_refused(workdir, tmp_path):
    shutil.copytree(workdir, tmp_path / "run")
    (tmp_path / "run" / "metrics.json").unlink()
    with pytest.raises(errors.UserError, match="run evaluate on it first"):
        publishing.publish(str(tmp_path / "run"), str(tmp_path / "out"))
