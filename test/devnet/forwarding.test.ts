import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, EventFragment, getCreateAddress, type JsonRpcProvider, type Provider } from "ethers";
import { forwardingFee } from "../../src/ecosystem/client/messages/forward.ts";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { ETHER as ETH } from "../../src/ecosystem/client/tokens/token.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { interoperableAddress } from "../../src/ground/protocol/interoperable-address.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { forwarderAddress } from "../../src/ecosystem/relayer/forwarding.ts";
import { ALICE, clientOf, ETHER, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";

const [L1, A, B] = [31_337, 271, 272];
/** Chain id whose lowest 32 bits are alpha's id (contracts/l1/ChainIds.sol). */
const X = 4_294_967_567;
/** Cost of a deposit of coins: 1 gwei · (300,000 + 60,000). */
const QUEUE_COST = 360_000n * 10n ** 9n;
const refunded = EventFragment.from("Refunded(address indexed token, uint256 amount, uint256 fee)");

describe("D3: money over chains between, by one signature", () => {
  let devnet: FlowDevnet;
  const clients = new Map<number, JsonRpcProvider>();
  const provider = (id: number): Provider => clients.get(id) ?? devnet.l1.provider;
  const alice = (id: number) => devnet.accounts.wallet(ALICE).connect(provider(id));
  const fresh = (() => {
    let next = 0xca2010n;
    return () => `0x${(next++).toString(16).padStart(40, "0")}`;
  })();
  const moveOn = async (rounds: number): Promise<void> => {
    for (let i = 0; i < rounds; i++) {
      await devnet.settle();
      await devnet.relay();
    }
  };
  /** Sends with one signature, and lets relayers and settlement do the rest. */
  async function carry(
    from: number,
    to: number,
    amount: bigint,
    rounds: number,
  ): Promise<{ account: string; sent: Awaited<ReturnType<typeof send>> }> {
    const account = fresh();
    const fee = await forwardingFee(devnet.info(), { chain: from, to }, provider);
    assert.ok(fee > 0n);
    const nonce = await provider(from).getTransactionCount(alice(from).address);
    const sent = await send(devnet.info(), { chain: from, to: { chain: to, account }, amount, fee }, alice(from));
    assert.equal(await provider(from).getTransactionCount(alice(from).address), nonce + 1);
    await moveOn(rounds);
    return { account, sent };
  }

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: BigInt(A), name: "alpha" },
        { chainId: BigInt(B), name: "beta" },
        { chainId: BigInt(X), name: "x", settlesOn: "alpha" },
      ],
      { ...UNPROVEN, relayer: true, fundedAccounts: [ALICE, RELAYER] },
    );
    for (const chain of devnet.chains) clients.set(Number(chain.chainId), clientOf(chain));
  });
  after(async () => {
    for (const client of clients.values()) client.destroy();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test("from a chain on a chain to L1", async () => {
    const { account, sent } = await carry(X, L1, ETHER / 2n, 4);
    assert.equal(await devnet.l1.provider.getBalance(account), ETHER / 2n);
    assert.deepEqual(
      [sent.type, sent.destinationChainId, sent.hops?.map(({ chainId }) => chainId)],
      ["withdrawal", A, [BigInt(A)]],
    );
  });

  test("to an L2 other than its base", async () => {
    const { account } = await carry(X, B, ETHER / 4n, 5);
    assert.equal(await provider(B).getBalance(account), ETHER / 4n);
  });

  test("from L1, and from what the sender's fee does not cover nothing is carried at the relayer's cost", async () => {
    const { account } = await carry(L1, X, ETHER / 4n, 3);
    assert.equal(await provider(X).getBalance(account), ETHER / 4n - QUEUE_COST);
    const poor = fresh();
    const relayer = devnet.accounts.wallet(RELAYER).address;
    const before = await provider(A).getBalance(relayer);
    await send(devnet.info(), { chain: L1, to: { chain: X, account: poor }, amount: ETHER / 4n, fee: 1n }, alice(L1));
    await moveOn(3);
    assert.equal(await provider(X).getBalance(poor), 0n);
    assert.equal(await provider(A).getBalance(relayer), before);
  });

  test("a message that cannot continue is refunded to the sender on the chain between", async () => {
    const before = await provider(A).getBalance(alice(A).address);
    const { account, sent } = await carry(L1, X, QUEUE_COST, 3);
    assert.equal(await provider(X).getBalance(account), 0n);
    // The sender also receives the unused part of the deposit.
    assert.ok((await provider(A).getBalance(alice(A).address)) - before >= QUEUE_COST);
    const logs = await provider(A).getLogs({ topics: [refunded.topicHash], fromBlock: 0 });
    const fee = sent.hops?.[0]?.forwarding.fee;
    assert.deepEqual(
      logs.map(({ data }) => AbiCoder.defaultAbiCoder().decode(["uint256", "uint256"], data).toArray()),
      [[QUEUE_COST, fee]],
    );
  });

  test("what would be refunded to an account with code is left to it: its code could have every transaction of a relayer's fail", async () => {
    const { forwarders, factory } = devnet.info().chains.find(({ chainId }) => chainId === X)?.settlesOn?.contracts ?? {};
    assert.ok(forwarders !== undefined && factory !== undefined);
    const fee = await forwardingFee(devnet.info(), { chain: L1, to: X }, provider);
    // What forwarders run takes coins.
    const refundTo = getCreateAddress({ from: forwarders, nonce: 1 }).toLowerCase() as Hex;
    const to = interoperableAddress(BigInt(X), fresh() as Hex);
    const forwarding = { to, factory, refundTo, token: PREDEPLOYS.L2BaseToken, fee };
    const forwarder = forwarderAddress(forwarders, forwarding);
    const relayer = devnet.accounts.wallet(RELAYER).address;
    const before = await provider(A).getBalance(relayer);
    const hops = [{ chainId: BigInt(A), forwarding }];
    await deposit(devnet.info(), { chain: A, to: forwarder, amount: QUEUE_COST + fee, token: ETH, hops }, alice(L1));
    await moveOn(3);
    assert.equal(await provider(A).getBalance(forwarder), QUEUE_COST + fee);
    assert.equal(await provider(A).getBalance(relayer), before);
  });

  test("a forwarder to which nothing comes is asked after longer and longer pauses", async (t) => {
    const { base } = devnet.chains.find(({ chainId }) => chainId === BigInt(X))!;
    const { factory, forwarders } = base.ecosystem.addresses;
    assert.ok(forwarders !== undefined && devnet.relayer !== undefined);
    const to = interoperableAddress(BigInt(X), fresh() as Hex);
    const refundTo = fresh() as Hex;
    const forwarding = { to, factory, refundTo, token: PREDEPLOYS.L2BaseToken, fee: ETHER };
    const forwarder = forwarderAddress(forwarders, forwarding);
    const getBalance = t.mock.method(base.provider, "getBalance");
    // Its sender names the forwarder, and pays another account.
    const hops = [{ chainId: BigInt(A), forwarding }];
    await deposit(devnet.info(), { chain: A, to: fresh(), amount: 7n, token: ETH, hops }, alice(L1));
    for (let look = 0; look < 32; look++) await devnet.relayer.poll();
    const asked = getBalance.mock.calls.filter(({ arguments: [account] }) => account === forwarder);
    // At the looks 1, 2, 4, 8, 16 and 32.
    assert.equal(asked.length, 6);
  });

  test("a restarted relayer finds messages in transit", async () => {
    const account = fresh();
    const fee = await forwardingFee(devnet.info(), { chain: X, to: L1 }, provider);
    await send(devnet.info(), { chain: X, to: { chain: L1, account }, amount: 7n, fee }, alice(X));
    await moveOn(1);
    // Chains that come have the relayers read everything again.
    await devnet.addChain({ name: "gamma" });
    await moveOn(4);
    assert.equal(await devnet.l1.provider.getBalance(account), 7n);
  });
});
