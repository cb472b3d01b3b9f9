import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { Contract, ContractFactory, id, Interface, toBeHex, type ContractTransactionReceipt, type Signer } from "ethers";
import { compileDapp } from "./support/dapp.ts";
import { connect, HYPERLANE_DAPP, route, testContract, transfer } from "./support/warp-routes.ts";
import { send, word } from "./support/world.ts";
import { suiteDapp } from "./support/suite-dapp.ts";

const COIN = 10n ** 18n;
const IDS = { l1: 11_155_111, alpha: 84_532, beta: 421_614 };
const BOB = "0x00000000000000000000000000000000000000B0";
/** Hook metadata of variant 1 with this gas for `handle`, and what is left back to BOB. */
const metadata = (gas: bigint): string => `0x0001${toBeHex(0, 32).slice(2)}${toBeHex(gas, 32).slice(2)}${BOB.slice(2)}`;

/** `Refused()` of MyGreeter, which is known by its name where the dapp's own project was built before. */
const REFUSED = new RegExp(`reverts with (?:Refused\\(\\)|${id("Refused()").slice(0, 10)})`);

const MAILBOX = new Interface(["event Dispatch(address indexed, uint32 indexed, bytes32 indexed, bytes message)"]);

/** The message that a transaction has sent. */
function dispatched({ logs }: ContractTransactionReceipt): string {
  const event = logs.map((log) => MAILBOX.parseLog(log)).find((each) => each !== null);
  return String(event?.args["message"]);
}

describe("C14 dapps of Hyperlane between two chains and L1, as their npm package has them", () => {
  const dapp = suiteDapp("hyperlane", { ids: IDS });
  const { at } = dapp;
  let greeter: ReturnType<ReturnType<typeof compileDapp>>;
  before(() => {
    greeter = compileDapp(HYPERLANE_DAPP)("MyGreeter");
  });

  const ids = (a: string, b: string) => [dapp.bridge.idOf(a), dapp.bridge.idOf(b)] as const;
  const balance = (token: Contract, account: unknown): Promise<unknown> => token.getFunction("balanceOf").staticCall(account);

  async function greeters(from = "alpha", to = "beta"): Promise<{ a: Contract; b: Contract }> {
    const put = async (name: string): Promise<Contract> => {
      const [signer] = await at(name).ethers.getSigners();
      const contract = await new ContractFactory(greeter.abi as [], greeter.bytecode, signer as unknown as Signer).deploy(
        dapp.bridge.mailbox,
      );
      await contract.waitForDeployment();
      return contract as Contract;
    };
    return { a: await put(from), b: await put(to) };
  }
  async function greet(a: Contract, to: string, recipient: unknown, text: string, gas = 150_000n) {
    const given = [dapp.bridge.idOf(to), word(String(recipient)), text, metadata(gas)];
    const fee = (await a.getFunction("quote").staticCall(...given)) as bigint;
    return send(a, "greet", ...given, { value: fee });
  }

  test("has the domains of the config, and one address for each contract on all members", async () => {
    assert.deepEqual(
      [dapp.bridge.idOf("l1"), dapp.bridge.idOf("alpha"), dapp.bridge.idOf("beta")],
      [11_155_111, 84_532, 421_614],
    );
    for (const member of [dapp.hyperchains.l1, ...dapp.hyperchains])
      for (const contract of ["mailbox", "hook", "requiredHook"] as const)
        assert.notEqual(
          await member.provider.request({ method: "eth_getCode", params: [dapp.bridge[contract], "latest"] }),
          "0x",
        );
    assert.throws(() => dapp.hyperchains.bridges.layerzero, { code: "NotConfigured" });
  });

  for (const [from, to] of [
    ["alpha", "beta"],
    ["l1", "alpha"],
    ["beta", "l1"],
  ] as const)
    test(`a warp route of an ERC-20 created here: tokens go from ${from} to ${to}, for the fee that it quotes`, async () => {
      const a = await route(at(from), "HypERC20", [18, 1, 1, dapp.bridge.mailbox], [1_000n * COIN, "My", "MY"]);
      const b = await route(at(to), "HypERC20", [18, 1, 1, dapp.bridge.mailbox], [0n, "My", "MY"]);
      await connect(a, b, ids(from, to));
      const { hash, delivery } = await dapp.bridge.delivered(await transfer(a, dapp.bridge.idOf(to), BOB, 7n * COIN));
      assert.equal(await balance(b, BOB), 7n * COIN);
      const receipt = await at(to).ethers.provider.getTransactionReceipt(hash);
      assert.ok(receipt?.logs.some((log) => b.interface.parseLog(log)?.name === "ReceivedTransferRemote"));
      assert.equal(delivery.step, "executed");
      assert.equal(delivery.provenMessage !== undefined, from !== "l1" && to !== "l1");
    });

  test("a collateral: an existing token is locked, has a synthetic on the other side, and returns", async () => {
    const abi = [
      "constructor(string,string,uint256,uint8)",
      "function approve(address,uint256)",
      "function balanceOf(address) view returns (uint256)",
    ];
    const token = await testContract(at("alpha"), "ERC20Test", "test/ERC20Test.sol", abi, "Old", "OLD", 100n * COIN, 18);
    const a = await route(at("alpha"), "HypERC20Collateral", [token.target, 1, 1, dapp.bridge.mailbox]);
    const b = await route(at("beta"), "HypERC20", [18, 1, 1, dapp.bridge.mailbox], [0n, "Old", "OLD"]);
    await connect(a, b, ids("alpha", "beta"), 100_000n);
    await send(token, "approve", a.target, 9n * COIN);
    await dapp.bridge.delivered(await transfer(a, dapp.bridge.idOf("beta"), dapp.owner, 9n * COIN));
    assert.deepEqual([await balance(token, a.target), await balance(b, dapp.owner)], [9n * COIN, 9n * COIN]);
    await dapp.bridge.delivered(await transfer(b, dapp.bridge.idOf("alpha"), BOB, 4n * COIN));
    assert.deepEqual([await balance(token, BOB), await balance(b, dapp.owner)], [4n * COIN, 5n * COIN]);
  });

  test("a native route: coins are locked here, a token represents them there, and they are paid out when it returns", async () => {
    const a = await route(at("alpha"), "HypNative", [1, 1, dapp.bridge.mailbox]);
    const b = await route(at("beta"), "HypERC20", [18, 1, 1, dapp.bridge.mailbox], [0n, "Coin", "COIN"]);
    await connect(a, b, ids("alpha", "beta"), 100_000n);
    await dapp.bridge.delivered(await transfer(a, dapp.bridge.idOf("beta"), dapp.owner, 3n * COIN, 3n * COIN));
    assert.equal(await balance(b, dapp.owner), 3n * COIN);
    const provider = at("alpha").ethers.provider;
    const to = "0x00000000000000000000000000000000000000b1";
    await dapp.bridge.delivered(await transfer(b, dapp.bridge.idOf("alpha"), to, COIN));
    assert.deepEqual([await provider.getBalance(to), await provider.getBalance(a.target)], [COIN, 2n * COIN]);
  });

  test("an ERC-721 route: a piece goes to another chain and is nowhere else", async () => {
    const a = await route(at("alpha"), "HypERC721", [dapp.bridge.mailbox], [2n, "Pieces", "PIECE"]);
    const b = await route(at("beta"), "HypERC721", [dapp.bridge.mailbox], [0n, "Pieces", "PIECE"]);
    await connect(a, b, ids("alpha", "beta"), 150_000n);
    await dapp.bridge.delivered(await transfer(a, dapp.bridge.idOf("beta"), BOB, 1n));
    assert.equal(await b.getFunction("ownerOf").staticCall(1n), BOB);
    await assert.rejects(a.getFunction("ownerOf").staticCall(1n));
  });

  test("a message that nothing but the mailbox carries comes with its origin and sender, and is processed once", async () => {
    const { a, b } = await greeters();
    const sent = await greet(a, "beta", b.target, "hello");
    const { delivery } = await dapp.bridge.delivered(sent);
    const said = ["greeting", "origin", "sender", "received"].map((name) => b.getFunction(name).staticCall());
    assert.deepEqual(await Promise.all(said), ["hello", BigInt(IDS.alpha), word(a).toLowerCase(), 1n]);
    await assert.rejects(dapp.bridge.execute(delivery), { code: "Waiting" });
    await dapp.hyperchains.relay();
    assert.equal(await b.getFunction("received").staticCall(), 1n);
  });

  test("a route that is not enrolled on the other side waits, reports the missing call, and continues after it", async () => {
    const a = await route(at("alpha"), "HypERC20", [18, 1, 1, dapp.bridge.mailbox], [COIN, "My", "MY"]);
    const b = await route(at("beta"), "HypERC20", [18, 1, 1, dapp.bridge.mailbox], [0n, "My", "MY"]);
    await send(a, "enrollRemoteRouter", dapp.bridge.idOf("beta"), word(b));
    await send(a, "setDestinationGas", dapp.bridge.idOf("beta"), 80_000n);
    const sent = await transfer(a, dapp.bridge.idOf("beta"), BOB, COIN);
    const missing = new RegExp(`router not enrolled: ${String(b.target)}.*enrollRemoteRouter\\(${IDS.alpha}, ${word(a)}\\)`, "i");
    await assert.rejects(dapp.bridge.delivered(sent), missing);
    await send(b, "enrollRemoteRouter", dapp.bridge.idOf("alpha"), word(a));
    await dapp.bridge.delivered(sent);
    assert.equal(await balance(b, BOB), COIN);
  });

  test("a recipient that refuses: its error is reported, nothing is lost, and other messages continue; then it accepts the message", async () => {
    const { a, b } = await greeters();
    await send(b, "refuse", true);
    const refused = await greet(a, "beta", b.target, "refused");
    await assert.rejects(dapp.bridge.delivered(refused), REFUSED);
    const other = await greeters();
    await dapp.bridge.delivered(await greet(other.a, "beta", other.b.target, "another's"));
    await send(b, "refuse", false);
    await dapp.bridge.delivered(refused);
    assert.equal(await b.getFunction("greeting").staticCall(), "refused");
  });

  test("a receiver burns all gas: the report says that it needs more than was paid for, or that it fails; too little gas is named, and other gas helps", async () => {
    const { a, b } = await greeters();
    await assert.rejects(dapp.bridge.delivered(await greet(a, "beta", b.target, "burn")), { code: "Failed" });
    const poor = await greet(a, "beta", b.target, "a greeting that is far too long for what was paid for it".repeat(8), 20_000n);
    await assert.rejects(dapp.bridge.delivered(poor), /needs more gas than the 20000 for handle that its sender has paid for/);
    const [waiting] = (await dapp.bridge.deliveries()).filter(({ sentIn }) => sentIn === poor.hash);
    await dapp.bridge.execute(waiting!, { gas: 900_000n });
    assert.equal(await b.getFunction("received").staticCall(), 1n);
  });

  test("a security module of the recipient's own: one that wants signatures waits and is named; one that wants nothing is asked", async () => {
    const { a, b } = await greeters();
    const abi = ["constructor(address[],uint8)"];
    const place = "isms/multisig/StorageMultisigIsm.sol";
    const module = await testContract(at("beta"), "StorageMessageIdMultisigIsm", place, abi, [BOB], 1);
    await send(b, "setInterchainSecurityModule", module.target);
    const sent = await greet(a, "beta", b.target, "signed");
    await assert.rejects(
      dapp.bridge.delivered(sent),
      /custom security module.*validators' signatures.*setInterchainSecurityModule/,
    );
    const open = await testContract(at("beta"), "NoopIsm", "isms", []);
    await send(b, "setInterchainSecurityModule", open.target);
    await dapp.bridge.delivered(await greet(a, "beta", b.target, "open"));
    await dapp.bridge.delivered(sent);
    assert.equal(await b.getFunction("received").staticCall(), 2n);
  });

  test("another hook than the default: the message waits, and the reason is reported", async () => {
    const { a, b } = await greeters();
    const sent = await send(a, "greetBy", dapp.bridge.requiredHook, dapp.bridge.idOf("beta"), word(b), "by another way");
    await assert.rejects(dapp.bridge.delivered(sent), new RegExp(`another hook than the mailbox's default, ${dapp.bridge.hook}`));
  });

  test("a recipient without code is named, and quotes refuse what is not brought", async () => {
    const { a } = await greeters();
    await assert.rejects(dapp.bridge.delivered(await greet(a, "beta", BOB, "nobody")), /no contract at 0x0+b0 on beta/);
    await assert.rejects(greet(a, "beta", BOB, "too much", 5_000_001n));
    await assert.rejects(a.getFunction("quote").staticCall(999, word(BOB), "far", "0x"));
    await assert.rejects(send(a, "greet", dapp.bridge.idOf("beta"), word(BOB), "for nothing", "0x"));
    await assert.rejects(dapp.bridge.delivered(await send(a, "refuse", false)), { code: "NoMessage" });
  });

  test("execution is held and released; a return to a snapshot takes a message back with all its steps", async () => {
    const { a, b } = await greeters();
    await dapp.bridge.hold("beta");
    const held = await greet(a, "beta", b.target, "held");
    await assert.rejects(dapp.bridge.delivered(held), /is verified/);
    const mark = await dapp.hyperchains.snapshot();
    await dapp.bridge.release("beta");
    await dapp.bridge.delivered(held);
    assert.equal(await b.getFunction("greeting").staticCall(), "held");
    await dapp.hyperchains.revert(mark);
    assert.equal(await b.getFunction("greeting").staticCall(), "");
    await dapp.hyperchains.faults.clear();
    await dapp.bridge.delivered(held);
    assert.deepEqual([await b.getFunction("greeting").staticCall(), await b.getFunction("received").staticCall()], ["held", 1n]);
  });

  test("attack: a receiver reenters: its own message is not processed inside itself, another one is, and each once", async () => {
    const { a, b } = await greeters();
    const own = await greet(a, "beta", b.target, "own", 1_000_000n);
    await send(b, "nest", dispatched(own));
    await dapp.bridge.delivered(own);
    assert.equal(await b.getFunction("nestedSucceeded").staticCall(), false);
    await dapp.bridge.hold("beta");
    const outer = await greet(a, "beta", b.target, "outer", 1_000_000n);
    const inner = await greet(a, "beta", b.target, "inner", 1_000_000n);
    for (const each of [outer, inner]) await assert.rejects(dapp.bridge.delivered(each), /is verified/);
    await send(b, "nest", dispatched(inner));
    await dapp.bridge.release("beta");
    await dapp.bridge.delivered(outer);
    await dapp.bridge.delivered(inner);
    assert.equal(await b.getFunction("nestedSucceeded").staticCall(), true);
    assert.equal(await b.getFunction("received").staticCall(), 3n);
  });

  test("a stranger processes a proven message himself: it counts once, and one that differs in a byte is refused", async () => {
    const { a, b } = await greeters();
    await dapp.bridge.hold("beta");
    const sent = await greet(a, "beta", b.target, "by a stranger");
    await assert.rejects(dapp.bridge.delivered(sent), /is verified/);
    const abi = ["function process(bytes,bytes) payable"];
    const [, stranger] = await at("beta").ethers.getSigners();
    const mailbox = new Contract(dapp.bridge.mailbox, abi, stranger as unknown as Signer);
    const raw = dispatched(sent);
    const changed = `${raw.slice(0, -2)}${raw.endsWith("00") ? "01" : "00"}`;
    await assert.rejects(mailbox.getFunction("process").staticCall("0x", changed), /ISM verification failed/);
    await send(mailbox, "process", "0x", raw);
    await assert.rejects(mailbox.getFunction("process").staticCall("0x", raw), /already delivered/);
    await dapp.bridge.release("beta");
    const { delivery } = await dapp.bridge.delivered(sent);
    assert.equal(delivery.step, "executed");
    assert.equal(await b.getFunction("received").staticCall(), 1n);
  });
});
