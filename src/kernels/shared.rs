//! Which of sixteen values two sides share: the innermost question of blocking, asked for every two rows of a block.

/// Lanes of one side, one cache line.
pub const LANES: usize = 16;

/// One bit for each lane of `x` that is not 0 and equal to the same lane of `y` or of `z`.
#[cfg(target_arch = "x86_64")]
#[inline]
#[allow(unsafe_code, reason = "SSE2 belongs to every x86-64 processor; tested against the scalar twin")]
pub fn shared(x: &[u32; LANES], y: &[u32; LANES], z: &[u32; LANES]) -> u32 {
    use std::arch::x86_64::{
        __m128i, _mm_andnot_si128, _mm_cmpeq_epi32, _mm_loadu_si128, _mm_movemask_epi8, _mm_or_si128, _mm_packs_epi16,
        _mm_packs_epi32, _mm_setzero_si128,
    };
    // SAFETY: SSE2 is there on every x86-64, and each load reads 16 bytes within one of the arrays of 64.
    unsafe {
        let load =
            |side: &[u32; LANES], quarter: usize| _mm_loadu_si128(side.as_ptr().add(4 * quarter).cast::<__m128i>());
        let equal = |quarter: usize| {
            let lanes = load(x, quarter);
            let either =
                _mm_or_si128(_mm_cmpeq_epi32(lanes, load(y, quarter)), _mm_cmpeq_epi32(lanes, load(z, quarter)));
            _mm_andnot_si128(_mm_cmpeq_epi32(lanes, _mm_setzero_si128()), either)
        };
        let low = _mm_packs_epi32(equal(0), equal(1));
        let high = _mm_packs_epi32(equal(2), equal(3));
        _mm_movemask_epi8(_mm_packs_epi16(low, high)) as u32
    }
}

/// One bit for each lane of `x` that is not 0 and equal to the same lane of `y` or of `z`.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
pub fn shared(x: &[u32; LANES], y: &[u32; LANES], z: &[u32; LANES]) -> u32 {
    shared_scalar(x, y, z)
}

/// The slow twin of [`shared`].
pub fn shared_scalar(x: &[u32; LANES], y: &[u32; LANES], z: &[u32; LANES]) -> u32 {
    (0..LANES).filter(|&i| x[i] != 0 && (x[i] == y[i] || x[i] == z[i])).map(|i| 1 << i).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_its_slow_twin(sides in proptest::array::uniform3(proptest::array::uniform16(0_u32..4))) {
            let spread = sides.map(|side| side.map(|value| value.wrapping_mul(0x9e37_79b9)));
            for [x, y, z] in [sides, spread] {
                prop_assert_eq!(shared(&x, &y, &z), shared_scalar(&x, &y, &z));
            }
        }
    }
}
