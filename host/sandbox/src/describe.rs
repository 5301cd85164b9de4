//! A connector's description in the catalog's words.

use wharf_catalog::{
    Description, Field, FieldKind, Lane,
    declaration::{
        AuthScheme, Bounds, Budget, BudgetRule, BudgetScope, Categories, ChangeDetection, DigestAlgorithm,
        Element, Endpoint, FileIntake, Grammar, Idempotency, ImageRules, LengthLimit, LengthUnit, Method,
        Placement, Publishing, PullStream, QueryText, Reach, Receiving, Requirement, Signature, SignedPart,
        StreamKind, TextEncoding, TimestampUnit, TokenGrant, Variants,
    },
};

use crate::{
    bindings::{
        exports::wharf::connector::connector as raw,
        wharf::connector::{http, types},
    },
    lift::number,
};

pub(crate) fn description(from: raw::Description) -> Description {
    Description {
        name: from.name,
        version: from.version,
        summary: from.summary,
        fields: from.fields.into_iter().map(field).collect(),
        categories: from.categories.map(categories),
        variants: from.variants.map(variants),
        settings_schema: from.settings_schema,
        auth: from.auth.into_iter().map(auth).collect(),
        endpoints: from.endpoints.into_iter().map(endpoint).collect(),
        budgets: from.budgets.into_iter().map(budget).collect(),
        reads_headers: from.reads_headers,
        publishing: from.publishing.as_ref().map(publishing),
        streams: from.streams.into_iter().map(stream).collect(),
        receiving: from.receiving.map(receiving),
        intake: from.intake.map(|raw::FileIntake { formats, members }| FileIntake { formats, members }),
    }
}

fn field(from: raw::Field) -> Field {
    Field {
        name: from.name,
        description: from.description,
        kind: kind(from.kind),
        lane: match from.lane {
            raw::Lane::Stock => Lane::Stock,
            raw::Lane::Price => Lane::Price,
            raw::Lane::Content => Lane::Content,
        },
        required: from.required,
        length: from.length.map(length),
        bounds: from.bounds.map(bounds),
        maximum_values: from.maximum_values,
        choices: from.choices,
        units: from.units,
        grammar: from.grammar.map(grammar),
        images: from.images.map(image_rules),
        source: from.source,
    }
}

fn kind(from: raw::FieldKind) -> FieldKind {
    match from {
        raw::FieldKind::Text => FieldKind::Text,
        raw::FieldKind::Html => FieldKind::Html,
        raw::FieldKind::Texts => FieldKind::Texts,
        raw::FieldKind::Number => FieldKind::Number,
        raw::FieldKind::Quantity => FieldKind::Quantity,
        raw::FieldKind::Levels => FieldKind::Levels,
        raw::FieldKind::Money => FieldKind::Money,
        raw::FieldKind::Measure => FieldKind::Measure,
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

/// A bound that no number can be is left out; it would refuse nothing or everything.
fn bounds(from: raw::Bounds) -> Bounds {
    let bound = |from: Option<types::Decimal>| from.and_then(|from| number(from).ok());
    Bounds { minimum: bound(from.minimum), maximum: bound(from.maximum) }
}

fn grammar(from: raw::Grammar) -> Grammar {
    let element = |raw::Element { name, parents, attributes }| Element { name, parents, attributes };
    Grammar { elements: from.elements.into_iter().map(element).collect(), bare_text: from.bare_text }
}

fn image_rules(from: raw::ImageRules) -> ImageRules {
    let raw::ImageRules { minimum_pixels, maximum_pixels, maximum_bytes, formats } = from;
    ImageRules { minimum_pixels, maximum_pixels, maximum_bytes, formats }
}

fn categories(from: raw::Categories) -> Categories {
    let requirement = |raw::Requirement { category, field, required, choices }| Requirement {
        category,
        field,
        required,
        choices,
    };
    Categories { field: from.field, requirements: from.requirements.into_iter().map(requirement).collect() }
}

fn variants(from: raw::Variants) -> Variants {
    let raw::Variants { maximum_axes, maximum_variants, axes } = from;
    Variants { maximum_axes, maximum_variants, axes }
}

fn auth(from: raw::AuthScheme) -> AuthScheme {
    match from {
        raw::AuthScheme::Bearer => AuthScheme::Bearer,
        raw::AuthScheme::Header(name) => AuthScheme::Header(name),
        raw::AuthScheme::Basic => AuthScheme::Basic,
        raw::AuthScheme::ClientCredentials(grant) => AuthScheme::ClientCredentials(token_grant(grant)),
        raw::AuthScheme::RefreshToken(grant) => AuthScheme::RefreshToken(token_grant(grant)),
        raw::AuthScheme::ServiceAccount(scopes) => AuthScheme::ServiceAccount(scopes),
        raw::AuthScheme::Signature(from) => AuthScheme::Signature(signature(from)),
    }
}

fn token_grant(from: raw::TokenGrant) -> TokenGrant {
    let raw::TokenGrant { token_url, scopes, client_in_body, presented_in } = from;
    TokenGrant { token_url, scopes, client_in_body, presented_in }
}

fn signature(from: raw::Signature) -> Signature {
    Signature {
        algorithm: algorithm(from.algorithm),
        over: from.over.into_iter().map(signed_part).collect(),
        encoding: match from.encoding {
            raw::TextEncoding::HexLower => TextEncoding::HexLower,
            raw::TextEncoding::HexUpper => TextEncoding::HexUpper,
            raw::TextEncoding::Base64 => TextEncoding::Base64,
        },
        prefix: from.prefix,
        placed: placement(from.placed),
        timestamp: from.timestamp.map(|(placed, unit)| (placement(placed), timestamp_unit(unit))),
        presents: from.presents.into_iter().map(|(member, placed)| (member, placement(placed))).collect(),
    }
}

pub(crate) fn algorithm(from: types::DigestAlgorithm) -> DigestAlgorithm {
    match from {
        types::DigestAlgorithm::HmacSha1 => DigestAlgorithm::HmacSha1,
        types::DigestAlgorithm::HmacSha256 => DigestAlgorithm::HmacSha256,
        types::DigestAlgorithm::HmacSha512 => DigestAlgorithm::HmacSha512,
    }
}

fn signed_part(from: raw::SignedPart) -> SignedPart {
    match from {
        raw::SignedPart::Secret => SignedPart::Secret,
        raw::SignedPart::Member(name) => SignedPart::Member(name),
        raw::SignedPart::Method => SignedPart::Method,
        raw::SignedPart::Path => SignedPart::Path,
        raw::SignedPart::PathBelowBase => SignedPart::PathBelowBase,
        raw::SignedPart::Address => SignedPart::Address,
        raw::SignedPart::SortedQuery(raw::QueryText { after_name, between_pairs, except }) => {
            SignedPart::SortedQuery(QueryText { after_name, between_pairs, except })
        }
        raw::SignedPart::Body => SignedPart::Body,
        raw::SignedPart::BodyDigest => SignedPart::BodyDigest,
        raw::SignedPart::Timestamp => SignedPart::Timestamp,
        raw::SignedPart::Header(name) => SignedPart::Header(name),
        raw::SignedPart::Literal(text) => SignedPart::Literal(text),
    }
}

fn placement(from: raw::Placement) -> Placement {
    match from {
        raw::Placement::Header(name) => Placement::Header(name),
        raw::Placement::Query(name) => Placement::Query(name),
    }
}

fn timestamp_unit(from: raw::TimestampUnit) -> TimestampUnit {
    match from {
        raw::TimestampUnit::Seconds => TimestampUnit::Seconds,
        raw::TimestampUnit::Milliseconds => TimestampUnit::Milliseconds,
    }
}

fn endpoint(from: raw::Endpoint) -> Endpoint {
    let raw::Endpoint { name, url, reach, methods, paths, headers } = from;
    let reach = match reach {
        raw::Reach::Fixed => Reach::Fixed,
        raw::Reach::Named => Reach::Named,
        raw::Reach::Open => Reach::Open,
    };
    Endpoint { name, url, reach, methods: methods.into_iter().map(method).collect(), paths, headers }
}

pub(crate) fn method(from: http::Method) -> Method {
    match from {
        http::Method::Get => Method::Get,
        http::Method::Post => Method::Post,
        http::Method::Put => Method::Put,
        http::Method::Patch => Method::Patch,
        http::Method::Delete => Method::Delete,
    }
}

fn budget(from: raw::Budget) -> Budget {
    let rule = |raw::BudgetRule { endpoint, methods, path }: raw::BudgetRule| BudgetRule {
        endpoint,
        methods: methods.into_iter().map(method).collect(),
        path,
    };
    Budget {
        name: from.name,
        scope: match from.scope {
            raw::BudgetScope::Account => BudgetScope::Account,
            raw::BudgetScope::Channel => BudgetScope::Channel,
            raw::BudgetScope::Listing => BudgetScope::Listing,
        },
        units: from.units,
        per_seconds: from.per_seconds,
        burst: from.burst,
        concurrent: from.concurrent,
        counts: from.counts.into_iter().map(rule).collect(),
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
        maximum_request_bytes: from.maximum_request_bytes,
        idempotency,
        whole_groups: from.whole_groups,
        stock_apart: from.stock_apart,
        price_apart: from.price_apart,
    }
}

fn stream(from: raw::PullStream) -> PullStream {
    let kind = match from.kind {
        raw::StreamKind::Orders => StreamKind::Orders,
        raw::StreamKind::Stock => StreamKind::Stock,
        raw::StreamKind::Listings => StreamKind::Listings,
        raw::StreamKind::Products => StreamKind::Products,
        raw::StreamKind::Categories => StreamKind::Categories,
        raw::StreamKind::Schemas => StreamKind::Schemas,
    };
    let change = |from| match from {
        raw::ChangeDetection::Push => ChangeDetection::Push,
        raw::ChangeDetection::Cursor => ChangeDetection::Cursor,
        raw::ChangeDetection::ModifiedSince(seconds) => ChangeDetection::ModifiedSince(seconds),
        raw::ChangeDetection::Digest => ChangeDetection::Digest,
        raw::ChangeDetection::Full => ChangeDetection::Full,
    };
    let changes = from.changes.into_iter().map(change).collect();
    PullStream { name: from.name, kind, changes, every_seconds: from.every_seconds }
}

fn receiving(from: raw::Receiving) -> Receiving {
    Receiving {
        signature: from.signature.map(|(secret, from)| (secret, signature(from))),
        delivery_id: from.delivery_id.map(placement),
    }
}
