"""What the operator sets for one channel."""

from typing import TypedDict


class Settings(TypedDict):
    shop: str


SETTINGS_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "connector-name",
    "type": "object",
    "required": ["shop"],
    "additionalProperties": False,
    "properties": {
        "shop": {
            "type": "string",
            "pattern": "^[a-z0-9-]{1,40}$",
            "title": "Shop",
            "description": "The shop's name in the address of its API.",
        }
    },
}
"""The same for the console."""
