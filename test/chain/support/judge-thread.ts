import { parentPort, workerData } from "node:worker_threads";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { Reexecution } from "../../../src/chain/witness/reexecution.ts";

/** Line of accounts, each of which delegates to the next one. */
export interface DelegationLine {
  readonly length: number;
  readonly isMetered: boolean;
}

const addressOf = (place: number): Hex => `0x${(0xde1e0000 + place).toString(16).padStart(40, "0")}`;

/** The body of a thread: judges an operation to the first account of the line, and posts the verdict's name. */
const { length, isMetered } = workerData as DelegationLine;
const line = Array.from({ length }, (_, place) => ({
  address: addressOf(place),
  nonce: 1n,
  code: `0xef0100${addressOf(place + 1).slice(2)}` as const,
}));
const execution = await Reexecution.create(271, line);
const environment = {
  number: 1n,
  timestamp: 1_800_000_001n,
  prevRandao: `0x${"00".repeat(32)}`,
  coinbase: `0x${"88".repeat(20)}`,
  gasLimit: 2n ** 24n,
  isMetered,
} as const;
const { notRun } = await execution.judge({
  payout: [],
  payoutEnvironment: environment,
  operation: {
    kind: "unsigned",
    from: `0x${"b3".repeat(20)}`,
    to: addressOf(0),
    valueWei: 0n,
    data: "0x",
    gasLimit: 8_000_000n,
    nonce: 0n,
  },
  environment,
});
parentPort?.postMessage(notRun ?? "runs");
