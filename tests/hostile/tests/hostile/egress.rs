//! Connectors that want to reach what nobody granted. Nothing of it is on the wire.

use wharf_hostile::{
    market::Market,
    scene::{REBOUND, Scene},
};

use crate::resources::complaint_about;

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_not_declared_is_not_reached() -> anyhow::Result<()> {
    assert_eq!(
        complaint_about("undeclared-endpoint", "X").await?,
        "connector `undeclared-endpoint` broke the contract in `publisher.prepare`: a request names endpoint 1, but \
         1 are declared"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_cannot_name_another_host() -> anyhow::Result<()> {
    assert_eq!(
        complaint_about("foreign-host", "X").await?,
        "connector `foreign-host` broke the contract in `publisher.prepare`: the target \"//evil.example/items/\" \
         does not begin with exactly one `/`"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_cannot_climb_out_of_its_paths() -> anyhow::Result<()> {
    assert_eq!(
        complaint_about("path-climber", "X").await?,
        "connector `path-climber` broke the contract in `publisher.prepare`: the target \"/items/%2e%2e/admin\" \
         holds a `.` or `..` segment"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_cannot_hide_another_request() -> anyhow::Result<()> {
    assert_eq!(
        complaint_about("header-injection", "X").await?,
        "connector `header-injection` broke the contract in `publisher.prepare`: the value of header `x-note` holds \
         other than printable ASCII"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_cannot_hide_headers_or_come_from_another_call() -> anyhow::Result<()> {
    assert_eq!(
        complaint_about("form-forger", "X-foreign").await?,
        "connector `form-forger` broke the contract in `publisher.prepare`: a request carries a form that was not \
         composed in this call; compose it where the request is made"
    );
    assert_eq!(
        complaint_about("form-forger", "X-injection").await?,
        r#"connector `form-forger` broke the contract in `publisher.prepare`: the name "a\"\r\nx-evil: 1\r\n\r\n" of a form's part holds '"'"#
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_without_end_are_stopped() -> anyhow::Result<()> {
    let seen = complaint_about("form-forger", "X-flood").await?;
    let expected = "connector `form-forger` used too much in `publisher.prepare`: more than 2000 forms; the limit is the \
                    sandbox setting `exchanges`";
    assert!(seen.starts_with(expected), "{seen}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_the_hosts_alone() -> anyhow::Result<()> {
    assert_eq!(
        complaint_about("own-credentials", "X").await?,
        "connector `own-credentials` broke the contract in `publisher.prepare`: the header `authorization` belongs \
         to the host"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_to_a_private_address_is_followed_by_nobody() -> anyhow::Result<()> {
    let private = Market::listen().await?;
    let scene = Scene::open("redirect-follower", &["X"]).await?;
    let address = format!("http://{}/latest/meta-data", private.address);
    scene.market.behave(wharf_hostile::market::Manner::Redirecting(address.clone()));
    scene.run().await??;
    scene.run_until_calm().await?;
    let expected = format!(
        "connector `redirect-follower` broke the contract in `publisher.settle`: the target {address:?} does not \
         begin with exactly one `/`"
    );
    assert_eq!(scene.complaint("X").await?, expected);
    assert_eq!(private.seen(), [], "neither the host nor the connector follows");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_resolves_to_loopback_is_not_reached_without_a_grant_for_it() -> anyhow::Result<()> {
    let scene = Scene::open_as("gullible", &["X"], |configuration, market| {
        let (_, port) = market.rsplit_once(':').expect("an address has a port");
        let host = format!("{REBOUND}:{port}");
        configuration["endpoints"]["api"] = format!("http://{host}").into();
        configuration["credentials"] = serde_json::Value::Null;
        configuration["grants"] = serde_json::json!([{ "host": host }]);
    })
    .await?;
    let report = scene.run().await??;
    let expected = format!(
        "host `{REBOUND}` is at 127.0.0.1, on this machine or a private network; set `allow-private` in the \
         channel's grant for it to allow that"
    );
    assert_eq!(report.halted, Some(expected));
    assert_eq!(scene.market.seen(), []);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_signs_with_no_secret_but_its_own_channels() -> anyhow::Result<()> {
    let scene = Scene::open("foreign-secret", &["X"]).await?;
    scene.host.site.secrets.set("shop-token", &"the shop's own".to_owned().into()).await?;
    scene.run().await??;
    assert_eq!(scene.complaint("X").await?, "the channel's settings name no secret `shop-token`");
    Ok(())
}
