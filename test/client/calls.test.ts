import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import { call, type CallRequest } from "../../src/ecosystem/client/calls/call.ts";
import type { SentCall } from "../../src/ecosystem/client/calls/direct-call.ts";
import { estimateCall } from "../../src/ecosystem/client/transfers/estimate.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { deploy, startClientEcosystem, type ClientEcosystem } from "./support.ts";

const [DEPLOYER, ALICE] = [0, 1];
const BOB: Hex = "0x0000000000000000000000000000000000000b0b";
const target = new Interface([
  "function double(uint256) payable returns (uint256)",
  "event Called(address caller, uint256 argument, uint256 value)",
]);
const data = (argument: bigint): Hex => target.encodeFunctionData("double", [argument]) as Hex;

describe("C7: one call reaches a contract of any chain from any member", () => {
  let ecosystem: ClientEcosystem;
  const targets = new Map<string, Hex>();
  before(async () => {
    ecosystem = await startClientEcosystem();
    for (const member of ["l1", "a", "b", "gas"]) targets.set(member, await deploy(on(member), "CallTarget"));
  });
  after(async () => {
    await ecosystem.close();
    assert.deepEqual(ecosystem.devnet.faults, []);
  });

  const on = (member: string, account = ALICE) => ecosystem.on(member, account);
  const place = (member: string): string => `${targets.get(member)!}@${member}`;
  const send = (from: string, to: string, more: Partial<CallRequest> = {}): Promise<SentCall> =>
    call(ecosystem.info, { chain: from, to: place(to), data: data(4n), value: 9n, ...more }, on(from, payer(to)));
  /** The account that has what gas on a member costs, on L1 too. */
  const payer = (member: string): number => (member === "gas" ? DEPLOYER : ALICE);

  /** Arguments of the last call of a member's contract. */
  async function lastCall(member: string): Promise<readonly unknown[]> {
    const provider = on(member).provider!;
    const logs = await provider.getLogs({ address: targets.get(member)!, fromBlock: 0 });
    return [...target.parseLog(logs.at(-1)!)!.args];
  }

  test("on its own member at once, from L1 through the queue, of any base token, with value and the caller's own account", async () => {
    const alice = on("a").address;
    for (const member of ["l1", "a"] as const) {
      assert.equal((await send(member, member)).type, "payment");
      assert.deepEqual(await lastCall(member), [alice, 4n, 9n]);
    }
    for (const member of ["b", "gas"] as const) {
      const sent = await send("l1", member);
      assert.equal(sent.type, "deposit");
      await ecosystem.devnet.relay();
      const receipt = await on(member).provider!.getTransactionReceipt(sent.messageHash);
      assert.equal(receipt?.status, 1);
      assert.deepEqual(await lastCall(member), [on(member, payer(member)).address, 4n, 9n]);
    }
    const sent = await send("a", "b", { data: data(6n) });
    assert.equal(sent.type, "bundle");
    await ecosystem.moveOn();
    assert.deepEqual((await lastCall("b")).slice(1), [6n, 9n]);
  });

  test("a call from L1 that fails on the chain leaves its value to whom the request names", async () => {
    const before = await on("a").provider!.getBalance(BOB);
    const sent = await send("l1", "a", { data: data(5n), refundTo: BOB });
    await ecosystem.devnet.relay();
    const receipt = await on("a").provider!.getTransactionReceipt(sent.messageHash);
    assert.equal(receipt?.status, 0);
    assert.ok((await on("a").provider!.getBalance(BOB)) - before >= 9n);
  });

  test("what a route does not have is refused before anything is sent", async () => {
    const nonce = await on("a").getNonce();
    const refusals = [
      ["a", "a", { reward: 1n }, "reward"],
      ["a", "a", { refundTo: BOB }, "refundTo"],
      ["a", "l1", { reward: 1n }, "reward"],
      ["a", "l1", { refundTo: BOB }, "refundTo"],
      ["a", "l1", { callback: { gasLimit: 1n } }, "callback"],
      ["a", "a", { deadline: 1n }, "deadline"],
      ["l1", "a", { deadline: 1n }, "deadline"],
      ["l1", "a", { funded: true }, "funded"],
      ["l1", "a", { asMessage: true }, "asMessage"],
      ["l1", "a", { callback: { gasLimit: 1n } }, "callback"],
      ["l1", "a", { tokens: [{ token: BOB, amount: 1n, recipient: BOB }] }, "tokens"],
    ] as const;
    for (const [from, to, more, option] of refusals)
      await assert.rejects(send(from, to, more), { code: "NotOnRoute", message: new RegExp(`has no ${option}: leave it out$`) });
    const message = /AlreadyExpired\(1, (\d+)\); its last second has passed by the clock of a: name one after \1$/;
    await assert.rejects(send("a", "b", { deadline: 1n }), { code: "Refused", message });
    assert.equal(await on("a").getNonce(), nonce);
  });

  test("an estimate runs the call as its route does, and tells why it would fail", async () => {
    const estimate = (from: string, to: string, argument: bigint) =>
      estimateCall(
        ecosystem.info,
        { chain: from, to: place(to), data: data(argument), value: 1n, sender: on("a").address },
        ecosystem.provider,
      );
    for (const [from, to] of [
      ["a", "a"],
      ["l1", "l1"],
      ["l1", "b"],
      ["a", "b"],
    ] as const) {
      const { gasLimit } = await estimate(from, to, 4n);
      assert.ok(gasLimit > 21_000n && gasLimit < 1_000_000n, `${from} to ${to}: ${gasLimit}`);
      await assert.rejects(estimate(from, to, 5n), { code: "Failed" });
    }
  });
});
