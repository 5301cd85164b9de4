//! Misuses forms: names one that it never composed, hides headers in a part's name, or composes without end.

use std::hint::black_box;

use wharf_sdk::{Exchange, Form, Operation, Request};

innocent::publisher!(FormForger, "form-forger", prepare: prepare);

fn prepare(operation: Operation<'_>) -> Exchange {
    if !innocent::is_bait(operation) {
        return innocent::prepare(operation);
    }
    let request = match operation.item.sku() {
        "X-injection" => carrying("a\"\r\nx-evil: 1\r\n\r\n", "b"),
        "X-flood" => flood(),
        _ => Request::post(0, "/items/X").asset("form:0000"),
    };
    request.covering(vec![0])
}

fn carrying(name: &str, text: &str) -> Request {
    Request::post(0, "/items/X").form(Form::new().text(name, text))
}

fn flood() -> ! {
    let mut number = 0_u64;
    loop {
        black_box(carrying("number", &number.to_string()));
        number = number.wrapping_add(1);
    }
}
