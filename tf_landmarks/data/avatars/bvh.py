"""CMU's motion capture as BVH files, which the user has.

Their bones have the names of the body's rig and its axes; the first frame is a
T-pose, from which all rotations are taken here.
"""

import pathlib
from collections.abc import Iterator

import numpy as np
from scipy.spatial import transform

from tf_landmarks import errors
from tf_landmarks.data.avatars import motions

_MAX_BYTES = 200 * 2**20
_MAX_RATE = 30.0  # frames a second that are kept
_T_POSE = np.pi / 2  # of the arms, from hanging


def _bones() -> dict[str, tuple[str, str | None]]:
    """The bone that turns with each joint, and the joint that it hangs on."""
    bones = {
        "root": ("Hips", None),
        "chest": ("Spine1", "root"),
        "neck": ("Head", "chest"),
    }
    for side in ("left", "right"):
        limbs = (
            ("hip", "UpLeg", "root"),
            ("knee", "Leg", f"{side}_hip"),
            ("ankle", "Foot", f"{side}_knee"),
            ("shoulder", "Arm", "chest"),
            ("elbow", "ForeArm", f"{side}_shoulder"),
        )
        for joint, bone, parent in limbs:
            bones[f"{side}_{joint}"] = (side.capitalize() + bone, parent)
    return bones


def read(path: pathlib.Path) -> motions.Motion:
    """Reads a motion, without its T-pose.

    Raises:
      errors.UserError: not a BVH file, or not of CMU's bones.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError(f"more than {_MAX_BYTES} bytes")
        return parse(path.read_text())
    except (OSError, ValueError, LookupError, StopIteration) as error:
        raise errors.UserError(
            f"{path}: cannot be read as a BVH file of CMU's bones "
            f"({str(error) or 'it ends too early'}); replace or remove it"
        ) from error


def parse(text: str) -> motions.Motion:
    """Reads the text of a BVH file.

    Raises:
      ValueError: it is not one, or lacks a bone. LookupError: its brackets or
        names do not fit. StopIteration: it ends too early.
    """
    tokens = iter(text.split())
    parents, channels = _read_hierarchy(tokens)
    count, seconds = _read_header(tokens)
    numbers = np.array(list(tokens), np.float64)
    width = sum(len(names) for names in channels.values())
    if numbers.size != count * width:
        raise ValueError(
            f"{numbers.size} numbers instead of {count} frames of {width}"
        )
    if not 0 < seconds < np.inf or not np.isfinite(numbers).all():
        raise ValueError(
            "it has numbers that are none, or no Frame Time over 0"
        )
    step = max(1, int(min(1 / (_MAX_RATE * seconds), count)))
    frames = numbers.reshape(count, width)
    kept = np.concatenate([frames[:1], frames[1::step]])
    if len(kept) < 3:
        raise ValueError(f"it has under 3 frames of {_MAX_RATE:g} a second")
    turns, height = _global_rotations(parents, channels, kept)
    if height is None or not height[0] > 0:
        raise ValueError("its root is not over the ground")
    return motions.Motion(
        times=np.arange(len(kept) - 1) * step * seconds,
        lift=height[1:] / height[0] - 1.0,
        joints=_joints(turns),
    )


def _read_hierarchy(
    tokens: Iterator[str],
) -> tuple[dict[str, str | None], dict[str, list[str]]]:
    """Each bone's parent, and its channels, in the order of the file."""
    if next(tokens) != "HIERARCHY":
        raise ValueError("it does not begin with HIERARCHY")
    parents, channels, above = {}, {}, []
    name = None
    for token in tokens:
        if token in ("ROOT", "JOINT", "End"):
            name = next(tokens)
            if token != "End":
                parents[name] = above[-1] if above else None
        elif token == "{":
            above.append(name)
        elif token == "}":
            above.pop()
        elif token == "CHANNELS":
            channels[name] = [next(tokens) for _ in range(int(next(tokens)))]
        elif token == "MOTION":
            if list(channels) != list(parents):
                raise ValueError("a bone has no CHANNELS, or another's")
            return parents, channels
    raise ValueError("it has no MOTION")


def _read_header(tokens: Iterator[str]) -> tuple[int, float]:
    """Number of frames, and seconds of each."""
    words = [next(tokens) for _ in range(5)]
    if words[0] != "Frames:" or words[2:4] != ["Frame", "Time:"]:
        raise ValueError("after MOTION there is no Frames: and Frame Time:")
    return int(words[1]), float(words[4])


def _global_rotations(
    parents: dict, channels: dict, frames: np.ndarray
) -> tuple[dict[str, transform.Rotation], np.ndarray]:
    """Of every bone in every frame; and the root's height."""
    turns, column, height = {}, 0, None
    for bone, names in channels.items():
        columns = dict(zip(names, frames.T[column:], strict=False))
        column += len(names)
        axes = [name[0] for name in names if name.endswith("rotation")]
        angles = [columns[f"{axis}rotation"] for axis in axes]
        turn = transform.Rotation.from_euler(
            "".join(axes), np.stack(angles, axis=1), degrees=True
        )
        parent = parents[bone]
        turns[bone] = turns[parent] * turn if parent else turn
        if parent is None:
            height = columns.get("Yposition")
    return turns, height


def _joints(
    turns: dict[str, transform.Rotation],
) -> dict[str, transform.Rotation]:
    """Rotations relative to the parent, zero with hanging arms."""
    from_hanging = {}
    for joint, (bone, _) in _bones().items():
        if bone not in turns:
            raise ValueError(f"it has no bone {bone}")
        raised = np.zeros(3)
        if "shoulder" in joint or "elbow" in joint:
            raised[2] = _T_POSE if joint.startswith("left") else -_T_POSE
        turn = turns[bone]
        from_t_pose = turn[1:] * turn[0].inv()
        from_hanging[joint] = from_t_pose * transform.Rotation.from_rotvec(
            raised
        )
    return {
        joint: from_hanging[parent].inv() * from_hanging[joint]
        if parent
        else from_hanging[joint]
        for joint, (_, parent) in _bones().items()
    }
