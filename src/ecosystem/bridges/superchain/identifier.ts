import { AbiCoder, concat, keccak256, toBeHex } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { SUPERCHAIN } from "../../../ground/protocol/superchain.ts";

/** Location of a log, in the format of the Superchain's contracts. */
export interface LogIdentifier {
  readonly origin: Hex;
  readonly blockNumber: bigint;
  readonly logIndex: bigint;
  readonly timestamp: bigint;
  readonly chainId: bigint;
}

/** First byte of a checksum in the interop specification. */
const CHECKSUM_TYPE = "0x03";

/** Entry of a relay's access list in the interop specification. */
export function checksumOf({ origin, blockNumber, logIndex, timestamp, chainId }: LogIdentifier, msgHash: string): Hex {
  const logHash = keccak256(concat([origin, msgHash]));
  const place = concat([new Uint8Array(12), toBeHex(blockNumber, 8), toBeHex(timestamp, 8), toBeHex(logIndex, 4)]);
  const bare = keccak256(concat([keccak256(concat([logHash, place])), toBeHex(chainId, 32)]));
  return `${CHECKSUM_TYPE}${bare.slice(4)}` as Hex;
}

/** Record of a proven message in the inbox. */
export function recordOf({ origin, blockNumber, timestamp, chainId }: Omit<LogIdentifier, "logIndex">, msgHash: string): Hex {
  const types = ["address", "uint256", "uint256", "uint256", "bytes32"];
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, [origin, blockNumber, timestamp, chainId, msgHash])) as Hex;
}

/** The access list of a relay. */
export function relayAccessList(identifier: LogIdentifier, msgHash: string): { address: Hex; storageKeys: Hex[] }[] {
  return [{ address: SUPERCHAIN.CrossL2Inbox, storageKeys: [checksumOf(identifier, msgHash)] }];
}
