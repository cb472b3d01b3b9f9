/** Rows that a program's code works on at a time: a register is then one line of the cache, and hundreds fit its first level. */
export const STRIP_ROWS = 16;
export const STRIP_BYTES = 4 * STRIP_ROWS;
