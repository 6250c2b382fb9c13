//! Offers: what a token may be used for, and for how long.
//!
//! Follows what Exchange was observed to grant; the conditions of a real assertion last for fifteen days whatever its offer.

use std::fmt;
use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// An offer that Microsoft's gateway issues: the value of the `action` attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Offer {
    /// Invitations to share a calendar or contacts.
    SharingInviteMessage,
    /// Free and busy times.
    SharingCalendarFreeBusy,
    /// Reading of a shared calendar or of shared contacts.
    SharingRead,
    /// Moving of mailboxes.
    MailboxMove,
    /// Finding out where a user's services are.
    Autodiscover,
    /// Logging on to public folders of another organisation.
    XropLogon,
    /// Hints before a message is sent: out of office, mailbox full, many recipients.
    MailTips,
    /// Searching in mailboxes.
    MailboxSearch,
    /// Photos of users.
    UserPhotoRetrieval,
    /// Signing in to instant messaging.
    MessengerSignIn,
    /// Certification by the rights management service.
    RmsCertification,
    /// Licences of the rights management service for servers.
    RmsServerLicensing,
}

impl Offer {
    /// All offers, those that Exchange accepts first.
    pub const ALL: &'static [Self] = &[
        Self::SharingInviteMessage,
        Self::SharingCalendarFreeBusy,
        Self::SharingRead,
        Self::MailboxMove,
        Self::Autodiscover,
        Self::XropLogon,
        Self::MailTips,
        Self::MailboxSearch,
        Self::UserPhotoRetrieval,
        Self::MessengerSignIn,
        Self::RmsCertification,
        Self::RmsServerLicensing,
    ];

    /// Returns the offer as assertions and policies spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SharingInviteMessage => "MSExchange.SharingInviteMessage",
            Self::SharingCalendarFreeBusy => "MSExchange.SharingCalendarFreeBusy",
            Self::SharingRead => "MSExchange.SharingRead",
            Self::MailboxMove => "MSExchange.MailboxMove",
            Self::Autodiscover => "MSExchange.Autodiscover",
            Self::XropLogon => "MSExchange.XropLogon",
            Self::MailTips => "MSExchange.MailTips",
            Self::MailboxSearch => "MSExchange.MailboxSearch",
            Self::UserPhotoRetrieval => "MSExchange.UserPhotoRetrieval",
            Self::MessengerSignIn => "Messenger.SignIn",
            Self::RmsCertification => "MSRMS.CertificationWS",
            Self::RmsServerLicensing => "MSRMS.ServerLicensingWS",
        }
    }

    /// Finds an offer by its exact name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|offer| offer.as_str() == name)
    }

    /// Returns for how long after its `NotBefore` a token of this offer is taken, where the policy says nothing else.
    #[must_use]
    pub const fn usual_life(self) -> Duration {
        Duration::from_secs(match self {
            Self::SharingCalendarFreeBusy | Self::MailTips => 5 * MINUTE,
            Self::UserPhotoRetrieval => 10 * MINUTE,
            Self::SharingRead | Self::MailboxMove => HOUR,
            Self::Autodiscover | Self::XropLogon | Self::MailboxSearch | Self::MessengerSignIn => 8 * HOUR,
            Self::RmsCertification | Self::RmsServerLicensing => 48 * HOUR,
            Self::SharingInviteMessage => 15 * DAY,
        })
    }

    /// Returns whether Exchange takes tokens of this offer; the others are issued for other services.
    #[must_use]
    pub const fn is_for_exchange(self) -> bool {
        !matches!(self, Self::MessengerSignIn | Self::RmsCertification | Self::RmsServerLicensing)
    }
}

impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Offer> for String {
    fn from(offer: Offer) -> Self {
        offer.as_str().to_owned()
    }
}

/// For how long a token of each offer is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferLives {
    changed: Vec<(String, Duration)>,
}

impl OfferLives {
    /// Returns the life of an offer, by its exact name; nothing for a name that nobody knows.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<Duration> {
        let changed = self.changed.iter().rev().find(|(changed, _)| changed == name);
        changed.map(|(_, life)| *life).or_else(|| Offer::parse(name).map(Offer::usual_life))
    }

    /// Changes the life of an offer, or adds an offer.
    pub fn set(&mut self, name: impl Into<String>, life: Duration) {
        self.changed.push((name.into(), life));
    }

    /// Returns what was changed or added.
    pub fn changed(&self) -> impl Iterator<Item = (&str, Duration)> {
        self.changed.iter().map(|(name, life)| (&**name, *life))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offer_names_find_their_offer_alone() {
        for offer in Offer::ALL {
            assert_eq!(Offer::parse(offer.as_str()), Some(*offer));
            assert_eq!(Offer::parse(&offer.as_str().to_ascii_lowercase()), None);
            assert_eq!(offer.is_for_exchange(), offer.as_str().starts_with("MSExchange."));
        }
    }

    #[test]
    fn lives_changed_added_and_unknown() {
        let mut lives = OfferLives::default();
        assert_eq!(lives.of("MSExchange.MailTips"), Some(Duration::from_secs(300)));
        assert_eq!(lives.of("MSExchange.SharingInviteMessage"), Some(Duration::from_secs(1_296_000)));
        assert_eq!(
            (lives.of("msexchange.mailtips"), lives.of("Fabrikam.Read"), lives.of("")),
            (None, None, None)
        );
        lives.set(Offer::MailTips, Duration::from_secs(60));
        lives.set("Fabrikam.Read", Duration::from_secs(90));
        assert_eq!(lives.of("MSExchange.MailTips"), Some(Duration::from_secs(60)));
        assert_eq!(lives.of("Fabrikam.Read"), Some(Duration::from_secs(90)));
        assert_eq!(lives.changed().count(), 2);
    }
}
