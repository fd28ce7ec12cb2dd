"""What can go wrong, by whose fault it is. Messages say what was found, where, and what to do."""

from __future__ import annotations


class PipelineError(Exception):
    """Base of every error this package raises on purpose."""


class UsageError(PipelineError):
    """The call was wrong: a path, option, setting or taxonomy. The command exits with 2."""


class RejectedError(PipelineError):
    """One input cannot be processed; it becomes a row in `sources` and the run goes on."""

    def __init__(self, reason: str, detail: str) -> None:
        """Keep `reason`, a short fixed word, apart from `detail`, a sentence for a person."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ContractError(PipelineError):
    """A promise of the pipeline is broken; the run stops before anything is published."""


class ValidationFailedError(PipelineError):
    """The staged tables failed a critical expectation. The command exits with 1."""


class CorruptVersionError(PipelineError):
    """A published version does not match its manifest."""
