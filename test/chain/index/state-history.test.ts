import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { accountHeader } from "../../../src/chain/model/genesis.ts";
import type { StateKey } from "../../../src/chain/state/state-key.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { TestWallet } from "../support/wallet.ts";
import { verifyProof } from "../state/support/verify-proof.ts";

const ETHER = 10n ** 18n;
const SINK: Hex = `0x${"c4".repeat(20)}`;
const key: StateKey = { leafKind: LeafKind.account, address: BigInt(SINK), slot: 0n };

describe("a chain's history of states", () => {
  let test: TestChain;
  const wallet = new TestWallet(91);

  before(async () => {
    test = await startTestChain({ genesis: [{ address: wallet.address, balanceWei: 100n * ETHER }] });
  });
  after(() => test.chain.close());

  /** Seals a batch that sends one ether more to the sink. */
  async function settleTransfer(): Promise<void> {
    await test.chain.submit(await wallet.signRaw({ to: SINK, value: ETHER }));
    await test.chain.seal();
  }

  async function provenBalance(batchNumber: bigint): Promise<bigint> {
    const { root, values } = await test.chain.history.prove(batchNumber, [key]);
    assert.equal(digestToHex(root), test.chain.archive.batch(batchNumber)?.stateRoot);
    const result = verifyProof(root, key, values[0]!.proof);
    assert.ok(result.ok);
    assert.equal(result.value, values[0]!.value);
    return result.value;
  }

  it("proves a value under the root of any batch, in any order", async () => {
    for (let i = 0; i < 4; i++) await settleTransfer();
    for (const batch of [3n, 1n, 4n, 2n, 2n]) assert.equal(await provenBalance(batch), accountHeader(0n, batch * ETHER));
    await assert.rejects(test.chain.history.prove(5n, [key]), { code: "BatchUnknown" });
    await assert.rejects(test.chain.history.prove(0n, [key]), { code: "BatchUnknown" });
    assert.deepEqual(
      test.batches.map(({ newStateRoot }) => digestToHex(newStateRoot)),
      [1n, 2n, 3n, 4n].map((n) => test.chain.archive.batch(n)?.stateRoot),
    );
  });

  it("follows a chain that returns to an earlier state", async () => {
    const mark = await test.chain.snapshot();
    const { nonce } = wallet;
    await settleTransfer();
    assert.equal(await provenBalance(5n), accountHeader(0n, 5n * ETHER));
    await test.chain.revert(mark);
    wallet.nonce = nonce;
    await assert.rejects(test.chain.history.prove(5n, [key]), { code: "BatchUnknown" });
    assert.equal(test.chain.archive.batch(5n), undefined);
    assert.equal(test.chain.archive.last?.number, 4n);
    await test.chain.submit(await wallet.signRaw({ to: SINK, value: 7n * ETHER }));
    await test.chain.seal();
    assert.equal(await provenBalance(5n), accountHeader(0n, 11n * ETHER));
  });

  it("answers many at once, and says when it is too many", async () => {
    const asked = [4n, 1n, 3n].map(provenBalance);
    assert.deepEqual(
      await Promise.all(asked),
      [4n, 1n, 3n].map((n) => accountHeader(0n, n * ETHER)),
    );
    const waiting = Array.from({ length: 16 }, () => test.chain.history.prove(1n, [key]));
    assert.throws(() => test.chain.history.prove(1n, [key]), { code: "Busy" });
    await Promise.all(waiting);
    await test.chain.history.prove(1n, [key]);
  });
});
