//! The addresses of a chunk, each taken apart once: where somebody is registered is mostly where they live, and others of the
//! household, or the same person tested again, write the same.

use crate::kernels::address::Address;
use crate::tables::{Pool, Sym};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::hash::BuildHasher;
use std::ops::Range;

const HASHER: FixedState = FixedState::with_seed(0x6164_6472);

/// What an address says, as symbols of the chunk.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Read {
    /// As shown.
    pub(super) display: Sym,
    /// Estate, building, unit, room, road and door number.
    pub(super) parts: [Sym; 6],
    /// As [`Address::flat_key`].
    pub(super) flat: u64,
}

/// Addresses by their texts.
#[derive(Default)]
pub(super) struct Addresses {
    /// By the hash of the text; a second text of one hash is read whenever it comes.
    known: HashMap<u64, (Range<usize>, Read), FixedState>,
    texts: String,
    address: Address,
}

impl Addresses {
    /// What `raw` says in the city whose division code begins with `city`, where that is known.
    pub(super) fn read(&mut self, raw: &str, city: Option<u16>, pool: &mut Pool) -> Read {
        let hash = HASHER.hash_one(raw);
        let known = self.known.get(&hash);
        if let Some((_, read)) = known.filter(|(text, _)| self.texts[text.clone()] == *raw) {
            return *read;
        }
        let is_new = known.is_none();
        let a = &mut self.address;
        a.parse(raw);
        if let Some(city) = city {
            a.set_apart_from(city);
        }
        let read = Read {
            display: pool.intern(&a.display),
            parts: [&a.estate, &a.building, &a.unit, &a.room, &a.road, &a.number].map(|part| pool.intern(part)),
            flat: a.flat_key(),
        };
        if is_new {
            let from = self.texts.len();
            self.texts.push_str(raw);
            self.known.insert(hash, (from..self.texts.len(), read));
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_the_same_again() {
        let (mut pool, mut addresses) = (Pool::default(), Addresses::default());
        let raws = ["东营区府前大街45号锦绣花园3号楼2单元501室", "", "西曹道口村315号", "锦绣花园3-2-501"];
        for raw in raws.into_iter().chain(raws) {
            let mut alone = Address::default();
            alone.parse(raw);
            let read = addresses.read(raw, None, &mut pool);
            assert_eq!((pool.get(read.display), read.flat), (alone.display.as_str(), alone.flat_key()));
            let parts = [alone.estate, alone.building, alone.unit, alone.room, alone.road, alone.number];
            assert_eq!(read.parts.map(|part| pool.get(part).to_owned()), parts);
        }
        assert_eq!(addresses.known.len(), raws.len());
    }

    #[test]
    fn a_flat_in_another_city_is_none_of_this_one() {
        let flat = |raw: &str| {
            let (mut pool, mut addresses) = (Pool::default(), Addresses::default());
            addresses.read(raw, Some(3705), &mut pool).flat
        };
        let own = flat("锦绣花园3号楼2单元101");
        for here in ["东营市锦绣花园3号楼2单元101", "山东省东营市东营区锦绣花园3-2-101", "山东省锦绣花园3号楼2单元101"]
        {
            assert_eq!(flat(here), own, "{here}");
        }
        let there = flat("济南市历下区锦绣花园3号楼2单元101");
        assert_eq!(flat("山东省济南市锦绣花园3-2-101"), there);
        let further = flat("湖北省黄冈市锦绣花园3号楼2单元101");
        assert_eq!(flat("黄冈市黄州区锦绣花园3-2-101"), further);
        let flats = [own, there, further, flat("北京市朝阳区锦绣花园3号楼2单元101")];
        assert!(flats.iter().enumerate().all(|(i, flat)| *flat != 0 && !flats[..i].contains(flat)));
    }
}
