//! The keys that a delivery may be signed with.

use aws_lc_rs::signature::{ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::sync::atomic::AtomicUsize;

/// The vendor's published Ed25519 key, the same for all apps and customers (highlevel-webhooks.md 3.1: the
/// webhook integration guide).
pub const PUBLISHED_KEY: &str = "MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg=";

/// The vendor's historical RSA key, 4096 bits (highlevel-webhooks.md 3.1: `docs/oauth/WebhookAuthentication.md`).
const LEGACY_KEY: &str = "\
MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEAokvo/r9tVgcfZ5DysOSC\
Frm602qYV0MaAiNnX9O8KxMbiyRKWeL9JpCpVpt4XHIcBOK4u3cLSqJGOLaPuXw6\
dO0t6Q/ZVdAV5Phz+ZtzPL16iCGeK9po6D6JHBpbi989mmzMryUnQJezlYJ3DVfB\
csedpinheNnyYeFXolrJvcsjDtfAeRx5ByHQmTnSdFUzuAnC9/GepgLT9SM4nCpv\
uxmZMxrJt5Rw+VUaQ9B8JSvbMPpez4peKaJPZHBbU3OdeCVx5klVXXZQGNHOs8gF\
3kvoV5rTnXV0IknLBXlcKKAQLZcY/Q9rG6Ifi9c+5vqlvHPCUJFT5XUGG5RKgOKU\
J062fRtN+rLYZUV+BjafxQauvC8wSWeYja63VSUruvmNj8xkx2zE/Juc+yjLjTXp\
IocmaiFeAO6fUtNjDeFVkhf5LNb59vECyrHD2SQIrhgXpO4Q3dVNA5rw576PwTzN\
h/AMfHKIjE4xQA1SZuYJmNnmVZLIZBlQAF9Ntd03rfadZ+yDiOXCCs9FkHibELhC\
HULgCsnuDJHcrGNd5/Ddm5hxGQ0ASitgHeMZ0kcIOwKDOzOU53lDza6/Y09T7sYJ\
PQe7z0cvj7aE4B+Ax1ZoZGPzpJlZtGXCsu9aTEGEnKzmsFqwcSsnw3JB31IGKAyk\
T1hhTiaCeIY/OwwwNUY2yvcCAwEAAQ==";

/// What stands before the 32 bytes of an Ed25519 key in its SPKI form (RFC 8410).
const SPKI_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The accepted keys, parsed once. A list, since keys are rotated with notice (highlevel-webhooks.md 3.1).
#[derive(Debug)]
pub struct Keys {
    pub(super) ed25519: Vec<ParsedPublicKey>,
    /// The one that fitted last, asked first: with several keys, a delivery costs one check all the same.
    pub(super) fitted: AtomicUsize,
    pub(super) legacy: Option<ParsedPublicKey>,
}

impl Keys {
    /// The published key and these more (`highlevel.webhook_public_keys`), each as PEM, base64 of the SPKI, base64
    /// of the 32 bytes, or their hex. With `accept_legacy` (`highlevel.accept_legacy_signature`) the RSA signature
    /// counts where the new one is missing.
    ///
    /// # Errors
    /// Names the first entry that is no key, and what it looks like.
    pub fn new<T: AsRef<str>>(
        more: impl IntoIterator<Item = T>,
        accept_legacy: bool,
    ) -> Result<Self, KeyError> {
        let mut ed25519 = vec![key(0, PUBLISHED_KEY)?];
        for (index, entry) in more.into_iter().enumerate() {
            ed25519.push(key(index + 1, entry.as_ref())?);
        }
        let legacy = if accept_legacy {
            let bytes = STANDARD.decode(LEGACY_KEY).ok();
            let parsed = bytes
                .and_then(|bytes| ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, bytes).ok());
            Some(parsed.ok_or(KeyError {
                entry: 0,
                problem: KeyProblem::Rsa,
            })?)
        } else {
            None
        };
        Ok(Self {
            ed25519,
            fitted: AtomicUsize::new(0),
            legacy,
        })
    }
}

/// An entry of the list of keys cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {entry} of `highlevel.webhook_public_keys` {problem}")]
pub struct KeyError {
    /// Which entry, counted from 1; 0 is the built-in one.
    pub entry: usize,
    /// What is wrong with it.
    pub problem: KeyProblem,
}

/// What is wrong with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// Nothing there.
    #[error("is empty; write a key or take the entry out")]
    Empty,
    /// Neither base64 nor hex.
    #[error("is neither PEM, base64 nor hex; copy the key again, with nothing added or missing")]
    Encoding,
    /// Decoded, but not 32 or 44 bytes.
    #[error("has {0} bytes; an Ed25519 key has 32, or 44 in its SPKI form")]
    Length(usize),
    /// A secret where a public key belongs.
    #[error("is a private key; put the public key there, and treat the private one as disclosed")]
    Private,
    /// Another algorithm.
    #[error(
        "is an RSA key; the RSA signature has its own switch, `highlevel.accept_legacy_signature`"
    )]
    Rsa,
    /// 44 bytes that are not SPKI of Ed25519.
    #[error("is a public key, but not one of Ed25519")]
    Algorithm,
    /// A point for which anybody could make signatures, such as 32 zero bytes.
    #[error("is a weak key, such as a placeholder of zeros, that would accept forged signatures")]
    Weak,
}

fn key(entry: usize, text: &str) -> Result<ParsedPublicKey, KeyError> {
    read(text)
        .and_then(|raw| {
            ParsedPublicKey::new(&ED25519, raw.as_slice()).map_err(|_| KeyProblem::Algorithm)
        })
        .map_err(|problem| KeyError { entry, problem })
}

/// The 32 bytes of a key in any of its forms.
fn read(text: &str) -> Result<[u8; 32], KeyProblem> {
    if text.contains("PRIVATE KEY") {
        return Err(KeyProblem::Private);
    }
    // Environment variables carry line breaks of PEM as `\n`.
    let text = text.replace("\\n", "\n");
    let compact: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("-----"))
        .flat_map(str::chars)
        .filter(|letter| !letter.is_whitespace())
        .collect();
    if compact.is_empty() {
        return Err(KeyProblem::Empty);
    }
    // 64 hex digits are base64 as well, of 48 bytes: no form of a key.
    let bytes = match hex(&compact) {
        Some(bytes) => bytes,
        None => STANDARD
            .decode(&compact)
            .map_err(|_| KeyProblem::Encoding)?,
    };
    let raw = match bytes.len() {
        32 => bytes.as_slice(),
        44 => bytes
            .strip_prefix(&SPKI_PREFIX)
            .ok_or(KeyProblem::Algorithm)?,
        270.. if bytes.starts_with(&[0x30, 0x82]) => return Err(KeyProblem::Rsa),
        length => return Err(KeyProblem::Length(length)),
    };
    let raw: [u8; 32] = raw.try_into().map_err(|_| KeyProblem::Algorithm)?;
    if is_weak(raw) {
        return Err(KeyProblem::Weak);
    }
    Ok(raw)
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

/// Whether this is one of the points of small order: y is 0, 1, -1 or one of two points of order 8, each also in
/// its non-canonical spelling. The sign bit does not matter.
fn is_weak(mut raw: [u8; 32]) -> bool {
    const ORDER_8: [[u8; 32]; 2] = [
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef,
            0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88,
            0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10,
            0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77,
            0x92, 0xac, 0x03, 0x7a,
        ],
    ];
    raw[31] &= 0x7f;
    let [first, middle @ .., last] = raw;
    let small = first <= 1 && last == 0 && middle.iter().all(|byte| *byte == 0);
    // p - 1, p and p + 1, where p = 2^255 - 19.
    let near_p =
        (0xec..=0xee).contains(&first) && last == 0x7f && middle.iter().all(|byte| *byte == 0xff);
    small || near_p || ORDER_8.contains(&raw)
}
