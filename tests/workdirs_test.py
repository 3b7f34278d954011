import dataclasses
import json
import os
import pathlib

import numpy as np
import tensorflow as tf
from absl.testing import parameterized

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks import workdirs


def _items(value, size=50_000):
    """Something to save whose data are larger than a block of the index."""
    module = tf.Module()
    module.values = tf.Variable(tf.fill([size], float(value)))
    return {"module": module}


def _value(items):
    values = items["module"].values.numpy()
    assert np.all(values == values[0]), "restored in part"
    return values[0]


def _cut(path):
    os.truncate(path, path.stat().st_size // 2)


def _empty(path):
    os.truncate(path, 0)


def _flip_a_bit(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 16
    path.write_bytes(data)


class CheckpointsTest(tf.test.TestCase, parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.get_temp_dir(), "stage")

    def _save(self, *steps, keep=9, kind="step"):
        for step in steps:
            workdirs.save(_items(step), self.folder, step, keep, kind)

    def _file(self, step, suffix):
        (path,) = self.folder.glob(f"step-{step}.{suffix}*")
        return path

    def test_the_newest_checkpoint_is_restored(self):
        self._save(9, 10)  # in the order of numbers, not of names
        items = _items(0)
        self.assertEqual(workdirs.restore(items, self.folder), 10)
        self.assertEqual(_value(items), 10)

    def test_without_checkpoints_nothing_is_restored(self):
        items = _items(0)
        self.assertIsNone(workdirs.restore(items, self.folder))
        self.assertEqual(_value(items), 0)

    def test_the_newest_are_kept(self):
        self._save(8, 9, 10, 11, keep=2)
        self.assertEqual(workdirs.steps(self.folder), [10, 11])
        self.assertLen(list(self.folder.iterdir()), 4)

    def test_the_best_is_kept_beside_the_newest(self):
        self._save(9, 5, keep=1, kind="best")
        self._save(6, 7, 8, keep=1)
        self.assertEqual(workdirs.steps(self.folder), [8])
        self.assertEqual(workdirs.steps(self.folder, "best"), [5])
        items = _items(0)
        self.assertEqual(workdirs.restore(items, self.folder, kind="best"), 5)
        self.assertEqual(_value(items), 5)

    @parameterized.product(
        damage=[_cut, _empty, _flip_a_bit, pathlib.Path.unlink],
        file=["data", "index"],
    )
    def test_a_damaged_newest_checkpoint_is_passed_over(self, damage, file):
        self._save(3, 6)
        damage(self._file(6, file))
        items = _items(0)
        self.assertEqual(workdirs.restore(items, self.folder), 3)
        self.assertEqual(_value(items), 3)

    @parameterized.parameters(_cut, _flip_a_bit)
    def test_none_that_can_be_read_is_no_fresh_start(self, damage):
        self._save(3, 6)
        for step in (3, 6):
            damage(self._file(step, "data"))
        with self.assertRaisesRegex(
            errors.UserError, "none of the 2 checkpoints can be read"
        ):
            workdirs.restore(_items(0), self.folder)

    def test_a_killed_save_leaves_the_older_checkpoint_the_newest(self):
        self._save(3)
        # The index comes last.
        (self.folder / "step-6.data-00000-of-00001").write_bytes(b"half")
        (self.folder / "step-6.tempstate123").mkdir()
        self.assertEqual(workdirs.steps(self.folder), [3])
        self.assertEqual(workdirs.restore(_items(0), self.folder), 3)

    def test_a_part_of_a_checkpoint_is_restored_where_that_is_meant(self):
        both = {"eta": _items(7)["module"], "phi": _items(8)["module"]}
        workdirs.save(both, self.folder, 1, keep=1)
        eta = {"eta": _items(0)["module"]}
        self.assertEqual(workdirs.restore(eta, self.folder, partial=True), 1)
        self.assertEqual(_value({"module": eta["eta"]}), 7)
        with self.assertRaisesRegex(errors.UserError, "none of the 1"):
            workdirs.restore(eta, self.folder)


class RunTest(tf.test.TestCase):
    def setUp(self):
        super().setUp()
        self.workdir = os.path.join(self.get_temp_dir(), "run")
        self.run = {
            "architecture": tiny_runs.architecture_of().to_json(),
            "data": {"sha256": ["a", "b"]},
            "landmarks": {"train_steps": 900},
            "versions": {"tensorflow": "2.15.1"},
        }

    def _train(self, stage):
        """Leaves a checkpoint."""
        folder = workdirs.checkpoints(self.workdir, stage)
        workdirs.save(_items(1), folder, 1, keep=1)

    def test_a_run_is_read_as_it_was_written(self):
        workdirs.write_run(self.workdir, self.run)
        read = workdirs.read_run(self.workdir)
        self.assertEqual(read, json.loads(json.dumps(self.run)))

    def test_the_same_run_goes_on_with_other_versions(self):
        workdirs.write_run(self.workdir, self.run)
        self._train("skeleton")
        workdirs.write_run(
            self.workdir, self.run | {"versions": {"tensorflow": "2.16.0"}}
        )
        versions = workdirs.read_run(self.workdir)["versions"]
        self.assertEqual(versions, {"tensorflow": "2.15.1"})

    def test_the_same_data_may_lie_elsewhere(self):
        def run(data_dir):
            return self.run | {"data": {"data_dir": data_dir, "sha256": ["1"]}}

        workdirs.write_run(self.workdir, run("here"))
        self._train("skeleton")
        workdirs.write_run(self.workdir, run("there"))
        self.assertEqual(workdirs.read_run(self.workdir), run("there"))

    def test_the_perceptual_networks_weights_may_lie_elsewhere(self):
        def run(file):
            stage_2 = {"train_steps": 900, "perceptual_weights": file}
            return self.run | {"landmarks": stage_2}

        workdirs.write_run(self.workdir, run("imagenet"))
        self._train("landmarks")
        workdirs.write_run(self.workdir, run("vgg19.h5"))
        self.assertEqual(workdirs.read_run(self.workdir), run("vgg19.h5"))

    def test_another_configuration_is_refused_by_name(self):
        workdirs.write_run(self.workdir, self.run)
        self._train("skeleton")
        architecture = self.run["architecture"] | {"width": 32}
        with self.assertRaisesRegex(
            errors.UserError, r"--workdir=.*architecture\.width was 4, is 32"
        ):
            workdirs.write_run(
                self.workdir, self.run | {"architecture": architecture}
            )
        with self.assertRaisesRegex(errors.UserError, r"data was .*, is null"):
            workdirs.write_run(self.workdir, self.run | {"data": None})

        self.assertEqual(workdirs.read_run(self.workdir), self.run)

    def test_a_folder_that_has_moved_hides_no_other_change(self):
        def run(data_dir, mirror):
            return {"data": {"data_dir": data_dir}, "training": mirror}

        workdirs.write_run(self.workdir, run("here", {"mirror": True}))
        self._train("skeleton")
        with self.assertRaisesRegex(errors.UserError, "mirror was true"):
            workdirs.write_run(self.workdir, run("there", {"mirror": False}))
        # A flag of a newer version of this project.
        newer = {"mirror": True, "tilt": 0}
        workdirs.write_run(self.workdir, run("there", newer))
        with self.assertRaisesRegex(errors.UserError, "tilt was 0, is 1"):
            workdirs.write_run(self.workdir, run("there", newer | {"tilt": 1}))

    def test_a_stage_may_be_configured_anew_until_it_is_trained(self):
        other = {"landmarks": {"train_steps": 1200}}
        workdirs.write_run(self.workdir, self.run)
        self._train("skeleton")
        workdirs.write_run(self.workdir, self.run | other)
        self._train("landmarks")
        with self.assertRaisesRegex(
            errors.UserError, r"landmarks\.train_steps was 1200, is 900"
        ):
            workdirs.write_run(self.workdir, self.run)
        self.assertEqual(workdirs.read_run(self.workdir), self.run | other)

    def test_a_stage_that_is_not_run_keeps_its_configuration(self):
        without = {k: v for k, v in self.run.items() if k != "landmarks"}
        workdirs.write_run(self.workdir, without)
        self._train("skeleton")
        workdirs.write_run(self.workdir, self.run)
        self._train("landmarks")
        workdirs.write_run(self.workdir, without)
        self.assertEqual(workdirs.read_run(self.workdir), self.run)

    def test_a_first_try_that_trained_nothing_does_not_bind(self):
        workdirs.write_run(self.workdir, self.run | {"data": None})
        workdirs.write_run(self.workdir, self.run)
        self.assertEqual(workdirs.read_run(self.workdir), self.run)

    def test_a_folder_without_a_run_is_refused(self):
        with self.assertRaisesRegex(
            errors.UserError, "--workdir=.*no run in this folder"
        ):
            workdirs.read_run(self.workdir)

    def test_a_damaged_run_is_refused(self):
        workdirs.write_run(self.workdir, self.run)
        path = pathlib.Path(self.workdir, "run.json")
        path.write_text(path.read_text()[:-20])
        with self.assertRaisesRegex(errors.UserError, r"run\.json: not readab"):
            workdirs.read_run(self.workdir)

    def test_networks_of_another_version_are_refused(self):
        of_tiny_runs = tiny_runs.architecture_of().to_json()
        for run in (
            {},
            {"architecture": of_tiny_runs | {"unheard_of": 1}},
            {"architecture": of_tiny_runs | {"skeleton": {}}},
        ):
            workdirs.write_run(self.workdir, run)
            with self.assertRaisesRegex(
                errors.UserError, "--workdir=.*does not describe networks"
            ):
                workdirs.read_architecture(self.workdir)


class LoadDetectorTest(tf.test.TestCase):
    def test_it_detects_as_it_was_saved(self):
        workdir = tiny_runs.make_run(pathlib.Path(self.get_temp_dir()))
        loaded, step = workdirs.load_detector(workdir)
        self.assertEqual(step, tiny_runs.STEP)
        x = tf.random.stateless_uniform(
            [2, tiny_runs.SIZE, tiny_runs.SIZE, 3], (0, 1), -1, 1
        )
        self.assertAllClose(
            loaded(x).keypoints, tiny_runs.detector_of_runs()(x).keypoints
        )
        self.assertEqual(loaded.skeleton, tiny_runs.SKELETON)

    def test_a_run_without_a_detector_is_refused(self):
        workdir = self.get_temp_dir()
        workdirs.write_run(
            workdir, {"architecture": tiny_runs.architecture_of().to_json()}
        )
        with self.assertRaisesRegex(
            errors.UserError, "--workdir=.*no checkpoint of a detector"
        ):
            workdirs.load_detector(workdir)

    def test_an_hourglass_is_loaded_and_is_not_eta_after_phi(self):
        workdir = self.get_temp_dir()
        arch = dataclasses.replace(tiny_runs.architecture_of(), width=1)
        hourglass = arch.hourglass()
        x = tf.random.stateless_uniform([1, 32, 32, 3], (0, 1), -1, 1)
        heatmaps = hourglass(x)
        workdirs.save(
            {"hourglass": hourglass},
            workdirs.checkpoints(workdir, "landmarks"),
            5,
            keep=1,
        )
        run = {
            "architecture": arch.to_json(),
            "landmarks": {"method": "hourglass"},
        }
        workdirs.write_run(workdir, run)
        loaded, step = workdirs.load_detector(workdir)
        self.assertEqual(step, 5)
        self.assertAllClose(loaded.hourglass(x), heatmaps)
        with self.assertRaisesRegex(errors.UserError, "a stacked hourglass"):
            workdirs.load_phi_and_eta(workdir)

    def test_a_damaged_generator_is_refused(self):
        workdir = tiny_runs.make_run(pathlib.Path(self.get_temp_dir()))
        self.assertIsNotNone(workdirs.load_generator(workdir, tiny_runs.STEP))
        (data,) = pathlib.Path(workdir).rglob("*.data-*")
        content = bytearray(data.read_bytes())
        kernel = tiny_runs.generator_of_runs().weights[0].numpy()
        content[content.index(kernel.tobytes())] ^= 1
        data.write_bytes(content)
        workdirs.load_detector(workdir)
        with self.assertRaisesRegex(
            errors.UserError,
            rf"step-{tiny_runs.STEP}: this checkpoint cannot be read; delete",
        ):
            workdirs.load_generator(workdir, tiny_runs.STEP)


if __name__ == "__main__":
    tf.test.main()
