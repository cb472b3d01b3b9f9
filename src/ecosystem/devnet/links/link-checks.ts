import { reasonOf } from "../../../ground/errors/reason-of.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import { factIndex, ImportKind, importKindOf, readFactIndex } from "../../../ground/protocol/import-kinds.ts";
import { linkId, sentBody, type Link } from "../../../ground/protocol/link.ts";
import { readLinkIndex } from "../../../ground/protocol/link-index.ts";
import { l2LogTreeRoot } from "../../../ground/protocol/l2-log.ts";
import { encodeFactProof, l2LogTreeProof } from "../../../ground/protocol/message-proof.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import {
  ATOMIC_LINKS,
  callOf,
  confirmedBy,
  leafOf,
  leavesOf,
  linksInterface,
  linksSent,
  simulate,
  unconfirmedId,
  withImport,
  type SignedCall,
} from "./atomic-links.ts";
import { CARRIER_GAS } from "./link-carrier.ts";
import { LinkRefused } from "./link-refused.ts";

/** A link that a transaction will send. */
export interface ExpectedLink {
  readonly link: Link;
  readonly id: Hex;
  /** Leaves of the batch's log tree. */
  readonly leaves: readonly Hex[];
  readonly root: Hex;
}

/** Call of a signed transaction. Throws LinkRefused for other bytes. */
export function readCall(raw: Hex): SignedCall {
  try {
    return callOf(raw);
  } catch (error) {
    throw new LinkRefused("NoLink", `the parameter is not a signed transaction: ${reasonOf(error)}`, { cause: error });
  }
}

/** Link that the transaction sends after its receipt, by a simulation on the chain's newest state. Rejects with LinkRefused. */
export async function expectLink(from: DevnetChain, call: SignedCall, peers: readonly DevnetChain[]): Promise<ExpectedLink> {
  const answer = asStranger(from);
  const id = unconfirmedId((await simulate(answer, call)).reverted);
  if (id === undefined)
    throw new LinkRefused(
      "NoLink",
      "the transaction sends no link whose receipt is missing; sign one that calls AtomicLinks.send",
    );
  const receivers = peers.map(({ chainId }) => chainId);
  const simulated = await simulate(answer, call, confirmedBy(id, receivers));
  if (!simulated.success) {
    const isUnlinked = unconfirmedId(simulated.reverted) === id;
    if (isUnlinked)
      throw new LinkRefused("PeerNotLinked", `no chain that runs here and names ${from.name} in its option links receives it`);
    throw new LinkRefused("LinkFails", `the transaction would fail on ${from.name} (${simulated.reason}); nothing was sent`);
  }
  const [link, ...others] = linksSent(simulated.logs);
  if (link === undefined || others.length > 0 || linkId(link) !== id)
    throw new LinkRefused("NoLink", "the transaction sends several links; send each by one transaction");
  const leaves = leavesOf(simulated.logs);
  // One transaction of L1 executes both batches. The peer's may use all gas of an execution, so this one has no transfers.
  if (leaves.length > 1)
    throw new LinkRefused(
      "NoLink",
      `the transaction sends ${leaves.length - 1} messages besides its link; send those by another transaction`,
    );
  return { link, id, leaves, root: l2LogTreeRoot(leaves) };
}

/** Call that receives a link by the fact about the batch that sends it. */
export function receiptCall({ link, id, leaves }: ExpectedLink, sentIn: BatchNumber): Hex {
  const index = leaves.indexOf(leafOf(ATOMIC_LINKS.address, sentBody(id)));
  const proof = encodeFactProof(l2LogTreeProof(leaves, index));
  return linksInterface.encodeFunctionData("receiveLink", [link, sentIn, index, proof]) as Hex;
}

/** Rejects with LinkRefused if the peer would not receive the link, within the carrier's gas. */
export async function requireReceived(
  peer: DevnetChain,
  expected: ExpectedLink,
  sentIn: BatchNumber,
  carrier: string,
): Promise<void> {
  const data = receiptCall(expected, sentIn);
  const call = { from: carrier, to: ATOMIC_LINKS.address, data, value: "0x0", gas: hexQuantity(CARRIER_GAS) };
  const imported = withImport(factIndex(expected.link.fromChain, sentIn), expected.root);
  const simulated = await simulate(asStranger(peer), call, imported);
  if (simulated.success) return;
  throw new LinkRefused(
    "LinkFails",
    `${peer.name} would not receive the link within ${CARRIER_GAS} gas (${simulated.reason}); nothing was sent`,
  );
}

/**
 * Throws LinkRefused if a batch that L1 has not executed imports about a chain outside the pair: L1 executes it before the link's
 * batch, so the third chain would decide whether both batches of the link are void. `open`: imports of the open batch.
 */
export function requirePairImports(chain: DevnetChain, pair: readonly ChainId[], open: readonly ImportedRoot[]): void {
  const sealed = chain.pipeline.unexecuted().flatMap(({ importedRoots }) => importedRoots);
  const foreign = [...sealed, ...open].find((root) => !isAbout(pair, root));
  if (foreign === undefined) return;
  throw new LinkRefused(
    "OpenImport",
    `a batch of ${chain.name} imports ${foreign.registryIndex}, about a third chain's batch, and L1 has not executed it; send the link when it has`,
  );
}

/** True for a root that L1 has already, and for a fact or link about a batch of the pair. */
function isAbout(pair: readonly ChainId[], { registryIndex }: ImportedRoot): boolean {
  if (importKindOf(registryIndex) < ImportKind.fact) return true;
  const { chainId } = readFactIndex(registryIndex) ?? readLinkIndex(registryIndex) ?? {};
  return chainId !== undefined && pair.includes(chainId);
}

/** Answers requests as for an account without rights. */
export function asStranger({ answer }: DevnetChain): (method: string, params: readonly unknown[]) => Promise<unknown> {
  return (method, params) => answer(method, params, undefined);
}
