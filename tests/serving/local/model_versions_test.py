"""Which versions of a model are there, with servables that are texts."""

import itertools
import shutil

import grpc
import pytest

from serving.local import model_versions
from serving.local import versions
from tests.serving.local import text_servables


class _Served:
    """One model of a folder."""

    def __init__(self, base_path, retries=(1, 0.0)):
        self.base_path = base_path
        self.model = model_versions.Model(
            model_versions.Settings("cats", base_path),
            text_servables.load,
            model_versions.Retries(*retries),
        )
        self.model.update()

    def add(self, number, text):
        text_servables.add(self.base_path, number, text)

    def serve(self, number):
        """Goes over to one version, as it is configured."""
        policy = versions.Policy(specific=frozenset({number}))
        settings = self.model.settings._replace(policy=policy)
        self.model.change_to(settings, self.model.load(settings))

    def found(self):
        """The servable that requests without a version are answered by."""
        return text_servables.found(self.model.find, None, None)


@pytest.fixture
def served(tmp_path):
    text_servables.add(tmp_path / "cats", 1, "first")
    return _Served(tmp_path / "cats")


def test_a_number_that_comes_again_is_loaded_again(served):
    shutil.rmtree(served.base_path / "1")
    served.model.update()
    assert served.found() == grpc.StatusCode.NOT_FOUND
    served.add(1, "anew")
    served.model.update()
    assert served.found() == "anew"


def test_a_number_that_was_given_up_can_come_again(served):
    served.add(2, "broken")
    for _ in range(5):
        served.model.update()
        assert served.model.is_ready()
    assert served.found() == "first"
    shutil.rmtree(served.base_path / "2")
    served.model.update()
    served.add(2, "mended")
    served.model.update()
    assert served.found() == "mended"


def test_versions_that_loaded_can_be_gone_back_to_at_once(tmp_path):
    for number in (1, 2):
        text_servables.add(tmp_path, number, str(number))
    served = _Served(tmp_path, retries=(0, 3600.0))
    for number in itertools.islice(itertools.cycle((1, 2)), 5):
        served.serve(number)
        assert served.found() == str(number)


def test_a_folder_that_cannot_be_read_changes_nothing(served):
    moved = served.base_path.rename(served.base_path.with_name("moved"))
    served.model.update()
    assert served.found() == "first"
    served.base_path.write_text("no folder")
    served.model.update()
    assert served.found() == "first"
    served.base_path.unlink()
    moved.rename(served.base_path)
    served.model.update()
    assert served.found() == "first"


def test_a_folder_without_versions_is_told_once(tmp_path, caplog):
    served = _Served(tmp_path)
    for _ in range(3):
        served.model.update()
    (told,) = caplog.messages
    assert told.startswith(f"cats: no folder in {tmp_path} is named by a num")
    assert not served.model.is_ready()


def test_the_old_goes_on_until_a_new_one_is_there(served):
    served.add(2, "broken")
    shutil.rmtree(served.base_path / "1")
    served.model.update()
    assert served.found() == "first"
