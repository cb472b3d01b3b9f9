import assert from "node:assert/strict";
import { it } from "node:test";
import type { UnformedChain } from "../../../src/chain/batch/forming.ts";
import type { NamedHead } from "../../../src/chain/model/block.ts";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { startVerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";

it("what follows a validator's runs finds the block before the first batch, whichever block is run", async () => {
  const wallet = new TestWallet(91);
  const heads: NamedHead[] = [];
  const test = await startVerifiedChain({
    accounts: [{ address: wallet.address, balanceWei: 10n ** 18n }],
    validatorsFollowers: (chain: UnformedChain) => [
      {
        name: "heads",
        on: () => void heads.push(chain.head()),
        mark: () => undefined,
        returnTo: () => undefined,
        digest: () => wordToHex(0n),
      },
    ],
  });
  try {
    for (let batch = 0; batch < 2; batch++) {
      await test.chain.submit(await wallet.signRaw({ to: wallet.address, value: 1n }));
      await test.sealAndVerify();
    }
    // An opening, a payment and a seal in each batch.
    assert.equal(heads.length, 6);
    const genesis = { number: 0n, timestamp: 0n, hash: test.inputs(0n).parentHash };
    for (const head of heads) assert.deepEqual(head, genesis);
  } finally {
    await test.chain.close();
  }
});
