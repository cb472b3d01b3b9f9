import assert from "node:assert/strict";
import type { ExecutionEngine } from "../../../src/chain/execution/engine.ts";
import type { BlockReceipt } from "../../../src/chain/model/block.ts";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { engineAround } from "../../../src/tool/kit/engine-around.ts";
import { openEngine } from "./engine.ts";

/** EDR next to a chain's engine. */
interface EdrOracle {
  readonly request: (method: string, ...params: unknown[]) => Promise<unknown>;
  /** Blocks with transactions that EDR has repeated. */
  readonly repeated: () => number;
  /** The chain's engine, whose every change EDR repeats; a receipt that differs fails the block. */
  around(own: ExecutionEngine): ExecutionEngine;
}

/** Opens EDR with the genesis of a chain. EDR repeats no block that asks for a hash, and no payment out of what its block brings. */
export async function openOracle(genesis: readonly GenesisAccount[]): Promise<EdrOracle> {
  const edr = await openEngine(genesis);
  /** Marks of EDR, by the marks of the chain's engine. */
  const marks = new Map<string, string>();
  let repeated = 0;
  return {
    request: (method, ...params) => edr.request(method, params),
    repeated: () => repeated,
    around: (own) =>
      engineAround(own, {
        async mine(transactions, environment, options) {
          const result = await own.mine(transactions, environment, options);
          const { block, refused } = await edr.mine(result.included, environment, { isWhole: true });
          assert.deepEqual([...refused], [], `EDR refuses a transaction of block ${environment.number}`);
          assert.deepEqual(block.receipts.map(effects), result.block.receipts.map(effects), `block ${environment.number}`);
          if (result.included.length > 0) repeated++;
          return result;
        },
        async mineEmpty(environments) {
          await edr.mineEmpty(environments);
          return own.mineEmpty(environments);
        },
        async cheat(cheat) {
          await edr.cheat(cheat);
          await own.cheat(cheat);
        },
        async snapshot() {
          const mark = await own.snapshot();
          marks.set(mark, await edr.snapshot());
          return mark;
        },
        async revert(mark) {
          await own.revert(mark);
          await edr.revert(marks.get(mark) ?? "");
        },
        async close() {
          await own.close();
          await edr.close();
        },
      }),
  };
}

/** Effects of a transaction, the same in both engines. EDR names no address for a creation that failed. */
function effects({ success, gasUsed, contractAddress, logs }: BlockReceipt): object {
  return { success, gasUsed, contractAddress: success ? contractAddress : undefined, logs };
}
