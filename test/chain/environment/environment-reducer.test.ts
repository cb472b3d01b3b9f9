import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { EnvironmentReducer } from "../../../src/chain/environment/environment-reducer.ts";
import type { ExecutionEnvironment, StepEffects } from "../../../src/chain/environment/execution-environment.ts";
import type { ProvenMessage } from "../../../src/chain/environment/message-proof.ts";
import { takeOperationsFirst } from "../../../src/chain/ordering/replan.ts";
import { PROTOCOL_LIMITS } from "../../../src/chain/ordering/limits.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import {
  ASSET_ROUTER_ADDRESS,
  AssetMessageKind,
  decodeAssetMessage,
  encodeAssetMessage,
} from "../../../src/ground/protocol/asset-message.ts";
import { hashRefusedDestinations, type BatchRecord } from "../../../src/ground/protocol/batch-record.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { hashL2Log, l2LogTreeRoot, messageLog } from "../../../src/ground/protocol/l2-log.ts";
import { encodeMessageProof, l2LogTreeProof } from "../../../src/ground/protocol/message-proof.ts";
import { TransactionTree, transactionTreeLeaf } from "../../../src/ground/protocol/transaction-tree.ts";

const [CHAIN, SOURCE, L1, BORN_AT] = [272n, 271n, 1n, 1_000n];
const ACCOUNT: Hex = `0x${"b0".repeat(20)}`;

const RECORD: BatchRecord = {
  protocolVersion: 2n,
  oldStateRoot: wordToHex(1n),
  newStateRoot: wordToHex(2n),
  partition: wordToHex(0n),
  extensions: wordToHex(3n),
  lastBlock: 4n,
  lastTimestamp: 1_100n,
  executedAt: 1_200n,
  provenSince: 1n,
  firstTimestamp: BORN_AT + 1n,
  refused: hashRefusedDestinations([]),
};

interface Sent {
  readonly from?: bigint;
  readonly to?: bigint;
  readonly sender?: Hex;
  readonly record?: Partial<BatchRecord>;
}

/** A transfer that is alone in its batch, the only leaf of the registry, with its proof and the registry's root. */
function sentMessage({ from = SOURCE, to = CHAIN, sender = ASSET_ROUTER_ADDRESS, record: changed = {} }: Sent = {}) {
  const body = encodeAssetMessage({
    kind: AssetMessageKind.hyperbridgeSend,
    destinationChainId: to,
    originChainId: L1,
    originToken: `0x${"00".repeat(20)}`,
    amount: 7n,
    recipient: ACCOUNT,
    sender: ACCOUNT,
    nonce: 0n,
  });
  const record = { ...RECORD, ...changed };
  const logs = [hashL2Log(messageLog(sender, body))];
  const tree = TransactionTree.of([
    transactionTreeLeaf({ chainId: from, batchNumber: 5n, logRoot: l2LogTreeRoot(logs), record }),
  ]);
  const message: ProvenMessage = {
    chainId: from,
    l1BatchNumber: 5n,
    l2MessageIndex: 0,
    message: { sender, data: toHex(body) },
    proof: encodeMessageProof({
      logSiblings: l2LogTreeProof(logs, 0),
      registryLeafIndex: 0n,
      registrySiblings: tree.prove(0),
      registryRootIndex: 1n,
      record,
    }),
  };
  return { message, roots: [{ registryIndex: 1n, root: tree.root() }] };
}

describe("the order of a chain with an execution environment", () => {
  let reducer: EnvironmentReducer<StepEffects<string>, string>;
  beforeEach(() => {
    const environment: ExecutionEnvironment<StepEffects<string>, string> = {
      name: "as told",
      execute: (step) => (step.type === "command" ? step.command : { writes: [], receipt: step.type }),
      mark: () => undefined,
      returnTo: () => undefined,
    };
    const tree = StateTree.genesis([], { compressor: createCompressor() });
    const rules = { chainId: CHAIN, settlementChainId: L1, bornAt: BORN_AT, extensions: wordToHex(9n), limits: PROTOCOL_LIMITS };
    reducer = new EnvironmentReducer(rules, { environment, tree });
  });
  const imports = async (roots: ReturnType<typeof sentMessage>["roots"]) =>
    reducer.carryOut({ type: "imports", roots, timestamp: BORN_AT });
  const deliver = (message: ProvenMessage) => reducer.carryOut({ type: "delivery", message, timestamp: BORN_AT });
  const command = (effects: Partial<StepEffects<string>>, timestamp = BORN_AT) =>
    reducer.carryOut({ type: "command", command: { writes: [], receipt: "done", ...effects }, timestamp });

  test("delivers an included transfer once, and tells L1 that its amount arrived", async () => {
    const { message, roots } = sentMessage();
    await assert.rejects(deliver(message), { code: "NotIncluded" });
    await imports(roots);
    assert.equal((await deliver(message)).receipt, "arrival");
    await assert.rejects(deliver(message), { code: "AlreadyDelivered" });
    const { sealed } = await reducer.carryOut({ type: "seal", timestamp: BORN_AT });
    const [log] = sealed?.logs ?? [];
    assert.ok(log?.type === "message" && log.sender === ASSET_ROUTER_ADDRESS);
    const { kind, amount, recipient } = decodeAssetMessage(log.body)!;
    assert.deepEqual([kind, amount, recipient], [AssetMessageKind.hyperbridgeDelivery, 7n, ACCOUNT]);
    assert.deepEqual([sealed?.outputs.firstBlock, sealed?.outputs.lastBlock], [1n, 3n]);
  });

  test("refuses a proof in which any word, index, chain, batch or byte differs", async () => {
    const { message, roots } = sentMessage();
    await imports(roots);
    const changed = message.proof.map((word, i) => ({
      ...message,
      proof: message.proof.with(i, wordToHex(BigInt(word) + 1n)),
    }));
    const others: readonly ProvenMessage[] = [
      ...changed,
      { ...message, chainId: 270n },
      { ...message, l1BatchNumber: 6n },
      // Numbers that no word holds: another error than a refusal would stop the chain.
      ...[-1n, 2n ** 256n].flatMap((beyond) => [
        { ...message, chainId: beyond },
        { ...message, l1BatchNumber: beyond },
      ]),
      { ...message, l2MessageIndex: 1 },
      { ...message, l2MessageIndex: 2 ** 14 },
      { ...message, l2MessageIndex: 0.5 },
      { ...message, proof: message.proof.slice(1) },
      { ...message, proof: [...message.proof, wordToHex(0n)] },
      { ...message, proof: message.proof.with(3, "0x12") },
      { ...message, message: { ...message.message, data: `${message.message.data}00` } },
      { ...message, message: { ...message.message, sender: "0x12" } },
    ];
    for (const other of others) await assert.rejects(deliver(other), { name: "EnvironmentRefusal", code: "NotIncluded" });
    assert.equal((await deliver(message)).receipt, "arrival");
  });

  for (const [name, sent, code] of [
    ["to another chain", { to: 270n }, "NotATransferHere"],
    ["by another sender than a router", { sender: ACCOUNT }, "NotATransferHere"],
    ["of a batch before the chain's creation", { record: { firstTimestamp: BORN_AT } }, "SentBeforeChain"],
  ] as const)
    test(`refuses a transfer ${name}`, async () => {
      const { message, roots } = sentMessage(sent);
      await imports(roots);
      await assert.rejects(deliver(message), { name: "EnvironmentRefusal", code });
    });

  test("refunds its transfer if L1 refused the destination, once", async () => {
    const { message, roots } = sentMessage({ from: CHAIN, to: 999n, record: { refused: hashRefusedDestinations([999n]) } });
    await imports(roots);
    const refund = (refused: readonly bigint[]) => reducer.carryOut({ type: "refund", message, refused, timestamp: BORN_AT });
    await assert.rejects(refund([998n]), { code: "NotRefused" });
    await assert.rejects(refund([999n, 998n]), { code: "NotRefused" });
    assert.equal((await refund([999n])).receipt, "refund");
    await assert.rejects(refund([999n]), { code: "AlreadyDelivered" });
  });

  test("numbers transfers, and writes each changed leaf once", async () => {
    const leaf = { leafKind: LeafKind.account, address: 0xb0n, slot: 0n };
    const transfer = { destinationChainId: SOURCE, originChainId: L1, originToken: `0x${"00".repeat(20)}` as Hex };
    const send = { ...transfer, amount: 1n, fee: 1n, recipient: ACCOUNT, sender: ACCOUNT };
    await command({ writes: [{ ...leaf, value: 5n }], transfers: [send] });
    await command({
      writes: [
        { ...leaf, value: 6n },
        { ...leaf, slot: 0n, address: 0xb1n, value: 0n },
      ],
      transfers: [send],
    });
    const { sealed } = await reducer.carryOut({ type: "seal", timestamp: BORN_AT });
    const nonces = sealed?.logs.map((log) => (log.type === "message" ? decodeAssetMessage(log.body)?.nonce : undefined));
    assert.deepEqual(nonces, [2n ** 128n, 2n ** 128n + 1n]);
    assert.deepEqual(sealed?.writes, [
      { ...leaf, value: 6n },
      { leafKind: LeafKind.storage, address: BigInt(ASSET_ROUTER_ADDRESS), slot: 0n, value: 2n },
    ]);
  });

  test("refuses effects that belong to the protocol or exceed a step, and a step of an earlier second", async () => {
    const storage = { leafKind: LeafKind.storage, slot: 1n, value: 1n };
    for (const address of [0x10003n, 0x800bn])
      await assert.rejects(command({ writes: [{ ...storage, address }] }), { code: "ReservedLeaf" });
    const body = new Uint8Array(1);
    for (const sender of [ASSET_ROUTER_ADDRESS, `0x${"800a".padStart(40, "0")}`] as const)
      await assert.rejects(command({ messages: [{ sender, body }] }), { code: "ReservedLeaf" });
    const many = Array.from({ length: 257 }, (_, i) => ({ ...storage, address: 0xb0n, slot: BigInt(i) }));
    await assert.rejects(command({ writes: many }), { code: "EffectsTooLarge" });
    await command({}, BORN_AT + 1n);
    await assert.rejects(command({}), { code: "TimeRunsBackwards" });
  });

  test("is full before a batch exceeds its limits", async () => {
    for (let i = 0; !reducer.isFull; i++) {
      assert.ok(i < 100);
      const writes = Array.from({ length: 256 }, (_, leaf) => ({
        ...{ leafKind: LeafKind.storage, address: 0xb0n, value: 1n },
        slot: BigInt(256 * i + leaf),
      }));
      await command({ writes });
    }
    const { sealed } = await reducer.carryOut({ type: "seal", timestamp: BORN_AT });
    assert.ok((sealed?.writes.length ?? 0) <= PROTOCOL_LIMITS.diffs);
    assert.ok((sealed?.writes.length ?? 0) >= 512);
    assert.equal(reducer.isFull, false);
  });
});

test("replayed decisions have all operations in the first batch, in the queue's order", () => {
  const operation = (nonce: bigint) => ({ type: "operation", operation: { nonce } as never }) as const;
  const command = (name: string) => ({ type: "command", command: name }) as const;
  const seal = { type: "seal" } as const;
  const done = [command("a"), operation(0n), seal, command("b"), operation(1n), seal, command("c")];
  assert.deepEqual(takeOperationsFirst(done, [operation(2n)], "end"), [
    ...[command("a"), operation(0n), operation(1n), operation(2n), seal],
    ...[command("b"), seal, command("c")],
  ]);
});
