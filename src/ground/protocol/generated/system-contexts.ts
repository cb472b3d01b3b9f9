// Written by 'npm run generate' from the compiled contracts. Do not edit.
/** keccak of the system context's code, by format: it tells the format of a state. */
export const SYSTEM_CONTEXT_HASHES = {
  2: "0xf570b009f155f7c5730059a6b8a36a35815ee80e25656f504c3938ef6e240a0e",
  3: "0x1473314943c2bdd52330f0099a9421aa48ccacefbefe158f160eb185d7dec3a5",
} as const;
