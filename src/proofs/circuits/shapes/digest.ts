/** Elements in a digest. */
export const DIGEST = 8;
