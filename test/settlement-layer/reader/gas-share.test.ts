import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { id, zeroPadValue } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { gasAtNextFloor } from "../../../src/ground/protocol/way-to-l1.ts";
import { gasShare, stageContracts } from "../../../src/chain/settlement-layer/reader/gas-share.ts";
import { NextFloorCosts } from "../../../src/chain/node/fees/next-floor-costs.ts";

const EXECUTION = id("BlockExecution(uint256,bytes32,bytes32)");
const PROOF = id("BatchProven(uint256,bytes32,uint256,address)");
const COMMIT = id("BlockCommit(uint256,bytes32,bytes32)");
const CHAIN = "0x00000000000000000000000000000000000000C1";
const logs = (...events: readonly string[]) =>
  events.map((event) => ({ address: CHAIN, topics: [event, zeroPadValue("0x01", 32)] }));

describe("the gas of a batch in a transaction of several", () => {
  test("is an equal share for each batch that the transaction took through the stage", () => {
    const receipt = { gasUsed: 900_001n, logs: logs(PROOF, PROOF, PROOF, EXECUTION) };
    assert.equal(gasShare(receipt, "prove"), 300_000n);
    assert.equal(gasShare(receipt, "execute"), 900_001n);
    assert.equal(gasShare(receipt, "commit"), 900_001n, "without an event nothing is shared");
  });

  test("counts no event of a contract that belongs to no chain", () => {
    const stranger = "0x00000000000000000000000000000000000000Ef";
    const invented = logs(EXECUTION, EXECUTION, EXECUTION).map((log) => ({ ...log, address: stranger }));
    const receipt = { gasUsed: 900_001n, logs: [...invented, ...logs(EXECUTION, EXECUTION, PROOF)] };
    const contracts = stageContracts(receipt.logs, "execute");
    assert.deepEqual(
      contracts,
      [stranger, CHAIN].map((address) => address.toLowerCase()),
    );
    assert.equal(gasShare(receipt, "execute", new Set([CHAIN.toLowerCase() as Hex])), 450_000n);
    assert.equal(gasShare({ ...receipt, logs: invented }, "execute", new Set()), 900_001n);
  });

  test("at the next floor of calldata is at least 64 gas a byte and the base fee of a transaction", () => {
    assert.equal(gasAtNextFloor(100_000n, 1_000), 100_000n);
    assert.equal(gasAtNextFloor(84_999n, 1_000), 85_000n);
    assert.equal(gasAtNextFloor(3_338_921n, 82_948), 5_329_672n);
  });

  test("is averaged over the newest sixteen batches, by transactions that L1 shows", async () => {
    const sent = new Map<string, string>();
    const receiptOf = (hash: string, bytes: number, gasUsed: bigint, ...events: readonly string[]) => {
      sent.set(hash, `0x${"11".repeat(bytes)}`);
      return { hash, gasUsed, logs: logs(...events) };
    };
    const l1 = { getTransaction: (hash: string) => Promise.resolve(sent.has(hash) ? { data: sent.get(hash)! } : null) };
    const costs = new NextFloorCosts(l1 as never);
    const add = (receipts: object): Promise<void> => costs.add({ receipts } as never);
    assert.equal(costs.average, undefined);
    const commit = receiptOf("a", 1_000, 200_000n, COMMIT);
    await add({
      commit,
      prove: receiptOf("b", 10_000, 400_000n, PROOF, PROOF),
      execute: receiptOf("c", 900, 160_000n, EXECUTION),
    });
    // 200,000, half of 21,000 and 640,000, and 160,000.
    assert.equal(costs.average, 690_500n);
    await add({ commit });
    await add({ commit, execute: { hash: "unknown", gasUsed: 1n, logs: [] } });
    assert.equal(costs.average, 690_500n, "no part of a batch counts");
    for (let i = 0; i < 16; i++) await add({ commit, execute: receiptOf("d", 0, 30_000n, EXECUTION) });
    assert.equal(costs.average, 230_000n);
  });
});
