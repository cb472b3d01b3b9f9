import { AbiCoder, concat, keccak256, toBeHex } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { SUPERCHAIN } from "../../../ground/protocol/superchain.ts";

/** Where a log is, as the Superchain's contracts name it. */
export interface LogIdentifier {
  readonly origin: Hex;
  readonly blockNumber: bigint;
  readonly logIndex: bigint;
  readonly timestamp: bigint;
  readonly chainId: bigint;
}

/** Of the interop specification: the first byte of a checksum. */
const CHECKSUM_TYPE = "0x03";

/** What a relay's access list names, by the interop specification. */
export function checksumOf({ origin, blockNumber, logIndex, timestamp, chainId }: LogIdentifier, msgHash: string): Hex {
  const logHash = keccak256(concat([origin, msgHash]));
  const place = concat([new Uint8Array(12), toBeHex(blockNumber, 8), toBeHex(timestamp, 8), toBeHex(logIndex, 4)]);
  const bare = keccak256(concat([keccak256(concat([logHash, place])), toBeHex(chainId, 32)]));
  return `${CHECKSUM_TYPE}${bare.slice(4)}` as Hex;
}

/** What the inbox keeps of a message that is proven. */
export function recordOf({ origin, blockNumber, timestamp, chainId }: Omit<LogIdentifier, "logIndex">, msgHash: string): Hex {
  const types = ["address", "uint256", "uint256", "uint256", "bytes32"];
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, [origin, blockNumber, timestamp, chainId, msgHash])) as Hex;
}

/** The access list of a relay. */
export function relayAccessList(identifier: LogIdentifier, msgHash: string): { address: Hex; storageKeys: Hex[] }[] {
  return [{ address: SUPERCHAIN.CrossL2Inbox, storageKeys: [checksumOf(identifier, msgHash)] }];
}
