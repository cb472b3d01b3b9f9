import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getCreateAddress, type JsonRpcProvider } from "ethers";
import { ALICE, BOB, clientOf, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

/** Stores its first caller, who has the prize: SLOAD 0, end if it is not 0, SSTORE 0 CALLER. */
const PRIZE = "0x5f5460085733" + "5f555b00";
/** Creation of a contract with this code: CODECOPY and RETURN of its 10 bytes. */
const PRIZE_CREATION = `0x600a600c600039600a6000f3${PRIZE.slice(2)}`;
const GWEI = 10n ** 9n;
const [BY_ARRIVAL, BY_FEE] = [271n, 272n];

/** Transactions of one account in `txpool_content`, by nonce. */
type Waiting = Readonly<Record<string, { readonly to: string; readonly input: string; readonly maxPriorityFeePerGas: string }>>;

describe("E6: front-running of a call that everyone sees in the pool, by a copy with a higher price", () => {
  let devnet: FlowDevnet;
  const clients: JsonRpcProvider[] = [];
  before(async () => {
    devnet = await startFlowDevnet([{ chainId: BY_ARRIVAL }, { chainId: BY_FEE, transactionOrder: "fee" }], {
      ...UNPROVEN,
      fundedAccounts: [ALICE, BOB],
    });
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** Alice calls a new prize, Bob copies the call that he sees in the pool, and a block takes both. Returns who has the prize. */
  async function winnerOn(chainId: bigint): Promise<string> {
    const client = clientOf(devnet.chains.find((chain) => chain.chainId === chainId)!);
    clients.push(client);
    const [alice, bob] = [ALICE, BOB].map((number) => devnet.accounts.wallet(number).connect(client)) as [Wallet, Wallet];
    const created = await alice.sendTransaction({ data: PRIZE_CREATION });
    await created.wait();
    const prize = getCreateAddress(created);
    await client.send("evm_setAutomine", [false]);
    const fees = (tip: bigint) => ({ maxFeePerGas: 9n * GWEI, maxPriorityFeePerGas: tip, gasLimit: 100_000n });
    const sent = await alice.sendTransaction({ to: prize, ...fees(GWEI) });
    const { pending } = (await client.send("txpool_content", [])) as { readonly pending: Readonly<Record<string, Waiting>> };
    const seen = Object.entries(pending).find(([account]) => account.toLowerCase() === alice.address.toLowerCase())?.[1];
    const victim = seen?.[String(sent.nonce)];
    assert.ok(victim !== undefined, "the pool shows the transaction");
    const tip = 2n * BigInt(victim.maxPriorityFeePerGas);
    const copy = await bob.sendTransaction({ to: victim.to, data: victim.input, ...fees(tip) });
    await client.send("evm_mine", []);
    await client.send("evm_setAutomine", [true]);
    const [first, second] = await Promise.all([sent.wait(), copy.wait()]);
    assert.equal(first?.blockNumber, second?.blockNumber);
    const owner = await client.getStorage(prize, 0);
    return owner.endsWith(bob.address.slice(2).toLowerCase())
      ? "Bob"
      : owner.endsWith(alice.address.slice(2).toLowerCase())
        ? "Alice"
        : owner;
  }

  test('succeeds with `transactionOrder: "fee"`', async () => {
    assert.equal(await winnerOn(BY_FEE), "Bob");
  });

  test("fails with the default, by arrival", async () => {
    assert.equal(await winnerOn(BY_ARRIVAL), "Alice");
  });
});

type Wallet = ReturnType<ReturnType<FlowDevnet["accounts"]["wallet"]>["connect"]>;
