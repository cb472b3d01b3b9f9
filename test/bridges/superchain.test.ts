import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { AbiCoder, Contract, keccak256 } from "ethers";
import { ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { checksumOf } from "../../src/ecosystem/bridges/superchain/identifier.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { interoperable } from "../contracts/l2/support/bundles.ts";
import { genesisOf } from "../flow/support/genesis.ts";
import { ALICE, BOB, startFlowDevnet } from "../flow/support/devnet.ts";
import {
  CAROL,
  ETH_BRIDGE,
  INBOX,
  known,
  MESSENGER,
  options,
  reverts,
  send,
  SuperchainWorld,
  TOKEN_BRIDGE,
} from "./support/superchain-world.ts";

const CHAINS = [271n, 272n] as const;
const [A, B] = CHAINS;
/** Puts the place and length of a megabyte of zeros on the stack. */
const MEGABYTE = "621000005f";
const CENTER = "0x000000000000000000000000000000000001000d";

describe("C14 dapps of the Superchain between two chains that include its contracts", () => {
  let world: SuperchainWorld;
  before(async () => {
    world = new SuperchainWorld(await startFlowDevnet(CHAINS, options));
  });
  after(() => world?.close());

  test("contracts are at the Superchain's addresses on every chain, and L1 is left out with the reason", async () => {
    for (const client of world.clients)
      for (const address of [INBOX, MESSENGER, ETH_BRIDGE, TOKEN_BRIDGE]) assert.notEqual(await client.getCode(address), "0x");
    const told = (await world.devnet.bridges!.bridges()).superchain!;
    const { crossL2Inbox, messenger, ethBridge, tokenBridge } = told.contracts;
    assert.deepEqual([crossL2Inbox, messenger, ethBridge, tokenBridge], [INBOX, MESSENGER, ETH_BRIDGE, TOKEN_BRIDGE]);
    assert.deepEqual(told.leftOut, [{ name: "l1", reason: "the Superchain's messages go between chains" }]);
  });

  test("SuperchainERC20: a token on OpenZeppelin's ERC-7802 is burnt on one chain and minted on the other", async () => {
    const [a, b] = await world.twins("SuperchainTestToken", (chain) => [world.signer(0).address, chain === 0 ? 1_000n : 0n]);
    const sent = await send(world.at(0, TOKEN_BRIDGE), "sendERC20", a.target, CAROL, 7n, B);
    await world.moveOn();
    const { step, provenMessage } = await world.of(sent);
    assert.equal(step, "executed");
    assert.match(provenMessage!, /^0x[0-9a-f]{64}$/);
    assert.deepEqual(
      [await a.getFunction("totalSupply").staticCall(), await b.getFunction("balanceOf").staticCall(CAROL)],
      [993n, 7n],
    );
    const bridge = world.at(0, TOKEN_BRIDGE).getFunction("sendERC20");
    await reverts(bridge.staticCall(INBOX, CAROL, 1n, B), "InvalidERC7802");
    await reverts(bridge.staticCall(a.target, `0x${"00".repeat(20)}`, 1n, B), "ZeroAddress");
    await reverts(world.at(1, TOKEN_BRIDGE).getFunction("relayERC20").staticCall(a.target, CAROL, CAROL, 1n), "Unauthorized");
  });

  test("ETH: coins go from one chain to the other and home, and the bridge keeps none of them", async () => {
    const account = "0x00000000000000000000000000000000000000C1";
    const sent = await send(world.at(0, ETH_BRIDGE), "sendETH", account, B, { value: 12_345n });
    const none = await send(world.at(1, ETH_BRIDGE), "sendETH", account, A, { value: 99n });
    await world.moveOn();
    await world.moveOn();
    assert.deepEqual([(await world.of(sent)).step, (await world.of(none)).step], ["executed", "executed"]);
    const balances = (address: string) => Promise.all(world.clients.map((client) => client.getBalance(address)));
    assert.deepEqual(
      [await balances(account), await balances(ETH_BRIDGE)],
      [
        [99n, 12_345n],
        [0n, 0n],
      ],
    );
    await reverts(world.at(1, ETH_BRIDGE).getFunction("relayETH").staticCall(account, account, 1n), "Unauthorized");
  });

  test("counter and ping-pong: a target learns chain and sender, and answers during its execution", async () => {
    const [a, b] = await world.twins("SuperchainTestCounter");
    await send(a, "sendTo", B, b.target, 2n);
    for (let leg = 0; leg < 3; leg++) await world.moveOn();
    const counts = [await a.getFunction("count").staticCall(), await b.getFunction("count").staticCall()];
    assert.deepEqual(counts, [1n, 2n]);
    assert.deepEqual([await b.getFunction("source").staticCall(), await b.getFunction("sender").staticCall()], [A, a.target]);
    await reverts(world.at(1, MESSENGER).getFunction("crossDomainMessageSender").staticCall(), "NotEntered");
  });

  test("a message of 110,000 bytes is relayed: gas for its bytes is added to its target's", async () => {
    const sent = await send(world.at(0, MESSENGER), "sendMessage", B, CAROL, `0x${"11".repeat(110_000)}`);
    await world.moveOn();
    const { step, transactionHash } = await world.of(sent);
    assert.equal(step, "executed");
    // What a relay of any size has would not pay for these bytes.
    assert.ok((await world.clients[1]!.getTransactionReceipt(transactionHash!))!.gasUsed > 4_400_000n);
  });

  test("a target that reverts undoes its relay, is reported with its error, and accepts it later", async () => {
    const [a, b] = await world.twins("SuperchainTestCounter");
    await send(b, "refuse", true);
    const sent = await send(a, "sendTo", B, b.target, 0n);
    await world.moveOn();
    const failed = await world.of(sent);
    assert.deepEqual([failed.step, failed.data?.slice(0, 10)], ["failed", b.interface.getError("Refused")!.selector]);
    await send(b, "refuse", false);
    assert.match(String(await world.devnet.bridges!.execute(failed.id, undefined)), /^0x[0-9a-f]{64}$/);
    assert.equal((await world.of(sent)).step, "executed");
    assert.equal(await b.getFunction("count").staticCall(), 1n);
    assert.equal(await world.devnet.bridges!.execute(failed.id, undefined), undefined);
  });

  test("sending refuses by the Superchain's names, and what was sent can be told again, and is relayed once", async () => {
    const [a, b] = await world.twins("SuperchainTestCounter");
    const messenger = world.at(0, MESSENGER);
    await reverts(messenger.getFunction("sendMessage").staticCall(A, b.target, "0x"), "MessageDestinationSameChain");
    const toItself = messenger.getFunction("sendMessage").staticCall(B, MESSENGER, "0x");
    await reverts(toItself, "MessageTargetL2ToL2CrossDomainMessenger");
    const sent = await send(a, "sendTo", B, b.target, 0n);
    const { payload } = await world.relayOf(0, sent);
    const { args } = known.parseLog({
      topics: [0, 1, 2, 3].map((i) => `0x${payload.slice(2 + 64 * i, 66 + 64 * i)}`),
      data: `0x${payload.slice(258)}`,
    })!;
    const [, target, nonce, sender, message] = args.toArray() as [bigint, string, bigint, string, string];
    const again = await send(messenger, "resendMessage", B, nonce, sender, target, message);
    await reverts(messenger.getFunction("resendMessage").staticCall(B, nonce, CAROL, target, message), "InvalidMessage");
    await world.moveOn();
    assert.equal(await b.getFunction("count").staticCall(), 1n);
    await reverts(world.relay(1, await world.relayOf(0, again)), "MessageAlreadyRelayed");
  });

  test("attack: relay with a forged identifier, or without access list: refused, and nothing but what its chain has proven", async () => {
    const [a, b] = await world.twins("SuperchainTestCounter");
    await world.hold(B, true);
    const sent = await send(a, "sendTo", B, b.target, 0n);
    const relay = await world.relayOf(0, sent);
    // No batch has brought it yet.
    await reverts(world.relay(1, relay), "NotProven");
    await world.moveOn();
    assert.equal((await world.of(sent)).step, "verified");
    await reverts(world.relay(1, relay, { listed: false }), "NotInAccessList");
    const { id, payload } = relay;
    for (const forged of [
      { ...id, chainId: 273n },
      { ...id, blockNumber: id.blockNumber + 1n },
      { ...id, timestamp: id.timestamp + 1n },
    ])
      await reverts(world.relay(1, { id: forged, payload }), "NotProven");
    await reverts(world.relay(1, { id: { ...id, origin: CAROL }, payload }), "IdOriginNotL2ToL2CrossDomainMessenger");
    const changed = `${payload.slice(0, -2)}${payload.endsWith("00") ? "01" : "00"}`;
    await reverts(world.relay(1, { id, payload: changed }), "NotProven");
    // A similar log of another contract is ignored: the inbox checks its origin.
    const validate = world.at(1, INBOX, BOB).getFunction("validateMessage");
    const other = { ...id, origin: String(a.target) };
    const storageKeys = [checksumOf(other as Parameters<typeof checksumOf>[0], keccak256(payload))];
    await reverts(validate.staticCall(other, keccak256(payload), { accessList: [{ address: INBOX, storageKeys }] }), "NotProven");
    // On the chain that sent it, and back.
    await reverts(world.relay(0, relay), "NotProven");
    const checksum = await world.at(1, INBOX).getFunction("calculateChecksum").staticCall(id, keccak256(payload));
    assert.equal(checksum, checksumOf(id as Parameters<typeof checksumOf>[0], keccak256(payload)));
    // A stranger's relay with its list counts, once, and the worker leaves it be.
    const accessList = [{ address: INBOX, storageKeys: [checksum] }];
    await (await world.at(1, MESSENGER, ALICE).getFunction("relayMessage").send(id, payload, { type: 1, accessList })).wait();
    await reverts(world.relay(1, relay), "MessageAlreadyRelayed");
    await world.hold(B, false);
    await world.moveOn();
    assert.equal((await world.of(sent)).step, "executed");
    assert.equal(await b.getFunction("count").staticCall(), 1n);
  });

  test("attack: a stranger poses as the gateway, or sends inbox and bridge a message of his own: nothing is recorded", async () => {
    const sender = interoperable(A, MESSENGER);
    const payload = AbiCoder.defaultAbiCoder().encode(["uint256", "uint256", "bytes32"], [1n, 2n, `0x${"11".repeat(32)}`]);
    const coins = AbiCoder.defaultAbiCoder().encode(["address", "address", "uint256"], [CAROL, CAROL, 0n]);
    for (const [address, given] of [
      [INBOX, payload],
      [ETH_BRIDGE, coins],
    ] as const) {
      const direct = world
        .at(1, address)
        .getFunction("receiveMessage")
        .staticCall(`0x${"00".repeat(32)}`, sender, given);
      await reverts(direct, "NotTheCenter");
      const center = new Contract(
        CENTER,
        ["function sendMessage(bytes, bytes, bytes[]) payable returns (bytes32)"],
        world.signer(0),
      );
      await send(center, "sendMessage", interoperable(B, address), given, []);
    }
    await world.moveOn();
    const record = keccak256(
      AbiCoder.defaultAbiCoder().encode(
        ["address", "uint256", "uint256", "uint256", "bytes32"],
        [MESSENGER, 1n, 2n, A, `0x${"11".repeat(32)}`],
      ),
    );
    assert.equal(await world.at(1, INBOX).getFunction("isProven").staticCall(record), false);
    const transfer = keccak256(
      AbiCoder.defaultAbiCoder().encode(["uint256", "address", "address", "uint256"], [A, CAROL, CAROL, 0n]),
    );
    assert.equal(await world.at(1, ETH_BRIDGE).getFunction("backed").staticCall(transfer), 0n);
  });

  test("attack: a target burns all gas, returns or reverts with a megabyte: its relay is undone and reported, nothing is paid for, and other messages continue", async () => {
    const [burner, returner, reverter] = [
      await world.putCode(1, "5b600056"),
      await world.putCode(1, `${MEGABYTE}f3`),
      await world.putCode(1, `${MEGABYTE}fd`),
    ];
    const [a, b] = await world.twins("SuperchainTestCounter");
    const key = world.devnet.accounts.wallet(ACCOUNT_NUMBERS.superchain).address;
    const paid = await world.clients[1]!.getTransactionCount(key);
    const sent = [];
    for (const target of [burner, returner, reverter])
      sent.push(await send(world.at(0, MESSENGER), "sendMessage", B, target, "0x"));
    const good = await send(a, "sendTo", B, b.target, 0n);
    await world.moveOn();
    await world.moveOn();
    const [burns, returns, reverts] = await Promise.all(sent.map((each) => world.of(each)));
    assert.deepEqual(
      [burns, returns, reverts].map((each) => each?.step),
      ["failed", "failed", "failed"],
    );
    // Without gas nothing is said; of what is said 4,096 bytes are kept.
    assert.equal(burns!.data, "0x");
    assert.equal(returns!.data, "0x");
    assert.equal(reverts!.data!.length, 2 + 2 * 4_096);
    assert.equal((await world.of(good)).step, "executed");
    assert.equal(await world.clients[1]!.getTransactionCount(key), paid + 1, "the good one alone is paid for");
    // What was proven stays: with more gas the one that returns is relayed, and the others are not.
    assert.match(String(await world.devnet.bridges!.execute(returns!.id, 16_000_000n)), /^0x[0-9a-f]{64}$/);
    assert.equal((await world.of(sent[1]!)).step, "executed");
    for (const { id } of [burns!, reverts!]) assert.equal(await world.devnet.bridges!.execute(id, 16_000_000n), undefined);
  });

  test("attack: relayMessage inside relayMessage: refused by name, and both are relayed once", async () => {
    const [a, b] = await world.twins("SuperchainTestCounter");
    await world.hold(B, true);
    const [outer, inner] = [await send(a, "sendTo", B, b.target, 0n), await send(a, "sendTo", B, b.target, 0n)];
    await world.moveOn();
    const { id, payload } = await world.relayOf(0, inner);
    await send(b, "nest", known.encodeFunctionData("relayMessage", [id, payload]));
    await world.hold(B, false);
    await world.moveOn();
    assert.deepEqual([(await world.of(outer)).step, (await world.of(inner)).step], ["executed", "executed"]);
    assert.equal(await b.getFunction("nestedError").staticCall(), known.getError("ReentrantCall")!.selector);
    assert.equal(await b.getFunction("count").staticCall(), 2n);
  });

  test("anyone rebuilds a chain from L1 alone, the contracts of its first state too, and its validators have signed it", async () => {
    await world.devnet.settle();
    const { pipeline } = world.devnet.chains[1]!;
    const l1 = world.devnet.l1.provider;
    const rebuilt = await reconstruct({ l1, hyperchain: pipeline.created.hyperchain, genesis: await genesisOf() });
    assert.equal(rebuilt.stateRoot, digestToHex(pipeline.chain.tree.root));
    const found = rebuilt.state.accounts().map(({ address }) => address.toLowerCase());
    for (const address of [INBOX, MESSENGER, ETH_BRIDGE, TOKEN_BRIDGE]) assert.ok(found.includes(address));
  });

  test("an added chain includes the contracts, and an unknown one is named", async () => {
    const [a] = await world.twins("SuperchainTestCounter");
    const lost = await send(a, "sendTo", 999n, CAROL, 0n);
    assert.match(String((await world.of(lost)).reason), /no chain 999 now/);
    const { chainId } = await world.devnet.addChain({ name: "gamma" });
    const sent = await send(world.at(0, ETH_BRIDGE), "sendETH", CAROL, chainId, { value: 5n });
    await world.moveOn();
    assert.equal((await world.of(sent)).step, "executed");
  });
});

describe("C14 the Superchain's contracts in an ecosystem that ends and restarts", () => {
  test("messages at every step continue, and each is relayed once; chains that were created without the contracts are refused", async () => {
    const [data, without] = [mkdtempSync(join(tmpdir(), "bridged-")), mkdtempSync(join(tmpdir(), "bridged-"))];
    let world: SuperchainWorld | undefined;
    const end = async (): Promise<void> => {
      const ending = world;
      world = undefined;
      await ending?.close();
    };
    const begin = async (): Promise<SuperchainWorld> =>
      (world = new SuperchainWorld(await startFlowDevnet(CHAINS, { ...options, data })));
    try {
      const first = await begin();
      const [a, b] = await first.twins("SuperchainTestCounter");
      await send(a, "sendTo", B, b.target, 0n);
      await first.moveOn();
      await first.hold(B, true);
      await send(a, "sendTo", B, b.target, 0n);
      await first.moveOn();
      await send(a, "sendTo", B, b.target, 0n);
      assert.deepEqual(
        (await first.deliveries()).map(({ step }) => step),
        ["executed", "verified", "sent"],
      );
      await end();
      const second = await begin();
      const after = await second.moveOn();
      assert.deepEqual(
        after.map(({ step }) => step),
        ["executed", "executed", "executed"],
      );
      const count = (b.connect(second.signer(1)) as Contract).getFunction("count");
      assert.equal(await count.staticCall(), 3n);
      await end();
      await (await startFlowDevnet(CHAINS, { ...options, bridges: {}, data: without })).close();
      const refused = startFlowDevnet(CHAINS, { ...options, data: without });
      await assert.rejects(refused, {
        code: "BadOptions",
        message: /superchain is true, and the kept ecosystem was started with false/,
      });
    } finally {
      await end();
      for (const folder of [data, without]) rmSync(folder, { recursive: true, force: true });
    }
  });
});
