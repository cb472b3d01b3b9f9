import { assetId } from "../../ground/protocol/asset-message.ts";
import { digestToHex } from "../../ground/protocol/digest.ts";
import { LeafKind } from "../../ground/protocol/domain-tags.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import { bridgedTokenAddress } from "../../ground/protocol/holding.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import { proveHolding, type HoldingProof } from "./holding-proof.ts";
import { isLeafOf, leafPath, lowLeaf, type LeafPath, type LowLeaf } from "./leaf-path.ts";
import type { StateTree } from "./state-tree.ts";

/** Whose holding on a chain whose base has stopped, and where that chain's contracts are on the base. */
interface NestedHoldingQuery {
  /** Settlement layer of the base. */
  readonly settlementChainId: ChainId;
  readonly base: { readonly chainId: ChainId; readonly baseToken: Hex };
  readonly chain: { readonly chainId: ChainId; readonly baseToken: Hex; readonly hyperchain: Hex };
  /** On the base, for the chains on it. */
  readonly contracts: { readonly bridge: Hex; readonly stateExit: Hex };
  /** On the base's settlement layer; ETH is 0 or 1. */
  readonly token: Hex;
  readonly account: Hex;
}

/** A holding and what shows it, in the form that `claimNested` takes. */
export interface NestedHoldingProof {
  /** Amount of the account, in the token's smallest unit. */
  readonly amount: bigint;
  /** Amount of the bridge on the base for the chain. */
  readonly balance: bigint;
  /** The root of the chain in the base's state; a proof with another is worth nothing. */
  readonly shownRoot: Hex;
  readonly proof: {
    readonly stateRoot: Hex;
    readonly rootPath: LeafPath;
    readonly balance: bigint;
    readonly balancePath: LeafPath;
    readonly claimedThere: bigint;
    readonly claimedLow: LowLeaf;
    readonly claimedPath: LeafPath;
    readonly holding: HoldingProof["proof"];
  };
}

const ZERO: Hex = `0x${"00".repeat(20)}`;
/** Slots of `stateRoot` in a chain's contract, `chainBalance` in its bridge, and `claimed` in its exit. */
const [STATE_ROOT_SLOT, CHAIN_BALANCE_SLOT, CLAIMED_SLOT] = [6n, 1n, 0n];

/** Slot of an element of a mapping. */
function inMapping(key: bigint, slot: bigint): bigint {
  return BigInt(keccak(fromHex(wordToHex(key), 32), fromHex(wordToHex(slot), 32)));
}

/**
 * The proof of a holding from the trees of the base's last executed batch, and of the last batch of the chain that the base had
 * executed by then; undefined where the account never held any, or the bridge nothing for the chain.
 */
export function proveNestedHolding(
  base: Pick<StateTree, "prove">,
  chain: Pick<StateTree, "prove" | "root">,
  query: NestedHoldingQuery,
): NestedHoldingProof | undefined {
  const { settlementChainId, base: below, chain: above, contracts, token, account } = query;
  const isCoin = assetId(settlementChainId, token) === assetId(settlementChainId, below.baseToken);
  const local = isCoin ? ZERO : bridgedTokenAddress(settlementChainId, token);
  const holding = proveHolding(chain, {
    settlementChainId: below.chainId,
    baseToken: above.baseToken,
    token: local,
    account,
  });
  const root = proveWord(base, above.hyperchain, STATE_ROOT_SLOT);
  const ofChain = inMapping(above.chainId, CHAIN_BALANCE_SLOT);
  const balance = proveWord(base, contracts.bridge, inMapping(BigInt(assetId(below.chainId, local)), ofChain));
  const ofAccount = inMapping(BigInt(account), inMapping(above.chainId, CLAIMED_SLOT));
  const claimed = proveWord(base, contracts.stateExit, inMapping(BigInt(local), ofAccount));
  if (holding === undefined || !root.isThere || !balance.isThere) return undefined;
  return {
    amount: holding.amount,
    balance: balance.value,
    shownRoot: wordToHex(root.value),
    proof: {
      stateRoot: digestToHex(chain.root),
      rootPath: root.path,
      balance: balance.value,
      balancePath: balance.path,
      claimedThere: claimed.value,
      claimedLow: claimed.low,
      claimedPath: claimed.path,
      holding: holding.proof,
    },
  };
}

/** The proof of a word, or of its absence. */
function proveWord(tree: Pick<StateTree, "prove">, contract: Hex, slot: bigint) {
  const key = { leafKind: LeafKind.storage, address: BigInt(contract), slot };
  const leaf = tree.prove(key);
  const isThere = isLeafOf(key, leaf);
  return { isThere, value: isThere ? leaf.value : 0n, low: lowLeaf(leaf), path: leafPath(leaf) };
}
