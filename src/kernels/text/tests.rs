use super::*;
use proptest::prelude::*;

fn name(raw: &str) -> (String, u8) {
    let mut out = String::new();
    let flags = normalize_name(raw, &mut out);
    (out, flags.0)
}

#[test]
fn names_are_cleaned() {
    for (raw, clean) in [
        ("王伟", "王伟"),
        ("王　伟", "王伟"),
        (" 王\u{a0}伟\t", "王伟"),
        ("王\u{200b}伟\u{feff}", "王伟"),
        ("張偉", "张伟"),
        ("劉\u{f9a4}", "刘捻"),
        ("\u{2f24}伟", "大伟"),
        ("“王伟”", "王伟"),
        ("'王伟", "王伟"),
        ("张三(租户)", "张三"),
        ("张三（已搬走", "张三"),
        ("【张三】", "张三"),
        ("张三2", "张三"),
        ("1.张三", "张三"),
        ("姓名：张三", "张三"),
        ("张三、李四", "张三"),
        ("张三,", "张三"),
        ("王伟先生", "王伟"),
        ("欧阳娜娜女士", "欧阳娜娜"),
        ("李乾", "李乾"),
    ] {
        assert_eq!(name(raw), (clean.to_owned(), 0), "{raw}");
    }
}

#[test]
fn dots_are_one() {
    for dot in ["·", "•", "‧", "・", "･", ".", "．", "。", "∙", "⋅", "-", " · ", "··", "—", "●"] {
        assert_eq!(name(&format!("阿不都{dot}买买提")), ("阿不都·买买提".into(), NameFlags::DOTTED), "{dot}");
    }
    assert_eq!(name("阿不都 买买提"), ("阿不都·买买提".into(), NameFlags::DOTTED));
    assert_eq!(name("·阿不都买买提·"), ("阿不都买买提".into(), 0));
}

#[test]
fn unreadable_characters_are_one() {
    for mask in
        ["?", "？", "□", "*", "＊", "〇", "\u{e123}", "\u{fffd}", "\u{fffd}\u{fffd}", "X", "x", "×", "■", "(火火)"]
    {
        assert_eq!(name(&format!("张{mask}三")), ("张□三".into(), NameFlags::UNREADABLE), "{mask}");
    }
    assert_eq!(name("张**"), ("张□□".into(), NameFlags::UNREADABLE));
    assert_eq!(name("张XX"), ("张□□".into(), NameFlags::UNREADABLE));
    assert_eq!(name("***"), (String::new(), 0));
    assert_eq!(name("\u{e863}"), ("䶮".into(), NameFlags::SHORT));
}

/// Short names take a shortcut, names with a space do not: every character must mean the same to both.
#[test]
fn every_character_is_cleaned_alike_with_and_without_spaces() {
    for c in '\u{4e00}'..='\u{9fff}' {
        for [a, b, d] in
            [["", "", ""], ["王", "", ""], ["", "伟", ""], ["王", "", "伟"], ["", "小", "明"], ["李", "大", ""]]
        {
            let plain = format!("{a}{b}{c}{d}");
            let spaced = format!("{a}{b}{c}{d}\u{3000}");
            assert_eq!(name(&spaced), name(&plain), "{plain}");
        }
    }
}

#[test]
fn titles_are_no_names() {
    for raw in [
        "王大爷",
        "李某",
        "李某某",
        "王女士",
        "张先生",
        "刘阿姨",
        "王伟家属",
        "老王",
        "小李",
        "欧阳先生",
        "张氏",
        "王张氏",
        "王姐",
        "王芳之子",
        "阿强",
        "陈总",
        "张家儿子",
        "老王头",
        "赵老师",
    ] {
        let (out, flags) = name(raw);
        assert_eq!((out.as_str(), flags), (raw, NameFlags::TITLE), "{raw}");
    }
    for raw in ["张大伟", "王小妹", "老舍予", "李先", "阿不都热", "张志总", "小泽征尔"] {
        assert!(!NameFlags(name(raw).1).is_title(), "{raw}");
    }
}

#[test]
fn latin_letters_are_kept() {
    assert_eq!(name("王wěi"), ("王wei".into(), NameFlags::LATIN));
    assert_eq!(name("王 WEI"), ("王wei".into(), NameFlags::LATIN));
    assert_eq!(name("Wang  Wei"), ("WANG WEI".into(), NameFlags::LATIN));
    assert_eq!(name("ＷＡＮＧ，Ｗｅｉ"), ("WANG WEI".into(), NameFlags::LATIN));
    assert_eq!(name("Jean-Luc O'Neil"), ("JEAN LUC ONEIL".into(), NameFlags::LATIN));
}

#[test]
fn placeholders_are_missing() {
    for raw in
        ["", " ", "无", "不详", "未知", "-", "—", "/", "NULL", "null", "N/A", "无名氏", "（无）", "----", "nan", "某某"]
    {
        assert_eq!(name(raw), (String::new(), 0), "{raw}");
    }
}

#[test]
fn somebody_of_somebody_is_a_title_with_or_without_spaces() {
    for raw in ["他的", "的懏", " 他 的 ", "李伟的\u{a0}妈"] {
        assert_eq!(name(raw).1 & NameFlags::TITLE, NameFlags::TITLE, "{raw}");
    }
}

proptest! {
    #[test]
    fn a_clean_text_is_what_cleaning_leaves_of_it(raw in "[a-z0-9: .王-]{0,9} ?[a-z0-9: .王-]{0,9}") {
        let (mut quick, mut slow) = (String::new(), String::new());
        normalize_text(&raw, &mut quick);
        // A character that is shown as nothing keeps it from being taken as it stands.
        normalize_text(&format!("{raw}\u{200b}"), &mut slow);
        prop_assert_eq!(quick, slow);
    }

    #[test]
    fn any_text_is_cleaned_once(raw in ".{0,20}") {
        let (once, flags) = name(&raw);
        let space_left = once.contains(['\u{3000}', '\u{200b}', '?']);
        prop_assert!(!space_left);
        prop_assert_eq!(flags & NameFlags::UNREADABLE != 0, once.contains(UNREADABLE_CHAR));
        prop_assert_eq!(flags & NameFlags::DOTTED != 0, once.contains(DOT));
    }

    #[test]
    fn spaces_never_matter(chars in "[\u{4e00}-\u{9fa5}]{2,4}", space in "[ \u{3000}\u{a0}\u{200b}]{1,3}") {
        let spaced: String = chars.chars().flat_map(|c| [c.to_string(), space.clone()]).collect();
        prop_assert_eq!(name(&spaced), name(&chars));
    }
}

#[test]
fn what_a_flat_is_is_no_name_and_two_names_are_told() {
    let mut out = String::new();
    for text in ["空置", "租户", "（示例）", " 空 房 "] {
        normalize_name(text, &mut out);
        assert_eq!(out, "", "{text}");
    }
    for text in ["田超文、曹芳燕", "田超文/曹芳燕", "田超文\n曹芳燕", "田超文，曹芳燕，"] {
        assert!(names_several(text), "{text}");
    }
    for text in
        ["田超文", "阿依古丽·买买提", "田超文、", "张三（李四之妻）", "Smith, John", "田超文、13812345678", "a/b"]
    {
        assert!(!names_several(text), "{text}");
    }
}
