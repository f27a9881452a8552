//! Details of events as JSON, without a value of the library for each.

/// Writes `text` as a string of JSON.
pub(super) fn json_string(text: &str, into: &mut String) {
    if text.bytes().all(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\')) {
        into.push('"');
        into.push_str(text);
        into.push('"');
    } else {
        into.push_str(&serde_json::Value::from(text).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_json_writes_them() {
        for text in ["", "G123", "次/第2", "a\"b", "a\\b", "a\nb\u{1}\u{7f}", "\u{2028}😀", "\t"] {
            let mut own = String::new();
            json_string(text, &mut own);
            assert_eq!(own, serde_json::to_string(text).unwrap(), "{text:?}");
        }
    }
}
