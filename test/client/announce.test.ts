import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { id, Interface, Wallet } from "ethers";
import { announceToken, describeToken } from "../../src/ecosystem/client/messages/announce.ts";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { bridgedTokenAddress, findToken } from "../../src/ecosystem/client/tokens/token.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { estimateSpend } from "../../src/ecosystem/client/wallet/spend.ts";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { walletView } from "../../src/ecosystem/client/wallet/wallet-view.ts";
import type { TokenBalance } from "../../src/ecosystem/client/wallet/wallet-balances.ts";
import { deploy, startClientEcosystem, type ClientEcosystem } from "./support.ts";

const [ALICE, BOB] = [1, 2];
const ETHER = 10n ** 18n;
const named = new Interface(["function name() view returns (string)", "function symbol() view returns (string)"]);

describe("B5: a token of one chain gets its name on another", () => {
  let ecosystem: ClientEcosystem;
  let token: Hex;
  before(async () => {
    ecosystem = await startClientEcosystem();
    token = await deploy(ecosystem.on("a", ALICE), "L2TestToken", 500n, false, false);
  });
  after(async () => {
    await ecosystem.close();
    assert.deepEqual(ecosystem.devnet.faults, []);
  });

  const ask = async (chain: number, of: string, name: "name" | "symbol"): Promise<string> => {
    const answer = await ecosystem.provider(chain).call({ to: of, data: named.encodeFunctionData(name) });
    return String(named.decodeFunctionResult(name, answer)[0]);
  };

  /** Balance of an account on another chain in a token that originates on the first chain. */
  async function heldOn(chain: string, origin: Hex, account: number): Promise<TokenBalance> {
    const { members } = await walletView(ecosystem.info, ecosystem.on(chain, account).address, ecosystem.provider);
    const there = members.find(({ name }) => name === chain)?.tokens.find((held) => held.origin.token === origin);
    assert.ok(there !== undefined);
    return there;
  }

  test("by an announcement, which any account brings to any chain once its batch is settled", async () => {
    const { info, devnet } = ecosystem;
    const announced = await announceToken(info, { chain: "a", token }, ecosystem.on("a", ALICE));
    const bring = () => describeToken(info, { announced, on: "gas" }, ecosystem.on("gas", ALICE), devnet.l1.provider);
    await assert.rejects(bring(), {
      name: "ClientError",
      code: "NotImported",
      message: /^gas does not know of the announcement 0x[0-9a-f]{64} yet: settle a, and wait/,
    });
    await ecosystem.moveOn();
    await bring();
    const there = await heldOn("gas", token, BOB);
    assert.deepEqual([there.symbol, there.decimals, there.amount], ["TT", 6, 0n]);
    assert.equal(await ask(273, there.address, "name"), await ask(271, token, "name"));
  });

  test("by the first send, whose name the relayer delivers before the money, also to every later chain", async () => {
    const { info } = ecosystem;
    const alice = ecosystem.on("a", ALICE);
    const sent = await deploy(alice, "L2TestToken", 500n, false, false);
    const request = { chain: "a", to: `${alice.address}@b`, amount: 7n, token: sent };
    assert.equal((await send(info, request, alice)).announcement?.chainId, 271);
    await ecosystem.moveOn();
    const there = await heldOn("b", sent, ALICE);
    assert.deepEqual([there.symbol, there.decimals, there.amount], ["TT", 6, 7n]);
    assert.equal(await ask(272, there.address, "name"), "Test token");
    const events = [id("Described(string,string,uint8,uint88)"), id("CrosschainMint(address,uint256,address)")];
    const logs = await ecosystem.provider(272).getLogs({ address: there.address, topics: [events], fromBlock: 0 });
    assert.deepEqual(
      logs.map(({ topics: [event] }) => event),
      events,
    );
    assert.equal((await send(info, request, alice)).announcement, undefined);
    // A chain that passes on a token passes on the name from the origin chain.
    const onward = { chain: "b", to: `${alice.address}@gas`, amount: 3n, token: there.address };
    assert.equal((await send(info, onward, ecosystem.on("b", ALICE))).announcement, undefined);
    await ecosystem.moveOn();
    const passedOn = await heldOn("gas", sent, ALICE);
    assert.deepEqual([passedOn.symbol, passedOn.decimals, passedOn.amount], ["TT", 6, 3n]);
  });

  test("by a call that takes the token along", async () => {
    const { info } = ecosystem;
    const [alice, bob] = [ecosystem.on("a", ALICE), ecosystem.on("b", BOB).address];
    const taken = await deploy(alice, "L2TestToken", 500n, false, false);
    const tokens = [{ token: taken, amount: 4n, recipient: bob }];
    await call(info, { chain: "a", to: `${bob}@b`, data: "0x", tokens }, alice);
    await ecosystem.moveOn();
    const there = await heldOn("b", taken, BOB);
    assert.deepEqual([there.symbol, there.decimals, there.amount], ["TT", 6, 4n]);
  });

  const MANNERS = [
    ["reverts", ""],
    ["returns bytes32", ""],
    ["is 100 kB long", "L".repeat(64)],
    ["burns all gas", ""],
    ["has a length that no memory holds", ""],
    ["begins where no data is", ""],
  ] as const;
  test(`delivers without delaying others a token whose name() ${MANNERS.map(([what]) => what).join(", ")}`, async () => {
    const { info } = ecosystem;
    const [alice, bob] = [ecosystem.on("a", ALICE), ecosystem.on("b", BOB).address];
    const hostile: Hex[] = [];
    for (const [manner, [what, shown]] of MANNERS.entries()) {
      const token = await deploy(alice, "HostileNames", 500n, manner);
      const nonce = await alice.getNonce();
      const { announcement } = await send(info, { chain: "a", to: `${bob}@b`, amount: 9n, token }, alice);
      assert.equal(announcement !== undefined, shown !== "", what);
      // An approval and the transfer: what has no name that it tells costs its sender nothing more.
      assert.equal(await alice.getNonce(), nonce + (shown === "" ? 2 : 3), what);
      hostile.push(token);
    }
    await ecosystem.moveOn();
    for (const [place, [what, shown]] of MANNERS.entries()) {
      const there = await heldOn("b", hostile[place]!, BOB);
      assert.deepEqual([there.amount, await ask(272, there.address, "name")], [9n, shown], what);
    }
  });

  test("by its address on its chain, whatever token of L1 has the same address and arrived there", async () => {
    const { info, devnet, on, provider } = ecosystem;
    const deployer = new Wallet(id("deploys the same on two members"));
    for (const member of ["l1", "a"])
      await (await on(member, ALICE).sendTransaction({ to: deployer.address, value: ETHER })).wait();
    const l1 = deployer.connect(devnet.l1.provider);
    const twin = await deploy(l1, "L2TestToken", 500n, false, false);
    assert.equal(await deploy(deployer.connect(provider(271)), "L2TestToken", 500n, false, false), twin);
    await deposit(info, { chain: "a", token: twin, amount: 1n }, l1);
    await ecosystem.moveOn();
    const chain = info.chains.find(({ name }) => name === "a")!;
    const find = (name: string) => findToken(info, chain, name, provider(271));
    const arrived = await bridgedTokenAddress(info, twin, provider(271));
    await assert.rejects(find(twin), {
      code: "AmbiguousToken",
      message: `${twin} is one token on a and another on l1, which arrived on a as ${arrived}; write ${twin}@a for the first, ${twin}@l1 for the second`,
    });
    await assert.rejects(send(info, { chain: "a", to: `${twin}@gas`, amount: 1n, token: twin }, on("a", ALICE)), {
      code: "AmbiguousToken",
    });
    assert.deepEqual([(await find(`${twin}@a`)).address, (await find(`${twin}@a`)).originChainId], [twin, 271]);
    assert.deepEqual([(await find(`${twin}@L1`)).address, (await find(`${twin}@L1`)).originToken], [arrived, twin]);
    assert.equal((await find(arrived)).originToken, twin);
    // What the text said is not lost on the way: a spend finds its parts by their members.
    const payment = { asset: `${twin}@a`, to: `${on("b", BOB).address}@b`, amount: 1n, sender: deployer.address };
    const { parts } = await estimateSpend(info, payment, provider);
    assert.deepEqual(
      parts.map(({ chainId, token }) => [chainId, token]),
      [[271, twin]],
    );
    await assert.rejects(find(`${twin}@gas`), { code: "UnknownToken" });
    const announced = await announceToken(info, { chain: "a", token: twin }, on("a", ALICE));
    await ecosystem.moveOn();
    await describeToken(info, { announced, on: "gas" }, on("gas", ALICE), devnet.l1.provider);
    assert.equal((await heldOn("gas", twin, BOB)).origin.chainId, 271);
  });

  test("what pays for gas needs no announcement, and none is sent", async () => {
    await assert.rejects(announceToken(ecosystem.info, { chain: "a", token: "ETH" }, ecosystem.on("a", ALICE)), {
      code: "UnknownToken",
      message: /is what gas on a is paid with/,
    });
  });
});
