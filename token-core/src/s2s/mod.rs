//! Server-to-server tokens: principals, claims, kinds, and the two layers of a request.
//!
//! Follows [MS-XOAUTH] 3.2.5.6 and [MS-SPS2SAUTH] 3.1.5. Knows nothing of keys, policies or the time of day.

mod claims;
mod kind;
mod layer;
mod principal;
mod token;

pub(crate) mod rules;

pub use claims::{AppContext, AppContextForm, Claims, Shape};
pub use kind::Kind;
pub use layer::Layer;
pub use principal::{Principal, PrincipalError};
pub use token::{Scratch, Token, User};

/// Application ids and fixed values that the protocol itself names.
pub mod well_known {
    /// Azure ACS, the security token service of the S2S flow.
    pub const ACS: &str = "00000001-0000-0000-c000-000000000000";
    /// Exchange, online and on-premises.
    pub const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
    /// SharePoint.
    pub const SHAREPOINT: &str = "00000003-0000-0ff1-ce00-000000000000";
    /// The `ver` of a token in which an application asserts a user.
    pub const APP_ASSERTED_USER: &str = "app_asserted_user_v1";
    /// The `ver` of a token in which the service asserts an application.
    pub const SERVICE_ASSERTED_APP: &str = "service_asserted_app_v1";
    /// The only version of the Exchange identity token.
    pub const IDENTITY_TOKEN_VERSION: &str = "ExIdTok.V1";
}
