import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Contract, Interface, toBeHex, ZeroAddress, type Signer } from "ethers";
import { byNight } from "../support/nightly.ts";
import { connect, route, testContract, transfer } from "./support/warp-routes.ts";
import { send, word } from "./support/world.ts";
import { suiteDapp } from "./support/suite-dapp.ts";

const COIN = 10n ** 18n;
const BOB = "0x00000000000000000000000000000000000000B0";
/** Metadata of the package's `StandardHookMetadata.sol`, variant 1: no coins, gas, and BOB for the refund. */
const metadata = (gas: bigint): string => `0x0001${toBeHex(0, 32).slice(2)}${toBeHex(gas, 32).slice(2)}${BOB.slice(2)}`;
const ACCOUNTS = [
  "constructor(address mailbox, address hook, address owner, uint256 commitGas, string[] urls)",
  "function enrollRemoteRouter(uint32 domain, bytes32 router)",
  "function quoteGasPayment(address feeToken, uint32 destination, uint256 gas) view returns (uint256)",
  "function callRemote(uint32 destination, (bytes32 to, uint256 value, bytes data)[] calls, bytes metadata) payable returns (bytes32)",
  "function getRemoteInterchainAccount(uint32 destination, address owner) view returns (address)",
];
const SET = ["constructor()", "function deploy(address[] values, uint8 threshold) returns (address)"];
const HOOKS = ["constructor()", "function deploy(address[] values) returns (address)"];
const PAUSABLE = ["constructor(address owner)", "function pause()", "function unpause()"];
/** At its usual address on every chain. */
const MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11";
const MULTICALL = ["function aggregate3Value((address target, bool allowFailure, uint256 value, bytes data)[] calls) payable"];
const MAILBOX = [
  "function quoteDispatch(uint32 destination, bytes32 recipient, bytes body) view returns (uint256)",
  "function dispatch(uint32 destination, bytes32 recipient, bytes body) payable returns (bytes32)",
];
const TOKEN = new Interface(["function approve(address spender, uint256 amount)", "function mintTo(address to, uint256 amount)"]);
const WAYS = byNight<readonly (readonly [string, string])[]>(
  [
    ["alpha", "beta"],
    ["l1", "alpha"],
  ],
  [["alpha", "beta"]],
);

describe("C14 more of Hyperlane's package: its contracts run unchanged", () => {
  const dapp = suiteDapp("hyperlane");
  const { at } = dapp;

  const balance = (token: Contract, account: string): Promise<unknown> => token.getFunction("balanceOf").staticCall(account);

  for (const [from, to] of WAYS)
    test(`interchain accounts: an owner on ${from} makes several calls on ${to} out of an account of his own`, async () => {
      const put = (name: string) =>
        testContract(
          at(name),
          "InterchainAccountRouter",
          "middleware",
          ACCOUNTS,
          dapp.bridge.mailbox,
          dapp.bridge.hook,
          dapp.owner,
          100_000n,
          ["https://example.org"],
        );
      const [a, b] = [await put(from), await put(to)];
      const [aId, bId] = [dapp.bridge.idOf(from), dapp.bridge.idOf(to)];
      await send(a, "enrollRemoteRouter", bId, word(b));
      await send(b, "enrollRemoteRouter", aId, word(a));
      const token = await testContract(
        at(to),
        "ERC20Test",
        "test/ERC20Test.sol",
        [
          "constructor(string,string,uint256,uint8)",
          "function balanceOf(address) view returns (uint256)",
          "function allowance(address, address) view returns (uint256)",
        ],
        "T",
        "T",
        0n,
        18,
      );
      const account = (await a.getFunction("getRemoteInterchainAccount").staticCall(bId, dapp.owner)) as string;
      const calls = [
        [word(token), 0n, TOKEN.encodeFunctionData("mintTo", [account, 5n * COIN])],
        [word(token), 0n, TOKEN.encodeFunctionData("approve", [BOB, 2n * COIN])],
      ];
      const value = (await a.getFunction("quoteGasPayment").staticCall(ZeroAddress, bId, 800_000n)) as bigint;
      await dapp.bridge.delivered(await send(a, "callRemote", bId, calls, metadata(800_000n), { value }));
      assert.equal(await balance(token, account), 5n * COIN);
      assert.equal(await token.getFunction("allowance").staticCall(account, BOB), 2n * COIN);
    });

  test("an aggregation of modules gets what its modules want: one of two, both, and it waits while one of both is paused", async () => {
    const { a, b } = await tokens();
    const factory = await testContract(at("beta"), "StaticAggregationIsmFactory", "isms/aggregation", SET);
    const pausable = await testContract(at("beta"), "PausableIsm", "isms", PAUSABLE, dapp.owner);
    const signed = await testContract(
      at("beta"),
      "StorageMessageIdMultisigIsm",
      "isms/multisig/StorageMultisigIsm.sol",
      ["constructor(address[],uint8)"],
      [BOB],
      1,
    );
    const use = async (modules: readonly unknown[], threshold: number): Promise<string> => {
      const place = (await factory.getFunction("deploy").staticCall(modules, threshold)) as string;
      await send(factory, "deploy", modules, threshold);
      await send(b, "setInterchainSecurityModule", place);
      return place;
    };
    await use([signed.target, dapp.bridge.hook], 1);
    await dapp.bridge.delivered(await transfer(a, dapp.bridge.idOf("beta"), BOB, COIN));
    const both = await use([pausable.target, dapp.bridge.hook], 2);
    await dapp.bridge.delivered(await transfer(a, dapp.bridge.idOf("beta"), BOB, COIN));
    await send(pausable, "pause");
    const waiting = await transfer(a, dapp.bridge.idOf("beta"), BOB, COIN);
    await assert.rejects(dapp.bridge.delivered(waiting));
    assert.equal(await balance(b, BOB), 2n * COIN);
    await send(pausable, "unpause");
    await dapp.bridge.delivered(waiting);
    // An aggregation within an aggregation.
    await use([both, signed.target], 1);
    await dapp.bridge.delivered(await transfer(a, dapp.bridge.idOf("beta"), BOB, COIN));
    await use([signed.target, both], 2);
    await assert.rejects(
      dapp.bridge.delivered(await transfer(a, dapp.bridge.idOf("beta"), BOB, COIN)),
      /wants several modules' metadata/,
    );
    assert.equal(await balance(b, BOB), 4n * COIN);
  });

  test("a rate limit of the recipient in addition to the default module: more than its capacity waits", async () => {
    const { a, b } = await tokens();
    const limit = await testContract(
      at("beta"),
      "RateLimitedIsm",
      "isms/warp-route",
      ["constructor(address,uint256,uint256,address)"],
      dapp.bridge.mailbox,
      86_400n * COIN,
      86_400n,
      b.target,
    );
    const factory = await testContract(at("beta"), "StaticAggregationIsmFactory", "isms/aggregation", SET);
    const modules = [limit.target, dapp.bridge.hook];
    const place = (await factory.getFunction("deploy").staticCall(modules, 2)) as string;
    await send(factory, "deploy", modules, 2);
    await send(b, "setInterchainSecurityModule", place);
    await dapp.bridge.delivered(await transfer(a, dapp.bridge.idOf("beta"), BOB, COIN));
    await assert.rejects(dapp.bridge.delivered(await transfer(a, dapp.bridge.idOf("beta"), BOB, 100_000n * COIN)));
    assert.equal(await balance(b, BOB), COIN);
  });

  test("an aggregation of hooks of the sender's own: the default one among them passes the message on, for the sum of their fees", async () => {
    const { a, b } = await tokens();
    const pausable = await testContract(at("alpha"), "PausableHook", "hooks", [
      "constructor()",
      "function pause()",
      "function unpause()",
    ]);
    const factory = await testContract(at("alpha"), "StaticAggregationHookFactory", "hooks/aggregation", HOOKS);
    const hooks = [pausable.target, dapp.bridge.hook];
    const place = (await factory.getFunction("deploy").staticCall(hooks)) as string;
    await send(factory, "deploy", hooks);
    await send(a, "setHook", place);
    await dapp.bridge.delivered(await transfer(a, dapp.bridge.idOf("beta"), BOB, COIN));
    await send(pausable, "pause");
    await assert.rejects(transfer(a, dapp.bridge.idOf("beta"), BOB, COIN));
    assert.equal(await balance(b, BOB), COIN);
  });

  test("ERC-721 with its address of a picture: a piece brings its URI along", async () => {
    const collection = await testContract(
      at("alpha"),
      "ERC721Test",
      "test",
      [
        "constructor(string,string,uint256)",
        "function approve(address,uint256)",
        "function tokenURI(uint256) view returns (string)",
      ],
      "P",
      "P",
      3n,
    );
    const given = [
      "function initialize(address,address,address)",
      "function initialize(uint256,string,string,address,address,address)",
    ];
    const router = [
      "function enrollRemoteRouter(uint32,bytes32)",
      "function setDestinationGas(uint32,uint256)",
      "function quoteGasPayment(uint32) view returns (uint256)",
      "function transferRemote(uint32,bytes32,uint256) payable returns (bytes32)",
      "function ownerOf(uint256) view returns (address)",
      "function tokenURI(uint256) view returns (string)",
    ];
    const a = await testContract(
      at("alpha"),
      "HypERC721URICollateral",
      "token/extensions",
      ["constructor(address,address)", given[0]!, ...router],
      collection.target,
      dapp.bridge.mailbox,
    );
    await send(a, "initialize", ZeroAddress, ZeroAddress, dapp.owner);
    const b = await testContract(
      at("beta"),
      "HypERC721URIStorage",
      "token/extensions",
      ["constructor(address)", given[1]!, ...router],
      dapp.bridge.mailbox,
    );
    await send(b, "initialize", 0n, "P", "P", ZeroAddress, ZeroAddress, dapp.owner);
    await connect(a, b, [dapp.bridge.idOf("alpha"), dapp.bridge.idOf("beta")], 400_000n);
    await send(collection, "approve", a.target, 1n);
    await dapp.bridge.delivered(await transfer(a, dapp.bridge.idOf("beta"), BOB, 1n));
    assert.equal(await b.getFunction("ownerOf").staticCall(1n), BOB);
    assert.equal(await b.getFunction("tokenURI").staticCall(1n), await collection.getFunction("tokenURI").staticCall(1n));
  });

  test("several messages of one transaction are delivered together, and the failing one is reported", async () => {
    const recipient = ["constructor()", "function lastData() view returns (bytes)"];
    const put = (name: string) => testContract(at(name), "TestRecipient", "test", recipient);
    const [onBeta, onL1] = [await put("beta"), await put("l1")];
    const [signer] = await at("alpha").ethers.getSigners();
    const mailbox = new Contract(dapp.bridge.mailbox, MAILBOX, signer as unknown as Signer);
    const multicall = new Contract(MULTICALL3, MULTICALL, signer as unknown as Signer);
    const dispatches = async (...to: readonly (readonly [string, unknown])[]) =>
      Promise.all(
        to.map(async ([name, account]) => {
          const given = [dapp.bridge.idOf(name), word(String(account)), "0x1234"];
          const value = (await mailbox.getFunction("quoteDispatch").staticCall(...given)) as bigint;
          return [dapp.bridge.mailbox, false, value, mailbox.interface.encodeFunctionData("dispatch", given)] as const;
        }),
      );
    const run = async (calls: Awaited<ReturnType<typeof dispatches>>) =>
      send(multicall, "aggregate3Value", calls, { value: calls.reduce((sum, [, , value]) => sum + value, 0n) });
    await dapp.bridge.delivered(await run(await dispatches(["beta", onBeta.target], ["l1", onL1.target])));
    for (const each of [onBeta, onL1]) assert.equal(await each.getFunction("lastData").staticCall(), "0x1234");
    const failing = await run(await dispatches(["beta", onBeta.target], ["l1", BOB]));
    await assert.rejects(dapp.bridge.delivered(failing), /no contract at 0x0+b0 on l1/);
  });

  /** Creates a warp route of an ERC-20 of alpha. */
  async function tokens(): Promise<{ a: Contract; b: Contract }> {
    const put = (name: string, supply: bigint) =>
      route(at(name), "HypERC20", [18, 1n, 1n, dapp.bridge.mailbox], [supply, "My token", "MINE"]);
    const [a, b] = [await put("alpha", 1_000_000n * COIN), await put("beta", 0n)];
    await connect(a, b, [dapp.bridge.idOf("alpha"), dapp.bridge.idOf("beta")], 400_000n);
    return { a, b };
  }
});
