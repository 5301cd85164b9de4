//! Has nothing of its own to hide, and a channel that misbehaves.

innocent::publisher!(Gullible, "gullible");
