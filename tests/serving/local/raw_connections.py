"""Connections of clients that do not keep to what is usual, for tests."""

import socket
import struct

from tests.serving import made_requests

_DATA, _HEADERS, _SETTINGS = 0, 1, 4
_END_HEADERS = 4
_END_STREAM = 1
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def connect(port: int) -> socket.socket:
    """TCP, and nothing sent."""
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def start_call(connection: socket.socket) -> None:
    """Opens HTTP/2, and in it a call of Predict without its message."""
    headers = {
        ":method": "POST",
        ":scheme": "http",
        ":path": made_requests.PREDICT,
        ":authority": "test",
        "content-type": "application/grpc",
        "te": "trailers",
    }
    # HPACK: a literal without indexing, its name's and value's lengths.
    block = b"".join(
        b"\x00" + b"".join(bytes([len(s)]) + s.encode() for s in header)
        for header in headers.items()
    )
    connection.sendall(
        _PREFACE
        + _frame(_SETTINGS, 0, 0, b"")
        + _frame(_HEADERS, _END_HEADERS, 1, block)
    )


def send_part(connection: socket.socket, data: bytes, length: int) -> None:
    """Sends a part of a message of `length` bytes, or all of it."""
    is_whole = len(data) == length
    message = b"\x00" + struct.pack(">I", length) + data
    frame = _frame(_DATA, _END_STREAM if is_whole else 0, 1, message)
    connection.sendall(frame)


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    head = struct.pack(">I", len(payload))[1:]
    return head + struct.pack(">BBI", kind, flags, stream) + payload


def start_post(connection: socket.socket, path: str, length: int) -> None:
    """Sends the headers of HTTP/1.1 and of a body the first byte."""
    connection.sendall(
        f"POST {path} HTTP/1.1\r\nHost: test\r\n"
        f"Content-Length: {length}\r\n\r\n{{".encode()
    )


def reset(connection: socket.socket) -> None:
    """Leaves as a process does that is killed with data not read: RST."""
    at_once = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    connection.close()


def read_to_end(connection: socket.socket) -> bytes:
    """What comes until the server closes the connection."""
    received = b""
    try:
        while part := connection.recv(2**16):
            received += part
    except ConnectionResetError:
        pass
    return received
