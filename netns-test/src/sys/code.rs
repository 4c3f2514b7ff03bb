//! Names for functions that mean the same in every process that runs this file.

/// How far `to` is from `from`: the loader moves an executable as a whole, so
/// the number is the same in every process that runs it.
pub(crate) fn distance<T, R>(from: fn(&T) -> R, to: fn(&T) -> R) -> u64 {
    (to as usize).wrapping_sub(from as usize) as u64
}

/// The function at `distance` from `from`: the inverse of [`distance`].
///
/// The number must come from [`distance`] in a process that runs this very
/// file, for functions of this type. The caller has it from the process that
/// started this one as `/proc/self/exe`.
pub(crate) fn at_distance<T, R>(from: fn(&T) -> R, distance: u64) -> fn(&T) -> R {
    let address = (from as usize).wrapping_add(usize::try_from(distance).unwrap_or(usize::MAX));
    // SAFETY: `from` and the function meant are in the same file and of the same type; the process
    // that measured their distance executes the same file, so a function of this type starts here.
    unsafe { std::mem::transmute::<usize, fn(&T) -> R>(address) }
}
