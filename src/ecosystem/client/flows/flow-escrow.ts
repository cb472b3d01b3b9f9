import type { Signer, TransactionReceipt } from "ethers";
import { flowFactKey, hashAtomicFlow, type AtomicFlow, type FlowLeg } from "../../../ground/protocol/atomic-flow.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { bridgedTokenAddress } from "../../../ground/protocol/holding.ts";
import { l2LogProof } from "../../../ground/protocol/log-proof.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../relayer/atomic-flows-address.ts";
import { legOf, outcomeOf, pivotOf, placeOfFact, proveAbsence } from "../../relayer/flow-proofs.ts";
import { askSlot, batchRootOf, slotProof, type AskedNode, type SlotProof } from "../../relayer/state-proof.ts";
import type { L1View } from "../../../chain/settlement-layer/reader/l1-view.ts";
import type { FlowLegName } from "./atomic-flow.ts";
import { parseAccount } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { stateExit, tokenVault } from "../sending/contract-interfaces.ts";
import { findChain, type Ecosystem, type EcosystemChain } from "../ecosystem/ecosystem.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { hasExited, lastExecuted, stateExitOf } from "../standing/ended-chain.ts";
import { senderOn, submit, type Sender } from "../sending/submit.ts";
import { ETHER } from "../tokens/token.ts";
import { viewL1 } from "../messages/withdraw.ts";

/** `EscrowStatus.Held`, in the lowest byte of an escrow's slot (`FlowHash.escrowWord`). */
const HELD = 1n;
const STATUSES = 256n;

/** A leg whose chain has exited while its amount was in escrow there. */
export interface EscrowClaim extends FlowLegName {
  /** Address on L1 of the leg's token. Default: a node of the chain returns it; the base token needs none. */
  readonly token?: string | undefined;
}

/** Amounts that L1 paid for a leg. */
export interface PaidEscrow {
  /** `released` to the leg's recipient because the flow happened, or `refunded` to its party. */
  readonly end: "released" | "refunded";
  /** 0 where it was paid before, and its fee was left. */
  readonly amount: bigint;
  /** On L1; 0 for ETH. */
  readonly token: Hex;
  /** Reward of the account that ends the leg, in the chain's base token; L1 paid it with the leg. */
  readonly fee: bigint;
  /** Unpaid part of the fee, which L1 could not transfer. The same claim pays it later. */
  readonly feeLeft: bigint;
  readonly to: Hex;
  readonly l1TransactionHash: Hex;
}

/**
 * Claims on L1 the escrow of a leg on a chain that has exited: for the leg's recipient if L1 shows that the
 * flow happened, or for its party if a leg is missing. `signer` is that account, on the chain's settlement
 * layer; `to` receives the payment. `nodeOf` returns nodes of the exited chain and of the missing leg's
 * chain, or another source of their state. They prove the state, and L1 verifies it. Throws ClientError;
 * FlowOpen while the chain has not ended, or if neither outcome can be shown.
 */
export async function claimEscrow(
  all: Ecosystem,
  { flow, leg, to, token }: EscrowClaim,
  signer: Signer,
  nodeOf: (chainId: number) => AskedNode,
  view?: L1View,
): Promise<PaidEscrow> {
  const terms = legOf(flow, leg);
  const chain = findChain(all, terms.chainId);
  const ecosystem = ecosystemOf(all, chain);
  const sender = await senderOn(signer, ecosystem.l1);
  await requireExited(chain, sender);
  const seen = view ?? viewL1(ecosystem, sender.provider);
  await seen.poll();
  const outcome = outcomeOf(seen, flow);
  if (outcome.state === "open")
    throw new ClientError("FlowOpen", "L1 shows neither that the flow happened nor that a leg is missing", { leg });
  const owner = outcome.state === "committed" ? terms.recipient : terms.party;
  if (sender.address !== owner) throw notTheOwner(leg, owner, sender.address, outcome.state);
  const node = nodeOf(chain.chainId);
  const l1Token = await tokenOnL1(ecosystem, chain, terms, token, node);
  const { fee, path } = await heldPlace(seen, chain, { flow, leg }, node);
  const escrow = { flow, leg, token: l1Token, fee, path };
  const recipient = to === undefined ? sender.address : parseAccount(to);
  const rootIndex = BigInt(seen.registry.leafCount);
  const data =
    outcome.state === "committed"
      ? stateExit.encodeFunctionData("claimEscrow", [escrow, messagesOf(seen, flow, rootIndex), recipient])
      : stateExit.encodeFunctionData("refundEscrow", [
          escrow,
          outcome.missing,
          await proveAbsence(seen, flow, { ...outcome, rootIndex }, nodeOf),
          recipient,
        ]);
  const exit = await stateExitOf(ecosystem.l1.contracts.bridge, sender.provider);
  const receipt = await submit(sender, { to: exit, data });
  const end = outcome.state === "committed" ? "released" : "refunded";
  const paid = paidBy(receipt, exit);
  const feeLeft = fee - paid.fee;
  return { end, ...paid, feeLeft, token: l1Token, to: recipient, l1TransactionHash: receipt.hash as Hex };
}

/** Amounts that a claim paid. A fee that cannot be transferred remains for the next claim. */
function paidBy({ logs, hash }: TransactionReceipt, exit: Hex): Pick<PaidEscrow, "amount" | "fee"> {
  const own = logs.filter(({ address }) => address.toLowerCase() === exit);
  const event = own.map((log) => stateExit.parseLog(log)).find((each) => each?.name === "EscrowPaid");
  if (event === undefined || event === null) throw new Error(`transaction ${hash} paid no escrow`);
  return { amount: event.args["amount"] as bigint, fee: event.args["fee"] as bigint };
}

async function requireExited(chain: EcosystemChain, { provider }: Sender): Promise<void> {
  if (await hasExited(chain.hyperchain, provider)) return;
  const message = `${chain.name} has not ended, so the leg is released or refunded there (releaseFlow, refundFlow); a chain that ignores its queue is ended by hyperchain:exit --activate`;
  throw new ClientError("FlowOpen", message, { chain: chain.chainId });
}

function notTheOwner(leg: number, owner: Hex, actual: Hex, state: "committed" | "aborted"): ClientError {
  const why =
    state === "committed" ? "the flow happened, so it goes to its recipient" : "a leg is missing, so it goes to its party";
  const message = `leg ${leg} is ${owner}'s, the signer is ${actual}: ${why}; sign with that account's key`;
  return new ClientError("Refused", message, { expected: owner, actual });
}

/** The escrow's fee and place in the chain's last executed state. Throws ClientError FlowOpen where it is not held there. */
async function heldPlace(
  view: L1View,
  { chainId, name }: EcosystemChain,
  { flow, leg }: FlowLegName,
  node: AskedNode,
): Promise<{ readonly fee: bigint; readonly path: SlotProof["path"] }> {
  const last = lastExecuted(view, chainId);
  const { slot } = flowFactKey(ATOMIC_FLOWS_ADDRESS, hashAtomicFlow(flow), leg, false);
  const shown = last === undefined ? undefined : await askSlot(node, ATOMIC_FLOWS_ADDRESS, slot, last);
  const word = BigInt(shown?.value ?? 0);
  if (shown !== undefined && word % STATUSES === HELD) return { fee: word / STATUSES, path: slotProof(shown, true).path };
  const message = `leg ${leg} is not in escrow in the last state of ${name} that L1 executed: it was never given there, or is paid`;
  throw new ClientError("FlowOpen", message, { leg });
}

/** The contracts' `FlowMessage`s: the pivot's, or without a pivot those of all legs. */
function messagesOf(view: L1View, flow: AtomicFlow, rootIndex: bigint): readonly object[] {
  const pivot = pivotOf(flow);
  return (pivot === -1 ? [...flow.legs.keys()] : [pivot]).map((leg) => {
    const { batch, index, logLeaves } = placeOfFact(view, flow, leg) ?? {};
    if (batch?.registryLeaf === undefined || index === undefined || logLeaves === undefined)
      throw new TypeError(`leg ${leg} is on L1 and cannot be shown`);
    const leaf = { ...batch.registryLeaf, batchNumber: batch.batchNumber };
    return { batch: batchRootOf(view, { chainId: batch.chainId, leaf, rootIndex }), index, proof: l2LogProof(logLeaves, index) };
  });
}

/** Throws ClientError UnknownToken for another token than the leg's, and where none is named and no node tells it. */
async function tokenOnL1(
  { l1 }: Ecosystem,
  { name, baseToken }: EcosystemChain,
  { token }: FlowLeg,
  named: string | undefined,
  node: AskedNode,
): Promise<Hex> {
  if (token === PREDEPLOYS.L2BaseToken) return BigInt(baseToken.l1Address) === 1n ? ETHER : baseToken.l1Address;
  const found = named === undefined ? await originOf(token, node) : parseAccount(named);
  if (found !== undefined && bridgedTokenAddress(BigInt(l1.chainId), found) === token) return found;
  const why = named === undefined ? "name the token's address on L1" : `${named} is another token`;
  throw new ClientError("UnknownToken", `the leg holds ${token} of ${name}, which L1 pays only if it originates there: ${why}`, {
    token,
  });
}

/**
 * Token of L1 behind a chain's token, by the chain's token vault; undefined if the node does not return it.
 */
async function originOf(token: Hex, node: AskedNode): Promise<Hex | undefined> {
  const ask = async (method: string, argument: string): Promise<string> => {
    const data = tokenVault.encodeFunctionData(method, [argument]);
    const answer = await node.send("eth_call", [{ to: PREDEPLOYS.L2NativeTokenVault, data }, "latest"]);
    return String(tokenVault.decodeFunctionResult(method, String(answer))[0]);
  };
  try {
    return (await ask("originToken", await ask("assetId", token))).toLowerCase() as Hex;
  } catch {
    // Whatever it is: the caller can name the token.
    return undefined;
  }
}
