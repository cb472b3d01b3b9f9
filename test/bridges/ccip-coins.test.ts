import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Contract, parseEther, ZeroAddress } from "ethers";
import { extraArgs, putCcip, request } from "./support/ccip-dapp.ts";
import { send } from "./support/world.ts";
import { suiteDapp } from "./support/suite-dapp.ts";

const COIN = parseEther("1");
const TOKEN = [
  "function deposit() payable",
  "function approve(address,uint256) returns (bool)",
  "function balanceOf(address) view returns (uint256)",
];

describe("C14 coins by CCIP: its unchanged EtherSenderReceiver, between chains and L1", () => {
  const dapp = suiteDapp("ccip");
  const { at, signer } = dapp;

  const coins = (name: string, account: unknown): Promise<bigint> => at(name).ethers.provider.getBalance(String(account));
  const token = async (name: string, address: string) => new Contract(address, TOKEN, await signer(name));
  const tokens = async (name: string, address: string, account: unknown) =>
    (await (await token(name, address)).getFunction("balanceOf").staticCall(account)) as bigint;
  /** Someone without coins. */
  let accounts = 0;
  const account = (): string => `0x${"c0".repeat(18)}${(++accounts).toString(16).padStart(4, "0")}`;
  /** The receiver of coins is their sender, at its own address. */
  async function sendCoins(from: string, to: string, amount: bigint, feeToken = ZeroAddress) {
    const [a, b] = [await putCcip(at(from), "MyCoins", dapp.bridge.router), await putCcip(at(to), "MyCoins", dapp.bridge.router)];
    const asked = request(b.target, "", { tokens: [{ token: ZeroAddress, amount }], feeToken });
    const fee = (await a.getFunction("getFee").staticCall(dapp.bridge.idOf(to), asked)) as bigint;
    if (feeToken !== ZeroAddress) {
      const paying = await token(from, feeToken);
      await send(paying, "deposit", { value: fee });
      await send(paying, "approve", a.target, fee);
    }
    const value = feeToken === ZeroAddress ? fee + amount : amount;
    const sent = await send(a, "ccipSend", dapp.bridge.idOf(to), asked, { value });
    return { sent, a, b };
  }

  for (const [from, to] of [
    ["alpha", "beta"],
    ["l1", "alpha"],
    ["beta", "l1"],
  ] as const)
    test(`coins go from ${from} to ${to} and arrive as coins; their sender's contract keeps none`, async () => {
      const before = await coins(to, dapp.owner);
      const locked = await tokens(from, dapp.bridge.wrappedNative, dapp.bridge.coinPool);
      const { sent, a, b } = await sendCoins(from, to, 3n * COIN);
      const beforeArrival = await coins(to, dapp.owner);
      await dapp.bridge.delivered(sent);
      assert.equal((await coins(to, dapp.owner)) - beforeArrival, 3n * COIN);
      assert.ok(before > beforeArrival, "it has paid for its contract there");
      assert.equal(await tokens(from, dapp.bridge.wrappedNative, dapp.bridge.coinPool), locked + 3n * COIN);
      for (const [name, contract] of [
        [from, a],
        [to, b],
      ] as const)
        assert.deepEqual(
          [await coins(name, contract.target), await tokens(name, dapp.bridge.wrappedNative, contract.target)],
          [0n, 0n],
        );
    });

  test("a fee in LINK is paid in addition to the coins", async () => {
    const { sent } = await sendCoins("alpha", "beta", COIN, dapp.bridge.link);
    assert.equal((await dapp.bridge.delivered(sent)).delivery.step, "executed");
  });

  test("wrapped coins and LINK go to an account without code", async () => {
    const bob = account();
    const messenger = await putCcip(at("alpha"), "MyMessenger", dapp.bridge.router);
    for (const address of [dapp.bridge.wrappedNative, dapp.bridge.link]) {
      const here = await token("alpha", address);
      await send(here, "deposit", { value: COIN });
      await send(here, "approve", messenger.target, COIN);
      const asked = request(bob, "", { tokens: [{ token: address, amount: COIN }], args: extraArgs(0n) });
      const value = (await messenger.getFunction("quote").staticCall(dapp.bridge.idOf("beta"), asked)) as bigint;
      await dapp.bridge.delivered(await send(messenger, "send", dapp.bridge.idOf("beta"), asked, { value }));
      assert.equal(await tokens("beta", address, bob), COIN);
    }
  });

  test("a transfer of more coins than the pool holds waits, and continues after the pool receives more", async () => {
    const available = await tokens("l1", dapp.bridge.wrappedNative, dapp.bridge.coinPool);
    const { sent } = await sendCoins("alpha", "l1", available + COIN);
    const why = new RegExp(
      `the coin pool ${dapp.bridge.coinPool} has ${available} wei of .* is to pay ${available + COIN}: send it more`,
    );
    await assert.rejects(dapp.bridge.delivered(sent), why);
    // When it is asked again, too.
    await assert.rejects(dapp.bridge.delivered(sent), why);
    await (await (await signer("l1")).sendTransaction({ to: dapp.bridge.coinPool, value: COIN })).wait();
    const before = await coins("l1", dapp.owner);
    await dapp.bridge.delivered(sent);
    assert.equal((await coins("l1", dapp.owner)) - before, available + COIN);
    assert.equal(await tokens("l1", dapp.bridge.wrappedNative, dapp.bridge.coinPool), 0n);
  });
});
