/** log2 of the columns that a stack column is cut into: number j of 16 has every coefficient whose place is j modulo 16. */
export const LOG_PARTS = 4;
