"""The models that are served, each with its versions."""

import pathlib
import threading
from collections.abc import Callable

import grpc

from serving.local import model_versions
from serving.local import refusals
from serving.local import servables

_SECONDS_TO_END = 10.0


class Models:
    """All models, by name; a thread keeps them up to date."""

    def __init__(
        self,
        load: Callable[[int, pathlib.Path], servables.Servable],
        poll_seconds: float,
        retries: model_versions.Retries,
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
        self._models: dict[str, model_versions.Model] = {}
        self._updating = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._poll, daemon=True)

    def configure(
        self, settings: list[model_versions.Settings], must_load: bool = False
    ) -> None:
        """Serves these models, and no others; returns when they are loaded.

        Args:
          settings: of the models.
          must_load: all or nothing; else a model without any version is waited
            for, and a label may be for a version that is not there yet.

        Raises:
          refusals.Refusal: all must load, and a model has no version that can
            be, or a label for one that is not; all go on as they were.
        """
        with self._updating:
            models = {s.name: self._kept_or_new(s) for s in settings}
            before = {name: m.available() for name, m in models.items()}
            looks = {s.name: models[s.name].load(s) for s in settings}
            problems = [
                models[s.name].problem_of(s, looks[s.name]) for s in settings
            ]
            if must_load and any(problems):
                for name, model in models.items():
                    model.unload_all_but(before[name])
                raise refusals.Refusal(
                    grpc.StatusCode.FAILED_PRECONDITION,
                    f"nothing was changed: {'; '.join(filter(None, problems))}",
                )
            for each in settings:
                models[each.name].change_to(each, looks[each.name])
            old, self._models = self._models, models
            for name, model in old.items():
                if models.get(name) is not model:
                    model.unload()
            self._tell_all()

    def _kept_or_new(
        self, settings: model_versions.Settings
    ) -> model_versions.Model:
        kept = self._models.get(settings.name)
        if kept and kept.settings.base_path == settings.base_path:
            return kept
        return model_versions.Model(settings, self._load, self._retries)

    def _tell_all(self) -> None:
        models = self._models.values()
        self._tell(bool(models) and all(m.is_ready() for m in models))

    def start(self) -> None:
        """Begins to look for new versions."""
        self._thread.start()

    def stop(self) -> None:
        """Looks no more, and waits some time for what is being loaded."""
        self._stopped.set()
        self._thread.join(_SECONDS_TO_END)

    def is_served(self, name: str) -> bool:
        """Whether there is a model of this name."""
        return name in self._models

    def find(self, name: str) -> model_versions.Model:
        """The model of this name.

        Raises:
          refusals.Refusal: there is none.
        """
        if not name:
            raise refusals.invalid("Missing ModelSpec: name a model")
        models = self._models
        if name not in models:
            raise refusals.Refusal(
                grpc.StatusCode.NOT_FOUND,
                f"Servable not found for request: Latest({name}); there are "
                f"{', '.join(sorted(models)) or 'none'}",
            )
        return models[name]

    def find_servable(
        self, name: str, version: int | None, label: str | None
    ) -> servables.Servable:
        """The version of a model that a request means.

        Raises:
          refusals.Refusal: there is none.
        """
        while True:
            model = self.find(name)
            try:
                return model.find(version, label)
            except refusals.Refusal:
                # One that was replaced meanwhile has given up its versions.
                if self._models.get(name) is model:
                    raise

    def _poll(self) -> None:
        while not self._stopped.wait(self._poll_seconds):
            with self._updating:
                for model in self._models.values():
                    model.update()
                self._tell_all()
