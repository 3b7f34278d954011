import pytest

from serving.local import versions


def test_folders_named_by_numbers_are_versions(tmp_path):
    for name in ("1", "007", "2.partial", ".3.partial", "latest", "-4", "٣"):
        (tmp_path / name).mkdir()
    (tmp_path / "5").write_text("a file")
    (tmp_path / str(2**63)).mkdir()
    assert versions.find(tmp_path) == {1: tmp_path / "1", 7: tmp_path / "007"}


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="none"):
        versions.find(tmp_path / "none")


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (versions.Policy(), {9}),
        (versions.Policy(latest=2), {3, 9}),
        (versions.Policy(latest=0), {1, 3, 9}),
        (versions.Policy(specific=frozenset({1, 5})), {1}),
    ],
)
def test_policies_choose(tmp_path, policy, expected):
    there = {number: tmp_path / str(number) for number in (1, 3, 9)}
    assert set(policy.choose(there)) == expected
    assert policy.choose({}) == {}
