import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  concat,
  id,
  toBeHex,
  toUtf8Bytes,
  zeroPadValue,
  ZeroHash,
  type Contract,
  type ContractTransactionReceipt,
  type LogDescription,
  type Signer,
} from "ethers";
import hre from "hardhat";
import { assertReverts } from "../l2/support/revert-reason.ts";
import { deployBy } from "./support/contracts.ts";

const [EID, OTHER_COIN] = [40245, 40300];
const GWEI = 10n ** 9n;
const COIN = 10n ** 18n;
const BOB = "0x00000000000000000000000000000000000000B0";

const option = (kind: number, ...fields: string[]): string => {
  const body = concat(["0x", ...fields]);
  return concat(["0x01", toBeHex(body.length / 2, 2), toBeHex(kind, 1), body]);
};
const word = (value: bigint): string => toBeHex(value, 16);
const receive = (gas: bigint, value?: bigint): string => option(1, word(gas), ...(value === undefined ? [] : [word(value)]));
const drop = (amount: bigint): string => option(2, word(amount), zeroPadValue(BOB, 32));
const compose = (index: number, gas: bigint, value?: bigint): string =>
  option(3, toBeHex(index, 2), word(gas), ...(value === undefined ? [] : [word(value)]));

describe("C14 the executor of LayerZero's packets", () => {
  let connection: Awaited<ReturnType<typeof hre.network.create>>;
  let operator: Signer;
  let stranger: Signer;
  let library: Contract;
  let endpoint: Contract;
  let receiver: Contract;
  let executor: Contract;
  before(async () => {
    connection = await hre.network.create("local");
    [operator, stranger] = (await connection.ethers.getSigners()) as unknown as [Signer, Signer];
    library = await deployed("BridgeTestLibrary");
    endpoint = await deployed("BridgeTestEndpoint");
    receiver = await deployed("BridgeTestReceiver");
    executor = await deployed("DevnetExecutor", await operator.getAddress(), endpoint.target, library.target);
    await send("setDestination", [EID, GWEI, true]);
    await send("setDestination", [OTHER_COIN, GWEI, false]);
  });
  after(() => connection.close());

  const deployed = (name: string, ...args: unknown[]): Promise<Contract> => deployBy(operator, name, ...args);

  const send = async (name: string, args: readonly unknown[], overrides = {}): Promise<ContractTransactionReceipt> =>
    (await (await executor.getFunction(name).send(...args, overrides)).wait()) as ContractTransactionReceipt;
  const fee = (...options: string[]): Promise<unknown> =>
    executor.getFunction("getFee").staticCall(EID, BOB, 100, concat(["0x", ...options]));
  const refuses = (call: Promise<unknown>, error: string, ...args: unknown[]): Promise<void> =>
    assertReverts(call, "DevnetExecutor", error, args);
  const run = (what: string, { guid = id(what), gas = 200_000n } = {}) => ({
    origin: { srcEid: EID, sender: ZeroHash, nonce: 1 },
    ...{ receiver: receiver.target, guid, message: toUtf8Bytes(what), extraData: "0x", gasLimit: gas },
  });
  const told = ({ logs }: ContractTransactionReceipt, contract: Contract): LogDescription[] =>
    logs.flatMap((log) => contract.interface.parseLog(log) ?? []);
  const balance = (account: unknown): Promise<bigint> => operator.provider!.getBalance(String(account));

  test("a quote covers gas of all calls, the coins, and each drop's cost", async () => {
    // Of one call with 100 bytes: 300,000 + 40 × 100.
    const call = 304_000n;
    assert.equal(await fee(receive(200_000n)), (200_000n + call) * GWEI);
    assert.equal(await fee(receive(200_000n), receive(1n)), (200_001n + call) * GWEI);
    assert.equal(await fee(receive(200_000n, 5n), drop(7n), option(4)), (200_000n + call + 100_000n) * GWEI + 12n);
    const composed = [compose(0, 50_000n), compose(1, 60_000n, 3n)];
    assert.equal(await fee(receive(200_000n), ...composed), (310_000n + 3n * call) * GWEI + 3n);
  });

  test("options drain the worker: more than the caps is refused, and so are coins of another token", async () => {
    await refuses(fee(receive(5_000_001n)), "GasTooHigh", 5_000_000n, 5_000_001n);
    await refuses(fee(receive(4_000_000n), compose(0, 1_000_001n)), "GasTooHigh", 5_000_000n, 5_000_001n);
    await refuses(fee(receive(1n, 10n * COIN), drop(1n)), "ValueTooHigh", 10n * COIN, 10n * COIN + 1n);
    const most = 2n ** 128n - 1n;
    await refuses(fee(receive(1n, most), drop(most)), "ValueTooHigh", 10n * COIN, 2n * most);
    const there = executor.getFunction("getFee").staticCall(OTHER_COIN, BOB, 0, concat([receive(1n), drop(1n)]));
    await refuses(there, "OtherCoin", BigInt(OTHER_COIN));
    const drops = Array.from({ length: 33 }, () => drop(1n));
    await refuses(fee(receive(1n), ...drops), "TooManyDrops", 32n, 33n);
    assert.equal(await fee(receive(1n), ...drops.slice(1)), (300_001n + 4_000n + 3_200_000n) * GWEI + 32n);
    await refuses(executor.getFunction("getFee").staticCall(9, BOB, 0, receive(1n)), "UnknownDestination", 9n);
  });

  test("refuses options that ask for no gas, are cut off, or of a kind that it does not know", async () => {
    await refuses(fee(), "NoGas", 1n);
    await refuses(fee(drop(1n)), "NoGas", 1n);
    await refuses(fee(receive(1n), compose(0, 0n)), "NoGas", 3n);
    await refuses(fee(receive(1n), option(5, word(1n))), "InvalidOption", 5n, 16n);
    await refuses(fee(receive(1n), option(1, toBeHex(1, 17))), "InvalidOption", 1n, 17n);
    await refuses(fee(receive(1n), option(4, "0x00")), "InvalidOption", 4n, 1n);
    for (const cut of [1, 3, 10]) await assert.rejects(fee(receive(1n).slice(0, -2 * cut)));
    await refuses(fee(receive(1n), "0x010000"), "InvalidOption", 0n, 3n);
  });

  test("pays drops once, hands the rest of the value over with exactly the gas, and keeps nothing", async () => {
    const drops = [{ receiver: BOB, amount: 5n }];
    const receipt = await send("execute", [run("well"), drops], { value: 12n });
    assert.deepEqual(
      told(receipt, executor).map(({ name, args }) => [name, ...args]),
      [["NativeDropped", id("well"), BOB, 5n, true]],
    );
    assert.deepEqual([await balance(BOB), await balance(receiver.target)], [5n, 7n]);
    const seen = (await receiver.getFunction("gasSeen").staticCall()) as bigint;
    // The endpoint's call to a new account with value takes some 12,000, and passes on 63/64 of the rest.
    assert.ok(seen < 190_000n && seen > 183_000n, `${seen}`);
    await send("execute", [run("again", { guid: id("well") }), drops], { value: 12n });
    assert.deepEqual([await balance(BOB), await balance(receiver.target), await balance(executor.target)], [5n, 14n, 0n]);
  });

  test("attack: a stranger executes a message first: its drops are paid separately, once, and a second payment is refunded", async () => {
    const drops = [
      { receiver: BOB, amount: 5n },
      { receiver: receiver.target, amount: 2n },
    ];
    const before = [await balance(BOB), await balance(receiver.target)] as const;
    const receipt = await send("drop", [id("taken"), drops], { value: 9n });
    assert.deepEqual(
      told(receipt, executor).map(({ args }) => [...args]),
      [
        [id("taken"), BOB, 5n, true],
        [id("taken"), receiver.target, 2n, true],
      ],
    );
    assert.equal(await executor.getFunction("isDropped").staticCall(id("taken")), true);
    for (const [name, args] of [
      ["drop", [id("taken"), drops]],
      ["execute", [run("well", { guid: id("taken") }), drops]],
    ] as const)
      assert.deepEqual(told(await send(name, args, { value: 7n }), executor), []);
    const after = [await balance(BOB), await balance(receiver.target), await balance(executor.target)];
    assert.deepEqual(after, [before[0] + 5n, before[1] + 2n, 0n]);
    await refuses(executor.getFunction("drop").staticCall(id("cheap"), drops, { value: 6n }), "NotEnoughValue", 7n, 6n);
    // Were it sent with too little gas, a drop would fail that its receiver would have taken.
    await assert.rejects(send("drop", [id("starved"), drops], { value: 7n, gasLimit: 130_000n }));
  });

  test("a receiver burns all gas, returns 1 MB or reverts: the endpoint tells, coins come back, drops stay", async () => {
    const before = [await balance(BOB), await balance(receiver.target)];
    for (const [what, least, most] of [
      ["burn", 0, 0],
      ["megabyte", 4_096, 4_096],
      ["revert", 36, 36],
    ] as const) {
      const drops = [{ receiver: BOB, amount: 1n }];
      const receipt = await send("execute", [run(what, { gas: 5_000_000n }), drops], { value: 4n, gasLimit: 8_000_000n });
      const [alert] = told(receipt, endpoint);
      assert.deepEqual([...alert!.args].slice(0, 3), [receiver.target, 5_000_000n, 3n]);
      const length = (String(alert!.args[3]).length - 2) / 2;
      assert.ok(length >= least && length <= most, `${what}: ${length}`);
    }
    assert.deepEqual([await balance(BOB), await balance(receiver.target)], [before[0]! + 3n, before[1]!]);
    assert.equal(await balance(executor.target), 0n);
  });

  test("attack: a receiver reenters: it has nothing executed, composed or paid out inside its own call, which ends well", async () => {
    const inner = { ...run("inner"), message: toUtf8Bytes("well") };
    const queued = { from: BOB, to: receiver.target, guid: id("q"), index: 0, message: "0x", extraData: "0x", gasLimit: 9n };
    const who = [await operator.getAddress(), String(receiver.target)];
    for (const [name, args] of [
      ["execute", [inner, [{ receiver: BOB, amount: 1n }]]],
      ["compose", [queued]],
      ["withdrawFee", [BOB, 1n]],
    ] as const) {
      const call = executor.interface.encodeFunctionData(name, args);
      await (await receiver.getFunction("reentersBy").send(executor.target, call)).wait();
      const [taken, ofBob] = [(await receiver.getFunction("taken").staticCall()) as bigint, await balance(BOB)];
      const receipt = await send("execute", [run("reenter", { guid: id(name), gas: 900_000n }), []]);
      assert.deepEqual(told(receipt, endpoint), []);
      assert.equal(await receiver.getFunction("hasReentered").staticCall(), false);
      const reason = executor.interface.parseError(String(await receiver.getFunction("reason").staticCall()));
      assert.deepEqual([reason?.name, ...(reason?.args ?? [])], ["NotTheOperator", ...who]);
      assert.deepEqual([await receiver.getFunction("taken").staticCall(), await balance(BOB)], [taken + 1n, ofBob]);
    }
  });

  test("too little gas in the transaction, or too few coins, undoes all of it", async () => {
    const sent = send("execute", [run("well", { gas: 2_000_000n }), []], { gasLimit: 1_900_000n });
    await assert.rejects(sent);
    const drops = [{ receiver: BOB, amount: 5n }];
    const cheap = executor.getFunction("execute").staticCall(run("cheap"), drops, { value: 4n });
    await refuses(cheap, "NotEnoughValue", 5n, 4n);
  });

  test("a composed call gets its gas and value, and its failure is reported", async () => {
    const queued = (what: string) => ({
      ...{ from: BOB, to: receiver.target, guid: id(what), index: 0, message: toUtf8Bytes(what) },
      ...{ extraData: "0x", gasLimit: 100_000n },
    });
    const taken = (await receiver.getFunction("taken").staticCall()) as bigint;
    const well = await send("compose", [queued("well")], { value: 3n });
    assert.deepEqual(told(well, endpoint), []);
    assert.equal(await receiver.getFunction("taken").staticCall(), taken + 1n);
    const failed = await send("compose", [queued("revert")], { value: 3n });
    assert.deepEqual([...told(failed, endpoint)[0]!.args].slice(0, 3), [receiver.target, 100_000n, 3n]);
    assert.equal(await balance(executor.target), 0n);
  });

  test("a stranger calls assignJob or executes, others withdraw fees: refused", async () => {
    const call = executor.connect(stranger) as Contract;
    const [owner, caller] = [await operator.getAddress(), await stranger.getAddress()];
    await refuses(
      call.getFunction("assignJob").staticCall(EID, BOB, 0, receive(1n)),
      "NotTheSendLibrary",
      library.target,
      caller,
    );
    for (const [name, ...args] of [
      ["execute", run("well"), []],
      ["drop", id("well"), []],
      ["compose", { ...run("well"), from: BOB, to: BOB, index: 0 }],
      ["setDestination", EID, 0n, true],
      ["withdrawFee", caller, 1n],
    ] as const)
      await refuses(call.getFunction(name).staticCall(...args), "NotTheOperator", owner, caller);
  });

  test("its operator withdraws what the library owes", async () => {
    await (await operator.sendTransaction({ to: library.target, value: COIN })).wait();
    await (await library.getFunction("assignTo").send(executor.target, EID, receive(1n))).wait();
    const owed = (await library.getFunction("fees").staticCall(executor.target)) as bigint;
    assert.equal(owed, 300_001n * GWEI);
    const to = "0x00000000000000000000000000000000000000fe";
    await send("withdrawFee", [to, owed]);
    assert.equal(await balance(to), owed);
  });
});
