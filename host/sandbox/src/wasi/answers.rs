//! The WASI functions that have an answer though there is nothing outside, and that answer.
//!
//! They are typed, so that linking checks that a component means the same function. What is not here is refused.

use wasmtime::component::{ComponentNamedList, ComponentType, Lift, LinkerInstance, Lower, Resource};

use super::inert::{Handle, NOTHING, STDERR, STDOUT};
use crate::runtime::Call;

/// Bytes that an output stream says it takes at once, as a pipe would.
const WRITABLE: u64 = 64 << 10;

/// Of `wasi:clocks/wall-clock`. It is always 1970: a time that is plainly none is better than one that seems right.
#[derive(Debug, Default, ComponentType, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

/// Of `wasi:io/streams`. Nothing ever fails, so `last-operation-failed` has no instance.
#[derive(Debug, ComponentType, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    #[expect(dead_code, reason = "the type that WASI declares has this case")]
    LastOperationFailed(Resource<Handle>),
    #[component(name = "closed")]
    Closed,
}

type Stream<T> = Result<T, StreamError>;
type Texts = Vec<(String, String)>;
type Directories = Vec<(Resource<Handle>, String)>;
type Terminal = Option<Resource<Handle>>;

/// Defines the function if it has an answer.
pub(super) fn define(
    to: &mut LinkerInstance<'_, Call>,
    interface: &str,
    name: &str,
) -> wasmtime::Result<bool> {
    let mut answer = Answer { to, name };
    match interface.split_once(':').map(|(_, interface)| interface) {
        Some("cli/environment") => environment(&mut answer),
        Some("cli/exit") => exit(&mut answer),
        Some("cli/stdin" | "cli/stdout" | "cli/stderr") => standard_streams(&mut answer),
        Some("cli/terminal-stdin" | "cli/terminal-stdout" | "cli/terminal-stderr") => terminals(&mut answer),
        Some("clocks/monotonic-clock") => monotonic_clock(&mut answer),
        Some("clocks/wall-clock") => wall_clock(&mut answer),
        Some("filesystem/preopens") => preopens(&mut answer),
        Some("io/poll") => poll(&mut answer),
        Some("io/streams") => streams(&mut answer),
        Some("random/random" | "random/insecure" | "random/insecure-seed") => random(&mut answer),
        Some("sockets/instance-network") => network(&mut answer),
        _ => Ok(false),
    }
}

fn environment(answer: &mut Answer<'_, '_>) -> wasmtime::Result<bool> {
    match answer.name {
        "get-environment" => answer.with(|_, (): ()| Ok((Texts::new(),))),
        "get-arguments" => answer.with(|_, (): ()| Ok((Vec::<String>::new(),))),
        "initial-cwd" => answer.with(|_, (): ()| Ok((None::<String>,))),
        _ => Ok(false),
    }
}

fn exit(answer: &mut Answer<'_, '_>) -> wasmtime::Result<bool> {
    let exited = |how: String| Err::<(), _>(wasmtime::Error::msg(format!("it called `exit` with {how}")));
    match answer.name {
        "exit" => answer.with(move |_, (status,): (Result<(), ()>,)| {
            exited(if status.is_ok() { "success" } else { "failure" }.into())
        }),
        "exit-with-code" => answer.with(move |_, (code,): (u8,)| exited(format!("code {code}"))),
        _ => Ok(false),
    }
}

fn standard_streams(answer: &mut Answer<'_, '_>) -> wasmtime::Result<bool> {
    match answer.name {
        "get-stdin" => answer.with(|call, (): ()| Ok((call.wasi.handle(NOTHING)?,))),
        "get-stdout" => answer.with(|call, (): ()| Ok((call.wasi.handle(STDOUT)?,))),
        "get-stderr" => answer.with(|call, (): ()| Ok((call.wasi.handle(STDERR)?,))),
        _ => Ok(false),
    }
}

fn terminals(answer: &mut Answer<'_, '_>) -> wasmtime::Result<bool> {
    match answer.name {
        "get-terminal-stdin" | "get-terminal-stdout" | "get-terminal-stderr" => {
            answer.with(|_, (): ()| Ok((Terminal::None,)))
        }
        _ => Ok(false),
    }
}

fn monotonic_clock(answer: &mut Answer<'_, '_>) -> wasmtime::Result<bool> {
    match answer.name {
        "now" => answer.with(|call, (): ()| Ok((call.wasi.now(),))),
        "resolution" => answer.with(|_, (): ()| Ok((1_u64,))),
        "subscribe-instant" => answer.with(|call, (instant,): (u64,)| {
            call.wasi.wait_until(instant);
            Ok((call.wasi.handle(NOTHING)?,))
        }),
        "subscribe-duration" => answer.with(|call, (duration,): (u64,)| {
            call.wasi.wait_for(duration);
            Ok((call.wasi.handle(NOTHING)?,))
        }),
        _ => Ok(false),
    }
}

fn wall_clock(answer: &mut Answer<'_, '_>) -> wasmtime::Result<bool> {
    match answer.name {
        "now" => answer.with(|_, (): ()| Ok((Datetime::default(),))),
        "resolution" => answer.with(|_, (): ()| Ok((Datetime { seconds: 1, nanoseconds: 0 },))),
        _ => Ok(false),
    }
}

fn preopens(answer: &mut Answer<'_, '_>) -> wasmtime::Result<bool> {
    match answer.name {
        "get-directories" => answer.with(|_, (): ()| Ok((Directories::new(),))),
        _ => Ok(false),
    }
}

/// Whatever is waited for is ready, so that no connector can hold a thread by waiting.
fn poll(answer: &mut Answer<'_, '_>) -> wasmtime::Result<bool> {
    match answer.name {
        "[method]pollable.ready" => answer.with(|_, (_,): (Resource<Handle>,)| Ok((true,))),
        "[method]pollable.block" => answer.with(|_, (_,): (Resource<Handle>,)| Ok(())),
        "poll" => answer.with(|_, (pollables,): (Vec<Resource<Handle>>,)| {
            Ok(((0..).zip(pollables).map(|(index, _)| index).collect::<Vec<u32>>(),))
        }),
        _ => Ok(false),
    }
}

/// Input is at its end; output goes to the log.
fn streams(answer: &mut Answer<'_, '_>) -> wasmtime::Result<bool> {
    match answer.name {
        "[method]input-stream.read" | "[method]input-stream.blocking-read" => answer
            .with(|_, (_, _): (Resource<Handle>, u64)| Ok((Stream::<Vec<u8>>::Err(StreamError::Closed),))),
        "[method]input-stream.skip" | "[method]input-stream.blocking-skip" => {
            answer.with(|_, (_, _): (Resource<Handle>, u64)| Ok((Stream::<u64>::Err(StreamError::Closed),)))
        }
        "[method]input-stream.subscribe" | "[method]output-stream.subscribe" => {
            answer.with(|call, (_,): (Resource<Handle>,)| Ok((call.wasi.handle(NOTHING)?,)))
        }
        "[method]output-stream.check-write" => {
            answer.with(|_, (_,): (Resource<Handle>,)| Ok((Stream::Ok(WRITABLE),)))
        }
        "[method]output-stream.write" | "[method]output-stream.blocking-write-and-flush" => {
            answer.with(|call, (stream, contents): (Resource<Handle>, Vec<u8>)| {
                call.print(&stream, &contents);
                Ok((Stream::Ok(()),))
            })
        }
        "[method]output-stream.flush" | "[method]output-stream.blocking-flush" => {
            answer.with(|_, (_,): (Resource<Handle>,)| Ok((Stream::Ok(()),)))
        }
        _ => Ok(false),
    }
}

fn random(answer: &mut Answer<'_, '_>) -> wasmtime::Result<bool> {
    match answer.name {
        "get-random-bytes" | "get-insecure-random-bytes" => {
            answer.with(|call, (count,): (u64,)| Ok((call.wasi.random_bytes(count)?,)))
        }
        "get-random-u64" | "get-insecure-random-u64" => answer.with(|call, (): ()| Ok((call.wasi.random(),))),
        "insecure-seed" => answer.with(|call, (): ()| Ok(((call.wasi.random(), call.wasi.random()),))),
        _ => Ok(false),
    }
}

/// A network that can be named and not be used: sockets and look-ups are refused with `access-denied`.
fn network(answer: &mut Answer<'_, '_>) -> wasmtime::Result<bool> {
    match answer.name {
        "instance-network" => answer.with(|call, (): ()| Ok((call.wasi.handle(NOTHING)?,))),
        _ => Ok(false),
    }
}

/// The place of one function in the linker.
struct Answer<'to, 'linker> {
    to: &'to mut LinkerInstance<'linker, Call>,
    name: &'to str,
}

impl Answer<'_, '_> {
    fn with<P, R>(
        &mut self,
        run: impl Fn(&mut Call, P) -> wasmtime::Result<R> + Send + Sync + 'static,
    ) -> wasmtime::Result<bool>
    where
        P: ComponentNamedList + Lift + 'static,
        R: ComponentNamedList + Lower + 'static,
    {
        self.to.func_wrap(self.name, move |mut store, params: P| run(store.data_mut(), params))?;
        Ok(true)
    }
}
