//! Forward authentication for other services.

use crate::{Access, Operation, Parameter};

crate::operations! {
    "forward-auth";
    /// Says to a reverse proxy whether a request may pass, and who sent it.
    Verify => Operation::new("verify", "*", "/auth/verify", Access::Token)
        .query(&[Parameter::text("scope", "", "Scopes that the token needs, separated by spaces.")])
        .forwarded(),
}
