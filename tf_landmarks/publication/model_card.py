"""What to know of a detector before one uses it: MODEL_CARD.md."""

import textwrap
from collections.abc import Mapping
from typing import NamedTuple

FILE = "MODEL_CARD.md"


class Words(NamedTuple):
    """What is known of a dataset.

    Attributes:
      data: what they are.
      licence: of what the detector learned from.
      limits: sentences, each on what the detector cannot do.
    """

    data: str
    licence: str
    limits: tuple[str, ...]


# By the dataset's name.
WORDS = {
    "avatars": Words(
        "Rendered people: MakeHuman's bodies, moved by DeepMimic's motion "
        "capture. The poses are of other people in other motions than the "
        "clips, and so is the test split.",
        "MakeHuman's bodies are CC0, DeepMimic's motions under the zlib "
        "licence.",
        (
            "It never saw a photo of a person: on real pictures expect more "
            "errors than these figures say.",
            "One person, whole and upright, in the middle of the crop: give "
            "`--box`.",
        ),
    ),
    "talking_face": Words(
        "One man's talking-face video, and the landmarks of four other people, "
        "as dlib saw them.",
        "The footage is FGnet's. dlib's predictor was trained on 300-W, for "
        "non-commercial use only: use this detector likewise.",
        ("It saw one man's face in one room: it is for that video.",),
    ),
    "demo_body": Words(
        "Two cameras' views of a man on a treadmill (Pose2Sim), and poses of "
        "other people, as OpenPose saw them (pose-classification-kit).",
        "The videos are under the BSD-3-Clause licence, the poses under the "
        "MIT licence.",
        (
            "It saw one man in one room, from the front: it is for that video.",
            "`head_center` is the nose.",
        ),
    ),
}

_UNKNOWN = Words(
    "The user's own videos and poses. (To be completed: of what, and whose?)",
    "(To be completed: under what licence are they?)",
    ("(To be completed: what was not in the data?)",),
)

_TEMPLATE = """\
# {name}

{landmarks}

{limbs}

{usage}

{training}

## Figures

{figures}

`{folder}metrics.json` says what each of them means, and has them by clip.

## Data

{data}

## Licence

{licence}

## Limits

{limits}

## Flags of the training

```
{flags}
```
"""

_UNPAIRED = (
    "Trained without labels, from clips and unpaired poses, for {updates} "
    "updates after those of the skeleton encoder (Jakab et al., *Learning "
    "Landmarks from Unaligned Data using Image Translation*). "
)
_SUPERVISED = (
    "A supervised baseline, `--method=supervised`: trained with the labels of "
    "its clips for {updates} updates. "
)
_COMPARED = (
    "It is of a model that the paper compares its own with, "
    "`--method={method}`. "
)
_FILES = (
    "`{folder}flags.txt` has the flags below (`train --flagfile`), "
    "`{folder}run.json` the versions, `{folder}dataset.json` the checksums of "
    "the data."
)
_PERCEPTUAL = {
    "squeezenet": " SqueezeNet's ImageNet weights, MIT, were used in training; "
    "they are not in here.",
    "vgg19": " VGG-19's ImageNet weights were used in training; they are not "
    "in here.",
}

_LIMITS = (
    "The confidence says how concentrated a heatmap is; it is no probability.",
    "Nothing here was tested on groups of people against each other. Do not "
    "decide about people by it.",
)


def render(
    name: str,
    usage: str,
    step: int,
    run: Mapping,
    dataset: Mapping,
    metrics: Mapping | None,
    flags: str,
    folder: str = "",
) -> str:
    """The card.

    Args:
      name: of the detector.
      usage: how to use it.
      step: updates that the checkpoint had.
      run: contents of run.json.
      dataset: of dataset.json.
      metrics: of metrics.json; None where there are none.
      flags: of flags.txt.
      folder: that these files are in, from the card's, such as "extra/".
    """
    words = WORDS.get(dataset["name"], _UNKNOWN)
    settings = run.get("landmarks", {})
    method = settings.get("method", "ours")
    supervised = method == "supervised"
    training = (_SUPERVISED if supervised else _UNPAIRED).format(
        updates=f"{step:,}"
    )
    if not supervised and method != "ours":
        training += _COMPARED.format(method=method)
    licence = words.licence
    if not supervised:
        licence += _PERCEPTUAL.get(settings.get("perceptual"), "")
    names = dataset["category"]["keypoints"]
    edges = dataset["category"]["skeleton"]  # counted from 1
    limbs = [f"{names[a - 1]}–{names[b - 1]}" for a, b in edges]
    size = run["architecture"]["image_size"]
    limits = (*words.limits, *_limits_by_figures(metrics), *_LIMITS)
    return _TEMPLATE.format(
        name=name,
        usage=usage.strip(),
        landmarks=_wrapped(
            f"Finds {len(names)} landmarks in crops of {size}x{size} pixels: "
            f"{', '.join(names)}."
        ),
        limbs=_wrapped(f"Limbs: {', '.join(limbs) or 'none'}."),
        training=_wrapped(training + _FILES.format(folder=folder)),
        folder=folder,
        figures=_figures(metrics),
        data=_wrapped(words.data),
        licence=_wrapped(licence),
        limits="\n".join(_wrapped(f"- {limit}", "  ") for limit in limits),
        flags=flags.strip(),
    )


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text, 80, subsequent_indent=indent, break_on_hyphens=False
    )


def _figures(metrics: Mapping | None) -> str:
    if metrics is None:
        return "None: it was not evaluated."
    if metrics["percent_of_image"] is None:
        return f"None: the {metrics['split']} split has no labels."
    rows = {
        "error": metrics["percent_of_image"],
        "with left and right exchanged where that is less": metrics[
            "percent_of_image_with_flips"
        ],
        "the prior's mean pose, as the answer for every frame": metrics[
            "mean_pose_percent_of_image"
        ],
        "skeleton encoder alone": metrics["skeleton_encoder_percent_of_image"],
    }
    lines = [
        f"Over {metrics['labelled_frames']:,} frames of the "
        f"{metrics['split']} split, against {metrics['labels']}.",
        "",
        "| | % of the image's side |",
        "| --- | --- |",
        *(f"| {what} | {value:.2f} |" for what, value in rows.items()),
    ]
    return "\n".join(lines)


def _limits_by_figures(metrics: Mapping | None) -> list[str]:
    correct = metrics and metrics["correct_flip"]
    if correct is None:
        return []
    return [
        f"Left and right are told apart in {100 * correct:.0f}% of the frames; "
        "drawn by lot it would be 50%."
    ]
