"""What the shop's responses mean.

An item that was taken comes back as `{"id": "..."}`; one that was not, with `{"error": "..."}`; one that was deleted,
with nothing. Any other body is none of the shop's: proxies and login pages answer 200 as well.
"""

from typing import Any

from wharf import Action, Answer, Reason, Settlement, accepted, error, failed, failure_of, retry


def settled(answer: Answer) -> Settlement:
    """Of the one operation that the exchange covers. Its memo is the operation's action."""
    failure = failure_of(answer.status)
    if failure is not None and failure.reason is Reason.MISSING:
        if answer.memo == Action.DELETE.name:
            # It is not there, which is what was asked for.
            return accepted()
        if answer.memo == Action.STOCK.name:
            # For this reason the host sends the whole item next.
            return retry(error("not-found", "The shop does not have the item.", reason=Reason.MISSING))
    if failure is not None:
        return failed(answer.status, _words(answer))
    if answer.memo == Action.DELETE.name and not answer.body:
        return accepted()
    remote_id = _member(answer.json(), "id")
    if remote_id is not None:
        return accepted(remote_id=remote_id)
    message = "The answer is none of the shop's; check the endpoint's address."
    return retry(error("unreadable-answer", message, reason=Reason.CONTRACT))


def _words(answer: Answer) -> str:
    """Our sentence, and the shop's own words when there are any."""
    said = _member(answer.json(), "error")
    return "The shop did not take it." if said is None else f"The shop did not take it. It says: {said}"


def _member(value: Any, name: str) -> str | None:
    """The text under this name, if the value is an object that has one."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None
