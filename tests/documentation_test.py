"""Commands of the documents and flagfiles have flags that there are.

What they do is not looked at here: that takes data, and hours of some. Those of
`serving` are run as they are written, by tests of its own.
"""

import importlib
import pathlib
import re

import pytest
from absl import flags

_ROOT = pathlib.Path(__file__).absolute().parents[1]
_FLAGFILES = sorted(_ROOT.glob("flags/experiments/*.flags"))
_DOCUMENTS = sorted(
    [
        _ROOT / "README.md",
        *_ROOT.glob("docs/**/*.md"),
        *_ROOT.glob("tf_landmarks/pretrained/*/MODEL_CARD.md"),
        *_FLAGFILES,
    ]
)
_COMMAND = re.compile(r"bazelw? run //tf_landmarks:(\w+) --( .*)?")
_FLAG = re.compile(r"--(\w+)(?:=(\S+))?")


def _commands(path: pathlib.Path) -> list[tuple[str, str]]:
    """Each main that a document has a command of, and its arguments."""
    text = re.sub(r"^# ", "", path.read_text(), flags=re.MULTILINE)
    text = re.sub(r"\\\n\s*", "", text)
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    prose = re.sub(r"^```\w*\n.*?^```", "", text, flags=re.M | re.S)
    # Code within a sentence may be broken anywhere.
    spans = [" ".join(s.split()) for s in re.findall(r"`([^`]+)`", prose)]
    found = []
    for line in "\n".join([*blocks, *spans, prose]).splitlines():
        found += _COMMAND.findall(line)
    return found


def _assert_are_flags(main: str, arguments: str) -> None:
    module = importlib.import_module(f"tf_landmarks.{main}")
    own = flags.FLAGS.get_key_flags_for_module(module)
    parsers = {flag.name: flag.parser for flag in own}
    for name, value in _FLAG.findall(re.sub(r"[\[\]'\"]", "", arguments)):
        if name == "flagfile":
            assert (_ROOT / value).is_file(), value
            continue
        switch = name.removeprefix("no")
        if name not in parsers and switch in parsers:
            name, value = switch, "false"
        assert name in parsers, f"{main} has no --{name}"
        if not re.fullmatch(r"[A-Z]*", value):  # as in --out=DIR
            for alternative in value.split("|"):
                parsers[name].parse(alternative)


@pytest.mark.parametrize(
    "path", _DOCUMENTS, ids=lambda path: str(path.relative_to(_ROOT))
)
def test_documented_commands_have_flags_that_there_are(path):
    for main, arguments in _commands(path):
        _assert_are_flags(main, arguments)


@pytest.mark.parametrize("path", _FLAGFILES, ids=lambda path: path.name)
def test_experiments_have_flags_of_training(path):
    read = flags.FLAGS.read_flags_from_files([f"--flagfile={path}"])
    assert read
    _assert_are_flags("train", " ".join(read))


def test_commands_are_found_wherever_they_are_written():
    found = [command for path in _DOCUMENTS for command in _commands(path)]
    mains = {main for main, _ in found}
    assert mains >= {"train", "prepare", "evaluate", "detect", "figure", "edit"}
    assert mains >= {"publish", "export", "reproduce"}
    assert any("--skeleton_steps=1000" in arguments for _, arguments in found)
    assert any("--move=left_wrist" in arguments for _, arguments in found)
    assert any("--seed=N --workdir=" in arguments for _, arguments in found)


@pytest.mark.parametrize(
    "arguments",
    [" --dataset=demo --stpes=3", " --noseed", " --method=ours|theirs"],
)
def test_other_flags_are_found(arguments):
    with pytest.raises((AssertionError, ValueError)):
        _assert_are_flags("train", arguments)
