"""The channel's settings, in the shape that the connector's own schema promises."""

import json
from typing import Any

from wit_world.imports.types import Context, Problem, Reason

from .problem import error

_TYPES: dict[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "null": (type(None),),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}
"""What JSON Schema's types are in Python."""


class SettingsReader:
    """Reads settings.

    The host has checked them against the schema, but perhaps against that of another version: so what is required has to
    be there, and what is there has to be of the declared type.
    """

    def __init__(self, schema: str) -> None:
        parsed = json.loads(schema)
        self._required: list[str] = parsed.get("required", [])
        self._properties: dict[str, dict[str, Any]] = parsed.get("properties", {})

    def read(self, context: Context) -> dict[str, Any] | Problem:
        """The settings, or what is wrong with them."""
        settings: dict[str, Any] = json.loads(context.settings)
        fault = self._fault(settings)
        if fault is None:
            return settings
        message = f"The channel's settings cannot be read: {fault}."
        return error("invalid-settings", message, reason=Reason.SETTINGS)

    def _fault(self, settings: dict[str, Any]) -> str | None:
        for name in self._required:
            # Secrets stay with the host.
            if name not in settings and not self._properties.get(name, {}).get("writeOnly"):
                return f"`{name}` is missing; set it"
        for name, declared in self._properties.items():
            # A list of types is left to the host.
            kind = declared.get("type")
            if name in settings and isinstance(kind, str) and not _is_of(kind, settings[name]):
                return f"`{name}` is no {kind}; correct it"
        return None


def _is_of(kind: str, value: Any) -> bool:
    # Python counts truth values among the integers, and JSON Schema 1.0.
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES.get(kind, (object,)))
