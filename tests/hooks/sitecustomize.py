"""Record, in every process that finds this folder on its path, what reaches for the network or reads a pickle.

Loaded by the interpreter at its start, in children too. An attempt to reach another host is written to the file that
CORPUS_TESTS_RECORD names, and refused. A class that a pickle asks for is written with the file that reads it; what
processes of one program send each other over their own pipes is left out.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

_RECORD = os.environ.get("CORPUS_TESTS_RECORD")
_NETWORK = frozenset(
    ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname")
)
# What listens counts too: it listens on loopback alone.
_HERE = ("127.", "::1", "localhost", "0:0:0:0:0:0:0:1")
_PIPES = ("multiprocessing", os.path.join("concurrent", "futures"))


def _host(event: str, args: tuple[Any, ...]) -> Any:
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        return args[0]
    address = args[1] if len(args) > 1 else None
    return address[0] if isinstance(address, tuple) else None  # a path or None: a socket of this machine


def _reader() -> str:
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if any(pipe in name for pipe in _PIPES):
            return ""
        if os.sep + "pickle" not in name and "cloudpickle" not in name and name != __file__:
            return name
        frame = frame.f_back
    return "?"


def _say(**said: Any) -> None:
    line = json.dumps({**said, "program": sys.argv[:2] if hasattr(sys, "argv") else []}, default=str) + "\n"
    file = os.open(str(_RECORD), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event in _NETWORK:
        host = _host(event, args)
        host = host.decode() if isinstance(host, bytes) else host
        if isinstance(host, str) and host and not host.startswith(_HERE):
            _say(event=event, host=host)
            raise PermissionError(f"the tests allow no network: {event} {host}")
    elif event == "pickle.find_class":
        reader = _reader()
        if reader:
            _say(event=event, name=f"{args[0]}.{args[1]}", reader=reader)


if _RECORD:
    _say(event="begin")
    sys.addaudithook(_watch)
