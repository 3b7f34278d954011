"""What people do in Human3.6M's recordings, read from the recordings' names.

The subjects' files do not agree in their names: one takes `TakingPhoto 1`,
another `Photo 1`, and subject 1 both `WalkingDog` and `WalkTogether`.
"""

# In the order of table 1; the first six are Simplified Human3.6M's, table 2.
HUMAN36M = (
    "waiting",
    "posing",
    "greeting",
    "directions",
    "discussion",
    "walking",
    "eating",
    "phone_call",
    "purchases",
    "sitting",
    "sitting_down",
    "smoking",
    "taking_photo",
    "walking_dog",
    "walking_together",
)
SIMPLE_HUMAN36M = HUMAN36M[:6]

# Where a recording's name is not the activity's.
_OTHER_NAMES = {
    "phoning": "phone_call",
    "photo": "taking_photo",
    "walkdog": "walking_dog",
    "walktogether": "walking_together",
}
_BY_NAME = {name.replace("_", ""): name for name in HUMAN36M} | _OTHER_NAMES


def of_recording(name: str) -> str | None:
    """The activity of `S9/Directions 1.54138969`; None if it has none.

    The whole word counts, not how it begins: `WalkDog` is not walking.
    """
    words = name.rpartition("/")[2].replace(".", " ").split()
    return _BY_NAME.get(words[0].lower()) if words else None
