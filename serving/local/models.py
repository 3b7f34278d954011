"""The models that are served: their versions, loaded and given up in turn.

A new version is loaded before an old one is given up, so that there is always
one; until then both are in memory. What cannot be loaded is tried again some
times, and the version before it goes on.
"""

import pathlib
import threading
import time
from collections.abc import Callable
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
        try:
            there = versions.find(self.settings.base_path)
        except OSError as error:
            self._warn(f"its versions stay as they are: {error}")
            return
        self._warn(
            ""
            if there
            else f"no folder in {self.settings.base_path} is named by a "
            "number, as versions are; is it the folder above, or below?"
        )
        wanted = self.settings.policy.choose(there)
        for number, path in sorted(wanted.items()):
            self._try_to_load(number, path)
        if not there or self._is_one_available(wanted):
            self._unload(set(self._versions) - set(wanted))
        self._forget(set(self._versions) - set(there))

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
        if label is not None:
            labels = dict(self.settings.labels)
            if label not in labels:
                raise refusals.invalid(
                    f"Unrecognized servable version label: {label}"
                )
            version = labels[label]
        with self._lock:
            available = {
                number: v.servable
                for number, v in self._versions.items()
                if v.servable is not None
            }
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

    def errors(self) -> list[str]:
        """Why versions could not be loaded."""
        with self._lock:
            return [v.error for v in self._versions.values() if v.error]

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

    def _is_one_available(self, numbers) -> bool:
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


class Models:
    """All models, by name; a thread keeps them up to date."""

    def __init__(
        self,
        load: Callable[[int, pathlib.Path], servables.Servable],
        poll_seconds: float,
        retries: Retries,
        tell: Callable[[bool], None],
    ):
        """Starts with no model.

        Args:
          load: makes a version's servable.
          poll_seconds: between two looks into the folders.
          retries: of versions that cannot be loaded.
          tell: is told after each look whether every model has a version.
        """
        self._load, self._retries, self._tell = load, retries, tell
        self._poll_seconds = poll_seconds
        self._models: dict[str, Model] = {}
        self._updating = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._poll, daemon=True)

    def configure(
        self, settings: list[Settings], must_load: bool = False
    ) -> None:
        """Serves these models, and no others; returns when they are loaded.

        Args:
          settings: of the models.
          must_load: all or nothing; else a model without any version is waited
            for.

        Raises:
          refusals.Refusal: all must load, and a model that is new has no
            version that can be; the others go on as they were.
        """
        with self._updating:
            kept = {
                each.name: each
                for each in settings
                if each.name in self._models
                and self._models[each.name].settings.base_path == each.base_path
            }
            new = {
                each.name: Model(each, self._load, self._retries)
                for each in settings
                if each.name not in kept
            }
            for model in new.values():
                model.update()
            failed = [model for model in new.values() if not model.is_ready()]
            if must_load and failed:
                for model in new.values():
                    model.unload()
                raise refusals.Refusal(
                    grpc.StatusCode.FAILED_PRECONDITION, _explain(failed)
                )
            old = self._models
            for name, changed in kept.items():
                old[name].settings = changed
                old[name].update()
            self._models = new | {name: old[name] for name in kept}
            for name in old.keys() - kept:
                old[name].unload()
            self._tell_all()

    def _tell_all(self) -> None:
        models = self._models.values()
        self._tell(bool(models) and all(m.is_ready() for m in models))

    def start(self) -> None:
        """Begins to look for new versions."""
        self._thread.start()

    def stop(self) -> None:
        """Looks no more."""
        self._stopped.set()

    def find(self, name: str) -> Model:
        """The model of this name.

        Raises:
          refusals.Refusal: there is none.
        """
        if not name:
            raise refusals.invalid("Missing ModelSpec: name a model")
        models = self._models
        if name not in models:
            raise refusals.Refusal(
                _NOT_FOUND,
                f"Servable not found for request: Latest({name}); there are "
                f"{', '.join(sorted(models)) or 'none'}",
            )
        return models[name]

    def _poll(self) -> None:
        while not self._stopped.wait(self._poll_seconds):
            with self._updating:
                for model in self._models.values():
                    model.update()
                self._tell_all()


def _explain(failed: list[Model]) -> str:
    reasons = [
        f"{model.settings.name}: {' '.join(model.errors())}"
        if model.errors()
        else f"{model.settings.name}: no version in {model.settings.base_path}"
        for model in failed
    ]
    return f"nothing was changed: {'; '.join(reasons)}"
