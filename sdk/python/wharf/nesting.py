"""JSON that a channel sent."""

import json
import re
from typing import Any

MAXIMUM_DEPTH = 128
"""How deeply arrays and objects may lie in each other.

CPython parses them by recursion, and a call has 512 KiB of stack unless the sandbox setting `stack-bytes` says otherwise;
past it, the call traps and the batch with it.
"""

_MARKS = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


def parsed(text: str) -> Any:
    """`None` when the text is no JSON, or nested more deeply than `MAXIMUM_DEPTH`."""
    if not _is_shallow(text):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _is_shallow(text: str) -> bool:
    depth = 0
    for mark in _MARKS.finditer(text):
        # What stands in a string is no mark.
        if mark[0] in "[{":
            depth += 1
        elif mark[0] in "]}":
            depth -= 1
        if depth > MAXIMUM_DEPTH:
            return False
    return True
