import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Provider } from "ethers";
import { inclusionOf } from "../../src/ecosystem/relayer/inclusion.ts";

const HASH = `0x${"ab".repeat(32)}`;

/** A node that finds the receipt at a look, and the transaction itself as `knows` says. */
function nodeThat(receiptAt: number, knows: (search: number) => boolean) {
  let [looks, searches] = [0, 0];
  const node = {
    getTransactionReceipt: () => Promise.resolve(++looks >= receiptAt ? { hash: HASH } : null),
    getTransaction: () => Promise.resolve(knows(++searches) ? { hash: HASH } : null),
  };
  return node as unknown as Provider;
}

describe("A6: waiting for a delivery", () => {
  test("continues while its chain has the delivery, or may not have sent it to all its nodes", async () => {
    assert.equal(
      (
        await inclusionOf(
          HASH,
          nodeThat(100, (search) => search % 3 === 0),
          0,
        )
      ).hash,
      HASH,
    );
  });

  test("ends after its chain has lost the delivery", async () => {
    await assert.rejects(
      inclusionOf(
        HASH,
        nodeThat(100, (search) => search < 3),
        0,
      ),
      /is lost: another one took its nonce/,
    );
  });
});
