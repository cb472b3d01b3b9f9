import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { GenesisAccount } from "../../src/chain/model/genesis.ts";
import { closingHints, openingHints, operationHints } from "../../src/proofs/machine/hints/batch-hints.ts";
import { KernelPanic } from "../../src/proofs/machine/interpreter/machine-error.ts";
import type { Hint } from "../../src/proofs/machine/interpreter/machine-state.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { canonicalTxHash, PRIORITY_OPERATION_TYPE } from "../../src/ground/protocol/priority-op.ts";
import { priorityOpsRollingHash } from "../../src/ground/protocol/rolling-hash.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { GENESIS_TIMESTAMP } from "../chain/support/engine.ts";
import { CONFIGURATION, realGenesis } from "../chain/support/predeploys.ts";
import { ReplayedChain } from "./support/replay.ts";

const [CONTEXT, MESSENGER] = [BigInt(PREDEPLOYS.SystemContext), BigInt(PREDEPLOYS.L1Messenger)];
const BORN = GENESIS_TIMESTAMP + 5n;
const TIME = GENESIS_TIMESTAMP + 10n;
const [SENDER, STORE] = [1n << 100n, 0xc0de00n];
const WORDS = [CONFIGURATION.l1ChainId, BigInt(CONFIGURATION.l1SharedBridge), CONFIGURATION.baseTokenOriginChainId, 0n, BORN];
/** Stores PREVRANDAO, TIMESTAMP, the hash of the block before and NUMBER in slots 0 to 3. */
const STORES = "0x445f5542600155600143034060025543600355" as const;
const steps = (...list: readonly (readonly Hint[])[]) => list.map((hints) => ({ hints }));
const place = (timestamp: bigint, parentHash = 1n) => ({ timestamp, parentHash });
const open = (timestamp: bigint, forgets = false, parentHash = 1n): Hint[] =>
  openingHints(place(timestamp, parentHash), forgets, { coinbase: 0n, configuration: [...WORDS, 1n] });
const reopen = (timestamp: bigint): Hint[] => openingHints(place(timestamp), false, { coinbase: 0n });
const close = (timestamp: bigint): Hint[] => closingHints(place(timestamp));
const operation = (nonce: bigint, queuedAt: bigint) => ({
  ...{ from: SENDER, to: STORE, gasLimit: 200_000n, gasPerPubdata: 800n, gasPrice: 0n, priorityFee: 0n, paymaster: 0n, nonce },
  ...{ value: 0n, minted: 0n, refundRecipient: SENDER, queuedAt, data: new Uint8Array(0) },
});
const run = (nonce: bigint, queuedAt: bigint, at = queuedAt, parents = [1n, 2n]): Hint[] =>
  operationHints(operation(nonce, queuedAt), at, parents);

describe("the kernel if L1's queue alone makes the order", () => {
  let unopened: ReplayedChain;
  before(async () => {
    const store: GenesisAccount = { address: `0x${STORE.toString(16).padStart(40, "0")}`, nonce: 1n, code: STORES };
    unopened = new ReplayedChain([...(await realGenesis()), store], GENESIS_TIMESTAMP);
  });
  const refusalOf = (...list: readonly (readonly Hint[])[]): string => {
    try {
      unopened.attempt(steps(...list));
    } catch (error) {
      if (error instanceof KernelPanic) return error.code;
      throw error;
    }
    return "nothing";
  };
  /** Words that the operations have stored, and the state's chain of hashes. */
  const storedBy = (...list: readonly (readonly Hint[])[]) => {
    const { leaves } = unopened.attempt(steps(...list));
    const slot = (account: bigint, name: bigint): bigint =>
      leaves.find((leaf) => leaf.leafKind === 0 && leaf.account === account && leaf.slot === name)?.after ?? 0n;
    return { words: [0n, 1n, 2n, 3n].map((name) => slot(STORE, name)), hashes: [7n, 8n].map((name) => slot(CONTEXT, name)) };
  };

  it("an operation's hash binds the second of L1 when it was queued", () => {
    const { leaves } = unopened.attempt(steps(open(TIME), run(0n, TIME)));
    const hash = canonicalTxHash({
      ...{ txType: PRIORITY_OPERATION_TYPE, from: SENDER, to: STORE, gasLimit: 200_000n, gasPerPubdataByteLimit: 800n },
      ...{ maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, paymaster: 0n, nonce: 0n, value: 0n, data: "0x", signature: "0x" },
      ...{ reserved: [0n, SENDER, TIME, 0n], factoryDeps: [], paymasterInput: "0x", reservedDynamic: "0x" },
    });
    const rolling = leaves.find(({ leafKind, account, slot }) => leafKind === 0 && account === MESSENGER && slot === 1n);
    assert.equal(wordToHex(rolling?.after ?? 0n), priorityOpsRollingHash([hash]));
  });

  it("operation earlier or later than it was queued: no proof", () => {
    assert.equal(refusalOf(open(TIME), run(0n, TIME)), "nothing");
    assert.equal(refusalOf(open(TIME), run(0n, TIME, TIME + 1n)), "not-the-queues-second");
    assert.equal(refusalOf(open(TIME), run(0n, TIME), run(1n, TIME + 9n)), "nothing");
    assert.equal(refusalOf(open(TIME), run(0n, TIME), run(1n, TIME + 9n, TIME + 8n)), "not-the-queues-second");
    assert.equal(refusalOf(open(TIME), run(0n, TIME), run(1n, TIME + 9n, TIME + 1_000_009n)), "not-the-queues-second");
  });

  it("opening earlier than its first operation, or later: no proof", () => {
    assert.equal(refusalOf(open(TIME - 1n), run(0n, TIME)), "not-the-queues-second");
    assert.equal(refusalOf(open(TIME + 1n), run(0n, TIME)), "timestamp-falls");
    const first = [open(TIME), run(0n, TIME), close(TIME)] as const;
    assert.equal(refusalOf(...first, reopen(TIME + 9n), run(1n, TIME + 9n)), "nothing");
    assert.equal(refusalOf(...first, reopen(TIME + 8n), run(1n, TIME + 9n)), "not-the-queues-second");
  });

  it("closing later than its last operation, also by a million seconds: no proof", () => {
    assert.equal(refusalOf(open(TIME), run(0n, TIME), close(TIME)), "nothing");
    for (const late of [1n, 1_000_000n])
      assert.equal(refusalOf(open(TIME), run(0n, TIME), close(TIME + late)), "not-the-queues-second");
  });

  it("a batch without an operation, which would move the numbers of all later ones: no proof", () => {
    for (const seconds of [BORN, TIME]) assert.equal(refusalOf(open(seconds), close(seconds)), "not-the-queues-second");
  });

  it("other hash of a block: BLOCKHASH gives 0, and the state has none", () => {
    const honest = storedBy(open(TIME), run(0n, TIME), close(TIME));
    assert.deepEqual([honest.words[1], honest.words[2], honest.hashes], [TIME, 0n, [0n, 2n ** 64n - 1n]]);
    assert.deepEqual(storedBy(open(TIME, false, 99n), run(0n, TIME, TIME, [77n, 78n]), close(TIME)), honest);
  });

  it("empty block, forgetting: no proof", () => {
    assert.equal(refusalOf(open(TIME), [1n, TIME, 1n]), "queue-only");
    assert.equal(refusalOf(open(TIME, true)), "queue-only");
  });

  it("PREVRANDAO and NUMBER by cutting: the same operations have the same, however many batches they are in", () => {
    const [first, second, third] = [run(0n, TIME), run(1n, TIME + 7n), run(2n, TIME + 20n)];
    const [a, b] = [TIME + 7n, TIME + 20n];
    const cuts = [
      [open(TIME), first, second, third],
      [open(TIME), first, close(TIME), reopen(a), second, third],
      [open(TIME), first, second, close(a), reopen(b), third],
      [open(TIME), first, close(TIME), reopen(a), second, close(a), reopen(b), third],
    ].map((list) => storedBy(...list).words);
    assert.deepEqual(cuts[0]?.slice(1), [b, 0n, 10n], "opening, two blocks an operation, and two between two");
    for (const cut of cuts) assert.deepEqual(cut, cuts[0]);
  });
});
