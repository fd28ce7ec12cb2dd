"""A small disk of its own, for the engine's tests too."""

from tests.crash.conftest import disk as disk
