//! Latin letters without their accents and strokes. Letters of other scripts stay what they are.

use unicode_normalization::char::decompose_canonical;

/// Latin letters whose stroke is no accent that Unicode takes off.
const STROKES: [(char, char); 6] = [('ł', 'l'), ('đ', 'd'), ('ø', 'o'), ('ħ', 'h'), ('ŧ', 't'), ('ı', 'i')];

/// Appends the lower-case `c` to `out`, without accent or stroke if it is a Latin letter; a combining accent is left out.
pub fn push_plain(c: char, out: &mut String) {
    match c {
        // Latin-1 to Extended-B, and Extended Additional.
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => match STROKES.iter().find(|(stroke, _)| *stroke == c) {
            Some((_, plain)) => out.push(*plain),
            None => decompose_canonical(c, |part| out.extend((!is_accent(part)).then_some(part))),
        },
        c if is_accent(c) => {}
        c => out.push(c),
    }
}

fn is_accent(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_strokes_go_and_other_scripts_stay() {
        let mut out = String::new();
        "włodzimierz góra nguyễn e\u{301} жанна й 金".chars().for_each(|c| push_plain(c, &mut out));
        assert_eq!(out, "wlodzimierz gora nguyen e жанна й 金");
    }
}
