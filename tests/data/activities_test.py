import pytest

from tf_landmarks.data import activities


@pytest.mark.parametrize(
    "name, activity",
    [
        ("S9/Directions 1.54138969", "directions"),
        ("S9/Directions.54138969", "directions"),
        ("Walking 1.58860488", "walking"),
        ("WalkDog 1.58860488", "walking_dog"),
        ("WalkingDog.58860488", "walking_dog"),
        ("WalkTogether 2.58860488", "walking_together"),
        ("WalkingTogether 2.58860488", "walking_together"),
        ("SittingDown 2.58860488", "sitting_down"),
        ("Sitting.58860488", "sitting"),
        ("Phoning.58860488", "phone_call"),
        ("Photo.58860488", "taking_photo"),
        ("TakingPhoto.58860488", "taking_photo"),
        ("_ALL 1.58860488", None),
        ("Walk.58860488", None),
        ("S1/", None),
    ],
)
def test_an_activity_is_read_from_the_whole_word(name, activity):
    assert activities.of_recording(name) == activity


def test_the_first_six_of_table_1_are_those_of_table_2():
    assert len(set(activities.HUMAN36M)) == 15
    assert set(activities.SIMPLE_HUMAN36M) == {
        *("waiting", "posing", "greeting", "directions", "discussion"),
        "walking",
    }
