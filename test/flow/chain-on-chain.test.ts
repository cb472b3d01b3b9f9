import assert from "node:assert/strict";
import { test } from "node:test";
import { TRANSACTION_GAS_CAP } from "../../src/chain/transaction/gas-cap.ts";
import { send } from "../../src/client/transfers/send.ts";
import { reconstruct } from "../../src/devnet/reconstruction/reconstruct.ts";
import { reconstructCarried } from "../../src/devnet/reconstruction/reconstruct-carried.ts";
import { digestToHex } from "../../src/protocol/digest.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { ALICE, clientOf, dependencies, RELAYER, settleNow, startFlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";

const [A, X, Y] = [271n, 271n + (1n << 32n), 271n + (2n << 32n)];
const CAROL = "0x00000000000000000000000000000000000ca201";

test("D3: a message between two chains on a chain takes its seven steps with real proofs, and no block of L1; both are rebuilt from L1 alone", async () => {
  const devnet = await startFlowDevnet(
    [
      { chainId: A, name: "alpha" },
      { chainId: X, name: "x", settlesOn: "alpha" },
      { chainId: Y, name: "y", settlesOn: "alpha" },
    ],
    { relayer: true, fundedAccounts: [ALICE, RELAYER] },
  );
  const chainOf = (id: bigint) => devnet.chains.find(({ chainId }) => chainId === id)!;
  const [alpha, x, y] = [clientOf(chainOf(A)), clientOf(chainOf(X)), clientOf(chainOf(Y))];
  try {
    // What the contracts and the first batches publish would fill a batch of alpha, which it then settles.
    await devnet.settle();
    const blocks = await devnet.l1.provider.getBlockNumber();
    const alice = devnet.accounts.wallet(ALICE).connect(x);
    const sent = await send(devnet.info(), { chain: X, to: { chain: Y, account: CAROL }, amount: 7n }, alice);
    const { receipts } = await settleNow(chainOf(X));
    // Solidity on alpha verified the proof, in a transaction as any account could send it.
    const proven = await alpha.getTransactionReceipt(receipts.prove!.hash);
    assert.equal(proven?.status, 1);
    assert.ok(proven.gasUsed > 1_000_000n && proven.gasUsed < TRANSACTION_GAS_CAP / 4n, `${proven.gasUsed}`);
    await devnet.relay();
    assert.equal(await y.getBalance(CAROL), 7n);
    await settleNow(chainOf(Y));
    await devnet.relay();
    const message = (await devnet.messages()).find(({ messageHash }) => messageHash === sent.messageHash);
    assert.deepEqual(
      message?.steps.map(({ step, chainId }) => [step, BigInt(chainId)]),
      [
        ["initiated", X],
        ["settled", A],
        ["inTransactionRoot", A],
        ["imported", Y],
        ["delivered", Y],
        ["executed", Y],
        ["importSettled", A],
      ],
    );
    assert.equal(await devnet.l1.provider.getBlockNumber(), blocks);
    // And then alpha's own batch, with all of that in it, is proven on L1.
    const batch = await chainOf(A).pipeline.seal();
    await chainOf(A).pipeline.settled(batch!.outputs.batchNumber);
    // What is on L1 now is all that it takes to have x and y again.
    const genesis = await genesisOf();
    const contractOf = (id: bigint) => chainOf(id).pipeline.created.hyperchain;
    const base = await reconstruct({ l1: devnet.l1.url, hyperchain: contractOf(A), genesis });
    for (const id of [X, Y]) {
      const rebuilt = await reconstructCarried(
        { base, hyperchain: contractOf(id), genesis },
        { connect: dependencies.connectChain, clock: systemClock },
      );
      assert.equal(rebuilt.stateRoot, digestToHex(chainOf(id).pipeline.chain.tree.root));
    }
  } finally {
    for (const client of [alpha, x, y]) client.destroy();
    await devnet.close();
  }
  assert.deepEqual(devnet.faults, []);
});
