/** Bits 16 to 30 of a version: the machine that runs its batches. */
export const machineOf = (version: bigint): bigint => (version >> 16n) % 32_768n;
