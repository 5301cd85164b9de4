//! One pass over a stream: ask, send, let the connector read, store. Page by page, in the memory of one page.
//!
//! What a page brought and where the next one begins go into the store together. So does a page that has to wait, or
//! that cannot be read: it says why, rests longer each time, and is never skipped.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use wharf_catalog::{
    Problem, Reason,
    declaration::{ChangeDetection, PullStream},
};
use wharf_gateway::SendError;
use wharf_sandbox::{
    CallError,
    inbound::{Fetch, Page, Position, Rest},
};
use wharf_store::{Bookmark, NextPage, Pass, Sender, Stream};

use super::{pull::PullReport, sorting::sort};
use crate::{
    active::ActiveChannel,
    connectors::{Health, Stage},
    error::SyncError,
    reconciler::Reconciler,
    stored, wire,
};

/// A pass under way.
pub(super) struct Puller<'a> {
    pub(super) reconciler: &'a Reconciler,
    pub(super) channel: Arc<ActiveChannel>,
    pub(super) sender: Sender,
    pub(super) index: u32,
    pub(super) declared: PullStream,
    pub(super) stream: Stream,
    pub(super) report: PullReport,
}

/// What to do next.
enum Step {
    /// Find out what to ask for.
    Begin,
    On(Fetch),
    Rest,
}

impl Puller<'_> {
    /// Goes on until the pass ends, has to wait or fails.
    pub(super) async fn run(mut self) -> Result<PullReport, SyncError> {
        let mut step = Step::Begin;
        loop {
            step = match step {
                Step::Begin => self.begin().await?,
                Step::On(fetch) => self.page(fetch).await?,
                Step::Rest => break,
            };
            if !self.reconciler.connectors().serves(&self.channel) {
                break;
            }
        }
        let next_at = self.stream.next_at();
        self.report.next_at = Timestamp::from_millisecond(next_at).ok().filter(|_| next_at > 0);
        self.report.problem.clone_from(&self.stream.problem);
        Ok(self.report)
    }

    /// The request that was stored with the page before; or the first one of a pass, from where the last one left off.
    async fn begin(&mut self) -> Result<Step, SyncError> {
        let pass = self.stream.pass.get_or_insert_with(|| {
            let now = now();
            self.stream.began_at = Some(now);
            Pass { since: since(&self.declared, self.stream.read_until), until: now, ..Pass::default() }
        });
        let position = Position { cursor: self.stream.cursor.clone(), since: pass.since, until: pass.until };
        let next = pass.next.clone().filter(|next| next.digest == self.channel.connector.digest());
        if let Some(NextPage { request, memo, digest: _ }) = next
            && let Some(request) = stored::read_request(&request)
        {
            return Ok(Step::On(Fetch { request, memo, delay: self.wait() }));
        }
        let (channel, index) = (Arc::clone(&self.channel), self.index);
        let asked = move || channel.connector.request(&channel.context, index, &position);
        match tokio::task::spawn_blocking(asked).await? {
            Ok(fetch) => Ok(Step::On(fetch)),
            Err(error) => self.fault(&error).await,
        }
    }

    /// How long the stored page still has to wait, when it was put off on purpose. After a failure whoever asks is not
    /// kept waiting.
    fn wait(&self) -> Duration {
        let left = if self.stream.attempts == 0 { self.stream.due_at - now() } else { 0 };
        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }

    async fn page(&mut self, fetch: Fetch) -> Result<Step, SyncError> {
        if fetch.delay > Duration::from_millis(self.reconciler.settings().pull_wait_ms) {
            return self.put_off(fetch).await;
        }
        tokio::time::sleep(fetch.delay).await;
        let response = match wire::read(&self.channel.route, fetch.request.clone()).await {
            Ok(response) => wire::incoming(response),
            Err(error) => return self.unanswered(fetch, &error).await,
        };
        let (channel, index, memo) = (Arc::clone(&self.channel), self.index, fetch.memo.clone());
        let digest = move || channel.connector.digest_page(&channel.context, index, &memo, &response);
        match tokio::task::spawn_blocking(digest).await? {
            Ok(page) => {
                self.note(Some(Health::Sound)).await?;
                wire::allow(&self.channel, &page.allowances);
                self.keep(fetch, page).await
            }
            Err(error) => {
                self.remember(fetch, self.stream.due_at);
                self.fault(&error).await
            }
        }
    }

    /// Stores what a page brought together with where to go on.
    async fn keep(&mut self, fetch: Fetch, page: Page) -> Result<Step, SyncError> {
        let Page { entries, problems, rest, allowances: _ } = page;
        let seen_at = self.stream.pass.as_ref().map_or_else(now, |pass| pass.until);
        let arrival = sort(&self.channel, entries, problems, seen_at);
        let began_at = self.stream.began_at.unwrap_or_default();
        let complete = matches!(rest, Rest::End { complete: true, .. });
        let step = self.go_on(fetch, rest);
        let bookmark = Bookmark::Stream(&self.stream);
        let (taken, _) = self.reconciler.store().take_in(&self.sender, arrival, bookmark).await?;
        self.report.taken.add(&taken);
        self.reconciler.tell_of(&taken);
        if complete {
            // What was not met again in all there is has been put right.
            let source = &self.sender.source;
            self.reconciler.store().clear_findings(self.sender.channel_id, source, began_at).await?;
        }
        Ok(step)
    }

    /// Where the stream stands after a page.
    fn go_on(&mut self, fetch: Fetch, rest: Rest) -> Step {
        match rest {
            Rest::More(next) => self.turn_page(None, &fetch, next),
            Rest::Checkpoint(cursor, next) => self.turn_page(Some(cursor), &fetch, next),
            Rest::End { cursor, complete: _ } => {
                let until = self.stream.pass.take().map(|pass| pass.until);
                let now = self.succeed();
                self.stream.cursor = cursor;
                self.stream.read_until = until.or(self.stream.read_until);
                self.stream.finished_at = Some(now);
                self.stream.due_at = now + self.channel.inbound.every_ms(&self.declared);
                self.report.ended = true;
                Step::Rest
            }
            Rest::Retry { after, problem } => {
                self.remember(fetch, 0);
                self.fail(problem, after)
            }
            Rest::Restart(problem) => {
                self.stream.cursor = None;
                self.begin_anew();
                let first = self.stream.attempts == 0;
                let rest = self.fail(problem, first.then_some(Duration::ZERO));
                if first { Step::Begin } else { rest }
            }
            Rest::Failed(problem) => {
                self.give_up();
                self.fail(problem, Some(self.turn()))
            }
        }
    }

    fn turn_page(&mut self, cursor: Option<Vec<u8>>, last: &Fetch, next: Fetch) -> Step {
        let due_at = self.succeed() + milliseconds(next.delay);
        if cursor.is_some() {
            self.stream.cursor = cursor;
        }
        if let Some(message) = self.goes_round(last, &next) {
            self.give_up();
            let problem = Problem::error("endless", None, message).because(Reason::Contract);
            return self.fail(problem, Some(self.turn()));
        }
        self.remember(next.clone(), due_at);
        Step::On(next)
    }

    /// Why a pass would never end. A report that is polled is asked for again as well, but not at once.
    fn goes_round(&self, last: &Fetch, next: &Fetch) -> Option<String> {
        let limit = self.reconciler.settings().pull_pages;
        let pages = self.stream.pass.as_ref().map_or(0, |pass| pass.pages);
        if pages >= limit {
            return Some(format!("a pass came to no end after {pages} pages (setting `sync.pull-pages`)"));
        }
        let same = next.request == last.request && next.memo == last.memo && next.delay.is_zero();
        same.then(|| "the connector asks for the page again that it has just read".to_owned())
    }

    /// Notes that a page was read. Returns the time.
    fn succeed(&mut self) -> i64 {
        let now = now();
        self.report.pages += 1;
        self.stream.attempts = 0;
        self.stream.problem = None;
        self.stream.succeeded_at = Some(now);
        if let Some(pass) = &mut self.stream.pass {
            pass.pages += 1;
        }
        now
    }

    /// Keeps a request for later, also beyond a restart.
    fn remember(&mut self, fetch: Fetch, due_at: i64) {
        self.stream.due_at = due_at;
        if let Some(pass) = &mut self.stream.pass {
            pass.next = Some(NextPage {
                request: stored::write_request(&fetch.request),
                memo: fetch.memo,
                digest: self.channel.connector.digest().to_owned(),
            });
        }
    }

    fn begin_anew(&mut self) {
        if let Some(pass) = &mut self.stream.pass {
            pass.next = None;
        }
    }

    /// The next attempt is a new pass from the last cursor.
    fn give_up(&mut self) {
        self.stream.pass = None;
    }

    /// How long until the stream's turn comes again.
    fn turn(&self) -> Duration {
        Duration::from_millis(self.channel.inbound.every_ms(&self.declared).unsigned_abs())
    }

    fn fail(&mut self, problem: Problem, after: Option<Duration>) -> Step {
        let pause = self.reconciler.settings().pause(self.stream.attempts);
        self.stream.due_at = now() + milliseconds(after.unwrap_or(pause));
        self.stream.attempts = self.stream.attempts.saturating_add(1);
        self.stream.problem = Some(problem);
        Step::Rest
    }

    async fn put_off(&mut self, fetch: Fetch) -> Result<Step, SyncError> {
        let due_at = now() + milliseconds(fetch.delay);
        self.remember(fetch, due_at);
        self.reconciler.store().note_stream(self.sender.channel_id, &self.stream).await?;
        Ok(Step::Rest)
    }

    /// The channel gave no answer; the same page is asked for again.
    async fn unanswered(&mut self, fetch: Fetch, error: &SendError) -> Result<Step, SyncError> {
        tracing::warn!(channel = self.channel.name, stream = self.stream.name, %error, "a pull got no answer");
        self.remember(fetch, 0);
        let code = if error.retryable() { "unanswered" } else { "not-sent" };
        let after = match error {
            SendError::Throttled { retry_after, .. } => Some(*retry_after),
            SendError::Open { until, .. } => {
                Some(until.duration_since(std::time::SystemTime::now()).unwrap_or_default())
            }
            _ if error.retryable() => None,
            _ => Some(self.turn()),
        };
        let step = self.fail(Problem::error(code, None, error.to_string()).because(Reason::Outage), after);
        self.reconciler.store().note_stream(self.sender.channel_id, &self.stream).await?;
        Ok(step)
    }

    /// The connector itself failed.
    async fn fault(&mut self, error: &CallError) -> Result<Step, SyncError> {
        tracing::error!(channel = self.channel.name, stream = self.stream.name, %error, "a connector failed on a pull");
        self.note(Some(Health::Failed { error: error.clone(), alone: None })).await?;
        let step = self
            .fail(Problem::error("connector-fault", None, error.to_string()).because(Reason::Contract), None);
        self.reconciler.store().note_stream(self.sender.channel_id, &self.stream).await?;
        Ok(step)
    }

    async fn note(&self, health: Option<Health>) -> Result<(), SyncError> {
        self.reconciler.connectors().note(&self.channel.connector, Stage::Read, health).await?;
        Ok(())
    }
}

/// Where a pass over changes by time begins: where the last one ended, and a little before.
fn since(declared: &PullStream, read_until: Option<i64>) -> Option<i64> {
    let look_back = declared.changes.iter().find_map(|change| match change {
        ChangeDetection::ModifiedSince(seconds) => Some(i64::from(*seconds) * 1_000),
        _ => None,
    })?;
    read_until.map(|until| until - look_back)
}

pub(super) fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2)
}
