import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { type AtomicFlow, flowFact, hashAtomicFlow } from "../../../src/ground/protocol/atomic-flow.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";
import { BOOTLOADER } from "./support/local-l2.ts";
import { callOf, START, startFlowWorld, type FlowWorld, type WorldChain, type WorldLeaf } from "./support/flow-world.ts";
import { assertReverts } from "./support/revert-reason.ts";
import { chainOf, COIN, contractAt, DEADLINE, partyOf, prepare, recipientOf, sampleFlow } from "./support/sample-flow.ts";

const [A, B, C] = [0, 1, 2] as const;
const STRANGER = 9;

/** Version 3 of a message's proof, a log tree of depth 14, no registry. */
const FACT_METADATA: Hex = `0x030e00${"00".repeat(29)}`;

let world: FlowWorld;
let restore: () => Promise<void>;
before(async () => {
  world = await startFlowWorld();
});
beforeEach(async () => {
  restore = await world.snapshot();
});
afterEach(() => restore());
after(() => world.close());

const balance = (chain: number, account: string): Promise<bigint> => world.chains[chain]!.ethers.provider.getBalance(account);
const held = (chain: number): Promise<bigint> => balance(chain, world.address);
const refused = (call: Promise<unknown>, error: string, args?: readonly unknown[]): Promise<void> =>
  assertReverts(call, "AtomicFlows", error, args);
const prepareAll = async (flow: AtomicFlow, except: readonly number[] = []): Promise<void> => {
  for (const leg of flow.legs.keys()) if (!except.includes(leg)) await prepare(world, flow, leg);
};
/** L1 executes a batch of each of these chains, and all chains learn of it. */
const settle = async (at: bigint, chains: readonly WorldChain[] = world.chains): Promise<WorldLeaf[]> => {
  const leaves: WorldLeaf[] = [];
  for (const chain of chains) leaves.push(await chain.execute(at));
  for (const chain of world.chains) await chain.importRoot();
  return leaves;
};
const othersOf = (flow: AtomicFlow, leg: number): object[] =>
  [...flow.legs.keys()].filter((each) => each !== leg).map((each) => world.fact(flow, each));
const execute = (flow: AtomicFlow, leg: number, data: Hex = "0x"): Promise<unknown> => {
  const { flows, send } = chainOf(world, flow, leg);
  return send(flows, STRANGER, "execute", [flow, leg, data, othersOf(flow, leg)]);
};
const release = (flow: AtomicFlow, leg: number, facts: readonly number[], to = flow.legs[leg]!.recipient): Promise<unknown> => {
  const { flows, send } = chainOf(world, flow, leg);
  return send(flows, STRANGER, "release", [flow, leg, facts.map((each) => world.fact(flow, each)), to]);
};
const refund = (
  flow: AtomicFlow,
  leg: number,
  missing: number,
  absence: object,
  to = flow.legs[leg]!.party,
  user = STRANGER,
): Promise<unknown> => {
  const { flows, send } = chainOf(world, flow, leg);
  return send(flows, user, "refund", [flow, leg, missing, absence, to]);
};
/** Shown where nothing is looked at. */
const nothing = (flow: AtomicFlow): object => world.absence(flow, 0, world.leaves[0]!);
const statuses = async (flow: AtomicFlow): Promise<bigint[]> =>
  Promise.all(
    flow.legs.map(async (_, leg) =>
      BigInt((await chainOf(world, flow, leg).flows.getFunction("escrowStatus").staticCall(hashAtomicFlow(flow), leg)) as bigint),
    ),
  );
const [HELD, RELEASED, REFUNDED] = [1n, 2n, 3n];

describe("C11: atomic flows", () => {
  test("three legs: when the pivot has run, every leg is paid to its recipient, and its call was made", async () => {
    const recipient = await contractAt(world, C, "FlowRecipient");
    const address = (await recipient.getAddress()).toLowerCase() as Hex;
    const flow = sampleFlow(world, { legs: { 2: { recipient: address, callHash: callOf("0xc0de") } } });
    await prepareAll(flow);
    assert.equal(hashAtomicFlow(flow), await world.chains[A].flows.getFunction("flowId").staticCall(flow));
    assert.deepEqual([await held(A), await held(B), await held(C)], [100n, 101n, 102n]);
    await settle(START + 10n);
    const receipt = (await execute(flow, 2, "0xc0de")) as { logs: readonly { topics: readonly string[]; data: string }[] };
    const taken = receipt.logs.map((log) => recipient.interface.parseLog(log as never)).find((log) => log?.name === "Taken");
    const party = world.chains[A].users[partyOf(2)]!.address;
    const coin = world.chains[A].ethers.getAddress(COIN);
    assert.deepEqual([...taken!.args], [hashAtomicFlow(flow), party, coin, 102n, "0xc0de", 102n]);
    await settle(START + 20n);
    await release(flow, 0, [2]);
    await release(flow, 1, [2]);
    assert.deepEqual(
      [await balance(A, recipientOf(0)), await balance(B, recipientOf(1)), await balance(C, address)],
      [100n, 101n, 102n],
    );
    assert.deepEqual([await held(A), await held(B), await held(C)], [0n, 0n, 0n]);
  });

  test("without a pivot all legs are paid once all are shown, on one chain too", async () => {
    const flow = sampleFlow(world, { count: 4, pivot: -1 });
    await prepareAll(flow);
    await settle(START + 10n);
    for (const leg of flow.legs.keys()) await release(flow, leg, [0, 1, 2, 3]);
    assert.deepEqual(await statuses(flow), [RELEASED, RELEASED, RELEASED, RELEASED]);
    assert.equal(await balance(A, recipientOf(3)), 103n);
  });

  test("a leg withheld: every other leg is refunded, by a batch that L1 executed a second after the deadline", async () => {
    const flow = sampleFlow(world);
    await prepareAll(flow, [1]);
    await settle(DEADLINE);
    await refused(refund(flow, 0, 1, world.absence(flow, 1, world.leaves[1]!)), "AbsenceTooEarly", [1n, DEADLINE, DEADLINE]);
    const [, late] = await settle(DEADLINE + 1n);
    const before = await balance(A, flow.legs[0]!.party);
    await refund(flow, 0, 1, world.absence(flow, 1, late!));
    await refund(flow, 2, 1, world.absence(flow, 1, late!));
    assert.deepEqual(await statuses(flow), [REFUNDED, 0n, REFUNDED]);
    assert.equal((await balance(A, flow.legs[0]!.party)) - before, 100n);
  });

  test("pivot reverts: nothing changes, it can be tried again, and after its deadline all legs are refunded", async () => {
    const recipient = await contractAt(world, C, "FlowRecipient");
    const address = (await recipient.getAddress()).toLowerCase() as Hex;
    const flow = sampleFlow(world, { legs: { 2: { recipient: address, callHash: callOf("0xc0de") } } });
    await prepareAll(flow);
    await settle(START + 10n);
    await world.chains[C].send(recipient, STRANGER, "set", [true, "0x00000000"]);
    await assertReverts(execute(flow, 2, "0xc0de"), "FlowRecipient", "Refusing");
    await world.chains[C].send(recipient, STRANGER, "set", [false, "0x00000000"]);
    await refused(execute(flow, 2, "0xc0de"), "CallNotTaken");
    assert.deepEqual(await statuses(flow), [HELD, HELD, HELD]);
    assert.equal(await held(C), 102n);
    await refused(refund(flow, 2, 2, nothing(flow)), "FlowNotExpired");
    world.chains[C].clock = DEADLINE + 1n;
    await refused(execute(flow, 2, "0xc0de"), "FlowExpired", [DEADLINE, DEADLINE + 1n]);
    await refund(flow, 2, 2, nothing(flow));
    const [, , ended] = await settle(START + 20n);
    await refund(flow, 0, 2, world.absence(flow, 2, ended!));
    await refund(flow, 1, 2, world.absence(flow, 2, ended!));
    assert.deepEqual(await statuses(flow), [REFUNDED, REFUNDED, REFUNDED]);
  });

  test("a silent chain: a mark after the deadline shows that its escrow is missing; of a pivot only its exit does", async () => {
    const flow = sampleFlow(world);
    await prepare(world, flow, 0);
    await settle(START + 10n);
    // L1 never executes what the silent chain did.
    await prepare(world, flow, 1);
    const early = world.chains[B].mark(DEADLINE);
    const late = world.chains[B].mark(DEADLINE + 1n);
    await world.chains[A].importRoot();
    await refused(refund(flow, 0, 1, world.absence(flow, 1, early)), "AbsenceTooEarly", [1n, DEADLINE, DEADLINE]);
    await refund(flow, 0, 1, world.absence(flow, 1, late));

    const other = sampleFlow(world);
    await prepare(world, other, 0);
    const silent = world.chains[C].mark(DEADLINE + 1_000n);
    const exited = world.chains[C].mark(DEADLINE - 1n, true);
    await world.chains[A].importRoot();
    // A chain that runs could still show a pivot that ran in time.
    await refused(refund(other, 0, 2, world.absence(other, 2, silent)), "AbsenceTooEarly", [2n, DEADLINE, 0n]);
    await refund(other, 0, 2, world.absence(other, 2, exited));
    assert.deepEqual([(await statuses(flow))[0], (await statuses(other))[0]], [REFUNDED, REFUNDED]);
  });

  test("an exited chain: what L1 executed before the exit counts, and what it did not is missing", async () => {
    const [flow, lost] = [sampleFlow(world), sampleFlow(world)];
    for (const each of [flow, lost]) await prepareAll(each);
    await settle(START + 10n);
    await execute(flow, 2);
    await world.chains[C].execute(START + 20n);
    await world.chains[C].importRoot();
    await execute(lost, 2);
    const exit = world.chains[C].mark(START + 30n, true);
    for (const chain of [A, B] as const) await world.chains[chain].importRoot();
    await assertReverts(refund(flow, 0, 2, world.absence(flow, 2, exit)), "StateTree", "KeyNotBetween");
    await release(flow, 0, [2]);
    await refund(lost, 1, 2, world.absence(lost, 2, exit));
    assert.deepEqual([(await statuses(flow))[0], (await statuses(lost))[1]], [RELEASED, REFUNDED]);
  });

  test("a second late: an escrow that L1 executed a second after the deadline neither runs the pivot nor releases", async () => {
    const [flow, plain] = [sampleFlow(world), sampleFlow(world, { pivot: -1 })];
    for (const each of [flow, plain]) await prepareAll(each);
    await settle(DEADLINE, [world.chains[A], world.chains[C]]);
    const [late] = await settle(DEADLINE + 1n, [world.chains[B]]);
    await refused(execute(flow, 2), "FactTooLate", [1n, DEADLINE, DEADLINE + 1n]);
    await refused(release(plain, 0, [0, 1, 2]), "FactTooLate", [1n, DEADLINE, DEADLINE + 1n]);
    for (const leg of [0, 1, 2]) await refund(plain, leg, 1, world.absence(plain, 1, late!));
    for (const leg of [0, 1, 2]) await refund(flow, leg, 1, world.absence(flow, 1, late!));
    assert.deepEqual(await statuses(flow), [REFUNDED, REFUNDED, REFUNDED]);
  });

  test("short proof to flows: a fact without the record of an executed batch runs no pivot", async () => {
    const flow = sampleFlow(world);
    await prepareAll(flow);
    const leaves = await settle(START + 10n);
    const chain = world.chains[C];
    const roots = await chain.predeploy("ImportedRoots", await chain.impersonate(BOOTLOADER));
    for (const { chainId, batchNumber, logRoot } of leaves)
      await roots.getFunction("importRoot").send(factIndex(chainId, batchNumber), logRoot);
    const short = [0, 1].map((leg) => {
      const { proof, ...fact } = world.fact(flow, leg);
      return { ...fact, proof: [FACT_METADATA, ...proof.slice(1, 15)] };
    });
    const { batchNumber } = world.fact(flow, 0);
    const expected = [flow.legs[0]!.chainId, batchNumber];
    await refused(chain.send(chain.flows, STRANGER, "execute", [flow, 2, "0x", short]), "FactNotEnough", expected);
    assert.deepEqual(await statuses(flow), [HELD, HELD, HELD]);
  });

  test("own leg: it has to be shown like the others, because its batch may have been late", async () => {
    const flow = sampleFlow(world, { pivot: -1 });
    await prepareAll(flow);
    await settle(DEADLINE, [world.chains[A], world.chains[B]]);
    // On chain C the leg exists, but L1 has not executed its batch.
    const { flows, send } = world.chains[C];
    const others = [world.fact(flow, 0), world.fact(flow, 1)];
    const { recipient } = flow.legs[2]!;
    await refused(send(flows, STRANGER, "release", [flow, 2, others, recipient]), "FactCount", [3n, 2n]);
    const twice = [...others, world.fact(flow, 1)];
    await refused(send(flows, STRANGER, "release", [flow, 2, twice, recipient]), "FactNotProven", [hashAtomicFlow(flow), 2n]);
    const [late] = await settle(DEADLINE + 1n, [world.chains[C]]);
    await refused(release(flow, 2, [0, 1, 2]), "FactTooLate", [2n, DEADLINE, DEADLINE + 1n]);
    for (const leg of [0, 1, 2]) await refund(flow, leg, 2, world.absence(flow, 2, late!));
  });

  test("pivot's batch late: a pivot that ran in time counts, whenever L1 executes it, and gives nothing back", async () => {
    const flow = sampleFlow(world);
    await prepareAll(flow);
    await settle(START + 10n);
    world.chains[C].clock = DEADLINE;
    await execute(flow, 2);
    const late = await world.chains[C].execute(DEADLINE + 500n);
    world.chains[C].clock = DEADLINE + 10n;
    await world.chains[C].send(
      world.chains[C].flows,
      partyOf(2),
      "prepare",
      [sampleFlow(world, { deadline: DEADLINE + 99n }), 2],
      102n,
    );
    const later = await world.chains[C].execute(DEADLINE + 600n);
    for (const chain of [A, B] as const) await world.chains[chain].importRoot();
    await refused(refund(flow, 0, 2, world.absence(flow, 2, late, "before")), "AbsenceTooEarly", [2n, DEADLINE, DEADLINE]);
    await assertReverts(refund(flow, 0, 2, world.absence(flow, 2, later)), "StateTree", "KeyNotBetween");
    // Not even where the state before a batch after the deadline is shown in place of the one after it.
    const missing = refund(flow, 0, 2, {
      ...world.absence(flow, 2, late, "before"),
      batch: (world.absence(flow, 2, later) as { batch: object }).batch,
    });
    await refused(missing, "AbsenceNotProven");
    await refused(refund(flow, 2, 2, nothing(flow)), "EscrowNotHeld");
    await release(flow, 0, [2]);
    await release(flow, 1, [2]);
  });

  test("release and refund: whichever is first, the other is refused, and so is the same again", async () => {
    const [flow, lost] = [sampleFlow(world), sampleFlow(world)];
    await prepareAll(flow);
    await prepareAll(lost, [1]);
    await settle(START + 10n);
    await execute(flow, 2);
    const [, late] = await settle(DEADLINE + 1n);
    await release(flow, 0, [2]);
    await refund(lost, 0, 1, world.absence(lost, 1, late!));
    const id = hashAtomicFlow(flow);
    await refused(release(flow, 0, [2]), "EscrowNotHeld", [id, 0n, RELEASED]);
    await refused(refund(flow, 0, 1, world.absence(lost, 1, late!)), "EscrowNotHeld", [id, 0n, RELEASED]);
    await refused(refund(lost, 0, 1, world.absence(lost, 1, late!)), "EscrowNotHeld", [hashAtomicFlow(lost), 0n, REFUNDED]);
    await refused(execute(flow, 2), "EscrowNotHeld", [id, 2n, RELEASED]);
    // An existing leg cannot be shown as missing, in the state before the late batch.
    await assertReverts(refund(flow, 1, 0, world.absence(flow, 0, world.leaves[3]!)), "StateTree", "KeyNotBetween");
    await refused(prepare(world, lost, 0), "EscrowExists", [hashAtomicFlow(lost), 0n]);
  });

  test("facts of another flow, leg, chain or sender, and those without a root, are refused", async () => {
    const [flow, other] = [sampleFlow(world), sampleFlow(world)];
    await prepareAll(flow);
    await prepareAll(other, [1]);
    const forged = sampleFlow(world);
    await prepare(world, forged, 2);
    // Anyone can send the same bytes, from another address.
    const messenger = await world.chains[B].predeploy("L1Messenger");
    await world.chains[B].send(messenger, STRANGER, "sendToL1", [flowFact(hashAtomicFlow(forged), 1)]);
    await prepare(world, forged, 0);
    const leaves = await settle(START + 10n);
    const { flows, send } = world.chains[C];
    const id = hashAtomicFlow(other);
    const facts = (...each: object[]): Promise<unknown> => send(flows, STRANGER, "execute", [other, 2, "0x", each]);
    await refused(facts(world.fact(other, 0), world.fact(flow, 1)), "FactNotProven", [id, 1n]);
    await refused(facts(world.fact(other, 0), world.fact(other, 0)), "FactNotProven", [id, 1n]);
    await refused(facts(world.fact(other, 0)), "FactCount", [2n, 1n]);
    await refused(execute(forged, 2), "FactNotProven", [hashAtomicFlow(forged), 1n]);
    // A root that the chain does not have, and times that L1 never wrote.
    const unknown = world.fact(other, 0);
    const changed = (word: number, value: Hex): object => ({ ...unknown, proof: unknown.proof.with(word, value) });
    for (const word of [48, 56, 57]) {
      const bad = changed(word, `0x${"01".padStart(64, "0")}`);
      await refused(send(flows, STRANGER, "execute", [flow, 2, "0x", [bad, world.fact(flow, 1)]]), "FactNotProven");
    }
    assert.equal(leaves.length, 3);
  });

  test("absences of another chain, flow, leg, account or state, and of batches that L1 never executed, are refused", async () => {
    type Shown = { batch: { record: object; rootIndex: bigint; logRoot: Hex }; low: { key: Hex }; path: object };
    // Slots are hashes: two of a flow can lie in one gap, and what shows the absence of one shows that of the other.
    const [before] = await settle(START + 10n);
    const gapOf = (each: AtomicFlow, leg: number): Hex => (world.absence(each, leg, before!) as Shown).low.key;
    let flow = sampleFlow(world);
    while (gapOf(flow, 0) === gapOf(flow, 1)) flow = sampleFlow(world);
    await prepareAll(flow, [1]);
    const [onA, onB] = await settle(DEADLINE + 1n);
    const shown = world.absence(flow, 1, onB!) as Shown;
    await refused(refund(flow, 0, 1, world.absence(flow, 1, onA!)), "AbsenceOfAnotherChain", [271n, 270n]);
    const asB = {
      ...world.absence(flow, 1, onA!),
      batch: { ...(world.absence(flow, 1, onA!) as Shown).batch, chainId: 271n },
    };
    await refused(refund(flow, 0, 1, asB), "BatchNotExecuted");
    const later = { ...shown, batch: { ...shown.batch, record: { ...shown.batch.record, executedAt: DEADLINE + 2n } } };
    await refused(refund(flow, 0, 1, later), "BatchNotExecuted");
    await refused(refund(flow, 0, 1, { ...shown, batch: { ...shown.batch, rootIndex: 77n } }), "BatchNotExecuted");
    // The gap of another leg's slot: the slot of this one is not in it.
    await assert.rejects(
      refund(flow, 0, 0, { ...world.absence(flow, 1, onB!), batch: (world.absence(flow, 0, onA!) as Shown).batch }),
    );
    await refused(refund(flow, 0, 7, shown), "FlowMalformed");
    await refund(flow, 0, 1, shown);
  });

  test("only the party gives, once, in time, and the very amount", async () => {
    const flow = sampleFlow(world);
    const { flows, send } = world.chains[A];
    await refused(send(flows, STRANGER, "prepare", [flow, 0], 100n), "NotTheParty");
    await refused(send(flows, partyOf(0), "prepare", [flow, 0], 99n), "AmountMismatch", [100n, 99n]);
    await refused(send(flows, partyOf(1), "prepare", [flow, 1], 101n), "LegOfAnotherChain", [1n, 271n]);
    const taxed = await contractAt(world, A, "L2TestToken", 1_000n, true, false);
    const token = (await taxed.getAddress()).toLowerCase() as Hex;
    const party = world.chains[A].users[STRANGER]!.address.toLowerCase() as Hex;
    const withFee = sampleFlow(world, { legs: { 0: { token, party } } });
    await send(taxed, STRANGER, "approve", [world.address, 1_000n]);
    await refused(send(flows, STRANGER, "prepare", [withFee, 0]), "AmountMismatch", [100n, 99n]);
    await refused(send(flows, STRANGER, "prepare", [withFee, 0], 1n), "AmountMismatch", [0n, 1n]);
    const far = sampleFlow(world, { deadline: START * 1_000n });
    await refused(send(flows, partyOf(0), "prepare", [far, 0], 100n), "DeadlineTooFar");
    for (const recipient of [`0x${"0".repeat(40)}`, world.address] as const) {
      const lost = sampleFlow(world, { legs: { 0: { recipient } } });
      await refused(send(flows, partyOf(0), "prepare", [lost, 0], 100n), "FlowMalformed");
    }
    const two = sampleFlow(world, { legs: { 0: { isPivot: true } } });
    await refused(send(flows, partyOf(0), "prepare", [two, 0], 100n), "FlowMalformed");
    const nine = sampleFlow(world, { count: 9 });
    await refused(send(flows, partyOf(0), "prepare", [nine, 0], 100n), "FlowMalformed");
    await refused(send(flows, partyOf(0), "prepare", [flow, 3], 100n), "FlowMalformed");
    world.chains[A].clock = DEADLINE + 1n;
    await refused(prepare(world, flow, 0), "FlowExpired", [DEADLINE, DEADLINE + 1n]);
  });

  test("only the account that is paid can have it paid elsewhere, and one that takes no coins can", async () => {
    const recipient = await contractAt(world, A, "FlowRecipient");
    const address = (await recipient.getAddress()).toLowerCase() as Hex;
    // Called, the contract would take coins; paid, it does not.
    const flow = sampleFlow(world, {
      legs: { 0: { recipient: world.chains[A].users[STRANGER]!.address.toLowerCase() as Hex }, 1: { recipient: address } },
    });
    await prepareAll(flow);
    await settle(START + 10n);
    await execute(flow, 2);
    await settle(START + 20n);
    const { flows, send } = world.chains[A];
    const facts = [world.fact(flow, 2)];
    await refused(send(flows, partyOf(1), "release", [flow, 0, facts, recipientOf(7)]), "PayeeNotAllowed");
    await send(flows, STRANGER, "release", [flow, 0, facts, recipientOf(7)]);
    assert.equal(await balance(A, recipientOf(7)), 100n);
    await refused(release(flow, 2, [2]), "PivotOnly", [2n, true]);
    const { flows: onB, send: sendB } = world.chains[B];
    await refused(sendB(onB, STRANGER, "execute", [flow, 1, "0x", []]), "PivotOnly", [1n, false]);
    const lost = sampleFlow(world);
    await prepare(world, lost, 0);
    const [, late] = await settle(DEADLINE + 1n);
    const absence = world.absence(lost, 1, late!);
    await refused(refund(lost, 0, 1, absence, recipientOf(8)), "PayeeNotAllowed");
    await refund(lost, 0, 1, absence, recipientOf(8), partyOf(0));
    assert.equal(await balance(A, recipientOf(8)), 100n);
  });

  test("the pivot's recipient is called with what the flow names and nothing else", async () => {
    const flow = sampleFlow(world);
    const called = sampleFlow(world, { legs: { 2: { callHash: callOf("0xc0de") } } });
    for (const each of [flow, called]) await prepareAll(each);
    await settle(START + 10n);
    await refused(execute(flow, 2, "0xc0de"), "CallMismatch");
    await refused(execute(called, 2), "CallMismatch");
    await refused(execute(called, 2, "0xc0df"), "CallMismatch");
  });

  test("a call of the pivot, and a token that moves, can call back but gain nothing", async () => {
    const recipient = await contractAt(world, C, "FlowRecipient");
    const address = (await recipient.getAddress()).toLowerCase() as Hex;
    const flow = sampleFlow(world, { legs: { 2: { recipient: address, callHash: callOf("0xc0de") } } });
    const other = sampleFlow(world);
    for (const each of [flow, other]) await prepareAll(each);
    await settle(START + 10n);
    const again = world.chains[C].flows.interface.encodeFunctionData("execute", [flow, 2, "0xc0de", othersOf(flow, 2)]);
    await world.chains[C].send(recipient, STRANGER, "prepareReentry", [world.address, again]);
    await execute(flow, 2, "0xc0de");
    assert.equal(await recipient.getFunction("reentered").staticCall(), false);
    assert.equal(await held(C), 102n, "the other flow's");

    const hostile = await contractAt(world, A, "ReentrantFlowToken", 1_000n);
    const token = (await hostile.getAddress()).toLowerCase() as Hex;
    const party = world.chains[A].users[STRANGER]!.address.toLowerCase() as Hex;
    const inside = sampleFlow(world, { legs: { 0: { token, party: token } } });
    const outer = sampleFlow(world, { legs: { 0: { token, party } } });
    const { flows, send } = world.chains[A];
    const inner = flows.interface.encodeFunctionData("prepare", [inside, 0]);
    await send(hostile, STRANGER, "transfer", [token, 500n]);
    await send(hostile, STRANGER, "prepareReentry", [world.address, inner]);
    await send(flows, STRANGER, "prepare", [outer, 0]);
    assert.equal(await hostile.getFunction("reentered").staticCall(), false);
    assert.equal((await statuses(inside))[0], 0n);
    assert.equal(await hostile.getFunction("balanceOf").staticCall(world.address), 100n);
  });
});
