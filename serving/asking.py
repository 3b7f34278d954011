"""What a server finds in frame after frame, and why not in all of them."""

import sys
import time
from collections.abc import Iterable
from typing import NamedTuple

import grpc
import numpy as np
import tqdm

from serving import client
from serving import command_line
from serving import footage
from serving import messages
from serving import results

# What can be one image's fault, or one moment's. After other refusals, and
# after waiting for a server that is not there, there is no use in going on.
_OF_ONE_IMAGE = (
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
)


class Answer(NamedTuple):
    """What was found in a frame.

    Attributes:
      frame: that was asked for.
      keypoints: float32 [K, 2], in pixels of the frame.
      found: what the server answered, of what was sent of the frame.
      seconds: that it took.
    """

    frame: footage.Frame
    keypoints: np.ndarray
    found: messages.Detections
    seconds: float


class Run:
    """What came of the frames so far.

    Attributes:
      landmarks: of the model.
      failed: those without landmarks.
      latencies: seconds, of those with landmarks.
      versions: that answered.
    """

    def __init__(self, landmark_client: client.Client, are_images: bool):
        """Asks what the landmarks are.

        Args:
          landmark_client: that is asked.
          are_images: whether frames are images, which go on without one; a
            video ends at the first frame without landmarks.

        Raises:
          messages.ServingError: no server, or none that has the model.
        """
        self._client, self._are_images = landmark_client, are_images
        self.landmarks = landmark_client.landmarks()
        self.failed: list[footage.Failed] = []
        self.latencies: list[float] = []
        self.versions: set[int] = set()

    def ask(
        self, frame: footage.Frame | footage.Failed
    ) -> Answer | footage.Failed:
        """Landmarks in one frame; threads may share it."""
        if isinstance(frame, footage.Failed):
            return frame
        start = time.perf_counter()
        sent = footage.to_send(frame.image)
        try:
            found = self._client.detect(sent.image[np.newaxis])
        except messages.ServingError as error:
            return self._failed(frame, error)
        keypoints = sent.in_original(found.keypoints[0])
        return Answer(frame, keypoints, found, time.perf_counter() - start)

    def write(
        self, answers: Iterable[Answer | footage.Failed], to: results.Results
    ) -> None:
        """Writes what comes, up to what nothing can come after."""
        for answer in answers:
            checked = self._checked(answer)
            if isinstance(checked, footage.Failed):
                self.failed.append(checked)
                to.add_failed(checked)
                if checked.is_last:
                    return
                tqdm.tqdm.write(checked.reason, file=sys.stderr)
            else:
                frame, keypoints, found, seconds = checked
                to.add(frame, keypoints, found.confidence[0], found.version)
                self.latencies.append(seconds)

    def _checked(
        self, answer: Answer | footage.Failed
    ) -> Answer | footage.Failed:
        """The answer, if its version has the landmarks of the others."""
        if isinstance(answer, footage.Failed):
            return answer
        if answer.found.version not in self.versions:
            try:
                _check_same(self.landmarks, self._client, answer.found)
            except (command_line.UserError, messages.ServingError) as error:
                return self._failed(answer.frame, error)
            self.versions.add(answer.found.version)
        return answer

    def _failed(self, frame: footage.Frame, error: Exception) -> footage.Failed:
        goes_on = (
            self._are_images
            and isinstance(error, messages.ServingError)
            and error.code in _OF_ONE_IMAGE
        )
        reason = f"{frame.source}: {error}" if goes_on else str(error)
        return footage.Failed(frame.source, frame.number, reason, not goes_on)

    def summary(self, out: str) -> str:
        """What was found; there was something.

        Args:
          out: folder of the results.
        """
        p50, p95, p99 = 1000 * np.percentile(self.latencies, [50, 95, 99])
        by = " and ".join(f"version {each}" for each in sorted(self.versions))
        return (
            f"{len(self.latencies)} frames by {by}; an answer took "
            f"{p50:.1f} ms (median), {p95:.1f} ms (p95), {p99:.1f} ms (p99); "
            f"see {out}"
        )

    def explain_failed(self, out: str) -> str:
        """Why there are frames without landmarks; there are some.

        Args:
          out: folder of the results.
        """
        last = self.failed[-1]
        if not self.latencies:
            return last.reason
        if last.is_last:
            return (
                f"{last.reason}; {out} has what was found before frame "
                f"{last.number} of {last.source}"
            )
        images = len(self.failed) + len(self.latencies)
        return (
            f"{len(self.failed)} of {images} images have no landmarks; they "
            f"are named above and in {out}, which has the others'"
        )


def _check_same(
    landmarks: messages.Landmarks,
    landmark_client: client.Client,
    found: messages.Detections,
) -> None:
    """Refuses a version that came meanwhile and has other landmarks."""
    now = _landmarks_of(landmark_client, found.version)
    if now.names != landmarks.names or len(found.keypoints[0]) != len(
        landmarks.names
    ):
        raise command_line.UserError(
            f"version {found.version} came to be served meanwhile, and has "
            "other landmarks; begin anew, or give --version"
        )


def _landmarks_of(
    landmark_client: client.Client, version: int
) -> messages.Landmarks:
    """A version's; of the one that took over, where it is unloaded already."""
    try:
        return landmark_client.landmarks(version)
    except messages.ServingError as error:
        if error.code != grpc.StatusCode.NOT_FOUND:
            raise
        return landmark_client.landmarks()
