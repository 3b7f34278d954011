"""Passes the page's calls on to a server's REST API.

So the page has one origin, and TF-Serving needs no CORS for it.
"""

import json
from typing import NamedTuple

import aiohttp
from aiohttp import web

# Two pictures of what the page makes of a large photo, with room.
MAX_BODY_BYTES = 8 * 2**20

_MODEL = r"/v1/models/{name:[^/:]+}"
_VERSION = _MODEL + r"/versions/{version:\d+}"

# The first answer of a version may take long; TF-Serving's own limit is 30 s.
_TIMEOUT = aiohttp.ClientTimeout(total=60, connect=10)


class Answer(NamedTuple):
    """Of the server, or of this program about the server.

    Attributes:
      status: HTTP's.
      body: JSON.
    """

    status: int
    body: bytes


class Forwarder:
    """Knows one model on one server; made inside the running loop."""

    def __init__(self, address: str, model: str):
        """Connects to nothing before the first call.

        Args:
          address: HOST:PORT of the REST API.
          model: whose paths are passed on, and no other's.
        """
        self._address, self._model = address, model
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)

    async def close(self) -> None:
        """Closes the connections."""
        await self._session.close()

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """The paths that the page needs: a model's state and predictions."""
        router.add_get(_MODEL, self._forward)
        router.add_post(_VERSION + ":predict", self._forward)

    async def status(self) -> Answer:
        """The model's versions, as the server tells them."""
        path = f"/v1/models/{self._model}"
        return await self._ask("GET", path, b"")

    async def _forward(self, request: web.Request) -> web.Response:
        if request.match_info["name"] != self._model:
            answer = _refusal(404, f"this page shows {self._model} only")
        else:
            answer = await self._pass_on(request)
        return web.Response(
            status=answer.status,
            body=answer.body,
            content_type="application/json",
        )

    async def _pass_on(self, request: web.Request) -> Answer:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _refusal(
                413,
                f"the request is larger than {MAX_BODY_BYTES >> 20} MiB; send "
                "a smaller picture",
            )
        return await self._ask(request.method, request.path, body)

    async def _ask(self, method: str, path: str, body: bytes) -> Answer:
        try:
            async with self._session.request(
                method,
                f"http://{self._address}{path}",
                data=body or None,
                allow_redirects=False,
            ) as response:
                return Answer(response.status, await response.read())
        except TimeoutError:
            return _refusal(
                504,
                f"the server at {self._address} did not answer within "
                f"{_TIMEOUT.total} s; try again, or a smaller picture",
            )
        except aiohttp.ClientError as error:
            return _refusal(
                502,
                f"no server answers at {self._address} ({error}); start one "
                "there with --rest_api_port",
            )


def _refusal(status: int, sentence: str) -> Answer:
    """An error in the form of TF-Serving's own."""
    return Answer(status, json.dumps({"error": sentence}).encode())
