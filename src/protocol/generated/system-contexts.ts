// Written by 'npm run generate' from the compiled contracts. Do not edit.
/** keccak of the system context's code, by format: it tells the format of a state. */
export const SYSTEM_CONTEXT_HASHES = {
  2: "0x173c3f860706550094c1e1510199dba65c5ea761a1ff99eae69912bc01b11b15",
  3: "0x5a47739727281f9784cc4613dfc96453cfbab2ca27c27e93424f939b7fb9c2bd",
} as const;
