import assert from "node:assert/strict";
import { writeSync } from "node:fs";
import { type Hex, fromHex, keccak } from "../../../src/ground/protocol/hex.ts";
import type { BatchCommand } from "../../../src/chain/ordering/command.ts";
import { comparedPlan } from "../../../src/proofs/execution-proof/batch/compared-plan.ts";
import { openSqliteLedger } from "../../../src/chain/ledger/sqlite-ledger.ts";
import { openChainKeeping } from "../../../src/chain/node/keeping/chain-keeping.ts";
import { canonicalTxHash } from "../../../src/ground/protocol/priority-op.ts";
import { ask } from "../../chain/support/ask.ts";
import { CHAIN_ID, COINBASE } from "../../chain/support/engine.ts";
import { DEAR } from "../../chain/support/hostile-transactions.ts";
import { TestWallet } from "../../chain/support/wallet.ts";
import type { RequestedOperation } from "../../chain/support/verified-chain.ts";
import { planningTools, startFollowedChain } from "./followed-chain.ts";

/** Final state of the chain. */
export interface KilledChainReport {
  readonly blocks: readonly Hex[];
  /** Receipts of the transactions, then of the operations. */
  readonly receipts: readonly unknown[];
  readonly commitment: Hex;
  readonly outputs: object;
  readonly outputsHash: Hex;
  /** Weights of the machine's steps. */
  readonly weights: readonly object[];
}

/**
 * Runs a proven chain in a folder, for a user and L1's queue. The chain kills itself at the given moment, or continues
 * to the machine's root and prints its state in one line. A later process resumes it.
 */
const [folder = "", moment] = process.argv.slice(2);
const die = (): void => void process.kill(process.pid, "SIGKILL");

const wallet = new TestWallet(1_900);
const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }, DEAR];
/** Hashes 100 kB again and again: more units than an operation may take even alone, so it does not run. */
const ENDLESS: RequestedOperation = {
  ...{ from: wallet.address, to: `0x${"00".repeat(20)}`, gasLimit: 8_000_000n },
  data: "0x5b620186a05f20505f56",
};
const transaction = (fields: Parameters<TestWallet["signRaw"]>[0]): Promise<Hex> => wallet.signRaw(fields);
/** In the chain's order: the first call sets the slot, the second is charged by its units, the third spends its budget. */
const EVENTS: readonly (Hex | RequestedOperation)[] = [
  await transaction({ to: DEAR.address, gasLimit: 200_000n }),
  { from: `0x${"7".repeat(40)}`, to: DEAR.address, gasLimit: 300_000n, valueWei: 5n },
  await transaction({ to: DEAR.address, gasLimit: 200_000n }),
  await transaction({ to: DEAR.address, gasLimit: 60_000n }),
  ENDLESS,
  await transaction({ to: COINBASE, value: 1n, gasLimit: 30_000n }),
];
/** Maximum number of the state's paths that the machine reads; it reads about a hundred. */
const HASHES_BEFORE_ROOT = 100;
/** Number of the path that is being read at the moments before the batch's end. */
const DURING = 3;

const ledger = openSqliteLedger(folder);
const { store, commands, waiting } = openChainKeeping(ledger, {
  chainId: BigInt(CHAIN_ID),
  porterId: undefined,
  coinbase: COINBASE,
});
const isEvent = ({ type }: BatchCommand): boolean => type === "block" || type === "operation";
const before = commands.filter(isEvent).length;
let done = before;
const { test, seal, followed } = await startFollowedChain({
  ...{ accounts },
  keeping: {
    earlier: { commands, waiting, executed: 0n },
    store: {
      ...store,
      append(command) {
        if (isEvent(command) && moment === "attempted" && done === DURING) die();
        store.append(command);
        if (isEvent(command)) done++;
        if (command.type === "seal" && moment === "sealed") die();
      },
      async durable() {
        await store.durable();
        if (moment === "kept" && done > DURING) die();
      },
    },
  },
});
for (const [i, event] of EVENTS.entries()) {
  if (typeof event === "string") {
    if (i >= before) await test.chain.submit(event);
  } else {
    if (i < before) test.queueUnseen(event);
    else await test.request(event);
  }
}
const [sealed] = test.batches;
const { batch, witness, claim } = sealed === undefined ? await seal() : await followed(sealed);
const tools = planningTools();
let compressed = 0;
const compress: typeof tools.compress = (left, right, tag) => {
  if (moment === "planned" && ++compressed === HASHES_BEFORE_ROOT) die();
  return tools.compress(left, right, tag);
};
// Throws if the machine reaches another root, or if the batch would have a label.
const { weights } = comparedPlan(witness, claim, { ...tools, compress });
const hashes = [
  ...EVENTS.filter((event) => typeof event === "string").map((raw) => keccak(fromHex(raw))),
  ...test.queued.map(canonicalTxHash),
];
const receipts = [];
for (const hash of hashes) receipts.push(await ask(test.chain, "eth_getTransactionReceipt", [hash]));
assert.deepEqual(test.faults, []);
const { commitment, outputs, outputsHash } = batch;
const said = {
  blocks: test.blocks.map(({ hash }) => hash),
  receipts,
  commitment,
  outputs,
  outputsHash,
  weights,
} satisfies KilledChainReport;
writeSync(1, `${JSON.stringify(said, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value))}\n`);
await test.chain.close();
ledger.close();
