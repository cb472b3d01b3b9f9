import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { dataSlice, keccak256, solidityPacked, zeroPadValue } from "ethers";
import { devnetExecutor, endpoint, library } from "../../src/ecosystem/bridges/layerzero/interfaces.ts";
import type { SentPacket } from "../../src/ecosystem/bridges/layerzero/book.ts";
import { LayerZeroWorker } from "../../src/ecosystem/bridges/layerzero/worker.ts";
import { GatewayCarrier } from "../../src/ecosystem/devnet/bridges/gateway-carrier.ts";
import { packetCrossings } from "../../src/ecosystem/devnet/bridges/layerzero.ts";
import type { Ecosystem } from "../../src/ecosystem/client/ecosystem/ecosystem.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { byNight } from "../support/nightly.ts";
import { FakeMember, type FakeLog, type FakeTransaction } from "./support/fake-member.ts";

const SENDER = zeroPadValue("0xaa", 32);
const RECEIVER = "0x00000000000000000000000000000000000000bb";
const GAS = 100_000n;
/** 1,000 take minutes. */
const MANY = byNight(1_000, 60);
/** Type 3: one option of the executor, of 17 bytes, for `lzReceive` with so much gas. */
const OPTIONS = solidityPacked(["uint16", "uint8", "uint16", "uint8", "uint128"], [3, 1, 17, 1, GAS]);

describe("LayerZero's worker with hostile members, receivers and senders", () => {
  let [a, b, c]: [FakeMember, FakeMember, FakeMember] = [] as never;
  let worker: LayerZeroWorker;
  /** One that waits longer for answers. */
  let patient: LayerZeroWorker;
  beforeEach(() => {
    [a, b, c] = [new FakeMember("alpha", 1), new FakeMember("beta", 2), new FakeMember("gamma", 3)];
    const members = [a, b, c].map(({ member }) => member);
    worker = new LayerZeroWorker({ members, clock: systemClock, isHeld: () => false, answerMs: 60 });
    patient = new LayerZeroWorker({ members, clock: systemClock, isHeld: () => false, answerMs: 5_000 });
  });

  const logOf = (address: Hex, contract: typeof endpoint, name: string, values: readonly unknown[]): FakeLog => ({
    address,
    ...contract.encodeEventLog(name, [...values]),
  });
  const headerOf = (nonce: number, destination: FakeMember): string =>
    solidityPacked(
      ["uint8", "uint64", "uint32", "bytes32", "uint32", "bytes32"],
      [1, nonce, 1, SENDER, destination.member.id, zeroPadValue(RECEIVER, 32)],
    );
  /** Id of a packet by LayerZero's `GUID.generate`: of nonce, ids and accounts, without the version. */
  const guidOf = (nonce: number, destination = b): Hex => keccak256(dataSlice(headerOf(nonce, destination), 1)) as Hex;

  /** Emits a packet like the source's endpoint and library, from a member that may lie. */
  function tell(from: FakeMember, encoded: string, options: string): void {
    const { sendLib, dvn, executor, endpoint: at } = worker.contracts;
    from.emit(
      logOf(sendLib, library, "ExecutorFeePaid", [executor, 1n]),
      logOf(sendLib, library, "DVNFeePaid", [[dvn], [], [1n]]),
      logOf(at, endpoint, "PacketSent", [encoded, options, sendLib]),
    );
  }

  /** A packet from alpha that its sender pays for, and that its DVN has verified. */
  function packetTo(destination: FakeMember, nonce: number, options = OPTIONS): void {
    const { receiveLib, dvn } = worker.contracts;
    const header = headerOf(nonce, destination);
    tell(a, `${header}${guidOf(nonce, destination).slice(2)}`, options);
    destination.emit(logOf(receiveLib, library, "PayloadVerified", [dvn, header, 1n, guidOf(nonce)]));
  }

  const origin = (nonce: bigint) => [1, SENDER, nonce];
  /** Emits the events of the real contracts: commits succeed, executions succeed as `succeeds` says. */
  const obey =
    (succeeds: (nonce: bigint) => boolean) =>
    ({ kind, args }: FakeTransaction): readonly FakeLog[] => {
      const { endpoint: at, executor } = worker.contracts;
      if (kind === "commit") {
        const nonce = BigInt(`0x${String(args[0]).slice(4, 20)}`);
        return [logOf(at, endpoint, "PacketVerified", [origin(nonce), RECEIVER, guidOf(0)])];
      }
      const run = args[0] as { readonly origin: { readonly nonce: bigint }; readonly guid: string };
      const { nonce } = run.origin;
      if (succeeds(nonce)) return [logOf(at, endpoint, "PacketDelivered", [origin(nonce), RECEIVER])];
      const alert = [RECEIVER, executor, origin(nonce), run.guid, GAS, 0n, "0x", "0x", "0x"];
      return [logOf(at, endpoint, "LzReceiveAlert", alert)];
    };
  const executions = (at: FakeMember): number => at.sent.filter(({ kind }) => kind === "execute").length;

  test("attack: what a node refuses holds up no other message for its member", async () => {
    const take = obey(() => true);
    b.onTransaction = (transaction) => {
      const isFirst = transaction.kind === "commit" && BigInt(`0x${String(transaction.args[0]).slice(4, 20)}`) === 1n;
      return isFirst ? new Error("the chain does not take this one") : take(transaction);
    };
    for (const nonce of [1, 2, 3]) packetTo(b, nonce);
    await worker.look();
    assert.equal(executions(b), 2);
    assert.match(worker.waitsFor(guidOf(1)) ?? "", /does not take this one/);
    b.onTransaction = take;
    await worker.look({ all: true });
    assert.equal(executions(b), 3);
  });

  test("attack: a receiver that would take it when asked, and fails in its transaction, is paid for twice and holds up no relay", async () => {
    b.onTransaction = obey((nonce) => nonce !== 1n);
    for (const nonce of [1, 2]) packetTo(b, nonce);
    let looks = 0;
    // Like an explicit relay, which continues until nothing moves.
    while ((await worker.look({ all: looks === 0 })) && looks < 20) looks++;
    assert.ok(looks < 20, "a relay ends");
    for (let look = 0; look < 5; look++) await worker.look({ all: true });
    const failures = b.sent.filter(
      ({ kind, args }) => kind === "execute" && (args[0] as { origin: { nonce: bigint } }).origin.nonce === 1n,
    );
    assert.equal(failures.length, 2);
    assert.equal(executions(b), 3);
    assert.match(worker.waitsFor(guidOf(1)) ?? "", /failed in 2 transactions that were paid for/);
  });

  test(`attack: ${MANY} messages to a receiver that always fails: each is paid for once, then calls only, and a new message is first`, async () => {
    const executed = (): bigint[] => b.sent.filter(({ kind }) => kind === "execute").map(({ args }) => nonceOf(args));
    const nonceOf = (args: readonly unknown[]): bigint => (args[0] as { origin: { nonce: bigint } }).origin.nonce;
    b.onTransaction = obey((nonce) => nonce > BigInt(MANY));
    b.onCall = (data) => {
      const run = devnetExecutor.parseTransaction({ data });
      if (run?.name !== "execute") return `0x${"ff".repeat(8).padStart(64, "0")}`;
      return zeroPadValue(nonceOf([...run.args]) > BigInt(MANY) ? "0x01" : "0x00", 32);
    };
    for (let nonce = 1; nonce <= MANY; nonce++) packetTo(b, nonce);
    for (let look = 0; look < 40 && executed().length < MANY; look++) await patient.look({ all: true });
    assert.equal(new Set(executed()).size, MANY);
    await patient.look({ all: true });
    assert.equal(executed().length, MANY);
    packetTo(b, MANY + 1);
    await patient.look();
    assert.deepEqual([executed().length, executed().at(-1)], [MANY + 1, BigInt(MANY + 1)]);
  });

  test("where a path is verified up to is asked once, and again only behind a gap, however many of its packets are executed", async () => {
    b.onTransaction = obey(() => true);
    let [asked, verified] = [0, 2n];
    const answer = b.onCall;
    b.onCall = (data, gas) => {
      if (!data.startsWith(endpoint.getFunction("inboundNonce")!.selector)) return answer(data, gas);
      asked++;
      return zeroPadValue(`0x${verified.toString(16).padStart(2, "0")}`, 32);
    };
    for (const nonce of [1, 2, 4, 5, 6]) packetTo(b, nonce);
    await patient.look();
    assert.deepEqual([executions(b), asked], [2, 3]);
    assert.match(patient.waitsFor(guidOf(5)) ?? "", /message 3 of its path has not been verified/);
    verified = 6n;
    packetTo(b, 3);
    await patient.look({ all: true });
    assert.deepEqual([executions(b), asked], [6, 4]);
    for (const nonce of [7, 8, 9]) packetTo(b, nonce);
    await patient.look();
    assert.deepEqual([executions(b), asked], [9, 4]);
  });

  test("attack: options drain the worker: without enough coins a message waits for the purse, which is named, and continues after it is filled", async () => {
    b.onTransaction = obey(() => true);
    const drop = 10n ** 18n;
    const options = solidityPacked(["uint16", "uint8", "uint16", "uint8", "uint128", "uint128"], [3, 1, 33, 1, GAS, drop]);
    b.balance = drop / 2n;
    packetTo(b, 1, options);
    packetTo(b, 2);
    await worker.look();
    assert.match(
      worker.waitsFor(guidOf(1)) ?? "",
      /^purse: the bridge's key 0x\w+ has \d+ wei on beta and needs \d+; send it more$/,
    );
    assert.equal(executions(b), 1);
    b.balance = 2n * drop;
    await worker.look({ all: true });
    assert.equal(executions(b), 2);
  });

  test("attack: a receiver queues many composed calls under the index that its sender has paid for once: one is run, with its coins", async () => {
    const take = obey(() => true);
    const runs: string[] = [];
    b.onTransaction = (transaction) => {
      if (transaction.kind !== "compose") return take(transaction);
      const { from, to, guid, index } = transaction.args[0] as Readonly<Record<"from" | "to" | "guid" | "index", string>>;
      runs.push(to.toLowerCase());
      return [logOf(worker.contracts.endpoint, endpoint, "ComposeDelivered", [from, to, guid, index])];
    };
    // Behind `lzReceive`: a composed call with index 0, gas and 10 coins.
    const composed = solidityPacked(["uint8", "uint16", "uint8", "uint16", "uint128", "uint128"], [1, 35, 3, 0, GAS, 10n ** 19n]);
    packetTo(b, 1, OPTIONS + composed.slice(2));
    // A contract at the receiver's address on another member says the same, first.
    c.emit(logOf(worker.contracts.endpoint, endpoint, "ComposeSent", [RECEIVER, `0x${"ee".repeat(20)}`, guidOf(1), 0, "0x"]));
    await worker.look();
    const takers = [1, 2, 3].map((number) => `0x${"dd".repeat(19)}0${number}`);
    for (const to of takers)
      b.emit(logOf(worker.contracts.endpoint, endpoint, "ComposeSent", [RECEIVER, to, guidOf(1), 0, "0x"]));
    for (let look = 0; look < 3; look++) await worker.look({ all: true });
    assert.deepEqual(runs, [takers[0]]);
    assert.match(worker.waitsFor(guidOf(1)) ?? "", /pays for one composed call 0, which is that to 0xdd\w+01/);
  });

  /** Behind `lzReceive`: 7 coins for an account. */
  const withDrop = (account: string): string =>
    OPTIONS +
    solidityPacked(["uint8", "uint16", "uint8", "uint128", "bytes32"], [1, 49, 2, 7, zeroPadValue(account, 32)]).slice(2);
  /** Accounts that drops were paid to, and by which transaction. */
  const paidDrops = (at: FakeMember): readonly string[] =>
    at.sent.flatMap(({ kind, args }) =>
      kind === "execute" || kind === "drop"
        ? (args[1] as readonly { receiver: string }[]).map(({ receiver }) => `${kind} ${receiver.toLowerCase()}`)
        : [],
    );
  const dropping = ({ kind, args }: FakeTransaction): readonly FakeLog[] =>
    kind !== "drop"
      ? []
      : (args[1] as readonly { receiver: string; amount: bigint }[]).map(({ receiver, amount }) =>
          logOf(worker.contracts.executor, devnetExecutor, "NativeDropped", [args[0], receiver, amount, true]),
        );
  const restarted = (): LayerZeroWorker =>
    new LayerZeroWorker({
      members: [b, a, c].map(({ member }) => member),
      clock: systemClock,
      isHeld: () => false,
      answerMs: 60,
    });

  for (const [what, event] of [
    ["executes a packet first", () => logOf(worker.contracts.endpoint, endpoint, "PacketDelivered", [origin(1n), RECEIVER])],
    [
      "gives a verified packet up, as its receiver's delegate",
      () => logOf(worker.contracts.endpoint, endpoint, "InboundNonceSkipped", [1, SENDER, RECEIVER, 1n]),
    ],
  ] as const)
    test(`attack: a stranger ${what}: the drop that its sender has paid for is paid all the same, once, over restarts too`, async () => {
      b.onTransaction = dropping;
      b.balance = 0n;
      packetTo(b, 1, withDrop(`0x${"d0".repeat(20)}`));
      b.emit(event());
      await worker.look();
      const packet = worker.book.packet(guidOf(1))!;
      assert.deepEqual([paidDrops(b), worker.book.owesDrops(packet)], [[], true]);
      assert.match(worker.waitsFor(guidOf(1)) ?? "", /^purse: /);
      b.balance = 10n ** 20n;
      await restarted().look();
      assert.deepEqual(paidDrops(b), [`drop 0x${"d0".repeat(20)}`]);
      for (const next of [worker, restarted()]) for (let look = 0; look < 2; look++) await next.look({ all: true });
      assert.equal(paidDrops(b).length, 1);
      assert.equal(worker.book.owesDrops(packet), false);
    });

  test("attack: a lying chain reports another chain's packet with a changed drop, or its packet under the other's name: neither is paid", async () => {
    b.onTransaction = (transaction) => [...obey(() => true)(transaction), ...dropping(transaction)];
    const [victim, thief] = [`0x${"d0".repeat(20)}`, `0x${"ee".repeat(20)}`];
    packetTo(b, 1, withDrop(victim));
    // The same packet, later, from a chain with another number.
    tell(c, `${headerOf(1, b)}${guidOf(1).slice(2)}`, withDrop(thief));
    // A packet of that chain's own, which its DVN verifies, with the other's name.
    const own = solidityPacked(
      ["uint8", "uint64", "uint32", "bytes32", "uint32", "bytes32"],
      [1, 1, 3, SENDER, b.member.id, zeroPadValue(RECEIVER, 32)],
    );
    tell(c, `${own}${guidOf(1).slice(2)}`, withDrop(thief));
    b.emit(logOf(worker.contracts.receiveLib, library, "PayloadVerified", [worker.contracts.dvn, own, 1n, guidOf(1)]));
    await worker.look();
    await restarted().look({ all: true });
    assert.deepEqual(paidDrops(b), [`execute ${victim}`]);
  });

  test("attack: a lying chain reports that another's packet was verified there: the report has no effect, and the packet is delivered all the same", async () => {
    const asked: string[] = [];
    const bring = (waiting: readonly SentPacket[]): Promise<boolean> => {
      asked.push(...waiting.map(({ guid }) => guid));
      return Promise.resolve(false);
    };
    const members = [a, b, c].map(({ member }) => member);
    const carried = new LayerZeroWorker({ members, clock: systemClock, isHeld: () => false, bring });
    const { receiveLib, dvn } = worker.contracts;
    tell(a, `${headerOf(1, b)}${guidOf(1).slice(2)}`, OPTIONS);
    c.emit(logOf(receiveLib, library, "PayloadVerified", [dvn, headerOf(1, b), 1n, guidOf(1)]));
    await carried.look();
    assert.deepEqual([asked, b.sent], [[guidOf(1)], []]);
  });

  test("attack: a stranger verifies, as a DVN of his own, a packet that its receiver skips: its drop is not paid before it is proven", async () => {
    b.onTransaction = dropping;
    const { receiveLib, dvn, endpoint: at } = worker.contracts;
    tell(a, `${headerOf(1, b)}${guidOf(1).slice(2)}`, withDrop(`0x${"d0".repeat(20)}`));
    const verified = (by: string): FakeLog => logOf(receiveLib, library, "PayloadVerified", [by, headerOf(1, b), 1n, guidOf(1)]);
    b.emit(verified(`0x${"ee".repeat(20)}`));
    b.emit(logOf(at, endpoint, "InboundNonceSkipped", [1, SENDER, RECEIVER, 1n]));
    for (let look = 0; look < 2; look++) await worker.look({ all: true });
    assert.deepEqual(paidDrops(b), []);
    b.emit(verified(dvn));
    await worker.look({ all: true });
    assert.deepEqual(paidDrops(b), [`drop 0x${"d0".repeat(20)}`]);
  });

  test("attack: a receiver that agrees to a commitment when it is called, and not in its transaction, is paid for twice", async () => {
    b.onTransaction = obey(() => true);
    const isFirst = ({ kind, args }: FakeTransaction): boolean =>
      kind === "commit" && BigInt(`0x${String(args[0]).slice(4, 20)}`) === 1n;
    b.reverts = isFirst;
    for (const nonce of [1, 2]) packetTo(b, nonce);
    for (let look = 0; look < 6; look++) await worker.look({ all: true });
    assert.deepEqual([b.sent.filter(isFirst).length, executions(b)], [2, 1]);
    assert.match(worker.waitsFor(guidOf(1)) ?? "", /2 transactions that were paid for failed to commit it/);
    // By hand it is tried all the same.
    b.reverts = () => false;
    await worker.execute(guidOf(1), undefined);
    assert.equal(executions(b), 2);
    assert.equal(await worker.execute(guidOf(1), undefined), undefined);
    assert.equal(executions(b), 2, "an executed packet is not paid again");
  });

  test("attack: a lying chain tells what no contract does: others' messages of the same look are read and executed", async () => {
    b.onTransaction = obey(() => true);
    const { sendLib, executor, endpoint: at } = worker.contracts;
    const own = solidityPacked(
      ["uint8", "uint64", "uint32", "bytes32", "uint32", "bytes32"],
      [1, 1, 1, SENDER, b.member.id, zeroPadValue(RECEIVER, 32)],
    );
    // A packet without any options, which LayerZero's library refuses to send; the liar is read first.
    a.emit(
      logOf(sendLib, library, "ExecutorFeePaid", [executor, 1n]),
      logOf(at, endpoint, "PacketSent", [`${own}${guidOf(1).slice(2)}`, "0x", sendLib]),
    );
    const honest = solidityPacked(
      ["uint8", "uint64", "uint32", "bytes32", "uint32", "bytes32"],
      [1, 1, 3, SENDER, b.member.id, zeroPadValue(RECEIVER, 32)],
    );
    const guid = keccak256(dataSlice(honest, 1)) as Hex;
    tell(c, `${honest}${guid.slice(2)}`, OPTIONS);
    b.emit(logOf(worker.contracts.receiveLib, library, "PayloadVerified", [worker.contracts.dvn, honest, 1n, guid]));
    await assert.rejects(worker.look(), /alpha tells what no contract of a bridge does/);
    assert.equal(executions(b), 1);
    assert.equal(worker.book.packet(guid)?.srcEid, 3);
    await worker.look();
  });

  test("a member that does not answer delays no other, and continues from its last state", async () => {
    for (const member of [b, c]) member.onTransaction = obey(() => true);
    packetTo(b, 1);
    packetTo(c, 2);
    b.isSilent = true;
    await assert.rejects(worker.look(), /beta has not answered for/);
    assert.deepEqual([executions(b), executions(c)], [0, 1]);
    b.isSilent = false;
    // The worker waits once more for the answer to its earlier request, and then repeats it.
    await worker.look().catch(() => undefined);
    await worker.look();
    assert.deepEqual([executions(b), executions(c)], [1, 1]);
  });

  test("attack: packets of strangers that pay no DVN stop no message between L1 and a chain", async () => {
    const asked: Hex[] = [];
    const l1 = { ...a.member, isL1: true };
    const provider = {
      getTransactionReceipt: (hash: Hex) => {
        asked.push(hash);
        // The first of those that pay cannot be read at all.
        return hash === hashOf(100) ? Promise.reject(new Error("pruned")) : Promise.resolve(null);
      },
    } as unknown as typeof l1.provider;
    const { dvn } = worker.contracts;
    const carrier = new GatewayCarrier(() => ({}) as Ecosystem, [{ ...l1, provider }, b.member], dvn);
    const packet = (place: number, dvns: readonly Hex[]): SentPacket =>
      ({
        ...{ srcEid: 1, dstEid: 2, paid: { executor: dvn, dvns } },
        sent: { chainId: 1n, transactionHash: hashOf(place) },
      }) as unknown as SentPacket;
    const free = Array.from({ length: 64 }, (_, i) => packet(i, []));
    const paying = Array.from({ length: 40 }, (_, i) => packet(100 + i, [dvn]));
    for (let look = 0; look < 2; look++) await carrier.bring(packetCrossings([...free, ...paying], dvn));
    // All that pay have their turn, though the first of them fails.
    assert.deepEqual(new Set(asked), new Set(paying.map(({ sent }) => sent.transactionHash)));
  });

  function hashOf(place: number): Hex {
    return zeroPadValue(`0x${place.toString(16).padStart(4, "0")}`, 32) as Hex;
  }
});
