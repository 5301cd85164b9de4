//! Everything that Rust's standard library asks an operating system for, and what it got.

use std::{
    collections::{HashMap, hash_map::RandomState},
    env, fs,
    hash::BuildHasher,
    io::Read,
    net::TcpStream,
    thread,
    time::{Duration, Instant, SystemTime},
};

use wharf_sdk::Json;

/// The findings as a JSON object.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "what is printed is part of what is tested")]
pub(crate) fn found() -> String {
    println!("looking for a world outside");
    eprintln!("on both streams");
    let mut json = Json::with_capacity(512);
    json.begin_object();
    json.key("variables").integer(count(env::vars_os().count()));
    json.key("arguments").integer(count(env::args_os().count()));
    json.key("seconds").integer(seconds());
    json.key("slept").flag(sleeps());
    json.member("hash", &format!("{:016x}", RandomState::new().hash_one("a")));
    json.member("order", &order());
    json.key("input").integer(count(std::io::stdin().read_to_end(&mut Vec::new()).unwrap_or(usize::MAX)));
    json.member("file", &failure(fs::File::open("/etc/hostname")));
    json.member("directory", &failure(fs::create_dir("scratch")));
    json.member("connection", &failure(TcpStream::connect("93.184.216.34:80")));
    json.member("name", &failure(TcpStream::connect("localhost:80")));
    json.end_object();
    json.into_string()
}

/// Leaves the process, which a connector has none of.
#[expect(clippy::exit, reason = "it is what is tested")]
pub(crate) fn end() -> ! {
    std::process::exit(3)
}

fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

fn seconds() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(-1, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// Whether an hour's sleep is over when it is over, which it is at once.
fn sleeps() -> bool {
    let (start, hour) = (Instant::now(), Duration::from_secs(3_600));
    if cfg!(target_arch = "wasm32") {
        thread::sleep(hour);
    }
    start.elapsed() >= hour
}

/// The order of a map whose keys are hashed with a random seed.
fn order() -> String {
    let map: HashMap<_, ()> = ('a'..='z').map(|letter| (letter, ())).collect();
    map.into_keys().collect()
}

fn failure<T>(result: std::io::Result<T>) -> String {
    result.map_or_else(|error| error.to_string(), |_| "it worked".into())
}
