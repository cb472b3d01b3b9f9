/**
 * Compiler settings of the second verifier. Its parts are libraries of small functions: the compiler's intermediate representation
 * inlines them, and has room for their variables.
 */
export const SECOND_COMPILER_SETTINGS = {
  evmVersion: "osaka",
  metadata: { appendCBOR: false },
  viaIR: true,
  optimizer: { enabled: true, runs: 1000 },
} as const;
