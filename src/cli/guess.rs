//! stub
use super::wiring::Head;
use crate::message::Lang;
use std::path::Path;

pub(super) fn pipeline_text(_heads: &[Head], _folder: &Path, _lang: Lang) -> String {
    String::new()
}
