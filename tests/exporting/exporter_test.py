"""What was exported, run as a server or a phone runs it."""

import io
import json
import pathlib
import re

import numpy as np
import onnx
import onnxruntime
import pytest
import tensorflow as tf
from PIL import Image
from tensorflow_serving.apis import prediction_log_pb2

from tests import openvino_runtime
from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.data import preprocessing
from tf_landmarks.detection import detecting
from tf_landmarks.detection import inputs
from tf_landmarks.exporting import comparison
from tf_landmarks.exporting import exporter
from tf_landmarks.exporting import serving_module
from tf_landmarks.exporting import warmup

_K = tiny_runs.SKELETON.num_landmarks
_SIZE = tiny_runs.SIZE


def _noise(height, width, seed):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, 3), np.uint8)


def _png(image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


_FRAMES = [_noise(50, 60, 0), _noise(40, 30, 1), _noise(50, 60, 2)]


@pytest.fixture(scope="module")
def workdir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    data_dir = tiny_runs.make_data(folder / "data")
    return tiny_runs.make_evaluated_run(folder / "mine", data_dir)


@pytest.fixture(scope="module")
def exported(workdir, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "puppets"
    return exporter.export_saved_model(workdir, str(out), _FRAMES)


@pytest.fixture(scope="module")
def signatures(exported):
    loaded = tf.saved_model.load(exported.folder)
    yield loaded.signatures  # which do not keep the variables themselves


@pytest.fixture(scope="module")
def expected():
    """What `detect` finds in each frame, before any export."""
    frames = [inputs.Frame("f", i, frame) for i, frame in enumerate(_FRAMES)]
    return list(detecting.detect(tiny_runs.detector_of_runs(), frames))


def test_any_picture_gives_what_detect_gives(signatures, expected):
    for frame, detection in zip(_FRAMES, expected, strict=True):
        found = signatures["serving_default"](images=frame[np.newaxis])
        assert set(found) == {"keypoints", "confidence"}
        np.testing.assert_allclose(
            found["keypoints"][0], detection.keypoints, atol=1e-3
        )
        np.testing.assert_allclose(
            found["confidence"][0], detection.confidence, rtol=1e-4
        )


def test_files_of_all_sizes_go_in_one_batch(signatures, expected):
    files = [_png(frame) for frame in _FRAMES]
    found = signatures["encoded"](image_bytes=tf.constant(files))
    assert found["keypoints"].shape == [3, _K, 2]
    for i, detection in enumerate(expected):
        np.testing.assert_allclose(
            found["keypoints"][i], detection.keypoints, atol=1e-3
        )


def test_a_picture_has_no_effect_on_others_of_its_batch(signatures):
    detect = signatures["serving_default"]
    together = detect(images=np.stack([_FRAMES[0], _FRAMES[2]]))
    alone = detect(images=_FRAMES[2][np.newaxis])
    for name in ("keypoints", "confidence"):
        np.testing.assert_allclose(together[name][1], alone[name][0], rtol=1e-4)


def test_the_skeleton_image_is_phis(signatures):
    found = signatures["skeleton"](images=_FRAMES[0][np.newaxis])
    x = preprocessing.crop_and_resize(
        _FRAMES[0], (0.0, -5.0, 60.0, 60.0), _SIZE
    )
    y = tiny_runs.detector_of_runs().phi(x[tf.newaxis])
    np.testing.assert_allclose(found["skeleton_image"], y, atol=1e-4)
    assert set(found) == {"keypoints", "confidence", "skeleton_image"}


def test_pose_and_looks_of_two_pictures_are_joined_by_psi(signatures):
    pose, looks = _noise(_SIZE, _SIZE, 3), _noise(_SIZE, _SIZE, 4)
    found = signatures["transfer"](
        image_bytes=tf.constant([_png(pose)]),
        appearance_bytes=tf.constant([_png(looks)]),
    )
    painted = np.asarray(
        Image.open(io.BytesIO(found["image_bytes"].numpy()[0]))
    )
    x, x_prime = pose[np.newaxis] / 127.5 - 1, looks[np.newaxis] / 127.5 - 1
    p = tiny_runs.detector_of_runs()(tf.constant(x, tf.float32)).keypoints
    y_star = tiny_runs.architecture_of().beta()(p)
    x_hat = tiny_runs.generator_of_runs()((y_star, x_prime)).numpy()[0]
    grey_levels = (np.clip(x_hat, -1, 1) + 1) * 127.5
    np.testing.assert_allclose(painted, grey_levels, atol=0.51)


def test_poses_and_looks_come_in_pairs(signatures):
    with pytest.raises(tf.errors.InvalidArgumentError, match="one for each"):
        signatures["transfer"](
            image_bytes=tf.constant([_png(_FRAMES[0])]),
            appearance_bytes=tf.constant([_png(_FRAMES[1])] * 2),
        )


def test_landmarks_say_what_they_are_once_for_each_element(signatures):
    found = signatures["landmarks"](index=tf.constant([7, 0]))
    names = found["names"].numpy().astype(str).tolist()
    assert names == [list(tiny_runs.SKELETON.landmarks)] * 2
    assert found["edges"].numpy().tolist() == [[[0, 1], [0, 2]]] * 2
    assert found["image_size"].numpy().tolist() == [_SIZE, _SIZE]


def test_outputs_have_the_length_of_the_batch(signatures):
    """A server that batches refuses others."""
    for signature in signatures.values():
        for output in signature.structured_outputs.values():
            assert output.shape.rank >= 1
            assert output.shape[0] is None


def test_the_detector_carries_neither_psi_nor_batch_norm(signatures):
    detector = _count(tiny_runs.detector_of_runs())
    psi = _count(tiny_runs.generator_of_runs())
    of_detector = signatures["serving_default"].variables
    names = " ".join(variable.name for variable in of_detector)
    assert "kernel" in names
    assert "moving_" not in names and "gamma" not in names
    assert sum(np.prod(v.shape) for v in of_detector) < detector
    of_both = sum(np.prod(v.shape) for v in signatures["transfer"].variables)
    assert detector < of_both < detector + psi


def _count(network):
    return sum(np.prod(variable.shape) for variable in network.variables)


def test_warm_up_requests_are_real_and_are_answered(exported, signatures):
    logs = [
        prediction_log_pb2.PredictionLog.FromString(record)
        for record in tf.data.TFRecordDataset(
            f"{exported.folder}/{warmup.FILE}"
        ).as_numpy_iterator()
    ]
    seen = []
    for log in logs:
        request = log.predict_log.request
        name = request.model_spec.signature_name
        values = {
            key: tf.make_ndarray(proto) for key, proto in request.inputs.items()
        }
        (count,) = {len(value) for value in values.values()}
        seen.append((name, count))
        signatures[name](**{k: tf.constant(v) for k, v in values.items()})
        if name == "serving_default":
            np.testing.assert_array_equal(values["images"][0], _FRAMES[0])
    assert sorted(seen) == sorted(
        (name, count) for name in signatures for count in warmup.BATCH_SIZES
    )


def test_what_is_known_of_the_detector_goes_with_it(exported, workdir):
    folder = pathlib.Path(exported.folder)
    extra = {path.name for path in (folder / "assets.extra").iterdir()}
    assert extra == {
        "landmarks.json",
        "run.json",
        "dataset.json",
        "flags.txt",
        "metrics.json",
        "tf_serving_warmup_requests",
    }
    assert json.loads((folder / "assets.extra/landmarks.json").read_text()) == {
        "names": list(tiny_runs.SKELETON.landmarks),
        "edges": [[0, 1], [0, 2]],
        "image_size": _SIZE,
    }
    card = (folder / "MODEL_CARD.md").read_text()
    assert "--model_name=puppets" in card
    assert '--model_base_path="$PWD/MODELS/puppets"' in card
    assert "xla" not in card
    assert "Limbs: head–left_hand, head–right_hand." in card
    assert "\n--width=4\n" in card
    named = re.findall(r"`(assets\.extra/\S+)`", card)
    assert len(named) == 4
    for name in named:
        assert (folder / name).is_file()
    assert workdir not in card


def test_versions_count_up_and_nothing_else_is_left(workdir, tmp_path):
    (tmp_path / "m/9").mkdir(parents=True)
    (tmp_path / "m/notes").mkdir()
    made = exporter.export_saved_model(workdir, str(tmp_path / "m"), _FRAMES)
    assert made.folder == str(tmp_path / "m/10")
    names = {path.name for path in (tmp_path / "m").iterdir()}
    assert names == {"9", "10", "notes"}
    assert "of the image" in made.summary()
    pixels = made.difference / 100 * _SIZE
    assert f"at most {pixels:.4f} pixels of {_SIZE}, " in made.summary()


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_stays_near(workdir, tmp_path, dtype, monkeypatch):
    # Networks with random weights, whose heatmaps are flat, are less steady.
    monkeypatch.setitem(comparison.TOLERANCE, dtype, 5.0)
    made = exporter.export_saved_model(
        workdir, str(tmp_path / "m"), _FRAMES, dtype=dtype
    )
    assert 0 < made.difference <= 5.0
    loaded = tf.saved_model.load(made.folder)
    variables = loaded.signatures["serving_default"].variables
    assert {variable.dtype for variable in variables} == {tf.as_dtype(dtype)}


def test_xla_gives_the_same(workdir, tmp_path, signatures):
    made = exporter.export_saved_model(
        workdir, str(tmp_path / "m"), _FRAMES, jit=True
    )
    assert made.difference <= comparison.TOLERANCE["float32"]
    card = pathlib.Path(made.folder, "MODEL_CARD.md").read_text()
    assert (
        "rest_api_port=8501 \\\n    --xla_cpu_compilation_enabled\n```" in card
    )
    names = set(tf.saved_model.load(made.folder).signatures)
    assert names == set(signatures)


def test_onnx_takes_batches_of_any_size_in_two_runtimes(workdir, tmp_path):
    made = exporter.export_crops(
        workdir, str(tmp_path / "m"), _FRAMES, "step", "onnx", "float32"
    )
    assert made.difference <= comparison.TOLERANCE["float32"]
    path = tmp_path / "m/model.onnx"
    about = {p.key: json.loads(p.value) for p in onnx.load(path).metadata_props}
    assert about["names"] == list(tiny_runs.SKELETON.landmarks)
    session = onnxruntime.InferenceSession(path)
    for count in (1, 3):
        noise = [_noise(_SIZE, _SIZE, seed) for seed in range(count)]
        crops = np.array(noise, np.float32)
        keypoints, confidence = session.run(
            ["keypoints", "confidence"], {"images": crops}
        )
        assert keypoints.shape == (count, _K, 2)
        assert confidence.shape == (count, _K)
        # In pixels. The networks are random, and rounding tells more in them.
        in_openvino = openvino_runtime.load(path, "f32")(crops)
        np.testing.assert_allclose(in_openvino, keypoints, atol=0.1)
    assert {path.name for path in (tmp_path / "m").iterdir()} == {
        "MODEL_CARD.md",
        "model.onnx",
        "landmarks.json",
        "run.json",
        "dataset.json",
        "flags.txt",
        "metrics.json",
    }


@pytest.mark.parametrize("dtype", ["float16", "int8"])
def test_tflite_stays_near(workdir, tmp_path, dtype):
    made = exporter.export_crops(
        workdir, str(tmp_path / "m"), _FRAMES, "step", "tflite", dtype
    )
    assert made.difference <= comparison.TOLERANCE[dtype]
    assert (tmp_path / "m/model.tflite").stat().st_size < made.bytes


def test_an_export_that_is_off_does_not_appear(workdir, tmp_path, monkeypatch):
    monkeypatch.setitem(comparison.TOLERANCE, "float32", -1.0)
    with pytest.raises(errors.UserError, match=r"moves keypoints by up to 0.*"):
        exporter.export_saved_model(workdir, str(tmp_path / "m"), _FRAMES)
    assert not list(tmp_path.iterdir())


def test_an_export_with_a_signature_that_fails_does_not_appear(
    workdir, tmp_path, monkeypatch
):
    @tf.function
    def fail(self, image_bytes, appearance_bytes):
        del appearance_bytes
        tf.debugging.assert_less(tf.size(image_bytes), 8, "too many")
        return {"image_bytes": tf.identity(image_bytes)}

    monkeypatch.setattr(serving_module.ServingModule, "transfer", fail)
    with pytest.raises(errors.UserError, match="signature transfer does not"):
        exporter.export_saved_model(workdir, str(tmp_path / "m"), _FRAMES)
    assert not list(tmp_path.iterdir())


def test_a_run_without_psi_has_no_transfer(tmp_path, workdir):
    detector = tiny_runs.detector_of_runs()
    folder = pathlib.Path(workdir).with_name("without_psi")
    tiny_runs.make_run(folder)
    for name in ("dataset.json", "flags.txt"):
        (folder / name).write_bytes((pathlib.Path(workdir) / name).read_bytes())
    workdirs.save(
        {"phi": detector.phi, "eta": detector.eta},
        workdirs.checkpoints(str(folder), "landmarks"),
        tiny_runs.STEP + 1,
        keep=1,
    )
    made = exporter.export_saved_model(
        str(folder), str(tmp_path / "m"), _FRAMES
    )
    signatures = tf.saved_model.load(made.folder).signatures
    assert "transfer" not in signatures
    card = pathlib.Path(made.folder, "MODEL_CARD.md").read_text()
    assert "`transfer`" not in card
    assert "`serving_default`" in card
    assert "serving_default" in signatures
