import functools
import os

import pytest
from absl import flags
from PIL import Image

from tests import tiny_runs
from tests.data import made_files
from tf_landmarks import errors
from tf_landmarks import prepare
from tf_landmarks.data import pipelines
from tf_landmarks.data import records

_main = functools.partial(tiny_runs.run_main, prepare.main)


@pytest.fixture
def folder(tmp_path):
    for name in ("frames", "test"):
        made_files.write_video(tmp_path / name / "a.mp4", 40)
        made_files.write_images(tmp_path / name / "b", 4)
    poses = made_files.coco([made_files.pose()] * 3)
    made_files.write_json(tmp_path / "poses.json", poses)
    images = [
        {"id": 1, "file_name": "a.mp4", "frame": 39},
        {"id": 2, "file_name": "b/1.png"},
    ]
    labels = made_files.coco([made_files.pose(1), made_files.pose(2)], images)
    made_files.write_json(tmp_path / "labels.json", labels)
    return tmp_path


def test_own_videos_and_poses_become_batches(folder, capsys):
    _main(
        f"--frames={folder}/frames",
        f"--poses={folder}/poses.json",
        f"--test_frames={folder}/test",
        f"--test_labels={folder}/labels.json",
        f"--data_dir={folder}/data",
        "--image_size=32",
    )
    data_dir = f"{folder}/data"
    assert f"the data are in {data_dir}" in capsys.readouterr().out
    with Image.open(f"{data_dir}/preview.png") as preview:
        assert preview.size == (8 * 160, 3 * 2 * 160)
    info = records.read_info(data_dir)
    assert info.splits["train"].frames == 44
    batch = next(iter(pipelines.training_pairs(data_dir, info, 2, 0, 8)))
    assert batch["x"].shape == (2, 32, 32, 3)
    (test,) = pipelines.evaluation_frames(data_dir, info, "test", 8)
    assert list(test["clip_id"].numpy()) == [b"a.mp4", b"b"]
    assert list(test["frame_number"].numpy()) == [39, 1]
    assert test["p"].shape == (2, 3, 2)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "--data_dir is missing"),
        (["--data_dir=d"], "needs --frames and --poses"),
        (
            ["--data_dir=d", "--frames=f", "--poses=p", "--test_labels=l"],
            "--test_labels needs --test_frames",
        ),
        (["--data_dir=d", "--dataset=foo"], "--dataset=foo cannot be made"),
        (["--data_dir=d", "--image_size=16"], "--image_size=16 is not"),
        (
            ["--data_dir=d", "--dataset=demo", "--frames=f"],
            "--frames is for --dataset=video",
        ),
        (
            ["--data_dir=d", "--dataset=demo", "--prior_yaw=0,10"],
            "--prior_yaw is for --dataset=video",
        ),
        (
            ["--data_dir=d", "--dataset=demo", "--nolabelled"],
            "--labelled is for --dataset=avatars or h36m",
        ),
        (
            ["--data_dir=d", "--dataset=demo", "--source=d"],
            "--source is for --dataset=h36m or simple_h36m",
        ),
        (
            ["--data_dir=d", "--dataset=h36m", "--source=d", "--nomask"],
            "--mask is for --dataset=simple_h36m, and this is --dataset=h36m",
        ),
        (
            ["--data_dir=d", "--dataset=h36m", "--source=d", "--poses=p"],
            "--poses is for --dataset=video",
        ),
        (["--data_dir=d", "--dataset=h36m"], "--dataset=h36m needs --source"),
        (
            ["--data_dir=d", "--dataset=voxceleb", "--pseudo_labels=dlib"],
            "without labels, which --dataset=voxceleb has not; drop the flag",
        ),
        (
            ["--data_dir=d", "--dataset=h36m", "--source=d", "--prior=h36m"],
            "--prior and --prior_source go together",
        ),
        (
            ["--data_dir=d", "--dataset=h36m", "--source=nowhere"],
            "nowhere/S1/Videos: no such folder",
        ),
        (
            ["--data_dir=d", "--frames=f", "--poses=p", "--prior_yaw=3,-3"],
            "--prior_yaw=3,-3: give the lowest and the highest",
        ),
        (
            [
                *("--data_dir=d", "--dataset=voxceleb", "--source=d"),
                *("--prior=multipie", "--prior_source=nowhere"),
            ],
            "--prior_source=nowhere: no such folder; .* holds multipie",
        ),
        (
            ["--data_dir=d", "--frames=f", "--poses=p", "--prior_yaw=-inf,inf"],
            "--prior_yaw=-inf,inf: give the lowest and the highest",
        ),
        (
            ["--data_dir=d", "--frames=f", "--poses=p", "--prior_scale=0,1"],
            "--prior_scale=0,1: give the lowest and the highest",
        ),
        (
            ["--data_dir=d", "--frames=f", "--poses=p", "--prior_scale=1"],
            "--prior_scale=1: give the lowest and the highest",
        ),
    ],
)
def test_missing_flags_are_named(arguments, message):
    with pytest.raises(errors.UserError, match=message):
        _main(*arguments)


def test_a_prior_is_not_larger_than_the_poses_there_are(folder):
    with pytest.raises(errors.UserError, match="--prior_size=4 is more than"):
        _main(
            f"--frames={folder}/frames",
            f"--poses={folder}/poses.json",
            "--prior_size=4",
            f"--data_dir={folder}/data",
        )


@pytest.fixture
def no_packages(tmp_path, monkeypatch):
    """An empty cache and no network; the folder in which pip looks."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://localhost:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def _assert_avatars_are_refused(tmp_path, message, *arguments):
    """In one sentence, and nothing is left where the data were to be."""
    parent = tmp_path / "made"
    with pytest.raises(errors.UserError, match=message) as caught:
        _main(
            "--dataset=avatars",
            "--avatars_scale=tiny",
            "--image_size=32",
            f"--data_dir={parent}/data",
            *arguments,
        )
    assert "\n" not in str(caught.value)
    assert not parent.exists()


@pytest.mark.usefixtures("no_packages")
def test_a_folder_that_exists_is_told_before_anything_is_fetched(tmp_path):
    with pytest.raises(errors.UserError, match=r"--data_dir=.* exists; delete"):
        _main("--dataset=avatars", f"--data_dir={tmp_path}")


@pytest.mark.usefixtures("no_packages")
def test_avatars_are_not_made_where_nothing_can_be_fetched(tmp_path):
    _assert_avatars_are_refused(
        tmp_path, r"pybullet .* could not be fetched from PyPI \(Could not find"
    )


def test_avatars_are_not_made_of_another_package(tmp_path, no_packages):
    wheel = "pybullet-3.2.7-cp311-cp311-manylinux2014_x86_64.whl"
    (no_packages / wheel).write_bytes(b"altered")
    _assert_avatars_are_refused(
        tmp_path, r"pybullet 3\.2\.7 .*sha256 is pinned"
    )


@pytest.mark.parametrize(
    "files, message",
    [
        ({}, "--avatars_motions=.*: 0 BVH files"),
        ({"a.bvh": "", "b.BVH": ""}, "--avatars_motions=.*: 2 BVH files"),
        (dict.fromkeys("abc", "no BVH"), "--avatars_motions=.*: 0 BVH files"),
        (
            dict.fromkeys(("a.bvh", "b.bvh", "c.bvh"), "no BVH"),
            r"a\.bvh: cannot be read as a BVH file",
        ),
        (
            dict.fromkeys(("07/a.bvh", "08/a.bvh", "09/a.bvh"), "no BVH"),
            r"07/a\.bvh: cannot be read as a BVH file",
        ),
    ],
)
def test_what_is_no_motion_is_told(tmp_path, files, message):
    motions = tmp_path / "motions"
    motions.mkdir()
    for name, text in files.items():
        (motions / name).parent.mkdir(exist_ok=True)
        (motions / name).write_text(text)
    _assert_avatars_are_refused(
        tmp_path, message, f"--avatars_motions={motions}"
    )


def test_a_file_is_no_folder_of_motions(tmp_path):
    (tmp_path / "a.bvh").write_text("HIERARCHY")
    _assert_avatars_are_refused(
        tmp_path, "no such folder", f"--avatars_motions={tmp_path}/a.bvh"
    )


def test_what_is_no_photo_is_told(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"no photo")
    (tmp_path / "empty").mkdir()
    for folder, message in (
        (tmp_path, r"a\.jpg: cannot be read as an image"),
        (tmp_path / "empty", "--avatars_backgrounds=.*: no images there"),
        (tmp_path / "none", "--avatars_backgrounds=.*: no such folder"),
    ):
        _assert_avatars_are_refused(
            tmp_path, message, f"--avatars_backgrounds={folder}"
        )


def test_processes_are_one_a_core_at_most(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {1, 4, 5})
    _assert_avatars_are_refused(
        tmp_path,
        "--avatars_processes=4 is more than the 3 cores .* give 3 or fewer",
        "--avatars_processes=4",
    )
    for too_few in (0, -1):
        with pytest.raises(flags.IllegalFlagValueError, match="positive"):
            _main(f"--avatars_processes={too_few}")


@pytest.mark.parametrize(
    "flag, message",
    [
        ("--avatars_pitch=0,90", "within -60,60"),
        ("--avatars_distance=0.5,4", "within 2.5,100"),
        ("--avatars_distance=4,inf", "within 2.5,100"),
        ("--avatars_yaw=60,-60", "give the lowest and the highest value"),
        ("--avatars_yaw=left", "give the lowest and the highest value"),
    ],
)
def test_impossible_cameras_are_refused(tmp_path, flag, message):
    _assert_avatars_are_refused(tmp_path, f"{flag}: .*{message}", flag)
