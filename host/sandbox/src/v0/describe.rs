//! A connector's description, under the previous contract, in the catalog's words.

use wharf_catalog::{
    Description, Field, FieldKind, Lane,
    declaration::{
        AuthScheme, Budget, BudgetScope, Endpoint, Idempotency, LengthLimit, LengthUnit, Method, Publishing,
        Reach,
    },
};

use super::bindings::{exports::wharf::connector::connector as raw, wharf::connector::types};

pub(crate) fn description(from: raw::Description) -> Description {
    let reads_headers = from.publishing.iter().flat_map(|terms| terms.reads_headers.clone()).collect();
    Description {
        fields: from.fields.into_iter().map(field).collect(),
        settings_schema: from.settings_schema,
        auth: auth(from.auth).into_iter().collect(),
        endpoints: from.endpoints.into_iter().map(endpoint).collect(),
        budgets: from.budgets.into_iter().map(budget).collect(),
        reads_headers,
        publishing: from.publishing.as_ref().map(publishing),
        ..Description::new(from.name, from.version, from.summary)
    }
}

fn budget(from: raw::Budget) -> Budget {
    let raw::Budget { name, requests, per_seconds } = from;
    Budget {
        name,
        scope: BudgetScope::Channel,
        units: requests,
        per_seconds,
        burst: None,
        concurrent: None,
        counts: Vec::new(),
    }
}

fn field(from: raw::Field) -> Field {
    Field {
        description: from.description,
        lane: match from.lane {
            raw::Lane::Stock => Lane::Stock,
            raw::Lane::Price => Lane::Price,
            raw::Lane::Content => Lane::Content,
        },
        required: from.required,
        length: from.length.map(length),
        maximum_values: from.maximum_values,
        choices: from.choices,
        source: from.source,
        ..Field::new(from.name, kind(from.kind))
    }
}

fn kind(from: raw::FieldKind) -> FieldKind {
    match from {
        raw::FieldKind::Text => FieldKind::Text,
        raw::FieldKind::Html => FieldKind::Html,
        raw::FieldKind::Texts => FieldKind::Texts,
        raw::FieldKind::Number => FieldKind::Number,
        raw::FieldKind::Quantity => FieldKind::Quantity,
        raw::FieldKind::Money => FieldKind::Money,
        raw::FieldKind::Flag => FieldKind::Flag,
        raw::FieldKind::Url => FieldKind::Url,
        raw::FieldKind::Images => FieldKind::Images,
        raw::FieldKind::Gtin => FieldKind::Gtin,
        raw::FieldKind::Date => FieldKind::Date,
        raw::FieldKind::Choice => FieldKind::Choice,
    }
}

fn length(from: raw::LengthLimit) -> LengthLimit {
    let unit = match from.unit {
        raw::LengthUnit::Characters => LengthUnit::Characters,
        raw::LengthUnit::Bytes => LengthUnit::Bytes,
        raw::LengthUnit::Utf16 => LengthUnit::Utf16,
    };
    LengthLimit { maximum: from.maximum, unit, truncate: from.truncate }
}

fn auth(from: raw::AuthScheme) -> Option<AuthScheme> {
    Some(match from {
        raw::AuthScheme::None => return None,
        raw::AuthScheme::Bearer => AuthScheme::Bearer,
        raw::AuthScheme::Header(name) => AuthScheme::Header(name),
        raw::AuthScheme::Basic => AuthScheme::Basic,
        raw::AuthScheme::ServiceAccount(scopes) => AuthScheme::ServiceAccount(scopes),
    })
}

fn endpoint(from: raw::Endpoint) -> Endpoint {
    let raw::Endpoint { name, url, methods, paths } = from;
    let methods = methods.into_iter().map(method).collect();
    Endpoint { name, url, reach: Reach::Fixed, methods, paths, headers: Vec::new() }
}

fn method(from: types::Method) -> Method {
    match from {
        types::Method::Get => Method::Get,
        types::Method::Post => Method::Post,
        types::Method::Put => Method::Put,
        types::Method::Patch => Method::Patch,
        types::Method::Delete => Method::Delete,
    }
}

fn publishing(from: &raw::Publishing) -> Publishing {
    let idempotency = match from.idempotency {
        raw::Idempotency::NaturalKey => Idempotency::NaturalKey,
        raw::Idempotency::Keyed => Idempotency::Keyed,
        raw::Idempotency::None => Idempotency::None,
    };
    Publishing {
        stock_alone: from.stock_alone,
        price_alone: from.price_alone,
        maximum_operations: from.maximum_operations,
        maximum_request_bytes: None,
        idempotency,
        whole_groups: false,
        stock_apart: false,
        price_apart: false,
    }
}
