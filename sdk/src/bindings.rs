//! What wit-bindgen makes of the contract; the only place that names it.
//!
//! Each exported interface has bindings of its own, so that a component exports exactly the abilities its
//! connector has. What they share is generated once, here under [`imports`]; the linker drops what is not called.

/// The shared words, and what the host offers.
pub mod imports {
    wit_bindgen::generate!({
        path: "../wit/v1",
        inline: "
            package wharf:sdk;
            world imports {
                import wharf:connector/types@1.1.0;
                import wharf:connector/items@1.1.0;
                import wharf:connector/http@1.1.0;
                import wharf:connector/exchanges@1.1.0;
                import wharf:connector/inbound@1.1.0;
                import wharf:connector/log@1.1.0;
                import wharf:connector/signing@1.1.0;
                import wharf:connector/forms@1.1.0;
            }
        ",
        additional_derives: [PartialEq],
        generate_unused_types: true,
        generate_all,
    });
}

pub use imports::wharf::connector::{exchanges, forms, http, inbound, items, log, signing, types};

/// `export connector`
pub mod connector {
    wit_bindgen::generate!({
        path: "../wit/v1",
        inline: "
            package wharf:sdk;
            world connector-only { export wharf:connector/connector@1.1.0; }
        ",
        additional_derives: [PartialEq],
        with: {
            "wharf:connector/types@1.1.0": crate::bindings::types,
            "wharf:connector/http@1.1.0": crate::bindings::http,
        },
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export",
    });
    pub use exports::wharf::connector::connector::*;
}

/// `export publisher`
pub mod publisher {
    wit_bindgen::generate!({
        path: "../wit/v1",
        inline: "
            package wharf:sdk;
            world publisher-only { export wharf:connector/publisher@1.1.0; }
        ",
        additional_derives: [PartialEq],
        with: {
            "wharf:connector/types@1.1.0": crate::bindings::types,
            "wharf:connector/items@1.1.0": crate::bindings::items,
            "wharf:connector/http@1.1.0": crate::bindings::http,
            "wharf:connector/exchanges@1.1.0": crate::bindings::exchanges,
        },
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export",
    });
    pub use exports::wharf::connector::publisher::*;
}

/// `export feed`
pub mod feed {
    wit_bindgen::generate!({
        path: "../wit/v1",
        inline: "
            package wharf:sdk;
            world feed-only { export wharf:connector/feed@1.1.0; }
        ",
        additional_derives: [PartialEq],
        with: {
            "wharf:connector/types@1.1.0": crate::bindings::types,
            "wharf:connector/items@1.1.0": crate::bindings::items,
        },
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export",
    });
    pub use exports::wharf::connector::feed::*;
}

/// `export puller`
pub mod puller {
    wit_bindgen::generate!({
        path: "../wit/v1",
        inline: "
            package wharf:sdk;
            world puller-only { export wharf:connector/puller@1.1.0; }
        ",
        additional_derives: [PartialEq],
        with: {
            "wharf:connector/types@1.1.0": crate::bindings::types,
            "wharf:connector/http@1.1.0": crate::bindings::http,
            "wharf:connector/inbound@1.1.0": crate::bindings::inbound,
        },
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export",
    });
    pub use exports::wharf::connector::puller::*;
}

/// `export receiver`
pub mod receiver {
    wit_bindgen::generate!({
        path: "../wit/v1",
        inline: "
            package wharf:sdk;
            world receiver-only { export wharf:connector/receiver@1.1.0; }
        ",
        additional_derives: [PartialEq],
        with: {
            "wharf:connector/types@1.1.0": crate::bindings::types,
            "wharf:connector/inbound@1.1.0": crate::bindings::inbound,
        },
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export",
    });
    pub use exports::wharf::connector::receiver::*;
}

/// `export intake`
pub mod intake {
    wit_bindgen::generate!({
        path: "../wit/v1",
        inline: "
            package wharf:sdk;
            world intake-only { export wharf:connector/intake@1.1.0; }
        ",
        additional_derives: [PartialEq],
        with: {
            "wharf:connector/types@1.1.0": crate::bindings::types,
            "wharf:connector/inbound@1.1.0": crate::bindings::inbound,
        },
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export",
    });
    pub use exports::wharf::connector::intake::*;
}

/// `export fulfiller`
pub mod fulfiller {
    wit_bindgen::generate!({
        path: "../wit/v1",
        inline: "
            package wharf:sdk;
            world fulfiller-only { export wharf:connector/fulfiller@1.1.0; }
        ",
        additional_derives: [PartialEq],
        with: {
            "wharf:connector/types@1.1.0": crate::bindings::types,
            "wharf:connector/http@1.1.0": crate::bindings::http,
            "wharf:connector/exchanges@1.1.0": crate::bindings::exchanges,
        },
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export",
    });
    pub use exports::wharf::connector::fulfiller::*;
}
