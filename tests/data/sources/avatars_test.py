"""Rendered people, of the real body and motions: they are fetched."""

import concurrent.futures
import hashlib
import itertools
import multiprocessing
import os

import numpy as np
import pytest
from PIL import Image

from tests.data.avatars import made_bvh
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import pipelines
from tf_landmarks.data import preparing
from tf_landmarks.data import records
from tf_landmarks.data.avatars import appearances
from tf_landmarks.data.avatars import body as bodies
from tf_landmarks.data.avatars import casting
from tf_landmarks.data.avatars import identities
from tf_landmarks.data.avatars import motions
from tf_landmarks.data.avatars import posing
from tf_landmarks.data.avatars import rendering
from tf_landmarks.data.avatars import scenes
from tf_landmarks.data.avatars import studio
from tf_landmarks.data.avatars import surfaces
from tf_landmarks.data.avatars import visibility
from tf_landmarks.data.sources import avatars

_JOINTS = skeletons.HUMAN36M_19
_SIZE = 96


@pytest.fixture(scope="module")
def body():
    return bodies.load()


@pytest.fixture(scope="module")
def surface(body):
    return surfaces.build(body)


@pytest.fixture(scope="module")
def captured():
    return motions.load(list(itertools.chain(*avatars._MOTIONS.values())))


def _joint(joints, name):
    return joints[..., _JOINTS.landmarks.index(name), :]


def _average(body, gender=1.0):
    shape = identities.Shape(gender=gender)
    return posing.person(body, identities.morph(body, shape))


@pytest.mark.parametrize("gender, height", [(1.0, 17.3), (0.0, 15.9)])
def test_average_people_are_as_tall_as_people(body, gender, height):
    vertices = _average(body, gender).vertices[np.unique(body.faces["body"])]
    np.testing.assert_allclose(np.ptp(vertices[:, 1]), height, atol=0.05)


def test_bones_keep_their_length(body, captured):
    person = _average(body)
    for motion in captured.values():
        joints = posing.pose(person, motion).joints
        for a, b in (("hip", "knee"), ("shoulder", "elbow")):
            bone = _joint(joints, f"left_{a}") - _joint(joints, f"left_{b}")
            length = np.linalg.norm(bone, axis=1)
            np.testing.assert_allclose(length, length[0])


def test_a_walking_man_stands_on_his_feet_and_bends_his_limbs_forward(
    body, captured
):
    joints = posing.pose(_average(body), captured["walk"]).joints
    ankles = np.stack(
        [_joint(joints, f"{s}_ankle")[:, 1] for s in ("left", "right")]
    )
    # An ankle joint is some 0.7 dm over the ground.
    np.testing.assert_allclose(ankles.min(axis=0), 0.7, atol=0.5)
    assert (_joint(joints, "head_back")[:, 1] > 15).all()
    ahead = np.cross(
        _joint(joints, "left_hip") - _joint(joints, "right_hip"), [0, 1, 0]
    )

    def bend(*names):
        start, middle, end = (_joint(joints, name) for name in names)
        return np.einsum("ti,ti->t", middle - (start + end) / 2, ahead)

    for side in ("left", "right"):
        knee = bend(f"{side}_hip", f"{side}_knee", f"{side}_ankle")
        elbow = bend(f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist")
        assert knee.max() > 1 and knee.min() > -0.3
        assert elbow.min() < -0.3 and elbow.max() < 0.3


def test_a_mirrored_motion_mirrors_the_joints(body, captured):
    person = _average(body)
    motion = captured["dance_a"]
    joints = posing.pose(person, motion).joints
    mirrored = posing.pose(person, motions.mirrored(motion)).joints
    flipped = mirrored[:, list(_JOINTS.flip_permutation)] * [-1, 1, 1]
    np.testing.assert_allclose(joints, flipped, atol=0.05)


def _scene(body, captured, seed, frames=4):
    rng = np.random.default_rng(seed)
    background = np.zeros([_SIZE, _SIZE, 3])
    return casting.draw_scene(
        body, captured, frames, scenes.Cameras(), background, rng
    )


def _silhouette(scene, frames, surface):
    """Where a person is, whatever its colours: [T, S, S]."""
    white = scene._replace(background=np.ones([_SIZE, _SIZE, 3]))
    on_white = rendering.film(surface, white, _SIZE).frames
    return (on_white == frames).all(axis=-1)


def test_joints_lie_on_the_silhouette(body, surface, captured):
    for seed in range(5):
        scene = _scene(body, captured, seed)
        film = rendering.film(surface, scene, _SIZE)
        silhouette = _silhouette(scene, film.frames, surface)
        assert 0.02 < silhouette.mean() < 0.4
        columns, rows = np.rint(film.keypoints).astype(int).transpose(2, 0, 1)
        for time, inside in enumerate(silhouette):
            # A pixel of tolerance: thin wrists are partly transparent.
            near = np.max(
                [
                    np.roll(inside, shift, (0, 1))
                    for shift in itertools.product((-1, 0, 1), repeat=2)
                ],
                axis=0,
            )
            assert near[rows[time], columns[time]].all()


def _from_side(body, surface, yaw):
    """A man with hanging arms, seen by a far camera from that side."""
    person = _average(body)
    still = motions.Motion(
        np.zeros(1),
        np.zeros(1),
        {
            name: motions.transform.Rotation.identity(1)
            for name in motions._JOINTS
        },
    )
    ahead = -np.array([np.sin(yaw), 0.0, np.cos(yaw)])
    right = np.cross(ahead, [0, 1, 0])
    camera = scenes.Camera(
        np.stack([right, [0, -1, 0], ahead]),
        np.array([0, 9, 0]) - 100 * ahead,
        4.5,
        np.array([0.5, 0.5]),
    )
    scene = rendering.Scene(
        person,
        appearances.draw(np.random.default_rng(0)),
        posing.pose(person, still),
        camera,
        scenes.Light(np.array([0.0, 1.0, 0.0]), 0.5),
        np.zeros([_SIZE, _SIZE, 3]),
    )
    return rendering.film(surface, scene, _SIZE)


@pytest.mark.parametrize(
    "yaw, hidden", [(0.0, None), (np.pi / 2, "right"), (-np.pi / 2, "left")]
)
def test_what_the_body_hides_is_hidden(body, surface, yaw, hidden):
    (flags,) = _from_side(body, surface, yaw).visibility
    for name in ("elbow", "wrist", "knee", "ankle"):
        for side in ("left", "right"):
            flag = flags[_JOINTS.landmarks.index(f"{side}_{name}")]
            expected = (
                visibility.HIDDEN if side == hidden else visibility.VISIBLE
            )
            assert flag == expected, f"{side}_{name}"


def test_left_is_on_the_right_of_a_picture_from_the_front(body, surface):
    (keypoints,) = _from_side(body, surface, 0.0).keypoints
    left, right = (
        _joint(keypoints, f"{side}_shoulder") for side in ("left", "right")
    )
    assert left[0] > _SIZE / 2 > right[0]
    assert _joint(keypoints, "head_back")[1] < left[1]


def test_motions_of_the_splits_are_different():
    names = list(itertools.chain(*avatars._MOTIONS.values()))
    assert len(set(names)) == len(names)


def _digest(array):
    return hashlib.sha256(array.tobytes()).hexdigest()


def _draw_splits(body, monkeypatch):
    """Looks of clips, and people and motions of all actions, by split."""
    production = avatars.Production("tiny", processes=1)
    people, moves, looks = {}, {}, {}
    draw_action, split = casting.draw_action, "prior"

    def draw(body, captured, *others):
        action = draw_action(body, captured, *others)
        people.setdefault(split, []).append(_digest(action.person.vertices))
        moves.setdefault(split, set()).update(captured)
        return action

    monkeypatch.setattr(casting, "draw_action", draw)
    by_split = avatars.source(32, production).description["motions"]
    captured = {
        s: motions.load(by_split[s]) for s in ("train", "prior", "test")
    }
    for split, tasks in avatars._plan(32, production, ()).items():
        drawn = [studio.scene(t, body, captured).look for t in tasks]
        looks[split] = [_digest(look.skin) for look in drawn]
    return people, moves, looks


def test_people_and_motions_of_the_splits_are_different(body, monkeypatch):
    people, moves, looks = _draw_splits(body, monkeypatch)
    assert {s: len(p) for s, p in people.items()} == {
        "train": 4,
        "prior": 8,  # each is seen 10 times: 80 poses
        "test": 6,
    }
    for drawn in (people, moves, looks):
        everything = list(itertools.chain(*drawn.values()))
        assert len(set(everything)) == len(everything)


@pytest.mark.parametrize("scale", avatars.SCALES)
def test_no_two_clips_of_any_scale_are_drawn_from_the_same_numbers(scale):
    production = avatars.Production(scale)
    made = [studio.generator(production.seed, "prior")]
    for tasks in avatars._plan(64, production, ()).values():
        made += [studio.generator(t.seed, t.split, t.index) for t in tasks]
    count = {"tiny": 4 + 6, "small": 100 + 20, "full": 2_500 + 100}[scale]
    assert len({rng.random() for rng in made}) == count + 1


def test_few_films_are_in_memory_however_many_there_are(monkeypatch):
    people, asked = studio.Studio(None, {}, processes=2), []

    def submit(task):
        asked.append(task.index)
        film = concurrent.futures.Future()
        film.set_result(((), ()))
        return film

    monkeypatch.setattr(people, "_submit", submit)
    tasks = avatars._plan(64, avatars.Production("full"), ())["train"]
    for seen, clip in enumerate(people.clips(tasks, with_labels=False)):
        assert not list(clip.frames())
        assert len(asked) <= seen + 4
    assert asked == list(range(2_500))


def _prepare(folder, **others):
    source = avatars.source(32, avatars.Production("tiny", **others))
    preparing.prepare(source, str(folder), 32, clips.BadFiles(False))
    return records.read_info(str(folder))


def test_the_same_seed_gives_the_same_bytes_however_many_render(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    alone = _prepare(tmp_path / "alone", seed=0, processes=1, labelled=True)
    together = _prepare(tmp_path / "together", seed=0, processes=2)
    other = _prepare(tmp_path / "other", seed=1, processes=2)
    labelled = alone.splits.pop("labelled")
    assert labelled.frames == 4 * 8
    assert alone.splits == together.splits
    for split in ("train", "test"):
        assert alone.splits[split] != other.splits[split]
    assert alone.splits["train"].frames == 4 * 8
    assert alone.splits["train"].poses == 80
    (test,) = pipelines.evaluation_frames(
        str(tmp_path / "alone"), alone, "test", 48
    )
    assert np.abs(test["p"]).max() < 1
    assert set(np.unique(test["visibility"])) == {1, 2}


def test_motions_of_the_user_are_dealt_out_and_used(tmp_path):
    folder = tmp_path / "motions"
    for i, name in enumerate(("01/a.bvh", "01/b.bvh", "02/c.bvh", "d.BVH")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        bent = [{"LeftLeg": (0, 0, 20 * i + j)} for j in range(30)]
        (folder / name).write_text(made_bvh.file({}, *bent))
    _prepare(tmp_path / "without", seed=0)
    _prepare(tmp_path / "with", seed=0, motions_dir=str(folder))
    without, own = (
        records.read_info(str(tmp_path / name)) for name in ("without", "with")
    )
    theirs, dealt = (i.source["motions"] for i in (without, own))
    assert {s: set(dealt[s]) - set(theirs[s]) for s in avatars._MOTIONS} == {
        "train": {"01/a.bvh", "d.BVH"},
        "prior": {"01/b.bvh"},
        "test": {"02/c.bvh"},
    }
    for split in ("train", "test"):
        assert without.splits[split] != own.splits[split]


def test_a_killed_process_is_told_and_leaves_nothing(tmp_path):
    source = avatars.source(32, avatars.Production("tiny", processes=1))

    def frames():
        for process in multiprocessing.active_children():
            process.kill()
        yield from last.frames()

    *_, last = source.clips["train"]
    source.clips["train"][-1] = last._replace(frames=frames)
    with pytest.raises(errors.UserError, match="fewer --avatars_processes"):
        folder = str(tmp_path / "data")
        preparing.prepare(source, folder, 32, clips.BadFiles(True))
    assert not list(tmp_path.iterdir())


def test_photos_are_backgrounds_and_must_be_there(tmp_path):
    with pytest.raises(errors.UserError, match="--avatars_backgrounds="):
        _prepare(tmp_path / "data", seed=0, backgrounds=str(tmp_path / "no"))
    photos = tmp_path / "photos"
    photos.mkdir()
    Image.new("RGB", (50, 50), (255, 0, 255)).save(photos / "a.png")
    info = _prepare(tmp_path / "data", seed=0, backgrounds=str(photos))
    (test,) = pipelines.evaluation_frames(
        str(tmp_path / "data"), info, "test", 48
    )
    corner = test["x"].numpy()[:, 0, 0]
    np.testing.assert_allclose(corner, np.tile([1, -1, 1], [48, 1]), atol=0.05)
