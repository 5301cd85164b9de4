//! Tags as they stand in catalog HTML, which is often broken: what cannot be markup is text.

/// What begins at a `<`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece<'a> {
    /// The bracket itself, as no tag begins there.
    Bracket,
    /// A comment, a doctype, a processing instruction.
    Nothing,
    Tag(Tag<'a>),
}

/// A start or end tag.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'a> {
    /// In the writer's own case.
    pub(super) name: &'a str,
    pub(super) ends: bool,
    /// What stands between the name and the `>`.
    pub(super) attributes: &'a str,
}

/// Reads tags, and remembers what it learnt about the rest of a broken text, so that nothing is searched for twice.
#[derive(Debug, Default)]
pub(super) struct Tags {
    /// No `>` follows.
    unclosed: bool,
    /// A quotation mark stays open, so quotes cannot be trusted to hide a `>`.
    unquoted: bool,
    /// No `-->` follows.
    comment_unclosed: bool,
}

impl Tags {
    /// What stands at the start of `text`, which begins with `<`, and what follows it. The content of an element that
    /// shows nothing is passed over with its tag.
    pub(super) fn read<'a>(&mut self, text: &'a str) -> (Piece<'a>, &'a str) {
        if let Some(comment) = text.strip_prefix("<!--")
            && let Some(rest) = self.skip_comment(comment)
        {
            return (Piece::Nothing, rest);
        }
        if self.unclosed {
            return (Piece::Bracket, &text[1..]);
        }
        let name = tag_name(text);
        let is_markup = !name.is_empty() || text.starts_with("<!") || text.starts_with("<?");
        let end = if is_markup { self.end_of_tag(text) } else { None };
        let Some(end) = end else { return (Piece::Bracket, &text[1..]) };
        let rest = &text[end..];
        if name.is_empty() {
            return (Piece::Nothing, rest);
        }
        let ends = text.starts_with("</");
        let attributes = &text[1 + usize::from(ends) + name.len()..end - 1];
        let is_hidden = !ends && Kind::of(name) == Kind::Hidden;
        let rest = if is_hidden { skip_hidden(rest, name) } else { rest };
        (Piece::Tag(Tag { name, ends, attributes }), rest)
    }

    fn skip_comment<'a>(&mut self, comment: &'a str) -> Option<&'a str> {
        if self.comment_unclosed {
            return None;
        }
        let end = comment.find("-->");
        self.comment_unclosed = end.is_none();
        end.map(|end| &comment[end + 3..])
    }

    /// The position after the tag's `>`, where a `>` inside quotation marks does not count.
    fn end_of_tag(&mut self, text: &str) -> Option<usize> {
        if !self.unquoted {
            match end_outside_quotes(text) {
                Some(end) => return Some(end),
                None => self.unquoted = true,
            }
        }
        let end = text.find('>').map(|position| position + 1);
        self.unclosed = end.is_none();
        end
    }
}

fn end_outside_quotes(text: &str) -> Option<usize> {
    let mut quote = None;
    for (position, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(position + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The name in `<name ...` or `</name ...`; empty when this is not a tag.
fn tag_name(text: &str) -> &str {
    let name = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return "";
    }
    let end = name.bytes().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
    &name[..end.unwrap_or(name.len())]
}

/// Goes past the end tag; without one, everything that follows is hidden.
fn skip_hidden<'a>(text: &'a str, name: &str) -> &'a str {
    for (position, _) in text.match_indices("</") {
        let tag = &text[position..];
        if tag_name(tag).eq_ignore_ascii_case(name) {
            return tag.find('>').map_or("", |end| &tag[end + 1..]);
        }
    }
    ""
}

/// What an element does to the text around and inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Begins and ends on a line of its own.
    Block,
    /// Begins and ends at least not inside a word.
    Cell,
    /// Its content is not for readers.
    Hidden,
    /// Stands anywhere, also inside a word.
    Inline,
}

impl Kind {
    /// A `match` on the lower-case name is a few comparisons; the names one by one would be forty.
    pub(super) fn of(name: &str) -> Self {
        let mut lower = [0; 10];
        let Some(lower) = lower.get_mut(..name.len()) else { return Self::Inline };
        for (lower, byte) in lower.iter_mut().zip(name.bytes()) {
            *lower = byte.to_ascii_lowercase();
        }
        match &*lower {
            b"p" | b"br" | b"dd" | b"dl" | b"dt" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"hr"
            | b"li" | b"ol" | b"tr" | b"ul" | b"div" | b"nav" | b"pre" | b"form" | b"main" | b"aside"
            | b"table" | b"center" | b"figure" | b"footer" | b"header" | b"address" | b"article"
            | b"caption" | b"section" | b"blockquote" | b"figcaption" => Self::Block,
            b"td" | b"th" | b"option" => Self::Cell,
            b"script" | b"style" | b"template" | b"title" | b"iframe" | b"noscript" => Self::Hidden,
            _ => Self::Inline,
        }
    }

    pub(super) fn gap(self) -> Gap {
        match self {
            Self::Block => Gap::Line,
            Self::Cell => Gap::Blank,
            Self::Hidden | Self::Inline => Gap::None,
        }
    }
}

/// What separates the next word from the last one; the strongest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Gap {
    #[default]
    None,
    Blank,
    Line,
}
