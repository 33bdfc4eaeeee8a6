//! Bodies in parts (RFC 7578), for files. Written by hand, since a request may be sent again and is kept as bytes.

use catalogue::Part;

/// The content type and the bytes of several parts.
pub(super) fn body(parts: &[Part]) -> (String, Vec<u8>) {
    let boundary = boundary(parts.iter().map(|part| part.bytes.as_slice()));
    let mut bytes = Vec::new();
    for part in parts {
        let file = part
            .file
            .as_deref()
            .map(|file| (file, "application/octet-stream"));
        add(&mut bytes, &boundary, &part.name, file, &part.bytes);
    }
    finished(&boundary, bytes)
}

/// The content type and the bytes of one file.
pub(super) fn one_file(name: &str, file: &str, kind: &str, content: &[u8]) -> (String, Vec<u8>) {
    let boundary = boundary(std::iter::once(content));
    let mut bytes = Vec::new();
    add(&mut bytes, &boundary, name, Some((file, kind)), content);
    finished(&boundary, bytes)
}

fn finished(boundary: &str, mut bytes: Vec<u8>) -> (String, Vec<u8>) {
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), bytes)
}

fn add(
    bytes: &mut Vec<u8>,
    boundary: &str,
    name: &str,
    file: Option<(&str, &str)>,
    content: &[u8],
) {
    let mut head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
        quoted(name)
    );
    if let Some((file, kind)) = file {
        let kind: String = kind.chars().filter(|letter| !letter.is_control()).collect();
        head.push_str(&format!(
            "; filename=\"{}\"\r\nContent-Type: {kind}",
            quoted(file)
        ));
    }
    bytes.extend_from_slice(head.as_bytes());
    bytes.extend_from_slice(b"\r\n\r\n");
    bytes.extend_from_slice(content);
    bytes.extend_from_slice(b"\r\n");
}

/// Line breaks and quotes as browsers write them, so that a name cannot add a header.
fn quoted(text: &str) -> String {
    text.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A line that none of the parts holds: from their own fingerprint, so the same every time.
fn boundary<'a>(contents: impl Iterator<Item = &'a [u8]>) -> String {
    let mut hasher = blake3::Hasher::new();
    for content in contents {
        hasher.update(&content.len().to_le_bytes());
        hasher.update(content);
    }
    format!("repairbridge-{}", &hasher.finalize().to_hex()[..32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_header() {
        let (kind, bytes) = one_file("file", "a\"\r\nX-Evil: 1", "text/plain\r\nX: 1", b"hello");
        let text = String::from_utf8(bytes).unwrap();
        let boundary = kind.split_once("boundary=").unwrap().1;
        assert!(text.starts_with(&format!("--{boundary}\r\n")), "{text}");
        assert!(
            text.ends_with(&format!("\r\nhello\r\n--{boundary}--\r\n")),
            "{text}"
        );
        assert!(!text.contains("\r\nX"), "{text}");
    }
}
