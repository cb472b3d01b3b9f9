import type { Signer } from "ethers";
import { hashAtomicFlow, type AtomicFlow } from "../../../ground/protocol/atomic-flow.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../relayer/atomic-flows-address.ts";
import {
  legOf,
  NO_ABSENCE,
  outcomeOf,
  pivotOf,
  placeOfFact,
  proveAbsence,
  proveFact,
  type FlowFact,
} from "../../relayer/flow-proofs.ts";
import type { L1View } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { hasAtomicFlows } from "./atomic-flows-contract.ts";
import { parseAccount } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { atomicFlows } from "../sending/contract-interfaces.ts";
import { findChain, memberName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import type { ProviderOf } from "../transfers/estimate.ts";
import { ecosystemOfFlow, viewOfFlow } from "./flow-layer.ts";
import { legStatus } from "./leg-status.ts";
import { newestRoot, type AskingProviderOf } from "../messages/remote-slot.ts";
import { senderOn, submit, type Sender } from "../sending/submit.ts";
import { ensureAllowance, findToken } from "../tokens/token.ts";

/** The proof takes some 680,000 of it, a flow of eight legs and a token the rest. */
const REFUND_GAS = 1_500_000n;

/** A leg of a flow, by its number. */
export interface FlowLegName {
  readonly flow: AtomicFlow;
  readonly leg: number;
  /** Account that is paid in place of the leg's recipient, or of its party. Only this account may sign. */
  readonly to?: string | undefined;
}

/** A fee of a leg, in base token of the leg's chain. */
export interface FlowFee extends Pick<FlowLegName, "flow" | "leg"> {
  /** Smallest units. */
  readonly fee: bigint;
}

/**
 * Escrows the assets that a leg demands of its party, with an approval first where the token needs one.
 * `signer` is the party, on the leg's chain. `fee` is base token of that chain for the account that ends the
 * leg, a relayer for example. Check all legs of the flow before: it is not refunded before a batch or a mark
 * after the deadline shows a missing leg. Throws ClientError; UnknownChain for a flow with a leg on a chain
 * that this ecosystem does not have, OtherSettlementLayer where its chains settle on different layers.
 */
export async function prepareFlow(
  ecosystem: Ecosystem,
  { flow, leg, fee = 0n }: Omit<FlowLegName, "to"> & { readonly fee?: bigint | undefined },
  signer: Signer,
): Promise<Hex> {
  const { token, amount, party } = legOf(flow, leg);
  ecosystemOfFlow(ecosystem, flow);
  const sender = await senderOfLeg(ecosystem, flow, leg, signer);
  // Asked before an allowance is given, which another account would give in vain.
  if (sender.address.toLowerCase() !== party)
    throw new ClientError(
      "Refused",
      `leg ${leg} is ${party}'s to give, the signer is ${sender.address}; sign with the party's key`,
    );
  const chain = findChain(ecosystem, sender.member.chainId);
  const { isBase } = await findToken(ecosystem, chain, token, sender.provider);
  if (!isBase && amount > 0n) await ensureAllowance(sender, token, ATOMIC_FLOWS_ADDRESS, amount);
  const value = (isBase ? amount : 0n) + fee;
  return fee === 0n ? sendTo(sender, "prepare", [flow, leg], value) : sendTo(sender, "prepareWithFee", [flow, leg, fee], value);
}

/**
 * Adds to the fee of a leg that is in escrow; anyone may. `signer` is on its chain. The account that ends the leg gets it: no
 * other gets it back. Throws ClientError.
 */
export async function addFlowFee(ecosystem: Ecosystem, { flow, leg, fee }: FlowFee, signer: Signer): Promise<Hex> {
  const sender = await senderOfLeg(ecosystem, flow, leg, signer);
  return sendTo(sender, "addFee", [hashAtomicFlow(flow), leg], fee);
}

/**
 * Runs the pivot, shown all other legs; anyone may. `signer` is on its chain. `data` is the call that the flow names. Throws
 * ClientError FlowOpen while the pivot is not given, or another leg not executed on their layer; NotImported while the chain
 * cannot see it; Refused where the recipient does.
 */
export async function executeFlow(
  ecosystem: Ecosystem,
  { flow, data = "0x" }: { readonly flow: AtomicFlow; readonly data?: Hex | undefined },
  signer: Signer,
  providerOf: ProviderOf,
  view: L1View = viewOfFlow(ecosystem, flow, providerOf),
): Promise<Hex> {
  const pivot = pivotOf(flow);
  const sender = await senderOfLeg(ecosystem, flow, pivot, signer);
  await requireGiven(sender, flow, pivot);
  const others = [...flow.legs.keys()].filter((leg) => leg !== pivot);
  const facts = await factsOf(ecosystem, flow, others, sender, view);
  return sendTo(sender, "execute", [flow, pivot, data, facts]);
}

/**
 * Pays out a leg that is not the pivot; anyone may. `signer` is on its chain. Throws ClientError FlowOpen while what the
 * chains settle on does not show that the flow happened, NotImported while the chain cannot see that, LegNotHeld if the leg
 * was released or refunded before.
 */
export async function releaseFlow(
  ecosystem: Ecosystem,
  { flow, leg, to }: FlowLegName,
  signer: Signer,
  providerOf: ProviderOf,
  view: L1View = viewOfFlow(ecosystem, flow, providerOf),
): Promise<Hex> {
  const sender = await senderOfLeg(ecosystem, flow, leg, signer);
  await requireNotEnded(sender, flow, leg);
  const { chainId, recipient } = legOf(flow, leg);
  const pivot = pivotOf(flow);
  const isHere = flow.legs[pivot]?.chainId === chainId;
  const needed = pivot === -1 ? [...flow.legs.keys()] : isHere ? [] : [pivot];
  const facts = await factsOf(ecosystem, flow, needed, sender, view);
  return sendTo(sender, "release", [flow, leg, facts, to === undefined ? recipient : parseAccount(to)]);
}

/**
 * Gives a leg back to its party; anyone may. `signer` is on its chain; the chain of a leg that is missing, or another node with
 * its state, makes the proof. Throws ClientError FlowOpen while nothing can be shown to be missing, NotImported while the
 * chain cannot see it, LegNotHeld if the leg was released or refunded before, or never
 * given.
 */
export async function refundFlow(
  ecosystem: Ecosystem,
  { flow, leg, to }: FlowLegName,
  signer: Signer,
  providerOf: AskingProviderOf,
  view: L1View = viewOfFlow(ecosystem, flow, providerOf),
): Promise<Hex> {
  const sender = await senderOfLeg(ecosystem, flow, leg, signer);
  const status = await requireNotEnded(sender, flow, leg);
  const { chainId, party } = legOf(flow, leg);
  const payee = to === undefined ? party : parseAccount(to);
  const pivot = pivotOf(flow);
  if (flow.legs[pivot]?.chainId === chainId && (await hasEnded(sender, flow)))
    return sendTo(sender, "refund", [flow, leg, pivot, NO_ABSENCE, payee]);
  await view.poll();
  const outcome = outcomeOf(view, flow);
  if (outcome.state !== "aborted") {
    const why = outcome.state === "committed" ? "all its legs happened" : "no leg can be shown to be missing yet";
    throw new ClientError("FlowOpen", `the flow is not refundable: ${why}`, { state: outcome.state });
  }
  if (status === "missing") {
    throw new ClientError("LegNotHeld", `leg ${leg} was never escrowed on ${sender.member.name}: nothing can be refunded`, {
      leg,
      status,
    });
  }
  const { missing, leaf } = outcome;
  const rootIndex = await rootFor(sender, leaf.index);
  const absence = await proveAbsence(view, flow, { missing, leaf, rootIndex }, providerOf);
  return sendTo(sender, "refund", [flow, leg, missing, absence, payee]);
}

/** The contract's refusal has numbers alone. Throws ClientError LegNotHeld, as a relayer may release or refund a leg first. */
async function requireNotEnded(sender: Sender, flow: AtomicFlow, leg: number): Promise<"missing" | "held"> {
  const status = await legStatus(sender.provider, hashAtomicFlow(flow), leg);
  if (status === "missing" || status === "held") return status;
  const { recipient, party } = legOf(flow, leg);
  const payee = status === "released" ? `its recipient ${recipient}` : `its party ${party}`;
  throw new ClientError(
    "LegNotHeld",
    `leg ${leg} is ${status} on ${sender.member.name} already: ${payee}, or the account that it named, has the amount; nothing is left to do`,
    { leg, status },
  );
}

/** The contract's refusal has numbers alone. Throws ClientError FlowOpen for a pivot that its party has not given. */
async function requireGiven({ provider, member }: Sender, flow: AtomicFlow, pivot: number): Promise<void> {
  if ((await legStatus(provider, hashAtomicFlow(flow), pivot)) !== "missing") return;
  const message = `leg ${pivot}, the pivot, is not in escrow on ${member.name}; ${legOf(flow, pivot).party} gives it first (prepareFlow)`;
  throw new ClientError("FlowOpen", message, { leg: pivot });
}

/** True if the pivot on the sender's chain did not run and can no longer run. */
async function hasEnded({ provider }: Sender, flow: AtomicFlow): Promise<boolean> {
  // The block that the refund would be in: a chain without transactions has no new ones.
  const block = await provider.getBlock("pending");
  if (block === null || BigInt(block.timestamp) <= flow.deadline) return false;
  const data = atomicFlows.encodeFunctionData("isExecuted", [hashAtomicFlow(flow)]);
  return BigInt(await provider.call({ to: ATOMIC_FLOWS_ADDRESS, data })) === 0n;
}

async function factsOf(
  ecosystem: Ecosystem,
  flow: AtomicFlow,
  legs: readonly number[],
  sender: Sender,
  view: L1View,
): Promise<readonly FlowFact[]> {
  if (legs.length === 0) return [];
  const { l1: layer } = ecosystemOfFlow(ecosystem, flow);
  await view.poll();
  const leaves = legs.map((leg) => {
    const leaf = placeOfFact(view, flow, leg)?.batch.registryLeaf;
    if (leaf !== undefined) return leaf.index;
    const where = memberName(ecosystem, Number(legOf(flow, leg).chainId));
    const message = `${layer.name} has executed no batch of ${where} with leg ${leg} of the flow yet`;
    throw new ClientError("FlowOpen", message, { leg });
  });
  const rootIndex = await rootFor(sender, Math.max(...leaves));
  return legs.flatMap((leg) => proveFact(view, flow, leg, rootIndex) ?? []);
}

/** Index of the newest root of a chain, if it holds the leaf. Throws ClientError NotImported. */
async function rootFor({ provider, member }: Sender, leafIndex: number): Promise<bigint> {
  const rootIndex = await newestRoot(provider);
  if (rootIndex > BigInt(leafIndex)) return rootIndex;
  const message = `${member.name} has no root yet that holds leaf ${leafIndex} of the registry; it imports one with the next message of another chain, or takes it from its queue (bringRoot)`;
  throw new ClientError("NotImported", message, { chainId: member.chainId, rootIndex, leafIndex });
}

async function senderOfLeg(ecosystem: Ecosystem, flow: AtomicFlow, leg: number, signer: Signer): Promise<Sender> {
  const sender = await senderOn(signer, findChain(ecosystem, legOf(flow, leg).chainId));
  if (await hasAtomicFlows(sender.provider)) return sender;
  const message = `${sender.member.name} does not have the contract of atomic flows at ${ATOMIC_FLOWS_ADDRESS}; put it there with deployAtomicFlows`;
  throw new ClientError("NoContract", message, { account: ATOMIC_FLOWS_ADDRESS, chainId: sender.member.chainId });
}

async function sendTo(sender: Sender, name: string, args: readonly unknown[], value = 0n): Promise<Hex> {
  const data = atomicFlows.encodeFunctionData(name, [...args]);
  const gas = name === "refund" ? { gasLimit: REFUND_GAS } : {};
  return (await submit(sender, { to: ATOMIC_FLOWS_ADDRESS, data, value, ...gas })).hash as Hex;
}
