import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { claimFee } from "../../src/ecosystem/client/messages/forward.ts";
import { FORWARDERS, hopsOf } from "../../src/ecosystem/client/messages/paid-claim.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { finalizeWithdrawal, withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import { putOnLayer } from "../../src/ecosystem/client/sending/deployed-contract.ts";
import { senderOn } from "../../src/ecosystem/client/sending/submit.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, clientOf, ETHER, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";

const [L1, A] = [31_337, 271];

describe("C7: withdrawals that pay their claimer", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  before(async () => {
    devnet = await startFlowDevnet([{ chainId: BigInt(A), name: "alpha" }], {
      ...{ ...UNPROVEN, relayer: true, fundedAccounts: [ALICE, RELAYER] },
    });
    client = clientOf(devnet.chains[0]!);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const l1 = () => devnet.l1.provider;
  const alice = () => devnet.accounts.wallet(ALICE).connect(client);
  const relayer = () => devnet.accounts.wallet(RELAYER).address;
  let next = 0xc1a2000;
  const fresh = (): Hex => `0x${(next++).toString(16).padStart(40, "0")}`;
  const moveOn = async (): Promise<void> => {
    await devnet.settle();
    await devnet.relay();
  };
  const sendTo = async (account: Hex, fee: bigint) =>
    send(devnet.info(), { chain: A, to: { chain: L1, account }, amount: ETHER, fee }, alice());

  test("the relayer claims what pays what it costs, once it is executed, and no more than that: others wait, and can be claimed", async () => {
    const fee = 4n * (await claimFee(l1()));
    assert.ok(fee > 0n);
    const [paying, poor, plain] = [fresh(), fresh(), fresh()];
    const had = await l1().getBalance(relayer());
    const sent = await sendTo(poor, 1n);
    await withdraw(devnet.info(), { chain: A, to: plain, amount: ETHER }, alice());
    await moveOn();
    // For a fee that pays nothing, not even the contract is put there.
    assert.equal(await l1().getCode(FORWARDERS.address), "0x");
    assert.equal(await l1().getBalance(relayer()), had);
    // Anyone can put it there, once for all.
    await putOnLayer(FORWARDERS, await senderOn(devnet.accounts.wallet(ALICE).connect(l1()), { name: "l1", chainId: L1 }));
    const { hops, type } = await sendTo(paying, fee);
    assert.deepEqual(
      [type, hops?.map(({ chainId, forwarding }) => [chainId, forwarding.refundTo, forwarding.fee])],
      ["withdrawal", [[BigInt(L1), paying, fee]]],
    );
    await moveOn();
    assert.equal(await l1().getBalance(paying), ETHER);
    assert.ok((await l1().getBalance(relayer())) > had);
    assert.deepEqual([await l1().getBalance(poor), await l1().getBalance(plain)], [0n, 0n]);

    // Any other account has the fee for the claim, by what the chain tells of it.
    const claimer = devnet.accounts.wallet(ALICE).connect(l1());
    const { messageHash } = sent;
    const found = await hopsOf(client, messageHash);
    assert.deepEqual(found, sent.hops);
    const claimed = await finalizeWithdrawal(devnet.info(), { chain: A, messageHash, hops: found }, claimer);
    assert.equal(claimed.state, "paid");
    assert.equal(await l1().getBalance(poor), ETHER);
    const again = await finalizeWithdrawal(devnet.info(), { chain: A, messageHash, hops: found }, claimer);
    assert.deepEqual(again, { ...claimed, state: "paidBefore" });
  });

  test("what a stranger claimed at the bridge is brought on to the recipient, by the relayer for its fee, or by a claim", async () => {
    const fee = 4n * (await claimFee(l1()));
    const claimer = devnet.accounts.wallet(ALICE).connect(l1());
    const [first, second] = [fresh(), fresh()];
    const [paying, poor] = [await sendTo(first, fee), await sendTo(second, 1n)];
    await devnet.settle();
    for (const { messageHash } of [paying, poor])
      assert.equal((await finalizeWithdrawal(devnet.info(), { chain: A, messageHash }, claimer)).state, "paid");
    assert.deepEqual([await l1().getBalance(first), await l1().getBalance(second)], [0n, 0n]);
    await devnet.relay();
    assert.equal(await l1().getBalance(first), ETHER);
    const { messageHash, hops } = poor;
    assert.equal((await finalizeWithdrawal(devnet.info(), { chain: A, messageHash, hops }, claimer)).state, "paid");
    assert.equal(await l1().getBalance(second), ETHER);
  });

  test("attack: a recipient with code is left to claim for itself: it could have every transaction of the relayer fail", async () => {
    const account = fresh();
    await devnet.l1.request("hardhat_setCode", [account, "0x00"]);
    const had = await l1().getBalance(relayer());
    await sendTo(account, ETHER);
    await moveOn();
    await moveOn();
    assert.deepEqual([await l1().getBalance(account), await l1().getBalance(relayer())], [0n, had]);
    await devnet.l1.request("hardhat_setCode", [account, "0x"]);
  });

  test("a relay waits for no blocks of an L1 that makes none now, and a later one takes what came of the claims", async () => {
    const account = fresh();
    await sendTo(account, 4n * (await claimFee(l1())));
    await devnet.settle();
    await devnet.l1.request("evm_setAutomine", [false]);
    const begun = performance.now();
    await devnet.relay();
    // Each round of claims held up all messages for as long as its blocks took, up to 15 s.
    assert.ok(performance.now() - begun < 10_000);
    assert.equal(await l1().getBalance(account), 0n);
    await devnet.l1.request("evm_setAutomine", [true]);
    await devnet.l1.request("evm_mine", []);
    await devnet.relay();
    assert.equal(await l1().getBalance(account), ETHER);
  });
});
