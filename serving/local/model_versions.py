"""One model: its versions, loaded and given up in turn.

A new version is loaded before an old one is given up, so that there is always
one; until then both are in memory. What cannot be loaded is tried again some
times, and the version before it goes on.
"""

import pathlib
import threading
import time
from collections.abc import Callable
from collections.abc import Iterable
from typing import NamedTuple

import grpc
from absl import logging
from tensorflow_serving.apis import get_model_status_pb2

from serving.local import refusals
from serving.local import servables
from serving.local import versions

State = get_model_status_pb2.ModelVersionStatus.State

_NOT_FOUND = grpc.StatusCode.NOT_FOUND


class Settings(NamedTuple):
    """One model, as it is configured.

    Attributes:
      name: that requests name.
      base_path: folder of its versions.
      policy: which of them to serve.
      labels: names for versions, such as "stable".
    """

    name: str
    base_path: pathlib.Path
    policy: versions.Policy = versions.Policy()
    labels: tuple[tuple[str, int], ...] = ()


class Retries(NamedTuple):
    """How often what failed to load is tried again, and after how long."""

    count: int = 5
    interval: float = 60.0  # seconds


class _Look(NamedTuple):
    """What was found in a model's folder: versions' paths by number.

    Attributes:
      there: all.
      wanted: those to serve.
    """

    there: dict[int, pathlib.Path]
    wanted: dict[int, pathlib.Path]


class _Version:
    """What is known of a version."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.state = State.START
        self.error = ""
        self.tries = 0
        self.next_try = 0.0
        self.servable: servables.Servable | None = None


class Model:
    """One model and its versions."""

    def __init__(
        self,
        settings: Settings,
        load: Callable[[int, pathlib.Path], servables.Servable],
        retries: Retries,
    ):
        """Keeps the settings; `update` loads.

        Args:
          settings: of the model.
          load: makes a version's servable.
          retries: of versions that cannot be loaded.
        """
        self.settings = settings
        self._load, self._retries = load, retries
        self._versions: dict[int, _Version] = {}
        self._lock = threading.Lock()
        self._warned_of = ""

    def update(self) -> None:
        """Looks into the folder; loads what is new, gives up what is old.

        What is no longer there is forgotten too: its number can come again.
        """
        self.change_to(self.settings, self.load(self.settings))

    def load(self, settings: Settings) -> _Look:
        """Loads what these settings want, and gives up nothing."""
        look = self._look(settings)
        for number, path in sorted(look.wanted.items()):
            self._try_to_load(number, path)
        return look

    def change_to(self, settings: Settings, look: _Look) -> None:
        """Goes over to settings whose versions are loaded, where they can be.

        Labels move and versions go in this order, so that each label has its
        version at all times.
        """
        with self._lock:
            self.settings = settings
        if not look.there or self._is_one_available(look.wanted):
            self._unload(set(self._versions) - set(look.wanted))
        self._forget(set(self._versions) - set(look.there))

    def problem_of(self, settings: Settings, look: _Look) -> str:
        """Why one cannot go over to settings as they are loaded; "": one can.

        Where no new version can be loaded the old goes on, and only a policy
        that is another asks for more.
        """
        name, answering = settings.name, self.available()
        wanted = answering & set(look.wanted)
        is_other = settings.policy != self.settings.policy
        if not wanted and (is_other or not answering):
            errors = " ".join(self._errors(look.wanted))
            none = f"no version in {settings.base_path} that is to be served"
            return f"{name}: {errors or none}"
        for label, number in settings.labels:
            if number not in (wanted or answering):
                return (
                    f"{name}: the label {label!r} is for version {number}, "
                    "which is not currently available for inference"
                )
        return ""

    def available(self) -> frozenset[int]:
        """Numbers of the versions that answer."""
        with self._lock:
            return frozenset(n for n, v in self._versions.items() if v.servable)

    def unload_all_but(self, numbers: frozenset[int]) -> None:
        """Gives up what was loaded beside these versions."""
        self._unload(self.available() - numbers)

    def unload(self) -> None:
        """Gives up all versions."""
        self._unload(set(self._versions))

    def find(
        self, version: int | None, label: str | None
    ) -> servables.Servable:
        """The version that a request means; the newest, where it names none.

        Raises:
          refusals.Refusal: it is not there.
        """
        with self._lock:
            labels = dict(self.settings.labels)
            available = {
                number: v.servable
                for number, v in self._versions.items()
                if v.servable is not None
            }
        if label is not None:
            if label not in labels:
                raise refusals.invalid(
                    f"Unrecognized servable version label: {label}"
                )
            version = labels[label]
        number = max(available, default=None) if version is None else version
        if number not in available:
            which = "Latest" if version is None else f"Version {version}"
            raise refusals.Refusal(
                _NOT_FOUND,
                "Servable not found for request: "
                f"{which}({self.settings.name})",
            )
        return available[number]

    def status(
        self, version: int | None
    ) -> list[get_model_status_pb2.ModelVersionStatus]:
        """Of one version or of all, as GetModelStatus gives it.

        Raises:
          refusals.Refusal: there is none.
        """
        with self._lock:
            found = [
                (number, v.state, v.error)
                for number, v in self._versions.items()
                if version in (None, number)
            ]
        if not found:
            raise refusals.Refusal(
                _NOT_FOUND,
                f"Could not find any versions of model {self.settings.name}",
            )
        statuses = []
        for number, state, error in sorted(found, reverse=True):
            status = get_model_status_pb2.ModelVersionStatus(
                version=number, state=state
            )
            status.status.error_message = error
            if error:
                status.status.error_code = grpc.StatusCode.UNKNOWN.value[0]
            statuses.append(status)
        return statuses

    def is_ready(self) -> bool:
        """Whether some version answers."""
        return self._is_one_available(self._versions)

    def _look(self, settings: Settings) -> _Look:
        try:
            there = versions.find(settings.base_path)
        except OSError as error:
            self._warn(f"its versions stay as they are: {error}")
            with self._lock:
                known = {n: v.path for n, v in self._versions.items()}
            answer = {n: known[n] for n in self.available()}
            return _Look(known, settings.policy.choose(answer))
        self._warn(
            ""
            if there
            else f"no folder in {settings.base_path} is named by a "
            "number, as versions are; is it the folder above, or below?"
        )
        return _Look(there, settings.policy.choose(there))

    def _errors(self, numbers: Iterable[int]) -> list[str]:
        """Why versions could not be loaded."""
        with self._lock:
            found = [self._versions[n].error for n in numbers]
            return [error for error in found if error]

    def _try_to_load(self, number: int, path: pathlib.Path) -> None:
        with self._lock:
            version = self._versions.setdefault(number, _Version(path))
            given_up = version.tries > self._retries.count
            waits = time.monotonic() < version.next_try
            if version.servable or given_up or waits:
                return
            version.state = State.LOADING
        try:
            servable, error = self._load(number, path), ""
        except Exception as problem:  # of any kind: the server goes on.
            servable, error = None, f"{type(problem).__name__}: {problem}"
            logging.warning(
                "%s/%d cannot be loaded: %s", self.settings.name, number, error
            )
        with self._lock:
            version.servable, version.error = servable, error
            version.state = State.AVAILABLE if servable else State.END
            if servable:  # Given up and wanted again, it begins anew.
                version.tries, version.next_try = 0, 0.0
            else:
                version.tries += 1
                version.next_try = time.monotonic() + self._retries.interval
        if servable:
            logging.info("%s/%d is available", self.settings.name, number)

    def _warn(self, text: str) -> None:
        """Says it once, though every look into the folder finds it again."""
        if text and text != self._warned_of:
            logging.warning("%s: %s", self.settings.name, text)
        self._warned_of = text

    def _is_one_available(self, numbers: Iterable[int]) -> bool:
        with self._lock:
            return any(self._versions[n].servable for n in numbers)

    def _unload(self, numbers: set[int]) -> None:
        with self._lock:
            for number in numbers:
                # Requests that have the servable keep it until they end.
                version = self._versions[number]
                if version.servable:
                    logging.info(
                        "%s/%d is given up", self.settings.name, number
                    )
                version.servable, version.state = None, State.END

    def _forget(self, numbers: set[int]) -> None:
        with self._lock:
            for number in numbers:
                if not self._versions[number].servable:
                    del self._versions[number]
