// Written by 'npm run generate' from the compiled contracts. Do not edit.
/** keccak of the system context's code, by format: it tells the format of a state. */
export const SYSTEM_CONTEXT_HASHES = {
  2: "0x93245aa2e3d491e86eb7abb07fc71b0af3f1a8a5d696b49ab4bcf8262b201204",
  3: "0xe12e22ce816a2dad03f191675a0f0d2d1424b51684c51b10ba20544e103aaed2",
} as const;
