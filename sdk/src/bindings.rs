//! What wit-bindgen makes of the contract; the only place that names it.
//!
//! Each exported interface has bindings of its own, so that a component exports exactly the abilities its
//! connector has. The types are generated once, here under [`types`], and shared by all of them.

/// The imports: the shared types and the operator's log.
pub mod imports {
    wit_bindgen::generate!({
        path: "../wit/v0",
        inline: "
            package wharf:sdk;
            world imports {
                import wharf:connector/types@0.1.0;
                import wharf:connector/log@0.1.0;
            }
        ",
        additional_derives: [PartialEq],
        generate_unused_types: true,
        generate_all,
    });
}

pub use imports::wharf::connector::{log, types};

/// `export connector`
pub mod connector {
    wit_bindgen::generate!({
        path: "../wit/v0",
        inline: "
            package wharf:sdk;
            world connector-only { export wharf:connector/connector@0.1.0; }
        ",
        additional_derives: [PartialEq],
        with: { "wharf:connector/types@0.1.0": crate::bindings::types },
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export",
    });
    pub use exports::wharf::connector::connector::*;
}

/// `export publisher`
pub mod publisher {
    wit_bindgen::generate!({
        path: "../wit/v0",
        inline: "
            package wharf:sdk;
            world publisher-only { export wharf:connector/publisher@0.1.0; }
        ",
        additional_derives: [PartialEq],
        with: { "wharf:connector/types@0.1.0": crate::bindings::types },
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export",
    });
    pub use exports::wharf::connector::publisher::*;
}

/// `export feed`
pub mod feed {
    wit_bindgen::generate!({
        path: "../wit/v0",
        inline: "
            package wharf:sdk;
            world feed-only { export wharf:connector/feed@0.1.0; }
        ",
        additional_derives: [PartialEq],
        with: { "wharf:connector/types@0.1.0": crate::bindings::types },
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export",
    });
    pub use exports::wharf::connector::feed::*;
}
