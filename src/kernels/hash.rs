//! Fixed 64-bit mixing for keys of blocks and contents: the same input gives the same key on every machine and night.

const PRIME_A: u64 = 0x9e37_79b9_7f4a_7c15;
const PRIME_B: u64 = 0xd6e8_feb8_6659_fd93;

/// Mixes `value` into `state`: the two halves of a 64 by 64 bit product, folded (the step of wyhash).
#[inline]
pub fn mix(state: u64, value: u64) -> u64 {
    let product = u128::from(state ^ PRIME_A) * u128::from(value ^ PRIME_B);
    let folded = (product as u64) ^ (product >> 64) as u64;
    folded.rotate_left(23) ^ value.wrapping_mul(PRIME_A)
}

/// Another value for each value, spread over the upper bits (Knuth's multiplicative hashing): two are equal if and only if
/// the values are.
#[inline]
pub fn spread(value: u64) -> u64 {
    value.wrapping_mul(PRIME_A)
}

/// The hash of a sequence of values under a seed; never 0, which stands for "no key".
#[inline]
pub fn key(seed: u64, values: &[u64]) -> u64 {
    let state = values.iter().fold(mix(seed, values.len() as u64), |state, &value| mix(state, value));
    mix(state, seed).max(1)
}

/// The hash of bytes under a seed; never 0.
pub fn bytes(seed: u64, bytes: &[u8]) -> u64 {
    let mut state = mix(seed, bytes.len() as u64);
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        state = mix(state, u64::from_le_bytes(word.try_into().unwrap_or_default()));
    }
    let mut last = [0; 8];
    last[..words.remainder().len()].copy_from_slice(words.remainder());
    mix(mix(state, u64::from_le_bytes(last)), seed).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn small_inputs_do_not_collide() {
        let mut seen = HashSet::new();
        for a in 0..300 {
            for b in 0..300 {
                assert!(seen.insert(key(7, &[a, b])), "({a}, {b})");
            }
        }
        let texts: HashSet<u64> = (0..100_000).map(|i| bytes(1, i.to_string().as_bytes())).collect();
        assert_eq!(texts.len(), 100_000);
    }

    #[test]
    fn spread_values_are_distinct_and_use_the_upper_bits() {
        let spread: HashSet<u64> = (0..100_000).map(|value| spread(value) >> 40).collect();
        assert!(spread.len() > 99_000, "{}", spread.len());
        // An odd factor has an inverse, so that no two values give one.
        assert_eq!(PRIME_A % 2, 1);
    }

    #[test]
    fn length_and_order_matter() {
        assert_ne!(key(1, &[1, 2]), key(1, &[2, 1]));
        assert_ne!(key(1, &[0]), key(1, &[0, 0]));
        assert_ne!(bytes(1, b"a"), bytes(1, b"a\0"));
    }

    #[test]
    fn top_bits_are_spread_evenly() {
        let mut buckets = [0_u32; 256];
        (0..256_000_u64).for_each(|i| buckets[(key(3, &[i]) >> 56) as usize] += 1);
        assert!(buckets.iter().all(|&n| (800..1200).contains(&n)), "{buckets:?}");
    }
}
