//! A channel made ready: its connector, its compiled view on the catalog, its way out.

use std::sync::Arc;

use wharf_catalog::{
    Context, Problem,
    declaration::{Idempotency, Lanes, Publishing},
    projection::{Candidate as Subject, Projection, Projector, Seed},
};
use wharf_gateway::{Gateway, Route};
use wharf_sandbox::{Connector, Signer};
use wharf_store::{Candidate, SecretRevisions, Sender, StoreError, TakingTerms};

use crate::{
    channel_settings::{ChannelSettings, SecretSigner},
    configuration::ChannelConfiguration,
    connectors::Pin,
    error::ChannelError,
    inbound::Inbound,
    route,
    schedule::Timetable,
    secrets::ChannelSecrets,
};

/// A channel with everything that a run needs. Made once and kept while nothing about it changes, because its
/// route holds budgets, pauses and tokens.
#[derive(Debug)]
pub(crate) struct ActiveChannel {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) connector: Connector,
    pub(crate) projector: Projector,
    pub(crate) context: Context,
    pub(crate) seed: Seed,
    pub(crate) route: Route,
    pub(crate) timetable: Timetable,
    pub(crate) inbound: Inbound,
    /// From where its orders take stock.
    pub(crate) terms: TakingTerms,
    /// The secrets of its settings.
    pub(crate) signer: Arc<SecretSigner>,
    /// What it was made from; anything else needs a new one.
    pub(crate) origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) configuration: String,
    pub(crate) pin: Option<Pin>,
    pub(crate) digest: String,
    /// A value that was set anew needs a new route.
    pub(crate) secrets: SecretRevisions,
}

impl ActiveChannel {
    /// `configuration` is the channel's own, and `connector` and `secrets` are what it names.
    pub(crate) fn new(
        channel: &wharf_store::Channel,
        configuration: &ChannelConfiguration,
        secrets: ChannelSecrets,
        connector: &Connector,
        gateway: &Gateway,
    ) -> Result<Self, ChannelError> {
        let description = connector.description();
        let settings = ChannelSettings::read(description, configuration, &secrets)?;
        let timetable = Timetable::new(&configuration.schedule)?;
        let route = gateway.route(route::spec(description, configuration, &secrets)?)?;
        let projector =
            Projector::new(description.clone(), &configuration.mapping, configuration.scope.clone())?;
        configuration.inbound.check(description)?;
        let terms = configuration.inbound.terms(&configuration.scope, channel.created_at);
        let context = projector.context(settings.open);
        let signer = Arc::new(settings.signer);
        let seed = Seed::new([
            connector.digest(),
            &context.settings,
            &context.locale,
            &context.country,
            &context.currency,
        ]);
        Ok(Self {
            id: channel.id,
            name: channel.name.clone(),
            origin: Origin {
                configuration: channel.configuration.clone(),
                pin: configuration.version.clone(),
                digest: connector.digest().into(),
                secrets: secrets.into_revisions(),
            },
            connector: connector
                .for_channel(&configuration.limits, Some(Arc::clone(&signer) as Arc<dyn Signer>)),
            projector,
            context,
            seed,
            route,
            timetable,
            inbound: configuration.inbound.clone(),
            terms,
            signer,
        })
    }

    /// What the channel should show for a candidate; nothing once its product was deleted.
    ///
    /// # Errors
    /// A damaged document is the product's problem; any other error of the store is an error here.
    pub(crate) fn project(&self, candidate: &Candidate) -> Result<Projection, StoreError> {
        let product = match candidate.product() {
            Ok(product) => product,
            Err(StoreError::Document { sku, source }) => {
                let message = format!("the stored product {sku} is damaged ({source}): import it again");
                return Ok(Projection::Incomplete(vec![Problem::error("damaged", None, message)]));
            }
            Err(other) => return Err(other),
        };
        let ancestors: Vec<_> = candidate.ancestors.iter().map(AsRef::as_ref).collect();
        let subject = product.as_ref().map(|product| Subject {
            product,
            ancestors: &ancestors,
            stock: &candidate.stock,
        });
        Ok(subject.map_or(Projection::Absent, |subject| self.projector.project(subject)))
    }

    /// Who brings what comes from this source.
    pub(crate) fn sender(&self, source: String) -> Sender {
        Sender { channel_id: self.id, channel: self.name.clone(), source, terms: self.terms.clone() }
    }

    /// Whether a change of one variant brings all of its group along.
    pub(crate) fn takes_whole_groups(&self) -> bool {
        self.connector.description().publishing.as_ref().is_some_and(|terms| terms.whole_groups)
    }

    /// The lanes that may overtake what is under way.
    pub(crate) fn apart(&self) -> Lanes {
        self.connector.description().publishing.as_ref().map_or(Lanes::NONE, Publishing::apart)
    }

    /// Whether an exchange may be sent twice.
    pub(crate) fn idempotency(&self) -> Idempotency {
        let publishing = self.connector.description().publishing.as_ref();
        publishing.map_or(Idempotency::None, |terms| terms.idempotency)
    }
}
