import type { SpawnArguments } from "../../../src/tool/plugin/tasks/running/spawn-options.ts";

/** `hyperchain:spawn` without any option. */
export const NOTHING_SAID: SpawnArguments = {
  chains: undefined,
  chain: undefined,
  names: undefined,
  da: undefined,
  port: undefined,
  pagePort: undefined,
  host: undefined,
  blockMs: undefined,
  batchMs: undefined,
  batchTransactions: undefined,
  proofs: undefined,
  execution: undefined,
  proverWorkers: undefined,
  proverDevice: undefined,
  data: undefined,
  load: undefined,
  fork: undefined,
  forkBlock: undefined,
  settlementUrl: undefined,
  noRelayer: false,
  noPage: false,
  detach: false,
  wait: false,
  json: false,
};
