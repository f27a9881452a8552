//! What the manifest calls things, and the texts that say the same to people.

/// Steps of a night.
pub(super) const STEPS: &[(&str, &str)] = &[
    ("ingest", "report.step.ingest"),
    ("order", "report.step.order"),
    ("returns", "report.step.returns"),
    ("profile", "report.step.profile"),
    ("features", "report.step.features"),
    ("fit", "report.step.fit"),
    ("link", "report.step.link"),
    ("accuracy", "report.step.accuracy"),
    ("cluster", "report.step.cluster"),
    ("decisions", "report.step.decisions"),
    ("person", "report.step.person"),
    ("grids", "report.step.grids"),
    ("followup", "report.step.followup"),
    ("rollup", "report.step.rollup"),
    ("publish", "report.step.publish"),
    ("removal", "report.step.removal"),
];

/// Blocking rules of the preset.
pub(super) const RULES: &[(&str, &str)] = &[
    ("name and birth date", "report.blocking.name_and_birth_date"),
    ("phone", "report.blocking.phone"),
    ("flat", "report.blocking.flat"),
    ("birth date and surname", "report.blocking.birth_date_and_surname"),
    ("sound of name and birth year", "report.blocking.sound_of_name_and_birth_year"),
    ("name and estate", "report.blocking.name_and_estate"),
    ("sound of name and building or grid", "report.blocking.sound_of_name_and_building_or_grid"),
    ("rare name", "report.blocking.rare_name"),
    ("birth and tail of ID number, or document", "report.blocking.birth_and_tail_of_id_number"),
    ("head of ID number, surname", "report.blocking.head_of_id_number_surname"),
    ("region and tail of ID number, surname", "report.blocking.region_and_tail_of_id_number_surname"),
];

/// Repairs by field and kind.
pub(super) const REPAIRS: &[(&str, &str)] = &[
    ("id_number: separators", "report.repair.id_number_separators"),
    ("id_number: full_width", "report.repair.id_number_full_width"),
    ("id_number: lower_x", "report.repair.id_number_lower_x"),
    ("id_number: star_for_x", "report.repair.id_number_star_for_x"),
    ("id_number: float", "report.repair.id_number_float"),
    ("id_number: from_15", "report.repair.id_number_from_15"),
    ("id_number: placeholder", "report.repair.id_number_placeholder"),
    ("id_number: label", "report.repair.id_number_label"),
    ("id_number: wrong", "report.repair.id_number_wrong"),
    ("id_number: length", "report.repair.id_number_length"),
    ("id_number: masked", "report.repair.id_number_masked"),
    ("id_number: truncated", "report.repair.id_number_truncated"),
    ("id_number: mantissa", "report.repair.id_number_mantissa"),
    ("id_number: displaced", "report.repair.id_number_displaced"),
    ("birth_date: lunar", "report.repair.birth_date_lunar"),
    ("birth_date: implausible", "report.repair.birth_date_implausible"),
    ("birth_date: unreadable", "report.repair.birth_date_unreadable"),
    ("updated_at: unreadable", "report.repair.updated_at_unreadable"),
    ("phone: cleaned", "report.repair.phone_cleaned"),
    ("phone: masked", "report.repair.phone_masked"),
    ("phone: unusable", "report.repair.phone_unusable"),
    ("phone: displaced", "report.repair.phone_displaced"),
    ("phone: several", "report.repair.phone_several"),
    ("name: cleaned", "report.repair.name_cleaned"),
    ("name: placeholder", "report.repair.name_placeholder"),
    ("name: title", "report.repair.name_title"),
    ("name: unreadable", "report.repair.name_unreadable"),
];

/// The text of `name`; `None` where the night calls something by a name of the pipeline's own.
pub(super) fn key_of(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == name).map(|(_, key)| *key)
}
