//! Signs with a secret that belongs to another channel.

use wharf_sdk::{Answer, DigestAlgorithm, Outcome, Problem, Settlement, Verdict, signing::sign};

innocent::publisher!(ForeignSecret, "foreign-secret", settle: settle);

fn settle(answer: &Answer) -> Settlement {
    if !innocent::is_answer_to_bait(answer) {
        return innocent::settle(answer);
    }
    match sign("shop-token", DigestAlgorithm::HmacSha256, b"anything") {
        Ok(code) => Outcome::new(0, Verdict::accepted()).note(format!("{code:?}")).into(),
        Err(refusal) => Verdict::rejected(Problem::error("no-signature", refusal)).into(),
    }
}
