//! The AADSTS codes that a hybrid deployment meets.
//! Follows the Entra error reference; Microsoft warns that numbers and texts change.

use super::{Code, Family, table};
use crate::verdict::RuleId;

const ENTRA: &str = "Microsoft Entra error reference";

pub(super) const CODES: &[Code] = table! {
    50_001 Entra "InvalidResource" [S2s08]
        meaning: "The resource that was asked for is disabled or does not exist.",
        cause: "The URL in resource is not one that the tenant knows, often an old or internal host name.",
        remedy: "Compare resource with the service principal names of the Exchange application in the tenant.",
        source: ENTRA;
    50_003 Entra "MissingSigningKey" []
        meaning: "No key or certificate is configured with which the service could work for this application.",
        cause: "The key credential of the hybrid application was removed, or never uploaded after a renewal.",
        remedy: "Upload the current auth certificate to the application that signs the request assertion.",
        source: ENTRA;
    50_006 Entra "InvalidSignature" [Key02]
        meaning: "A signature does not verify.",
        cause: "The request assertion was signed with another private key than that of the uploaded certificate.",
        remedy: "Compare the thumbprint in Get-AuthConfig with the key credentials of the application.",
        source: ENTRA;
    50_012 Entra "AuthenticationFailed" [Key02, S2s10]
        meaning: "The request assertion was refused: thumbprint not authorised, signature wrong, or certificate not valid.",
        cause: "The auth certificate of Exchange was renewed, and the tenant still has the old one.",
        remedy: "Publish the current auth certificate to the tenant, and check that every server signs with it.",
        source: ENTRA;
    50_013 Entra "InvalidAssertion" [S2s09, S2s25]
        meaning: "The assertion is malformed, out of its time, or from an issuer that does not fit.",
        cause: "The clock of the server is wrong, or the assertion names another application or tenant as its issuer.",
        remedy: "Decode the assertion and compare iss, aud, nbf and exp with the tenant and the time.",
        source: ENTRA;
    50_020 Entra "UserUnauthorized" []
        meaning: "The account comes from an identity provider that this tenant does not accept for the application.",
        cause: "A user of hybrid modern authentication signed in with a personal account or one of another tenant.",
        remedy: "Sign in with an account of the tenant, or invite the account as a guest.",
        source: ENTRA;
    50_027 Entra "InvalidJwtToken" [S2s16, S2s09, S2s08, S2s25]
        meaning: "A JWT in the request has a duplicate or missing claim, or a wrong issuer, audience, time or format.",
        cause: "The request assertion was built by hand or by a tool, and one of its claims is off.",
        remedy: "Decode the assertion and compare it with one of a server that works.",
        source: ENTRA;
    50_034 Entra "UserAccountNotFound" []
        meaning: "The account does not exist in the tenant.",
        cause: "The user is not synchronised, or signs in with a UPN that differs from the one in the cloud.",
        remedy: "Check the synchronisation of the user and the UPN that the client sends.",
        source: ENTRA;
    50_048 Entra "SubjectMismatchesIssuer" []
        meaning: "The client assertion names one application as its issuer and another as its subject.",
        cause: "Since the change to a dedicated hybrid application, one claim still has the old application id.",
        remedy: "Write the same application id into iss and sub.",
        source: ENTRA;
    50_053 Entra "IdsLocked" []
        meaning: "The account is locked after too many failed sign-ins, or the address is known for attacks.",
        cause: "A device with an old password keeps trying, or somebody sprays passwords.",
        remedy: "Find the source in the sign-in logs before unlocking the account.",
        source: ENTRA;
    50_057 Entra "UserDisabled" []
        meaning: "The account is disabled.",
        cause: "The account was disabled in the on-premises directory and the change was synchronised.",
        remedy: "Enable the account if it is still needed.",
        source: ENTRA;
    50_059 Entra "MissingTenantRealmAndNoUserInformationProvided" []
        meaning: "Neither the request nor its credentials tell which tenant is meant.",
        cause: "The realm of the AuthServer object is empty, so the token endpoint is called without a tenant.",
        remedy: "Set the realm of the AuthServer object to the tenant id.",
        source: ENTRA;
    50_076 Entra "UserStrongAuthClientAuthNRequired" []
        meaning: "The user must pass multifactor authentication for this resource.",
        cause: "Conditional access asks for it, and the client of hybrid modern authentication tried without asking the user.",
        remedy: "Let the user sign in interactively; server-to-server tokens are not subject to this.",
        source: ENTRA;
    50_079 Entra "UserStrongAuthEnrollmentRequired" []
        meaning: "The user must register for multifactor authentication first.",
        cause: "A policy asks for a second factor that the user has not set up, or AD FS sends no claim about it.",
        remedy: "Register the user, or have AD FS issue the multifactor claim.",
        source: ENTRA;
    50_105 Entra "EntitlementGrantsNotFound" []
        meaning: "The user or application is not assigned to the application that was asked for.",
        cause: "Assignment is required on the enterprise application, and nobody assigned the caller.",
        remedy: "Assign the caller, or switch the requirement off.",
        source: ENTRA;
    50_107 Entra "InvalidRealmUri" []
        meaning: "The federation realm that was asked for does not exist.",
        cause: "The domain is federated on one side only, or the federation settings were removed.",
        remedy: "Compare the federation settings of the domain with those of AD FS.",
        source: ENTRA;
    50_126 Entra "InvalidUserNameOrPassword" []
        meaning: "User name or password is wrong.",
        cause: "The password was changed on-premises and not synchronised yet, or the user mistyped it.",
        remedy: "Try again; check password hash synchronisation or pass-through authentication if it persists.",
        source: ENTRA;
    50_128 Entra "" []
        meaning: "No tenant belongs to the domain in the request.",
        cause: "The domain of the user or of the token endpoint is not verified in any tenant.",
        remedy: "Check the domain in the request, and the realm of the AuthServer object.",
        source: ENTRA;
    50_158 Entra "ExternalSecurityChallenge" []
        meaning: "The user must satisfy a challenge of another provider, such as multifactor authentication or device management.",
        cause: "Conditional access has a control of a third party that the client could not show.",
        remedy: "Let the user sign in interactively.",
        source: ENTRA;
    50_169 Entra "InvalidRequestBadRealm" [S2s07]
        meaning: "The realm of the request is not one of the service namespace.",
        cause: "The realm in resource, or in the challenge that the client followed, is that of another tenant.",
        remedy: "Compare the realm in resource with the tenant in the token endpoint.",
        source: ENTRA;
    53_000 Entra "DeviceNotCompliant" []
        meaning: "Conditional access asks for a compliant device, and this one is not.",
        cause: "The device of the user is not enrolled, or broke a compliance policy.",
        remedy: "Enrol the device or mend what the policy complains about.",
        source: ENTRA;
    53_001 Entra "DeviceNotDomainJoined" []
        meaning: "Conditional access asks for a domain-joined device.",
        cause: "The user tries from a private device, or the join is broken.",
        remedy: "Use a joined device, or repair the join.",
        source: ENTRA;
    53_002 Entra "ApplicationUsedIsNotAnApprovedApp" []
        meaning: "Conditional access asks for an approved client application.",
        cause: "The user has a mail client that is not on the list, which is common with ActiveSync.",
        remedy: "Use Outlook, or exempt the client in the policy.",
        source: ENTRA;
    53_003 Entra "BlockedByConditionalAccess" []
        meaning: "A conditional access policy forbids to issue the token.",
        cause: "The policy covers the Exchange application and excludes the place, the client or the protocol.",
        remedy: "Look up the policy in the sign-in log by the correlation id.",
        source: ENTRA;
    53_004 Entra "ProofUpBlockedDueToRisk" []
        meaning: "The user must register for multifactor authentication before going on, and the risk of the sign-in forbids it here.",
        cause: "Identity protection rates the sign-in as risky.",
        remedy: "Clear the risk, and register from a trusted place.",
        source: ENTRA;
    53_011 Entra "" []
        meaning: "The user is blocked, since the home tenant sees a risk.",
        cause: "A guest's account is rated as risky by its own tenant.",
        remedy: "Have the home tenant clear the risk.",
        source: ENTRA;
    65_001 Entra "DelegationDoesNotExist" []
        meaning: "Nobody consented that the application uses this resource.",
        cause: "The dedicated hybrid application, or a mail client, has not been granted its permissions.",
        remedy: "Grant admin consent for the permissions of the application.",
        source: ENTRA;
    67_003 Entra "ActorNotValidServiceIdentity" [S2s31, S2s04]
        meaning: "The actor of the request is not a service identity that may act.",
        cause: "The actor token is that of a user, or of an application that may not act for others.",
        remedy: "Use the application token of a service principal as actor.",
        source: ENTRA;
    70_001 Entra "UnauthorizedClient" [S2s31]
        meaning: "The application is disabled.",
        cause: "Somebody disabled the Exchange or the hybrid application in the tenant.",
        remedy: "Enable the service principal if it is meant to work.",
        source: ENTRA;
    90_002 Entra "InvalidTenantName" []
        meaning: "The tenant was not found in this cloud.",
        cause: "The token endpoint belongs to another cloud, or the realm is a domain that is not verified.",
        remedy: "Compare the host of the token endpoint with the tenant's cloud, and use the tenant id as realm.",
        source: ENTRA;
    90_022 Entra "AuthenticatedInvalidPrincipalNameFormat" [S2s29]
        meaning: "A principal name is not of the form name[/host][@realm].",
        cause: "The resource or the issuer of the assertion has a URL, a second @ or a missing name.",
        remedy: "Write resource as application id, slash, host, @, tenant.",
        source: ENTRA;
    90_038 Entra "NationalCloudTenantRedirection" []
        meaning: "The tenant lives in a national cloud that this one does not serve.",
        cause: "The AuthServer points to the worldwide endpoint, and the tenant is in GCC High, DoD or China.",
        remedy: "Use the token endpoint of the tenant's cloud.",
        source: ENTRA;
    500_011 Entra "InvalidResourceServicePrincipalNotFound" [S2s08]
        meaning: "The resource is not a registered principal name of the tenant.",
        cause: "The on-premises URL is missing among the service principal names of Exchange, or the request went to another tenant.",
        remedy: "Add the host to the service principal names of 00000002-0000-0ff1-ce00-000000000000, and check the tenant.",
        source: ENTRA;
    500_014 Entra "" []
        meaning: "The service principal of the resource is disabled in the tenant.",
        cause: "An administrator disabled it, or the subscription ended.",
        remedy: "Enable the service principal of the resource.",
        source: "reports from the field; not in the version of the Entra error reference that was read";
    500_133 Entra "" [S2s25, S2s26]
        meaning: "The assertion is outside of its time range.",
        cause: "The clock of the server is wrong, or the client reuses an old assertion.",
        remedy: "Compare the two times in the description, and set the clock.",
        source: ENTRA;
    530_032 Entra "BlockedByConditionalAccessOnSecurityPolicy" []
        meaning: "A security policy of the tenant blocks the request.",
        cause: "A tenant-wide policy covers the way in which the client signs in.",
        remedy: "Compare the request with the security policies of the tenant.",
        source: ENTRA;
    530_035 Entra "BlockedBySecurityDefaults" []
        meaning: "The security defaults of the tenant block the request.",
        cause: "The client signs in with legacy authentication.",
        remedy: "Move the client to modern authentication.",
        source: ENTRA;
    650_052 Entra "" []
        meaning: "The organisation has not subscribed to, or enabled, the service that the application needs.",
        cause: "Exchange Online or another service has no licence in the tenant, or its service principal is missing.",
        remedy: "Check the subscriptions, and create the service principal of the resource.",
        source: ENTRA;
    650_056 Entra "" []
        meaning: "The application is misconfigured: no permission for the resource, no consent, or a wrong identifier or certificate.",
        cause: "The dedicated hybrid application was registered by hand and lacks full_access_as_app or the consent to it.",
        remedy: "Add the permission on Exchange Online, and grant admin consent.",
        source: ENTRA;
    650_057 Entra "" []
        meaning: "The resource is not among those that the application's registration lists.",
        cause: "The registration of the hybrid application lists another resource than the one in the request.",
        remedy: "Add the resource to the registration, or correct resource in the request.",
        source: ENTRA;
    700_016 Entra "UnauthorizedClient_DoesNotMatchRequest" []
        meaning: "The application was not found in the tenant.",
        cause: "The ApplicationIdentifier of the AuthServer has a typing error, or the application is registered in another tenant.",
        remedy: "Compare the application id of the assertion with the registrations of the tenant in the endpoint.",
        source: ENTRA;
    700_027 Entra "" [Key02, S2s10]
        meaning: "The signature of the client assertion does not verify.",
        cause: "The auth certificate was renewed, and its public part was not uploaded to the application.",
        remedy: "Upload the current auth certificate as key credential, and wait until the tenant has it.",
        source: ENTRA;
    700_030 Entra "" []
        meaning: "The subject name of the certificate is not authorised for the application.",
        cause: "The application trusts a subject and issuer, and the auth certificate is self-signed or has another name.",
        remedy: "Register the certificate by its key, or use one with the authorised name.",
        source: ENTRA;
    900_384 Entra "" [Key02]
        meaning: "The signature of a JWT in the request does not verify.",
        cause: "The token was altered, or signed with a key that is not registered.",
        remedy: "Compare the x5t of the token with the key credentials of its issuer.",
        source: ENTRA;
    900_432 Entra "" []
        meaning: "A confidential client cannot ask across clouds.",
        cause: "The hybrid application of one cloud asks the endpoint of another.",
        remedy: "Register the application in the cloud of the resource, and use its endpoint.",
        source: ENTRA;
    7_000_112 Entra "UnauthorizedClientApplicationDisabled" [S2s31]
        meaning: "The application is disabled.",
        cause: "Somebody, or Microsoft, disabled the hybrid application or its service principal.",
        remedy: "Find out why, and enable it if it is meant to work.",
        source: ENTRA;
    7_000_215 Entra "" []
        meaning: "The client secret is wrong.",
        cause: "The identifier of the secret was stored in place of its value, or the secret is that of another application.",
        remedy: "Create a new secret, or better use a certificate.",
        source: ENTRA;
    7_000_222 Entra "InvalidClientSecretExpiredKeysProvided" []
        meaning: "The client secret has expired.",
        cause: "Nobody renewed the secret of the application.",
        remedy: "Create a new secret, or better use a certificate.",
        source: ENTRA;
};
