//! Error codes that a client meets: `x-ms-diagnostics` of Exchange and SharePoint, and AADSTS of the STS.
//!
//! Follows spec 3.5 and 3.6. Microsoft warns not to build on AADSTS texts or numbers: here they only explain.

/// An error code, explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// The number.
    pub number: u32,
    /// Who writes it.
    pub family: CodeFamily,
    /// Its name, or the category that is written with it.
    pub name: &'static str,
    /// What it means in a hybrid installation, in one sentence.
    pub sentence: &'static str,
    /// Where that is documented.
    pub source: &'static str,
}

/// Who writes a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CodeFamily {
    /// Exchange, in `x-ms-diagnostics`.
    Exchange,
    /// SharePoint, in `x-ms-diagnostics`.
    SharePoint,
    /// The STS, in the `error_description` of its answer.
    Sts,
}

impl CodeFamily {
    /// Says where the code is found.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exchange => "x-ms-diagnostics of Exchange",
            Self::SharePoint => "x-ms-diagnostics of SharePoint",
            Self::Sts => "AADSTS error of the token service",
        }
    }
}

/// Finds a code: a number, or a number behind `AADSTS` in any letter case.
#[must_use]
pub fn code(text: &str) -> Option<&'static Code> {
    const PREFIX: &str = "AADSTS";
    let (digits, of_sts) = match text.split_at_checked(PREFIX.len()) {
        Some((prefix, digits)) if prefix.eq_ignore_ascii_case(PREFIX) => (digits, true),
        _ => (text, false),
    };
    let number: u32 = digits.parse().ok()?;
    ALL.iter().find(|known| known.number == number && (!of_sts || known.family == CodeFamily::Sts))
}

/// Returns all codes.
#[must_use]
pub const fn codes() -> &'static [Code] {
    ALL
}

macro_rules! codes {
    ($($family:ident $source:literal { $($number:literal $name:literal $sentence:literal;)* })*) => {
        const ALL: &[Code] = &[$($(Code {
            number: $number, family: CodeFamily::$family, name: $name, sentence: $sentence, source: $source,
        },)*)*];
    };
}

codes! {
    Exchange "Exchange documentation; observed Exchange behaviour" {
        2000000 "invalid_signature" "The signature does not verify with any key of the issuer.";
        2000001 "invalid_token" "The token is malformed, its issuer is unknown, or a claim is missing.";
        2000002 "token_expired" "The token has expired or is not valid yet.";
        2000003 "invalid_resource" "The audience is not this server: compare host, realm and, behind TLS off-load, the scheme.";
        2000004 "invalid_tenant" "The tenant or realm is not known here.";
        2000005 "invalid_user" "The user of the token does not exist here, or is not unique: the usual failure of hybrid set-ups.";
        2000006 "invalid_client" "The application is not known here.";
        2000007 "internal_error" "The server failed while it judged the token.";
        2000008 "invalid_grant" "Scope, protocol or permission do not allow the request.";
        2000009 "invalid_certificate" "The server lacks the key with which it was to sign.";
        4000000 "oauth_not_available" "OAuth is not enabled for the domain of the user.";
    }
    SharePoint "recorded replies; observed SharePoint behaviour" {
        3001000 "invalid_client" "The token has no appid.";
        3001003 "invalid_client" "The scope is missing, or not allowed for the application.";
        3001004 "invalid_client" "The roles claim is missing, or must not be there.";
        3005004 "invalid_client" "The header has no valid algorithm: the answer of a patched server to a token with alg none.";
    }
    Sts "Microsoft Entra error reference" {
        50001 "InvalidResource" "The resource is disabled or missing in the tenant.";
        50003 "MissingSigningKey" "No key or certificate is configured.";
        50006 "InvalidSignature" "The signature does not verify.";
        50012 "AuthenticationFailed" "The thumbprint is not authorised, or the assertion's signature or certificate is wrong.";
        50013 "InvalidAssertion" "The assertion has a wrong issuer, is malformed, or has expired.";
        50020 "UserUnauthorized" "The account is of another identity provider.";
        50027 "InvalidJwtToken" "The token has a duplicate claim, or a wrong issuer, audience, time or form.";
        50034 "UserAccountNotFound" "The account is not in the tenant.";
        50048 "SubjectMismatchesIssuer" "The sub of the client assertion is not its iss.";
        50053 "IdsLocked" "The account is locked.";
        50057 "UserDisabled" "The account is disabled.";
        50059 "MissingTenantRealmAndNoUserInformationProvided" "The request names no tenant: wrong endpoint or domain.";
        50076 "UserStrongAuthClientAuthNRequired" "The user has to sign in with a second factor.";
        50079 "UserStrongAuthEnrollmentRequired" "The user has to register for a second factor.";
        50105 "EntitlementGrantsNotFound" "The user or application is not assigned to the application.";
        50107 "InvalidRealmUri" "The federation realm does not exist.";
        50126 "InvalidUserNameOrPassword" "The user name or password is wrong.";
        50128 "InvalidDomainName" "The domain names no tenant: wrong endpoint or domain.";
        50158 "ExternalSecurityChallenge" "Conditional access asks for more.";
        50169 "InvalidRequestBadRealm" "The realm is not configured for the service.";
        65001 "DelegationDoesNotExist" "Nobody consented to the application.";
        67003 "ActorNotValidServiceIdentity" "The actor is refused.";
        70001 "UnauthorizedClient" "The application is disabled or unknown.";
        90002 "InvalidTenantName" "The tenant does not exist, or is in another cloud.";
        90022 "AuthenticatedInvalidPrincipalNameFormat" "A principal is not name[/host][@realm].";
        90038 "NationalCloudTenantRedirection" "The tenant is in another national cloud.";
        500011 "InvalidResourceServicePrincipalNotFound" "The resource is no registered principal name of the tenant; often an on-premises URL is missing at the Exchange service principal.";
        500014 "ResourceDisabled" "The resource is disabled in the tenant.";
        500133 "InvalidAssertion" "The assertion is outside its time range.";
        650052 "MisconfiguredApplication" "The organisation lacks the service that the application asks for.";
        650056 "MisconfiguredApplication" "The resource is not in the application's registration.";
        650057 "InvalidResource" "The resource is not in the application's registration.";
        700016 "UnauthorizedClient_DoesNotMatchRequest" "The application is not in the tenant.";
        700027 "InvalidClientAssertion" "The client assertion does not verify: after a rollover, the new certificate was not uploaded.";
        700030 "InvalidCertificate" "The subject of the certificate is not authorised.";
        900384 "InvalidJwtToken" "The signature of the token does not verify.";
        900432 "ConfidentialClientCrossCloud" "The client is of another cloud.";
        7000112 "UnauthorizedClientApplicationDisabled" "The application is disabled.";
        7000215 "InvalidClientSecret" "The client secret is wrong.";
        7000222 "InvalidClientSecretExpired" "The client secret has expired.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_found_with_and_without_prefix() {
        assert_eq!(code("2000003").map(|c| c.name), Some("invalid_resource"));
        assert_eq!(code("aadsts500011").map(|c| c.family), Some(CodeFamily::Sts));
        assert_eq!(code("500011"), code("AADSTS500011"));
        assert_eq!(code("AADSTS2000003"), None);
        assert_eq!(code("AADSTS"), None);
    }
}
