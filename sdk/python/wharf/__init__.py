"""What connectors in Python are written with. `wharf connector new NAME --lang python` makes a whole one.

The types of the contract itself are generated from `wit/v1` by componentize-py, as the package `wit_world`; the ones that
connectors name most are handed on here.
"""

from wit_world.exports.connector import (
    AuthScheme_Basic,
    AuthScheme_Bearer,
    AuthScheme_ClientCredentials,
    AuthScheme_Header,
    AuthScheme_RefreshToken,
    AuthScheme_ServiceAccount,
    AuthScheme_Signature,
    Description,
    Field,
    Idempotency,
    Lane,
)
from wit_world.exports.publisher import Action, Settlement
from wit_world.imports.exchanges import Exchange
from wit_world.imports.http import Method, Request, Response
from wit_world.imports.types import Context, Problem, Reason

from .declare import JSON_BODIES, Fields, budget, characters, description, endpoint, publishing
from .exchange import accepted, exchange, failed, further, json_request, rejected, request, retry
from .item import Image, Item, Level, Measure, Money, plain
from .problem import Failure, error, failure_of, warning
from .publish import Answer, ItemConnector, Operation, exported

__all__ = [
    "JSON_BODIES",
    "Action",
    "Answer",
    "AuthScheme_Basic",
    "AuthScheme_Bearer",
    "AuthScheme_ClientCredentials",
    "AuthScheme_Header",
    "AuthScheme_RefreshToken",
    "AuthScheme_ServiceAccount",
    "AuthScheme_Signature",
    "Context",
    "Description",
    "Exchange",
    "Failure",
    "Field",
    "Fields",
    "Idempotency",
    "Image",
    "Item",
    "ItemConnector",
    "Lane",
    "Level",
    "Measure",
    "Method",
    "Money",
    "Operation",
    "Problem",
    "Reason",
    "Request",
    "Response",
    "Settlement",
    "accepted",
    "budget",
    "characters",
    "description",
    "endpoint",
    "error",
    "exchange",
    "exported",
    "failed",
    "failure_of",
    "further",
    "json_request",
    "plain",
    "publishing",
    "rejected",
    "request",
    "retry",
    "warning",
]
