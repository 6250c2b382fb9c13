//! The names that the messages use: elements, algorithms, formats. Each as its specification spells it.

use super::xml::Name;

macro_rules! names {
    ($namespace:literal; $($constant:ident $local:literal;)*) => {
        use super::Name;

        pub(in crate::dauth) const NAMESPACE: &str = $namespace;
        $(pub(in crate::dauth) const $constant: Name = Name { namespace: NAMESPACE, local: $local };)*
    };
}

/// SAML 1.1 core.
pub(super) mod saml {
    names! { "urn:oasis:names:tc:SAML:1.0:assertion";
        ASSERTION "Assertion";
        CONDITIONS "Conditions";
        AUDIENCE_RESTRICTION "AudienceRestrictionCondition";
        AUDIENCE "Audience";
        DO_NOT_CACHE "DoNotCacheCondition";
        ADVICE "Advice";
        AUTHENTICATION_STATEMENT "AuthenticationStatement";
        ATTRIBUTE_STATEMENT "AttributeStatement";
        SUBJECT "Subject";
        NAME_IDENTIFIER "NameIdentifier";
        SUBJECT_CONFIRMATION "SubjectConfirmation";
        CONFIRMATION_METHOD "ConfirmationMethod";
        ATTRIBUTE "Attribute";
        ATTRIBUTE_VALUE "AttributeValue";
    }

    pub(in crate::dauth) const HOLDER_OF_KEY: &str = "urn:oasis:names:tc:SAML:1.0:cm:holder-of-key";
    pub(in crate::dauth) const BEARER: &str = "urn:oasis:names:tc:SAML:1.0:cm:bearer";
    pub(in crate::dauth) const SENDER_VOUCHES: &str = "urn:oasis:names:tc:SAML:1.0:cm:sender-vouches";
}

/// XML Signature.
pub(super) mod ds {
    names! { "http://www.w3.org/2000/09/xmldsig#";
        SIGNATURE "Signature";
        SIGNED_INFO "SignedInfo";
        SIGNATURE_VALUE "SignatureValue";
        KEY_INFO "KeyInfo";
        CANONICALIZATION_METHOD "CanonicalizationMethod";
        SIGNATURE_METHOD "SignatureMethod";
        REFERENCE "Reference";
        TRANSFORMS "Transforms";
        TRANSFORM "Transform";
        DIGEST_METHOD "DigestMethod";
        DIGEST_VALUE "DigestValue";
    }

    pub(in crate::dauth) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    pub(in crate::dauth) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
    pub(in crate::dauth) const RSA_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    pub(in crate::dauth) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    pub(in crate::dauth) const HMAC_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#hmac-sha1";
    pub(in crate::dauth) const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
    pub(in crate::dauth) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
}

/// XML Encryption.
pub(super) mod xenc {
    names! { "http://www.w3.org/2001/04/xmlenc#";
        ENCRYPTED_DATA "EncryptedData";
        ENCRYPTED_KEY "EncryptedKey";
        ENCRYPTION_METHOD "EncryptionMethod";
        CIPHER_DATA "CipherData";
        CIPHER_VALUE "CipherValue";
    }

    pub(in crate::dauth) const ELEMENT: &str = "http://www.w3.org/2001/04/xmlenc#Element";
    pub(in crate::dauth) const RSA_OAEP_MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
    pub(in crate::dauth) const RSA_OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
    pub(in crate::dauth) const RSA_1_5: &str = "http://www.w3.org/2001/04/xmlenc#rsa-1_5";
    pub(in crate::dauth) const AES128_CBC: &str = "http://www.w3.org/2001/04/xmlenc#aes128-cbc";
    pub(in crate::dauth) const AES256_CBC: &str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc";
    pub(in crate::dauth) const AES128_GCM: &str = "http://www.w3.org/2009/xmlenc11#aes128-gcm";
    pub(in crate::dauth) const AES256_GCM: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
    pub(in crate::dauth) const TRIPLEDES_CBC: &str = "http://www.w3.org/2001/04/xmlenc#tripledes-cbc";
    pub(in crate::dauth) const MGF1_SHA1: &str = "http://www.w3.org/2009/xmlenc11#mgf1sha1";
    pub(in crate::dauth) const MGF1_SHA256: &str = "http://www.w3.org/2009/xmlenc11#mgf1sha256";
}

/// XML Encryption 1.1.
pub(super) mod xenc11 {
    names! { "http://www.w3.org/2009/xmlenc11#";
        MGF "MGF";
    }
}

/// WS-Security 1.0, secext.
pub(super) mod wsse {
    names! { "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
        SECURITY "Security";
        SECURITY_TOKEN_REFERENCE "SecurityTokenReference";
        KEY_IDENTIFIER "KeyIdentifier";
        BINARY_SECURITY_TOKEN "BinarySecurityToken";
        REFERENCE "Reference";
    }

    pub(in crate::dauth) const X509_SKI: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier";
    pub(in crate::dauth) const X509_V3: &str =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
    pub(in crate::dauth) const BASE64: &str =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
    pub(in crate::dauth) const SAML_ASSERTION_ID: &str =
        "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID";
}

/// WS-Security 1.0, utility.
pub(super) mod wsu {
    names! { "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
        TIMESTAMP "Timestamp";
        CREATED "Created";
        EXPIRES "Expires";
        ID "Id";
    }
}

/// WS-Trust: the proof key stands in the namespace of the later version, though it is asked for in the earlier.
pub(super) mod trust {
    names! { "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
        BINARY_SECRET "BinarySecret";
    }
}

/// WS-Trust of February 2005.
pub(super) mod trust2005 {
    names! { "http://schemas.xmlsoap.org/ws/2005/02/trust";
        BINARY_SECRET "BinarySecret";
    }
}

/// WS-Addressing 1.0.
pub(super) mod wsa {
    names! { "http://www.w3.org/2005/08/addressing";
        TO "To";
        ACTION "Action";
        MESSAGE_ID "MessageID";
        REPLY_TO "ReplyTo";
    }
}

/// SOAP 1.1.
pub(super) mod soap11 {
    names! { "http://schemas.xmlsoap.org/soap/envelope/";
        ENVELOPE "Envelope";
        HEADER "Header";
        BODY "Body";
    }
}

/// SOAP 1.2.
pub(super) mod soap12 {
    names! { "http://www.w3.org/2003/05/soap-envelope";
        ENVELOPE "Envelope";
        HEADER "Header";
        BODY "Body";
    }
}

/// Exchange's autodiscover service.
pub(super) mod autodiscover {
    names! { "http://schemas.microsoft.com/exchange/2010/Autodiscover";
        FEDERATION_RESPONSE "GetFederationInformationResponseMessage";
        RESPONSE "Response";
        ERROR_CODE "ErrorCode";
        ERROR_MESSAGE "ErrorMessage";
        APPLICATION_URI "ApplicationUri";
        DOMAINS "Domains";
        DOMAIN "Domain";
        TOKEN_ISSUERS "TokenIssuers";
        TOKEN_ISSUER "TokenIssuer";
        ENDPOINT "Endpoint";
        URI "Uri";
    }
}
