import { RebuiltState } from "../../../chain/reconstruction/rebuilt-state.ts";
import type { StateKey } from "../../../chain/state/state-key.ts";
import type { StateProof } from "../../../chain/state/state-proof.ts";
import { ClientError } from "../../client/ecosystem/client-error.ts";
import { digestFromHex } from "../../../ground/protocol/digest.ts";
import { LeafKind } from "../../../ground/protocol/domain-tags.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import type { AskedNode, ShownSlot } from "../../relayer/state-proof.ts";
import { leafKindOf } from "../guardian/challenge-interface.ts";
import type { LeafStart } from "../reconstruction/leaf-start.ts";

interface ShownState {
  readonly stateRoot: Hex;
  readonly header: ShownSlot;
  readonly codeHash: ShownSlot;
  readonly storageProof: readonly ShownSlot[];
}

/**
 * Proof of a leaf by a node of the chain, for the state after a batch. L1 verifies it. Rejects with the node's error, or with
 * ClientError NotGuarded for a leaf that no node proves.
 */
export async function proofOfNode(
  node: AskedNode,
  batchNumber: bigint,
  { leafKind, address, slot }: StateKey,
): Promise<StateProof> {
  const slots = leafKind === LeafKind.storage ? [hexQuantity(slot)] : [];
  const state = (await node.send("zks_getProof", [
    `0x${address.toString(16).padStart(40, "0")}`,
    slots,
    Number(batchNumber),
  ])) as ShownState;
  const shown = shownLeaf(leafKind, state);
  if (shown === undefined)
    throw new ClientError("NotGuarded", "nodes prove no digest of a code; name a guardian's leaves by --data");
  const { leafCount, index, leaf, proof } = shown;
  const [key, nextKey] = [digestFromHex(leaf.key), digestFromHex(leaf.nextKey)];
  return {
    leafCount,
    index,
    leafKind: leafKindOf(leaf.kind),
    key,
    nextKey,
    value: BigInt(leaf.value),
    siblings: proof.map(digestFromHex),
  };
}

function shownLeaf(kind: LeafKind, { header, codeHash, storageProof }: ShownState): ShownSlot | undefined {
  if (kind === LeafKind.account) return header;
  return kind === LeafKind.codeHash ? codeHash : storageProof[0];
}

/** Proof of a leaf by a guardian's leaves. Throws ClientError Refused if they are of another state. */
export function proofOfLeaves({ dump }: LeafStart, key: StateKey, stateRoot: Hex): StateProof {
  const state = new RebuiltState(dump);
  if (state.stateRoot === stateRoot) return state.prove(key);
  const message = `the leaves have root ${state.stateRoot}, and the request is for root ${stateRoot}; use leaves that were saved then, or a node of the chain`;
  throw new ClientError("Refused", message, { expected: stateRoot, got: state.stateRoot });
}
