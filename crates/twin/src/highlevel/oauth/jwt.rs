//! Tokens that look like the vendor's: three base64url parts with the claims that were seen (highlevel-api.md 4.1). The
//! signature is junk; the twin knows its tokens by heart.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::highlevel::token::Reach;
use crate::ids::Ids;

/// A token for this reach; times are in milliseconds.
pub(super) fn token(
    ids: &mut Ids,
    client_id: &str,
    reach: &Reach,
    issued: i64,
    expires: i64,
) -> String {
    let (class, id) = match reach {
        Reach::Location(id) => ("Location", id),
        Reach::Agency(id) => ("Company", id),
    };
    let claims = json!({
        "authClass": class,
        "authClassId": id,
        "primaryAuthClassId": id,
        "source": "INTEGRATION",
        "sourceId": client_id,
        "channel": "OAUTH",
        "iat": issued.div_euclid(1_000),
        "exp": expires.div_euclid(1_000),
        "jti": ids.object_id(),
    });
    let header = json!({ "alg": "RS256", "typ": "JWT" });
    format!(
        "{}.{}.{}",
        part(&header),
        part(&claims),
        URL_SAFE_NO_PAD.encode(ids.signature())
    )
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
