//! Identifiers of algorithms and formats, and who the vectors are about.

pub(crate) const GATEWAY: &str = "gateway-current";
pub(crate) const OWN: &str = "federation-current";
pub(crate) const ATTACKER: &str = "gateway-attacker";

pub(crate) const ISSUER: &str = "urn:federation:MicrosoftOnline";
pub(crate) const AUDIENCE: &str = "http://FYDIBOHF25SPDLT.contoso.com";
pub(crate) const APPLICATION_URI: &str = "FYDIBOHF25SPDLT.contoso.com";
pub(crate) const EMAIL: &str = "user@fabrikam.com";
pub(crate) const NAME: &str = "lXhYkqOYd1yCwhy0n3bnYd/LSP1lbbRsOP0n3+7Zq8A=@MicrosoftOnline.com";

pub(crate) const EWS_PATH: &str = "/ews/exchange.asmx/wssecurity";
pub(crate) const EWS_SYMMETRIC_PATH: &str = "/ews/exchange.asmx/wssecurity/symmetrickey";
pub(crate) const EWS_X509_PATH: &str = "/ews/exchange.asmx/wssecurity/x509cert";
pub(crate) const EWS: &str = "https://mail.contoso.com/EWS/Exchange.asmx/WSSecurity";
pub(crate) const EWS_SYMMETRIC: &str = "https://mail.contoso.com/EWS/Exchange.asmx/WSSecurity/SymmetricKey";
pub(crate) const EWS_X509: &str = "https://mail.contoso.com/EWS/Exchange.asmx/WSSecurity/X509Cert";

pub(crate) const UPN: &str = "http://schemas.xmlsoap.org/claims/upn";
pub(crate) const CLAIMS: &str = "http://schemas.xmlsoap.org/claims";
pub(crate) const IDENTITY: &str = "http://schemas.microsoft.com/ws/2006/04/identity/claims";
pub(crate) const AUTHORIZATION: &str = "http://schemas.xmlsoap.org/ws/2006/12/authorization/claims";
pub(crate) const PASSWORD: &str = "urn:oasis:names:tc:SAML:1.0:am:password";
pub(crate) const HOLDER_OF_KEY: &str = "urn:oasis:names:tc:SAML:1.0:cm:holder-of-key";
pub(crate) const BEARER: &str = "urn:oasis:names:tc:SAML:1.0:cm:bearer";
pub(crate) const SENDER_VOUCHES: &str = "urn:oasis:names:tc:SAML:1.0:cm:sender-vouches";

pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(crate) const EXCLUSIVE_COMMENTS: &str = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
pub(crate) const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
pub(crate) const INCLUSIVE_11: &str = "http://www.w3.org/2006/12/xml-c14n11";
pub(crate) const RSA_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
pub(crate) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
pub(crate) const HMAC_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#hmac-sha1";
pub(crate) const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
pub(crate) const SHA256_URI: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

pub(crate) const ENC_ELEMENT: &str = "http://www.w3.org/2001/04/xmlenc#Element";
pub(crate) const OAEP_MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
pub(crate) const OAEP_11: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
pub(crate) const RSA_1_5: &str = "http://www.w3.org/2001/04/xmlenc#rsa-1_5";
pub(crate) const MGF1_SHA1: &str = "http://www.w3.org/2009/xmlenc11#mgf1sha1";
pub(crate) const MGF1_SHA256: &str = "http://www.w3.org/2009/xmlenc11#mgf1sha256";

pub(crate) const X509_SKI: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier";
pub(crate) const X509_V3: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
pub(crate) const BASE64: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
pub(crate) const SAML_ASSERTION_ID: &str =
    "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID";

pub(crate) const GET_MAIL_TIPS: &str =
    "http://schemas.microsoft.com/exchange/services/2006/messages/GetMailTips";
pub(crate) const ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";
