import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, type Provider, type Signer } from "ethers";

import { lockedPoolObjection } from "../../src/ecosystem/client/pool/locked-pool.ts";
import { putDeployer } from "../../src/ecosystem/client/sending/deployed-contract.ts";
import { senderOn } from "../../src/ecosystem/client/sending/submit.ts";
import {
  deployShieldedPool,
  sendProvenTransfer,
  SHIELDED_POOL_ADDRESS,
  shieldedPoolAbi,
  ShieldedWallet,
} from "../../src/shielded.ts";
import { deployPool, GWEI } from "../contracts/shielded/support/pool.ts";
import { type LocalL1, startLocalL1 } from "../support/l1.ts";

const SEED = new Uint8Array(32).fill(5);
const FRESH = `0x${"f8".repeat(20)}`;
/** Versions of trusted and of proven chains. */
const [TRUSTED, PROVEN] = [2n, 0x203n];

describe("a wallet of a shielded pool", () => {
  let l1: LocalL1;
  let provider: Provider;
  let signer: Signer;
  let wallet: ShieldedWallet;

  before(async () => {
    l1 = await startLocalL1();
    provider = l1.ethers.provider as unknown as Provider;
    signer = (await l1.ethers.getSigners())[0] as unknown as Signer;
    const { chainId } = await provider.getNetwork();
    await assert.rejects(ShieldedWallet.create(SEED, { provider }), { code: "NoPool" });
    await assert.rejects(deployShieldedPool(signer), { code: "NoContract", message: /singletons/ });
    await putDeployer(await senderOn(signer, { name: "l1", chainId: Number(chainId) }));
    await deployShieldedPool(signer);
    wallet = await ShieldedWallet.create(SEED, { provider });
  });
  after(async () => {
    await wallet.close();
    await l1.close();
  });

  const deposit = async (gwei: bigint, by = wallet): Promise<void> => {
    await (await by.deposit(gwei * GWEI, signer)).wait();
  };
  /** The provider with some methods of others. */
  const changed = (methods: object): Provider =>
    new Proxy(provider, {
      get(target, name) {
        const value: unknown = Reflect.get(name in methods ? methods : target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  const send = (method: string, ...params: readonly unknown[]): Promise<unknown> => l1.ethers.provider.send(method, [...params]);

  test("is in the one pool of its chain, which is deployed once", async () => {
    const count = await provider.getTransactionCount(signer);
    assert.equal(await deployShieldedPool(signer), SHIELDED_POOL_ADDRESS);
    assert.equal(await provider.getTransactionCount(signer), count);
    assert.equal(wallet.balance, 0n);
  });

  test("is not opened in a pool whose verifier takes no proof of this package", async () => {
    const pool = await (await deployPool(l1, await l1.deploy("AcceptingVerifier"))).getAddress();
    await assert.rejects(ShieldedWallet.create(SEED, { pool, provider }), { code: "OtherPool", message: new RegExp(pool) });
    const place = { pool, provider, trustsOtherPool: true };
    await assert.rejects(ShieldedWallet.create(SEED, place), { code: "OtherVerifier", message: /0x0{64}/ });
    // Spelled in lower case it is the same pool.
    await (await ShieldedWallet.create(SEED, { pool: SHIELDED_POOL_ADDRESS.toLowerCase(), provider })).close();
  });

  test("attack: requests at one time count no note twice", async () => {
    await Promise.all([deposit(5n), wallet.sync(), deposit(6n), wallet.sync()]);
    await Promise.all([wallet.sync(), wallet.sync()]);
    assert.equal(wallet.balance, 11n * GWEI);
  });

  test("attack: a reverted batch, and other transfers in blocks whose numbers were read", async () => {
    const other = await ShieldedWallet.create(SEED, { provider });
    const snapshot = await send("evm_snapshot");
    await send("hardhat_mine", "0x5");
    await wallet.sync();
    await send("evm_revert", snapshot);
    await deposit(7n, other);
    await send("hardhat_mine", "0x5");
    await wallet.sync();
    assert.equal(wallet.balance, 18n * GWEI);
    await other.close();
  });

  test("attack: a reverted batch with a spent note, which can be spent again", async () => {
    const snapshot = await send("evm_snapshot");
    await (await wallet.withdraw({ to: FRESH, amount: 18n * GWEI - 5n * GWEI }, signer)).wait();
    await wallet.sync();
    assert.equal(wallet.balance, 5n * GWEI);
    await send("evm_revert", snapshot);
    await wallet.sync();
    assert.equal(wallet.balance, 18n * GWEI);
  });

  test("attack: a URL that names another chain id than contracts see, as a porter's does", async () => {
    const other = await ShieldedWallet.create(SEED, {
      provider: changed({ getNetwork: async () => ({ chainId: 1271n, name: "porter" }) }),
    });
    await deposit(2n, other);
    await other.sync();
    assert.equal(other.balance, 20n * GWEI);
    await other.close();
  });

  test("attack: so much data in events that a node answers for few blocks at a time", async () => {
    let refusals = 0;
    const getLogs: Provider["getLogs"] = async (filter) => {
      const logs = await provider.getLogs(filter);
      if (logs.length <= 1) return logs;
      refusals += 1;
      throw new Error("TooManyLogs");
    };
    const strict = changed({ getLogs });
    const other = await ShieldedWallet.create(SEED, { provider: strict });
    await other.sync();
    assert.equal(other.balance, 20n * GWEI);
    assert.ok(refusals > 0);
    await other.close();
  });

  test("attack: a fee that any account could take by a copied transaction, and one above the amount", async () => {
    const withdrawal = { to: FRESH, amount: 5n * GWEI, fee: GWEI };
    await assert.rejects(wallet.proveWithdrawal(withdrawal), { code: "FeeWithoutRelayer" });
    await assert.rejects(wallet.proveWithdrawal({ ...withdrawal, relayer: FRESH, fee: 6n * GWEI }), { code: "BadAmount" });
    for (const place of [{ to: "0x1234", relayer: FRESH }, { relayer: "alice" }])
      await assert.rejects(wallet.proveWithdrawal({ ...withdrawal, ...place }), { code: "BadAddress" });
  });

  test("attack: a relayed transfer that another account sends, or that is sent twice, is refused at no cost", async () => {
    const snapshot = await send("evm_snapshot");
    const other = (await l1.ethers.getSigners())[1] as unknown as Signer;
    const relayer = await other.getAddress();
    const proven = await wallet.proveWithdrawal({ to: FRESH, amount: 5n * GWEI, relayer, fee: GWEI });
    const costs = async (by: Signer, error: RegExp): Promise<void> => {
      const before = [await provider.getBalance(by), await provider.getTransactionCount(by)];
      await assert.rejects(sendProvenTransfer(proven, by), { code: "TransferRefused", message: error });
      assert.deepEqual([await provider.getBalance(by), await provider.getTransactionCount(by)], before);
    };
    await costs(signer, /NotTheRelayer/);
    await (await sendProvenTransfer(proven, other)).wait();
    await costs(other, /NullifierSpent/);
    await send("evm_revert", snapshot);
  });

  test("an upgrade that would lock a pool is refused, until all notes are withdrawn", async () => {
    const objection = (from: bigint, to: bigint, mostLocked = 0n) =>
      lockedPoolObjection({ from, to, mostLocked }, (method, params) => send(method, ...params));
    await wallet.sync();
    assert.equal(wallet.balance, 20n * GWEI);
    assert.match(
      (await objection(TRUSTED, PROVEN)) ?? "",
      new RegExp(`^its shielded pool ${SHIELDED_POOL_ADDRESS} holds 20000000000 wei`),
    );
    for (const [from, to] of [
      [TRUSTED, TRUSTED + 0x100n],
      [PROVEN, PROVEN + 0x100n],
    ] as const)
      assert.equal(await objection(from, to), undefined, "transfers stay possible, or were not");
    // Two notes at a time: 6 and 7, then 5 and 2.
    for (const gwei of [13n, 7n]) await (await wallet.withdraw({ to: FRESH, amount: gwei * GWEI }, signer)).wait();
    await wallet.sync();
    assert.equal(wallet.balance, 0n);
    assert.equal(await objection(TRUSTED, PROVEN), undefined);
  });

  test("attack: a stranger's deposit holds no upgrade whose admin names the most that may be locked", async () => {
    const stranger = await ShieldedWallet.create(new Uint8Array(32).fill(6), { provider });
    await deposit(3n, stranger);
    const objection = (mostLocked: bigint) =>
      lockedPoolObjection({ from: TRUSTED, to: PROVEN, mostLocked }, (method, params) => send(method, ...params));
    assert.match((await objection(3n * GWEI - 1n)) ?? "", /holds 3000000000 wei/);
    assert.equal(await objection(3n * GWEI), undefined);
    await stranger.close();
  });

  test("attack: notes whose sum is 2^64 gwei or more are spent, and no note or amount has that much", async () => {
    const address = await signer.getAddress();
    await send("hardhat_setBalance", address, `0x${(10n ** 32n).toString(16)}`);
    const rich = await ShieldedWallet.create(new Uint8Array(32).fill(9), { provider });
    const most = 2n ** 64n - 1n;
    await deposit(most, rich);
    await deposit(most, rich);
    await rich.sync();
    assert.equal(rich.balance, 2n * most * GWEI);
    await assert.rejects(rich.withdraw({ to: FRESH, amount: rich.balance }, signer), { code: "BadAmount" });
    await assert.rejects(rich.send({ to: rich.address, amount: rich.balance }, signer), { code: "BadAmount" });
    const payment = { to: rich.address, amount: most * GWEI, relayer: address, fee: (most - 1n) * GWEI };
    await (await rich.send(payment, signer)).wait();
    await rich.sync();
    assert.deepEqual(rich.notes.toSorted(), [GWEI, most * GWEI]);
    await rich.close();
  });

  test("attack A113: in a full tree every note leaves whole, no change is lost, and a reverted withdrawal is seen", async () => {
    const saver = await ShieldedWallet.create(new Uint8Array(32).fill(7), { provider });
    const pool = new Contract(SHIELDED_POOL_ADDRESS, shieldedPoolAbi, provider);
    const pairs = Number((await pool.getFunction("commitmentCount")()) as bigint) / 2;
    await send("hardhat_setCode", SHIELDED_POOL_ADDRESS, smallerTree(await provider.getCode(SHIELDED_POOL_ADDRESS), pairs + 3));
    await deposit(4n, saver);
    await deposit(9n, saver);
    // One pair is left, for withdrawals.
    await assert.rejects(deposit(1n, saver), { code: "TreeFull" });
    await assert.rejects(saver.send({ to: wallet.address, amount: GWEI }, signer), { code: "TreeFull" });
    const late = await saver.proveWithdrawal({ to: FRESH, amount: GWEI });
    await (await saver.withdraw({ to: FRESH, amount: 2n * GWEI }, signer)).wait();
    await assert.rejects(sendProvenTransfer(late, signer), { code: "TransferRefused", message: /NoRoomForNotes\(\)/ });
    await saver.sync();
    assert.deepEqual(saver.notes.toSorted(), [2n * GWEI, 9n * GWEI]);
    await assert.rejects(saver.withdraw({ to: FRESH, amount: GWEI }, signer), { code: "NoRoomForChange", message: /9000000000/ });

    const snapshot = await send("evm_snapshot");
    await (await saver.withdraw({ to: FRESH, amount: 9n * GWEI }, signer)).wait();
    await saver.sync();
    assert.deepEqual(saver.notes, [2n * GWEI]);
    await send("evm_revert", snapshot);
    await send("hardhat_mine", "0x5");
    await saver.sync();
    assert.equal(saver.balance, 11n * GWEI);
    const held = await provider.getBalance(FRESH);
    await (await saver.withdraw({ to: FRESH, amount: 11n * GWEI }, signer)).wait();
    await saver.sync();
    assert.deepEqual([saver.balance, (await provider.getBalance(FRESH)) - held], [0n, 11n * GWEI]);
    await saver.close();
  });
});

/** The pool's code with other constants: a tree with fewer pairs, the last one for withdrawals. */
function smallerTree(code: string, pairs: number): string {
  const push = (value: number): string => `62${value.toString(16).padStart(6, "0")}`;
  let changed = code;
  for (const [full, small] of [
    [2 ** 19 - 1, pairs],
    [2 ** 19 - 1 - 2 ** 14, pairs - 1],
  ] as const) {
    assert.ok(changed.includes(push(full)), push(full));
    changed = changed.replaceAll(push(full), push(small));
  }
  return changed;
}
