/** Functions of more than 70 lines, with the most that each may have. Mend one and its line goes; none is added. */
export const LONG_FUNCTIONS: Readonly<Record<string, number>> = {
  "bench/kernel-cases/backend-operations.ts operations": 95,
  "bench/kernel-cases/single-thread.ts singleThreadCases": 180,
  "scripts/verifier-generator/core-layout.ts layoutCore": 84,
  "src/chain/chain.ts composeChain": 165,
  "src/ecosystem/devnet/devnet.ts start": 86,
  "src/proofs/kernels/reference/backend.ts createReferenceBackend": 131,
  "src/ecosystem/relayer/relayer.ts createRelayer": 89,
  "src/chain/settlement-layer/reader/l1-watcher.ts createL1Watcher": 82,
  "src/chain/settlement/l1-sender/transactor.ts createTransactor": 214,
  "src/chain/settlement/settlement.ts openSettlement": 163,
};
