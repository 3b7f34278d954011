"""Which models are served and changed to, with servables that are texts."""

import pathlib
import shutil
import threading
import time

import grpc
import pytest

from serving.local import model_versions
from serving.local import models
from serving.local import refusals
from serving.local import versions
from tests.serving.local import text_servables


class _Served:
    """Models of one folder, and what they tell."""

    def __init__(self, base_path):
        self.base_path, self.told = base_path, []
        self.at_load = lambda: None
        self.all = models.Models(
            self._load, 1.0, model_versions.Retries(1, 0.0), self.told.append
        )
        self.configure()

    def _load(self, number, path):
        self.at_load()
        return text_servables.load(number, path)

    def settings(self, name="cats", base_path=None, labels=(), **policy):
        return model_versions.Settings(
            name, base_path or self.base_path, versions.Policy(**policy), labels
        )

    def change(self, *versions, **labels):
        """Changes as a client does it."""
        labels = tuple(labels.items())
        policy = {"specific": frozenset(versions)} if versions else {}
        new = self.settings(labels=labels, **policy)
        self.all.configure([new], must_load=True)

    def configure(self):
        """Looks into the folder."""
        self.all.configure([self.settings()])

    def found(self, name="cats", label=None):
        """The servable that requests without a version are answered by."""
        return text_servables.found(self.all.find_servable, name, None, label)


@pytest.fixture
def served(tmp_path):
    text_servables.add(tmp_path / "cats", 1, "first")
    return _Served(tmp_path / "cats")


def test_whether_every_model_has_a_version_is_told(served):
    shutil.rmtree(served.base_path / "1")
    served.configure()
    text_servables.add(served.base_path, 1, "anew")
    served.configure()
    assert served.told == [True, False, True]


def _is_loaded_at_the_end(served, wait):
    """Whether the end comes after a version that waits while it is loaded."""
    begun, loaded = threading.Event(), []

    def load():
        begun.set()
        wait()
        loaded.append(True)

    served.at_load = load
    text_servables.add(served.base_path, 2, "second")
    served.all.start()
    assert begun.wait(60)
    served.all.stop()
    return bool(loaded)


def test_the_end_waits_for_a_version_that_is_loaded(served):
    assert _is_loaded_at_the_end(served, lambda: time.sleep(0.5))


def test_the_end_does_not_wait_for_ever(served, monkeypatch):
    monkeypatch.setattr(models, "_SECONDS_TO_END", 0.1)
    go_on = threading.Event()
    assert not _is_loaded_at_the_end(served, lambda: go_on.wait(60))
    go_on.set()


@pytest.mark.parametrize(
    ("name", "folder", "reason"),
    [
        ("cats", "nothing", "cats: no version in .*nothing"),
        ("dogs", "broken", "dogs: ValueError: version 1 is broken"),
    ],
)
def test_what_cannot_be_loaded_is_not_changed_to(served, name, folder, reason):
    text_servables.add(served.base_path.with_name("broken"), 1, "broken")
    path = served.base_path.with_name(folder)
    new = served.settings(name, path)
    others = [] if name == "cats" else [served.settings(latest=2)]
    with pytest.raises(refusals.Refusal, match=reason) as caught:
        served.all.configure([*others, new], must_load=True)
    assert caught.value.code == grpc.StatusCode.FAILED_PRECONDITION
    assert "nothing was changed" in str(caught.value)
    assert served.found() == "first"
    assert served.found("dogs") == grpc.StatusCode.NOT_FOUND
    assert served.all.find("cats").settings == served.settings()


def test_a_client_can_change_to_what_loads(served):
    text_servables.add(served.base_path.with_name("dogs"), 4, "dog")
    path = pathlib.Path(served.base_path.with_name("dogs"))
    served.all.configure([served.settings("dogs", path)], must_load=True)
    assert served.found("dogs") == "dog"
    assert served.found() == grpc.StatusCode.NOT_FOUND
    assert served.told == [True, True]


@pytest.mark.parametrize(
    ("wanted", "labels", "reason"),
    [
        ([9], {}, "cats: no version in .*cats that is to be served"),
        ([9], {"stable": 9}, "cats: no version in .*cats that is to be served"),
        ([2], {}, "cats: ValueError: version 2 is broken"),
        ([1, 2], {"stable": 2}, "the label 'stable' is for version 2, which"),
        ([1, 3], {"stable": 9}, "the label 'stable' is for version 9, which"),
        ([3], {"stable": 1}, "the label 'stable' is for version 1, which"),
    ],
)
def test_a_model_that_stays_is_not_changed_to_what_is_not_there(
    served, wanted, labels, reason
):
    text_servables.add(served.base_path, 2, "broken")
    text_servables.add(served.base_path, 3, "third")
    served.change(1, stable=1)
    before = served.all.find("cats").settings
    with pytest.raises(refusals.Refusal, match=reason) as caught:
        served.change(*wanted, **labels)
    assert caught.value.code == grpc.StatusCode.FAILED_PRECONDITION
    assert "nothing was changed" in str(caught.value)
    assert served.all.find("cats").settings == before
    assert served.all.find("cats").available() == {1}
    assert served.found(label="stable") == "first"


def test_a_broken_new_version_hinders_no_other_change(served):
    text_servables.add(served.base_path, 2, "broken")
    served.change(stable=1)
    assert served.found(label="stable") == "first"


def test_labels_of_a_new_model_need_their_versions_too(served):
    text_servables.add(served.base_path.with_name("dogs"), 4, "dog")
    path = served.base_path.with_name("dogs")
    dogs = served.settings("dogs", path, labels=(("stable", 5),))
    with pytest.raises(refusals.Refusal, match="'stable' is for version 5"):
        served.all.configure([served.settings(), dogs], must_load=True)
    assert served.found("dogs") == grpc.StatusCode.NOT_FOUND


def test_a_label_moves_when_its_version_is_there(served):
    text_servables.add(served.base_path, 2, "second")
    served.change(1, stable=1)
    during = []
    served.at_load = lambda: during.append(served.found(label="stable"))
    served.change(2, stable=2)
    assert during == ["first"]
    assert served.found(label="stable") == "second"
    assert served.all.find("cats").available() == {2}


def test_a_model_that_moves_answers_all_the_time(served):
    """Whenever a request meets it: also between its two looks."""
    elsewhere = served.base_path.with_name("moved")
    text_servables.add(elsewhere, 1, "moved")
    model = served.all.find("cats")
    find = model.find

    def move_first(version, label):
        model.find = find
        moved = served.settings(base_path=elsewhere)
        served.all.configure([moved], must_load=True)
        return find(version, label)

    model.find = move_first
    assert served.found() == "moved"
