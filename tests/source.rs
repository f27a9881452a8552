//! The program's own source as text: its files, without comments, texts and test modules.

use std::path::{Path, PathBuf};

/// A source file: path relative to `src/`, whole text, and code without comments, texts and tests.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) code: String,
    /// Whether it holds nothing but tests.
    pub(crate) is_test: bool,
}

impl File {
    /// The top-level module that the file belongs to.
    pub(crate) fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Files of modules that are declared for tests only, with and without a folder.
    fn test_modules(&self) -> Vec<String> {
        let folder = self
            .path
            .strip_suffix("mod.rs")
            .map_or_else(|| self.path.trim_end_matches(".rs").to_owned() + "/", str::to_owned);
        let declared = self.text.split("#[cfg(test)]").skip(1).filter_map(|rest| {
            let (name, _) = rest.trim_start().strip_prefix("mod ")?.split_once([';', ' '])?;
            Some(name.trim())
        });
        declared.map(|name| format!("{folder}{name}")).collect()
    }
}

/// Every file below `src/`, in the order of their paths.
pub(crate) fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        File { path: name, code: without_tests(&code_of(&text)), text, is_test: false }
    };
    let mut files: Vec<File> = paths.into_iter().map(read).collect();
    let tests: Vec<String> = files.iter().flat_map(File::test_modules).collect();
    for file in &mut files {
        let is = |test: &String| file.path == format!("{test}.rs") || file.path.starts_with(&format!("{test}/"));
        file.is_test = tests.iter().any(is);
    }
    files
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
}

/// `text` with comments, texts and character literals blanked, line breaks kept.
pub(crate) fn code_of(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut code = String::with_capacity(text.len());
    let mut i = 0;
    while i < chars.len() {
        let start = i;
        let raw_hashes = |mut j: usize| {
            let mut hashes = 0;
            while at(j) == '#' {
                (j, hashes) = (j + 1, hashes + 1);
            }
            (at(j) == '"').then_some(hashes)
        };
        let after_word = i > 0 && (at(i - 1).is_alphanumeric() || at(i - 1) == '_');
        match at(i) {
            '/' if at(i + 1) == '/' => {
                while i < chars.len() && at(i) != '\n' {
                    i += 1;
                }
            }
            '/' if at(i + 1) == '*' => {
                let mut depth = 0;
                loop {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => (depth, i) = (depth + 1, i + 2),
                        ('*', '/') => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                    if depth == 0 || i >= chars.len() {
                        break;
                    }
                }
            }
            'r' if !after_word && raw_hashes(i + 1).is_some() => {
                let hashes = raw_hashes(i + 1).unwrap_or(0);
                i += hashes + 2;
                while i < chars.len() && !(at(i) == '"' && (1..=hashes).all(|n| at(i + n) == '#')) {
                    i += 1;
                }
                i += hashes + 1;
            }
            '"' => {
                i += 1;
                while i < chars.len() && at(i) != '"' {
                    i += if at(i) == '\\' { 2 } else { 1 };
                }
                i += 1;
            }
            '\'' if at(i + 1) == '\\' => {
                i += 3;
                while i < chars.len() && at(i) != '\'' {
                    i += 1;
                }
                i += 1;
            }
            '\'' if at(i + 2) == '\'' => i += 3,
            other => {
                code.push(other);
                i += 1;
                continue;
            }
        }
        code.push(' ');
        let end = i.min(chars.len());
        code.extend(chars[start..end].iter().filter(|&&c| c == '\n'));
    }
    code
}

/// `code` without what stands under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut out = String::new();
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // An item ends at its semicolon, or at the brace that closes its first one.
        let mut depth = 0_usize;
        let mut end = rest.len();
        for (i, c) in rest.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 && matches!(c, ';' | '}') {
                end = i + 1;
                break;
            }
        }
        rest = &rest[end..];
    }
    out + rest
}

#[test]
fn comments_texts_and_tests_are_no_code() {
    let text = "use a; // use b\n/* use /* c */ d */ let x = \"use e\\\"\"; r#\"use \"f\"#; '\"'; 'a: loop {}\n\
                #[cfg(test)]\nmod tests { use g; }\nuse h;";
    let code = without_tests(&code_of(text));
    for gone in ["b", "c ", "d ", "use e", "use \"f", "use g"] {
        assert!(!code.contains(gone), "{gone} in {code}");
    }
    assert!(code.contains("use a;") && code.contains("'a: loop {}") && code.contains("use h;"), "{code}");
}
