/** Bits 16 to 30 of a version: the machine that runs its batches. */
export const machineOf = (version: bigint): bigint => (version >> 16n) % 32_768n;

/** Bits 1 to 7 of a version's number are the format of its batches. */
export const formatOf = (version: bigint): bigint => (version >> 1n) % 128n;

/** True if execution is proven: bit 0 of a version's number. */
export const isProven = (version: bigint): boolean => version % 2n === 1n;
