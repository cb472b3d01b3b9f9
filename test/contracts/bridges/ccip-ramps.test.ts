import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  AbiCoder,
  concat,
  Contract,
  getCreateAddress,
  id as hashOf,
  Interface,
  keccak256,
  toBeHex,
  zeroPadValue,
  type ContractTransactionReceipt,
  type Result,
  type Signer,
} from "ethers";
import hre from "hardhat";
import { messageIdOf } from "../../../src/ecosystem/bridges/ccip/message.ts";
import { interoperable } from "../l2/support/bundles.ts";
import { assertReverts } from "../l2/support/revert-reason.ts";
import { deployBy, send } from "./support/contracts.ts";

const [B, C] = [272n, 273n];
/** Selectors: A is this chain. */
const [A_ID, B_ID, C_ID] = [16_015_286_601_757_825_753n, 10_344_971_235_874_465_080n, 3_478_487_238_524_512_106n];
const BOB = "0x00000000000000000000000000000000000B0B00";
const NO_ONE = `0x${"00".repeat(20)}`;
const GWEI = 10n ** 9n;
/** CCIP's threshold for manual execution on public networks. */
const EIGHT_HOURS = 28_800n;
/** `GLOBAL_CURSE_SUBJECT` of CCIP's RMNRemote. */
const GLOBAL_SUBJECT = "0x01000000000000000000000000000001";
const coder = AbiCoder.defaultAbiCoder();
/** Encoding of `EVM2AnyRampMessage` in CCIP's `Internal.sol`. */
const MESSAGE =
  "tuple(tuple(bytes32 messageId,uint64 sourceChainSelector,uint64 destChainSelector,uint64 sequenceNumber,uint64 nonce) header," +
  "address sender,bytes data,bytes receiver,bytes extraArgs,address feeToken,uint256 feeTokenAmount,uint256 feeValueJuels," +
  "tuple(address sourcePoolAddress,bytes destTokenAddress,bytes extraData,uint256 amount,bytes destExecData)[] tokenAmounts)";
const v2 = (gas: bigint, isUnordered: boolean): string =>
  concat(["0x181dcf10", coder.encode(["uint256", "bool"], [gas, isUnordered])]);
const wordOf = (account: unknown): string => coder.encode(["address"], [account]);
/** 500,000 for the record, 1,000,000 for a receiver's data, 300,000 for the ramps, 8 for a byte, 200,000 for a pool. */
const feeOf = (gas: bigint, bytes: bigint, tokens = 0n): bigint => (1_800_000n + 8n * bytes + 200_000n * tokens + gas) * GWEI;

describe("C14 the ramps of CCIP's messages, on chain A with B and C as remotes", () => {
  let connection: Awaited<ReturnType<typeof hre.network.create>>;
  let [operator, stranger]: [Signer, Signer] = [] as never;
  let [gatewayB, gatewayC]: [Contract, Contract] = [] as never;
  let [wrapped, link, rmn, registry, router, ramps]: Record<never, never> & Contract[] = [] as never;
  let [token, pool, receiver]: Contract[] = [];
  before(async () => {
    connection = await hre.network.create("local");
    [operator, stranger] = (await connection.ethers.getSigners()) as unknown as [Signer, Signer];
    const me = await operator.getAddress();
    [gatewayB, gatewayC] = [await deployed("BridgeTestGateway"), await deployed("BridgeTestGateway")];
    [wrapped, link] = [await deployed("CcipCoin", "Wrapped", "W"), await deployed("CcipCoin", "LINK", "LINK")];
    [rmn, registry] = [await deployed("CcipRmn", me), await deployed("CcipTokenAdmin", [], NO_ONE)];
    const nonce = await operator.getNonce();
    const at = getCreateAddress({ from: me, nonce: nonce + 1 });
    router = await deployed("CcipRouter", at, wrapped!.target, rmn!.target);
    ramps = await deployed("CcipRamps", me, A_ID, [router.target, rmn!.target, registry!.target, wrapped!.target, link!.target]);
    assert.equal(ramps.target, at);
    for (const [chain, id, gateway] of [
      [B, B_ID, gatewayB],
      [C, C_ID, gatewayC],
    ] as const)
      await send(ramps, "setRemote", [chain, { id, peer: ramps.target, gateway: gateway.target }]);
    await send(ramps, "setPrice", [B_ID, GWEI, true]);
    await send(ramps, "open", [B]);
    token = await deployed("BridgeTestToken", me);
    pool = await deployed("BridgeTestPool");
    receiver = await deployed("BridgeTestCcipReceiver");
    await send(pool, "become", [wordOf(token.target), "0x", 0n, false]);
    await send(token, "transfer", [pool.target, 1_000n]);
    await send(token, "approve", [router.target, 2n ** 256n - 1n]);
  });
  after(() => connection.close());

  const deployed = (name: string, ...args: unknown[]): Promise<Contract> => deployBy(operator, name, ...args);
  const ask = (contract: Contract, name: string, ...args: unknown[]) =>
    contract.getFunction(name).staticCall(...args) as Promise<unknown>;
  const by = (contract: Contract, signer: Signer) => contract.connect(signer) as Contract;
  const refuses = (sending: Promise<unknown>, error: string, ...args: unknown[]): Promise<void> =>
    assertReverts(sending, "CcipRamps", error, args.length === 0 ? undefined : args);
  const asked = (data: string, given: Record<string, unknown> = {}) => ({
    ...{ receiver: wordOf(receiver!.target), data, tokenAmounts: [], feeToken: NO_ONE, extraArgs: "0x", ...given },
  });
  const eventsIn = ({ logs }: ContractTransactionReceipt, known: Contract, name: string): Result[] =>
    logs.flatMap((log) => {
      const event = log.address === known.target ? known.interface.parseLog(log) : null;
      return event?.name === name ? [event.args] : [];
    });
  async function sentBy(
    request: object,
    value: bigint,
  ): Promise<{ raw: Result; passed: Result; receipt: ContractTransactionReceipt }> {
    const receipt = await send(router!, "ccipSend", [B_ID, request], { value });
    const [event] = eventsIn(receipt, ramps!, "CCIPMessageSent");
    const [passed] = eventsIn(receipt, gatewayB, "Sent");
    return { raw: event!["message"] as Result, passed: passed!, receipt };
  }
  let number = 0n;
  /** A message from B to here, as B's ramp would tell it; `change` is what differs. */
  function fromB(data: string, change: Record<string, unknown> = {}) {
    const message = {
      header: [`0x${"00".repeat(32)}`, B_ID, A_ID, ++number, 0n],
      ...{ sender: BOB, data, receiver: wordOf(receiver!.target), extraArgs: v2(100_000n, true), feeToken: NO_ONE },
      ...{ feeTokenAmount: 0n, feeValueJuels: 0n, tokenAmounts: [] as unknown[], ...change },
    };
    // The hash of a tag and of the message with 0 for its id.
    const id = keccak256(coder.encode(["bytes32", MESSAGE], [hashOf("hyperchain CCIP message"), message]));
    return { ...message, header: [id, ...message.header.slice(1)] };
  }
  const record = (message: { header: unknown[] }, gateway = gatewayB, chain = B) =>
    send(gateway, "hand", [
      ramps!.target,
      interoperable(chain, String(ramps!.target)),
      coder.encode(["uint64", "bytes32"], [message.header[3], message.header[0]]),
    ]);
  const hex = (text: string): string => `0x${Buffer.from(text).toString("hex")}`;
  const tokensOf = (amount: bigint, gas = 200_000) => [
    [BOB, wordOf(token!.target), "0x", amount, coder.encode(["uint32"], [gas])],
  ];
  const outcome = async (message: object): Promise<{ state: bigint; data: string }> => {
    const [changed] = eventsIn(
      await send(ramps!, "execute", [message], { gasLimit: 3_000_000n }),
      ramps!,
      "ExecutionStateChanged",
    );
    return { state: changed!["state"] as bigint, data: String(changed!["returnData"]) };
  };

  test("CCIP's clients find router, ramps, registry and fee tokens of a lane by the functions that 1.6 publishes, and none of a lane that is not there", async () => {
    const on = (address: unknown, ...abi: string[]): Contract => new Contract(String(address), abi, operator);
    const offRamps = on(
      router!.target,
      "function getOffRamps() view returns (tuple(uint64 sourceChainSelector, address offRamp)[])",
    );
    await send(ramps!, "setPrice", [B_ID, GWEI, true]);
    assert.deepEqual(((await ask(offRamps, "getOffRamps")) as Result).toArray(true), [[B_ID, ramps!.target]]);
    const onRamp = on(
      ramps!.target,
      "function typeAndVersion() view returns (string)",
      "function getStaticConfig() view returns (tuple(uint64 chainSelector, address rmnRemote, address nonceManager, address tokenAdminRegistry))",
      "function getDynamicConfig() view returns (tuple(address feeQuoter, bool entered, address interceptor, address feeAggregator, address allowlistAdmin))",
      "function getDestChainConfig(uint64) view returns (uint64 sequenceNumber, bool allowlistEnabled, address router)",
      "function getSourceChainConfig(uint64) view returns (tuple(address router, bool isEnabled, uint64 minSeqNr, bool isRMNVerificationDisabled, bytes onRamp))",
      "function getFeeTokens() view returns (address[])",
    );
    const told = async (name: string, ...args: unknown[]): Promise<unknown> => {
      const answer = (await ask(onRamp, name, ...args)) as Result | string;
      return typeof answer === "string" ? answer : answer.toArray(true);
    };
    assert.equal(await told("typeAndVersion"), "OnRamp 1.6.0");
    assert.deepEqual(await told("getStaticConfig"), [A_ID, rmn!.target, ramps!.target, registry!.target]);
    assert.deepEqual(await told("getDynamicConfig"), [ramps!.target, false, NO_ONE, await operator.getAddress(), NO_ONE]);
    assert.deepEqual(await told("getFeeTokens"), [wrapped!.target, link!.target]);
    assert.deepEqual(await told("getDestChainConfig", B_ID), [0n, false, router!.target]);
    assert.deepEqual(await told("getSourceChainConfig", B_ID), [router!.target, true, 1n, true, wordOf(ramps!.target)]);
    // Nothing is sent to C, and nothing is known of a fourth.
    assert.deepEqual(await told("getDestChainConfig", C_ID), [0n, false, NO_ONE]);
    assert.deepEqual(await told("getSourceChainConfig", 4n), [router!.target, false, 0n, false, "0x"]);
  });

  test("a message's id is the hash of all of it, and is what passes, with its number", async () => {
    const fee = feeOf(200_000n, 2n);
    assert.equal(await ask(router!, "getFee", B_ID, asked("0x1234")), fee);
    const { raw, passed } = await sentBy(asked("0x1234"), fee);
    const [header] = raw.toArray() as [Result];
    const [id, source, destination, sequence, nonce] = header.toArray() as [string, ...bigint[]];
    assert.deepEqual([source, destination, nonce], [A_ID, B_ID, 1n]);
    const unnamed = [[`0x${"00".repeat(32)}`, ...header.toArray().slice(1)], ...raw.toArray().slice(1)];
    assert.equal(id, keccak256(coder.encode(["bytes32", MESSAGE], [hashOf("hyperchain CCIP message"), unnamed])));
    assert.equal(id, messageIdOf(raw));
    assert.equal(passed["payload"], coder.encode(["uint64", "bytes32"], [sequence, id]));
    assert.equal(passed["recipient"], interoperable(B, String(ramps!.target)));
    assert.equal(raw["extraArgs"], v2(200_000n, false));
    // Coins became wrapped ones, and are the ramps'.
    assert.equal(raw["feeToken"], wrapped!.target);
    assert.equal(await ask(wrapped!, "balanceOf", ramps!.target), fee);
    const next = await sentBy(asked("0x12", { extraArgs: v2(7n, true) }), 2n * fee);
    assert.deepEqual([...(next.raw["header"] as Result)].slice(3), [sequence! + 1n, 0n]);
    assert.equal(next.raw["feeTokenAmount"], 2n * fee);
  });

  test("only the router forwards, only the ramps route and deliver, and only the operator sets prices, takes fees and curses", async () => {
    await refuses(
      ask(ramps!, "forwardFromRouter", B_ID, asked("0x", { feeToken: wrapped!.target }), 0n, BOB),
      "MustBeCalledByRouter",
    );
    const delivery = [`0x${"00".repeat(32)}`, B_ID, "0x", "0x", []];
    await assertReverts(ask(router!, "routeMessage", delivery, 0, 1n, receiver!.target), "CcipRouter", "OnlyOffRamp");
    await refuses(ask(ramps!, "deliver", fromB("0x"), 1n), "CanOnlySelfCall");
    const me = [await operator.getAddress(), await stranger.getAddress()];
    for (const [name, ...args] of [
      ["setPrice", B_ID, 0n, false],
      ["withdrawFee", wrapped!.target, BOB, 1n],
      ["open", C],
    ] as const)
      await refuses(ask(by(ramps!, stranger), name, ...args), "NotTheOperator", ...me);
    for (const name of ["curse", "uncurse"])
      await assertReverts(ask(by(rmn!, stranger), name, toBeHex(B_ID, 16)), "CcipRmn", "NotTheOperator", me);
    await send(ramps!, "withdrawFee", [wrapped!.target, BOB, 5n]);
    assert.equal(await ask(wrapped!, "balanceOf", BOB), 5n);
  });

  test("refuses by name what only CCIP 1.5 has", async () => {
    await refuses(ask(ramps!, "payNops"), "NoNodeOperators");
  });

  test("refuses by CCIP's names what cannot be sent", async () => {
    const quote = (request: object) => ask(router!, "getFee", B_ID, request);
    await refuses(quote(asked("0x", { feeToken: token!.target })), "FeeTokenNotSupported", token!.target);
    for (const account of [toBeHex(1023, 32), toBeHex(1n << 160n, 32), "0x", concat([wordOf(BOB), "0x00"])])
      await refuses(quote(asked("0x", { receiver: account })), "InvalidEVMAddress", account);
    await refuses(quote(asked(`0x${"00".repeat(30_001)}`)), "MessageTooLarge", 30_000n, 30_001n);
    await refuses(
      quote(
        asked("0x", {
          tokenAmounts: [
            [token!.target, 1n],
            [token!.target, 1n],
          ],
        }),
      ),
      "UnsupportedNumberOfTokens",
      2n,
      1n,
    );
    await refuses(quote(asked("0x", { extraArgs: v2(5_000_001n, true) })), "MessageGasLimitTooHigh");
    await refuses(quote(asked("0x", { extraArgs: "0x12345678" })), "InvalidExtraArgsTag");
    for (const args of [concat([v2(1n, true), "0x00"]), "0x97a657c9", concat(["0x181dcf10", toBeHex(1, 32), toBeHex(2, 32)])])
      await refuses(quote(asked("0x", { extraArgs: args })), "InvalidExtraArgsData");
    await assertReverts(ask(router!, "getFee", C_ID, asked("0x")), "CcipRouter", "UnsupportedDestinationChain", [C_ID]);
    const low = router!.getFunction("ccipSend").staticCall(B_ID, asked("0x"), { value: feeOf(200_000n, 0n) - 1n });
    await assertReverts(low, "CcipRouter", "InsufficientFeeTokenAmount");
    const both = router!.getFunction("ccipSend").staticCall(B_ID, asked("0x", { feeToken: link!.target }), { value: 1n });
    await assertReverts(both, "CcipRouter", "InvalidMsgValue");
    assert.deepEqual(
      [
        await ask(router!, "isChainSupported", B_ID),
        await ask(router!, "isChainSupported", C_ID),
        await ask(router!, "getOnRamp", C_ID),
      ],
      [true, false, NO_ONE],
    );
    assert.deepEqual(
      [
        await ask(router!, "isOffRamp", C_ID, ramps!.target),
        await ask(router!, "isOffRamp", C_ID, BOB),
        await ask(router!, "isOffRamp", 9n, ramps!.target),
      ],
      [true, false, false],
    );
  });

  test("LINK pays as coins do, out of the sender's allowance", async () => {
    const fee = feeOf(200_000n, 0n);
    await send(link!, "deposit", [], { value: fee });
    await assertReverts(
      ask(router!, "ccipSend", B_ID, asked("0x", { feeToken: link!.target })),
      "TokenTransfer",
      "TokenCallFailed",
      [link!.target],
    );
    await send(link!, "approve", [router!.target, fee]);
    await sentBy(asked("0x", { feeToken: link!.target }), 0n);
    assert.equal(await ask(link!, "balanceOf", ramps!.target), fee);
  });

  test("tokens go to the pool that their administrator has named, and to no other", async () => {
    const request = asked("0x", { tokenAmounts: [[token!.target, 9n]] });
    const value = feeOf(200_000n, 0n, 1n);
    const sending = () => router!.getFunction("ccipSend").staticCall(B_ID, request, { value });
    await refuses(sending(), "UnsupportedToken", token!.target);
    const owned = token!;
    for (const name of ["registerAdminViaOwner", "registerAdminViaGetCCIPAdmin"])
      await assertReverts(ask(by(registry!, stranger), name, owned.target), "CcipTokenAdmin", "CanOnlySelfRegister");
    await assertReverts(
      ask(by(registry!, stranger), "registerAccessControlDefaultAdmin", owned.target),
      "CcipTokenAdmin",
      "RequiredRoleNotFound",
    );
    await assertReverts(ask(registry!, "acceptAdminRole", owned.target), "CcipTokenAdmin", "OnlyPendingAdministrator");
    await send(registry!, "registerAdminViaOwner", [owned.target]);
    await assertReverts(
      ask(by(registry!, stranger), "acceptAdminRole", owned.target),
      "CcipTokenAdmin",
      "OnlyPendingAdministrator",
    );
    await assertReverts(ask(registry!, "setPool", owned.target, pool!.target), "CcipTokenAdmin", "OnlyAdministrator");
    await send(registry!, "acceptAdminRole", [owned.target]);
    await assertReverts(ask(registry!, "registerAccessControlDefaultAdmin", owned.target), "CcipTokenAdmin", "AlreadyRegistered");
    await assertReverts(
      ask(by(registry!, stranger), "transferAdminRole", owned.target, BOB),
      "CcipTokenAdmin",
      "OnlyAdministrator",
    );
    await send(registry!, "setPool", [owned.target, pool!.target]);
    assert.deepEqual([...((await ask(registry!, "getPools", [owned.target, BOB])) as string[])], [pool!.target, NO_ONE]);
    const { raw } = await sentBy(request, value);
    assert.deepEqual((raw["tokenAmounts"] as Result).toArray(true), [
      [pool!.target, wordOf(token!.target), "0x", 9n, coder.encode(["uint32"], [200_000])],
    ]);
    await refuses(
      router!.getFunction("ccipSend").staticCall(B_ID, asked("0x", { tokenAmounts: [[token!.target, 0n]] }), { value }),
      "CannotSendZeroTokens",
    );
    await send(pool!, "become", [wordOf(token!.target), `0x${"00".repeat(33)}`, 0n, false]);
    await refuses(sending(), "SourceTokenDataTooLarge", token!.target);
    await send(pool!, "become", ["0x1234", "0x", 0n, false]);
    await refuses(sending(), "InvalidEVMAddress", "0x1234");
    await send(pool!, "become", [wordOf(token!.target), "0x", 0n, false]);
  });

  test("the registry lists every token that was ever registered, once, in pages as CCIP's own does", async () => {
    const born = [wrapped!.target, link!.target];
    const own = await deployed("CcipTokenAdmin", born, NO_ONE);
    const listed = async (from: bigint, most: bigint) => [
      ...((await ask(own, "getAllConfiguredTokens", from, most)) as string[]),
    ];
    const all = 2n ** 64n - 1n;
    assert.deepEqual(await listed(0n, all), born);
    for (let i = 0; i < 2; i++) await send(own, "registerAdminViaOwner", [token!.target]);
    await send(own, "acceptAdminRole", [token!.target]);
    await send(own, "transferAdminRole", [token!.target, BOB]);
    await send(own, "setPool", [token!.target, NO_ONE]);
    assert.deepEqual(await listed(0n, all), [...born, token!.target]);
    assert.deepEqual(
      [await listed(0n, 1n), await listed(1n, 2n), await listed(2n, all), await listed(3n, 1n), await listed(all, all)],
      [[born[0]], [born[1], token!.target], [token!.target], [], []],
    );
    assert.deepEqual(await listed(1n, 0n), []);
  });

  test("a message is executed once, with the gas that was paid for; one that was changed, not at all", async () => {
    const message = fromB(hex("hello"));
    await refuses(ask(ramps!, "execute", message), "NotRecorded", B_ID, message.header[3], message.header[0]);
    await record(message);
    await refuses(record(message), "AlreadyRecorded", B_ID, message.header[3]);
    await refuses(ask(ramps!, "execute", { ...message, data: hex("hallo") }), "NotRecorded");
    await refuses(
      ask(ramps!, "execute", { ...message, header: [`0x${"11".repeat(32)}`, ...message.header.slice(1)] }),
      "NotRecorded",
    );
    assert.deepEqual(await outcome(message), { state: 2n, data: "0x" });
    assert.equal(await ask(receiver!, "received"), 1n);
    assert.equal(await ask(receiver!, "sender"), zeroPadValue(BOB, 32));
    const seen = (await ask(receiver!, "gasSeen")) as bigint;
    assert.ok(seen < 100_000n && seen > 98_000n, `${seen}`);
    await refuses(ask(ramps!, "execute", message), "NotUntouched", message.header[0], 2n);
    await refuses(ask(ramps!, "manuallyExecute", message, 0n), "NotUntouched", message.header[0], 2n);
  });

  test("attack: a message that its chain refuses to run: the operator records that, later ones of its sender continue, and any account executes it", async () => {
    const sender = zeroPadValue("0x0dd0", 20);
    const ordered = (nonce: bigint) => {
      const message = fromB(hex(`ordered ${nonce}`), { sender, extraArgs: v2(100_000n, false) });
      message.header[4] = nonce;
      message.header[0] = `0x${"00".repeat(32)}`;
      message.header[0] = keccak256(coder.encode(["bytes32", MESSAGE], [hashOf("hyperchain CCIP message"), message]));
      return message;
    };
    const [first, second] = [ordered(1n), ordered(2n)];
    await refuses(ask(ramps!, "recordRefusal", first, "long run"), "NotRecorded");
    await record(first);
    await record(second);
    await refuses(ask(by(ramps!, stranger), "recordRefusal", first, "long run"), "UnauthorizedTransmitter");
    await refuses(ask(ramps!, "recordRefusal", second, "long run"), "NotInOrder", 1n, 2n);
    await refuses(ask(ramps!, "execute", second), "NotInOrder", 1n, 2n);
    const [changed] = eventsIn(await send(ramps!, "recordRefusal", [first, "long run"]), ramps!, "ExecutionStateChanged");
    const reason = new Interface(["error ExecutionRefused(string)"]).encodeErrorResult("ExecutionRefused", ["long run"]);
    assert.deepEqual([changed!["state"], changed!["messageId"], changed!["returnData"]], [3n, first.header[0], reason]);
    assert.equal((await outcome(second)).state, 2n);
    for (const name of ["execute", "recordRefusal"])
      await refuses(ask(ramps!, name, first, ...(name === "execute" ? [] : ["again"])), "NotUntouched", first.header[0], 3n);
    await send(by(ramps!, stranger), "manuallyExecute", [first, 0n], { gasLimit: 3_000_000n });
    assert.equal(await ask(ramps!, "getExecutionState", B_ID, first.header[3]), 2n);
  });

  test("attack: a lying chain attests another chain's message, and takes its number first: that is stored as its own", async () => {
    const message = fromB(hex("of B, says C"));
    await record(message, gatewayC, C);
    await refuses(ask(ramps!, "execute", message), "NotRecorded", B_ID, message.header[3], message.header[0]);
    const isB = { header: [message.header[0], C_ID, ...message.header.slice(2)] };
    await refuses(ask(ramps!, "execute", { ...message, ...isB }), "NotRecorded");
    await record(message);
    assert.equal((await outcome(message)).state, 2n);
  });

  test("attack: a stranger poses as the gateway, or by its interop account as the peer: refused", async () => {
    const message = fromB(hex("of a stranger"));
    const told = coder.encode(["uint64", "bytes32"], [message.header[3], message.header[0]]);
    const peer = interoperable(B, String(ramps!.target));
    await refuses(
      ask(by(ramps!, stranger), "receiveMessage", message.header[0], peer, told),
      "NotAGateway",
      gatewayB.target,
      await stranger.getAddress(),
    );
    // The gateway of another chain, and the right one with a word of another sender.
    await refuses(send(gatewayC, "hand", [ramps!.target, peer, told]), "NotAGateway", gatewayB.target, gatewayC.target);
    const other = interoperable(B, BOB);
    await refuses(send(gatewayB, "hand", [ramps!.target, other, told]), "NotThePeer");
    await refuses(ask(ramps!, "execute", message), "NotRecorded");
  });

  test("attack: too little gas in a stranger's transaction makes no message fail", async () => {
    const message = fromB(hex("gas"));
    await record(message);
    await connection.provider.request({ method: "evm_increaseTime", params: [Number(EIGHT_HOURS) + 1] });
    await connection.provider.request({ method: "evm_mine" });
    const execute = by(ramps!, stranger).getFunction("manuallyExecute");
    for (let gasLimit = 100_000n; gasLimit < 460_000n; gasLimit += 20_000n)
      await assert.rejects(execute.staticCall(message, 0n, { gasLimit }));
    await assert.rejects(execute.staticCall(message, 29_000_000n));
    await refuses(
      ask(by(ramps!, stranger), "manuallyExecute", message, 99_999n),
      "InvalidManualExecutionGasLimit",
      B_ID,
      message.header[0],
      99_999n,
    );
    // The least with which it runs at all: it succeeds.
    for (let gasLimit = 460_000n; ; gasLimit += 500n) {
      const done = await execute.staticCall(message, 0n, { gasLimit }).then(
        () => true,
        () => false,
      );
      if (!done) continue;
      const [changed] = eventsIn(
        await send(by(ramps!, stranger), "manuallyExecute", [message, 0n], { gasLimit }),
        ramps!,
        "ExecutionStateChanged",
      );
      assert.equal(changed!["state"], 2n);
      return;
    }
  });

  test("attack: a stranger executes first, or out of order: refused until 8 hours after the record, then in order and once", async () => {
    const headerOf = (sequence: bigint, nonce: bigint) => ({
      header: [`0x${"00".repeat(32)}`, B_ID, A_ID, sequence, nonce],
      sender: String(token!.target),
    });
    const [first, second] = [fromB(hex("first"), headerOf(2_001n, 1n)), fromB(hex("second"), headerOf(2_002n, 2n))];
    for (const each of [first, second]) await record(each);
    const recordedAt = BigInt((await connection.ethers.provider.getBlock("latest"))!.timestamp);
    // With a gas limit, so that only the transaction runs, at its second.
    const at = async (second: bigint, caller: Signer, name: string, ...args: readonly unknown[]) => {
      await connection.provider.request({ method: "evm_setNextBlockTimestamp", params: [Number(second)] });
      return send(by(ramps!, caller), name, [...args], { gasLimit: 3_000_000n });
    };
    await refuses(at(recordedAt + 1n, stranger, "execute", second), "UnauthorizedTransmitter");
    await refuses(at(recordedAt + 2n, stranger, "manuallyExecute", first, 0n), "ManualExecutionNotYetEnabled", B_ID);
    // Neither may the operator raise the gas of a message that was not tried.
    const raised = at(recordedAt + 3n, operator, "manuallyExecute", first, 200_000n);
    await refuses(raised, "ManualExecutionNotYetEnabled", B_ID);
    const last = recordedAt + EIGHT_HOURS;
    await refuses(at(last, stranger, "manuallyExecute", second, 0n), "ManualExecutionNotYetEnabled", B_ID);
    await refuses(at(last + 1n, stranger, "execute", first), "UnauthorizedTransmitter");
    await refuses(at(last + 2n, stranger, "manuallyExecute", second, 0n), "NotInOrder", 1n, 2n);
    await at(last + 3n, stranger, "manuallyExecute", first, 0n);
    await at(last + 4n, stranger, "manuallyExecute", second, 0n);
    await refuses(at(last + 5n, stranger, "manuallyExecute", first, 0n), "NotUntouched", first.header[0], 2n);
    assert.deepEqual(
      [await ask(ramps!, "getExecutionState", B_ID, 2_001n), await ask(ramps!, "getExecutionState", B_ID, 2_002n)],
      [2n, 2n],
    );
  });

  test("a failed message is executed by any account, without a delay", async () => {
    const message = fromB(hex("refuse"));
    await record(message);
    assert.equal((await outcome(message)).state, 3n);
    await refuses(ask(by(ramps!, stranger), "manuallyExecute", message, 0n), "ExecutionError");
  });

  test("the global curse stops what is sent to any chain and what came from any, until it is lifted", async () => {
    const message = fromB(hex("cursed for all"));
    await record(message);
    await send(rmn!, "curse", [toBeHex(C_ID, 16)]);
    await send(rmn!, "curse", [GLOBAL_SUBJECT]);
    assert.deepEqual([...((await ask(rmn!, "getCursedSubjects")) as string[])], [toBeHex(C_ID, 16), GLOBAL_SUBJECT]);
    for (const subject of [B_ID, C_ID, 1n]) assert.equal(await ask(rmn!, "isCursed(bytes16)", toBeHex(subject, 16)), true);
    assert.equal(await ask(rmn!, "isCursed()"), true);
    await refuses(ask(ramps!, "execute", message), "CursedByRMN", B_ID);
    await refuses(ask(router!, "getFee", B_ID, asked("0x")), "CursedByRMN", B_ID);
    const sending = router!.getFunction("ccipSend").staticCall(B_ID, asked("0x"), { value: feeOf(200_000n, 0n) });
    await assertReverts(sending, "CcipRouter", "BadARMSignal");
    await send(rmn!, "uncurse", [GLOBAL_SUBJECT]);
    await assertReverts(ask(rmn!, "uncurse", GLOBAL_SUBJECT), "CcipRmn", "NotCursed", [GLOBAL_SUBJECT]);
    // A curse of one chain stays.
    assert.equal(await ask(rmn!, "isCursed(bytes16)", toBeHex(C_ID, 16)), true);
    await send(rmn!, "uncurse", [toBeHex(C_ID, 16)]);
    assert.deepEqual([await ask(rmn!, "isCursed()"), (await outcome(message)).state], [false, 2n]);
  });

  test("a failure is reported and can be repeated with more gas; a repetition that fails again changes nothing", async () => {
    const message = fromB(hex("refuse"));
    await record(message);
    const { state, data } = await outcome(message);
    assert.equal(state, 3n);
    const inner = new Interface(["error ReceiverError(bytes err)", "error Error(string)"]);
    assert.deepEqual([...inner.parseError(String(inner.parseError(data)!.args[0]))!.args], ["refused"]);
    await refuses(ask(ramps!, "execute", message), "NotUntouched", message.header[0], 3n);
    await refuses(ask(ramps!, "manuallyExecute", message, 200_000n), "ExecutionError", message.header[0], data);
  });

  test("a nonce has its turn once, whatever comes of its message", async () => {
    const [first, second] = [
      fromB(hex("refuse"), { header: [`0x${"00".repeat(32)}`, B_ID, A_ID, 1_001n, 1n] }),
      fromB(hex("second"), { header: [`0x${"00".repeat(32)}`, B_ID, A_ID, 1_002n, 2n] }),
    ];
    for (const each of [first, second]) await record(each);
    await refuses(ask(ramps!, "execute", second), "NotInOrder", 1n, 2n);
    assert.equal((await outcome(first)).state, 3n);
    assert.equal((await outcome(second)).state, 2n);
    assert.equal(await ask(ramps!, "getInboundNonce", B_ID, BOB), 2n);
  });

  test("a curse of a chain stops what goes there and what came from it, and no other", async () => {
    const message = fromB(hex("cursed"));
    await record(message);
    await send(rmn!, "curse", [toBeHex(B_ID, 16)]);
    await assertReverts(ask(rmn!, "curse", toBeHex(B_ID, 16)), "CcipRmn", "AlreadyCursed");
    await refuses(ask(ramps!, "execute", message), "CursedByRMN", B_ID);
    await refuses(ask(router!, "getFee", B_ID, asked("0x")), "CursedByRMN", B_ID);
    assert.deepEqual([await ask(rmn!, "isCursed(bytes16)", toBeHex(C_ID, 16)), await ask(rmn!, "isCursed()")], [false, false]);
    await send(rmn!, "uncurse", [toBeHex(B_ID, 16)]);
    assert.equal((await outcome(message)).state, 2n);
  });

  test("a receiver without code or without the interface gets tokens alone", async () => {
    for (const account of [BOB, wrapped!.target]) {
      const message = fromB(hex("no call"), { receiver: wordOf(account) });
      await record(message);
      assert.deepEqual(await outcome(message), { state: 2n, data: "0x" });
    }
    const silent = fromB("0x", { extraArgs: v2(0n, true) });
    const before = await ask(receiver!, "received");
    await record(silent);
    assert.equal((await outcome(silent)).state, 2n);
    assert.equal(await ask(receiver!, "received"), before);
  });

  test("attack: a pool that says other amounts than it pays, burns its gas, or answers with anything, has its own message fail", async () => {
    const failing = async (error: string, amounts = tokensOf(3n)): Promise<void> => {
      const message = fromB(hex("tokens"), { tokenAmounts: amounts });
      await record(message);
      const { state, data } = await outcome(message);
      assert.equal(state, 3n);
      assert.equal(ramps!.interface.parseError(data)?.name, error);
    };
    const [other, before] = [
      [BOB, wordOf(wrapped!.target), "0x", 3n, coder.encode(["uint32"], [200_000])],
      await ask(receiver!, "received"),
    ];
    await failing("NotACompatiblePool", [other]);
    for (const [lies, burns, error] of [
      [1n, false, "ReleaseOrMintBalanceMismatch"],
      [2n ** 256n - 4n, false, "ReleaseOrMintBalanceMismatch"],
      [0n, true, "TokenHandlingError"],
    ] as const) {
      await send(pool!, "become", [wordOf(token!.target), "0x", lies, burns]);
      await failing(error);
    }
    assert.deepEqual([await ask(token!, "balanceOf", receiver!.target), await ask(receiver!, "received")], [0n, before]);
    await send(pool!, "become", [wordOf(token!.target), "0x", 0n, false]);
    const good = fromB(hex("tokens"), { tokenAmounts: tokensOf(3n) });
    await record(good);
    assert.equal((await outcome(good)).state, 2n);
    assert.equal(await ask(token!, "balanceOf", receiver!.target), 3n);
  });
});
