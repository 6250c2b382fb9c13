//! Well-known identifiers: applications, and the realms and roles that look like them.
//!
//! Follows the documents that each entry names.

/// A well-known identifier, and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Application {
    /// The identifier, a GUID.
    pub id: &'static str,
    /// The name that people use.
    pub name: &'static str,
    /// Whether it names an application at all.
    pub of: ApplicationUse,
    /// What it is, in one sentence.
    pub sentence: &'static str,
    /// Where that is documented.
    pub source: &'static str,
}

/// What an identifier identifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ApplicationUse {
    /// An application: the first part of a principal, an `appid`.
    Application,
    /// A realm: what stands behind the `@`.
    Realm,
    /// An application role: an entry of `roles`, by its id.
    Role,
}

impl ApplicationUse {
    /// Names the use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application id",
            Self::Realm => "realm",
            Self::Role => "application role",
        }
    }
}

/// Finds a well-known identifier, in any letter case.
#[must_use]
pub fn application(id: &str) -> Option<&'static Application> {
    ALL.iter().find(|known| known.id.eq_ignore_ascii_case(id))
}

/// Returns all well-known identifiers.
#[must_use]
pub const fn applications() -> &'static [Application] {
    ALL
}

macro_rules! applications {
    ($($id:literal $name:literal $of:ident $sentence:literal $source:literal;)*) => {
        const ALL: &[Application] = &[$(Application {
            id: $id, name: $name, of: ApplicationUse::$of, sentence: $sentence, source: $source,
        },)*];
    };
}

applications! {
    "00000001-0000-0000-c000-000000000000" "Azure ACS" Application
        "The security token service that issues actor tokens; it stands in their `iss` and in the `aud` of request assertions."
        "[MS-XOAUTH]; SharePoint add-in documentation";
    "00000002-0000-0ff1-ce00-000000000000" "Exchange" Application
        "Exchange, online and on-premises, both as a resource and as the shared first-party principal that calls."
        "[MS-XOAUTH]; Exchange Team Blog 2017";
    "00000003-0000-0ff1-ce00-000000000000" "SharePoint" Application
        "SharePoint, online and on-premises; its challenges must carry this client_id."
        "[MS-SPS2SAUTH] 3.1.5";
    "00000004-0000-0ff1-ce00-000000000000" "Skype for Business" Application
        "Skype for Business and Lync; at Exchange the partner application \"SfBLegacy\"."
        "Exchange documentation; CSS-Exchange";
    "00000005-0000-0ff1-ce00-000000000000" "Workflow, Yammer" Application
        "Workflow services and Yammer."
        "general knowledge, not confirmed";
    "00000006-0000-0ff1-ce00-000000000000" "Office 365 portal" Application
        "The Office 365 portal."
        "AADInternals";
    "00000007-0000-0ff1-ce00-000000000000" "Exchange Online Protection" Application
        "The mail filter in front of Exchange Online."
        "general knowledge, not confirmed";
    "00000002-0000-0000-c000-000000000000" "Azure AD Graph" Application
        "The retired directory API graph.windows.net, the resource at which actor tokens of foreign tenants were accepted."
        "CVE-2025-55241; AADInternals";
    "00000003-0000-0000-c000-000000000000" "Microsoft Graph" Application
        "Microsoft Graph; it is also a partner application at Exchange that may act for users."
        "AADInternals; CSS-Exchange";
    "00000007-0000-0000-c000-000000000000" "Dynamics" Application
        "Dynamics CRM Online."
        "AADInternals; general knowledge";
    "00000009-0000-0000-c000-000000000000" "Power BI" Application
        "The Power BI service."
        "AADInternals; general knowledge";
    "0000000a-0000-0000-c000-000000000000" "Intune" Application
        "The device management service Intune."
        "AADInternals; general knowledge";
    "0000000c-0000-0000-c000-000000000000" "App access panel" Application
        "The access panel in which users see their applications, in logs also \"Azure AD Account\"."
        "AADInternals; general knowledge";
    "00000012-0000-0000-c000-000000000000" "Rights Management" Application
        "Azure Rights Management."
        "AADInternals; general knowledge";
    "00000014-0000-0000-c000-000000000000" "SyncFabric" Application
        "The service that provisions users into other systems."
        "AADInternals; general knowledge";
    "7557eb47-c689-4224-abcf-aef9bd7573df" "TeamsScheduler" Application
        "The partner application through which Teams schedules meetings at an on-premises Exchange."
        "CSS-Exchange";
    "db7de2b5-2149-435e-8043-e080dd50afae" "CloudVoicemail" Application
        "The partner application through which cloud voicemail reaches on-premises mailboxes."
        "CSS-Exchange";
    "d3776938-3dba-481f-a652-4bedfcab7cd8" "trusted issuer of SharePoint Online" Application
        "An issuer that SharePoint Online lists in its challenges; its purpose is not documented."
        "recorded challenges";
    "00000002-0000-0ff1-ce00-200000000000" "Exchange self-issued" Realm
        "The realm of tokens that Exchange issues to itself; never announced in a challenge."
        "observed Exchange behaviour";
    "90140122-8516-11e1-8eff-49304924019b" "SharePoint Online self-issued" Realm
        "The realm in which SharePoint Online is its own issuer."
        "recorded challenges";
    "dc890d15-9560-4a4c-9b7f-a736ec74ec40" "full_access_as_app" Role
        "The role with which an application may open every mailbox; the dedicated hybrid application gets it."
        "CSS-Exchange";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn application_found_in_any_letter_case() {
        assert_eq!(application("00000002-0000-0FF1-CE00-000000000000").map(|a| a.name), Some("Exchange"));
        assert_eq!(application("00000002-0000-0ff1-ce00-000000000001"), None);
    }

    #[test]
    fn applications_are_lower_case_guids() {
        for known in applications() {
            let lengths: Vec<_> = known.id.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "{}", known.id);
            assert!(
                known.id.bytes().all(|b| b == b'-' || b.is_ascii_digit() || (b'a'..=b'f').contains(&b)),
                "{}",
                known.id
            );
        }
    }
}
