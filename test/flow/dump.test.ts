import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { loadWorld } from "../../src/ecosystem/devnet/keeping/dump.ts";
import { ALICE, ETHER, settleNow } from "./support/devnet.ts";
import { transferOf } from "./support/interop.ts";
import { answers, Kept } from "./support/kept.ts";

const [A, B] = [271n, 272n];
const CAROL = "0x00000000000000000000000000000000000ca201";
const CHAINS = [{ chainId: A, quorum: { members: 1, threshold: 1 } }, B];

/** Delivers the message in transit to its destination and back, like a relayer. */
async function finish(kept: Kept): Promise<void> {
  await settleNow(kept.chain());
  await kept.devnet.relay();
  await settleNow(kept.chain(1));
  await kept.devnet.relay();
}

describe("B1: a running ecosystem that is dumped into one file, and loaded elsewhere", () => {
  const original = new Kept(CHAINS, { relayer: true });
  const copy = new Kept(CHAINS, { relayer: true });
  let atDump: unknown;
  before(async () => {
    await original.start();
    await original.deposit();
    await original.pay(5n);
    await settleNow(original.chain());
    await (await original.wallet(ALICE).sendTransaction(transferOf(B, ETHER, CAROL))).wait();
    await original.pollL1();
    atDump = await answers(original.devnet);
    const { bytes, keys } = await original.devnet.dump();
    assert.equal(keys, 1, "the validator's");
    await original.pay(7n);
    await loadWorld(bytes, { folder: copy.folder, name: "world.dump" });
    await copy.start();
  });
  after(async () => {
    await original.end();
    await copy.end();
  });

  test("has there the blocks, receipts, logs, roots, batches and messages of the moment when it was dumped", async () => {
    assert.deepEqual(await answers(copy.devnet), atDump);
  });

  test("continues in both places: the message in transit arrives, signed by the same validator, and is reported equally", async () => {
    for (const each of [copy, original]) {
      await finish(each);
      assert.equal(await each.client(1).getBalance(CAROL), ETHER);
      assert.equal((await each.devnet.messages())[0]?.steps.length, 7);
    }
  });

  test("is not loaded over an existing ecosystem", async () => {
    const { bytes } = await copy.devnet.dump();
    await assert.rejects(loadWorld(bytes, { folder: original.folder, name: "world.dump" }), { code: "Occupied" });
  });
});
