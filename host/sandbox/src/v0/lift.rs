//! What a connector of the previous contract handed back, in the current contract's words. Nothing is checked here:
//! that comes after, for both versions alike.

use super::bindings::{
    exports::wharf::connector::{feed, publisher},
    wharf::connector::types,
};
use crate::bindings::{
    exports::wharf::connector::{feed as current_feed, publisher as current},
    wharf::connector::{exchanges, http, types as current_types},
};

pub(super) fn preparation(from: publisher::Preparation) -> exchanges::Preparation {
    exchanges::Preparation {
        exchanges: from.exchanges.into_iter().map(exchange).collect(),
        rejections: from.rejections.into_iter().map(rejection).collect(),
    }
}

pub(super) fn settlement(from: publisher::Settlement) -> current::Settlement {
    current::Settlement {
        outcomes: from.outcomes.into_iter().map(outcome).collect(),
        further: from.further.into_iter().map(exchange).collect(),
        allowances: Vec::new(),
    }
}

fn outcome(from: publisher::Outcome) -> current::Outcome {
    let (verdict, remote_id) = match from.verdict {
        publisher::Verdict::Accepted(publisher::Acceptance { remote_id, problems: found }) => {
            (current::Verdict::Accepted(problems(found)), remote_id)
        }
        publisher::Verdict::Rejected(found) => (current::Verdict::Rejected(problems(found)), None),
        publisher::Verdict::Retry(publisher::Postponement { after_ms, problem: found }) => {
            let problem = problem(found);
            (current::Verdict::Retry(exchanges::Postponement { after_ms, problem }), None)
        }
    };
    current::Outcome { index: from.index, verdict, remote_id, note: None }
}

fn exchange(from: publisher::Exchange) -> exchanges::Exchange {
    let publisher::Exchange { request, covers, memo, delay_ms } = from;
    exchanges::Exchange { request: self::request(request), covers, memo, document: None, delay_ms }
}

fn request(from: publisher::Request) -> http::Request {
    let publisher::Request { method, endpoint, target, headers, body } = from;
    http::Request {
        method: match method {
            types::Method::Get => http::Method::Get,
            types::Method::Post => http::Method::Post,
            types::Method::Put => http::Method::Put,
            types::Method::Patch => http::Method::Patch,
            types::Method::Delete => http::Method::Delete,
        },
        endpoint,
        target,
        headers,
        body: match body {
            publisher::Body::None => http::Body::None,
            publisher::Body::Text(text) => http::Body::Text(text),
            publisher::Body::Bytes(bytes) => http::Body::Bytes(bytes),
        },
        cost: None,
        unpack: false,
    }
}

fn rejection(from: types::Rejection) -> exchanges::Rejection {
    exchanges::Rejection { index: from.index, problems: problems(from.problems) }
}

fn problems(from: Vec<types::Problem>) -> Vec<current_types::Problem> {
    from.into_iter().map(problem).collect()
}

fn problem(from: types::Problem) -> current_types::Problem {
    let types::Problem { code, severity, field, message } = from;
    let severity = match severity {
        types::Severity::Error => current_types::Severity::Error,
        types::Severity::Warning => current_types::Severity::Warning,
    };
    current_types::Problem { code, severity, reason: current_types::Reason::Data, field, message }
}

pub(super) fn opening(from: feed::Opening) -> current_feed::Opening {
    let feed::Opening { file_name, content_type, content } = from;
    current_feed::Opening { file_name, content_type, content, between: Vec::new() }
}

pub(super) fn rows(from: feed::RowsWritten) -> current_feed::RowsWritten {
    let remark = |from: types::Rejection| current_feed::Remark {
        index: from.index,
        problems: problems(from.problems),
    };
    current_feed::RowsWritten {
        content: from.content,
        remarks: from.rejections.into_iter().map(remark).collect(),
    }
}
