import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BaseContract } from "ethers";
import { hashAssetFlows, sumAssetFlows } from "../../../src/ground/protocol/asset-flows.ts";
import { ASSET_ROUTER_ADDRESS, BASE_TOKEN_ADDRESS, encodeAssetMessage } from "../../../src/ground/protocol/asset-message.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../../src/ground/protocol/held-accounts-address.ts";
import { toHex, wordToHex } from "../../../src/ground/protocol/hex.ts";
import type { PubdataLog } from "../../../src/ground/protocol/pubdata.ts";
import { encodeWithheldLogs } from "../../../src/ground/protocol/withheld-logs.ts";
import { createRandomness, type Randomness } from "../../protocol/random-batches.ts";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";
import { addressOf, view } from "./support/ecosystem.ts";

const L1_ID = 31_337n;
type FlowFields = [bigint, bigint, bigint, string, bigint];

describe("sums of asset messages", () => {
  let l1: LocalL1;
  let harness: BaseContract;
  let plain: BaseContract;
  before(async () => {
    l1 = await startLocalL1();
    harness = await l1.deploy("L1LibraryHarness");
    plain = await l1.deploy("PlainAssetFlows");
  });
  after(() => l1.close());

  const fieldsOf = (flows: Iterable<Iterable<unknown>>): FlowFields[] =>
    [...flows].map((flow) => {
      const [kind, destination, origin, token, amount] = [...flow] as [bigint, bigint, bigint, string, bigint];
      return [kind, destination, origin, token.toLowerCase(), amount];
    });

  function randomLog(random: Randomness): PubdataLog {
    const choice = random.index(10);
    if (choice === 0) return { type: "priorityOp", success: random.index(2) === 0 };
    const sender = [ASSET_ROUTER_ADDRESS, BASE_TOKEN_ADDRESS, ASSET_ROUTER_ADDRESS, addressOf(7), HELD_ACCOUNTS_ADDRESS][
      random.index(5)
    ]!;
    if (choice === 1) return { type: "message", sender, body: random.bytes(random.index(250)) };
    const body = encodeAssetMessage({
      kind: ([1, 2, 3] as const)[random.index(3)]!,
      destinationChainId: [L1_ID, 270n, 271n][random.index(3)]!,
      originChainId: [L1_ID, 270n][random.index(2)]!,
      originToken: addressOf(random.index(3)),
      amount: random.word(128),
      recipient: addressOf(1),
      sender: addressOf(2),
      nonce: random.word(256),
    });
    // A flipped byte may make it another message, or none.
    if (choice === 2) body[random.index(120)] = random.index(256);
    return { type: "message", sender, body };
  }

  test("TypeScript, the contracts' library and its plain twin agree on random logs, whatever the salt", async () => {
    const random = createRandomness(77);
    for (let round = 0; round < 12; round++) {
      const logs = Array.from({ length: round * 6 }, () => randomLog(random));
      const expected = sumAssetFlows(logs, L1_ID);
      const expectedFields = expected.map((flow): FlowFields => [
        BigInt(flow.kind),
        flow.destinationChainId,
        flow.originChainId,
        flow.originToken,
        flow.amount,
      ]);
      const encoded = toHex(encodeWithheldLogs(logs));
      for (const salt of [0n, 1n, random.word(256)]) {
        const [flows, hash] = await view<[Iterable<Iterable<unknown>>, string]>(
          harness,
          "collectFlows",
          encoded,
          L1_ID,
          wordToHex(salt),
        );
        assert.deepEqual(fieldsOf(flows), expectedFields);
        assert.equal(hash, hashAssetFlows(expected));
      }
      const messages = logs.filter((log) => log.type === "message");
      const twin = await view<Iterable<Iterable<unknown>>>(
        plain,
        "collect",
        messages.map(({ sender }) => sender),
        messages.map(({ body }) => body),
        L1_ID,
      );
      assert.deepEqual(fieldsOf(twin), expectedFields);
    }
  });

  test("sums add up exactly at the largest amounts", async () => {
    const amount = (1n << 128n) - 1n;
    const log: PubdataLog = {
      type: "message",
      sender: BASE_TOKEN_ADDRESS,
      body: encodeAssetMessage({
        kind: 2,
        destinationChainId: 5n,
        originChainId: 6n,
        originToken: addressOf(0),
        amount,
        recipient: addressOf(1),
        sender: addressOf(2),
        nonce: 0n,
      }),
    };
    const logs = Array.from({ length: 100 }, () => log);
    const encoded = toHex(encodeWithheldLogs(logs));
    const [flows] = await view<[Iterable<Iterable<unknown>>]>(harness, "collectFlows", encoded, L1_ID, wordToHex(1n));
    assert.deepEqual(fieldsOf(flows), [[2n, 5n, 6n, addressOf(0), 100n * amount]]);
  });
});
