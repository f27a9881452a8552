//! Counting pairs by groups: records of one group make n (n - 1) / 2 pairs, and those of two sources n times m.

/// A record: its true person, its person in the set, its source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) person: u32,
    /// `None`: the set lacks the record.
    pub(super) cluster: Option<u32>,
    pub(super) source: u16,
}

/// Pairs by their two sources.
#[derive(Clone, Debug)]
pub(super) struct Matrix {
    sources: usize,
    pairs: Vec<u64>,
}

impl Matrix {
    fn new(sources: usize) -> Self {
        Self { sources, pairs: vec![0; sources * sources] }
    }

    /// Pairs between two sources, whichever is named first.
    pub(super) fn get(&self, a: usize, b: usize) -> u64 {
        self.pairs[a.min(b) * self.sources + a.max(b)]
    }

    pub(super) fn total(&self) -> u64 {
        self.pairs.iter().sum()
    }

    /// Adds the pairs of one group, given the sources of its records in order.
    fn add_group(&mut self, sources: impl Iterator<Item = u16>, counts: &mut Vec<(usize, u64)>) {
        counts.clear();
        for source in sources.map(usize::from) {
            match counts.last_mut() {
                Some((last, count)) if *last == source => *count += 1,
                _ => counts.push((source, 1)),
            }
        }
        for (i, &(a, n)) in counts.iter().enumerate() {
            self.pairs[a * self.sources + a] += n * (n - 1) / 2;
            for &(b, m) in &counts[i + 1..] {
                self.pairs[a * self.sources + b] += n * m;
            }
        }
    }
}

/// All that a report is made of.
#[derive(Clone, Debug)]
pub(super) struct PairCounts {
    pub(super) truth: Matrix,
    pub(super) found: Matrix,
    pub(super) correct: Matrix,
    pub(super) persons: u64,
    pub(super) persons_split: u64,
    pub(super) clusters: u64,
    pub(super) clusters_mixed: u64,
}

/// Counts pairs and persons; `rows` is put in another order.
pub(super) fn count(rows: &mut [Row], sources: usize) -> PairCounts {
    let mut counts = PairCounts {
        truth: Matrix::new(sources),
        found: Matrix::new(sources),
        correct: Matrix::new(sources),
        persons: 0,
        persons_split: 0,
        clusters: 0,
        clusters_mixed: 0,
    };
    let mut scratch = Vec::new();
    rows.sort_unstable_by_key(|row| (row.person, row.source));
    for group in rows.chunk_by(|a, b| a.person == b.person) {
        counts.truth.add_group(group.iter().map(|row| row.source), &mut scratch);
    }
    rows.sort_unstable_by_key(|row| (row.person, row.cluster, row.source));
    for person in rows.chunk_by(|a, b| a.person == b.person) {
        let mut found = 0;
        for group in person.chunk_by(|a, b| a.cluster == b.cluster).filter(|group| group[0].cluster.is_some()) {
            found += 1;
            counts.correct.add_group(group.iter().map(|row| row.source), &mut scratch);
        }
        counts.persons += u64::from(found > 0);
        counts.persons_split += u64::from(found > 1);
    }
    rows.sort_unstable_by_key(|row| (row.cluster, row.source));
    for group in rows.chunk_by(|a, b| a.cluster == b.cluster).filter(|group| group[0].cluster.is_some()) {
        counts.found.add_group(group.iter().map(|row| row.source), &mut scratch);
        counts.clusters += 1;
        counts.clusters_mixed += u64::from(group.iter().any(|row| row.person != group[0].person));
    }
    counts
}
