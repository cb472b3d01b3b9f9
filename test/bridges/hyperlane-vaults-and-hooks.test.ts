import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Interface, ZeroAddress, type Contract } from "ethers";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { suiteDapp } from "./support/suite-dapp.ts";
import { connect, route, testContract, transfer } from "./support/warp-routes.ts";
import { send, word } from "./support/world.ts";

const COIN = 10n ** 18n;
const BOB = "0x00000000000000000000000000000000000000B0";
const FACTORY = "constructor(string,string,uint256,uint8)";
const ERC20 = [
  FACTORY,
  "function balanceOf(address) view returns (uint256)",
  "function approve(address,uint256)",
  "function totalSupply() view returns (uint256)",
];
const ROUTER = [
  "function initialize(address,address,address)",
  "function enrollRemoteRouter(uint32,bytes32)",
  "function setDestinationGas(uint32,uint256)",
  "function setHook(address)",
  "function setInterchainSecurityModule(address)",
  "function quoteGasPayment(uint32) view returns (uint256)",
  "function transferRemote(uint32,bytes32,uint256) payable returns (bytes32)",
  "function balanceOf(address) view returns (uint256)",
];
const WRAPS = ["constructor(address,uint256,uint256,address)", ...ROUTER];
const SHARES = ["function initialize(uint256,string,string,address,address,address)", ...ROUTER.slice(1)];
const GAS = 400_000n;

describe("C14 vaults, tokens with their own minters, hooks and modules of Hyperlane's package", { skip: !IS_NIGHTLY }, () => {
  const dapp = suiteDapp("hyperlane");
  const { at, ask, signer } = dapp;
  const mailbox = () => dapp.bridge.mailbox;
  const beta = () => dapp.bridge.idOf("beta");
  const alpha = () => dapp.bridge.idOf("alpha");
  const ids = () => [alpha(), beta()] as const;
  const erc20 = (member: string, name = "ERC20Test") =>
    testContract(at(member), name, "test/ERC20Test.sol", ERC20, "T", "T", 1_000n * COIN, 18);
  const plain = (member: string, supply = 0n) => route(at(member), "HypERC20", [18, 1n, 1n, mailbox()], [supply, "My", "MY"]);

  /** Behind OpenZeppelin's proxy, out of the same package: its constructor leaves nothing to initialize. */
  async function behindProxy(member: string, name: string, folder: string, abi: readonly string[], ...args: unknown[]) {
    const code = await testContract(at(member), name, folder, abi, ...args);
    const given = ["constructor(address,bytes) payable"];
    const proxy = await testContract(
      at(member),
      "ERC1967Proxy",
      "../@openzeppelin/contracts/proxy/ERC1967",
      given,
      code.target,
      "0x",
    );
    return code.attach(proxy.target) as Contract;
  }
  async function wrapping(member: string, name: string, token: unknown): Promise<Contract> {
    const wraps = await behindProxy(member, name, "token/extensions", WRAPS, token, 1n, 1n, mailbox());
    await send(wraps, "initialize", ZeroAddress, ZeroAddress, dapp.owner);
    return wraps;
  }

  test("HypERC4626: shares of a vault exist on the other chain, grow with the vault's yield, and return with it", async () => {
    const asset = await erc20("alpha");
    const vault = await testContract(
      at("alpha"),
      "ERC4626Test",
      "test/ERC4626",
      ["constructor(address,string,string)", "function totalAssets() view returns (uint256)"],
      ...[asset.target, "Vault", "V"],
    );
    const abi = [...WRAPS, "function rebase(uint32) payable"];
    const a = await testContract(at("alpha"), "HypERC4626Collateral", "token/extensions", abi, vault.target, 1n, 1n, mailbox());
    await send(a, "initialize", ZeroAddress, ZeroAddress, dapp.owner);
    const given = ["constructor(uint8,uint256,uint256,address,uint32)", ...SHARES];
    const b = await behindProxy("beta", "HypERC4626", "token/extensions", given, 18, 1n, 1n, mailbox(), alpha());
    await send(b, "initialize", 0n, "Shares", "S", ZeroAddress, ZeroAddress, dapp.owner);
    await connect(a, b, ids(), GAS);
    await send(asset, "approve", a.target, 100n * COIN);
    await dapp.bridge.delivered(await transfer(a, beta(), dapp.owner, 100n * COIN));
    assert.equal(await ask(b, "balanceOf", dapp.owner), 100n * COIN);
    // The vault earns half as much again; what it earns reaches the other side with the next message.
    const earned = new Interface(["function transfer(address,uint256)"]).encodeFunctionData("transfer", [
      vault.target,
      50n * COIN,
    ]);
    await (await (await signer("alpha")).sendTransaction({ to: asset.target, data: earned })).wait();
    assert.equal(await ask(b, "balanceOf", dapp.owner), 100n * COIN);
    const fee = (await ask(a, "quoteGasPayment", beta())) as bigint;
    await dapp.bridge.delivered(await send(a, "rebase", beta(), { value: fee }));
    const grown = (await ask(b, "balanceOf", dapp.owner)) as bigint;
    // The vault's own rounding takes less than a millionth.
    assert.ok(grown <= 150n * COIN && grown > 150n * COIN - COIN / 1_000_000n, `${grown}`);
    await dapp.bridge.delivered(await transfer(b, alpha(), BOB, grown / 3n));
    const home = (await ask(asset, "balanceOf", BOB)) as bigint;
    assert.ok(home <= 50n * COIN && home > 50n * COIN - COIN / 1_000_000n, `${home}`);
  });

  test("HypERC4626OwnerCollateral: what its vault earns is its owner's, and its tokens come home one for one", async () => {
    const asset = await erc20("alpha");
    const names = ["constructor(address,string,string)"];
    const vault = await testContract(at("alpha"), "ERC4626Test", "test/ERC4626", names, asset.target, "Vault", "V");
    const abi = [...WRAPS, "function sweep()"];
    const a = await testContract(
      at("alpha"),
      "HypERC4626OwnerCollateral",
      "token/extensions",
      abi,
      vault.target,
      1n,
      1n,
      mailbox(),
    );
    await send(a, "initialize", ZeroAddress, ZeroAddress, dapp.owner);
    const b = await plain("beta");
    await connect(a, b, ids(), GAS);
    await send(asset, "approve", a.target, 10n * COIN);
    await dapp.bridge.delivered(await transfer(a, beta(), dapp.owner, 10n * COIN));
    const earned = new Interface(["function transfer(address,uint256)"]).encodeFunctionData("transfer", [
      vault.target,
      5n * COIN,
    ]);
    await (await (await signer("alpha")).sendTransaction({ to: asset.target, data: earned })).wait();
    await send(a, "sweep");
    const swept = ((await ask(asset, "balanceOf", dapp.owner)) as bigint) - 985n * COIN;
    assert.ok(swept <= 5n * COIN && swept > 5n * COIN - COIN / 1_000_000n, `${swept}`);
    await dapp.bridge.delivered(await transfer(b, alpha(), BOB, 9n * COIN));
    assert.equal(await ask(asset, "balanceOf", BOB), 9n * COIN);
  });

  test("HypXERC20 and HypFiatToken: a token that lets its routes mint and burn has no route's coins locked", async () => {
    const [token, twin] = [await erc20("alpha", "XERC20Test"), await erc20("beta", "FiatTokenTest")];
    const a = await wrapping("alpha", "HypXERC20", token.target);
    const b = await wrapping("beta", "HypFiatToken", twin.target);
    await connect(a, b, ids(), GAS);
    await dapp.bridge.delivered(await transfer(a, beta(), BOB, 7n * COIN));
    assert.deepEqual([await ask(token, "totalSupply"), await ask(twin, "balanceOf", BOB)], [993n * COIN, 7n * COIN]);
    await send(twin, "approve", b.target, 3n * COIN);
    await dapp.bridge.delivered(await transfer(b, alpha(), BOB, 3n * COIN));
    assert.deepEqual([await ask(token, "balanceOf", BOB), await ask(twin, "totalSupply")], [3n * COIN, 1_004n * COIN]);
  });

  test("HypXERC20Lockbox: the old token goes in and comes out, and what stands between is burnt and minted", async () => {
    const abi = [FACTORY, "function ERC20() view returns (address)", "function XERC20() view returns (address)"];
    const box = await testContract(at("alpha"), "XERC20LockboxTest", "test/ERC20Test.sol", abi, "T", "T", 50n * COIN, 18);
    const [old, between] = (await Promise.all(["ERC20", "XERC20"].map((name) => ask(box, name)))) as [string, string];
    const some = await erc20("alpha");
    const [oldToken, newToken] = [some.attach(old) as Contract, some.attach(between) as Contract];
    const a = await wrapping("alpha", "HypXERC20Lockbox", box.target);
    const b = await plain("beta");
    await connect(a, b, ids(), GAS);
    await send(oldToken, "approve", a.target, 9n * COIN);
    await dapp.bridge.delivered(await transfer(a, beta(), dapp.owner, 9n * COIN));
    assert.deepEqual([await ask(oldToken, "balanceOf", box.target), await ask(newToken, "totalSupply")], [9n * COIN, 0n]);
    await dapp.bridge.delivered(await transfer(b, alpha(), BOB, 4n * COIN));
    assert.deepEqual([await ask(oldToken, "balanceOf", BOB), await ask(b, "balanceOf", dapp.owner)], [4n * COIN, 5n * COIN]);
  });

  test("routing hooks: by destination, with the default hook for the rest; one that only takes a fee passes nothing on", async () => {
    const a = await plain("alpha", 100n * COIN);
    const b = await plain("beta");
    await connect(a, b, ids(), GAS);
    const routes = await testContract(
      at("alpha"),
      "FallbackDomainRoutingHook",
      "hooks/routing",
      ["constructor(address,address,address)", "function setHook(uint32,address)"],
      ...[mailbox(), dapp.owner, dapp.bridge.hook],
    );
    await send(a, "setHook", routes.target);
    await dapp.bridge.delivered(await transfer(a, beta(), BOB, COIN));
    const given = ["constructor(uint256,uint256,address,address)"];
    const fee = await testContract(at("alpha"), "ProtocolFee", "hooks", given, COIN, 1_000n, dapp.owner, dapp.owner);
    await send(routes, "setHook", beta(), fee.target);
    assert.equal(await ask(a, "quoteGasPayment", beta()), 1_000n);
    const unpassed = await transfer(a, beta(), BOB, COIN);
    await assert.rejects(dapp.bridge.delivered(unpassed), /hook/);
    assert.equal(await ask(b, "balanceOf", BOB), COIN);
  });

  test("a module by origin: the default module for alpha alone, and messages of other origins report the missing module", async () => {
    const [a, b, c] = [await plain("alpha", 100n * COIN), await plain("beta"), await plain("l1", 100n * COIN)];
    await connect(a, b, ids(), GAS);
    await connect(c, b, [dapp.bridge.idOf("l1"), beta()], GAS);
    const byOrigin = await testContract(at("beta"), "DomainRoutingIsm", "isms/routing", [
      "constructor()",
      "function initialize(address,uint32[],address[])",
    ]);
    await send(byOrigin, "initialize", dapp.owner, [alpha()], [dapp.bridge.hook]);
    await send(b, "setInterchainSecurityModule", byOrigin.target);
    await dapp.bridge.delivered(await transfer(a, beta(), BOB, COIN));
    await assert.rejects(dapp.bridge.delivered(await transfer(c, beta(), BOB, COIN)), /No ISM found for origin/);
    assert.equal(await ask(b, "balanceOf", BOB), COIN);
  });

  test("MinimalInterchainAccountRouter: calls of an owner on the other chain come from an account of his own there", async () => {
    const abi = [
      "constructor(address,address,address)",
      "function enrollRemoteRouter(uint32,bytes32)",
      "function quoteGasPayment(uint32) view returns (uint256)",
      "function callRemoteWithOverrides(uint32,bytes32,bytes32,(bytes32,uint256,bytes)[],bytes) payable returns (bytes32)",
      "function getLocalInterchainAccount(uint32,address,address,address) view returns (address)",
    ];
    const put = (member: string) =>
      testContract(at(member), "MinimalInterchainAccountRouter", "middleware", abi, mailbox(), dapp.bridge.hook, dapp.owner);
    const [a, b] = [await put("alpha"), await put("beta")];
    await send(a, "enrollRemoteRouter", beta(), word(b));
    await send(b, "enrollRemoteRouter", alpha(), word(a));
    const token = await testContract(
      at("beta"),
      "ERC20Test",
      "test/ERC20Test.sol",
      [...ERC20, "function allowance(address,address) view returns (uint256)"],
      ...["T", "T", 0n, 18],
    );
    const call = token.interface.encodeFunctionData("approve", [BOB, 5n]);
    const metadata = `0x0001${"0".repeat(64)}${1_000_000n.toString(16).padStart(64, "0")}`;
    const calls = [[word(token), 0n, call]];
    const sent = await send(a, "callRemoteWithOverrides", beta(), word(b), word(ZeroAddress), calls, metadata, { value: COIN });
    await dapp.bridge.delivered(sent);
    const account = await ask(b, "getLocalInterchainAccount", alpha(), dapp.owner, a.target, ZeroAddress);
    assert.equal(await ask(token, "allowance", account, BOB), 5n);
  });
});
