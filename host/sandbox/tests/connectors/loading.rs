//! A file becomes a connector only if it is a sound one, and the refusal says what to do.

use crate::support::{CONNECTOR, Hostile, PUBLISHER};
use cap_std::{ambient_authority, fs::Dir};
use wharf_sandbox::{Limits, Refusal, Sandbox};

fn sandbox() -> Sandbox {
    Sandbox::new(Limits { deadline_ms: 200, ..Limits::default() }, None).unwrap()
}

fn refusal(bytes: &[u8]) -> Refusal {
    sandbox().load("some.wasm", bytes).unwrap_err().reason
}

fn refused(hostile: &Hostile) -> Refusal {
    refusal(&hostile.bytes())
}

#[test]
fn a_sound_connector_is_described_and_named_by_its_bytes() {
    let connector = Hostile::default().load(&sandbox()).unwrap();
    assert_eq!(connector.name(), "hostile");
    assert_eq!(connector.description().endpoints[0].url, "https://api.example");
    assert_eq!(connector.digest().len(), 64);
    assert!(connector.abilities().publisher && !connector.abilities().feed);
}

#[test]
fn the_message_begins_with_the_file() {
    let error = sandbox().load("some.wasm", b"sku,title").unwrap_err();
    assert_eq!(error.to_string(), "some.wasm: this is not WebAssembly");
}

#[test]
fn a_core_module_is_refused() {
    assert!(matches!(refusal(&wat::parse_str("(module)").unwrap()), Refusal::CoreModule));
}

#[test]
fn a_truncated_file_is_refused_before_it_is_compiled() {
    let bytes = Hostile::default().bytes();
    assert!(matches!(refusal(&bytes[..bytes.len() / 2]), Refusal::Truncated { .. }));
}

#[test]
fn garbage_within_a_section_is_refused() {
    let mut bytes = Hostile::default().bytes();
    bytes[12..60].fill(0xff);
    let refusal = refusal(&bytes);
    assert!(matches!(refusal, Refusal::Invalid(_)), "{refusal}");
}

#[test]
fn a_large_file_is_refused_unread() {
    let sandbox = Sandbox::new(Limits { component_bytes: 100, ..Limits::default() }, None).unwrap();
    let error = Hostile::default().load(&sandbox).unwrap_err();
    assert!(error.to_string().contains("`component-bytes`"), "{error}");
}

#[test]
fn an_unknown_import_is_named() {
    let import = "(import \"wasi:keyvalue/store@0.2.0\" (instance))";
    let refusal = refused(&Hostile { import, ..Hostile::default() });
    assert!(
        matches!(&refusal, Refusal::UnknownImport { imports, .. } if imports == &["wasi:keyvalue/store@0.2.0"])
    );
    assert!(refusal.to_string().contains("may import only `wharf:connector/log`"), "{refusal}");
}

#[test]
fn an_import_of_another_contract_version_is_told_apart() {
    let import = "(import \"wharf:connector/log@7.0.0\" (instance (export \"log\" (func))))";
    assert!(matches!(refused(&Hostile { import, ..Hostile::default() }), Refusal::OtherContract(_)));
}

#[test]
fn a_component_without_a_connector_or_an_ability_is_refused() {
    let no_connector = refused(&Hostile { exports: &[PUBLISHER], ..Hostile::default() });
    assert!(matches!(no_connector, Refusal::NoConnector { .. }), "{no_connector}");
    assert!(no_connector.to_string().contains("it exports `wharf:connector/publisher@0.1.0`"));
    let no_ability = refused(&Hostile { exports: &[CONNECTOR], ..Hostile::default() });
    assert!(matches!(no_ability, Refusal::NoAbility { .. }), "{no_ability}");
}

#[test]
fn an_export_without_one_of_its_functions_is_refused() {
    const EXPORTS: &[(&str, &[&str])] = &[CONNECTOR, ("publisher", &["prepare"])];
    let refusal = refused(&Hostile { exports: EXPORTS, ..Hostile::default() });
    assert!(matches!(&refusal, Refusal::WrongExport(what) if what.contains("settle")), "{refusal}");
}

#[test]
fn an_export_of_another_type_is_refused() {
    let bytes = wat::parse_str(
        "(component
           (core module $m (func (export \"f\") (result i32) (i32.const 7)))
           (core instance $i (instantiate $m))
           (alias core export $i \"f\" (core func $f))
           (func $f (result u32) (canon lift (core func $f)))
           (instance $connector (export \"describe\" (func $f)))
           (instance $publisher (export \"prepare\" (func $f)) (export \"settle\" (func $f)))
           (export \"wharf:connector/connector@0.1.0\" (instance $connector))
           (export \"wharf:connector/publisher@0.1.0\" (instance $publisher)))",
    );
    assert!(matches!(refusal(&bytes.unwrap()), Refusal::WrongExport(_)));
}

#[test]
fn a_connector_that_cannot_describe_itself_is_refused() {
    let trap = refused(&Hostile { describe: "unreachable", ..Hostile::default() });
    assert!(trap.to_string().contains("connector `some.wasm` trapped in `connector.describe`"), "{trap}");
    let endless = refused(&Hostile { describe: "(loop $forever (br $forever))", ..Hostile::default() });
    assert!(endless.to_string().contains("`deadline-ms`"), "{endless}");
}

#[test]
fn an_unsound_description_is_refused_with_every_breach() {
    let refusal = refused(&Hostile { name: "Not Kebab", ..Hostile::default() });
    assert!(matches!(&refusal, Refusal::Description(breaches) if breaches.len() == 1), "{refusal}");
}

#[test]
fn a_component_that_needs_more_than_its_place_is_refused_before_it_runs() {
    let huge = refused(&Hostile { extra: "(memory 2000)", ..Hostile::default() });
    assert!(huge.to_string().contains("`memory-bytes`"), "{huge}");
    let many = "(memory 1) (memory 1) (memory 1) (memory 1) (memory 1)";
    let many = refused(&Hostile { extra: many, ..Hostile::default() });
    assert!(many.to_string().contains("`memories`"), "{many}");
}

#[test]
fn a_compiled_connector_is_kept_and_an_altered_one_is_compiled_again() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = || {
        let cache = Dir::open_ambient_dir(&folder, ambient_authority()).unwrap();
        Sandbox::new(Limits::default(), Some(cache)).unwrap()
    };
    let entry = || {
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().path();
        let cwasm = |path: &std::path::PathBuf| path.extension().is_some_and(|it| it == "cwasm");
        std::fs::read_dir(&folder).unwrap().map(name).find(cwasm).unwrap()
    };
    Hostile::default().load(&sandbox()).unwrap();
    let (path, whole) = (entry(), std::fs::read(entry()).unwrap());
    let written = path.metadata().unwrap().modified().unwrap();

    Hostile::default().load(&sandbox()).unwrap();
    assert_eq!(path.metadata().unwrap().modified().unwrap(), written, "loaded, not compiled");

    let mut altered = whole.clone();
    altered[whole.len() / 2] ^= 1;
    std::fs::write(&path, &altered).unwrap();
    Hostile::default().load(&sandbox()).unwrap();
    assert!(std::fs::read(&path).unwrap() != altered, "compiled again and replaced");
}
