//! Repeats to the operator whatever the channel says, all of its answer.

use wharf_sdk::{Answer, AuthScheme, Description, Problem, Settlement, Verdict};

innocent::publisher!(Parrot, "parrot", describe: describe, settle: settle);

fn describe(innocent: Description) -> Description {
    innocent.auth(AuthScheme::Bearer).reads_header("x-echo")
}

fn settle(answer: &Answer) -> Settlement {
    if !innocent::is_answer_to_bait(answer) {
        return innocent::settle(answer);
    }
    let body = String::from_utf8_lossy(&answer.response.body);
    let said = format!("The shop said {:?} and {body}", answer.response.headers);
    Verdict::rejected(Problem::error("said", said)).into()
}
