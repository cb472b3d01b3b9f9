import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Interface, ZeroAddress } from "ethers";
import { ACCOUNT_NUMBERS, createDevelopmentAccounts } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { connect, route, testContract, transfer } from "./support/warp-routes.ts";
import { send, word } from "./support/world.ts";
import { suiteDapp } from "./support/suite-dapp.ts";

const COIN = 10n ** 18n;
const BOB = "0x00000000000000000000000000000000000000B0";
const ERC20 = [
  "constructor(string,string,uint256,uint8)",
  "function balanceOf(address) view returns (uint256)",
  "function approve(address,uint256)",
];
const ROUTER = [
  "function enrollRemoteRouter(uint32,bytes32)",
  "function setDestinationGas(uint32,uint256)",
  "function quoteGasPayment(uint32) view returns (uint256)",
  "function transferRemote(uint32,bytes32,uint256) payable returns (bytes32)",
  "function initialize(address,address,address)",
];
const GAS = 400_000n;

describe("C14 applications of Hyperlane's package that its other tests do not use", { skip: !IS_NIGHTLY }, () => {
  const dapp = suiteDapp("hyperlane");
  const { at, ask } = dapp;

  const asset = () => testContract(at("alpha"), "ERC20Test", "test/ERC20Test.sol", ERC20, "T", "T", 1_000n * COIN, 18);
  const ids = () => [dapp.bridge.idOf("alpha"), dapp.bridge.idOf("beta")] as const;
  const onBeta = () => route(at("beta"), "HypERC20", [18, 1n, 1n, dapp.bridge.mailbox], [0n, "My token", "MINE"]);

  test("a route with a custom linear fee: half of its maximum for half, and the fee is its recipient's", async () => {
    const token = await asset();
    const a = await testContract(
      at("alpha"),
      "HypERC20Collateral",
      "token",
      [
        "constructor(address,uint256,uint256,address)",
        ...ROUTER,
        "function setFeeRecipient(address)",
        "function quoteTransferRemote(uint32,bytes32,uint256) view returns ((address token, uint256 amount)[])",
      ],
      ...[token.target, 1n, 1n, dapp.bridge.mailbox],
    );
    await send(a, "initialize", ZeroAddress, ZeroAddress, dapp.owner);
    const b = await onBeta();
    await connect(a, b, ids(), GAS);
    const fee = await testContract(
      at("alpha"),
      "LinearFee",
      "token/fees",
      ["constructor(address,uint256,uint256,address)", "function claim(address,address)"],
      ...[token.target, 2n * COIN, 10n * COIN, dapp.owner],
    );
    await send(a, "setFeeRecipient", fee.target);
    const quotes = (await ask(a, "quoteTransferRemote", dapp.bridge.idOf("beta"), word(BOB), 5n * COIN)) as { amount: bigint }[];
    // 2 coins × 5 / (2 × 10), as its source has it.
    assert.equal(quotes[1]!.amount, 5n * COIN + COIN / 2n);
    await send(token, "approve", a.target, quotes[1]!.amount);
    await dapp.bridge.delivered(await transfer(a, dapp.bridge.idOf("beta"), BOB, 5n * COIN));
    assert.deepEqual(
      [await ask(b, "balanceOf", BOB), await ask(token, "balanceOf", fee.target), await ask(token, "balanceOf", a.target)],
      [5n * COIN, COIN / 2n, 5n * COIN],
    );
  });

  test("a module that trusts one relayer takes messages that the bridge's key brings, and no stranger's word for them", async () => {
    const a = await route(at("alpha"), "HypERC20", [18, 1n, 1n, dapp.bridge.mailbox], [100n * COIN, "My token", "MINE"]);
    const b = await onBeta();
    await connect(a, b, ids(), GAS);
    const trust = async (relayer: string) => {
      const given = ["constructor(address,address)"];
      const module = await testContract(at("beta"), "TrustedRelayerIsm", "isms", given, dapp.bridge.mailbox, relayer);
      await send(b, "setInterchainSecurityModule", module.target);
    };
    await trust(createDevelopmentAccounts().wallet(ACCOUNT_NUMBERS.hyperlane).address);
    await dapp.bridge.delivered(await transfer(a, dapp.bridge.idOf("beta"), BOB, COIN));
    await trust(BOB);
    await assert.rejects(
      dapp.bridge.delivered(await transfer(a, dapp.bridge.idOf("beta"), BOB, COIN)),
      /Mailbox: ISM verification failed/,
    );
    assert.equal(await ask(b, "balanceOf", BOB), COIN);
  });

  test("a query is asked, and its answer, for which no account pays, is refused with what it costs", async () => {
    const put = async (name: string) => {
      const router = await testContract(
        at(name),
        "InterchainQueryRouter",
        "middleware",
        [
          "constructor(address)",
          "function initialize(address,address,address)",
          "function enrollRemoteRouter(uint32,bytes32)",
          "function query(uint32,address,bytes,bytes) payable returns (bytes32)",
        ],
        dapp.bridge.mailbox,
      );
      await send(router, "initialize", ZeroAddress, ZeroAddress, dapp.owner);
      return router;
    };
    const [a, b] = [await put("alpha"), await put("beta")];
    await send(a, "enrollRemoteRouter", dapp.bridge.idOf("beta"), word(b));
    await send(b, "enrollRemoteRouter", dapp.bridge.idOf("alpha"), word(a));
    const there = await onBeta();
    const supply = new Interface(["function totalSupply() view returns (uint256)"]).encodeFunctionData("totalSupply");
    // 500,000 for the record, 150,000 for the mailbox, 50,000 for the recipient, at 1 gwei.
    const fee = 700_000n * 10n ** 9n;
    const asked = await send(a, "query", dapp.bridge.idOf("beta"), there.target, supply, "0x12345678", { value: fee });
    await assert.rejects(dapp.bridge.delivered(asked), new RegExp(`FeeTooLow\\(${fee}, 0\\)`));
  });

  test("a time lock in addition to the default hook: its announced messages are accepted over the same mailbox after their time", async () => {
    const lock = (name: string) =>
      testContract(
        at(name),
        "TimelockRouter",
        "isms/routing",
        ["constructor(address,uint48)", ROUTER[0]!, "function readyAt(bytes32) view returns (uint48)"],
        ...[dapp.bridge.mailbox, 3_600n],
      );
    const [here, there] = [await lock("alpha"), await lock("beta")];
    await send(here, "enrollRemoteRouter", dapp.bridge.idOf("beta"), word(there));
    await send(there, "enrollRemoteRouter", dapp.bridge.idOf("alpha"), word(here));
    const factory = await testContract(at("alpha"), "StaticAggregationHookFactory", "hooks/aggregation", [
      "constructor()",
      "function deploy(address[] values) returns (address)",
    ]);
    // The default one first: it passes on only what was dispatched last, which the time lock's own message is then.
    const hooks = [dapp.bridge.hook, here.target];
    const place = (await ask(factory, "deploy", hooks)) as string;
    await send(factory, "deploy", hooks);
    const a = await route(at("alpha"), "HypERC20", [18, 1n, 1n, dapp.bridge.mailbox], [9n * COIN, "My token", "MINE"]);
    const b = await onBeta();
    await connect(a, b, ids(), GAS);
    await send(a, "setHook", place);
    await send(b, "setInterchainSecurityModule", there.target);
    const sent = await transfer(a, dapp.bridge.idOf("beta"), BOB, COIN);
    await assert.rejects(dapp.bridge.delivered(sent));
    assert.equal(await ask(b, "balanceOf", BOB), 0n);
    await at("beta").networkHelpers.time.increase(3_600);
    await dapp.bridge.delivered(sent);
    assert.equal(await ask(b, "balanceOf", BOB), COIN);
  });
});
