import pytest

from tf_landmarks.data.sources import avatars
from tf_landmarks.data.sources import demo_body
from tf_landmarks.data.sources import talking_face
from tf_landmarks.publication import model_card

_METRICS = {
    "percent_of_image": 6.543,
    "percent_of_image_with_flips": 5.432,
    "mean_pose_percent_of_image": 15.21,
    "correct_flip": 0.87,
    "labelled_frames": 1600,
    "skeleton_encoder_percent_of_image": 2.1,
    "labels": "labels",
    "split": "test",
    "checkpoint_step": 4000,
    "image_size": 64,
    "num_landmarks": 2,
}


def _card(name="avatars", run=None, metrics=(), folder="", skeleton=((2, 1),)):
    category = {"keypoints": ["nose", "tail"], "skeleton": skeleton}
    dataset = {"name": name, "category": category}
    run = {"landmarks": {"perceptual": "squeezenet"}} | (run or {})
    run["architecture"] = {"image_size": 64}
    metrics = None if metrics is None else _METRICS | dict(metrics)
    return model_card.render(
        "mine", "Use it.", 4000, run, dataset, metrics, "--width=4\n", folder
    )


def test_the_figures_are_those_of_the_metrics():
    card = _card()
    assert card.startswith("# mine\n")
    assert "2 landmarks in crops of 64x64 pixels: nose, tail." in card
    assert "4,000 updates" in card
    assert "Over 1,600 frames of the test split, against labels." in card
    assert "| error | 6.54 |" in card
    assert "mean pose, as the answer for every frame | 15.21 |" in card
    assert "told apart in 87% of the frames" in card
    assert "Use it." in card


def test_limbs_and_flags_are_told():
    card = _card()
    assert "Limbs: tail–nose." in card
    assert "Limbs: none." in _card(skeleton=())
    assert "```\n--width=4\n```\n" in card


def test_files_are_named_where_they_are():
    assert "`metrics.json` says" in _card()
    card = " ".join(_card(folder="extra/").split())
    for name in ("metrics.json", "flags.txt", "run.json", "dataset.json"):
        assert f"`extra/{name}`" in card
        assert f"`{name}`" not in card


def test_without_labels_there_are_no_figures():
    unknown = {
        key: None
        for key in _METRICS
        if key.endswith("percent_of_image") or "flip" in key
    }
    card = _card(metrics=unknown | {"labels": None})
    assert "None: the test split has no labels." in card
    assert "told apart" not in card


def test_what_was_not_evaluated_is_called_so():
    assert "None: it was not evaluated." in _card(metrics=None)


def test_a_baseline_with_labels_is_called_one():
    assert "Trained without labels" in _card()
    supervised = _card(
        run={"landmarks": {"perceptual": "squeezenet", "method": "supervised"}}
    )
    assert "Trained without labels" not in supervised
    assert "trained with the labels" in supervised
    assert "SqueezeNet" not in supervised


def test_a_model_of_the_comparison_is_not_called_ours():
    card = _card(run={"landmarks": {"method": "cycle_gan"}})
    assert "`--method=cycle_gan`" in card
    assert "Trained without labels" in card
    assert "--method" not in _card()


@pytest.mark.parametrize("source", [avatars, demo_body, talking_face])
def test_our_own_datasets_are_known(source):
    assert "To be completed" not in _card(source.NAME)


def test_of_others_the_user_has_to_tell():
    card = _card("video")
    for section in ("Data", "Licence", "Limits"):
        assert "(To be completed" in card.split(f"## {section}")[1][:120]
