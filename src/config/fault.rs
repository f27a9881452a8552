//! The faults found in a pipeline file so far. One method per kind of fault, so that each names the place, the key,
//! what was found and what is allowed.

use crate::message::Message;

/// Collects faults; reading goes on after each.
#[derive(Debug)]
pub(super) struct Faults {
    file: String,
    found: Vec<(usize, Message)>,
}

impl Faults {
    pub(super) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), found: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The faults in the order of the file, those of `--set` first.
    pub(super) fn into_messages(mut self) -> Vec<Message> {
        self.found.sort_by_key(|&(line, _)| line);
        self.found.into_iter().map(|(_, message)| message).collect()
    }

    fn push(&mut self, line: usize, message: Message) {
        let place = if line == 0 { "--set".to_owned() } else { format!("{}:{line}", self.file) };
        self.found.push((line, message.with("place", place)));
    }

    pub(super) fn syntax(&mut self, line: usize, detail: &str) {
        self.push(line, Message::new("config.syntax").with("detail", detail));
    }

    pub(super) fn set_target(&mut self, key: &str) {
        self.push(0, Message::new("config.set_target").with("key", key));
    }

    /// `key` is not one of `allowed`.
    pub(super) fn unknown_key(&mut self, line: usize, path: &str, key: &str, allowed: &[&str]) {
        let message = match nearest(key, allowed) {
            Some(near) => Message::new("config.unknown_key_near").with("near", near),
            None => Message::new("config.unknown_key"),
        };
        self.push(line, message.with("key", join(path, key)).with("allowed", allowed.join(", ")));
    }

    pub(super) fn missing(&mut self, line: usize, key: &str, allowed: &str) {
        self.push(line, Message::new("config.missing").with("key", key).with("allowed", allowed));
    }

    pub(super) fn wrong_type(&mut self, line: usize, key: &str, found: &str, allowed: &str) {
        let message = Message::new("config.wrong_type").with("key", key).with("found", found);
        self.push(line, message.with("allowed", allowed));
    }

    /// The value `found` is not one of the words allowed.
    pub(super) fn unknown_word(&mut self, line: usize, key: &str, found: &str, allowed: &[&str]) {
        let message = match nearest(found, allowed) {
            Some(near) => Message::new("config.bad_value_near").with("near", near),
            None => Message::new("config.bad_value"),
        };
        self.push(line, message.with("key", key).with("found", found).with("allowed", allowed.join(", ")));
    }

    /// The value `found` is not in the form or range allowed.
    pub(super) fn bad_value(&mut self, line: usize, key: &str, found: &str, allowed: &str) {
        let message = Message::new("config.bad_value").with("key", key).with("found", found);
        self.push(line, message.with("allowed", allowed));
    }

    /// `found` was used before under `other`.
    pub(super) fn duplicate(&mut self, line: usize, key: &str, found: &str, other: &str) {
        let message = Message::new("config.duplicate").with("key", key).with("found", found);
        self.push(line, message.with("other", other));
    }

    /// Two keys of which only one may be there.
    pub(super) fn exclusive(&mut self, line: usize, key: &str, other: &str) {
        self.push(line, Message::new("config.exclusive").with("key", key).with("other", other));
    }

    /// Any other fault, whose text names the key.
    pub(super) fn other(&mut self, line: usize, key: &str, message: Message) {
        self.push(line, message.with("key", key));
    }
}

/// `path.key`, or `key` at the top.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The name most like `found`, if any is like it at all.
pub(super) fn nearest<'a>(found: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let found = found.to_lowercase();
    let score = |name: &str| strsim::jaro_winkler(&found, name);
    let best = allowed.iter().copied().max_by(|a, b| score(a).total_cmp(&score(b)))?;
    (score(best) >= 0.8 || strsim::osa_distance(&found, best) <= 1.max(best.chars().count() / 4)).then_some(best)
}
