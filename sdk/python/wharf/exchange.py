"""Requests, the exchanges that carry them, and how an operation ended."""

import json
from typing import Any

from wit_world.exports.publisher import (
    Outcome,
    Settlement,
    Verdict,
    Verdict_Accepted,
    Verdict_Rejected,
    Verdict_Retry,
)
from wit_world.imports.exchanges import Exchange, Postponement
from wit_world.imports.http import Body, Body_None_, Body_Text, Method, Request
from wit_world.imports.types import Problem

from .problem import UNEXPECTED, error, failure_of, well_formed


def request(
    method: Method,
    endpoint: int,
    target: str,
    *,
    headers: list[tuple[str, str]] | None = None,
    body: Body | None = None,
    cost: int | None = None,
    unpack: bool = False,
) -> Request:
    """`target` is path and query, already percent-encoded."""
    return Request(method, endpoint, target, headers or [], body or Body_None_(), cost, unpack)


def json_request(method: Method, endpoint: int, target: str, value: Any) -> Request:
    """A request with a JSON body; its `content-type` is the endpoint's, see `JSON_BODIES`."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return request(method, endpoint, target, body=Body_Text(text))


def exchange(request: Request, *, memo: str = "", document: bytes | None = None, delay_ms: int = 0) -> Exchange:
    """The exchange of one operation. `memo` is the connector's note to itself, handed back with the response."""
    return Exchange(request, [0], memo.encode(), document, delay_ms)


def accepted(
    *, remote_id: str | None = None, note: str | None = None, warnings: list[Problem] | None = None
) -> Settlement:
    """The channel shows what the operation asked for; `warnings` tell of losses."""
    return _settled(Verdict_Accepted(warnings or []), remote_id, note)


def rejected(problem: Problem, *, remote_id: str | None = None, note: str | None = None) -> Settlement:
    """Not taken until the item changes."""
    return _settled(Verdict_Rejected([problem]), remote_id, note)


def retry(problem: Problem, after_ms: int | None = None) -> Settlement:
    """Not taken now; without `after_ms`, the host chooses when to try again."""
    return _settled(Verdict_Retry(Postponement(after_ms, problem)))


def failed(status: int, message: str) -> Settlement:
    """Retry or rejection, as a status other than success says by itself."""
    failure = failure_of(status) or UNEXPECTED
    problem = error(failure.code, message, reason=failure.reason)
    return retry(problem) if failure.passes else rejected(problem)


def further(next_exchange: Exchange) -> Settlement:
    """The answer says too little yet: this exchange follows."""
    return Settlement([], [next_exchange], [])


def _settled(verdict: Verdict, remote_id: str | None = None, note: str | None = None) -> Settlement:
    shown = [None if text is None else well_formed(text) for text in (remote_id, note)]
    return Settlement([Outcome(0, verdict, *shown)], [], [])
