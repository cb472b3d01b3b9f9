import { readFileSync } from "node:fs";
import { AssetMessageKind, type AssetTransfer } from "../../src/ground/protocol/asset-message.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

interface AssetVectors {
  readonly messages: readonly { readonly name: string; readonly transfer: AssetTransferVector; readonly body: Hex }[];
  readonly assetIds: readonly {
    readonly name: string;
    readonly originChainId: string;
    readonly originToken: Hex;
    /** abi.encode(origin chain, 0x10004, token), written by hand; the id is its keccak. */
    readonly preimage: Hex;
  }[];
}

interface AssetTransferVector {
  readonly kind: number;
  readonly destinationChainId: string;
  readonly originChainId: string;
  readonly originToken: Hex;
  readonly amount: string;
  readonly recipient: Hex;
  readonly sender: Hex;
  readonly nonce: string;
}

/** Asset messages with their bytes, and asset ids with their preimages; both written by hand. */
export function readAssetVectors(): AssetVectors {
  return JSON.parse(
    readFileSync(new URL("../../fixtures/protocol/asset-messages.json", import.meta.url), "utf8"),
  ) as AssetVectors;
}

/** The vector's numbers as the program has them. */
export function assetTransferOf(vector: AssetTransferVector): AssetTransfer {
  const kind = Object.values(AssetMessageKind).find((known) => known === vector.kind);
  if (kind === undefined) throw new RangeError(`no asset message kind ${vector.kind}`);
  const { originToken, recipient, sender } = vector;
  return {
    kind,
    destinationChainId: BigInt(vector.destinationChainId),
    originChainId: BigInt(vector.originChainId),
    originToken,
    amount: BigInt(vector.amount),
    recipient,
    sender,
    nonce: BigInt(vector.nonce),
  };
}
