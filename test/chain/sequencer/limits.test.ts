import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  batchLimits,
  provenLimits,
  changedLeaves,
  fits,
  fitsImports,
  l1LoadOf,
  NO_USAGE,
  proofRows,
  PROTOCOL_LIMITS,
  pubdataBytes,
  type BatchUsage,
  type Unmeasured,
} from "../../../src/chain/ordering/limits.ts";
import { emptyBlockHashes } from "../../../src/ground/protocol/block-hashes.ts";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";
import {
  l1CostOf,
  l1TotalOf,
  MAX_TRANSACTION_BYTES,
  MAX_TRANSACTION_GAS,
  wayToL1,
} from "../../../src/ground/protocol/way-to-l1.ts";
import { beginBatch, extendBatch } from "../../../src/chain/ordering/open-batch.ts";
import { startTestChain } from "../support/chain.ts";
import { TestWallet } from "../support/wallet.ts";

const LEAVES = 1024;
const keeps = (usage: Partial<BatchUsage>, leafCount = LEAVES, further?: Unmeasured) =>
  fits({ ...NO_USAGE, ...usage }, PROTOCOL_LIMITS, leafCount, further);

// Every batch has room for 16 system changes of 86 bytes: 1,376 bytes of pubdata in addition to the header's 9.
describe("limits of a batch, at the edge", () => {
  it("holds 4,096 messages", () => {
    assert.equal(keeps({ messages: 4096 }), true);
    assert.equal(keeps({ messages: 4097 }), false);
  });

  it("holds 100,000 bytes of pubdata", () => {
    // 9 + 1,376 + 24 for the message's head leave 98,591.
    assert.equal(keeps({ messages: 1, messageBytes: 98_591 }), true);
    assert.equal(keeps({ messages: 1, messageBytes: 98_592 }), false);
  });

  it("batches sent back: holds 100,000 bytes in both lists of a chain with a porter, where a code may be in each", () => {
    const limits = batchLimits({ hasQuorum: true, carryingLayers: 0, hasPorter: true });
    const holds = (usage: Partial<BatchUsage>) => fits({ ...NO_USAGE, ...usage }, limits, LEAVES);
    // Next to 1,385 bytes: a second header of 9, the root's slot of 86, and 26 for half of the 16 system changes.
    const spare = 100_000 - 1_385 - 9 - 86 - 8 * 26;
    const longest = spare / 2 - 3;
    assert.equal(holds({ codes: 1, codeBytes: longest }), true);
    assert.equal(holds({ codes: 1, codeBytes: longest + 1 }), false);
    assert.equal(keeps({ codes: 1, codeBytes: longest + 1 }), true);
    // A transaction that joins changes two headers and a slot: 2·53 + 43 + 26.
    const joining = (transactions: number): Partial<BatchUsage> => ({
      unmeasured: { transactions, gas: 21_000n * BigInt(transactions) },
    });
    const most = Math.floor((spare - 53) / (2 * 53 + 43 + 26));
    assert.deepEqual([holds(joining(most)), holds(joining(most + 1))], [true, false]);
  });

  it("holds 4,096 changes", () => {
    assert.equal(keeps({ diffs: 4080, diffBytes: 4080 * 6 }), true);
    assert.equal(keeps({ diffs: 4081, diffBytes: 4081 * 6 }), false);
  });

  it("attack: leaves that are 0 again: where L1 checks execution it has room for one of the dearest transactions, and seals before two", () => {
    // Of gas alone.
    const most = { way: [], executeGas: Infinity, messages: Infinity, pubdataBytes: Infinity };
    const onL1 = provenLimits(batchLimits({ hasQuorum: true, carryingLayers: 0 }));
    const limits = { ...onL1, ...most, diffs: Infinity, proofRows: Infinity };
    const dearest = { transactions: 1, gas: 2n ** 24n };
    const room = (gas: bigint) => fits({ ...NO_USAGE, gas }, limits, LEAVES, dearest);
    assert.deepEqual([room(0n), room(2n ** 24n)], [true, false]);
    // Leaves of created and destroyed contracts at 12,000 gas, each with its predecessor's path and its own place, in 2^23 leaves.
    const leaves = Number(limits.gas) / 12_000;
    const levels = Array.from({ length: 32 }, (_, level) => Math.min(leaves, 2 ** 23 / 2 ** level) + leaves / 2 ** level + 1);
    assert.ok(levels.reduce((sum, nodes) => sum + nodes) <= 2 ** 15, `${levels.reduce((sum, nodes) => sum + nodes)}`);
  });

  it("holds what the prover's largest table has rows for", () => {
    // In a tree of 2^20 leaves the batch works at depth 21: 101 rows an insertion, 24 for the whole.
    assert.equal(proofRows({ ...NO_USAGE, diffs: 10, insertions: 3 }, 2 ** 20), 7 * 48 + 3 * 101 + 24);
    const insertions = (count: number) => ({ diffs: count, insertions: count, diffBytes: count * 55 });
    assert.equal(keeps(insertions(1281), 2 ** 20), true);
    assert.equal(keeps(insertions(1282), 2 ** 20), false);
  });

  it("costs 15.6 million gas in each transaction on its way to L1", () => {
    // The commit: 360,000 + 20 · (9 + 1,376 + 3n) + 1,800 · 16 + 30,000n
    assert.ok(416_500 + 30_060 * 505 <= 15_600_000 && 416_500 + 30_060 * 506 > 15_600_000);
    assert.equal(keeps({ codes: 505 }), true);
    assert.equal(keeps({ codes: 506 }), false);
    // With a message of 76 bytes: 1,100 + 20 · 100, which is a twelfth of a code.
    assert.equal(keeps({ codes: 505, messages: 1, messageBytes: 76 }), true);
    assert.equal(keeps({ codes: 505, messages: 2, messageBytes: 152 }), false);
  });

  it("a chain with guardians leaves gas and bytes of the commit for each network's signatures", () => {
    const holds = (guardianNetworks: number, usage: Partial<BatchUsage>): boolean =>
      fits({ ...NO_USAGE, ...usage }, batchLimits({ hasQuorum: true, carryingLayers: 0, guardianNetworks }), LEAVES);
    // The commit again, and 64 · 40,000 for each network.
    for (const [networks, codes] of [
      [0, 505],
      [1, 419],
      [2, 334],
    ] as const) {
      assert.ok(416_500 + 30_060 * codes <= 15_600_000 - networks * 2_560_000);
      assert.ok(416_500 + 30_060 * (codes + 1) > 15_600_000 - networks * 2_560_000);
      assert.deepEqual([holds(networks, { codes }), holds(networks, { codes: codes + 1 })], [true, false]);
    }
    const bytes = [0, 1, 2].map(
      (guardianNetworks) => wayToL1({ hasQuorum: true, carryingLayers: 0, guardianNetworks })[0]!.bytes,
    );
    assert.deepEqual([bytes[0]! - bytes[1]!, bytes[1]! - bytes[2]!], [64 * 192, 0]);
  });

  it("costs as much gas and 128 KiB in the one transaction that commits and executes it on a chain without a quorum", () => {
    const limits = batchLimits({ hasQuorum: false, carryingLayers: 0 });
    const room = (usage: Partial<BatchUsage>) => fits({ ...NO_USAGE, ...usage }, limits, LEAVES);
    const sends = (count: number) => ({ messages: count, messageBytes: 190 * count });
    // 560,000 + 20 · (1,385 + 214m + 3n) + 1,800 · 16 + 1,100m + 36,000m + 30,000n
    const gas = (m: number, n: number) => 616_500 + 41_380 * m + 30_060 * n;
    assert.ok(gas(198, 225) <= 15_600_000 && gas(198, 226) > 15_600_000);
    assert.equal(room({ ...sends(198), codes: 225 }), true);
    assert.equal(room({ ...sends(198), codes: 226 }), false);
    assert.equal(keeps({ ...sends(198), codes: 226 }), true);
    // 3,500 + 1,385 + 24 + 160 · 0 + a message of x bytes; a root is 64.
    assert.equal(room({ messages: 1, messageBytes: 98_591, importedRoots: 256 }), true);
    assert.equal(room({ messages: 1 + 170, messageBytes: 190 * 170 + 60_000, importedRoots: 0 }), true);
    assert.equal(room({ messages: 1 + 170, messageBytes: 190 * 170 + 60_000, importedRoots: 100 }), false);
  });

  it("attack: sum of two executions: a full batch and one with a link alone fit a transaction of L1, and two full ones do not", () => {
    const [execute] = wayToL1({ hasQuorum: true, carryingLayers: 0 }).filter(({ stages }) => stages[0] === "execute");
    assert.ok(execute !== undefined);
    const costOf = (flows: number) => {
      const load = { ...l1LoadOf(NO_USAGE), flows, importedRoots: 256, facts: 16 };
      return l1TotalOf(execute, l1CostOf(execute, load));
    };
    // Maximum of flows with 256 imports: 34,100 and 3,000 of L1's 12 million for each.
    const [full, linked] = [costOf(Math.floor((12_000_000 - 256 * 3_000) / 34_100)), costOf(0)];
    // 2 · 200,000 + 36,000 · 329 + 2 · (4,000 · 256 + 22,000 · 16)
    assert.equal(full.gas + linked.gas, 14_996_000);
    assert.ok(full.gas + linked.gas + 1_000_000 < MAX_TRANSACTION_GAS && full.bytes + linked.bytes < MAX_TRANSACTION_BYTES);
    assert.ok(2 * full.gas > MAX_TRANSACTION_GAS);
  });

  it("attack: seventeenth fact: facts and statements share sixteen slots of a batch, and roots have 256", async () => {
    const facts = Array.from({ length: 17 }, (_, i) => ({ registryIndex: factIndex(9n, BigInt(i)), root: wordToHex(1n) }));
    const roots = Array.from({ length: 256 }, (_, i) => ({ registryIndex: BigInt(i), root: wordToHex(1n) }));
    const statement = { registryIndex: 1n << 254n, root: wordToHex(1n) };
    assert.equal(fitsImports(facts.slice(0, 15), [statement]), true);
    assert.equal(fitsImports(facts.slice(0, 16), [statement]), false);
    assert.equal(fitsImports(roots.slice(0, 240), facts.slice(0, 16)), true);
    assert.equal(fitsImports(roots, [statement]), false);
    const test = await startTestChain();
    try {
      for (const fact of facts) await test.chain.sequencer.importRoots([fact]);
      await test.chain.seal();
      assert.deepEqual(
        test.batches.map(({ importedRoots }) => importedRoots),
        [facts.slice(0, 16), facts.slice(16)],
      );
    } finally {
      await test.chain.close();
    }
  });

  it("attack: what ten operations of the queue made, and no transaction could settle, is more than such a batch holds", () => {
    const limits = provenLimits(batchLimits({ hasQuorum: false, carryingLayers: 0 }));
    const usage = { ...NO_USAGE, messages: 198, messageBytes: 190 * 198, codes: 252, codeBytes: 1008, priorityOps: 10 };
    const contracts = { diffs: 756, insertions: 756, diffBytes: 756 * 53 };
    assert.equal(fits({ ...usage, ...contracts }, limits, LEAVES), false);
  });

  it("uses a billion L2 gas", () => {
    assert.equal(keeps({ gas: 10n ** 9n }), true);
    assert.equal(keeps({ gas: 10n ** 9n + 1n }), false);
  });

  it("counts the gas, the messages and the asset flows of a further transaction", () => {
    const further = (gas: bigint): Unmeasured => ({ transactions: 1, gas: 21_000n + gas });
    assert.equal(keeps({ gas: 10n ** 9n - 30_000n }, LEAVES, further(9_000n)), true);
    assert.equal(keeps({ gas: 10n ** 9n - 30_000n }, LEAVES, further(9_001n)), false);
    // A message has 24 bytes for 100 gas each, and a slot for 2,900.
    assert.equal(keeps({ messages: 4095 }, LEAVES, further(5_300n)), true);
    assert.equal(keeps({ messages: 4095 }, LEAVES, further(5_301n)), false);
    // A flow has a message of 190 bytes for 100 gas each, and an event for 3,500.
    const flowsOf = (messages: number) => ({ messages, messageBytes: 190 * messages });
    let flows = 0;
    while (keeps(flowsOf(flows + 1))) flows++;
    assert.equal(keeps(flowsOf(flows), LEAVES, further(24_900n)), false);
  });

  it("counts what is not measured as the worst that its gas can do", () => {
    const unmeasured = { transactions: 2, gas: 42_000n + 48_001n };
    // Two headers each and the fee recipient's; beyond the transactions' own price a write for 4,800 gas, a byte for 100.
    assert.equal(changedLeaves({ ...NO_USAGE, diffs: 5, unmeasured }), 5 + 5 + 11);
    assert.equal(pubdataBytes({ ...NO_USAGE, unmeasured }), 9 + 5 * 53 + 481);
    // Measured and unmeasured alike fill the batch, and so does what is to come: three headers and ten writes.
    const room = { diffs: 4080 - 13, diffBytes: 4067 * 6 };
    const further = { transactions: 1, gas: 21_000n + 48_000n };
    assert.equal(keeps({ ...room }, LEAVES, further), true);
    assert.equal(keeps({ ...room, unmeasured: { transactions: 0, gas: 4800n * 2n } }, LEAVES, further), false);
  });

  it("counts the gas that a transaction spent before its refund", () => {
    const environment = { number: 1n, timestamp: 0n, prevRandao: "0x", coinbase: "0x", gasLimit: 0n, isMetered: false } as const;
    const receipt = (gasUsed: bigint) =>
      ({ transactionHash: "0x", success: true, gasUsed, logs: [], contractAddress: undefined }) as const;
    const transaction = (gasLimit: bigint) =>
      ({ kind: "unsigned", from: "0x", to: "0x", valueWei: 0n, data: "0x", nonce: 0n, gasLimit }) as const;
    // 100 slots are cleared for 5,000 gas each, of which a fifth comes back (EIP-3529): 521,000 become 416,800.
    const block = { environment, hash: "0x", receipts: [receipt(416_800n), receipt(21_000n)] } as const;
    const batch = extendBatch(
      beginBatch({
        isProven: false,
        installsPredeploys: false,
        inputs: undefined,
        number: 1n,
        firstBlock: 1n,
        firstTimestamp: 0n,
        blockHashes: emptyBlockHashes(0n),
      }),
      block,
      [transaction(1_000_000n), transaction(21_000n)],
    );
    assert.deepEqual(batch.usage.unmeasured, { transactions: 2, gas: 521_000n + 21_000n });
    assert.equal(batch.usage.gas, 437_800n);
    assert.ok(changedLeaves(batch.usage) >= 106);
  });

  it("counts what the first batch publishes of the chain's initial state", async () => {
    const code = (bytes: number, fill: number): string => fill.toString(16).padStart(2, "0").repeat(bytes);
    const wallet = new TestWallet(7);
    const initialState = [
      { address: wallet.address, balanceWei: 10n ** 18n },
      { address: `0x${"cd".repeat(20)}` as const, nonce: 1n, code: `0x${code(20_000, 0xfe)}` as const },
    ];
    const test = await startTestChain({ initialState, limits: { pubdataBytes: 26_000 } });
    try {
      // PUSH2 2000, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN: a contract of 2,000 bytes.
      for (let i = 0; i < 5; i++)
        await test.chain.submit(
          await wallet.signRaw({ data: `0x6107d080600a5f395ff3${code(2000, i + 1)}`, to: null, gasLimit: 2_000_000n }),
        );
      await test.chain.seal();
      const sizes = test.batches.map(({ pubdata }) => pubdata.length);
      assert.ok(sizes.length > 1 && sizes[0]! > 20_000, `${sizes}`);
      assert.deepEqual(
        sizes.filter((size) => size > 26_000),
        [],
      );
    } finally {
      await test.chain.close();
    }
  });
});
