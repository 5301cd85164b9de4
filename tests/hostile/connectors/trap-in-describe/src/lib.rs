//! Fails before it has said who it is.

use wharf_sdk::Description;

innocent::publisher!(TrapInDescribe, "trap-in-describe", describe: describe);

fn describe(innocent: Description) -> Description {
    assert!(innocent.budgets.len() > 7, "no description today");
    innocent
}
