//! Complains for a megabyte, with commands for the operator's terminal.

use wharf_sdk::{Answer, Problem, Settlement, Verdict};

innocent::publisher!(EscapeArtist, "escape-artist", settle: settle);

fn settle(answer: &Answer) -> Settlement {
    if !innocent::is_answer_to_bait(answer) {
        return innocent::settle(answer);
    }
    let message = "\u{1b}[2J\u{1b}]0;owned\u{7}\r\nall is well\u{202e}".repeat(30_000);
    Verdict::rejected(Problem::error("\u{1b}[31mred", message)).into()
}
