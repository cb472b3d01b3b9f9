import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, JsonRpcProvider, type HDNodeWallet } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { deployAtomicFlows } from "../../src/ecosystem/client/flows/atomic-flows-contract.ts";
import { executeFlow, prepareFlow, refundFlow, releaseFlow } from "../../src/ecosystem/client/flows/atomic-flow.ts";
import { buildFlow, type FlowLegRequest } from "../../src/ecosystem/client/flows/build-flow.ts";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { claimEscrow } from "../../src/ecosystem/client/flows/flow-escrow.ts";
import { flowStatus } from "../../src/ecosystem/client/flows/flow-status.ts";
import { bringRoot, markChain } from "../../src/ecosystem/client/queue/l1-word.ts";
import type { AskingProviderOf } from "../../src/ecosystem/client/messages/remote-slot.ts";
import type { AtomicFlow } from "../../src/ground/protocol/atomic-flow.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../src/ecosystem/relayer/atomic-flows-address.ts";
import { deploy, tokensOf } from "../client/support.ts";
import { byNight, IS_NIGHTLY } from "../support/nightly.ts";
import { ALICE, clientOf, settleNow, startFlowDevnet, PROVEN_BY_NIGHT, type FlowDevnet } from "./support/devnet.ts";
import { relayerOf } from "./support/interop.ts";

const [A, B, C] = [0, 1, 2] as const;
type Member = typeof A | typeof B | typeof C;
const CHAINS = [271n, 272n, 273n] as const;
const WINDOW_SECONDS = 600;
const EXIT_DELAY_SECONDS = 3_600;
const hyperchain = new Interface(hyperchainAbi);
const PROOFS = byNight("with real proofs", "without proofs");
const calls = new Interface(["function set(bool,bytes4)", "function sendToL1(bytes)"]);

describe(`C11: atomic flows, ${PROOFS}`, () => {
  let devnet: FlowDevnet;
  let clients: readonly JsonRpcProvider[];
  let l1: JsonRpcProvider;
  let providerOf: AskingProviderOf;
  let taking: Hex;
  let refusing: Hex;

  before(async () => {
    const escape = { priorityOpWindowSeconds: WINDOW_SECONDS, exitDelaySeconds: EXIT_DELAY_SECONDS };
    devnet = await startFlowDevnet([CHAINS[A], CHAINS[B], { chainId: CHAINS[C], ...escape }], {
      ...PROVEN_BY_NIGHT,
      singletons: true,
    });
    clients = devnet.chains.map(clientOf);
    // L1's answers are requested each time; ethers would cache them for a quarter of a second.
    l1 = new JsonRpcProvider(devnet.l1.url, undefined, { cacheTimeout: -1 });
    providerOf = (chainId) => clients[CHAINS.findIndex((each) => each === BigInt(chainId))] ?? l1;
    for (const member of [A, B, C] as const) await deployAtomicFlows(devnet.info(), Number(CHAINS[member]), on(member));
    [taking, refusing] = [await deploy(on(C), "FlowRecipient"), await deploy(on(C), "FlowRecipient")];
    const refuse = calls.encodeFunctionData("set", [true, "0x00000000"]);
    await (await on(C).sendTransaction({ to: refusing, data: refuse })).wait();
  });
  after(async () => {
    l1.destroy();
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const on = (member: Member): HDNodeWallet => devnet.accounts.wallet(ALICE).connect(clients[member]!) as HDNodeWallet;
  const onL1 = (): HDNodeWallet => devnet.accounts.wallet(ALICE).connect(l1) as HDNodeWallet;
  const recipient = (n: number): Hex => `0x${(0xf1000000 + n).toString(16).padStart(40, "0")}`;
  const timeOfL1 = async (): Promise<bigint> => BigInt((await l1.getBlock("latest"))!.timestamp);
  const later = async (seconds: number): Promise<void> => {
    await devnet.chains[A]!.provider.request({ method: "evm_increaseTime", params: [seconds] });
    await devnet.l1.request("evm_mine", []);
  };
  /** A batch of each of these chains, with something that makes the others import it, is executed on L1. */
  const settle = async (...members: readonly Member[]): Promise<void> => {
    const data = calls.encodeFunctionData("sendToL1", ["0x11"]);
    for (const member of members) {
      await (await on(member).sendTransaction({ to: PREDEPLOYS.L1Messenger, data })).wait();
      const { proof } = await settleNow(devnet.chains[member]!);
      if (IS_NIGHTLY) assert.ok((proof?.bytes ?? 0) > 40_000);
    }
    await look();
  };
  const look = async (): Promise<void> => {
    for (const { pipeline } of devnet.chains) await pipeline.pollL1();
  };
  const leg = (member: Member, n: number, more: Partial<FlowLegRequest> = {}): FlowLegRequest => ({
    party: `${on(member).address}@${CHAINS[member]}`,
    to: `${recipient(n)}@${CHAINS[member]}`,
    amount: BigInt(n),
    ...more,
  });
  const build = async (...legs: readonly FlowLegRequest[]): Promise<AtomicFlow> =>
    (await buildFlow(devnet.info(), { legs, deadline: (await timeOfL1()) + 3_000n }, providerOf)).flow;
  const give = async (flow: AtomicFlow, each: number, member: Member): Promise<unknown> =>
    prepareFlow(devnet.info(), { flow, leg: each }, on(member));
  const execute = (flow: AtomicFlow, data?: Hex): Promise<unknown> =>
    executeFlow(devnet.info(), { flow, data }, on(C), providerOf);
  const release = (flow: AtomicFlow, each: number, member: Member): Promise<unknown> =>
    releaseFlow(devnet.info(), { flow, leg: each }, on(member), providerOf);
  const refund = (flow: AtomicFlow, each: number, member: Member): Promise<unknown> =>
    refundFlow(devnet.info(), { flow, leg: each }, on(member), providerOf);
  const status = (flow: AtomicFlow) => flowStatus(devnet.info(), flow, providerOf);
  const statuses = async (flow: AtomicFlow): Promise<string[]> => (await status(flow)).legs.map((each) => each.status);
  const held = (member: Member): Promise<bigint> => clients[member]!.getBalance(ATOMIC_FLOWS_ADDRESS);

  test("three legs: all are paid when the pivot has run; a pivot that reverts and a leg that is withheld give all back", async () => {
    const pivot = (to: Hex, n: number) => leg(C, n, { to: `${to}@${CHAINS[C]}`, pivot: true, call: "0xc0de" });
    const foreign = await build(leg(A, 1, { party: `${recipient(1)}@${CHAINS[A]}` }));
    await assert.rejects(give(foreign, 0, A), { code: "Refused", message: /^leg 0 is 0x\w{40}'s to give, the signer is 0x/ });
    const token = await deploy(on(B), "L2TestToken", 1_000n, false, false);
    const paid = await build(leg(A, 11), leg(B, 12, { token }), pivot(taking, 13));
    const reverted = await build(leg(A, 21), leg(B, 22), pivot(refusing, 23));
    const withheld = await build(leg(A, 31), leg(B, 32), pivot(taking, 33));
    for (const flow of [paid, reverted]) for (const member of [A, B] as const) await give(flow, member, member);
    const notGiven = {
      code: "FlowOpen",
      message: /^leg 2, the pivot, is not in escrow on .*; 0x\w{40} gives it first \(prepareFlow\)$/,
    };
    await assert.rejects(execute(paid, "0xc0de"), notGiven);
    for (const flow of [paid, reverted]) await give(flow, C, C);
    for (const member of [A, C] as const) await give(withheld, member, member);
    await assert.rejects(execute(paid, "0xc0de"), { code: "FlowOpen", message: /^l1 has executed no batch of/ });
    await settle(A, B);
    await execute(paid, "0xc0de");
    await assert.rejects(execute(reverted, "0xc0de"), { code: "Refused" });
    await assert.rejects(execute(withheld, "0xc0de"), { code: "FlowOpen" });
    assert.equal(await clients[C]!.getBalance(taking), 13n);
    await assert.rejects(release(paid, 0, A), { code: "FlowOpen" });
    await settle(C);
    assert.deepEqual([(await status(paid)).state, (await status(reverted)).state], ["committed", "open"]);
    await assert.rejects(refund(paid, 0, A), { code: "FlowOpen", message: /all its legs happened/ });
    await assert.rejects(refund(reverted, 0, A), { code: "FlowOpen", message: /no leg can be shown to be missing yet/ });
    await release(paid, 0, A);
    // The other party is inactive; a relayer does it.
    await relayerOf(devnet, clients).poll();
    assert.deepEqual(await statuses(paid), ["released", "released", "released"]);
    assert.equal(await clients[A]!.getBalance(recipient(11)), 11n);
    assert.equal(await tokensOf(clients[B]!, token, recipient(12)), 12n);

    await later(4_000);
    await settle(B, C);
    // Of the chain whose own batch ended: what another chain's root shows.
    for (const flow of [reverted, withheld]) assert.equal((await status(flow)).state, "aborted");
    for (const member of [A, B, C] as const) await refund(reverted, member, member);
    for (const member of [A, C] as const) await refund(withheld, member, member);
    assert.deepEqual(await statuses(reverted), ["refunded", "refunded", "refunded"]);
    assert.deepEqual(await statuses(withheld), ["refunded", "missing", "refunded"]);
    await assert.rejects(refund(reverted, 0, A), { code: "LegNotHeld", message: /^leg 0 is refunded on .* already/ });
    await assert.rejects(refund(withheld, 1, B), { code: "LegNotHeld", message: /^leg 1 was never escrowed on/ });
    assert.deepEqual([await held(A), await held(B), await held(C)], [0n, 0n, 0n]);
  });

  test("a silent chain: L1's mark shows that its leg is missing, and a flow without a pivot is refunded", async () => {
    const flow = await build(leg(A, 41), leg(B, 42));
    for (const member of [A, B] as const) await give(flow, member, member);
    await settle(A);
    // L1 stops executing B's batches.
    await later(4_000);
    await assert.rejects(refund(flow, 0, A), { code: "FlowOpen" });
    await markChain(devnet.info(), Number(CHAINS[B]), onL1());
    await assert.rejects(refund(flow, 0, A), { code: "NotImported", message: /bringRoot/ });
    await bringRoot(devnet.info(), Number(CHAINS[A]), onL1());
    await look();
    await refund(flow, 0, A);
    assert.deepEqual(await statuses(flow), ["refunded", "held"]);
    assert.equal((await status(flow)).missing, 1);
  });

  test("an exited chain: a pivot that ran in no executed batch did not happen, its flow is refunded, and L1 pays its escrow", async () => {
    const flow = await build(leg(A, 51), leg(C, 52, { pivot: true }));
    await give(flow, 0, A);
    await give(flow, 1, C);
    const token = await deploy(onL1(), "L2TestToken", 1_000n, false, false);
    const toAlice = { chain: Number(CHAINS[C]), to: on(C).address, amount: 100n, token };
    await deposit(devnet.info(), toAlice, onL1());
    await look();
    // A contract of C has the same address.
    const arrived = `${token}@l1`;
    const own = { to: `${on(C).address}@${CHAINS[C]}` };
    const happened = await build(leg(C, 54, { ...own, token: arrived }), leg(A, 55, { pivot: true }));
    const withheld = await build(leg(C, 56), leg(A, 57));
    await give(happened, 0, C);
    await give(happened, 1, A);
    await give(withheld, 0, C);
    await settle(C, A);
    await executeFlow(devnet.info(), { flow: happened }, on(A), providerOf);
    await settle(A);
    await execute(flow);
    assert.equal(await clients[C]!.getBalance(recipient(52)), 52n);
    // An operation that chain C never takes.
    const { factory } = devnet.ecosystem.addresses;
    await requestFromL1(factory, { chainId: CHAINS[C], to: recipient(53), valueWei: 1n }, onL1());
    await devnet.l1.request("evm_increaseTime", [3 * WINDOW_SECONDS + EXIT_DELAY_SECONDS]);
    await devnet.l1.request("evm_mine", []);
    const data = hyperchain.encodeFunctionData("activateExit");
    await (await onL1().sendTransaction({ to: devnet.chains[C]!.pipeline.created.hyperchain, data })).wait();
    await bringRoot(devnet.info(), Number(CHAINS[A]), onL1());
    await devnet.chains[A]!.pipeline.pollL1();
    await refund(flow, 0, A);
    assert.equal((await status(flow)).state, "aborted");
    assert.equal((await status(flow)).legs[0]!.status, "refunded");

    // What chain C's last state holds is paid on L1, by the same facts.
    await settle(A);
    const claim = (of: AtomicFlow, to: Hex) => claimEscrow(devnet.info(), { flow: of, leg: 0, to }, onL1(), providerOf);
    const released = await claim(happened, recipient(54));
    assert.deepEqual([released.end, released.amount, released.token], ["released", 54n, token]);
    assert.equal(await tokensOf(l1, token, recipient(54)), 54n);
    assert.equal((await claim(withheld, recipient(56))).end, "refunded");
    assert.equal(await l1.getBalance(recipient(56)), 56n);
    await assert.rejects(claim(withheld, recipient(56)), { code: "Refused", message: /EscrowAlreadyPaid/ });
    const running = claimEscrow(devnet.info(), { flow, leg: 0 }, onL1(), providerOf);
    await assert.rejects(running, { code: "FlowOpen", message: /has not ended/ });
  });
});
