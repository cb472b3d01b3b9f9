import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getBytes, hexlify, type JsonRpcProvider, keccak256, type Signer } from "ethers";

import { deployShieldedPool, sendProvenTransfer, ShieldedWallet } from "../../src/shielded.ts";
import { ALICE, BOB, clientOf, ETHER, RELAYER, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";

const [A, V] = [271n, 272n];
const FRESH = `0x${"f7".repeat(20)}`;

describe("G5: coins move on a hyperchain without their owners and amounts", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let alice: Signer;
  let relayer: Signer & { readonly address: string };
  let pool: string;
  let ofAlice: ShieldedWallet;
  let ofBob: ShieldedWallet;

  /** Seed of a wallet, the same at each run. */
  const seedOf = (account: number): Uint8Array => getBytes(keccak256(devnet.accounts.wallet(account).privateKey));

  before(async () => {
    // One chain is read by everybody because its data are on L1, the other by its operator's choice.
    devnet = await startFlowDevnet([A, { chainId: V, dataAvailability: "validium", openReads: true }], { singletons: true });
    const [chain] = devnet.chains;
    assert.ok(chain);
    client = clientOf(chain);
    alice = devnet.accounts.wallet(ALICE).connect(client);
    relayer = devnet.accounts.wallet(RELAYER).connect(client);
    pool = await deployShieldedPool(alice);
    ofAlice = await ShieldedWallet.create(seedOf(ALICE), { pool, provider: client });
    ofBob = await ShieldedWallet.create(seedOf(BOB), { pool, provider: client });
  });
  after(async () => {
    await Promise.all([ofAlice.close(), ofBob.close()]);
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("alice deposits, sends bob 2, and bob withdraws to a fresh account by a relayer", async () => {
    await (await ofAlice.deposit(3n * ETHER, alice)).wait();
    await ofAlice.sync();
    assert.equal(ofAlice.balance, 3n * ETHER);
    await (await ofAlice.send({ to: ofBob.address, amount: 2n * ETHER }, alice)).wait();
    await Promise.all([ofAlice.sync(), ofBob.sync()]);
    assert.deepEqual([ofAlice.balance, ofBob.balance], [ETHER, 2n * ETHER]);

    const fee = ETHER / 100n;
    const proven = await ofBob.proveWithdrawal({ to: FRESH, amount: ETHER, relayer: relayer.address, fee });
    await (await sendProvenTransfer(proven, relayer)).wait();
    assert.equal(await client.getBalance(FRESH), ETHER - fee);
    await ofBob.sync();
    assert.equal(ofBob.balance, ETHER);
    assert.equal(await client.getBalance(pool), 2n * ETHER);
  });

  test("no event names bob, nor an amount that moved inside", async () => {
    const logs = await client.getLogs({ address: pool, fromBlock: 0, toBlock: "latest" });
    const text = logs.map(({ topics, data }) => topics.join() + data).join();
    assert.equal(logs.length, 4); // three transfers, one withdrawal
    const bob = devnet.accounts.wallet(BOB).address.slice(2).toLowerCase();
    const inside = (2n * ETHER).toString(16);
    for (const secret of [bob, inside, hexlify(getBytes(ofBob.address).slice(0, 32)).slice(2)])
      assert.ok(!text.includes(secret), secret);
  });

  test("a wallet opened again from its seed finds its notes, spends no more than they hold, and withdraws all", async () => {
    const again = await ShieldedWallet.create(seedOf(BOB), { pool, provider: client });
    await again.sync();
    assert.equal(again.balance, ETHER);
    await assert.rejects(again.send({ to: ofAlice.address, amount: ETHER + 10n ** 9n }, alice), { code: "BalanceTooLow" });
    await assert.rejects(again.send({ to: ofAlice.address, amount: 1n }, alice), { code: "BadAmount" });
    await assert.rejects(again.send({ to: "0x1234", amount: ETHER }, alice), { code: "BadAddress" });
    const before = await client.getBalance(FRESH);
    await (await again.withdraw({ to: FRESH, amount: ETHER }, alice)).wait();
    await again.sync();
    assert.deepEqual([again.balance, (await client.getBalance(FRESH)) - before], [0n, ETHER]);
    await again.close();
  });

  test("a relayer sends a payment inside the pool for a fee, so the payer sends nothing", async () => {
    const sent = await client.getTransactionCount(alice);
    const held = await client.getBalance(relayer.address);
    const fee = ETHER / 10n;
    const proven = await ofAlice.proveSend({ to: ofBob.address, amount: ETHER / 2n, relayer: relayer.address, fee });
    const receipt = await (await sendProvenTransfer(proven, relayer)).wait();
    await Promise.all([ofAlice.sync(), ofBob.sync()]);
    assert.deepEqual([ofAlice.balance, ofBob.balance], [ETHER / 2n - fee, ETHER / 2n]);
    assert.equal(await client.getTransactionCount(alice), sent);
    assert.equal(await client.getBalance(relayer.address), held + fee - (receipt?.fee ?? 0n));
  });

  test("L1 executes the batch with all of this, by its proof", async () => {
    const { receipts } = await settleNow(devnet.chains[0]!);
    assert.equal(receipts.prove?.status, 1);
  });

  test("an outsider uses the pool of a validium that every caller may read", async () => {
    const ofValidium = clientOf(devnet.chains[1]!);
    const outsider = devnet.accounts.wallet(RELAYER).connect(ofValidium);
    assert.equal(await deployShieldedPool(outsider), pool);
    const wallet = await ShieldedWallet.create(seedOf(RELAYER), { provider: ofValidium });
    await (await wallet.deposit(ETHER, outsider)).wait();
    await wallet.sync();
    assert.equal(wallet.balance, ETHER);
    await wallet.close();
    ofValidium.destroy();
  });
});
