"""Why something is not as the operator wants it, and what a status means when the channel's body says nothing better."""

from dataclasses import dataclass

from wit_world.imports.types import Problem, Reason, Severity


def error(code: str, message: str, *, reason: Reason = Reason.DATA, field: int | None = None) -> Problem:
    """Keeps the item from being listed. The product's data is at fault unless `reason` says otherwise."""
    return Problem(well_formed(code), Severity.ERROR, reason, field, well_formed(message))


def warning(code: str, message: str, *, reason: Reason = Reason.DATA, field: int | None = None) -> Problem:
    """A loss that does not keep the item from being listed."""
    return Problem(well_formed(code), Severity.WARNING, reason, field, well_formed(message))


def well_formed(text: str) -> str:
    """A vendor's JSON may hold halves of surrogate pairs, which have no UTF-8."""
    return text.encode(errors="replace").decode()


@dataclass(frozen=True)
class Failure:
    """What a status other than success stands for."""

    code: str
    """Stable, for problems."""
    reason: Reason
    passes: bool
    """Whether trying again may help without a change of the item."""


UNEXPECTED = Failure("unexpected-status", Reason.CONTRACT, passes=True)
_UNAVAILABLE = Failure("unavailable", Reason.OUTAGE, passes=True)
_REFUSED = Failure("refused", Reason.DATA, passes=False)
_NOT_FOUND = Failure("not-found", Reason.MISSING, passes=False)
_CONFLICT = Failure("conflict", Reason.CONFLICT, passes=True)
_THROTTLED = Failure("throttled", Reason.BUDGET, passes=True)

_FAILURES = {
    401: Failure("unauthorized", Reason.CREDENTIALS, passes=True),
    403: Failure("forbidden", Reason.PERMISSION, passes=True),
    404: _NOT_FOUND,
    408: _THROTTLED,
    409: _CONFLICT,
    410: _NOT_FOUND,
    412: _CONFLICT,
    425: _THROTTLED,
    429: _THROTTLED,
}


def failure_of(status: int) -> Failure | None:
    """Nothing for 2xx."""
    if 200 <= status < 300:
        return None
    if status in _FAILURES:
        return _FAILURES[status]
    if 400 <= status < 500:
        return _REFUSED
    return _UNAVAILABLE if 500 <= status < 600 else UNEXPECTED
