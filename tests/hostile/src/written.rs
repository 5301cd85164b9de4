//! Connectors that no toolchain makes, in WebAssembly text: the sandbox's own, which speak the previous version of the
//! contract, each with one thing changed.

use crate::components::Components;

#[path = "../../../host/sandbox/tests/connectors/support.rs"]
#[expect(dead_code, reason = "the sandbox's tests use more of it")]
mod support;

use support::Hostile;

/// Grows its table until it has twenty thousand elements more.
const TABLE_BOMB: Hostile = Hostile {
    name: "table-bomb",
    extra: "(table $table 1 funcref)",
    poison: "(drop (table.grow (ref.null func) (i32.const 20000)))",
    ..INNOCENT
};

/// Grows three memories, each within the limit, and together beyond it.
const MANY_MEMORIES: Hostile = Hostile {
    name: "many-memories",
    extra: "(memory $second 1) (memory $third 1)",
    poison: "(drop (memory.grow 0 (i32.const 100)))
        (drop (memory.grow $second (i32.const 100)))
        (drop (memory.grow $third (i32.const 100)))",
    ..INNOCENT
};

/// Has more memories than anybody needs.
const TOO_MANY_MEMORIES: Hostile = Hostile {
    name: "too-many-memories",
    extra: "(memory 1) (memory 1) (memory 1) (memory 1) (memory 1)",
    ..INNOCENT
};

/// Logs a text that is no UTF-8.
const WRONG_UTF8: Hostile = Hostile {
    name: "wrong-utf8",
    extra: "(data (i32.const 200) \"\\ff\\fe\\fd\")",
    poison: "(call $log (i32.const 1) (i32.const 200) (i32.const 3))",
    ..INNOCENT
};

/// Has functions whose names command the operator's terminal, and traps in them.
const LOUD_NAME: Hostile = Hostile {
    name: "loud-name",
    extra: r#"(func $"\1b[2J\1b]0;owned\07" unreachable)"#,
    poison: r#"(call $"\1b[2J\1b]0;owned\07")"#,
    ..INNOCENT
};

/// Makes an HTTP request by itself, as soon as it is looked at.
const OWN_HTTP: Hostile = Hostile {
    name: "own-http",
    import: r#"
        (import "wasi:http/types@0.2.0" (instance $http
          (export "fields" (type $fields (sub resource)))
          (export "[constructor]fields" (func (result (own $fields))))))
        (core func $new (canon lower (func $http "[constructor]fields")))
        (core module $caller
          (import "http" "new" (func $new (result i32)))
          (func $start (drop (call $new)))
          (start $start))
        (core instance (instantiate $caller (with "http" (instance (export "new" (func $new))))))"#,
    ..INNOCENT
};

/// Imports what no host of connectors has.
const FOREIGN_IMPORT: Hostile = Hostile {
    name: "foreign-import",
    import: r#"(import "evil:corp/exfiltration@1.0.0" (instance (export "send" (func))))"#,
    ..INNOCENT
};

const INNOCENT: Hostile = Hostile {
    name: "",
    poison: "",
    describe: "",
    extra: "",
    import: "",
    lost: 0,
    exports: &[support::CONNECTOR, support::PUBLISHER],
    alone: false,
    prepare: "",
    settle: "",
    head: "",
    rows: "",
    tail: "",
};

/// All of them by name.
pub(crate) fn all() -> Components {
    let written =
        [TABLE_BOMB, MANY_MEMORIES, TOO_MANY_MEMORIES, WRONG_UTF8, LOUD_NAME, OWN_HTTP, FOREIGN_IMPORT];
    written.into_iter().map(|written| (written.name.to_owned(), written.bytes().into())).collect()
}
