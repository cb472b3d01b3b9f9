import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getCreateAddress, type JsonRpcProvider } from "ethers";
import { encryptTransaction } from "../../src/client.ts";
import { ALICE, BOB, clientOf, settleNow, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

/** Stores its first caller, who has the prize: SLOAD 0, end if it is not 0, SSTORE 0 CALLER. */
const PRIZE = "0x5f5460085733" + "5f555b00";
/** Creation of a contract with this code: CODECOPY and RETURN of its 10 bytes. */
const PRIZE_CREATION = `0x600a600c600039600a6000f3${PRIZE.slice(2)}`;
const GWEI = 10n ** 9n;
const [BY_ARRIVAL, BY_FEE, ENCRYPTED] = [271n, 272n, 273n];

/** Transactions of one account in `txpool_content`, by nonce. */
type Waiting = Readonly<Record<string, { readonly to: string; readonly input: string; readonly maxPriorityFeePerGas: string }>>;

describe("E6: front-running of a call that everyone sees in the pool, by a copy with a higher price", () => {
  let devnet: FlowDevnet;
  const clients: JsonRpcProvider[] = [];
  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: BY_ARRIVAL },
        { chainId: BY_FEE, transactionOrder: "fee" },
        { chainId: ENCRYPTED, transactionOrder: "encrypted", sequencing: { by: "bft", nodes: 4 } },
      ],
      { ...UNPROVEN, fundedAccounts: [ALICE, BOB] },
    );
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const chainOf = (chainId: bigint) => devnet.chains.find((chain) => chain.chainId === chainId)!;
  const fees = (tip: bigint) => ({ maxFeePerGas: 9n * GWEI, maxPriorityFeePerGas: tip });

  /** Creates a prize on the chain, for accounts that call it. */
  async function newPrize(chainId: bigint) {
    const client = clientOf(chainOf(chainId));
    clients.push(client);
    const [alice, bob] = [ALICE, BOB].map((number) => devnet.accounts.wallet(number).connect(client)) as [Wallet, Wallet];
    const created = await alice.sendTransaction({ data: PRIZE_CREATION });
    await created.wait();
    const prize = getCreateAddress(created);
    const owner = async (): Promise<string> => {
      const word = await client.getStorage(prize, 0);
      const named = [alice, bob].find(({ address }) => word.endsWith(address.slice(2).toLowerCase()));
      return named === alice ? "Alice" : named === bob ? "Bob" : word;
    };
    return { client, alice, bob, prize, owner };
  }

  /** Transaction of the account that waits in the pool. */
  async function waitingOf(client: JsonRpcProvider, address: string, nonce: number) {
    const { pending } = (await client.send("txpool_content", [])) as { readonly pending: Readonly<Record<string, Waiting>> };
    const seen = Object.entries(pending).find(([account]) => account.toLowerCase() === address.toLowerCase())?.[1];
    const waiting = seen?.[String(nonce)];
    assert.ok(waiting !== undefined, "the pool shows the transaction");
    return waiting;
  }

  /** Alice calls a new prize, Bob copies the call that he sees in the pool, and a block takes both. Returns who has the prize. */
  async function winnerOn(chainId: bigint): Promise<string> {
    const { client, alice, bob, prize, owner } = await newPrize(chainId);
    await client.send("evm_setAutomine", [false]);
    const sent = await alice.sendTransaction({ to: prize, ...fees(GWEI), gasLimit: 100_000n });
    const victim = await waitingOf(client, alice.address, sent.nonce);
    const tip = 2n * BigInt(victim.maxPriorityFeePerGas);
    const copy = await bob.sendTransaction({ to: victim.to, data: victim.input, ...fees(tip), gasLimit: 100_000n });
    await client.send("evm_mine", []);
    await client.send("evm_setAutomine", [true]);
    const [first, second] = await Promise.all([sent.wait(), copy.wait()]);
    assert.equal(first?.blockNumber, second?.blockNumber);
    return owner();
  }

  test('succeeds with `transactionOrder: "fee"`', async () => {
    assert.equal(await winnerOn(BY_FEE), "Bob");
  });

  test("fails with the default, by arrival", async () => {
    assert.equal(await winnerOn(BY_ARRIVAL), "Alice");
  });

  test('fails with `transactionOrder: "encrypted"`: nothing in the pool reveals the call before its order is final', async () => {
    const { client, alice, bob, prize, owner } = await newPrize(ENCRYPTED);
    await client.send("evm_setAutomine", [false]);
    const { transaction, hash } = await encryptTransaction(alice, { to: prize, ...fees(GWEI), gasLimit: 100_000n });
    const sent = await alice.sendTransaction(transaction);
    const victim = await waitingOf(client, alice.address, sent.nonce);
    assert.ok(!JSON.stringify(victim).toLowerCase().includes(prize.slice(2).toLowerCase()));
    const tip = 2n * BigInt(victim.maxPriorityFeePerGas);
    // The same envelope from another payer has another identity.
    const copy = await bob.sendTransaction({ to: victim.to, data: victim.input, ...fees(tip) });
    await client.send("evm_mine", []);
    await client.send("evm_setAutomine", [true]);
    const [first, second, opened] = await Promise.all([sent.wait(), copy.wait(), client.waitForTransaction(hash)]);
    assert.equal(first?.blockNumber, second?.blockNumber);
    assert.deepEqual([opened?.from, opened?.to, opened?.status], [alice.address, prize, 1]);
    assert.ok(opened !== null && opened.blockNumber > (first?.blockNumber ?? 0));
    assert.equal(await owner(), "Alice");
    const shown = (await client.send("eth_getTransactionByHash", [hash])) as { readonly type: string; readonly nonce: string };
    assert.deepEqual([shown.type, Number(shown.nonce)], ["0x72", sent.nonce + 1]);
  });

  test("fails against an envelope that its sender replaced: the key of the new one opens no other", async () => {
    const { client, alice, bob, prize, owner } = await newPrize(ENCRYPTED);
    const kept = await newPrize(ENCRYPTED);
    const encryptedCall = (to: string, times: bigint) =>
      encryptTransaction(alice, { to, maxFeePerGas: 9n * times * GWEI, maxPriorityFeePerGas: times * GWEI, gasLimit: 100_000n });
    const [replaced, sent] = [await encryptedCall(kept.prize, 1n), await encryptedCall(prize, 2n)];
    const nonce = await alice.getNonce();
    await client.send("evm_setAutomine", [false]);
    await alice.sendTransaction({ ...replaced.transaction, nonce });
    const victim = await waitingOf(client, alice.address, nonce);
    const newer = await alice.sendTransaction({ ...sent.transaction, nonce });
    // Bob saw only the replaced one. His copy has another identity, also in the block of the other.
    await bob.sendTransaction({ to: victim.to, data: victim.input, ...fees(9n * GWEI) });
    await client.send("evm_mine", []);
    await client.send("evm_setAutomine", [true]);
    await newer.wait();
    await client.waitForTransaction(sent.hash);
    assert.equal(await owner(), "Alice");
    // Bob's copy waits for its opening, which fails, in this block or a later one.
    while (((await client.send("hyperchain_encryption", [])) as { readonly owed: number }).owed > 0)
      await client.send("evm_mine", []);
    assert.deepEqual([BigInt(await kept.owner()), await client.getTransactionReceipt(replaced.hash)], [0n, null]);
  });

  test("fails after a revert: an envelope that comes again is not opened, though its content is known", async () => {
    const { client, alice, prize, owner } = await newPrize(ENCRYPTED);
    const mark: unknown = await client.send("evm_snapshot", []);
    const { transaction, hash } = await encryptTransaction(alice, { to: prize, ...fees(GWEI), gasLimit: 100_000n });
    const raw = await alice.signTransaction(await alice.populateTransaction(transaction));
    await client.send("eth_sendRawTransaction", [raw]);
    await client.waitForTransaction(hash);
    assert.equal(await owner(), "Alice");
    assert.equal(await client.send("evm_revert", [mark]), true);
    await client.send("eth_sendRawTransaction", [raw]);
    await client.send("evm_mine", []);
    const { owed } = (await client.send("hyperchain_encryption", [])) as { readonly owed: number };
    assert.equal(owed, 0);
    assert.equal(BigInt(await owner()), 0n);
    assert.equal(await client.getTransactionReceipt(hash), null);
  });

  test("an opened transaction is in a batch that validators sign and L1 executes", async () => {
    const { batch } = await settleNow(chainOf(ENCRYPTED));
    assert.ok(batch.outputs.batchNumber >= 0n);
  });

  test("the status names the dealer, who has the mempool's key", () => {
    const sentenceOf = (chainId: bigint) =>
      devnet.info().chains.find((each) => each.chainId === Number(chainId))?.orderedBy?.sentence;
    assert.match(sentenceOf(ENCRYPTED) ?? "", /a dealer, this process, has the mempool's key/);
    assert.doesNotMatch(sentenceOf(BY_FEE) ?? "", /dealer/);
  });

  test("anvil_nodeInfo names the order of each chain, and the status has the envelopes of one", async () => {
    const orders: unknown[] = [];
    for (const chainId of [BY_ARRIVAL, BY_FEE, ENCRYPTED]) {
      const client = clientOf(chainOf(chainId));
      clients.push(client);
      orders.push(((await client.send("anvil_nodeInfo", [])) as { readonly transactionOrder: string }).transactionOrder);
    }
    assert.deepEqual(orders, ["fifo", "fees", "encrypted"]);
    const [byArrival, , encrypted] = (await devnet.status()).chains;
    assert.equal(byArrival?.encryption, undefined);
    assert.deepEqual([encrypted?.encryption?.threshold, encrypted?.encryption?.owed], [2, 0]);
  });

  test("a call that no envelope has room for is refused before it is sent", async () => {
    const { alice, prize } = await newPrize(ENCRYPTED);
    const call = { to: prize, data: `0x${"00".repeat(16_500)}`, ...fees(GWEI), gasLimit: 1_000_000n };
    await assert.rejects(encryptTransaction(alice, call), { code: "NotEncrypted", message: /of 16000 bytes, got 16500/ });
  });

  test("chains that open no envelopes refuse to encrypt, by name", async () => {
    const { alice, prize } = await newPrize(BY_FEE);
    await assert.rejects(encryptTransaction(alice, { to: prize }), { code: "NotEncrypted" });
  });
});

type Wallet = ReturnType<ReturnType<FlowDevnet["accounts"]["wallet"]>["connect"]>;
