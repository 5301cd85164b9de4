"""Connectors for channels that take one request for each item, and how they become the component's exports."""

import json
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from wit_world import exports
from wit_world.exports.connector import Description
from wit_world.exports.publisher import Action, Settlement
from wit_world.exports.publisher import Operation as RawOperation
from wit_world.imports import log
from wit_world.imports.exchanges import Answer as RawAnswer
from wit_world.imports.exchanges import Exchange, Preparation, Rejection
from wit_world.imports.http import Request, Response
from wit_world.imports.items import Batch
from wit_world.imports.types import Context, Problem

from .exchange import rejected
from .item import Item, Items
from .nesting import parsed
from .settings import SettingsReader

Settings = TypeVar("Settings")


@dataclass(frozen=True)
class Operation:
    """What to do about one item; see `wit/v1/publisher.wit`."""

    action: Action
    item: Item
    remote_id: str | None
    note: str | None
    revision: int
    attempt: int
    as_of: int
    """Milliseconds since 1970."""


class Answer:
    """What came back for one exchange."""

    def __init__(self, response: Response, memo: bytes = b"") -> None:
        self.memo = memo.decode(errors="replace")
        self.status = response.status
        self.body = response.body
        self._headers = dict(response.headers)

    def header(self, name: str) -> str | None:
        """One of the description's `reads_headers`."""
        return self._headers.get(name)

    def json(self) -> Any:
        """`None` when the body is no JSON, or nested too deeply: proxies and login pages answer 200 as well."""
        return parsed(self.body.decode(errors="replace"))


class ItemConnector(Generic[Settings]):
    """`Settings` is the shape that the settings schema promises, a `TypedDict`; see `SettingsReader`."""

    def describe(self) -> Description:
        raise NotImplementedError

    def probe(self, settings: Settings, context: Context) -> Request | None:
        """A request that shows whether credentials and settings work, and changes nothing."""
        return None

    def probed(self, answer: Answer, settings: Settings, context: Context) -> list[Problem]:
        """What the answer to the probe means: empty when all is well."""
        return []

    def prepare(self, operation: Operation, settings: Settings, context: Context) -> Exchange | list[Problem]:
        """The exchange for one operation, or why the channel would not take it."""
        raise NotImplementedError

    def settle(self, answer: Answer, settings: Settings, context: Context) -> Settlement:
        """What the channel's answer means for the one operation of the exchange."""
        raise NotImplementedError


def exported(own: ItemConnector[Any]) -> tuple[type[exports.Connector], type[exports.Publisher]]:
    """What the component's module has to name so: `Connector, Publisher = exported(Shop())`."""
    reader = SettingsReader(own.describe().settings_schema)

    class Connector(exports.Connector):
        def describe(self) -> Description:
            with _told():
                return own.describe()

        def probe(self, context: Context) -> Request | None:
            with _told():
                settings = reader.read(context)
                # Settings that cannot be read are told by the first `prepare`.
                return None if isinstance(settings, Problem) else own.probe(settings, context)

        def probed(self, context: Context, response: Response) -> list[Problem]:
            with _told():
                settings = reader.read(context)
                return [settings] if isinstance(settings, Problem) else own.probed(Answer(response), settings, context)

    class Publisher(exports.Publisher):
        def prepare(self, context: Context, batch: Batch, operations: list[RawOperation]) -> Preparation:
            with _told():
                return _prepare_all(own, reader.read(context), context, Items(batch), operations)

        def settle(self, context: Context, answers: list[RawAnswer]) -> list[Settlement]:
            with _told():
                return _settle_all(own, reader.read(context), context, answers)

    return Connector, Publisher


@contextmanager
def _told() -> Iterator[None]:
    """What is raised becomes a trap, which has no message; so the traceback goes to the operator's log first."""
    try:
        yield
    except BaseException:
        log.log(log.Level.ERROR, traceback.format_exc())
        raise


def _prepare_all(
    own: ItemConnector[Any],
    settings: dict[str, Any] | Problem,
    context: Context,
    items: Items,
    operations: list[RawOperation],
) -> Preparation:
    preparation = Preparation([], [])
    for index, raw in enumerate(operations):
        if isinstance(settings, Problem):
            prepared: Exchange | list[Problem] = [settings]
        else:
            prepared = own.prepare(_shown(items, raw, index), settings, context)
        if isinstance(prepared, list):
            preparation.rejections.append(Rejection(index, prepared))
        else:
            prepared.covers = [index]
            preparation.exchanges.append(prepared)
    return preparation


def _shown(items: Items, raw: RawOperation, index: int) -> Operation:
    return Operation(
        action=raw.action,
        item=items.at(index),
        remote_id=items.optional(raw.remote_id),
        note=items.optional(raw.note),
        revision=raw.revision,
        attempt=raw.attempt,
        as_of=raw.as_of,
    )


def _settle_all(
    own: ItemConnector[Any], settings: dict[str, Any] | Problem, context: Context, answers: list[RawAnswer]
) -> list[Settlement]:
    if isinstance(settings, Problem):
        return [rejected(settings) for _ in answers]
    return [own.settle(Answer(answer.response, answer.memo), settings, context) for answer in answers]
