use super::{
    KeyProblem, Keys, LEGACY_SIGNATURE_HEADER, PUBLISHED_KEY, SIGNATURE_HEADER, Signature,
    SignatureError,
};
use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;

/// The throw-away key of highlevel-webhooks.md 3.3 and what it signed.
const SPKI: &str = "MCowBQYDK2VwAyEA5V1DDVnTN4Fcp3WGy1nQtqXZLJAgd+QgFopZ1F5ew1M=";
const HEX: &str = "e55d430d59d337815ca77586cb59d0b6a5d92c902077e420168a59d45e5ec353";
const BODY: &str = r#"{"type":"ContactCreate","locationId":"ve9EPM428h8vShlRW1KT","id":"nmFmQEsNgz6AVpgLVUJ0","email":"ada@example.com","timestamp":"2026-09-01T10:00:00.000Z","webhookId":"3f0f6b0e-6c1b-4a57-9d5e-6a6f0f0b7a11"}"#;
const SIGNATURE: &str =
    "rTSQiNT1nVjUhLLBjmuff3FcTit8rjDQycd+JEFpSYOwWhINv/88OLpEIe5i/7l9ig2OSfuYxWUxWc9jrUq0Cw==";

fn keys() -> Keys {
    Keys::new([SPKI], false).unwrap()
}

/// Judges a delivery with these headers.
fn judge(keys: &Keys, headers: &[(&str, &str)], body: &[u8]) -> Result<Signature, SignatureError> {
    keys.verify(
        |name| {
            let found = headers
                .iter()
                .find(|(header, _)| header.eq_ignore_ascii_case(name));
            found.map(|(_, value)| *value)
        },
        body,
    )
}

fn signed(keys: &Keys, signature: &str, body: &[u8]) -> Result<Signature, SignatureError> {
    judge(keys, &[("X-GHL-Signature", signature)], body)
}

const WRONG: Result<Signature, SignatureError> = Err(SignatureError::Wrong {
    header: SIGNATURE_HEADER,
});

#[test]
fn the_published_test_vector_is_valid_and_one_blank_more_is_not() {
    let keys = keys();
    assert_eq!(BODY.len(), 204);
    let valid = Ok(Signature::Ed25519 { key: 1 });
    assert_eq!(signed(&keys, SIGNATURE, BODY.as_bytes()), valid);
    assert_eq!(
        signed(&keys, SIGNATURE, format!("{BODY} ").as_bytes()),
        WRONG
    );
    let published_only = Keys::new::<&str>([], false).unwrap();
    assert_eq!(signed(&published_only, SIGNATURE, BODY.as_bytes()), WRONG);
}

#[test]
fn every_changed_byte_of_a_signature_makes_it_wrong() {
    let keys = keys();
    let bytes = STANDARD.decode(SIGNATURE).unwrap();
    assert_eq!(bytes.len(), 64);
    for at in 0..64 {
        for bit in [0x01, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            let changed = STANDARD.encode(changed);
            assert_eq!(signed(&keys, &changed, BODY.as_bytes()), WRONG, "byte {at}");
        }
    }
}

#[test]
fn a_key_is_read_in_each_of_its_forms() {
    let raw = STANDARD.encode(&STANDARD.decode(SPKI).unwrap()[12..]);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{SPKI}\n-----END PUBLIC KEY-----\n");
    let escaped = pem.replace('\n', "\\n");
    let upper = HEX.to_uppercase();
    for form in [
        SPKI,
        HEX,
        &upper,
        &raw,
        &pem,
        &escaped,
        &format!(" {SPKI}\r\n"),
    ] {
        let keys = Keys::new([form], false).unwrap();
        let result = signed(&keys, SIGNATURE, BODY.as_bytes());
        assert_eq!(result, Ok(Signature::Ed25519 { key: 1 }), "{form}");
    }
}

#[test]
fn a_bad_key_is_named_with_what_is_wrong() {
    let rsa = include_str!("keys.rs");
    let rsa: String = rsa
        .split("LEGACY_KEY: &str = \"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap()
        .replace(['\\', '\n'], "");
    let zeros = "00".repeat(32);
    let other = format!("MCowBQYDK2VuAyEA{}", &SPKI[16..]);
    for (bad, problem) in [
        ("", KeyProblem::Empty),
        (" \n", KeyProblem::Empty),
        ("not a key!", KeyProblem::Encoding),
        (&SPKI[..58], KeyProblem::Encoding),
        (&HEX[..62], KeyProblem::Encoding),
        ("AAAA", KeyProblem::Length(3)),
        (
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----",
            KeyProblem::Private,
        ),
        (&rsa, KeyProblem::Rsa),
        (&other, KeyProblem::Algorithm),
        (&zeros, KeyProblem::Weak),
        (&format!("01{}", &zeros[2..]), KeyProblem::Weak),
        (&format!("ec{}7f", "ff".repeat(30)), KeyProblem::Weak),
        (&format!("ed{}ff", "ff".repeat(30)), KeyProblem::Weak),
    ] {
        let error = Keys::new([SPKI, bad], false).unwrap_err();
        assert_eq!((error.entry, error.problem), (2, problem), "{bad}");
        assert!(error.to_string().starts_with("entry 2 of"), "{error}");
    }
}

#[test]
fn what_is_missing_or_malformed_is_told_apart() {
    let keys = keys();
    let body = BODY.as_bytes();
    assert_eq!(judge(&keys, &[], body), Err(SignatureError::Missing));
    for absent in ["N/A", "n/a", "", "  "] {
        assert_eq!(signed(&keys, absent, body), Err(SignatureError::Missing));
    }
    let doubled = SIGNATURE.repeat(2);
    let unpadded = SIGNATURE.trim_end_matches('=');
    let non_canonical = SIGNATURE.replace("Cw==", "Cx==");
    for bad in [
        "abc",
        "%%%%",
        &SIGNATURE[..84],
        unpadded,
        &doubled,
        &non_canonical,
    ] {
        let malformed = SignatureError::Malformed {
            header: SIGNATURE_HEADER,
            bytes: 64,
        };
        assert_eq!(signed(&keys, bad, body), Err(malformed), "{bad}");
    }
    for name in ["x-ghl-signature", "X-GHL-SIGNATURE"] {
        assert!(judge(&keys, &[(name, SIGNATURE)], body).is_ok(), "{name}");
    }
}

/// Keys that accept RSA, and a signature over the body.
fn legacy() -> (Keys, String) {
    let pair = KeyPair::generate(KeySize::Rsa4096).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        BODY.as_bytes(),
        &mut signature,
    )
    .unwrap();
    let spki = pair.public_key().as_der().unwrap();
    let mut keys = Keys::new([SPKI], true).unwrap();
    keys.legacy = Some(ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, spki.as_ref()).unwrap());
    (keys, STANDARD.encode(signature))
}

#[test]
fn the_historical_signature_counts_only_where_it_is_on_and_the_new_one_missing() {
    let (on, rsa) = legacy();
    let body = BODY.as_bytes();
    let only_legacy = [("x-wh-signature", rsa.as_str())];
    assert_eq!(judge(&on, &only_legacy, body), Ok(Signature::LegacyRsa));
    assert_eq!(
        judge(&keys(), &only_legacy, body),
        Err(SignatureError::LegacyOnly)
    );
    let not_available = [("X-GHL-Signature", "N/A"), ("X-WH-Signature", rsa.as_str())];
    assert_eq!(judge(&on, &not_available, body), Ok(Signature::LegacyRsa));
    let wrong_legacy = Err(SignatureError::Wrong {
        header: LEGACY_SIGNATURE_HEADER,
    });
    assert_eq!(judge(&on, &only_legacy, b"{}"), wrong_legacy);
    // A new signature that is there and wrong is final.
    let forged = STANDARD.encode([7; 64]);
    let both = [
        ("x-ghl-signature", forged.as_str()),
        ("x-wh-signature", rsa.as_str()),
    ];
    assert_eq!(judge(&on, &both, body), WRONG);
    let unreadable = [("x-ghl-signature", "abc"), ("x-wh-signature", rsa.as_str())];
    assert!(judge(&on, &unreadable, body).is_err());
}

#[test]
fn the_built_in_keys_are_the_published_ones() {
    let keys = Keys::new::<&str>([], true).unwrap();
    let ed25519 = keys.ed25519[0].as_ref();
    assert_eq!(ed25519.len(), 32);
    assert!(STANDARD.decode(PUBLISHED_KEY).unwrap().ends_with(ed25519));
    assert!(keys.legacy.is_some());
}

proptest! {
    #[test]
    fn a_changed_body_never_verifies(at in 0..BODY.len(), by in 1_u8..=255, cut in any::<bool>()) {
        let mut body = BODY.as_bytes().to_vec();
        if cut { body.truncate(at); } else { body[at] ^= by; }
        prop_assert_eq!(signed(&keys(), SIGNATURE, &body), WRONG);
    }

    #[test]
    fn no_other_signature_verifies(bytes in prop::collection::vec(any::<u8>(), 64)) {
        prop_assert_eq!(signed(&keys(), &STANDARD.encode(bytes), BODY.as_bytes()), WRONG);
    }

    #[test]
    fn any_header_is_judged_without_a_panic(text in ".{0,120}", legacy in ".{0,700}", body in prop::collection::vec(any::<u8>(), 0..64)) {
        let keys = Keys::new([SPKI], true).unwrap();
        let headers = [("x-ghl-signature", text.as_str()), ("x-wh-signature", legacy.as_str())];
        prop_assert!(judge(&keys, &headers, &body).is_err());
    }

    #[test]
    fn any_text_as_key_is_an_answer(text in "\\PC{0,80}", encoded in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = Keys::new([text], false);
        let _ = Keys::new([STANDARD.encode(encoded)], false);
    }
}
