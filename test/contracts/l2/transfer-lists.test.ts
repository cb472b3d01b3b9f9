import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getAddress, type Contract } from "ethers";
import { AssetMessageKind, assetId, encodeAssetMessage } from "../../../src/ground/protocol/asset-message.ts";
import { keccak, type Hex } from "../../../src/ground/protocol/hex.ts";
import { SYSTEM_GAS_LIMIT } from "../../../src/chain/predeploys/system-transactions.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { decodeListEntry, encodeListEntry, hashTransferList } from "../../../src/ground/protocol/transfer-list.ts";
import { eventsOf } from "./support/bundles.ts";
import { ETH, L1_CHAIN_ID, L1_TOKEN, startEcosystem, type Ecosystem, type SimulatedChain } from "./support/ecosystem.ts";
import { takeLists, type SentList } from "./support/lists.ts";
import { assertReverts } from "./support/revert-reason.ts";

const COIN = PREDEPLOYS.L2BaseToken;
const ROUTER = PREDEPLOYS.L2AssetRouter;
const BOB: Hex = "0x0000000000000000000000000000000000c12b0b";
const CAROL: Hex = "0x0000000000000000000000000000000000c12ca1";

/** Maximum gas of an operation in L1's queue. */
const MAX_FORCED_GAS = 8_000_000;
const MAX_ENTRIES = 128;
/** Maximum gas of a transaction (EIP-7825). */
const MAX_TRANSACTION_GAS = 2 ** 24;
/** Creates a contract that calls RIPEMD-160, which no proof covers, when it is paid: 5f5f5f5f60035afa00. */
const UNPROVABLE_RECIPIENT = "0x685f5f5f5f60035afa005f5260096017f3";

/** Whether a transaction runs an account's code. */
async function runsCodeOf(chain: SimulatedChain, hash: string, account: string): Promise<boolean> {
  if ((await chain.ethers.provider.getCode(account)) === "0x") return false;
  const options = { disableMemory: true, disableStorage: true };
  const { structLogs } = (await chain.ethers.provider.send("debug_traceTransaction", [hash, options])) as {
    structLogs: { op: string; stack: string[] }[];
  };
  return structLogs.some(
    ({ op, stack }) => op.endsWith("CALL") && BigInt(`0x${stack.at(-2)!.replace(/^0x/, "")}`) === BigInt(account),
  );
}

describe("C12: lists of transfers", () => {
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  let router: Contract;
  let routerB: Contract;
  let crowd: Contract;
  before(async () => {
    ecosystem = await startEcosystem([ETH, ETH]);
    [a, b] = [ecosystem.chains[0]!, ecosystem.chains[1]!];
    for (const { address } of a.users) await a.deposit(address, ETH, 10n ** 18n);
    router = await a.predeploy("L2AssetRouter", a.users[0]);
    routerB = await b.predeploy("L2AssetRouter", b.users[0]);
    crowd = (await a.ethers.deployContract("Crowd", [], a.users[0])) as unknown as Contract;
  });
  after(() => ecosystem.close());

  const list = (amount: bigint, to: string, { user = 0, token = COIN as string, chainId = b.chainId } = {}) =>
    a.send(router.connect(a.users[user]!) as Contract, "sendListed", chainId, token, amount, to, {
      value: token === COIN ? amount : 0n,
    });
  const settle = async (): Promise<readonly SentList[]> => {
    await ecosystem.settle();
    return takeLists(a);
  };
  const deliver = ({ messageHash, number, entries }: SentList) =>
    b.send(routerB, "deliverList", ecosystem.prove(messageHash), number, entries);
  const balance = (chain: SimulatedChain, account: string) => chain.ethers.provider.getBalance(account);
  const tokenBalance = async (chain: SimulatedChain, token: string, account: string) =>
    (await chain.ethers.getContractAt("BridgedToken", token)).getFunction("balanceOf").staticCall(account) as Promise<bigint>;
  const reverts = (call: Promise<unknown>, name: string, args?: readonly unknown[]) =>
    assertReverts(call, "L2AssetRouter", name, args);

  test("coins of several senders travel in one message and are paid with one delivery", async () => {
    const had = ecosystem.settlement.heldFor(b.chainId, assetId(L1_CHAIN_ID, ETH));
    await list(5n, BOB);
    await list(7n, CAROL, { user: 1 });
    await list(11n, BOB, { user: 2 });
    assert.equal(await balance(a, ROUTER), 23n);
    const [sent, ...others] = await settle();
    assert.deepEqual(others, []);
    assert.deepEqual(sent!.entries.map(decodeListEntry), [
      { recipient: BOB, amount: 5n },
      { recipient: CAROL, amount: 7n },
      { recipient: BOB, amount: 11n },
    ]);
    assert.equal(await balance(a, ROUTER), 0n);
    const before = await balance(b, BOB);
    const receipt = await deliver(sent!);
    assert.equal((await balance(b, BOB)) - before, 16n);
    assert.equal(await balance(b, CAROL), 7n);
    assert.equal((await eventsOf(receipt, "L2AssetRouter", "TransferDelivered"))[0]![4], 23n);
    await reverts(deliver(sent!), "AlreadyDelivered", [a.chainId, sent!.messageHash]);
    await ecosystem.settle();
    assert.equal(ecosystem.settlement.heldFor(b.chainId, assetId(L1_CHAIN_ID, ETH)) - had, 23n);
  });

  test("tokens of L1 and of the chain have separate lists, and return by one", async () => {
    await a.deposit(a.users[0]!.address, L1_TOKEN, 100n);
    const bridged = (await router.getFunction("l2TokenAddress").staticCall(L1_TOKEN)) as string;
    const native = (await a.ethers.deployContract("PickyToken", [], a.users[0])) as unknown as Contract;
    const nativeAddress = await native.getAddress();
    await a.send(native, "approve", PREDEPLOYS.L2NativeTokenVault, 100n);
    const holder = b.users[0]!.address;
    for (const token of [bridged, nativeAddress]) {
      await list(30n, holder, { token });
      await list(12n, BOB, { token });
    }
    const sent = await settle();
    assert.equal(sent.length, 2);
    for (const one of sent) await deliver(one);
    const copy = (await (
      await b.predeploy("L2NativeTokenVault")
    )
      .getFunction("tokenAddress")
      .staticCall(assetId(a.chainId, nativeAddress.toLowerCase() as Hex))) as string;
    for (const token of [bridged, copy]) {
      assert.equal(await tokenBalance(b, token, holder), 30n);
      assert.equal(await tokenBalance(b, token, BOB), 12n);
    }

    // Home again: a recipient whom the token refuses is owed, and the others are paid.
    for (const [to, amount] of [
      [BOB, 10n],
      [CAROL, 20n],
    ] as const)
      await b.send(routerB, "sendListed", a.chainId, copy, amount, to);
    await ecosystem.settle();
    await a.send(native, "refuse", BOB);
    const [home] = await takeLists(b);
    const id = assetId(a.chainId, nativeAddress.toLowerCase() as Hex);
    const proof = ecosystem.prove(home!.messageHash);
    // With so little gas a payment could fail for that alone: nothing happens.
    await assert.rejects(a.send(router, "deliverList", proof, home!.number, home!.entries, { gasLimit: 400_000n }));
    assert.equal(await router.getFunction("isDelivered").staticCall(b.chainId, home!.messageHash), false);
    await a.send(router, "deliverList", proof, home!.number, home!.entries);
    assert.equal(await tokenBalance(a, nativeAddress, CAROL), 20n);
    assert.equal(await tokenBalance(a, nativeAddress, BOB), 0n);
    assert.equal(await router.getFunction("owedOf").staticCall(id, BOB), 10n);
    await assert.rejects(a.send(router, "claimListed", a.chainId, nativeAddress, BOB));
    await a.send(native, "refuse", ETH);
    await a.send(router, "claimListed", a.chainId, nativeAddress, BOB);
    assert.equal(await tokenBalance(a, nativeAddress, BOB), 10n);
    await reverts(a.send(router, "claimListed", a.chainId, nativeAddress, BOB), "NothingOwed", [id, getAddress(BOB)]);
  });

  test("a full list is followed by another, and both leave with the batch", async () => {
    await a.send(crowd, "send", b.chainId, 150, 0xc12000n, { value: 150n });
    await a.send(crowd, "send", b.chainId, 150, 0xc13000n, { value: 150n });
    const sent = await settle();
    assert.deepEqual(
      sent.map(({ number, entries }) => [number, entries.length]),
      [
        [0n, 128],
        [1n, 128],
        [2n, 44],
      ],
    );
    for (const one of sent) await deliver(one);
    for (const account of [0xc12000, 0xc12095, 0xc13000, 0xc13069, 0xc1306a, 0xc13095])
      assert.equal(await balance(b, `0x${account.toString(16).padStart(40, "0")}`), 1n);
    assert.equal(await balance(a, ROUTER), 0n);
  });

  test("the state after the batch has the entries, for those who have no events", async () => {
    await list(5n, BOB);
    await list(6n, CAROL);
    const [sent] = await settle();
    const kept = await Promise.all([0, 1].map((place) => router.getFunction("listedEntry").staticCall(0, place)));
    assert.deepEqual(kept, sent!.entries);
    await deliver(sent!);
  });

  test("equal lists of two batches are two messages", async () => {
    const hashes: Hex[] = [];
    for (let i = 0; i < 2; i++) {
      await list(3n, BOB);
      const [sent] = await settle();
      await deliver(sent!);
      hashes.push(sent!.messageHash);
    }
    assert.notEqual(hashes[0], hashes[1]);
  });

  test("what no list can carry is refused by name", async () => {
    await reverts(list(0n, BOB), "ZeroAmount");
    await reverts(list(1n, ETH), "ZeroRecipient");
    // The protocol's accounts, and precompiled contracts, which no proof covers or whose first payment is dear.
    for (const account of [PREDEPLOYS.InteropHandler, ROUTER, `0x${"3".padStart(40, "0")}`, `0x${"fffff".padStart(40, "0")}`])
      await reverts(list(1n, account), "RecipientNotAllowed", [getAddress(account)]);
    for (const chainId of [0n, a.chainId, L1_CHAIN_ID])
      await reverts(list(1n, BOB, { chainId }), "InvalidDestination", [chainId]);
    const [big, limit] = [2n ** 96n, 2n ** 96n - 1n];
    const call = (amount: bigint, value: bigint) =>
      router.getFunction("sendListed").staticCall(b.chainId, COIN, amount, BOB, { value });
    await assertReverts(call(big, 0n), "TransferList", "ListAmountTooLarge", [limit, big]);
    await reverts(call(2n, 1n), "UnexpectedValue", [1n]);
    await reverts(a.send(router, "sendToChain", b.chainId, COIN, 1n, ROUTER, { value: 1n }), "RecipientNotAllowed");
    await reverts(a.send(router, "closeLists"), "CallerNotAllowed");
    const messenger = await a.predeploy("L1Messenger", a.users[0]);
    await assertReverts(a.send(messenger, "expectLists"), "L1Messenger", "CallerNotAllowed");
  });

  test("a list is delivered as a list only, with its own entries in their order, and under its own number", async () => {
    await list(5n, BOB);
    await list(6n, CAROL);
    const [sent] = await settle();
    const proof = ecosystem.prove(sent!.messageHash);
    const [first, second] = sent!.entries as [Hex, Hex];
    const wrong: readonly (readonly [bigint, readonly Hex[]])[] = [
      [0n, [second, first]],
      [0n, [first]],
      [0n, [first, second, second]],
      [0n, []],
      [1n, [first, second]],
      [0n, [encodeListEntry({ recipient: BOB, amount: 11n }), encodeListEntry({ recipient: CAROL, amount: 0n })]],
    ];
    for (const [number, entries] of wrong) await reverts(b.send(routerB, "deliverList", proof, number, entries), "ListMismatch");
    await reverts(b.send(routerB, "deliver", proof), "RecipientNotAllowed", [getAddress(ROUTER)]);
    await reverts(a.send(router, "refundTransfer", proof, [], ROUTER), "RecipientNotAllowed");
    await deliver(sent!);
    // A plain transfer opens no list.
    const receipt = await a.send(router, "sendToChain", b.chainId, COIN, 1n, BOB, { value: 1n });
    const messageHash = (await eventsOf(receipt, "L2AssetRouter", "TransferSent"))[0]![5] as Hex;
    await ecosystem.settle();
    await reverts(b.send(routerB, "deliverList", ecosystem.prove(messageHash), 0n, []), "RecipientNotAllowed");
  });

  test("entries whose sum exceeds the list's amount pay no account: a lying chain takes nothing", async () => {
    const entries = [encodeListEntry({ recipient: BOB, amount: 1000n })];
    const context = await a.predeploy("SystemContext");
    const batchNumber = (await context.getFunction("batchNumber").staticCall()) as bigint;
    const body = encodeAssetMessage({
      kind: AssetMessageKind.hyperbridgeSend,
      destinationChainId: b.chainId,
      originChainId: L1_CHAIN_ID,
      originToken: ETH,
      amount: 1n,
      recipient: ROUTER,
      sender: ROUTER,
      nonce: BigInt(hashTransferList(batchNumber, 0, entries)),
    });
    await a.send(await a.predeploy("L1Messenger", await a.impersonate(ROUTER)), "sendToL1", body);
    await ecosystem.settle();
    const proof = ecosystem.prove(keccak(body));
    await reverts(b.send(routerB, "deliverList", proof, 0n, entries), "ListSumMismatch", [1n, 1000n]);
  });

  const listWithFee = (amount: bigint, fee: bigint, to: string, chainId = b.chainId) =>
    a.send(router, "sendListedWithFee", chainId, COIN, amount, fee, to, { value: amount + fee });

  test("fees of a list's senders go to the account that delivers it, once, and to no entry", async () => {
    await listWithFee(5n, 30n, BOB);
    await list(7n, CAROL, { user: 1 });
    await listWithFee(9n, 4n, CAROL);
    assert.equal(await balance(a, ROUTER), 55n);
    const [sent, ...others] = await settle();
    assert.deepEqual(others, []);
    const deliverer = b.users[2]!;
    const [bob, carol, own] = [await balance(b, BOB), await balance(b, CAROL), await balance(b, deliverer.address)];
    const proof = ecosystem.prove(sent!.messageHash);
    const bring = (entries: readonly Hex[]) =>
      b.send(routerB.connect(deliverer) as Contract, "deliverList", proof, sent!.number, entries);
    // Fewer entries would be a higher fee.
    await reverts(bring(sent!.entries.slice(0, 2)), "ListMismatch");
    const receipt = await bring(sent!.entries);
    assert.deepEqual(await eventsOf(receipt, "L2AssetRouter", "DeliveryPaid"), [
      [sent!.messageHash, getAddress(deliverer.address), 34n],
    ]);
    assert.deepEqual([(await balance(b, BOB)) - bob, (await balance(b, CAROL)) - carol], [5n, 16n]);
    assert.equal((await balance(b, deliverer.address)) - own + receipt.fee, 34n);
    await reverts(bring(sent!.entries), "AlreadyDelivered");
    for (const fee of [2n ** 96n, 2n ** 255n]) await assert.rejects(listWithFee(5n, fee, BOB));
  });

  test("a token of the destination that refuses the deliverer holds up no entry: the fee is owed", async () => {
    const token = (await b.ethers.deployContract("HostileFeeToken", b.users[0])) as unknown as Contract;
    const address = await token.getAddress();
    await b.send(token, "mint", b.users[0]!.address, 100n);
    const home = await b.send(routerB, "sendToChain", a.chainId, address, 100n, a.users[0]!.address);
    await ecosystem.settle();
    await a.send(router, "deliver", ecosystem.prove((await eventsOf(home, "L2AssetRouter", "TransferSent"))[0]![5] as Hex));
    const asset = assetId(b.chainId, address as Hex);
    const copy = (await (await a.predeploy("L2NativeTokenVault")).getFunction("tokenAddress").staticCall(asset)) as string;
    await a.send(router, "sendListedWithFee", b.chainId, copy, 60n, 40n, BOB);
    const [sent] = await settle();
    const deliverer = b.users[0]!.address;
    await b.send(token, "refuse", deliverer);
    await deliver(sent!);
    const held = (account: string) => token.getFunction("balanceOf").staticCall(account);
    assert.deepEqual([await held(BOB), await held(deliverer)], [60n, 0n]);
    assert.equal(await routerB.getFunction("owedOf").staticCall(asset, deliverer), 40n);
    await b.send(token, "refuse", BOB);
    await b.send(routerB, "claimListed", b.chainId, address, deliverer);
    assert.equal(await held(deliverer), 40n);
    await reverts(b.send(routerB, "claimListed", b.chainId, address, deliverer), "NothingOwed");
  });

  test("fees of a list that L1 refused go to the account that has it paid on its own chain", async () => {
    await listWithFee(5n, 11n, BOB, 998n);
    const [sent] = await settle();
    const bringer = a.users[3]!;
    const [bob, own] = [await balance(a, BOB), await balance(a, bringer.address)];
    const args = [ecosystem.prove(sent!.messageHash), ecosystem.refusedWith(sent!.messageHash), sent!.number, sent!.entries];
    const receipt = await a.send(router.connect(bringer) as Contract, "refundList", ...args);
    assert.equal((await balance(a, BOB)) - bob, 5n);
    assert.equal((await balance(a, bringer.address)) - own + receipt.fee, 11n);
  });

  test("a list to an id that no chain has goes to its recipients here, once", async () => {
    await list(5n, BOB, { chainId: 999n });
    await list(6n, CAROL, { chainId: 999n });
    const [sent] = await settle();
    const proof = ecosystem.prove(sent!.messageHash);
    const refused = ecosystem.refusedWith(sent!.messageHash);
    const [bob, carol] = [await balance(a, BOB), await balance(a, CAROL)];
    await reverts(a.send(router, "refundList", proof, refused, 0n, sent!.entries.slice(1)), "ListMismatch");
    await reverts(a.send(router, "refundList", proof, [], 0n, sent!.entries), "RefusedMismatch");
    await a.send(router, "refundList", proof, refused, sent!.number, sent!.entries);
    assert.deepEqual([(await balance(a, BOB)) - bob, (await balance(a, CAROL)) - carol], [5n, 6n]);
    await reverts(a.send(router, "refundList", proof, refused, 0n, sent!.entries), "AlreadyRefunded");
  });

  /** Cost of a full list, from lists of one entry and of three. */
  const ofFullList = (one: number, three: number) => one + ((three - one) / 2) * (MAX_ENTRIES - 1);
  let nextAccount = 0xc15000n;
  const newAccount = () => Promise.resolve(`0x${(nextAccount++).toString(16).padStart(40, "0")}`);
  const unprovableAccount = async () => {
    const receipt = await (await b.users[0]!.sendTransaction({ data: UNPROVABLE_RECIPIENT })).wait();
    return receipt!.contractAddress!;
  };

  for (const [kind, recipient] of [
    ["new accounts", newAccount],
    ["accounts whose code no proof covers", unprovableAccount],
  ] as const)
    test(`a full list to ${kind} is within the gas that an operation forced from L1 may take`, async () => {
      const costs: number[] = [];
      for (const count of [1, 3]) {
        const recipients = await Promise.all(Array.from({ length: count }, () => recipient()));
        for (const account of recipients) await listWithFee(1n, 1n, account);
        const [sent] = await settle();
        const { hash, gasUsed } = await deliver(sent!);
        costs.push(Number(gasUsed));
        for (const account of recipients) assert.equal(await balance(b, account), 1n);
        for (const account of recipients) assert.equal(await runsCodeOf(b, hash, account), false);
      }
      const gas = ofFullList(costs[0]!, costs[1]!);
      assert.ok(gas < MAX_FORCED_GAS, `${gas} gas`);
    });

  test("a full list in a token of the destination's that takes all gas it gets is within a transaction", async () => {
    const native = (await a.ethers.deployContract("PickyToken", [], a.users[0])) as unknown as Contract;
    const address = (await native.getAddress()).toLowerCase() as Hex;
    await a.send(native, "approve", PREDEPLOYS.L2NativeTokenVault, 4n);
    await list(4n, b.users[0]!.address, { token: address });
    const [sent] = await settle();
    await deliver(sent!);
    const vault = await b.predeploy("L2NativeTokenVault");
    const copy = (await vault.getFunction("tokenAddress").staticCall(assetId(a.chainId, address))) as string;
    await a.send(native, "refuse", address);
    const gas: number[] = [];
    for (const count of [1, 3]) {
      const recipients = await Promise.all(Array.from({ length: count }, newAccount));
      for (const account of recipients) await b.send(routerB, "sendListed", a.chainId, copy, 1n, account);
      await ecosystem.settle();
      const home = (await takeLists(b)).at(-1)!;
      const given = [ecosystem.prove(home.messageHash), home.number, home.entries] as const;
      gas.push(Number((await a.send(router, "deliverList", ...given, { gasLimit: 2_000_000n })).gasUsed));
      for (const account of recipients)
        assert.equal(await router.getFunction("owedOf").staticCall(assetId(a.chainId, address), account), 1n);
      await ecosystem.settle();
    }
    const full = ofFullList(gas[0]!, gas[1]!);
    // What must be left when the last entry is paid is more than it takes.
    assert.ok(full + 20_000 < MAX_TRANSACTION_GAS, `${full} gas`);
  });

  /** Lists that a transaction sends before the closing. */
  const leftIn = async (sent: ReturnType<typeof list>): Promise<unknown[]> =>
    (await eventsOf(await sent, "L2AssetRouter", "ListSent")).map((args) => args[3]);

  test("attack: an account that takes all places keeps no other from listing: the shortest of some leaves at once, in its place", async () => {
    await a.deposit(a.users[3]!.address, L1_TOKEN, 100n);
    const token = (await router.getFunction("l2TokenAddress").staticCall(L1_TOKEN)) as string;
    const [to, other]: readonly Hex[] = [
      "0x0000000000000000000000000000000000c12d01",
      "0x0000000000000000000000000000000000c12d02",
    ];
    for (let i = 0; i < 3; i++) await list(5n, to!, { user: 1 });
    for (let i = 0; i < 15; i++) assert.deepEqual(await leftIn(list(1n, BOB, { user: 2, chainId: BigInt(1000 + i) })), []);
    // List 0 has three entries; of those behind it, which have one, the first leaves.
    const taking = list(9n, other!, { user: 3, token });
    assert.deepEqual(await leftIn(taking), [1n]);
    // It pays for that list's message too: some 200,000 without.
    assert.ok((await taking).gasUsed < 400_000n, `${(await taking).gasUsed} gas`);
    await list(9n, other!, { user: 3, token });
    for (let i = 15; i < 55; i++) {
      const [number] = await leftIn(list(1n, BOB, { user: 2, chainId: BigInt(1000 + i) }));
      assert.ok(number !== 0n && number !== 16n, "a list of others with more entries stays where the attacker's are looked at");
    }
    const sent = await settle();
    assert.deepEqual(
      sent.map(({ number }) => Number(number)).toSorted((x, y) => x - y),
      Array.from({ length: 57 }, (_, number) => number),
    );
    // Each has its own place in the state, and is delivered as all lists are.
    for (const { number, entries } of sent)
      assert.equal(await router.getFunction("listedEntry").staticCall(number, entries.length - 1), entries.at(-1));
    for (const one of sent.filter(({ destinationChainId }) => destinationChainId === b.chainId)) await deliver(one);
    assert.equal(await balance(b, to!), 15n);
    const copy = (await routerB.getFunction("l2TokenAddress").staticCall(L1_TOKEN)) as string;
    assert.equal(await tokenBalance(b, copy, other!), 18n);
    assert.equal(await balance(a, ROUTER), 0n);
    // The next batch begins with list 0 again.
    await list(1n, BOB);
    assert.deepEqual(
      (await settle()).map(({ number }) => number),
      [0n],
    );
  });

  test("where the lists that are looked at are full, the first leaves whole: also the one before the list that begins", async () => {
    for (const chainId of [b.chainId, 1000n, 1000n, 1000n])
      await a.send(crowd, "send", chainId, MAX_ENTRIES, 0xc14000n, { value: BigInt(MAX_ENTRIES), gasLimit: 16_000_000 });
    for (let i = 1; i <= 12; i++) await list(1n, BOB, { chainId: BigInt(1000 + i) });
    assert.deepEqual(await leftIn(list(7n, CAROL)), [0n]);
    const sent = await settle();
    const lengths = new Map(sent.map(({ number, entries }) => [Number(number), entries.length]));
    assert.deepEqual(
      [0, 1, 2, 3, 4, 16].map((number) => lengths.get(number)),
      [128, 128, 128, 128, 1, 1],
    );
    for (const one of sent.filter(({ destinationChainId }) => destinationChainId === b.chainId)) await deliver(one);
    assert.equal(await balance(b, "0x0000000000000000000000000000000000c1407f"), 1n);
    assert.equal(await balance(a, ROUTER), 0n);
  });

  test("nothing that strangers do keeps a batch from closing", async () => {
    // All places of lists, the messages of a whole batch, and coins that nothing backs, given to reserve and router.
    for (let i = 0; i < 16; i++) await list(1n, BOB, { chainId: BigInt(1000 + i) });
    await list(1n, CAROL, { chainId: 1003n });
    for (let sent = 0; sent < 4096; sent += 512) await a.send(crowd, "sendMessages", 512, { gasLimit: 16_000_000 });
    // A list that would have another sent at once takes a message more, as "send" does.
    await assertReverts(list(1n, BOB, { chainId: 2000n }), "L1Messenger", "TooManyLogs", [4096n, 4096n]);
    const unbacked = a.users[4]!;
    const base = await a.predeploy("L2BaseToken", unbacked);
    await a.send(base, "returnToReserve", { value: 10n ** 21n });
    await reverts(list(1n, BOB, { chainId: 1000n }), "UnbackedList");
    await assertReverts(a.send(base, "withdraw", BOB, { value: 1n }), "L2BaseToken", "UnbackedWithdrawal");
    const sent = await settle();
    assert.equal(sent.length, 16);
    assert.equal(await balance(a, ROUTER), 0n);
    const topics = [router.interface.getEvent("ListSent")!.topicHash];
    const [closing] = (await a.ethers.provider.getLogs({ address: ROUTER, topics, fromBlock: 0 })).slice(-1);
    const receipt = await a.ethers.provider.getTransactionReceipt(closing!.transactionHash);
    assert.ok(receipt!.gasUsed < SYSTEM_GAS_LIMIT / 4n, `${receipt!.gasUsed}`);
  });
});
