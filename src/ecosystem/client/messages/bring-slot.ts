import type { Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { askSlot, type AskedNode } from "../../relayer/state-proof.ts";
import type { L1View, RegistryLeaf } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { parseAccount } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { crossChainViews } from "../sending/contract-interfaces.ts";
import { findChain, memberName, type ChainName, type Ecosystem, type EcosystemChain } from "../ecosystem/ecosystem.ts";
import { bringRoot } from "../queue/l1-word.ts";
import { loadSlot, newestRoot, type AskingProviderOf } from "./remote-slot.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { refusalOf, type SignerOf } from "../sending/submit.ts";
import { waitUntil, type WaitOptions } from "../ecosystem/wait-until.ts";
import { viewL1 } from "./withdraw.ts";

/** A slot whose present content is for other chains. */
export interface SlotToBring {
  /** The chain that has it. */
  readonly chain: ChainName;
  readonly contract: string;
  readonly slot: bigint;
  /** Default: all running chains that settle where `chain` does. */
  readonly to?: readonly ChainName[] | undefined;
}

/** A chain that has the content, or a later one. */
export interface BroughtSlot {
  readonly chainId: number;
  readonly value: bigint;
  readonly batchNumber: bigint;
  /** Absent where the chain had it already. */
  readonly transactionHash?: Hex;
}

/**
 * Stores the present value of a slot on other chains (`CrossChainViews`): replaced keys of a keystore, a
 * price, a list. Waits until L1 has executed the batch with the value, imports the batch's root through L1's
 * queue on each chain that does not have it yet, and delivers the proof to each. An older state never
 * replaces the stored value, so anyone may do this repeatedly. Signs on L1 for each imported root, and on
 * each chain. Throws ClientError TimedOut, whose `details.brought` lists the chains that have the value.
 */
export async function bringSlot(
  all: Ecosystem,
  request: SlotToBring,
  signerOf: SignerOf,
  providerOf: AskingProviderOf,
  wait: WaitOptions = {},
): Promise<readonly BroughtSlot[]> {
  const there = findChain(all, request.chain);
  const ecosystem = ecosystemOf(all, there);
  const readers = readersOf(all, there, request.to);
  const contract = parseAccount(request.contract);
  const view = viewL1(ecosystem, providerOf(ecosystem.l1.chainId));
  const brought: BroughtSlot[] = [];
  const late = (subject: string) => (): ClientError => {
    const message = `${subject}; ${brought.length} of ${readers.length} chains have slot ${request.slot}: bring it again to the others`;
    return new ClientError("TimedOut", message, { brought });
  };

  const isExecuted = () => executedBatch(view, there, { contract, slot: request.slot }, providerOf(there.chainId));
  const notExecuted = `${ecosystem.l1.name} has executed no batch of ${there.name} that has it`;
  const leaf = await waitUntil(isExecuted, late(notExecuted), wait);
  for (const here of readers) {
    const provider = providerOf(here.chainId);
    const isSeen = async () => ((await newestRoot(provider)) > BigInt(leaf.index) ? true : undefined);
    if ((await isSeen()) === undefined) {
      await bringRoot(ecosystem, here.chainId, await signerOf(ecosystem.l1.chainId));
      await waitUntil(isSeen, late(`${here.name} has not taken the root that was queued for it`), wait);
    }
    const kept = await keptSince(provider, { there, contract, slot: request.slot, since: leaf.record.executedAt });
    brought.push({ chainId: here.chainId, ...(kept ?? (await load(here, leaf.batchNumber))) });
  }
  return brought;

  async function load(here: EcosystemChain, batch: bigint) {
    const asked = { on: here.chainId, chain: there.chainId, contract, slot: request.slot, batch };
    const { value, batchNumber, transactionHash } = await loadSlot(ecosystem, asked, await signerOf(here.chainId), providerOf);
    return { value, batchNumber, transactionHash };
  }
}

/** The newest batch that L1 has executed, if the slot has not changed since. */
async function executedBatch(
  view: L1View,
  { chainId }: EcosystemChain,
  { contract, slot }: { readonly contract: Hex; readonly slot: bigint },
  node: Provider & AskedNode,
): Promise<(RegistryLeaf & { readonly batchNumber: bigint }) | undefined> {
  await view.poll();
  const id = BigInt(chainId);
  for (let number = view.lastBatch(id)?.batchNumber ?? -1n; number >= 0n; number--) {
    const leaf = view.batch(id, number)?.registryLeaf;
    if (leaf === undefined) continue;
    const shown = await askSlot(node, contract, slot, number);
    return BigInt(shown.value) === BigInt(await node.getStorage(contract, slot)) ? { ...leaf, batchNumber: number } : undefined;
  }
  return undefined;
}

/** Value of the slot that a chain stores; undefined if it is older than the given time or missing. */
async function keptSince(
  provider: Provider,
  {
    there,
    contract,
    slot,
    since,
  }: { readonly there: EcosystemChain; readonly contract: Hex; readonly slot: bigint; readonly since: bigint },
): Promise<Pick<BroughtSlot, "value" | "batchNumber"> | undefined> {
  const data = crossChainViews.encodeFunctionData("read", [there.chainId, contract, slot, since, []]);
  try {
    const answer = await provider.call({ to: PREDEPLOYS.CrossChainViews, data });
    const [kept] = crossChainViews.decodeFunctionResult("read", answer) as unknown as [BroughtSlot];
    return { value: kept.value, batchNumber: kept.batchNumber };
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
    return undefined;
  }
}

/** The chains that are to have it. Throws ClientError OtherSettlementLayer for one that cannot see the other's batches. */
function readersOf(all: Ecosystem, there: EcosystemChain, named: SlotToBring["to"]): readonly EcosystemChain[] {
  const others = ecosystemOf(all, there).chains.filter(({ chainId, stopped }) => chainId !== there.chainId && stopped !== true);
  if (named === undefined) return others;
  return named.map((name) => {
    const { chainId } = findChain(all, name);
    const found = others.find((chain) => chain.chainId === chainId);
    if (found !== undefined) return found;
    const place = memberName(all, chainId);
    const message = `${place} cannot be shown the slot of ${there.name}: it is that chain itself, is paused, or settles elsewhere; leave it out`;
    throw new ClientError("OtherSettlementLayer", message, { source: there.chainId, destination: chainId });
  });
}
