import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import { keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { factIndex, hashFact, MAX_CLAIMS } from "../../../src/ground/protocol/import-kinds.ts";
import { hashL2Log, l2LogTreeRoot, messageLog } from "../../../src/ground/protocol/l2-log.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { messagesOf } from "./support/bundles.ts";
import {
  ETH,
  SHARED_BRIDGE,
  startEcosystem,
  type Ecosystem,
  type MessageInclusionProof,
  type SimulatedChain,
} from "./support/ecosystem.ts";
import { BOOTLOADER, startLocalL2 } from "./support/local-l2.ts";
import { assertReverts } from "./support/revert-reason.ts";

/** Version 3 of a message's proof, a log tree of depth 14, no registry. */
const FACT_METADATA: Hex = `0x030e00${"00".repeat(29)}`;
const RECIPIENT: Hex = `0x${"ab".repeat(20)}`;
const COINBASE: Hex = `0x${"c0".repeat(20)}`;

/** Proof of the message against the fact of its batch alone. */
function byFact(proof: MessageInclusionProof): MessageInclusionProof {
  return { ...proof, proof: [FACT_METADATA, ...proof.proof.slice(1, 15)] };
}

describe("facts about batches that L1 has not executed", () => {
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  before(async () => {
    ecosystem = await startEcosystem([ETH, ETH]);
    [a, b] = [ecosystem.chains[0]!, ecosystem.chains[1]!];
    await a.deposit(a.users[0]!.address, ETH, 1_000n);
  });
  after(() => ecosystem.close());

  const rootsOf = async (chain: SimulatedChain, from: Hex) => chain.predeploy("ImportedRoots", await chain.impersonate(from));
  const importFact = async (index: bigint, logRoot: Hex): Promise<void> => {
    await b.send(await rootsOf(b, BOOTLOADER), "importRoot", index, logRoot);
  };
  async function transfer(amount: bigint): Promise<MessageInclusionProof> {
    const router = await a.predeploy("L2AssetRouter", a.users[0]);
    const receipt = await a.send(router, "sendToChain", b.chainId, PREDEPLOYS.L2BaseToken, amount, RECIPIENT, { value: amount });
    await a.sealBatch();
    return ecosystem.prove(messagesOf(receipt)[0]!.hash);
  }
  const rootOf = ({ message }: MessageInclusionProof): Hex =>
    l2LogTreeRoot([hashL2Log(messageLog(message.sender, Buffer.from(message.data.slice(2), "hex")))]);

  test("a transfer arrives by the fact of its batch, once, whichever proof is shown", async () => {
    const sent = await transfer(5n);
    const router = await b.predeploy("L2AssetRouter", b.users[0]);
    const deliver = (proof: MessageInclusionProof) => router.getFunction("deliver").staticCall(proof);
    await assertReverts(deliver(byFact(sent)), "L2AssetRouter", "InvalidMessageProof");
    await importFact(factIndex(a.chainId, sent.l1BatchNumber), rootOf(sent));
    for (const wrong of [
      { ...byFact(sent), l1BatchNumber: sent.l1BatchNumber + 1n },
      { ...byFact(sent), chainId: a.chainId + 2n ** 64n },
      { ...byFact(sent), l2MessageIndex: 1n },
      { ...byFact(sent), proof: byFact(sent).proof.with(3, wordToHex(3n)) },
    ])
      await assert.rejects(deliver(wrong));
    await b.send(router, "deliver", byFact(sent));
    assert.equal(await b.ethers.provider.getBalance(RECIPIENT), 5n);
    await b.importRoot();
    for (const proof of [sent, byFact(sent)]) await assertReverts(deliver(proof), "L2AssetRouter", "AlreadyDelivered");
  });

  test("a proof of another length or metadata has no form", async () => {
    const sent = byFact(await transfer(1n));
    const verification = await b.predeploy("MessageVerification", b.users[0]);
    const proves = (proof: readonly Hex[], chainId = a.chainId): Promise<unknown> =>
      verification
        .getFunction("proveL2MessageInclusionShared")
        .staticCall(chainId, sent.l1BatchNumber, sent.l2MessageIndex, sent.message, proof);
    assert.equal(await proves(sent.proof), false, "the fact is not imported");
    for (const proof of [
      sent.proof.slice(0, 14),
      [...sent.proof, wordToHex(0n)],
      sent.proof.with(0, `0x020e20${"00".repeat(29)}`),
    ])
      await assertReverts(proves(proof), "MessageVerification", "MalformedProof");
  });

  test("short proof to a refund: the record that it needs does not exist", async () => {
    const sent = await transfer(2n);
    await a.send(await rootsOf(a, BOOTLOADER), "importRoot", factIndex(a.chainId, sent.l1BatchNumber), rootOf(sent));
    const router = await a.predeploy("L2AssetRouter", a.users[0]);
    const refund = router.getFunction("refundTransfer").staticCall(byFact(sent), [b.chainId], a.users[0]!.address);
    await assertReverts(refund, "L2AssetRouter", "FactNotEnough", [a.chainId, sent.l1BatchNumber]);
  });

  test("second name of a fact, fact through the queue: refused", async () => {
    const roots = await rootsOf(b, BOOTLOADER);
    const root = keccak(Uint8Array.of(1));
    for (const bit of [128n, 200n, 253n]) {
      const index = factIndex(a.chainId, 77n) | (1n << bit);
      await assertReverts(roots.getFunction("importRoot").staticCall(index, root), "ImportedRoots", "MalformedFactIndex", [
        index,
      ]);
    }
    const byL1 = await rootsOf(b, aliasOf(b.chainId, SHARED_BRIDGE));
    for (const index of [factIndex(a.chainId, 77n), (3n << 254n) | 1n])
      await assertReverts(byL1.getFunction("importRootFromL1").staticCall(index, root), "ImportedRoots", "NotSentByL1", [index]);
    await byL1.getFunction("importRootFromL1").staticCall(1n << 254n, root);
  });

  test("seventeenth fact: statements count, roots do not, and each batch counts from zero", async () => {
    await b.sealBatch();
    const root = keccak(Uint8Array.of(2));
    for (let i = 0; i < MAX_CLAIMS; i++)
      await importFact(i % 4 === 3 ? (1n << 254n) | BigInt(i) : factIndex(9n, BigInt(i)), root);
    const roots = await rootsOf(b, BOOTLOADER);
    for (const index of [factIndex(9n, 99n), (1n << 254n) | 99n])
      await assertReverts(roots.getFunction("importRoot").staticCall(index, root), "ImportedRoots", "TooManyFacts", [16n]);
    await roots.getFunction("importRoot").staticCall(4_000n, root);
    const recent = (number: number): Promise<unknown> => roots.getFunction("recentFact").staticCall(number);
    assert.equal(await recent(3), hashFact(factIndex(9n, 4n), root), "the fourth fact follows a statement");
    assert.equal(await recent(12), wordToHex(0n));
    assert.equal(await b.ethers.provider.getStorage(PREDEPLOYS.ImportedRoots, 4), await recent(0));
    await b.sealBatch();
    await importFact(factIndex(9n, 50n), root);
    assert.deepEqual(
      [await recent(0), await roots.getFunction("factMask").staticCall()],
      [hashFact(factIndex(9n, 50n), root), 0n],
    );
    await b.sealBatch();
  });
});

describe("a chain with the flag of facts", () => {
  const CONFIGURATION = {
    l1ChainId: 31337n,
    l1SharedBridge: "0x00000000000000000000000000000000b41d6e00" as Hex,
    baseTokenOriginChainId: 31337n,
    baseTokenOriginToken: "0x00000000000000000000000000000000c0ffee00" as Hex,
    bornAt: 5n,
  };

  for (const serves of [false, true])
    test(`${serves ? "writes the fact of its last batch with logs, and the mask" : "that is not set writes neither slot"}`, async () => {
      const l2 = await startLocalL2(271, CONFIGURATION);
      try {
        const { provider } = l2.ethers;
        await provider.send("hardhat_setStorageAt", [PREDEPLOYS.SystemContext, "0x9", wordToHex(serves ? 0x102n : 2n)]);
        const bootloader = await l2.impersonate(BOOTLOADER);
        const context = await l2.predeploy("SystemContext", bootloader);
        const roots = await l2.predeploy("ImportedRoots", bootloader);
        const [sender] = await l2.ethers.getSigners();
        const messenger = await l2.predeploy("L1Messenger", sender);
        const logRoot = keccak(Uint8Array.of(3));
        const batch = async (number: bigint, facts: number, body?: Uint8Array): Promise<readonly [bigint, Hex]> => {
          await context.getFunction("openBatch").send(number, 0, COINBASE);
          for (let i = 0; i < facts; i++)
            await roots.getFunction("importRoot").send(factIndex(9n, 100n * number + BigInt(i)), logRoot);
          if (body !== undefined) await messenger.getFunction("sendToL1").send(body);
          await context.getFunction("closeBatch").send(0, wordToHex(0n));
          const mask = BigInt(await provider.getStorage(PREDEPLOYS.ImportedRoots, 20));
          return [mask, (await provider.getStorage(PREDEPLOYS.SystemContext, 11)) as Hex];
        };
        assert.equal(await context.getFunction("sequencingMode").staticCall(), 2n, "the mode is the lowest byte alone");
        const first = hashFact(factIndex(271n, 1n), l2LogTreeRoot([]));
        const none = [0n, wordToHex(0n)] as const;
        assert.deepEqual(await batch(1n, 2), serves ? [0x10003n, first] : none);
        assert.deepEqual(await batch(2n, 0), serves ? [0x10000n, first] : none, "a batch without logs leaves the last one's");
        const body = Uint8Array.of(1, 2);
        const log = hashL2Log(messageLog(sender!.address as Hex, body));
        const third = hashFact(factIndex(271n, 3n), l2LogTreeRoot([log]));
        assert.deepEqual(await batch(3n, 16, body), serves ? [0x1ffffn, third] : none);
      } finally {
        await l2.close();
      }
    });
});
