//! A request must stay within the endpoints its connector declared, and leave alone what the host adds.

use wharf_catalog::{
    Description,
    declaration::{AuthScheme, Method, Placement, Reach, Signature},
};

use super::form::is_header_name;

/// Headers that carry secrets, framing or routing: the host's, never the guest's.
const HOST_HEADERS: [&str; 14] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Checks a request against the description: endpoint, method, target and headers.
pub(crate) fn check_request(
    description: &Description,
    method: Method,
    endpoint: u32,
    target: &str,
    headers: &[(String, String)],
) -> Result<(), String> {
    let Some(endpoint) = description.endpoints.get(endpoint as usize) else {
        let count = description.endpoints.len();
        return Err(format!("a request names endpoint {endpoint}, but {count} are declared"));
    };
    if !endpoint.methods.contains(&method) {
        return Err(format!(
            "a request uses {method:?}, which endpoint `{}` does not declare",
            endpoint.name
        ));
    }
    if endpoint.reach == Reach::Open {
        check_address(target)
            .map_err(|what| format!("an address for endpoint `{}` {what}", endpoint.name))?;
        return headers.iter().try_for_each(|(name, value)| check_header(&description.auth, name, value));
    }
    check_target(target)?;
    if !endpoint.paths.is_empty() && !endpoint.paths.iter().any(|prefix| target.starts_with(prefix)) {
        return Err(format!("the target {target:?} is in none of the paths of endpoint `{}`", endpoint.name));
    }
    headers.iter().try_for_each(|(name, value)| check_header(&description.auth, name, value))
}

/// Requires a path that no parser of addresses can read as another host or another folder.
fn check_target(target: &str) -> Result<(), String> {
    let breach = |what: &str| Err(format!("the target {target:?} {what}"));
    if !target.starts_with('/') || target.starts_with("//") {
        return breach("does not begin with exactly one `/`");
    }
    if let Some(bad) = target.chars().find(|c| !c.is_ascii_graphic() || matches!(c, '\\' | '#')) {
        return breach(&format!("holds {bad:?}, which must be percent-encoded"));
    }
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    if path.split('/').any(is_dots) {
        return breach("holds a `.` or `..` segment");
    }
    Ok(())
}

/// Requires a whole address. Whether it fits the endpoint is for the gateway to see, since the operator may point the
/// endpoint elsewhere. It may hold a secret, so no message shows it.
fn check_address(address: &str) -> Result<(), &'static str> {
    if !address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return Err("holds characters that must be percent-encoded");
    }
    let Some((scheme, rest)) = address.split_once("://") else { return Err("is not an absolute address") };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_http = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    if !is_http || host.is_empty() || host.contains('@') {
        return Err("is no address of a web server, or holds credentials");
    }
    Ok(())
}

/// Whether a segment means this or the parent folder, also when it is percent-encoded.
fn is_dots(segment: &str) -> bool {
    let dots = |segment: &str| matches!(segment, "." | "..");
    dots(segment) || segment.contains("%2") && dots(&segment.to_ascii_lowercase().replace("%2e", "."))
}

pub(super) fn check_header(auth: &[AuthScheme], name: &str, value: &str) -> Result<(), String> {
    if !is_header_name(name) {
        return Err(format!("the header name {name:?} is not a lower-case token"));
    }
    let holds_secret = auth.iter().filter_map(secret_header).any(|header| header.eq_ignore_ascii_case(name));
    if holds_secret || HOST_HEADERS.contains(&name) {
        return Err(format!("the header `{name}` belongs to the host"));
    }
    if !value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(format!("the value of header `{name}` holds other than printable ASCII"));
    }
    Ok(())
}

/// The header, beside `authorization`, in which a scheme shows who calls.
fn secret_header(scheme: &AuthScheme) -> Option<&str> {
    match scheme {
        AuthScheme::Header(name) => Some(name),
        AuthScheme::ClientCredentials(grant) | AuthScheme::RefreshToken(grant) => {
            grant.presented_in.as_deref()
        }
        AuthScheme::Signature(Signature { placed: Placement::Header(name), .. }) => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use wharf_catalog::declaration::Endpoint;

    use super::*;
    use crate::contract::sample::publisher;

    fn check(target: &str, headers: &[(&str, &str)]) -> Result<(), String> {
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let description = Description { auth: vec![AuthScheme::Header("X-Key".into())], ..publisher() };
        check_request(&description, Method::Post, 0, target, &headers)
    }

    #[test]
    fn ordinary_requests_pass() {
        check("/v1/products:insert?dataSource=a%2Fb&x=..", &[("content-type", "application/json")]).unwrap();
        check("/v1/a..b/.well-known/%2e%2ea", &[]).unwrap();
        check("/v1/100%25/...", &[]).unwrap();
    }

    #[test]
    fn a_target_cannot_leave_its_place() {
        for target in [
            "",
            "v1",
            "//evil.example/v1",
            "https://evil.example/v1",
            "/v1/../admin",
            "/v1/..",
            "/v1/.",
            "/v1/%2e%2E/admin",
            "/v1/.%2e",
            "/v1\\..\\admin",
            "/v1 x",
            "/v1\r\nhost: x",
            "/v1#x",
            "/v1/ü",
        ] {
            assert!(check(target, &[]).is_err(), "{target:?}");
        }
    }

    #[test]
    fn a_target_stays_within_the_declared_paths() {
        let endpoint = Endpoint { paths: vec!["/v1/".into()], ..publisher().endpoints.remove(0) };
        let description = Description { endpoints: vec![endpoint], ..publisher() };
        check_request(&description, Method::Post, 0, "/v1/a", &[]).unwrap();
        assert!(check_request(&description, Method::Post, 0, "/v2/a", &[]).is_err());
    }

    #[test]
    fn headers_of_the_host_and_broken_headers_are_refused() {
        for header in [
            ("authorization", "x"),
            ("host", "x"),
            ("content-length", "0"),
            ("x-key", "stolen"),
            ("Accept", "x"),
            ("a b", "x"),
            ("", "x"),
            ("x-a", "b\r\nhost: c"),
            ("x-a", "b\u{7f}"),
            ("x-a", "ü"),
        ] {
            assert!(check("/", &[header]).is_err(), "{header:?}");
        }
    }

    #[test]
    fn an_undeclared_endpoint_or_method_is_refused() {
        assert!(check_request(&publisher(), Method::Post, 1, "/", &[]).unwrap_err().contains("endpoint 1"));
        assert!(check_request(&publisher(), Method::Put, 0, "/", &[]).unwrap_err().contains("Put"));
    }

    #[test]
    fn an_address_that_the_channel_hands_out_is_whole_and_no_message_shows_it() {
        let mut description = publisher();
        description.endpoints[0].reach = Reach::Open;
        description.endpoints[0].url = "https://*.s3.example.com".into();
        let check = |target: &str| check_request(&description, Method::Post, 0, target, &[]);
        check("https://bucket.s3.example.com/a?signature=x").unwrap();
        check("http://127.0.0.1:8080/where-the-operator-points-it").unwrap();
        for target in [
            "https://x@evil.example/.s3.example.com",
            "https://bucket.s3.example.com@evil.example/",
            "ftp://bucket.s3.example.com/a",
            "https:///a",
            "https://bucket.s3.example.com/a b",
            "/a",
        ] {
            let message = check(target).unwrap_err();
            assert!(!message.contains(target), "{message}");
        }
    }
}
