"""The detector that comes with the project, on people that it never saw.

They are rendered here: the body and the motions are fetched.
"""

import json
import pathlib

import pytest

from tf_landmarks import shipped
from tf_landmarks import workdirs
from tf_landmarks.data import clips
from tf_landmarks.data import preparing
from tf_landmarks.data.sources import avatars
from tf_landmarks.evaluation import evaluating

_NAME = "avatars_small"
_SEED = 7  # of other people than those of the benchmark, which has 0

# Six people are few, and their poses of another difficulty. So the error is
# taken as a share of the mean pose's, and may be this many times the card's.
_MARGIN = 1.2


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = shipped.workdir(_NAME)
    size = workdirs.read_architecture(folder).image_size
    data_dir = str(tmp_path_factory.mktemp("data") / "avatars")
    source = avatars.source(size, avatars.Production("tiny", _SEED))
    preparing.prepare(source, data_dir, size, clips.BadFiles(skip=False))
    out = str(tmp_path_factory.mktemp("out"))
    return evaluating.evaluate_workdir(folder, data_dir, out=out).to_json()


@pytest.mark.parametrize(
    "figure", ["percent_of_image", "percent_of_image_with_flips"]
)
def test_people_it_never_saw_are_found_as_its_card_says(report, figure):
    path = pathlib.Path(shipped.workdir(_NAME), evaluating.METRICS_FILE)
    claimed = json.loads(path.read_text())
    assert report["labelled_frames"] == 48
    assert _share(report, figure) < _MARGIN * _share(claimed, figure)


def _share(metrics: dict, figure: str) -> float:
    """Of the error that the prior's mean pose has in the same frames."""
    return metrics[figure] / metrics["mean_pose_percent_of_image"]
