//! Comes as version 2.7.1828 first; the test makes 1.7.1828 of the same bytes.

use std::hint::black_box;

use wharf_sdk::Description;

innocent::publisher!(VersionBackwards, "version-backwards", describe: describe);

/// The box keeps the text in one piece, so that the test finds it.
fn describe(innocent: Description) -> Description {
    Description { version: black_box("2.7.1828").into(), ..innocent }
}
