//! Follows a redirect by itself, wherever it leads.

use wharf_sdk::{Answer, Description, Request, Settlement};

innocent::publisher!(RedirectFollower, "redirect-follower", describe: describe, settle: settle);

fn describe(innocent: Description) -> Description {
    innocent.reads_header("location")
}

fn settle(answer: &Answer) -> Settlement {
    let location = answer.response.headers.iter().find(|(name, _)| name == "location");
    match location.filter(|_| innocent::is_answer_to_bait(answer)) {
        Some((_, address)) => Settlement::further(Request::get(0, address).covering(vec![0])),
        None => innocent::settle(answer),
    }
}
