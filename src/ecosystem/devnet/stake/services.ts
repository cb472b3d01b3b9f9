import { AbiCoder, keccak256 } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ifDecodable } from "../../../ground/protocol/undecodable.ts";

const coder = AbiCoder.defaultAbiCoder();

/** Data by which a judge of quorums knows the quorum of a chain. */
export function quorumData(chainId: bigint): Hex {
  return coder.encode(["uint256"], [chainId]) as Hex;
}

/** Chain whose quorum the data name; undefined for data of another form. */
export function chainOfQuorumData(data: Hex): bigint | undefined {
  const chainId = ifDecodable(
    () => coder.decode(["uint256"], data),
    ([value]) => value as bigint,
  );
  return chainId !== undefined && quorumData(chainId) === data ? chainId : undefined;
}

/** Data for the aggregators of a hub, as its judge takes them. */
export function hubData(hub: Hex): Hex {
  return coder.encode(["address"], [hub]) as Hex;
}

/** Name of a service in a registry. */
export function serviceOf(evidence: Hex, data: Hex): Hex {
  return keccak256(coder.encode(["address", "bytes"], [evidence, data])) as Hex;
}
