"""Streams of batches from prepared data.

A training stream is endless and a pure function of (seed, position): a run
resumes by asking for `start_step`, see `streams`.
"""

import functools
import os
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from tf_landmarks import errors
from tf_landmarks.data import augmentation
from tf_landmarks.data import examples
from tf_landmarks.data import records
from tf_landmarks.data import streams

# Records that are shuffled with each other. Neighbours in a file are alike.
_RUN_BLOCK = 256  # at 128x128 some 50 MB
_POSE_BLOCK = 65_536  # of 32 landmarks some 30 MB
# Streams with the same seed differ.
_PAIRS, _WARPS, _POSES, _LABELS, _POSE_WARPS, _MOVES, _POSE_MOVES = range(7)


def training_pairs(
    data_dir: str,
    info: records.DatasetInfo,
    batch_size: int,
    seed: int,
    pair_window: int,
    start_step: int = 0,
    tps: bool = False,
    eta_tps: bool = False,
    augment: bool = False,
    mirror: bool = True,
) -> tf.data.Dataset:
    """Endless batches of pairs of frames and unpaired poses.

    x and x' are of one run of one clip: x is any frame of it, x' any other
    that is at most `pair_window` places before or after.

    Args:
      data_dir: prepared folder.
      info: of it.
      batch_size: B.
      seed: of order and draws.
      pair_window: largest distance of a pair, in places of the run.
      start_step: batches to leave out.
      tps: warp x' by a random thin-plate spline.
      eta_tps: warp p_bar_eta, see `training_poses`.
      augment: turn, scale and move each pair, and the poses; see
        `augmentation`.
      mirror: whether augmenting mirrors half of them, too.

    Returns:
      dicts of `x`, `x_prime` float32 [B, S, S, 3] in [-1, 1], and `p_bar` and
      `p_bar_eta` float32 [B, K, 2]: the same poses, for D_y and for η.

    Raises:
      errors.UserError: there is no split "train".
    """
    found = _find_split(
        data_dir, info, "train", "give data that can be trained on"
    )
    raw = streams.endless(
        _paths(data_dir, found.clip_shards),
        found.records,
        (seed, _PAIRS),
        start_step * batch_size,
        _RUN_BLOCK,
    )

    def pair(index, serialized):
        run = examples.parse_run(serialized)
        length = tf.size(run[examples.FRAMES])
        drawn_by = streams.key(seed, _PAIRS, index)
        x_at, x_prime_at = draw_pair(length, pair_window, drawn_by)
        frames = tf.gather(run[examples.FRAMES], [x_at, x_prime_at])
        return tuple(_decode(f, info.image_size) for f in tf.unstack(frames))

    pairs = raw.map(pair, num_parallel_calls=tf.data.AUTOTUNE)
    pairs = pairs.batch(batch_size, drop_remainder=True)
    if tps:
        pairs = _changed(pairs, (seed, _WARPS), start_step, _warp_x_prime)
    if augment:
        move_pair = functools.partial(_move_pair, mirror=mirror)
        pairs = _changed(pairs, (seed, _MOVES), start_step, move_pair)
    poses = training_poses(
        data_dir,
        info,
        batch_size,
        seed,
        start_step,
        augment=augment,
        mirror=mirror,
    )
    batches = tf.data.Dataset.zip((pairs, poses)).map(
        lambda pair, p_bar: {
            "x": pair[0],
            "x_prime": pair[1],
            "p_bar": p_bar,
            "p_bar_eta": p_bar,
        }
    )

    def warp_p_bar_eta(batch, key):
        return {**batch, "p_bar_eta": _warp_poses(batch["p_bar_eta"], key)}

    if eta_tps:
        seeds = seed, _POSE_WARPS
        batches = _changed(batches, seeds, start_step, warp_p_bar_eta)
    return streams.finished(batches)


def training_poses(
    data_dir: str,
    info: records.DatasetInfo,
    batch_size: int,
    seed: int,
    start_step: int = 0,
    tps: bool = False,
    augment: bool = False,
    mirror: bool = True,
) -> tf.data.Dataset:
    """Endless batches of the prior: p_bar float32 [B, K, 2].

    Args:
      data_dir: prepared folder.
      info: of it.
      batch_size: B.
      seed: of order and draws.
      start_step: batches to leave out.
      tps: warp each by a random thin-plate spline.
      augment: turn, scale and move each; see `augmentation`.
      mirror: whether augmenting mirrors half of them, too.
    """
    raw = streams.endless(
        _paths(data_dir, info.splits["train"].pose_shards),
        info.splits["train"].poses,
        (seed, _POSES),
        start_step * batch_size,
        _POSE_BLOCK,
    )
    poses = (
        raw.map(lambda _, serialized: serialized)
        .batch(batch_size, drop_remainder=True)
        .map(lambda batch: examples.parse_poses(batch, _landmarks(info)))
    )
    flip = info.skeleton.flip_permutation

    def move(batch, key):
        moves = augmentation.draw(batch_size, key, mirror)
        return augmentation.move_poses(batch, moves, flip)

    if augment:
        poses = _changed(poses, (seed, _POSE_MOVES), start_step, move)
    if tps:
        poses = _changed(poses, (seed, _POSE_WARPS), start_step, _warp_poses)
    return streams.finished(poses)


def labelled_frames(
    data_dir: str,
    info: records.DatasetInfo,
    split: str,
    batch_size: int,
    seed: int,
    start_step: int = 0,
    augment: bool = False,
    mirror: bool = True,
) -> tf.data.Dataset:
    """Endless batches of frames with labels, for supervised baselines only.

    `augment` moves frames and labels, with `mirror` mirrored ones too; see
    `augmentation`.

    Returns:
      dicts of `x` float32 [B, S, S, 3] in [-1, 1] and `p` float32 [B, K, 2].

    Raises:
      errors.UserError: there is no such split.
    """
    found = _find_split(
        data_dir, info, split, "prepare the data again with --labelled"
    )
    raw = streams.endless(
        _paths(data_dir, found.clip_shards),
        found.records,
        (seed, _LABELS),
        start_step * batch_size,
        _RUN_BLOCK,
    )

    def frame(index, serialized):
        run = examples.parse_run(serialized, _landmarks(info))
        length = tf.size(run[examples.FRAMES])
        drawn_by = streams.key(seed, _LABELS, index)
        at = tf.random.stateless_uniform([], drawn_by, 0, length, tf.int32)
        x = _decode(run[examples.FRAMES][at], info.image_size)
        return {"x": x, "p": run[examples.KEYPOINTS][at]}

    frames = raw.map(frame, num_parallel_calls=tf.data.AUTOTUNE)
    frames = frames.batch(batch_size, drop_remainder=True)
    flip = info.skeleton.flip_permutation

    def move(batch, key):
        moves = augmentation.draw(batch_size, key, mirror)
        return {
            "x": augmentation.move_images(batch["x"], moves),
            "p": augmentation.move_poses(batch["p"], moves, flip),
        }

    if augment:
        frames = _changed(frames, (seed, _MOVES), start_step, move)
    return streams.finished(frames)


def evaluation_frames(
    data_dir: str,
    info: records.DatasetInfo,
    split: str,
    batch_size: int,
    stride: int = 1,
) -> tf.data.Dataset:
    """The frames of a split in the order of the files, the last batch short.

    Of every `stride` frames the first alone is decoded, by default each.

    Returns:
      dicts of `x` float32 [b, S, S, 3] in [-1, 1], `clip_id` string [b],
      `frame_number` int64 [b], `box` float32 [b, 4], the crop (x, y, side,
      side) in pixel edges of the original image (NaN in folders of before it
      was kept) and, where the split is labelled, `p` float32 [b, K, 2] and
      `visibility` int32 [b, K], COCO's flags: 0 not labelled.

    Raises:
      errors.UserError: there is no such split.
    """
    found = _find_split(
        data_dir,
        info,
        split,
        "choose one of them, or prepare the data again with --test_frames",
    )
    labelled = info.labels is not None and split != "train"

    def frames(serialized):
        run = examples.parse_run(
            serialized, _landmarks(info) if labelled else None
        )
        fields = {
            "x": run[examples.FRAMES],
            "clip_id": tf.fill(
                tf.shape(run[examples.FRAMES]), run[examples.CLIP_ID]
            ),
            "frame_number": run[examples.FRAME_NUMBERS],
            "box": _boxes(run),
        }
        if labelled:
            fields["p"] = run[examples.KEYPOINTS]
            fields["visibility"] = run[examples.VISIBILITY]
        return tf.data.Dataset.from_tensor_slices(fields)

    def decode(fields):
        return {**fields, "x": _decode(fields["x"], info.image_size)}

    paths = _paths(data_dir, found.clip_shards)
    return streams.finished(
        tf.data.TFRecordDataset(paths)
        .flat_map(frames)
        .shard(stride, 0)
        .map(decode, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(batch_size)
    )


def load_poses(data_dir: str, info: records.DatasetInfo) -> np.ndarray:
    """All poses of the prior, in the order of the files: float32 [N, K, 2].

    Raises:
      errors.UserError: there is no split "train", as in data of 300-W.
    """
    found = _find_split(
        data_dir,
        info,
        "train",
        "its poses' mean is what errors are compared with: give other data, or "
        "a --protocol, which needs none",
    )
    paths = _paths(data_dir, found.pose_shards)
    batches = tf.data.TFRecordDataset(paths).batch(1024)
    batches = batches.map(lambda b: examples.parse_poses(b, _landmarks(info)))
    return np.concatenate(list(batches.as_numpy_iterator()))


def draw_pair(length, window: int, key) -> tuple[tf.Tensor, tf.Tensor]:
    """Draws the places of x and x' in a run.

    Args:
      length: frames in the run, two or more.
      window: how far x' is from x at most; it is never x itself.
      key: int32 [2], seed of the draw.

    Returns:
      two int32 scalars.
    """
    keys = tf.random.experimental.stateless_split(key, 2)
    x = tf.random.stateless_uniform([], keys[0], 0, length, tf.int32)
    low = tf.maximum(x - window, 0)
    high = tf.minimum(x + window, length - 1)
    other = tf.random.stateless_uniform([], keys[1], low, high, tf.int32)
    return x, other + tf.cast(other >= x, tf.int32)


def _find_split(
    data_dir: str, info: records.DatasetInfo, split: str, what_to_do: str
) -> records.Split:
    if split not in info.splits:
        raise errors.UserError(
            f"{data_dir} has no split {split!r}, only "
            f"{', '.join(map(repr, info.splits))}; {what_to_do}"
        )
    return info.splits[split]


def _landmarks(info: records.DatasetInfo) -> int:
    return info.skeleton.num_landmarks


def _paths(data_dir: str, shards: Sequence[records.Shard]) -> list[str]:
    return [os.path.join(data_dir, shard.file) for shard in shards]


def _boxes(run: dict) -> tf.Tensor:
    """The crops of a run's n frames [n, 4]; NaN where it has none."""
    boxes = run[examples.BOX]
    missing = tf.size(run[examples.FRAMES]) - tf.shape(boxes)[0]
    return tf.concat([boxes, tf.fill([missing, 4], np.float32(np.nan))], 0)


def _decode(jpeg: tf.Tensor, size: int) -> tf.Tensor:
    """A JPEG -> float32 [S, S, 3] in [-1, 1]."""
    image = tf.io.decode_jpeg(jpeg, channels=3)
    image = tf.ensure_shape(image, [size, size, 3])
    return tf.cast(image, tf.float32) / 127.5 - 1.0


def _changed(
    batches: tf.data.Dataset,
    seeds: tuple[int, int],
    start_step: int,
    change: Callable,
) -> tf.data.Dataset:
    """`change(batch, key)` of each batch, with a key of its own.

    Args:
      batches: from `start_step` on.
      seeds: seed and stream.
      start_step: number of the first batch.
      change: of a batch.
    """

    def changed(step, batch):
        return change(batch, streams.key(*seeds, step))

    return batches.enumerate(start=start_step).map(
        changed, num_parallel_calls=tf.data.AUTOTUNE
    )


def _warp_x_prime(pair, key):
    from tf_landmarks.data import thin_plate_splines

    x, x_prime = pair
    splines = thin_plate_splines.draw(tf.shape(x_prime)[0], key)
    return x, thin_plate_splines.warp_images(x_prime, splines)


def _move_pair(pair, key, mirror):
    both = tf.concat(pair, axis=-1)
    moves = augmentation.draw(tf.shape(both)[0], key, mirror)
    return tuple(tf.split(augmentation.move_images(both, moves), 2, axis=-1))


def _warp_poses(poses, key):
    from tf_landmarks.data import thin_plate_splines

    splines = thin_plate_splines.draw(tf.shape(poses)[0], key)
    return thin_plate_splines.warp_poses(poses, splines)
