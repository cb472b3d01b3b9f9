import { verifyTypedData, type TypedDataDomain, type TypedDataField } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { DataRequest } from "./messages.ts";

const TYPES: Record<string, TypedDataField[]> = { BatchDataRequest: [{ name: "batchNumber", type: "uint256" }] };

/** Request for the data of a batch of this chain, for a reader to sign: EIP-712, bound to the chain's contract. */
export function dataRequestToSign(
  chain: { readonly settlementChainId: bigint; readonly hyperchain: Hex },
  batchNumber: bigint,
): {
  readonly domain: TypedDataDomain;
  readonly types: Record<string, TypedDataField[]>;
  readonly value: { readonly batchNumber: bigint };
} {
  const domain = { name: "HyperchainData", version: "1", chainId: chain.settlementChainId, verifyingContract: chain.hyperchain };
  return { domain, types: TYPES, value: { batchNumber } };
}

/** Signer of a request. Throws ethers' error for a malformed signature. */
export function readerOf(
  chain: { readonly settlementChainId: bigint; readonly hyperchain: Hex },
  { batchNumber, signature }: DataRequest,
): Hex {
  const { domain, types, value } = dataRequestToSign(chain, batchNumber);
  return verifyTypedData(domain, types, value, signature).toLowerCase() as Hex;
}
