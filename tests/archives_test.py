import io
import tarfile
import zipfile

import pytest

from tf_landmarks import archives


def _tar(path, members):
    with tarfile.open(path, "w:gz") as file:
        for member, content in members:
            member.size = len(content)
            file.addfile(member, io.BytesIO(content))
    return path


def _file(name):
    return tarfile.TarInfo(name)


def _link(name, kind, to):
    member = tarfile.TarInfo(name)
    member.type = kind
    member.linkname = to
    return member


def _extract(archive, names, tmp_path, **kwargs):
    folder = tmp_path / "folder"
    folder.mkdir(exist_ok=True)
    archives.extract(archive, names, folder, tmp_path / "scratch", **kwargs)
    return folder


def _files_below(folder):
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file()
    )


def test_only_the_named_files_of_a_tar_archive_are_extracted(tmp_path):
    archive = _tar(
        tmp_path / "a-1.tar.gz",
        [(_file("a-1/x/one"), b"1"), (_file("a-1/two"), b"2")],
    )
    folder = _extract(archive, ["x/one"], tmp_path)
    assert _files_below(folder) == ["x/one"]
    assert (folder / "x/one").read_bytes() == b"1"


def test_only_the_named_files_of_a_wheel_are_extracted(tmp_path):
    archive = tmp_path / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("x/one", b"1")
        file.writestr("two", b"2")
    folder = _extract(archive, ["x/one"], tmp_path)
    assert _files_below(folder) == ["x/one"]
    assert (folder / "x/one").read_bytes() == b"1"


@pytest.mark.parametrize("name", ["../evil", "x/../../evil", "/tmp/evil"])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path, name):
    archive = _tar(tmp_path / "a.tar.gz", [(_file("a-1/" + name), b"1")])
    with pytest.raises(ValueError, match="leads out"):
        _extract(archive, [name], tmp_path)
    assert not (tmp_path / "evil").exists()


def test_members_that_lead_out_of_the_folder_are_left_alone(tmp_path):
    archive = _tar(
        tmp_path / "a.tar.gz",
        [(_file("a-1/../../evil"), b"0"), (_file("a-1/good"), b"1")],
    )
    folder = _extract(archive, ["good"], tmp_path)
    assert _files_below(folder) == ["good"]
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_a_link_is_not_followed(tmp_path, kind):
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    archive = _tar(
        tmp_path / "a.tar.gz", [(_link("a-1/x", kind, str(secret)), b"")]
    )
    with pytest.raises(ValueError, match="no file 'x'"):
        _extract(archive, ["x"], tmp_path)
    assert _files_below(tmp_path / "folder") == []


def test_a_file_over_the_limit_is_refused(tmp_path):
    archive = _tar(tmp_path / "a.tar.gz", [(_file("a-1/x"), b"12345")])
    with pytest.raises(ValueError, match="5 bytes, over 4"):
        _extract(archive, ["x"], tmp_path, max_bytes=4)
    assert _files_below(tmp_path / "folder") == []


def test_nothing_is_put_in_place_unless_all_is_there(tmp_path):
    archive = _tar(tmp_path / "a.tar.gz", [(_file("a-1/x"), b"1")])
    with pytest.raises(ValueError, match="no file 'y'"):
        _extract(archive, ["x", "y"], tmp_path)
    assert _files_below(tmp_path / "folder") == []
