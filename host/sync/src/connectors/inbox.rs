//! The drop folder: which of its files are new, whole and at rest.
//!
//! A file is read once it has not changed for a while, and again only when it, or the signature beside it, changes. One
//! that grows is left alone, so that nobody is told of a damage that is none.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, Read as _},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use cap_std::fs::{Dir, Metadata};

/// The longest signature file that is read.
const SIGNATURE_BYTES: usize = 1 << 10;

/// What tells that a file or its signature was replaced, without reading it: length and time of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    component: Mark,
    signature: Option<Mark>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    length: u64,
    modified: Option<SystemTime>,
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = |mark: Mark| {
            let modified =
                mark.modified.and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
            format!("{}@{}", mark.length, modified.as_nanos())
        };
        f.write_str(&mark(self.component))?;
        self.signature.map_or(Ok(()), |signature| write!(f, "+{}", mark(signature)))
    }
}

/// The drop folder, with what is remembered of it between two looks.
#[derive(Debug)]
pub(crate) struct Inbox {
    folder: Dir,
    settle: Duration,
    component_bytes: usize,
    seen: BTreeMap<String, Seen>,
}

#[derive(Debug)]
struct Seen {
    stamp: Stamp,
    since: Instant,
    /// Whether it was handed out since it last changed.
    read: bool,
}

/// A file that is new, whole and at rest.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) file: String,
    pub(crate) stamp: String,
    /// The component and the text of its signature, or why they cannot be read.
    pub(crate) content: io::Result<(Vec<u8>, Option<String>)>,
}

/// What a look has found.
#[derive(Debug)]
pub(crate) struct Look<T> {
    /// What was made of each arrival.
    pub(crate) arrivals: Vec<T>,
    /// Files that are still changing, or only just were: worth another look soon.
    pub(crate) unsettled: bool,
    /// Files that were there at the last look.
    pub(crate) gone: Vec<String>,
}

impl Inbox {
    /// Files have to rest for `settle`, and hold at most `component_bytes`.
    pub(crate) fn new(folder: Dir, settle: Duration, component_bytes: usize) -> Self {
        Self { folder, settle, component_bytes, seen: BTreeMap::new() }
    }

    /// Hands what is new to `examine`, one file at a time, so that memory holds one. `known` tells whether a file with
    /// this stamp was taken in before, by whichever process.
    pub(crate) fn look<T>(
        &mut self,
        known: impl Fn(&str, &str) -> bool,
        mut examine: impl FnMut(Arrival) -> T,
    ) -> io::Result<Look<T>> {
        let found = components(&self.folder)?;
        let mut look = Look { arrivals: Vec::new(), unsettled: false, gone: Vec::new() };
        self.seen.retain(|file, _| {
            let is_there = found.contains_key(file);
            if !is_there {
                look.gone.push(file.clone());
            }
            is_there
        });
        for (file, stamp) in found {
            let seen = self.note(&file, stamp, |stamp| known(&file, &stamp.to_string()));
            if seen.read {
                continue;
            }
            match self.read_settled(&file, stamp) {
                Some(content) => {
                    look.arrivals.push(examine(Arrival { stamp: stamp.to_string(), file, content }));
                }
                None => look.unsettled = true,
            }
        }
        Ok(look)
    }

    /// Forgets what was seen, so that the next look hands everything out anew.
    pub(crate) fn start_over(&mut self) {
        self.seen.clear();
    }

    /// Puts a component and its signature into the folder, in the place of an earlier one. The file appears whole or not
    /// at all: another process may look at any moment. Its stamp is the answer; this process looks at it no more.
    pub(crate) fn put(
        &mut self,
        file: &str,
        component: &[u8],
        signature: Option<&str>,
    ) -> io::Result<String> {
        match signature {
            Some(signature) => self.replace(&signature_of(file), format!("{signature}\n").as_bytes())?,
            None => self.remove(&signature_of(file))?,
        }
        self.replace(file, component)?;
        let stamp = stamp_of(&self.folder, file)?;
        self.seen.insert(file.to_owned(), Seen { stamp, since: Instant::now(), read: true });
        Ok(stamp.to_string())
    }

    /// Removes a component and its signature, if they are there.
    pub(crate) fn take_away(&mut self, file: &str) -> io::Result<()> {
        self.remove(file)?;
        self.remove(&signature_of(file))?;
        self.seen.remove(file);
        Ok(())
    }

    fn replace(&self, file: &str, content: &[u8]) -> io::Result<()> {
        let unfinished = format!(".{file}.part");
        self.folder.write(&unfinished, content)?;
        self.folder.rename(&unfinished, &self.folder, file)
    }

    fn remove(&self, file: &str) -> io::Result<()> {
        match self.folder.remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The file's content, unless it is still changing.
    fn read_settled(&mut self, file: &str, stamp: Stamp) -> Option<io::Result<(Vec<u8>, Option<String>)>> {
        let seen = self.seen.get_mut(file).filter(|seen| is_settled(seen, self.settle))?;
        let content = read(&self.folder, file, self.component_bytes);
        if stamp_of(&self.folder, file).ok() != Some(stamp) {
            return None;
        }
        seen.read = true;
        Some(content)
    }

    /// What is known of a file, beginning anew when its stamp is another than before.
    fn note(&mut self, file: &str, stamp: Stamp, known: impl Fn(Stamp) -> bool) -> &mut Seen {
        let fresh = || Seen { stamp, since: Instant::now(), read: known(stamp) };
        let seen = self.seen.entry(file.to_owned()).or_insert_with(fresh);
        if seen.stamp != stamp {
            *seen = fresh();
        }
        seen
    }
}

/// Whether the file has been as it is for long enough: by its own time, or, should that lie in the future, by ours.
fn is_settled(seen: &Seen, settle: Duration) -> bool {
    let mark = seen.stamp.component;
    let by_its_time = mark.modified.and_then(|at| at.elapsed().ok()).is_some_and(|elapsed| elapsed >= settle);
    by_its_time || seen.since.elapsed() >= settle
}

fn components(folder: &Dir) -> io::Result<BTreeMap<String, Stamp>> {
    let mut found = BTreeMap::new();
    for entry in folder.entries()? {
        let Ok(name) = entry?.file_name().into_string() else { continue };
        if !name.ends_with(".wasm") || name.starts_with('.') {
            continue;
        }
        match stamp_of(folder, &name) {
            Ok(stamp) => drop(found.insert(name, stamp)),
            // It went away, or was renamed, in this moment.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// The stamp of a file as it lies there.
pub(crate) fn stamp_of(folder: &Dir, file: &str) -> io::Result<Stamp> {
    let component = mark(&folder.symlink_metadata(file)?);
    let signature = folder.symlink_metadata(signature_of(file)).ok().as_ref().map(mark);
    Ok(Stamp { component, signature })
}

/// The name of the signature that belongs beside a component.
pub(crate) fn signature_of(file: &str) -> String {
    format!("{file}.sig")
}

fn mark(metadata: &Metadata) -> Mark {
    let modified = metadata.modified().ok().map(cap_std::time::SystemTime::into_std);
    Mark { length: metadata.len(), modified }
}

fn read(folder: &Dir, file: &str, most: usize) -> io::Result<(Vec<u8>, Option<String>)> {
    let component = bounded(folder, file, most, "the setting `sandbox.component-bytes` allows")?;
    let signature = match bounded(folder, &signature_of(file), SIGNATURE_BYTES, "a signature has") {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    Ok((component, signature))
}

/// Reads a file of at most so many bytes.
fn bounded(folder: &Dir, file: &str, most: usize, whose: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    folder.open(file)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > most {
        return Err(io::Error::other(format!("`{file}` has more than the {most} bytes that {whose}")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use cap_std::ambient_authority;
    use tempfile::TempDir;

    use super::*;

    const SETTLE: Duration = Duration::from_millis(60);

    struct Folder {
        path: TempDir,
        inbox: Inbox,
    }

    impl Folder {
        fn new() -> Self {
            let path = tempfile::tempdir().unwrap();
            let folder = Dir::open_ambient_dir(&path, ambient_authority()).unwrap();
            Self { path, inbox: Inbox::new(folder, SETTLE, 100) }
        }

        fn write(&self, file: &str, content: &str) {
            fs::write(self.path.path().join(file), content).unwrap();
        }

        /// The files that are handed out, with their content, and whether more are to come.
        fn look(&mut self) -> (Vec<(String, String)>, bool) {
            let look = self.inbox.look(|_, _| false, |arrival| arrival).unwrap();
            let text = |arrival: Arrival| {
                let (bytes, signature) = arrival.content.unwrap();
                (arrival.file, String::from_utf8(bytes).unwrap() + signature.as_deref().unwrap_or_default())
            };
            (look.arrivals.into_iter().map(text).collect(), look.unsettled)
        }

        fn look_settled(&mut self) -> Vec<(String, String)> {
            std::thread::sleep(SETTLE);
            self.look().0
        }
    }

    fn one(file: &str, content: &str) -> Vec<(String, String)> {
        vec![(file.into(), content.into())]
    }

    #[test]
    fn a_file_that_grows_is_left_alone_until_it_rests() {
        let mut folder = Folder::new();
        for content in ["a", "ab", "abc"] {
            folder.write("shop.wasm", content);
            assert_eq!(folder.look(), (vec![], true));
        }
        assert_eq!(folder.look_settled(), one("shop.wasm", "abc"));
        assert_eq!(folder.look(), (vec![], false), "it is handed out once");
        folder.write("shop.wasm", "abcd");
        assert_eq!(folder.look(), (vec![], true));
        assert_eq!(folder.look_settled(), one("shop.wasm", "abcd"));
    }

    #[test]
    fn a_file_from_the_future_settles_by_our_own_clock() {
        let mut folder = Folder::new();
        folder.write("shop.wasm", "a");
        let file = fs::File::options().write(true).open(folder.path.path().join("shop.wasm")).unwrap();
        file.set_modified(SystemTime::now() + Duration::from_secs(86_400)).unwrap();
        assert_eq!(folder.look(), (vec![], true));
        assert_eq!(folder.look_settled(), one("shop.wasm", "a"));
    }

    #[test]
    fn unfinished_names_and_other_files_are_no_components() {
        let mut folder = Folder::new();
        for file in [".shop.wasm.part", ".shop.wasm", "shop.wasm.sig", "readme.txt"] {
            folder.write(file, "a");
        }
        assert_eq!(folder.look(), (vec![], false));
    }

    #[test]
    fn a_signature_that_comes_later_is_a_reason_to_look_again() {
        let mut folder = Folder::new();
        folder.write("shop.wasm", "a");
        assert_eq!(folder.look_settled(), one("shop.wasm", "a"));
        folder.write("shop.wasm.sig", " signed\n");
        assert_eq!(folder.look_settled(), one("shop.wasm", "asigned"));
    }

    #[test]
    fn what_another_process_took_in_is_not_read_again_and_what_is_gone_is_told() {
        let mut folder = Folder::new();
        folder.write("shop.wasm", "a");
        std::thread::sleep(SETTLE);
        let stamp = stamp_of(&folder.inbox.folder, "shop.wasm").unwrap().to_string();
        let look = folder.inbox.look(|file, known| file == "shop.wasm" && known == stamp, |arrival| arrival);
        assert!(look.unwrap().arrivals.is_empty());
        fs::remove_file(folder.path.path().join("shop.wasm")).unwrap();
        assert_eq!(folder.inbox.look(|_, _| false, |arrival| arrival).unwrap().gone, ["shop.wasm"]);
    }

    #[test]
    fn a_file_beyond_the_limit_is_not_read_whole() {
        let mut folder = Folder::new();
        folder.write("shop.wasm", &"a".repeat(101));
        std::thread::sleep(SETTLE);
        let look = folder.inbox.look(|_, _| false, |arrival| arrival).unwrap();
        let error = look.arrivals[0].content.as_ref().unwrap_err().to_string();
        assert!(error.contains("`sandbox.component-bytes`"), "{error}");
    }
}
