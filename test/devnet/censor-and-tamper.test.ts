import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, BOB, clientOf, refusalOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { genesisOf } from "../flow/support/genesis.ts";

const A = 271n;
const CAROL: Hex = "0x00000000000000000000000000000000000ca201";
const WINDOW_SECONDS = 600;

describe("I8: faults by which an operator censors and tampers", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let start: Hex;
  let resealed = 0;
  const wallet = (number: number) => devnet.accounts.wallet(number).connect(client);
  const address = (number: number): Hex => devnet.accounts.wallet(number).address.toLowerCase() as Hex;
  const fault = (described: object): Promise<unknown> => client.send("hyperchain_setFault", [described]);
  const pay = async (number: number, value: bigint): Promise<void> => {
    await (await wallet(number).sendTransaction({ to: CAROL, value })).wait();
  };
  const request = (number: number, valueWei: bigint) =>
    requestFromL1(
      devnet.ecosystem.addresses.factory,
      { chainId: A, to: CAROL, valueWei },
      devnet.accounts.wallet(number).connect(devnet.l1.provider),
    );
  const rebuild = async (place = 0) =>
    reconstruct({
      l1: devnet.l1.provider,
      hyperchain: devnet.chains[place]!.pipeline.created.hyperchain,
      genesis: await genesisOf(),
    });
  /** Each test begins with the same state and no fault. */
  const anew = async (): Promise<void> => {
    assert.equal(await devnet.revert(start), true);
    start = await devnet.snapshot();
  };

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha", priorityOpWindowSeconds: WINDOW_SECONDS },
        { chainId: 272n, name: "guarded", quorum: { members: 1, threshold: 1 } },
      ],
      { proofs: "none", fundedAccounts: [ALICE, BOB] },
      { onUpdate: (_chainId, { type }) => void (resealed += Number(type === "resealed")) },
    );
    client = clientOf(devnet.chains[0]!);
    await devnet.settle();
    start = await devnet.snapshot();
  });
  after(async () => {
    client.destroy();
    await devnet.close();
  });

  test("a censored sender's transactions wait in the pool while others are included, and the queue on L1 forces them", async () => {
    await fault({ type: "censor", chainId: Number(A), target: devnet.accounts.wallet(ALICE).address });
    const left = await wallet(ALICE).sendTransaction({ to: CAROL, value: 1n });
    await pay(BOB, 10n);
    await client.send("evm_mine", []);
    assert.deepEqual([await client.getBalance(CAROL), await client.getTransactionReceipt(left.hash)], [10n, null]);
    assert.equal((await client.send("txpool_status", [])).pending, "0x1");

    await request(ALICE, 100n);
    await devnet.relay();
    assert.equal(await client.getBalance(CAROL), 110n);
    const [settled] = await devnet.settle(A);
    assert.ok(settled !== undefined && settled.transactions > 0);
    assert.equal(await client.getTransactionReceipt(left.hash), null);

    // The operation has used the nonce of the one that was left out, behind which the next one waits.
    const next = await wallet(ALICE).sendTransaction({ to: CAROL, value: 1_000n, nonce: left.nonce + 1 });
    await fault({ type: "clear" });
    await next.wait();
    assert.deepEqual([await client.getBalance(CAROL), await client.getTransactionReceipt(left.hash)], [1_110n, null]);
  });

  test("a censored operation, and all behind it, wait until L1's deadline, at which the chain must take them", async () => {
    await anew();
    const { canonicalTxHash } = await request(ALICE, 5n);
    await request(BOB, 7n);
    await fault({ type: "censor", chainId: Number(A), target: canonicalTxHash });
    await devnet.relay();
    await pay(BOB, 1n);
    assert.equal((await devnet.settle(A)).length, 1);
    assert.equal(await client.getBalance(CAROL), 1n);
    const before = resealed;
    await devnet.l1.request("evm_increaseTime", [2 * WINDOW_SECONDS + 60]);
    await devnet.l1.request("evm_mine");
    await pay(BOB, 1n);
    await devnet.settle(A);
    assert.equal(await client.getBalance(CAROL), 14n);
    assert.equal(resealed, before + 1);
  });

  test("tampered data of a chain whose operator alone signs are executed by L1, and a reconstruction finds them", async () => {
    await anew();
    assert.equal((await rebuild()).batches.length, 1);
    await fault({ type: "tamperNextData", chainId: Number(A) });
    await pay(ALICE, 3n);
    assert.equal((await devnet.settle(A)).length, 1);
    await assert.rejects(rebuild(), (error: { name: string; code: string; batchNumber: bigint }) => {
      assert.deepEqual([error.name, error.batchNumber], ["ReconstructionError", 1n]);
      return true;
    });
    // One batch only: the next one is as it should be.
    await pay(ALICE, 3n);
    assert.equal((await devnet.settle(A)).length, 1);
  });

  test("tampered data are refused by a validator that executes, and forming the batch again mends the chain", async () => {
    await anew();
    const guarded = clientOf(devnet.chains[1]!);
    try {
      await fault({ type: "tamperNextData", chainId: 272 });
      await (await devnet.accounts.wallet(ALICE).connect(guarded).sendTransaction({ to: CAROL, value: 3n })).wait();
      await assert.rejects(devnet.settle(272n), /CommitmentMismatch|comes out as/);
      assert.match((await devnet.status()).chains[1]?.fault ?? "", /comes out as/);
      await devnet.reseal(272n);
      await devnet.settle(272n);
      const { executed, sealed } = devnet.chains[1]!.pipeline.progress();
      assert.equal(executed, sealed);
      assert.equal((await rebuild(1)).batches.length, executed);
      assert.equal(await guarded.getBalance(CAROL), 3n);
    } finally {
      guarded.destroy();
    }
  });

  test("an invalid target is refused with the valid ones, and a return to a snapshot ends the faults", async () => {
    await anew();
    for (const target of ["all", "0x12", 7]) {
      const { message } = await refusalOf(client, "hyperchain_setFault", [{ type: "censor", chainId: 271, target }]);
      assert.match(message, /censor \(chainId, target\).*of censor an account or the hash of an operation; wrong is target/);
    }
    await fault({ type: "censor", chainId: Number(A), target: address(ALICE) });
    await anew();
    await pay(ALICE, 2n);
    assert.equal(await client.getBalance(CAROL), 2n);
  });
});
