import assert from "node:assert/strict";
import { test } from "node:test";
import { id, toBeHex } from "ethers";
import type { BatchRecord } from "../../src/ground/protocol/batch-record.ts";
import { TransactionTree } from "../../src/ground/protocol/transaction-tree.ts";
import { RoundOver, type SentTransaction } from "../../src/ecosystem/relayer/own-account.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { Describer, type DescriberDependencies, type TokenAnnouncement } from "../../src/ecosystem/relayer/describer.ts";
import type { Journey } from "../../src/ecosystem/relayer/journey.ts";

const [STALLED, HEALTHY, HERE] = [1n, 2n, 3n];
const ZERO = toBeHex(0, 32) as Hex;
const RECORD: BatchRecord = {
  ...{ protocolVersion: 2n, oldStateRoot: ZERO, newStateRoot: ZERO, partition: ZERO, extensions: ZERO, lastBlock: 1n },
  ...{ lastTimestamp: 1n, executedAt: 1n, provenSince: 1n, firstTimestamp: 1n, refused: ZERO },
};
/** Selector of tokenAddress(bytes32). */
const TOKEN_ADDRESS = id("tokenAddress(bytes32)").slice(0, 10);

const NOTHING_IS_SENT = { send: () => Promise.reject(new Error("nothing is to be sent")) };

/** Transfer of a token that was created on this chain. */
function transferOf(originChainId: bigint, token: number): Journey {
  const transfer = { originChainId, originToken: toBeHex(token, 20) as Hex };
  return { sourceChainId: originChainId, content: { type: "transfer", transfer } } as unknown as Journey;
}

test("attack: names that a stalled chain announced, and that no root holds, delay no name of another chain", async () => {
  const looked: bigint[] = [];
  let questions = 0;
  const dependencies = {
    // L1 has no batch with any of them.
    l1View: {
      messages(chainId: bigint) {
        looked.push(chainId);
        return [];
      },
    },
    announcementOf: (sourceChainId: bigint) => ({ sourceChainId, messageHash: id("announced") as Hex }),
    signer: {},
    provider: { call: () => Promise.reject(new Error(`no question is needed: ${++questions}`)) },
  } as unknown as DescriberDependencies;
  const describer = new Describer({ chainId: HERE, policy: {} }, dependencies);
  const stalled = Array.from({ length: 16 }, (_, index) => transferOf(STALLED, index + 1));
  for (let look = 1; look <= 3; look++) {
    await describer.describe([...stalled, transferOf(HEALTHY, 99)], 7n, NOTHING_IS_SENT);
    assert.equal(looked.filter((chainId) => chainId === HEALTHY).length, look, "looked up at once when its root may be there");
  }
  assert.equal(questions, 0);
});

test("a name that comes after the end of its round is the first of the next one, and is reported so", async () => {
  let isOver = true;
  const sent: string[] = [];
  const dependencies = {
    l1View: {
      registry: TransactionTree.of(Array.from({ length: 7 }, (_, i) => id(`batch ${i}`) as Hex)),
      messages: () => [
        {
          batch: { chainId: HEALTHY, batchNumber: 1n, registryLeaf: { index: 0, record: RECORD } },
          ...{ index: 0, logLeaves: [id("leaf")], sender: toBeHex(0, 20), body: new Uint8Array() },
        },
      ],
    },
    announcementOf: () => ({ sourceChainId: HEALTHY, messageHash: id("name") }),
    // The chain does not know the token yet.
    provider: { call: () => Promise.resolve(toBeHex(0n, 32)) },
  } as unknown as DescriberDependencies;
  const describer = new Describer({ chainId: HERE, policy: {} }, dependencies);
  const round = {
    send: (call: { readonly data: Hex }): Promise<SentTransaction> => {
      if (isOver) return Promise.reject(new RoundOver("RoundOver", "others came"));
      sent.push(call.data);
      return Promise.resolve({ hash: "0x", nonce: 0, outcome: undefined });
    },
  };
  assert.equal(await describer.describe([transferOf(HEALTHY, 5)], 7n, round), false);
  isOver = false;
  assert.equal(await describer.describe([transferOf(HEALTHY, 5)], 7n, round), true);
  assert.equal(sent.length, 1);
});

test("attack: a token that tells one name after the other is brought each time after a pause that doubles, and at last with its newest name", async () => {
  const TOKEN = 5;
  let announcement: TokenAnnouncement = { sourceChainId: HEALTHY, messageHash: id("name 0") as Hex };
  const asked: number[] = [];
  let look = 0;
  const dependencies = {
    // Every root holds the batch of each announcement.
    l1View: {
      registry: TransactionTree.of(Array.from({ length: 7 }, (_, i) => id(`batch ${i}`) as Hex)),
      messages: () => [
        {
          batch: { chainId: HEALTHY, batchNumber: BigInt(look), registryLeaf: { index: 0, record: RECORD } },
          index: 0,
          logLeaves: [id("leaf")],
          sender: toBeHex(0, 20),
          body: new Uint8Array(),
        },
      ],
    },
    announcementOf: () => announcement,
    signer: {},
    // The chain has a newer word each time, so that nothing is sent.
    provider: {
      call({ data }: { readonly data: string }) {
        if (data.startsWith(TOKEN_ADDRESS)) asked.push(look);
        return Promise.resolve(toBeHex(data.startsWith(TOKEN_ADDRESS) ? 1n : 2n ** 80n, 32));
      },
    },
  } as unknown as DescriberDependencies;
  const describer = new Describer({ chainId: HERE, policy: {} }, dependencies);
  for (look = 1; look <= 16; look++) {
    announcement = { ...announcement, messageHash: id(`name ${Math.min(look, 10)}`) as Hex };
    await describer.describe([transferOf(HEALTHY, TOKEN)], 7n, NOTHING_IS_SENT);
  }
  // Pauses of 1, 2, 4 and 8 polls; the tenth name is the last, after which no request follows.
  assert.deepEqual(asked, [1, 2, 4, 8, 16]);
});
