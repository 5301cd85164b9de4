//! A look at a file's outline before it is trusted with a compiler: is it a component, and is all of it there?

use crate::error::Refusal;

const MAGIC: &[u8] = b"\0asm";
const PREAMBLE: usize = 8;
/// The second half of the version field: 0 for core modules, 1 for components.
const COMPONENT_LAYER: [u8; 2] = [1, 0];

/// Refuses what is not a whole component. Sections are measured, not read.
pub(crate) fn inspect(bytes: &[u8]) -> Result<(), Refusal> {
    if !bytes.starts_with(MAGIC) {
        return Err(if MAGIC.starts_with(bytes) && !bytes.is_empty() {
            Refusal::Truncated { offset: 0 }
        } else {
            Refusal::NotWebAssembly
        });
    }
    let Some(preamble) = bytes.get(..PREAMBLE) else {
        return Err(Refusal::Truncated { offset: 0 });
    };
    if preamble[6..] != COMPONENT_LAYER {
        return Err(Refusal::CoreModule);
    }
    let mut offset = PREAMBLE;
    while offset < bytes.len() {
        offset = section_end(bytes, offset).ok_or(Refusal::Truncated { offset })?;
    }
    Ok(())
}

/// Where the section that begins at `offset` ends: an identifier byte, a length, the content.
fn section_end(bytes: &[u8], offset: usize) -> Option<usize> {
    let (length, content) = length(bytes, offset + 1)?;
    let end = content.checked_add(length)?;
    (end <= bytes.len()).then_some(end)
}

/// An unsigned LEB128 number of at most 32 bits, and the position after it.
fn length(bytes: &[u8], offset: usize) -> Option<(usize, usize)> {
    let mut value = 0_u64;
    for (position, byte) in bytes.get(offset..)?.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, offset + position + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component() -> Vec<u8> {
        wat::parse_str("(component (core module (func (export \"a\"))) (core module))").unwrap()
    }

    #[test]
    fn a_whole_component_passes() {
        inspect(&component()).unwrap();
    }

    #[test]
    fn a_component_cut_anywhere_within_a_section_is_refused_as_truncated() {
        let whole = component();
        let boundary = |end: usize| inspect(&whole[..end]).is_ok();
        let boundaries = (PREAMBLE..whole.len()).filter(|end| boundary(*end)).count();
        for end in (1..whole.len()).filter(|end| !boundary(*end)) {
            assert!(matches!(inspect(&whole[..end]), Err(Refusal::Truncated { .. })), "cut at {end}");
        }
        assert!(boundaries <= 4, "only cuts between sections can go unseen here");
    }

    #[test]
    fn text_an_empty_file_and_a_core_module_are_told_apart() {
        let module = wat::parse_str("(module)").unwrap();
        assert!(matches!(inspect(b"sku,title"), Err(Refusal::NotWebAssembly)));
        assert!(matches!(inspect(b""), Err(Refusal::NotWebAssembly)));
        assert!(matches!(inspect(&module), Err(Refusal::CoreModule)));
    }
}
