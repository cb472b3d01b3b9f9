import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { makeError, type Log } from "ethers";
import { genesisStoredBatch, hashStoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { findStoredBatch, patientReader, type L1Reader } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { createL1Retry } from "../../src/chain/settlement/l1-sender/l1-retry.ts";

const HYPERCHAIN = `0x${"cc".repeat(20)}` as const;
const HEAD = 10_000;
const COMMITTED_AT = 9_100;
const stored = { ...genesisStoredBatch(1n, `0x${"11".repeat(32)}`, 5n), batchNumber: 7n };

/** A node that has the batch's event, and answers only `most` blocks at a time. */
function nodeThat(most: number, limited = 0) {
  const asked: [number, number][] = [];
  let refusals = limited;
  const getLogs: L1Reader["getLogs"] = (filter) => {
    const [from, to] = [
      Number((filter as { fromBlock?: number }).fromBlock),
      Number((filter as { toBlock?: number }).toBlock ?? HEAD),
    ];
    if (to - from + 1 > most || refusals-- > 0)
      return Promise.reject(
        makeError("could not coalesce error", "UNKNOWN_ERROR", {
          error: { code: -32_005, message: "block range is too wide" },
        } as never),
      );
    asked.push([from, to]);
    const event = hyperchainInterface.encodeEventLog("BatchStored", [7n, stored]);
    return Promise.resolve(
      from <= COMMITTED_AT && COMMITTED_AT <= to
        ? [{ ...event, address: HYPERCHAIN, blockNumber: COMMITTED_AT, index: 0 } as unknown as Log]
        : [],
    );
  };
  const provider: L1Reader = {
    call: () => Promise.resolve(hyperchainInterface.encodeFunctionResult("storedBatchHash", [hashStoredBatch(stored)])),
    getBlock: () => Promise.resolve({ number: HEAD } as never),
    getLogs,
  };
  const waits: number[] = [];
  const patience = createL1Retry(
    {},
    {
      delay: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    },
  );
  return { asked, waits, contract: { provider: patientReader(provider, patience), hyperchain: HYPERCHAIN, fromBlock: 0 } };
}

describe("A15: a committed batch is found at nodes that limit their answers", () => {
  test("by asking for fewer blocks, from the newest back", async () => {
    const { asked, waits, contract } = nodeThat(500);
    assert.deepEqual(await findStoredBatch(contract, 7n), stored);
    assert.ok(
      asked.every(([from, to]) => to - from < 500),
      JSON.stringify(asked),
    );
    assert.deepEqual(asked.at(0)?.[1], HEAD);
    // 900 blocks back, and no further.
    assert.ok(asked.length <= 3, JSON.stringify(asked));
    assert.deepEqual(waits, []);
  });

  test("and by waiting where even one block is refused: the node limits requests", async () => {
    const { waits, contract } = nodeThat(1, 3);
    assert.deepEqual(await findStoredBatch({ ...contract, fromBlock: COMMITTED_AT }, 7n), stored);
    assert.ok(waits.length > 0);
  });
});
