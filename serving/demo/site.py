"""The page's files over HTTP, beside the calls that are passed on."""

import pathlib

from aiohttp import web

from serving.demo import forwarding

# What lies here and is the page's; no other file is served.
_FOLDER = pathlib.Path(__file__).absolute().parent
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}

# Nothing is loaded from elsewhere, and nothing runs but the page's own files.
# blob: is what the page makes of pictures.
_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def application(forwarder: forwarding.Forwarder, model: str) -> web.Application:
    """The routes, as aiohttp serves them.

    Args:
      forwarder: to the server.
      model: that the page shows.
    """
    made = web.Application(client_max_size=forwarding.MAX_BODY_BYTES)
    made.on_response_prepare.append(_add_headers)
    for path in sorted(_FOLDER.iterdir()):
        if path.suffix in _TYPES:
            url = "/" if path.name == "index.html" else f"/{path.name}"
            made.router.add_get(url, _file(path))
    made.router.add_get("/settings.json", _settings(model))
    forwarder.add_routes(made.router)
    return made


async def _add_headers(request: web.Request, response: web.Response) -> None:
    del request
    response.headers.update(_HEADERS)


def _file(path: pathlib.Path):
    content, kind = path.read_bytes(), _TYPES[path.suffix]

    async def answer(request: web.Request) -> web.Response:
        del request
        return web.Response(body=content, content_type=kind, charset="utf-8")

    return answer


def _settings(model: str):
    async def answer(request: web.Request) -> web.Response:
        del request
        return web.json_response({"model": model})

    return answer
