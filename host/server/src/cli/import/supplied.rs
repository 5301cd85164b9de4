//! `wharf import FILE --channel C`: a file that the channel's connector reads, chunk by chunk.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek, Write},
    path::Path,
};

use anyhow::Context;
use indicatif::ProgressBar;
use serde::Serialize;
use wharf_catalog::Severity;
use wharf_store::Taken;
use wharf_sync::{FileFinding, FileIntake, IntakeReport};

use super::super::{Outcome, Session, channel, wake};
use crate::output::{Output, counted};

const BAR: &str = "{bar:30} {bytes}/{total_bytes} {eta:>4} left  {msg}";

/// What the file came to.
#[derive(Serialize)]
struct Answer<'a> {
    channel: &'a str,
    #[serde(flatten)]
    report: &'a IntakeReport,
}

pub(super) async fn take_in(
    session: &Session,
    name: &str,
    file: &Path,
    errors: Option<&Path>,
) -> anyhow::Result<Outcome> {
    let host = session.existing_host().await?;
    channel::find(&host.site.store, name).await?;
    let file_name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let intake = host.reconciler.intake(name, &file_name, "").await?;
    let bar = session.output.bar(BAR, 0);
    let shown = host.site.configuration.import.shown_findings;
    let mut told = Told::new(errors, shown, session.output, bar)?;
    let outcome = take(intake, file, &mut told).await;
    let intake = outcome.with_context(|| format!("{}: the import stopped", file.display()))?;
    told.finish()?;
    wake(&host.site.directory, session.output);
    report(session.output, name, intake.report(), told.found)
}

async fn take(intake: FileIntake, file: &Path, told: &mut Told) -> anyhow::Result<FileIntake> {
    if file == Path::new("-") {
        return read(intake, Box::new(io::stdin()), told).await;
    }
    let mut opened = File::open(file).context("it cannot be read")?;
    told.bar.set_length(opened.metadata().map_or(0, |metadata| metadata.len()));
    let mut beginning = Vec::new();
    (&opened).take(4).read_to_end(&mut beginning)?;
    opened.rewind()?;
    if intake.unpacks(&beginning) {
        unpack(intake, opened, told).await
    } else {
        read(intake, Box::new(opened), told).await
    }
}

async fn unpack(mut intake: FileIntake, file: File, told: &mut Told) -> anyhow::Result<FileIntake> {
    let mut outcome = Ok(());
    let tell = |found: &[FileFinding], report: &IntakeReport| {
        told.bar.set_message(figures(&report.taken));
        for finding in found {
            if outcome.is_ok() {
                outcome = told.add(finding);
            }
        }
    };
    intake.unpack(file, tell).await?;
    outcome?;
    Ok(intake)
}

async fn read(
    mut intake: FileIntake,
    source: Box<dyn Read + Send>,
    told: &mut Told,
) -> anyhow::Result<FileIntake> {
    let mut source = source;
    let size = intake.chunk_bytes();
    let mut chunk;
    (source, chunk) = filled(source, size).await?;
    loop {
        // The end is known once nothing follows, so one chunk is read ahead.
        let next;
        (source, next) = filled(source, size).await?;
        let (length, last) = (chunk.len() as u64, next.is_empty());
        for finding in intake.chunk(chunk, last).await? {
            told.add(&finding)?;
        }
        told.bar.inc(length);
        told.bar.set_message(figures(&intake.report().taken));
        if last || intake.is_over() {
            return Ok(intake);
        }
        chunk = next;
    }
}

/// Reads on a thread that may wait for the disk.
async fn filled(
    mut source: Box<dyn Read + Send>,
    size: usize,
) -> anyhow::Result<(Box<dyn Read + Send>, Vec<u8>)> {
    let read = move || {
        let mut chunk = Vec::with_capacity(size);
        source.by_ref().take(size as u64).read_to_end(&mut chunk).map(|_| (source, chunk))
    };
    Ok(tokio::task::spawn_blocking(read).await??)
}

/// What was found wrong: the first of it on the terminal, all of it in the file that was asked for.
struct Told {
    file: Option<BufWriter<File>>,
    found: usize,
    shown: usize,
    output: Output,
    bar: ProgressBar,
}

impl Told {
    fn new(path: Option<&Path>, shown: usize, output: Output, bar: ProgressBar) -> anyhow::Result<Self> {
        let create =
            |path: &Path| File::create(path).with_context(|| format!("cannot write {}", path.display()));
        let file = path.map(create).transpose()?.map(BufWriter::new);
        Ok(Self { file, found: 0, shown, output, bar })
    }

    fn add(&mut self, finding: &FileFinding) -> anyhow::Result<()> {
        self.found += 1;
        if self.found <= self.shown {
            let severity = if finding.problem.severity == Severity::Error { "refused" } else { "warning" };
            let (place, problem) = (&finding.place, &finding.problem);
            self.bar.suspend(|| {
                self.output.note(format_args!("{severity}: {place}: {} [{}]", problem.message, problem.code));
            });
        }
        if let Some(file) = &mut self.file {
            serde_json::to_writer(&mut *file, finding)?;
            file.write_all(b"\n")?;
        }
        Ok(())
    }

    fn finish(&mut self) -> anyhow::Result<()> {
        self.bar.finish_and_clear();
        let hidden = self.found.saturating_sub(self.shown) as u64;
        if hidden > 0 {
            let hint = if self.file.is_some() { "" } else { "; --errors FILE.jsonl keeps them all" };
            self.output.note(format_args!("and {}{hint}", counted(hidden, "more finding")));
        }
        self.file.as_mut().map(Write::flush).transpose().context("cannot write the findings")?;
        Ok(())
    }
}

fn report(output: Output, name: &str, report: &IntakeReport, found: usize) -> anyhow::Result<Outcome> {
    if let Some(problem) = &report.failed {
        output.note(format_args!("the file could not be read to its end: {}", problem.message));
    }
    output.either(&Answer { channel: name, report }, || format!("{name}: {}", figures(&report.taken)))?;
    Ok(Outcome::refused_if(report.failed.is_some() || found > 0 || report.taken.lines_troubled > 0))
}

/// The counters that count something.
pub(in crate::cli) fn figures(taken: &Taken) -> String {
    let counted: Vec<_> = taken
        .entries()
        .filter(|(_, amount)| *amount > 0)
        .map(|(figure, amount)| format!("{amount} {}", figure.replace('_', " ")))
        .collect();
    if counted.is_empty() { "nothing new".into() } else { counted.join(", ") }
}
