//! The publisher of a doorbell.

use std::sync::Arc;

use bytes::Bytes;

use super::EMBEDDED;
use crate::{
    capabilities::redis::{CommandError, Pools, Server, embedded::EmbeddedRedis},
    network::Reach,
};

/// Rings doorbells at one server.
#[derive(Debug)]
pub enum Publisher {
    /// In the process.
    Embedded(EmbeddedRedis),
    /// Anywhere.
    Server(Arc<Server>),
}

impl Publisher {
    /// A publisher for the server at `address`; it connects when it is used.
    pub fn new(address: &str, pools: &Pools, embedded: &EmbeddedRedis) -> Result<Self, CommandError> {
        Ok(match address {
            EMBEDDED => Self::Embedded(embedded.clone()),
            address => Self::Server(pools.get(address, &Reach::everything())?),
        })
    }

    /// Publishes an empty message on `channel`.
    pub async fn ring(&self, channel: &str) -> Result<(), CommandError> {
        match self {
            Self::Embedded(embedded) => {
                embedded.publish(channel, &Bytes::new());
                Ok(())
            }
            Self::Server(server) => server.ring(channel).await,
        }
    }
}
