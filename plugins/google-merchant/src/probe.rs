//! Whether account, data source and credentials fit together, without changing anything.
//!
//! The [data source](https://developers.google.com/merchant/api/reference/rest/datasources_v1/accounts.dataSources)
//! is read, because a wrong one is the commonest mistake: only one with the input `API` takes product inputs.

use serde::Deserialize;
use wharf_sdk::{Problem, Reason, Request, Response, probe_failure, push_percent_encoded};

use crate::{API, DATA_SOURCES, settings::Settings};

pub(crate) fn request(settings: &Settings) -> Request {
    let mut target = DATA_SOURCES.to_owned();
    push_percent_encoded(&settings.account, &mut target);
    target.push_str("/dataSources/");
    push_percent_encoded(&settings.data_source, &mut target);
    Request::get(API, target)
}

/// What is read of a `DataSource`.
#[derive(Deserialize)]
struct DataSource<'a> {
    #[serde(borrow, default)]
    input: &'a str,
}

pub(crate) fn problem(response: &Response) -> Option<Problem> {
    if let Some(problem) = probe_failure(response.status) {
        return Some(problem);
    }
    match serde_json::from_slice::<DataSource<'_>>(&response.body) {
        Ok(DataSource { input: "API" }) => None,
        Ok(DataSource { input }) => {
            let message = format!(
                "The data source takes its products from `{input}`; name one that was made for the API."
            );
            Some(Problem::error("wrong-data-source", message).reason(Reason::Settings))
        }
        Err(_) => {
            let message = "The answer is not a data source of Google's; check the endpoint's address.";
            Some(Problem::error("unreadable-answer", message).reason(Reason::Contract))
        }
    }
}
