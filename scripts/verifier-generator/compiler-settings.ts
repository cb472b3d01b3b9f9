/** No hash of sources and comments behind the code: codes, and the addresses that follow from them, change where the program does. */
export const METADATA = { appendCBOR: false };

/**
 * Compiler settings of the generated verifiers. The Yul is written as it should run: solc's default optimizer sequence
 * made the same unrolled code up to seven times dearer and took minutes, so only unused code is pruned ("u").
 */
export const VERIFIER_COMPILER_SETTINGS = {
  evmVersion: "osaka",
  metadata: METADATA,
  viaIR: true,
  optimizer: {
    enabled: true,
    runs: 1000,
    details: {
      peephole: true,
      inliner: false,
      jumpdestRemover: true,
      orderLiterals: true,
      deduplicate: false,
      cse: false,
      constantOptimizer: false,
      yul: true,
      yulDetails: { stackAllocation: true, optimizerSteps: "u:u" },
    },
  },
};
