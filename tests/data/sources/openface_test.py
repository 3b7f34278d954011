import csv

import numpy as np

from tf_landmarks.data import virtual_cameras
from tf_landmarks.data.sources import openface


def _faces(count=4):
    """Points about as deep as a face, the jaw line in front of its joints."""
    rng = np.random.default_rng(0)
    faces = rng.normal(scale=30.0, size=(count, 68, 3))
    faces[:, [0, 16]] = [[-75, -30, 50], [75, -30, 50]]
    faces[:, 8] = [0, 75, 0]
    faces[:, 57] = [0, 37, -25]
    return faces - faces.mean(axis=1, keepdims=True)


def test_heads_are_turned_to_the_camera(tmp_path):
    faces = _faces()
    angles = np.array([0.3, -0.2, 0.1])
    x, y, z = np.degrees(angles)
    head = (
        virtual_cameras.rotations([0], [x], [0])
        @ virtual_cameras.rotations([y], [0], [0])
        @ virtual_cameras.rotations([0], [0], [z])
    )[0]
    seen = np.einsum("ij,nkj->nki", head, faces) + np.array([10, -20, 600])
    names = [f"{axis}_{i}" for axis in "XYZ" for i in range(68)]
    with open(tmp_path / "faces.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["frame", " pose_Rx", " pose_Ry", " pose_Rz", *names])
        for face in seen:
            writer.writerow([0, *angles, *face.T.ravel()])
    read = openface.read_faces(tmp_path / "faces.csv")
    np.testing.assert_allclose(read, faces, atol=1e-6)


def test_jaw_turns_about_its_joints_and_leaves_the_upper_face():
    faces = _faces()
    opened = openface.open_jaws(faces, np.random.default_rng(0), 20.0)
    moved = opened - faces
    still = [0, 16, *range(17, 48), *range(49, 54), *range(61, 64)]
    np.testing.assert_allclose(moved[:, still], 0.0, atol=1e-9)
    for point in (8, 57):  # chin and lower lip go down and back
        assert (moved[:, point, 1] > 0).all()
        assert (moved[:, point, 2] > 0).all()
    joint = (faces[:, 0] + faces[:, 16]) / 2 + [0.0, 10.0, 30.0]
    np.testing.assert_allclose(
        np.linalg.norm(opened[:, 8] - joint, axis=-1),
        np.linalg.norm(faces[:, 8] - joint, axis=-1),
    )


def test_jaw_opens_by_no_more_than_it_may():
    faces = _faces(500)
    opened = openface.open_jaws(faces, np.random.default_rng(0), 20.0)
    joint = (faces[:, 0] + faces[:, 16]) / 2 + [0.0, 10.0, 30.0]
    a, b = faces[:, 8] - joint, opened[:, 8] - joint
    a, b = a[:, 1:], b[:, 1:]  # it turns in the plane of y and z
    cosine = (a * b).sum(-1) / np.linalg.norm(a, axis=-1) ** 2
    degrees = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    assert 19.0 < degrees.max() <= 20.0
    assert np.median(degrees) < 8.0
