import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Contract, id, Interface, parseEther, type ErrorFragment, type Result, type Signer } from "ethers";
import { ccipRampsAbi } from "../../src/ground/abi/ccip-ramps.ts";
import type { EcosystemStatus, MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { PagedMessages } from "../../src/ecosystem/devnet/view/books/paged-messages.ts";
import { whereItIs } from "../../src/ecosystem/devnet/view/books/message-state.ts";
import { extraArgs, knowPool, putCcip, request, tokenWithPool } from "./support/ccip-dapp.ts";
import { send } from "./support/world.ts";
import { suiteDapp } from "./support/suite-dapp.ts";

/** Chain selectors as public networks have them (Sepolia, Base Sepolia and Arbitrum Sepolia). */
const IDS = { l1: "16015286601757825753", alpha: "10344971235874465080", beta: "3478487238524512106" };
const COIN = parseEther("1");
const BOB = "0x00000000000000000000000000000000000B0B00";
const NO_ONE = `0x${"00".repeat(20)}`;
const FEE_TOKEN = [
  "function deposit() payable",
  "function approve(address,uint256) returns (bool)",
  "function transfer(address,uint256) returns (bool)",
  "function balanceOf(address) view returns (uint256)",
];
const ramps = new Interface(ccipRampsAbi);
/** Errors of the ramps, declared independently. */
const ERRORS = new Interface([
  "error NotEnoughGas(uint256 required, uint256 actual)",
  "error NotRecorded(uint64 sourceChainSelector, uint64 sequenceNumber, bytes32 messageId)",
  "error NotUntouched(bytes32 messageId, uint8 state)",
  "error MessageGasLimitTooHigh()",
  "error FeeTokenNotSupported(address token)",
  "error InvalidEVMAddress(bytes encodedAddress)",
  "error InsufficientFeeTokenAmount()",
  "error UnsupportedDestinationChain(uint64 destChainSelector)",
  "error CursedByRMN(uint64 chainSelector)",
  "error UnauthorizedTransmitter()",
  "error ManualExecutionNotYetEnabled(uint64 sourceChainSelector)",
]);
/** The name of what a call is refused with. */
async function refusal(sending: Promise<unknown>): Promise<string> {
  try {
    await sending;
    return "done";
  } catch (error) {
    const text = `${String((error as { data?: string }).data)} ${String(error)}`;
    return ERRORS.fragments.map((each) => each as ErrorFragment).find(({ selector }) => text.includes(selector))?.name ?? text;
  }
}
/** `Refused()` of MyMessenger, which is known by its name where the dapp's own project was built before. */
const REFUSED = new RegExp(`reverts with (?:Refused\\(\\)|${id("Refused()").slice(0, 10)})`);

describe("C14 dapps of CCIP between two chains and L1, on its unchanged npm package", () => {
  const dapp = suiteDapp("ccip", { ids: IDS });
  const { at, ask: value } = dapp;

  async function on(member: string, address: string, abi: readonly string[], number = 0): Promise<Contract> {
    return new Contract(address, abi, (await at(member).ethers.getSigners())[number] as unknown as Signer);
  }
  async function messengers(from = "alpha", to = "beta") {
    return {
      a: await putCcip(at(from), "MyMessenger", dapp.bridge.router),
      b: await putCcip(at(to), "MyMessenger", dapp.bridge.router),
    };
  }
  async function sendText(a: Contract, to: string, asked: ReturnType<typeof request>) {
    const fee = (await value(a, "quote", dapp.bridge.idOf(to), asked)) as bigint;
    return send(a, "send", dapp.bridge.idOf(to), asked, { value: fee });
  }
  const rawIn = (receipt: Awaited<ReturnType<typeof send>>) =>
    receipt.logs.map((log) => ramps.parseLog(log)).find((event) => event?.name === "CCIPMessageSent")?.args["message"] as unknown;

  test("has the selectors of the config, and one address for each contract on all members", async () => {
    assert.deepEqual(
      [dapp.bridge.idOf("l1"), dapp.bridge.idOf("alpha"), dapp.bridge.idOf("beta")].map(String),
      Object.values(IDS),
    );
    for (const member of [dapp.hyperchains.l1, ...dapp.hyperchains])
      for (const contract of ["router", "ramps", "tokenAdminRegistry", "rmn", "wrappedNative", "link", "coinPool"] as const)
        assert.notEqual(
          await member.provider.request({ method: "eth_getCode", params: [dapp.bridge[contract], "latest"] }),
          "0x",
        );
    assert.throws(() => dapp.hyperchains.bridges.hyperlane, { code: "NotConfigured" });
  });

  for (const [from, to] of [
    ["alpha", "beta"],
    ["l1", "alpha"],
    ["beta", "l1"],
  ] as const)
    test(`a text goes from ${from} to ${to} for the fee that the router quotes, with its source, its sender and 200,000 gas`, async () => {
      const { a, b } = await messengers(from, to);
      const { delivery } = await dapp.bridge.delivered(await sendText(a, to, request(b.target, "hello")));
      assert.equal(delivery.step, "executed");
      assert.equal(delivery.provenMessage !== undefined, from !== "l1" && to !== "l1");
      assert.deepEqual(
        [await value(b, "text"), await value(b, "source"), await value(b, "sender")],
        ["hello", dapp.bridge.idOf(from), a.target],
      );
      const seen = (await value(b, "gasSeen")) as bigint;
      assert.ok(seen < 200_000n && seen > 190_000n, `its receiver saw ${seen} gas`);
    });

  for (const [kind, from, to] of [
    ["burn_mint_token_pool", "alpha", "beta"],
    ["lock_release_token_pool", "beta", "l1"],
  ] as const)
    test(`tokens of a ${kind} go from ${from} to ${to}, with a text and to an account without code`, async () => {
      const [here, there] = [
        await tokenWithPool(at(from), kind, dapp.bridge),
        await tokenWithPool(at(to), "burn_mint_token_pool", dapp.bridge),
      ];
      await knowPool(here.pool, dapp.bridge.idOf(to), there);
      await knowPool(there.pool, dapp.bridge.idOf(from), here);
      const { a, b } = await messengers(from, to);
      await send(here.token, "approve", a.target, 100n * COIN);
      const tokens = [{ token: here.token.target, amount: 7n * COIN }];
      await dapp.bridge.delivered(await sendText(a, to, request(b.target, "with tokens", { tokens })));
      assert.deepEqual(
        [await value(b, "text"), await value(b, "token"), await value(b, "amount")],
        ["with tokens", there.token.target, 7n * COIN],
      );
      await dapp.bridge.delivered(await sendText(a, to, request(BOB, "", { tokens, args: extraArgs(0n) })));
      assert.deepEqual(
        [await value(there.token, "balanceOf", b.target), await value(there.token, "balanceOf", BOB)],
        [7n * COIN, 7n * COIN],
      );
      const locked = await value(here.token, "balanceOf", here.pool.target);
      assert.equal(locked, kind === "lock_release_token_pool" ? 14n * COIN : 0n);
      // What a receiver refuses takes no tokens either.
      await send(b, "refuse", true);
      await assert.rejects(dapp.bridge.delivered(await sendText(a, to, request(b.target, "refused", { tokens }))), REFUSED);
      assert.equal(await value(there.token, "balanceOf", b.target), 7n * COIN);
    });

  test("CCIP's ping-pong pays in LINK from its balance, and answers automatically", async () => {
    const sides = await Promise.all(
      ["alpha", "beta"].map((name) => putCcip(at(name), "MyPingPong", dapp.bridge.router, dapp.bridge.link)),
    );
    const [a, b] = sides as [Contract, Contract];
    for (const [name, here] of [
      ["alpha", a],
      ["beta", b],
    ] as const) {
      const link = await on(name, dapp.bridge.link, FEE_TOKEN);
      await send(link, "deposit", { value: COIN });
      await send(link, "transfer", here.target, COIN);
    }
    await send(a, "setCounterpart", dapp.bridge.idOf("beta"), `0x${"00".repeat(12)}${String(b.target).slice(2)}`);
    await send(b, "setCounterpart", dapp.bridge.idOf("alpha"), `0x${"00".repeat(12)}${String(a.target).slice(2)}`);
    const { hash } = await dapp.bridge.delivered(await send(a, "startPingPong"));
    // The answer was sent by what executed the ping.
    await send(a, "setPaused", true);
    const back = await dapp.bridge.delivered(hash);
    assert.equal(back.delivery.destinationChainId, at("alpha").chainId);
    const spent = COIN - ((await value(await on("beta", dapp.bridge.link, FEE_TOKEN), "balanceOf", b.target)) as bigint);
    // 500,000 for the record, 1,000,000 for its data, 300,000 for the ramps, 8 for each of 32 bytes and what the receiver gets, at 1 gwei.
    assert.equal(spent, (2_000_000n + 256n) * 10n ** 9n);
  });

  test("a receiver that refuses, burns all gas or returns a megabyte fails; it is executed again by hand, with more gas or once it takes it", async () => {
    const { a, b } = await messengers();
    await send(b, "refuse", true);
    const refused = await sendText(a, "beta", request(b.target, "later"));
    await assert.rejects(dapp.bridge.delivered(refused), REFUSED);
    for (const text of ["burn", "megabyte"])
      await assert.rejects(dapp.bridge.delivered(await sendText(a, "beta", request(b.target, text))), { code: "Failed" });
    await send(b, "refuse", false);
    for (const text of ["burn", "megabyte"])
      await assert.rejects(dapp.bridge.delivered(await sendText(a, "beta", request(b.target, text))), { code: "Failed" });
    await dapp.bridge.delivered(refused);
    assert.equal(await value(b, "text"), "later");
    const poor = await sendText(
      a,
      "beta",
      request(b.target, "more than its sender has paid for".repeat(9), { args: extraArgs(40_000n) }),
    );
    await assert.rejects(dapp.bridge.delivered(poor), { code: "Failed" });
    const [failed] = (await dapp.bridge.deliveries()).filter(({ sentIn }) => sentIn === poor.hash);
    await assert.rejects(
      dapp.bridge.execute(failed!, { gas: 39_999n }),
      /paid for 40000 gas, and CCIP's manual execution takes no less/,
    );
    await dapp.bridge.execute(failed!, { gas: 900_000n });
    assert.equal(await value(b, "received"), 2n);
  });

  test("a message whose receiver refuses it has failed in the ecosystem's lists and counts too, until it is executed", async () => {
    const { a, b } = await messengers();
    await send(b, "refuse", true);
    const refused = await sendText(a, "beta", request(b.target, "refused at first"));
    await assert.rejects(dapp.bridge.delivered(refused), REFUSED);
    const attesting = async (): Promise<MessageInfo> => {
      const params = [{ transaction: refused.hash }, { fresh: true }];
      const { messages } = (await at("alpha").provider.request({ method: "hyperchain_messages", params })) as PagedMessages;
      return messages.find(({ type }) => type === "bundle") ?? assert.fail("no message attests it");
    };
    const failedCount = async (): Promise<number> => {
      const params = [{ fresh: true }];
      const status = await at("alpha").provider.request({ method: "hyperchain_status", params });
      return (status as EcosystemStatus).messages.failed;
    };
    const { failed: failure } = await attesting();
    const why = /^the CCIP message that it attests arrived on beta, and its receiver reverted there with /;
    assert.match(failure?.why ?? "", why);
    assert.deepEqual(whereItIs(await attesting()), { kind: "bad", text: failure?.why });
    const failures = await failedCount();
    await send(b, "refuse", false);
    await dapp.bridge.delivered(refused);
    assert.deepEqual([(await attesting()).failed, await failedCount()], [undefined, failures - 1]);
  });

  test("messages that asked for order come in order, and one that fails holds up no later one", async () => {
    const { a, b } = await messengers();
    await dapp.bridge.hold("beta");
    const first = await sendText(a, "beta", request(b.target, "burn"));
    const second = await sendText(a, "beta", request(b.target, "second"));
    const free = await sendText(a, "beta", request(b.target, "free", { args: extraArgs(200_000n, true) }));
    await assert.rejects(dapp.bridge.delivered(second), /is verified/);
    const by = new Map((await dapp.bridge.deliveries()).map((each) => [each.sentIn as string, each]));
    await assert.rejects(
      dapp.bridge.execute(by.get(second.hash)!),
      /message \d+ of 0x[0-9a-f]{40}, which asked for order, was not executed yet/,
    );
    await dapp.bridge.execute(by.get(free.hash)!);
    assert.equal(await value(b, "text"), "free");
    await dapp.bridge.release("beta");
    await dapp.bridge.delivered(second);
    assert.equal(await value(b, "text"), "second");
    await assert.rejects(dapp.bridge.delivered(first), { code: "Failed" });
  });

  test("a curse stops sending and executing, waiting messages report it, and everything continues after it is lifted", async () => {
    const { a, b } = await messengers();
    await dapp.bridge.hold("beta");
    const sent = await sendText(a, "beta", request(b.target, "cursed"));
    await assert.rejects(dapp.bridge.delivered(sent), /is verified/);
    await dapp.bridge.curse("alpha");
    await dapp.bridge.release("beta");
    await assert.rejects(dapp.bridge.delivered(sent), /alpha is cursed here; bridges\.ccip\.lift\("alpha"\) ends it/);
    const c = await putCcip(at("beta"), "MyMessenger", dapp.bridge.router);
    assert.equal(await refusal(value(c, "quote", dapp.bridge.idOf("alpha"), request(a.target, "back"))), "CursedByRMN");
    await dapp.bridge.curse("alpha");
    await dapp.bridge.lift("alpha");
    await dapp.bridge.delivered(sent);
    assert.equal(await value(b, "text"), "cursed");
    await sendText(c, "alpha", request(a.target, "back"));
  });

  test("the global curse stops all chains, what waits says so, and a curse of one chain outlives it", async () => {
    const { a, b } = await messengers();
    await dapp.bridge.hold("beta");
    const sent = await sendText(a, "beta", request(b.target, "globally cursed"));
    await assert.rejects(dapp.bridge.delivered(sent), /is verified/);
    await dapp.bridge.curse();
    await dapp.bridge.release("beta");
    await assert.rejects(dapp.bridge.delivered(sent), /all chains are cursed here; bridges\.ccip\.lift\(\) ends it/);
    const rmn = await on("l1", dapp.bridge.rmn, ["function isCursed() view returns (bool)"]);
    assert.equal(await value(rmn, "isCursed"), true);
    await dapp.bridge.curse("alpha");
    await dapp.bridge.lift();
    assert.equal(await value(rmn, "isCursed"), false);
    await assert.rejects(dapp.bridge.delivered(sent), /alpha is cursed here/);
    await dapp.bridge.lift("alpha");
    await dapp.bridge.delivered(sent);
    assert.equal(await value(b, "text"), "globally cursed");
  });

  test("a return to a snapshot takes a message back with all its steps, a curse too", async () => {
    const { a, b } = await messengers();
    const mark = await dapp.hyperchains.snapshot();
    await dapp.bridge.curse("beta");
    await dapp.hyperchains.revert(mark);
    const sent = await sendText(a, "beta", request(b.target, "once"));
    const inFlight = await dapp.hyperchains.snapshot();
    await dapp.bridge.delivered(sent);
    await dapp.hyperchains.revert(inFlight);
    assert.equal(await value(b, "received"), 0n);
    await dapp.bridge.delivered(sent);
    assert.equal(await value(b, "received"), 1n);
  });

  test("attack: a receiver that executes its own message or another one again, inside ccipReceive, gains nothing", async () => {
    const { a, b } = await messengers();
    const before = await sendText(a, "beta", request(b.target, "before"));
    await dapp.bridge.delivered(before);
    await dapp.bridge.hold("beta");
    const again = await sendText(a, "beta", request(b.target, "again", { args: extraArgs(1_500_000n) }));
    await send(b, "reenterBy", dapp.bridge.ramps, ramps.encodeFunctionData("manuallyExecute", [rawIn(again), 0n]));
    await dapp.bridge.release("beta");
    await dapp.bridge.delivered(again);
    assert.deepEqual([await value(b, "hasReentered"), await value(b, "received")], [false, 2n]);
    await send(b, "reenterBy", dapp.bridge.ramps, ramps.encodeFunctionData("manuallyExecute", [rawIn(before), 0n]));
    await dapp.bridge.delivered(await sendText(a, "beta", request(b.target, "again", { args: extraArgs(1_500_000n) })));
    assert.deepEqual([await value(b, "hasReentered"), await value(b, "received")], [false, 3n]);
  });

  test("attack: a stranger executes a message first: not before 8 hours, changed in a byte not at all, and otherwise once", async () => {
    const { a, b } = await messengers();
    await dapp.bridge.hold("beta");
    const sent = await sendText(a, "beta", request(b.target, "by a stranger"));
    await assert.rejects(dapp.bridge.delivered(sent), /is verified/);
    const stranger = new Contract(
      dapp.bridge.ramps,
      ccipRampsAbi,
      (await at("beta").ethers.getSigners())[3] as unknown as Signer,
    );
    const raw = (rawIn(sent) as Result).toArray(true);
    const execute = stranger.getFunction("manuallyExecute");
    assert.equal(await refusal(stranger.getFunction("execute").staticCall(raw)), "UnauthorizedTransmitter");
    assert.equal(await refusal(execute.staticCall(raw, 0n)), "ManualExecutionNotYetEnabled");
    const delivery = (await dapp.bridge.deliveries()).find(({ sentIn }) => sentIn === sent.hash);
    await assert.rejects(dapp.bridge.execute(delivery!, { gas: 900_000n }), /other gas only after the message has failed/);
    await at("beta").networkHelpers.time.increase(8 * 3_600 + 1);
    assert.equal(await refusal(execute.staticCall(raw, 0n, { gasLimit: 500_000n })), "NotEnoughGas");
    const changed = raw.with(2, "0x00");
    assert.equal(await refusal(execute.staticCall(changed, 0n)), "NotRecorded");
    await send(stranger, "manuallyExecute", raw, 0n);
    assert.equal(await refusal(stranger.getFunction("manuallyExecute").staticCall(raw, 0n)), "NotUntouched");
    await dapp.bridge.release("beta");
    assert.equal((await dapp.bridge.delivered(sent)).delivery.step, "executed");
    assert.equal(await value(b, "received"), 1n);
  });

  test("quotes refuse what is not brought, and a fee that is too low sends nothing", async () => {
    const { a, b } = await messengers();
    const quote = (asked: ReturnType<typeof request>) => refusal(value(a, "quote", dapp.bridge.idOf("beta"), asked));
    assert.equal(await quote(request(b.target, "x", { args: extraArgs(5_000_001n) })), "MessageGasLimitTooHigh");
    assert.equal(await quote(request(b.target, "x", { feeToken: BOB })), "FeeTokenNotSupported");
    assert.equal(await quote(request(NO_ONE, "x")), "InvalidEVMAddress");
    const poor = a.getFunction("send").staticCall(dapp.bridge.idOf("beta"), request(b.target, "x"), { value: 1n });
    assert.equal(await refusal(poor), "InsufficientFeeTokenAmount");
    assert.equal(await refusal(value(a, "quote", 5n, request(b.target, "x"))), "UnsupportedDestinationChain");
  });
});
