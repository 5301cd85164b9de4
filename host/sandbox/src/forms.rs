//! Forms that a connector composes during a call, until a request of the same call names them.

use std::{cell::Cell, collections::HashMap};

use crate::{
    bindings::wharf::connector::forms,
    contract::check_form,
    exchange::{Form, Part, PartContent},
    limits::{Exceeded, Limits},
    runtime::Call,
};

/// What every name of a form begins with; no address of a picture does.
pub(crate) const SCHEME: &str = "form:";

/// The forms of one call by name.
#[derive(Debug, Default)]
pub(crate) struct Forms {
    composed: HashMap<String, Form>,
    /// Bytes that the call may yet hand in.
    room: usize,
    /// Bytes that requests have taken, each its own copy.
    taken: Cell<usize>,
    bounds: Bounds,
}

#[derive(Debug, Default)]
struct Bounds {
    forms: usize,
    parts: usize,
    form_bytes: usize,
    all_bytes: usize,
}

/// A form that breaks the contract, in one sentence.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Malformed(pub(crate) String);

impl Forms {
    pub(crate) fn new(limits: &Limits) -> Self {
        let bounds = Bounds {
            forms: limits.exchanges as usize,
            parts: limits.form_parts as usize,
            form_bytes: limits.request_bytes,
            all_bytes: limits.returned_bytes,
        };
        Self { room: bounds.all_bytes, bounds, ..Self::default() }
    }

    fn keep(&mut self, form: Form) -> wasmtime::Result<String> {
        let within = |count: usize, setting, allowed: usize, unit| match count > allowed {
            true => Err(wasmtime::Error::new(Exceeded::new(setting, allowed, unit))),
            false => Ok(()),
        };
        let Bounds { forms, parts, form_bytes, all_bytes } = self.bounds;
        within(form.parts.len(), "form-parts", parts, "parts in a form")?;
        within(form.length(), "request-bytes", form_bytes, "bytes of text and files in a form")?;
        check_form(&form).map_err(|what| wasmtime::Error::new(Malformed(what)))?;
        let name = name(&form);
        if !self.composed.contains_key(&name) {
            let room = self.room.checked_sub(form.weight());
            self.room = room.ok_or_else(|| {
                wasmtime::Error::new(Exceeded::new("returned-bytes", all_bytes, "bytes in forms"))
            })?;
            within(self.composed.len() + 1, "exchanges", forms, "forms")?;
            self.composed.insert(name.clone(), form);
        }
        Ok(name)
    }

    /// The form of this name, for one request.
    pub(crate) fn take(&self, name: &str) -> Result<Form, String> {
        let form = self.composed.get(name).ok_or(
            "a request carries a form that was not composed in this call; compose it where the request is made",
        )?;
        let (taken, allowed) = (self.taken.get().saturating_add(form.weight()), self.bounds.all_bytes);
        if taken > allowed {
            return Err(format!(
                "its requests carry {taken} bytes of forms; the sandbox setting `returned-bytes` allows {allowed}"
            ));
        }
        self.taken.set(taken);
        Ok(form.clone())
    }
}

/// Made of the parts alone, so that equal calls give equal requests.
fn name(form: &Form) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |bytes: Option<&[u8]>| {
        hasher.update(&[u8::from(bytes.is_some())]);
        hasher.update(&(bytes.map_or(0, <[u8]>::len) as u64).to_le_bytes());
        hasher.update(bytes.unwrap_or_default());
    };
    for Part { name, filename, content_type, content } in &form.parts {
        let (kind, content) = match content {
            PartContent::Text(text) => (&b"text"[..], text.as_bytes()),
            PartContent::Bytes(bytes) => (&b"bytes"[..], bytes.as_slice()),
            PartContent::Document => (&b"document"[..], &b""[..]),
            PartContent::Picture(address) => (&b"picture"[..], address.as_bytes()),
        };
        let texts = [filename.as_deref(), content_type.as_deref()];
        add(Some(name.as_bytes()));
        texts.into_iter().for_each(|text| add(text.map(str::as_bytes)));
        add(Some(kind));
        add(Some(content));
    }
    format!("{SCHEME}{}", hasher.finalize().to_hex())
}

impl forms::Host for Call {
    fn compose(&mut self, parts: Vec<forms::Part>) -> wasmtime::Result<String> {
        self.forms.keep(Form { parts: parts.into_iter().map(part).collect() })
    }
}

fn part(raw: forms::Part) -> Part {
    let forms::Part { name, filename, content_type, content } = raw;
    let content = match content {
        forms::Content::Text(text) => PartContent::Text(text),
        forms::Content::Bytes(bytes) => PartContent::Bytes(bytes),
        forms::Content::Document => PartContent::Document,
        forms::Content::Picture(address) => PartContent::Picture(address),
    };
    Part { name, filename, content_type, content }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(texts: &[&str]) -> Form {
        let part = |text: &&str| Part {
            name: "a".into(),
            filename: None,
            content_type: None,
            content: PartContent::Text((*text).into()),
        };
        Form { parts: texts.iter().map(part).collect() }
    }

    fn limits() -> Limits {
        Limits { form_parts: 2, request_bytes: 100, returned_bytes: 1_000, exchanges: 2, ..Limits::default() }
    }

    fn message(kept: wasmtime::Result<String>) -> String {
        kept.unwrap_err().to_string()
    }

    #[test]
    fn equal_parts_have_an_equal_name_and_others_another() {
        let mut forms = Forms::new(&Limits::default());
        let mut name = |texts: &[&str]| forms.keep(form(texts)).unwrap();
        assert_eq!(name(&["a", "b"]), name(&["a", "b"]));
        assert_ne!(name(&["a", "b"]), name(&["ab"]));
        let file = |filename: Option<&str>| {
            let mut form = form(&["a"]);
            form.parts[0].filename = filename.map(str::to_owned);
            super::name(&form)
        };
        assert_ne!(file(None), file(Some("a")));
    }

    #[test]
    fn every_bound_is_named() {
        let mut forms = Forms::new(&limits());
        assert!(message(forms.keep(form(&["a", "b", "c"]))).contains("`form-parts`"));
        assert!(message(forms.keep(form(&[&"a".repeat(101)]))).contains("`request-bytes`"));
        assert!(message(forms.keep(form(&[]))).contains("without parts"));
        forms.keep(form(&["a"])).unwrap();
        forms.keep(form(&["a"])).unwrap();
        forms.keep(form(&["b"])).unwrap();
        assert!(message(forms.keep(form(&["c"]))).contains("`exchanges`"));
        let mut forms = Forms::new(&Limits { returned_bytes: 150, ..limits() });
        assert!(message(forms.keep(form(&[&"a".repeat(90)]))).contains("`returned-bytes`"));
    }

    /// The host stores a form with every request that carries it.
    #[test]
    fn one_form_in_many_requests_counts_each_time() {
        let mut forms = Forms::new(&limits());
        let name = forms.keep(form(&[&"a".repeat(100)])).unwrap();
        let most = (0..100).take_while(|_| forms.take(&name).is_ok()).count();
        assert!((1..10).contains(&most), "{most}");
        assert!(forms.take(&name).unwrap_err().contains("`returned-bytes`"));
        assert!(forms.take("form:of-another-call").unwrap_err().contains("not composed in this call"));
    }
}
