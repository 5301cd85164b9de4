//! Native code made from a component. Running it is as safe as its origin, so it can only be had from two
//! places: this process's own compiler, or a sealed file that nobody without the host's key could have made.

use wasmtime::{Engine, component::Component};

/// Bytes of a seal: a BLAKE3 code keyed with the host's key, over the entry's name and the native code.
const SEAL: usize = blake3::OUT_LEN;

/// The host's own key for its seals.
pub(crate) type Key = [u8; blake3::KEY_LEN];

/// Native code of trusted origin: the seal's place, then the code.
#[derive(Debug)]
pub(crate) struct Compiled(Vec<u8>);

impl Compiled {
    pub(crate) fn compile(engine: &Engine, component: &[u8]) -> wasmtime::Result<Self> {
        let code = engine.precompile_component(component)?;
        Ok(Self([[0; SEAL].as_slice(), &code].concat()))
    }

    /// The bytes to store under `name`.
    pub(crate) fn seal(&mut self, key: &Key, name: &str) -> &[u8] {
        let (place, code) = self.0.split_at_mut(SEAL);
        place.copy_from_slice(seal(key, name, code).as_bytes());
        &self.0
    }

    /// What was stored under `name`, unless one bit of the name, the code or the seal is another.
    pub(crate) fn unseal(key: &Key, name: &str, sealed: Vec<u8>) -> Option<Self> {
        let (place, code) = sealed.split_first_chunk::<SEAL>()?;
        // `blake3::Hash` compares in constant time.
        (seal(key, name, code) == blake3::Hash::from_bytes(*place)).then_some(Self(sealed))
    }

    #[expect(
        unsafe_code,
        reason = "wasmtime cannot check native code; `Compiled` holds none of foreign origin"
    )]
    pub(crate) fn load(&self, engine: &Engine) -> wasmtime::Result<Component> {
        // SAFETY: the bytes come from `Engine::precompile_component`, either of this process or of one that
        // held the key; wasmtime itself refuses code of another version or configuration.
        unsafe { Component::deserialize(engine, &self.0[SEAL..]) }
    }
}

fn seal(key: &Key, name: &str, code: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes()).update(code);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_entry_opens_only_unaltered_under_its_own_name_and_key() {
        let mut compiled = Compiled::compile(&Engine::default(), b"\0asm\x0d\0\x01\0").unwrap();
        let (key, other) = ([1; 32], [2; 32]);
        let sealed = compiled.seal(&key, "a").to_vec();
        assert!(Compiled::unseal(&key, "a", sealed.clone()).is_some());
        assert!(Compiled::unseal(&other, "a", sealed.clone()).is_none());
        assert!(Compiled::unseal(&key, "b", sealed.clone()).is_none());
        for position in [0, SEAL, sealed.len() - 1] {
            let mut altered = sealed.clone();
            altered[position] ^= 1;
            assert!(Compiled::unseal(&key, "a", altered).is_none(), "bit at {position}");
        }
        assert!(Compiled::unseal(&key, "a", sealed[..SEAL - 1].to_vec()).is_none());
    }
}
