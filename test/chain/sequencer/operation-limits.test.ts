import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { Interface } from "ethers";
import { l2AssetRouterAbi } from "../../../src/ground/abi/l2-asset-router.ts";
import {
  batchLimits,
  provenLimits,
  executeGas,
  fits,
  NO_USAGE,
  proofRows,
  PROTOCOL_LIMITS,
  pubdataBytes,
  type BatchUsage,
} from "../../../src/chain/ordering/limits.ts";
import { MAX_LEAF_COUNT } from "../../../src/ground/protocol/domain-tags.ts";
import { hasRoomFor, l1CostOf, MAX_PROOF_BYTES } from "../../../src/ground/protocol/way-to-l1.ts";
import { l1LoadOfBatch } from "../../../src/chain/settlement/batch/l1-load.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { loop, push } from "../support/assembler.ts";
import { startVerifiedChain } from "../support/verified-chain.ts";
import { worstOperations, type WorstOperation } from "../support/worst-operations.ts";
import { Random } from "../state/support/random.ts";

const QUEUE = readFileSync(new URL("../../../contracts/l1/PriorityQueue.sol", import.meta.url), "utf8");
/** Gas that a queue admits, read from its source. */
const admittedGas = (name: string): number => Number(new RegExp(`${name} = ([\\d_]+);`).exec(QUEUE)![1]!.replaceAll("_", ""));
const MAX_GAS = admittedGas("MAX_GAS");
const MAX_GAS_ON_PROVEN_CHAIN = admittedGas("MAX_GAS_ON_PROVEN_CHAIN");
const INTRINSIC_GAS = 21_000;
const IMPORTS = 256;
/**
 * Changes of an operation's payout and conclusion: the headers of reserve, bootloader, operator, sender and the refund's
 * recipient.
 */
const OWN: Partial<BatchUsage> = { diffs: 8, insertions: 8, diffBytes: 8 * 53, priorityOps: 1 };
/** Changes of imports of roots: a slot each, and the count and hash of all. */
const OF_IMPORTS: Partial<BatchUsage> = { diffs: IMPORTS + 2, insertions: IMPORTS, diffBytes: (IMPORTS + 2) * 86 };

/**
 * Maximum content of a batch for some gas: the minimum gas by Ethereum's rules (Osaka) without the surrounding code, and
 * the maximum size.
 */
interface Purchase extends Partial<BatchUsage> {
  readonly what: string;
  readonly spentGas: number;
}
const PURCHASES: readonly Purchase[] = [
  // SSTORE: 2,100 cold, 2,900. A batch's index and a full word.
  { what: "a slot's other value", spentGas: 5_000, diffs: 1, diffBytes: 37 },
  // 2,100 and 20,000.
  { what: "a slot's first value", spentGas: 22_100, diffs: 1, insertions: 1, diffBytes: 86 },
  // CALL with value: 2,600 and 9,000, of which the callee gets 2,300 to spend.
  { what: "an account's other balance", spentGas: 9_300, diffs: 1, diffBytes: 37 },
  { what: "a new account", spentGas: 34_300, diffs: 1, insertions: 1, diffBytes: 54 },
  // CREATE and 200 for each byte; an account's header, its code's hash and its code's digest.
  { what: "a contract of a new code", spentGas: 32_200, diffs: 3, insertions: 3, diffBytes: 3 * 54, codes: 1, codeBytes: 1 },
  { what: "bytes of a contract's code", spentGas: 200, codeBytes: 1 },
  // The messenger charges 100 for a byte and for 24 more, and takes a LOG3 and a slot for each.
  { what: "a message", spentGas: 5_300, messages: 1 },
  { what: "bytes of a message", spentGas: 100, messageBytes: 1 },
  // Burning, the messenger's work and events of an asset message of 190 bytes.
  { what: "an asset flow", spentGas: 24_900, messages: 1, messageBytes: 190 },
];
const FIELDS = ["diffs", "insertions", "diffBytes", "codes", "codeBytes", "messages", "messageBytes", "priorityOps"] as const;

function add(a: BatchUsage, b: Partial<BatchUsage>, times = 1): BatchUsage {
  return { ...a, ...Object.fromEntries(FIELDS.map((field) => [field, a[field] + times * (b[field] ?? 0)])) };
}

/** Spends all gas that an operation has on these, in these parts. */
function spend(parts: readonly number[], maxGas = MAX_GAS): BatchUsage {
  const total = parts.reduce((sum, part) => sum + part, 0);
  let left = maxGas - INTRINSIC_GAS;
  let usage = add(NO_USAGE, OWN);
  for (const [i, purchase] of PURCHASES.entries()) {
    const count = Math.floor(Math.min(left, ((maxGas - INTRINSIC_GAS) * (parts[i] ?? 0)) / total) / purchase.spentGas);
    usage = add(usage, purchase, count);
    left -= count * purchase.spentGas;
  }
  return usage;
}

const carriedLimits = (carryingLayers: number) => batchLimits({ hasQuorum: true, carryingLayers });
const WITHOUT_QUORUM = provenLimits(batchLimits({ hasQuorum: false, carryingLayers: 0 }));

const leavesBefore = ({ insertions }: BatchUsage, leaves: number): number => leaves - insertions - 32;

describe("§8.1: any single operation fits any chain", () => {
  const extremes = PURCHASES.map((_, place) => PURCHASES.map((_, i) => (i === place ? 1 : 0)));
  const random = new Random(29);
  const mixtures = Array.from({ length: 20_000 }, () => PURCHASES.map(() => (random.below(3) === 0 ? random.below(1000) : 0)));
  const divisions = [...extremes, ...mixtures.filter((parts) => parts.some((part) => part > 0))];
  const all = divisions.map((parts) => spend(parts));

  it("by calculation, at 2^29 leaves, in a batch that it begins: opening, operation and closing keep every limit of L1", () => {
    for (const usage of all) {
      const leaves = leavesBefore(usage, MAX_LEAF_COUNT);
      assert.ok(fits(usage, PROTOCOL_LIMITS, leaves), `${inspect(usage)}: ${proofRows(usage, leaves)} rows`);
    }
  });

  it("by calculation, where one transaction commits and executes a batch", () => {
    for (const usage of all) {
      const leaves = leavesBefore(usage, MAX_LEAF_COUNT);
      assert.ok(fits(usage, WITHOUT_QUORUM, leaves), inspect(usage));
    }
  });

  it("by calculation, where one or two networks of guardians sign for a batch", () => {
    for (const guardianNetworks of [1, 2]) {
      const limits = batchLimits({ hasQuorum: true, carryingLayers: 0, guardianNetworks });
      for (const usage of all) assert.ok(fits(usage, limits, leavesBefore(usage, MAX_LEAF_COUNT)), inspect(usage));
    }
  });

  it("D3: by calculation, where the chain below carries its data too, through one or two chains", () => {
    for (const layers of [1, 2]) {
      const limits = carriedLimits(layers);
      for (const usage of all) {
        assert.ok(fits(usage, limits, leavesBefore(usage, MAX_LEAF_COUNT)), `${layers}: ${inspect(usage)}`);
      }
    }
  });

  it("attack: one cheap operation of a chain on a proven chain: no transaction there takes more units than it may", () => {
    for (const carryingLayers of [0, 1]) {
      const limits = batchLimits({ hasQuorum: true, carryingLayers, isOnProvenChain: true });
      for (const parts of divisions) {
        const usage = spend(parts, MAX_GAS_ON_PROVEN_CHAIN);
        assert.ok(fits(usage, limits, leavesBefore(usage, MAX_LEAF_COUNT)), inspect(usage));
      }
      // With the gas of other queues an account could stop the chain.
      const most = extremes.map((parts) => spend(parts));
      const tooLarge = PURCHASES.filter((_, i) => !fits(most[i]!, limits, leavesBefore(most[i]!, MAX_LEAF_COUNT)));
      assert.deepEqual(
        tooLarge.map(({ what }) => what),
        PURCHASES.map(({ what }) => what).filter((what) => what !== "a new account"),
      );
    }
  });

  it("D3: a commit of such a chain is a message that fits a batch of the chain below, in addition to the commit's changes", () => {
    const below = [PROTOCOL_LIMITS, carriedLimits(1)];
    for (const [i, limits] of below.entries()) {
      const { pubdataBytes } = carriedLimits(i + 1);
      // Two heads; the commit's slots: its record's hash, counters, the messenger's, six accounts.
      const messageBytes = pubdataBytes + 2 * 30 + 120;
      const usage = { ...NO_USAGE, messages: 2, messageBytes, diffs: 20, insertions: 5, diffBytes: 20 * 37 + 5 * 86 };
      assert.ok(fits(usage, limits, 2 ** 20), `${i} below`);
      assert.ok(!fits({ ...usage, messageBytes: limits.pubdataBytes }, limits, 2 ** 20));
    }
  });

  it("attack: with the maximum number of new codes of such a batch, each a slot of the carrier, its messages still fit the chain below", () => {
    for (const [i, below] of [PROTOCOL_LIMITS, carriedLimits(1)].entries()) {
      const limits = carriedLimits(i + 1);
      for (let codes = 0; codes <= 300; codes += 10) {
        const contracts = add(NO_USAGE, { diffs: 3, insertions: 3, diffBytes: 3 * 54, codes: 1, codeBytes: 1 }, codes);
        const withMessages = (messageBytes: number): BatchUsage => ({ ...contracts, messages: 2, messageBytes });
        let [most, tooMany] = [0, limits.pubdataBytes];
        while (tooMany - most > 1) {
          const between = Math.floor((most + tooMany) / 2);
          if (fits(withMessages(between), limits, 2 ** 20)) most = between;
          else tooMany = between;
        }
        // The batch's opening and closing; two heads.
        const messageBytes = pubdataBytes(withMessages(most)) + 16 * 86 + 2 * 30 + 120;
        // The commit of the test before, and a word for each code: head, address, slot with its length, true.
        const commit = { messages: 2, messageBytes, diffs: 20, insertions: 5, diffBytes: 20 * 37 + 5 * 86 };
        const usage = add(add(NO_USAGE, commit), { diffs: 1, insertions: 1, diffBytes: 1 + 20 + 33 + 1 }, codes);
        assert.ok(fits(usage, below, 2 ** 20), `${codes} codes, ${most} bytes of messages, ${i} below`);
      }
    }
  });

  it("by calculation, behind 256 imports too: their rows up to 2^27 leaves, and all but the longest messages' pubdata", () => {
    for (const usage of all) {
      const behind = add(usage, OF_IMPORTS);
      const limits = { ...PROTOCOL_LIMITS, pubdataBytes: PROTOCOL_LIMITS.pubdataBytes + 4096 };
      assert.ok(fits(behind, limits, leavesBefore(behind, 2 ** 27)), inspect(behind));
    }
  });

  it("no longer with twice the gas", () => {
    const twice = (part: number): BatchUsage =>
      add(spend(extremes[part]!), PURCHASES[part]!, (MAX_GAS / PURCHASES[part]!.spentGas) | 0);
    const tooLarge = PURCHASES.filter((_, i) => !fits(twice(i), PROTOCOL_LIMITS, leavesBefore(twice(i), MAX_LEAF_COUNT)));
    assert.deepEqual(
      tooLarge.map(({ what }) => what),
      ["a slot's other value", "a contract of a new code", "bytes of a message", "an asset flow"],
    );
  });
});

/** Sends a unit of the base token to one chain after the other. */
function sendsToManyChains(): WorstOperation {
  const router = new Interface(l2AssetRouterAbi);
  const call = router.encodeFunctionData("sendToChain", [0n, PREDEPLOYS.L2BaseToken, 1n, `0x${"be".repeat(20)}`]) as Hex;
  const length = (call.length - 2) / 2;
  // The chain's id is the first argument, and counts on the stack.
  const body = [
    0x80,
    ...push(4),
    0x52,
    0x5f,
    0x5f,
    ...push(length),
    0x5f,
    ...push(1),
    ...push(BigInt(PREDEPLOYS.L2AssetRouter)),
    0x5a,
    0xf1,
    0x50,
    ...push(1),
    0x01,
  ];
  return { family: "messages", what: "asset flows", code: loop(body, { input: call, setup: push(1000), reserve: 200_000 }) };
}

describe("the most that an operation's gas buys", () => {
  const chosen = [
    ...worstOperations().filter(({ what }) =>
      [
        "messages of 0 bytes",
        "messages of 8192 bytes",
        "CREATE of another code each time",
        "SSTORE, other value",
        "SSTORE, first value",
      ].includes(what),
    ),
    sendsToManyChains(),
  ];
  for (const operation of chosen) {
    it(`runs behind 256 imports, and L1 takes the batch: ${operation.what}`, async () => {
      const address: Hex = `0x${"b0a1".repeat(10)}`;
      const { code, storage = [] } = operation;
      const test = await startVerifiedChain({ accounts: [{ address, nonce: 1n, code, storage }] });
      await test.importRoots(
        Array.from({ length: IMPORTS }, (_, i) => ({ registryIndex: BigInt(i), root: wordToHex(BigInt(i + 1)) })),
      );
      // What takes more to prove than it may is not run, and the most that is run is a part of it.
      let gasLimit = MAX_GAS;
      const request = () =>
        test.request({ from: `0x${"5e".repeat(20)}`, to: address, valueWei: 1000n, gasLimit: BigInt(Math.floor(gasLimit)) });
      let outcome = await request();
      for (; outcome.notRun === "budget"; outcome = await request()) gasLimit *= 0.8;
      assert.deepEqual([outcome.success, outcome.notRun], [true, undefined]);
      await test.sealAndVerify();
      assert.deepEqual(test.faults, []);
      for (const batch of test.batches) assertTaken(batch);
      const last = test.batches.at(-1)!;
      assert.ok(last.canonicalTxHashes.length > 0);
      assert.ok(last.pubdata.length > 4_000, `${last.pubdata.length} bytes`);
      await test.chain.close();
    });
  }
});

/** Holds a formed batch against L1's own limits, and against the model of its gas. */
function assertTaken(batch: FormedBatch): void {
  const { pubdata, logs, entries, importedRoots, bytecodes, oldLeafCount } = batch;
  const messages = logs.flatMap((log) => (log.type === "message" ? [log] : []));
  const insertions = entries.filter(({ type }) => type === "insertion").length;
  const usage = add(NO_USAGE, {
    diffs: entries.length,
    insertions,
    codes: bytecodes.length,
    messages: messages.length,
    messageBytes: messages.reduce((sum, { body }) => sum + body.length, 0),
    diffBytes: pubdata.length,
  });
  assert.ok(pubdata.length <= PROTOCOL_LIMITS.pubdataBytes, `${pubdata.length} bytes`);
  assert.ok(messages.length <= PROTOCOL_LIMITS.messages && importedRoots.length <= IMPORTS);
  // By what is settled, which counts contents otherwise than sealing does.
  const load = l1LoadOfBatch(batch, 31_337n, MAX_PROOF_BYTES);
  for (const transaction of [...PROTOCOL_LIMITS.way, ...WITHOUT_QUORUM.way])
    assert.ok(hasRoomFor(transaction, l1CostOf(transaction, load)), inspect({ transaction, load }));
  assert.ok(executeGas(usage) <= PROTOCOL_LIMITS.executeGas);
  assert.ok(proofRows(usage, oldLeafCount) <= PROTOCOL_LIMITS.proofRows);
}
