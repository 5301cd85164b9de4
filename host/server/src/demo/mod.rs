//! The demonstration: a sample catalog on a local channel and in feed files, with the commands an operator would
//! type.
//!
//! Nothing is staged: connectors are compiled from source, requests cross real sockets, and every claim on the
//! screen is checked against what the channel has really been sent.

pub mod receiver;
mod script;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};

use crate::{
    api::Authentication,
    host::Host,
    output::Output,
    serve::{self, ServeOptions, Server},
};
use receiver::{Arrival, Receiver};
use script::Script;

/// Where the demonstration keeps its data, in the current directory.
const FOLDER: &str = "wharf-demo";
/// The bearer token that the local channel asks for.
const TOKEN: &str = "a-secret-that-no-connector-ever-sees";
/// Whose stock and whose title change.
const SOLD: &str = "NH-SKUR-W-MOSS-S";
const RENAMED: &str = "NH-SKUR-W-MOSS-XS";

const SAMPLE: [(&str, &str); 2] = [
    ("sample.csv", include_str!("../../assets/sample/sample.csv")),
    ("sample.toml", include_str!("../../assets/sample/sample.toml")),
];

/// Shows the whole of it; `serve` leaves the server and the local channel running afterwards.
pub async fn run(output: Output, serve: bool) -> anyhow::Result<()> {
    let folder = clear(Path::new(FOLDER))?;
    let script = Script::new(output, folder.join("data"));
    script.heading("Connectors, compiled from source to components and checked in the sandbox");
    for connector in ["google-merchant", "product-feed"] {
        let built = script.build(&source(connector)?)?;
        script.run(&["connector", "install", &text(&built)]).await?;
    }
    let receiver = Receiver::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(axum::serve(listener, receiver.router(TOKEN)).into_future());
    write_inputs(&folder, &address)?;

    script.heading("A catalog of an invented brand: variants, two languages, three locations");
    let file = |name: &str| text(&folder.join(name));
    script.run(&["import", &file("sample.csv"), "--mapping", &file("sample.toml")]).await?;

    script.heading("Two channels: Google Merchant (a local stand-in) in German, a feed file in English");
    script.run(&["channel", "add", "google-de", "--file", &file("google-de.toml")]).await?;
    script.run(&["channel", "add", "feed-en", "--file", &file("feed-en.toml")]).await?;
    script.run(&["sync"]).await?;
    let first = receiver.take_arrivals();
    show_shelf(output, &receiver, first.len())?;

    script.heading(
        "Berlin sells down to the two units that the channel keeps back, and one title is corrected",
    );
    script.run(&["stock", "set", SOLD, "berlin", "2"]).await?;
    script.run(&["import", &file("correction.jsonl")]).await?;
    script.run(&["sync"]).await?;
    show_arrivals(output, &receiver.take_arrivals())?;

    script.heading("The same again: nothing is left to send");
    script.run(&["sync"]).await?;
    ensure!(receiver.take_arrivals().is_empty(), "a sync without a change has sent something");

    script.heading("What keeps products off a channel, and what would put it right");
    script.run(&["status"]).await?;
    show_feeds(output, &folder)?;
    if serve {
        return leave_running(output, &folder.join("data"), &address).await;
    }
    output.line(format_args!(
        "\nThe data is in {FOLDER}/data; look around with `cargo run --release -- --data {FOLDER}/data status`."
    ))?;
    Ok(())
}

/// An empty folder. Only one that an earlier demonstration made is emptied.
fn clear(folder: &Path) -> anyhow::Result<PathBuf> {
    if folder.exists() {
        ensure!(
            folder.join(SAMPLE[0].0).is_file(),
            "{} is here and was not made by the demonstration; move it away, or run this elsewhere",
            folder.display()
        );
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder.canonicalize()?)
}

/// The connector's folder in the checkout: the current directory's, or else the one this was built from.
fn source(connector: &str) -> anyhow::Result<PathBuf> {
    let built_from = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let candidates = [".", built_from].map(|root| Path::new(root).join("plugins").join(connector));
    let found = candidates.into_iter().find(|folder| folder.join("Cargo.toml").is_file());
    found.with_context(|| {
        format!("the source of {connector} is not here; run the demonstration in a checkout of Wharf")
    })
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The files that an operator would have: the catalog, the channels, a secret, a correction.
fn write_inputs(folder: &Path, address: &str) -> anyhow::Result<()> {
    for (name, content) in SAMPLE {
        fs::write(folder.join(name), content)?;
    }
    let token = folder.join("token");
    fs::write(&token, TOKEN)?;
    let google = format!(
        "connector = \"google-merchant\"\n\n\
         [settings]\naccount = \"123456\"\ndata_source = \"987654\"\n\n\
         [scope]\nlocale = \"de-DE\"\nfallback-locales = [\"en-US\"]\ncountry = \"DE\"\ncurrency = \"EUR\"\nstock-buffer = 2\n\n\
         [endpoints]\napi = \"http://{address}\"\n\n\
         [[grants]]\nhost = \"{address}\"\nallow-private = true\n\n\
         [credentials]\nfile = {}\nbearer = true\n",
        toml::Value::String(text(&token))
    );
    fs::write(folder.join("google-de.toml"), google)?;
    fs::write(
        folder.join("feed-en.toml"),
        "connector = \"product-feed\"\n\n\
         [settings]\nprofile = \"google\"\nformat = \"rss\"\ntitle = \"Norrhag\"\nlink = \"https://shop.example.com\"\n\n\
         [scope]\nlocale = \"en-US\"\ncountry = \"US\"\ncurrency = \"USD\"\n",
    )?;
    let correction = serde_json::json!({
        "sku": RENAMED,
        "attributes": {"name@de-DE": "Skur Regenjacke für Damen, Moos (Neuauflage)"},
    });
    fs::write(folder.join("correction.jsonl"), format!("{correction}\n"))?;
    Ok(())
}

fn show_shelf(output: Output, receiver: &Receiver, requests: usize) -> anyhow::Result<()> {
    let products = receiver.products();
    ensure!(!products.is_empty(), "the channel has been sent nothing");
    output.line(format_args!(
        "\nThe channel took {requests} requests and now shows {} products, such as:",
        products.len()
    ))?;
    for (name, product) in products.iter().step_by(products.len().div_ceil(5)) {
        output.line(shelf_line(name, &product["productAttributes"]))?;
    }
    Ok(())
}

fn shelf_line(name: &str, shown: &serde_json::Value) -> String {
    let micros: i64 =
        shown["price"]["amountMicros"].as_str().and_then(|micros| micros.parse().ok()).unwrap_or_default();
    let price = format!("{}.{:02}", micros / 1_000_000, micros % 1_000_000 / 10_000);
    format!(
        "  {name:<32} {:>8} {}  {:<12} {}",
        price,
        shown["price"]["currencyCode"].as_str().unwrap_or_default(),
        shown["availability"].as_str().unwrap_or_default(),
        shown["title"].as_str().unwrap_or_default()
    )
}

/// Exactly the two changes, or the demonstration has failed.
fn show_arrivals(output: Output, arrivals: &[Arrival]) -> anyhow::Result<()> {
    output.line("\nWhat the channel was sent:")?;
    for arrival in arrivals {
        output.line(format_args!(
            "  {:<7} {}  ({})",
            arrival.what,
            arrival.name,
            arrival.attributes.join(", ")
        ))?;
    }
    let sent = |sku: &str, what: &str| arrivals.iter().any(|one| one.what == what && one.name.ends_with(sku));
    if arrivals.len() != 2 || !sent(SOLD, "patch") || !sent(RENAMED, "insert") {
        bail!("expected exactly the stock of {SOLD} and the title of {RENAMED}");
    }
    output
        .line("Two changes, two requests: the stock alone as a patch, the title with its whole product.")?;
    Ok(())
}

fn show_feeds(output: Output, folder: &Path) -> anyhow::Result<()> {
    let mut found = 0;
    for channel in fs::read_dir(folder.join("data/feeds"))?.flatten() {
        for file in fs::read_dir(channel.path())?.flatten() {
            found += 1;
            output.line(format_args!(
                "\nFeed file: {} ({} bytes)",
                file.path().display(),
                file.metadata()?.len()
            ))?;
        }
    }
    ensure!(found > 0, "no feed file has been written");
    Ok(())
}

async fn leave_running(output: Output, data: &Path, channel: &str) -> anyhow::Result<()> {
    let host = Host::open(data).await?;
    let token = serve::first_token(&host.site.store).await?;
    let options =
        ServeOptions { listen: ([127, 0, 0, 1], 8080).into(), authentication: Authentication::Required };
    let server = Server::bind(host, options).await?;
    output.line(format_args!(
        "\nThe API listens on http://{}, the local channel on http://{channel}.",
        server.address()?
    ))?;
    if let Some(token) = token {
        output.line(format_args!("Your token, shown this once: {}", token.reveal()))?;
    }
    output.line("Ctrl-C ends both.")?;
    server.run(serve::interrupted()).await
}
