//! The rules, tried on releases that differ in nothing but version, state and asks.

use super::{
    super::{
        admission::{Admission, admit},
        asks::Ask,
    },
    *,
};

/// A release with a digest of its own that asks for nothing.
pub(crate) fn release(version: &str, state: ReleaseState) -> Release {
    let digest = version.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    Release {
        digest: format!("{digest:0<64}"),
        name: "shop".into(),
        version: version.into(),
        summary: String::new(),
        state,
        reason: None,
        asks: Asks::default().to_json(),
        approved: None,
        file: "shop.wasm".into(),
        stamp: String::new(),
        signature: None,
        admitted_at: 0,
        changed_at: 0,
        served_at: None,
    }
}

fn asking(version: &str, abilities: &[&str]) -> Release {
    let asks: Asks = abilities.iter().map(|name| Ask::Ability { name: (*name).into() }).collect();
    Release { asks: asks.to_json(), ..release(version, ReleaseState::Waiting) }
}

/// Releases let in one after another; each serves a moment later than the one before.
#[derive(Default)]
struct Shop {
    known: Vec<Release>,
    clock: i64,
}

impl Shop {
    fn with(versions: &[&str]) -> Self {
        let mut shop = Self::default();
        for version in versions {
            shop.admit(asking(version, &["publisher"])).unwrap();
        }
        shop
    }

    fn admit(&mut self, new: Release) -> Result<Admission, StandingError> {
        let admitted = admit(&mut self.known, new);
        self.tick();
        admitted
    }

    fn roll_back(&mut self, wanted: Option<&str>) -> Result<String, StandingError> {
        let version = roll_back(&mut self.known, "shop", wanted, Timestamp::UNIX_EPOCH)?.version.clone();
        self.tick();
        Ok(version)
    }

    fn approve(&mut self) -> Result<String, StandingError> {
        approve(&mut self.known, "shop", None).map(|release| release.version.clone())
    }

    /// The store notes when a release began to serve.
    fn tick(&mut self) {
        self.clock += 1;
        let clock = self.clock;
        for release in self.known.iter_mut().filter(|one| one.state == ReleaseState::Serving) {
            release.served_at = Some(clock);
        }
    }

    fn states(&self) -> Vec<(&str, &str)> {
        self.known.iter().map(|release| (release.version.as_str(), release.state.as_str())).collect()
    }
}

#[test]
fn a_newer_version_serves_and_the_one_before_stays() {
    let shop = Shop::with(&["1.0.0", "1.1.0"]);
    assert_eq!(shop.states(), [("1.0.0", "previous"), ("1.1.0", "serving")]);
}

#[test]
fn a_version_does_not_go_backwards() {
    let mut shop = Shop::with(&["1.1.0"]);
    let error = shop.admit(asking("1.0.9", &["publisher"])).unwrap_err().to_string();
    assert!(error.contains("goes backwards") && error.contains("`wharf connector rollback shop`"), "{error}");
    let build = shop.admit(asking("1.1.0-dev", &["publisher"])).unwrap_err();
    assert!(
        matches!(build, StandingError::Backwards { .. }),
        "a build under development comes before: {build}"
    );
    assert_eq!(shop.states(), [("1.1.0", "serving")]);
}

#[test]
fn a_version_names_one_content_unless_it_is_under_development() {
    let other = |version: &str| Release { digest: "f".repeat(64), ..asking(version, &["publisher"]) };
    let mut shop = Shop::with(&["1.0.0"]);
    let error = shop.admit(other("1.0.0")).unwrap_err().to_string();
    assert!(error.contains("a version names one content") && error.contains("`1.0.0-dev`"), "{error}");
    let mut shop = Shop::with(&["1.0.0-dev"]);
    assert_eq!(shop.admit(other("1.0.0-dev")), Ok(Admission::Serving));
}

#[test]
fn a_version_that_asks_for_more_waits_while_the_old_one_serves() {
    let mut shop = Shop::with(&["1.0.0"]);
    let more = Ask::Ability { name: "puller".into() };
    assert_eq!(shop.admit(asking("1.1.0", &["publisher", "puller"])), Ok(Admission::Waiting(vec![more])));
    assert_eq!(shop.states(), [("1.0.0", "serving"), ("1.1.0", "waiting")]);
    assert_eq!(shop.approve().unwrap(), "1.1.0");
    assert_eq!(shop.states(), [("1.0.0", "previous"), ("1.1.0", "serving")]);
    // What was approved once needs no second approval, also after a version that asked for less.
    shop.admit(asking("1.2.0", &["publisher"])).unwrap();
    assert_eq!(shop.admit(asking("1.3.0", &["publisher", "puller"])), Ok(Admission::Serving));
}

#[test]
fn what_waits_behind_a_newer_version_is_approved_for_pins_only() {
    let mut shop = Shop::with(&["1.0.0"]);
    shop.admit(asking("1.1.0", &["publisher", "puller"])).unwrap();
    shop.admit(asking("1.2.0", &["publisher"])).unwrap();
    assert_eq!(shop.approve().unwrap(), "1.1.0");
    assert_eq!(shop.states(), [("1.0.0", "previous"), ("1.1.0", "previous"), ("1.2.0", "serving")]);
    assert_eq!(shop.approve(), Err(StandingError::NothingToApprove("shop".into())));
}

#[test]
fn what_was_rolled_back_from_is_held_until_it_is_approved_or_succeeded() {
    let mut shop = Shop::with(&["1.0.0", "1.1.0"]);
    assert_eq!(shop.roll_back(None).unwrap(), "1.0.0");
    assert_eq!(shop.states(), [("1.0.0", "serving"), ("1.1.0", "held")]);
    // The same file again, by whatever way it comes.
    let again = shop.admit(asking("1.1.0", &["publisher"]));
    assert_eq!(again, Ok(Admission::Known(ReleaseState::Held)));
    assert_eq!(shop.roll_back(None), Err(StandingError::NothingBefore("shop".into())));
    assert_eq!(shop.approve().unwrap(), "1.1.0");
    assert_eq!(shop.states(), [("1.0.0", "previous"), ("1.1.0", "serving")]);
    shop.roll_back(None).unwrap();
    assert_eq!(shop.admit(asking("1.2.0", &["publisher"])), Ok(Admission::Serving));
}

#[test]
fn a_rollback_names_its_target_by_version_or_digest() {
    let mut shop = Shop::with(&["1.0.0", "1.1.0", "1.2.0"]);
    let digest = format!("sha256:{:.12}", shop.known[0].digest);
    assert_eq!(shop.roll_back(Some("1.1.0")).unwrap(), "1.1.0");
    assert_eq!(shop.roll_back(Some(&digest)).unwrap(), "1.0.0");
    let error = shop.roll_back(Some("2.0.0")).unwrap_err().to_string();
    assert!(error.contains("`2.0.0`") && error.contains("1.1.0 (sha256:"), "{error}");
    assert!(matches!(shop.roll_back(Some("1.0.0")), Err(StandingError::Serves { .. })));
    assert_eq!(shop.roll_back(Some("1.2.0")).unwrap(), "1.2.0", "and forward again");
    assert_eq!(shop.states(), [("1.0.0", "previous"), ("1.1.0", "held"), ("1.2.0", "serving")]);
}

#[test]
fn a_quarantine_ends_by_resuming_or_by_going_back() {
    let mut shop = Shop::with(&["1.0.0", "1.1.0"]);
    let digest = shop.known[1].digest.clone();
    assert!(quarantine(&mut shop.known, &digest, "trapped"));
    assert!(!quarantine(&mut shop.known, &digest, "trapped"), "only once");
    assert_eq!(shop.states(), [("1.0.0", "previous"), ("1.1.0", "quarantined")]);
    let older = shop.admit(asking("1.0.5", &["publisher"])).unwrap_err();
    assert!(matches!(older, StandingError::Backwards { .. }), "{older}");
    let mut back = Shop { known: shop.known.clone(), clock: shop.clock };
    assert_eq!(back.roll_back(None).unwrap(), "1.0.0");
    assert_eq!(back.states(), [("1.0.0", "serving"), ("1.1.0", "quarantined")]);
    assert_eq!(resume(&mut shop.known, "shop").unwrap().version, "1.1.0");
    assert_eq!(shop.states(), [("1.0.0", "previous"), ("1.1.0", "serving")]);
    assert_eq!(resume(&mut shop.known, "shop").unwrap_err(), StandingError::NothingToResume("shop".into()));
}

#[test]
fn old_releases_are_forgotten_but_not_what_is_pinned_or_held_nor_what_was_approved() {
    let mut shop = Shop::default();
    shop.admit(asking("1.0.0", &["publisher", "feed"])).unwrap();
    for version in ["1.1.0", "1.2.0", "1.3.0", "1.4.0"] {
        shop.admit(asking(version, &["publisher"])).unwrap();
    }
    let pinned = shop.known[1].digest.clone();
    shop.known[2].state = ReleaseState::Held;
    let gone = prune(&mut shop.known, 1, |release| release.digest == pinned);
    assert_eq!(gone.len(), 1);
    let left = [("1.1.0", "previous"), ("1.2.0", "held"), ("1.3.0", "previous"), ("1.4.0", "serving")];
    assert_eq!(shop.states(), left);
    assert_eq!(shop.admit(asking("1.5.0", &["publisher", "feed"])), Ok(Admission::Serving));
}

#[test]
fn an_unknown_connector_is_told_apart_from_one_with_nothing_to_do() {
    let unknown = StandingError::Unknown("shop".into());
    assert_eq!(resume(&mut [], "shop").unwrap_err(), unknown);
    assert_eq!(approve(&mut [], "shop", None).unwrap_err(), unknown);
    assert_eq!(roll_back(&mut [], "shop", Some("1.0.0"), Timestamp::UNIX_EPOCH).unwrap_err(), unknown);
}
