import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, parseEther, ZeroAddress } from "ethers";
import type { Signer } from "ethers";
import type { Hyperchains } from "../../src/types.ts";
import { CCIP_DAPP, extraArgs, putCcip, request } from "./support/ccip-dapp.ts";
import { openBridged, send } from "./support/world.ts";

const COIN = parseEther("1");
const TOKEN = [
  "function deposit() payable",
  "function approve(address,uint256) returns (bool)",
  "function balanceOf(address) view returns (uint256)",
];

describe("C14 coins by CCIP: its EtherSenderReceiver as it is, between chains and L1", () => {
  let connection: Awaited<ReturnType<typeof openBridged>>;
  let hyperchains: Hyperchains;
  let ccip: Hyperchains["bridges"]["ccip"];
  before(async () => {
    connection = await openBridged({ bridges: { ccip: {} } }, CCIP_DAPP);
    ({ hyperchains } = connection);
    ccip = hyperchains.bridges.ccip;
  });
  after(() => connection?.close());

  const at = (name: string) => hyperchains.chain(name);
  const signer = async (name: string) => (await at(name).ethers.getSigners())[0]! as unknown as Signer;
  const coins = (name: string, account: unknown): Promise<bigint> => at(name).ethers.provider.getBalance(String(account));
  const token = async (name: string, address: string) => new Contract(address, TOKEN, await signer(name));
  const tokens = async (name: string, address: string, account: unknown) =>
    (await (await token(name, address)).getFunction("balanceOf").staticCall(account)) as bigint;
  /** Someone without coins. */
  let accounts = 0;
  const account = (): string => `0x${"c0".repeat(18)}${(++accounts).toString(16).padStart(4, "0")}`;
  /** The receiver of coins is their sender, at its own address. */
  async function sendCoins(from: string, to: string, amount: bigint, feeToken = ZeroAddress) {
    const [a, b] = [await putCcip(at(from), "MyCoins", ccip.router), await putCcip(at(to), "MyCoins", ccip.router)];
    const asked = request(b.target, "", { tokens: [{ token: ZeroAddress, amount }], feeToken });
    const fee = (await a.getFunction("getFee").staticCall(ccip.idOf(to), asked)) as bigint;
    if (feeToken !== ZeroAddress) {
      const paying = await token(from, feeToken);
      await send(paying, "deposit", { value: fee });
      await send(paying, "approve", a.target, fee);
    }
    const value = feeToken === ZeroAddress ? fee + amount : amount;
    const sent = await send(a, "ccipSend", ccip.idOf(to), asked, { value });
    return { sent, a, b };
  }

  for (const [from, to] of [
    ["alpha", "beta"],
    ["l1", "alpha"],
    ["beta", "l1"],
  ] as const)
    test(`coins go from ${from} to ${to} and arrive as coins; their sender's contract keeps none`, async () => {
      const owner = await (await signer(to)).getAddress();
      const before = await coins(to, owner);
      const locked = await tokens(from, ccip.wrappedNative, ccip.coinPool);
      const { sent, a, b } = await sendCoins(from, to, 3n * COIN);
      const beforeArrival = await coins(to, owner);
      await ccip.delivered(sent);
      assert.equal((await coins(to, owner)) - beforeArrival, 3n * COIN);
      assert.ok(before > beforeArrival, "it has paid for its contract there");
      assert.equal(await tokens(from, ccip.wrappedNative, ccip.coinPool), locked + 3n * COIN);
      for (const [name, contract] of [
        [from, a],
        [to, b],
      ] as const)
        assert.deepEqual([await coins(name, contract.target), await tokens(name, ccip.wrappedNative, contract.target)], [0n, 0n]);
    });

  test("a fee in LINK is paid beside the coins", async () => {
    const { sent } = await sendCoins("alpha", "beta", COIN, ccip.link);
    assert.equal((await ccip.delivered(sent)).delivery.step, "executed");
  });

  test("wrapped coins and LINK go to an account without code", async () => {
    const bob = account();
    const messenger = await putCcip(at("alpha"), "MyMessenger", ccip.router);
    for (const address of [ccip.wrappedNative, ccip.link]) {
      const here = await token("alpha", address);
      await send(here, "deposit", { value: COIN });
      await send(here, "approve", messenger.target, COIN);
      const asked = request(bob, "", { tokens: [{ token: address, amount: COIN }], args: extraArgs(0n) });
      const value = (await messenger.getFunction("quote").staticCall(ccip.idOf("beta"), asked)) as bigint;
      await ccip.delivered(await send(messenger, "send", ccip.idOf("beta"), asked, { value }));
      assert.equal(await tokens("beta", address, bob), COIN);
    }
  });

  test("more coins than the pool has there wait with what it has, and go on once somebody has sent it more", async () => {
    const available = await tokens("l1", ccip.wrappedNative, ccip.coinPool);
    const owner = await (await signer("l1")).getAddress();
    const { sent } = await sendCoins("alpha", "l1", available + COIN);
    const why = new RegExp(
      `the coin pool ${ccip.coinPool} has ${available} wei of .* is to pay ${available + COIN}: send it more`,
    );
    await assert.rejects(ccip.delivered(sent), why);
    // When it is asked again, too.
    await assert.rejects(ccip.delivered(sent), why);
    await (await (await signer("l1")).sendTransaction({ to: ccip.coinPool, value: COIN })).wait();
    const before = await coins("l1", owner);
    await ccip.delivered(sent);
    assert.equal((await coins("l1", owner)) - before, available + COIN);
    assert.equal(await tokens("l1", ccip.wrappedNative, ccip.coinPool), 0n);
  });
});
