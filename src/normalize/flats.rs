//! A flat of which columns tell a part each: they win over what the address says, and a cell of rooms may hold more than that.

use crate::tables::{Pool, Sym};

/// Estate, building, unit and room, of those that the address names, those of columns of their own, and building and unit that
/// stood with the room in its column.
pub(super) fn of_columns(address: [Sym; 4], columns: [Sym; 4], of_room: [Sym; 2]) -> [Sym; 4] {
    let told = |sym: Sym| sym != Pool::NONE;
    let mut flat = address;
    for (part, column) in flat.iter_mut().zip(columns) {
        *part = if told(column) { column } else { *part };
    }
    let [building, unit] = of_room;
    // 5栋 and 2-501 is unit 2; 5栋 and 5-2-501 names its building twice.
    let first_is_unit = told(columns[1]) && told(building) && !told(unit) && building != columns[1];
    if !told(columns[1]) && told(building) {
        flat[1] = building;
    }
    if !told(columns[2]) && told(unit) {
        flat[2] = unit;
    } else if !told(columns[2]) && first_is_unit {
        flat[2] = building;
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_may_tell_building_and_unit() {
        let none = Pool::NONE;
        let of = |columns, of_room| of_columns([9, none, none, none], columns, of_room);
        assert_eq!(of([none, none, none, 501], [3, 2]), [9, 3, 2, 501]);
        assert_eq!(of([8, 5, none, 501], [5, 2]), [8, 5, 2, 501]);
        assert_eq!(of([8, 5, none, 501], [2, none]), [8, 5, 2, 501]);
        assert_eq!(of([8, 5, none, 501], [5, none]), [8, 5, none, 501]);
        assert_eq!(of([8, 5, 1, 501], [5, 2]), [8, 5, 1, 501]);
        assert_eq!(of([8, 5, none, 501], [none, 2]), [8, 5, 2, 501]);
        assert_eq!(of_columns([9, 3, 2, 501], [none; 4], [none; 2]), [9, 3, 2, 501]);
    }
}
