//! Global trade item numbers.
