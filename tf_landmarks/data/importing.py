"""Imports the datasets that others own, each in its owner's own layout.

Each is a module of `sources`, named like the dataset, with

* `NAME`
* `source(folder, bad_files, halved, **options) -> clips.Source`: the splits'
  clips, with labels where they are evaluated on, and no poses (`poses={}`);
  frames are decoded when they are asked for. `halved` leaves that half of the
  training images out of which `prior` takes poses.
* `prior(folder, image_size, bad_files) -> (skeleton, clips.Poses)`: poses that
  belong to none of the halved training images.

The two are apart because a prior may come from another dataset than the
images; a dataset may have one of them only. Both raise `errors.UserError` for
what is missing, and tell `bad_files` of files that cannot be read.
"""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from tf_landmarks import errors
from tf_landmarks.data import clips
from tf_landmarks.data import joint_maps
from tf_landmarks.data import priors
from tf_landmarks.data.sources import h36m
from tf_landmarks.data.sources import mpi_inf_3dhp
from tf_landmarks.data.sources import multipie
from tf_landmarks.data.sources import penn_action
from tf_landmarks.data.sources import simple_h36m
from tf_landmarks.data.sources import voxceleb
from tf_landmarks.data.sources import w300


class Importer(NamedTuple):
    """What is read of a dataset: images, poses or both; None: has none.

    Attributes:
      source: of the images.
      prior: of the poses.
      is_test_only: the images are to evaluate on.
    """

    source: Callable[..., clips.Source] | None
    prior: Callable[..., tuple] | None
    is_test_only: bool = False


IMPORTERS = {
    h36m.NAME: Importer(h36m.source, h36m.prior),
    simple_h36m.NAME: Importer(simple_h36m.source, simple_h36m.prior),
    penn_action.NAME: Importer(penn_action.source, penn_action.prior),
    mpi_inf_3dhp.NAME: Importer(None, mpi_inf_3dhp.prior),
    multipie.NAME: Importer(None, multipie.prior),
    voxceleb.NAME: Importer(voxceleb.source, voxceleb.prior),
    w300.NAME: Importer(w300.source, w300.prior, is_test_only=True),
}


class Order(NamedTuple):
    """What is to be imported.

    Attributes:
      dataset: name of the images', one of `IMPORTERS`.
      folder: of the images' dataset, as its owner delivers it.
      prior: name of the dataset of the poses; None: the images' own.
      prior_folder: of that; None without `prior`.
      options: what else the images' `source` is to know.
    """

    dataset: str
    folder: str
    prior: str | None = None
    prior_folder: str | None = None
    options: Mapping[str, Any] = {}


def source(
    order: Order, image_size: int, bad_files: clips.BadFiles
) -> clips.Source:
    """The images and poses that were ordered.

    Raises:
      errors.UserError: a dataset lacks what is asked of it, or see the
        importers.
    """
    read_images = IMPORTERS[order.dataset].source
    if read_images is None:
        raise errors.UserError(
            f"--dataset={order.dataset} has poses only; give the images' "
            f"--dataset, and --prior={order.dataset}"
        )
    is_own = order.prior in (None, order.dataset)
    table = {} if is_own else joint_maps.find(order.dataset, order.prior)
    if order.options.get("labelled") and not is_own:
        raise errors.UserError(
            f"--labelled with --prior={order.prior}: there is nothing to train "
            f"those of its landmarks on that --dataset={order.dataset} does "
            "not have; drop one of the two flags"
        )
    # Poses of another dataset belong to none of the images.
    images = read_images(
        order.folder, bad_files, halved=is_own, **order.options
    )
    skeleton, poses = _read_prior(order, image_size, bad_files)
    if is_own:
        return images._replace(poses={"train": poses})
    exchanged = priors.exchange(images, skeleton, poses, table)
    return exchanged._replace(
        description={
            **images.description,
            "prior": {"name": order.prior, "folder": order.prior_folder},
        }
    )


def check_trained_on(dataset: str) -> None:
    """Refuses a dataset that has no images to train on.

    Raises:
      errors.UserError: it has poses only, or is to evaluate on.
    """
    importer = IMPORTERS.get(dataset)
    if importer and importer.source is None:
        raise errors.UserError(
            f"--dataset={dataset} has poses only; give the images' --dataset, "
            f"prepared with --prior={dataset}"
        )
    if importer and importer.is_test_only:
        raise errors.UserError(
            f"--dataset={dataset} is to evaluate on; give another to train on"
        )


def _read_prior(order: Order, image_size: int, bad_files: clips.BadFiles):
    name = order.prior or order.dataset
    read_poses = IMPORTERS[name].prior if name in IMPORTERS else None
    if read_poses is None:
        able = [n for n, importer in IMPORTERS.items() if importer.prior]
        raise errors.UserError(
            f"{name} has no poses to be a prior; give --prior and "
            f"--prior_source of a dataset that has: {', '.join(able)}"
        )
    return read_poses(order.prior_folder or order.folder, image_size, bad_files)
