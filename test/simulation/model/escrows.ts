import {
  flowFact,
  flowFactKey,
  hashAtomicFlow,
  type AtomicFlow,
  type FlowLeg,
} from "../../../src/ground/protocol/atomic-flow.ts";
import { keccak, type Hex } from "../../../src/ground/protocol/hex.ts";
import { bridgedTokenAddress } from "../../../src/ground/protocol/holding.ts";
import { hashL2Log, messageLogOfHash } from "../../../src/ground/protocol/l2-log.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../../src/ecosystem/relayer/atomic-flows-address.ts";
import type { BatchRoot } from "../../../src/ecosystem/relayer/state-proof.ts";
import { l2Sender, plain, ZERO_ADDRESS } from "./aliases.ts";
import type { Frame } from "./frame.ts";
import { rootOfLog } from "./log-inclusion.ts";
import { Refusal, requireThat } from "./refusal.ts";
import { transactionRootRegistry } from "./registries.ts";
import { computeRoot, computeRootWithout, type LeafPath, type LowLeaf } from "./state-tree.ts";
import type { Call, Chain } from "./world.ts";

/** Values of the lowest byte in an escrow's slot. */
export const [HELD, RELEASED, REFUNDED] = [1n, 2n, 3n] as const;
/** Unit of a fee in that slot. */
export const FEE_UNIT = 256n;

const refuse = (error: string, ...args: readonly unknown[]): never => {
  throw new Refusal("StateExit", error, args);
};

/** The contracts' `EscrowOnStoppedChain`. */
export interface ShownEscrow {
  readonly flow: AtomicFlow;
  readonly leg: number;
  readonly token: Hex;
  readonly fee: bigint;
  readonly path: LeafPath;
}

/** The contracts' `FlowMessage`. */
export interface ShownFact {
  readonly batch: BatchRoot;
  readonly index: bigint;
  readonly proof: readonly Hex[];
}

/** The contracts' `FlowAbsence`. */
export interface ShownAbsence {
  readonly batch: BatchRoot;
  readonly low: LowLeaf;
  readonly path: LeafPath;
}

export function stoppedChain({ world }: Frame, chainId: bigint): Chain {
  const chain = world.chains.get(chainId);
  requireThat(chain !== undefined, "StateExit", "UnknownChain", () => [chainId]);
  requireThat(chain.exited.value, "StateExit", "ChainNotExited");
  return chain;
}

export const escrows = {
  claimEscrow(frame: Frame, escrow: ShownEscrow, shown: readonly ShownFact[], recipient: Hex): void {
    const { flow, leg } = escrow;
    requireHeld(frame, escrow);
    const own = legOf(flow, leg);
    if (own.isPivot) refuse("PivotNotReleased", leg);
    const pivot = flow.legs.findIndex(({ isPivot }) => isPivot);
    const needed = pivot === -1 ? [...flow.legs.keys()] : [pivot];
    if (shown.length !== needed.length) refuse("FlowMessageCount", needed.length, shown.length);
    for (const [i, fact] of shown.entries()) requireThere(frame, flow, needed[i]!, fact);
    pay(frame, escrow, own.recipient, recipient);
  },

  refundEscrow(frame: Frame, escrow: ShownEscrow, missing: number, absence: ShownAbsence, recipient: Hex): void {
    const { flow, leg } = escrow;
    requireHeld(frame, escrow);
    if (missing >= flow.legs.length) refuse("FlowMalformed");
    requireMissing(frame, flow, missing, absence);
    pay(frame, escrow, legOf(flow, leg).party, recipient);
  },
};

function legOf({ legs }: AtomicFlow, leg: number): FlowLeg {
  return legs[leg] ?? refuse("FlowMalformed");
}

function requireHeld(frame: Frame, { flow, leg, fee, path }: ShownEscrow): void {
  const chain = stoppedChain(frame, legOf(flow, leg).chainId);
  const key = flowFactKey(ATOMIC_FLOWS_ADDRESS, hashAtomicFlow(flow), leg, false);
  const expected = chain.executedStateRoot.value;
  const actual = computeRoot({ ...key, value: HELD + fee * FEE_UNIT }, path);
  if (actual !== expected) refuse("StateRootMismatch", expected, actual);
}

function requireOnL1(frame: Frame, batch: BatchRoot, chainId: bigint): void {
  if (batch.chainId !== chainId) refuse("BatchOfAnotherChain", chainId, batch.chainId);
  const { rootIndex, leafIndex, batchNumber, logRoot, record, siblings } = batch;
  const isOnL1 = transactionRootRegistry.isIncluded(frame, rootIndex, leafIndex, chainId, batchNumber, logRoot, record, siblings);
  if (!isOnL1) refuse("BatchNotOnL1", chainId, batchNumber);
}

function requireThere(frame: Frame, flow: AtomicFlow, leg: number, { batch, index, proof }: ShownFact): void {
  const { chainId, isPivot } = legOf(flow, leg);
  requireOnL1(frame, batch, chainId);
  const leaf = hashL2Log(messageLogOfHash(ATOMIC_FLOWS_ADDRESS, keccak(flowFact(hashAtomicFlow(flow), leg))));
  if (rootOfLog("StateExit", leaf, index, proof) !== batch.logRoot)
    refuse("MessageNotIncluded", chainId, batch.batchNumber, index);
  const { executedAt } = batch.record;
  if (!isPivot && executedAt > flow.deadline) refuse("LegTooLate", leg, flow.deadline, executedAt);
}

function requireMissing(frame: Frame, flow: AtomicFlow, leg: number, { batch, low, path }: ShownAbsence): void {
  const { chainId, isPivot } = legOf(flow, leg);
  requireOnL1(frame, batch, chainId);
  const { lastTimestamp, executedAt, newStateRoot, oldStateRoot } = batch.record;
  const time = isPivot ? lastTimestamp : executedAt;
  if (time <= flow.deadline) refuse("AbsenceTooEarly", leg, flow.deadline, time);
  const expected = isPivot ? newStateRoot : oldStateRoot;
  const actual = computeRootWithout(flowFactKey(ATOMIC_FLOWS_ADDRESS, hashAtomicFlow(flow), leg, isPivot), low, path);
  if (actual !== expected) refuse("StateRootMismatch", expected, actual);
}

function pay(frame: Frame, { flow, leg, token: named, fee }: ShownEscrow, owner: Hex, recipient: Hex): void {
  const { world } = frame;
  const { chainId, amount, token: held } = legOf(flow, leg);
  if (recipient === ZERO_ADDRESS) refuse("ZeroRecipient");
  if (amount === 0n && fee === 0n) refuse("NothingToClaim");
  const account = l2Sender(frame, frame.sender);
  if (account !== owner) refuse("NotTheOwner", owner, account);
  const baseToken = plain(world.chains.get(chainId)!.configuration.baseToken);
  const isBase = held === PREDEPLOYS.L2BaseToken;
  const token = isBase ? baseToken : plain(named);
  if (!isBase && held !== bridgedTokenAddress(world.l1ChainId, token)) refuse("AssetNotOnL1", chainId, held);
  const id = hashAtomicFlow(flow);
  const before = world.paidEscrows.get(id, BigInt(leg));
  if (before === "whole") refuse("EscrowAlreadyPaid", id, leg);
  world.paidEscrows.set("whole", id, BigInt(leg));
  const payment = (asset: Hex, owed: bigint): Call => {
    const args = [chainId, asset, recipient, owed];
    return { to: world.addresses.bridge, fn: "payHolding", args, value: 0n };
  };
  const unpaid = before === undefined ? amount : 0n;
  if (unpaid !== 0n) frame.call(payment(token, unpaid));
  if (fee === 0n) return;
  if (unpaid === 0n) frame.call(payment(baseToken, fee));
  // A fee that cannot be moved holds up no leg.
  else if (frame.tryCall(payment(baseToken, fee)).refusal !== undefined) world.paidEscrows.set("withoutFee", id, BigInt(leg));
}
