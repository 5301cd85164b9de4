//! Whether the token works and the settings name locations that the seller has
//! ([ListLocations](https://developer.squareup.com/reference/square/locations-api/list-locations)).

use serde::Deserialize;
use wharf_sdk::{Problem, Reason, Request, Response, probe_failure};

use crate::{API, answer::object, settings::Settings};

pub(crate) fn request() -> Request {
    Request::get(API, "/v2/locations")
}

#[derive(Deserialize)]
struct Listed {
    locations: Vec<Location>,
}

#[derive(Deserialize)]
struct Location {
    id: String,
    #[serde(default)]
    status: String,
}

pub(crate) fn problems(settings: &Settings, response: &Response) -> Vec<Problem> {
    if let Some(problem) = probe_failure(response.status) {
        return vec![problem];
    }
    let Some(Listed { locations }) = object(&response.body) else {
        let message = "The answer is not a list of Square's locations; check the endpoint's address.";
        return vec![Problem::error("unreadable-answer", message).reason(Reason::Contract)];
    };
    let of_place = |(place, id): (&String, &String)| {
        let (code, message) = match locations.iter().find(|location| location.id == *id) {
            None => (
                "unknown-location",
                format!("`{place}` is {id}, which the seller does not have; correct it."),
            ),
            Some(location) if location.status == "INACTIVE" => (
                "inactive-location",
                format!("`{place}` is {id}, which is closed at Square; open it or take it out."),
            ),
            Some(_) => return None,
        };
        Some(Problem::error(code, message).reason(Reason::Settings))
    };
    settings.locations.iter().filter_map(of_place).collect()
}
