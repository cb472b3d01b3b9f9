import type { Hex } from "../../ground/protocol/hex.ts";

/** ERC-4337's EntryPoints that are known here, by their public addresses; the preferred one first. */
export const ENTRY_POINTS = {
  "0.8": "0x4337084d9e255ff0702461cf8895ce9e3b5ff108",
  "0.7": "0x0000000071727de22e5e9d8baf0edac6f37da032",
} as const satisfies Readonly<Record<string, Hex>>;

export const KNOWN_ENTRY_POINTS: readonly Hex[] = Object.values(ENTRY_POINTS);

/** keccak256 of `UserOperationEvent(bytes32,address,address,uint256,bool,uint256,uint256)`. */
export const OPERATION_TOPIC: Hex = "0x49628fd1471006c1482da88028e9ce4dbb080b815c9b0344d39e5a8e6ec1419f";

/** Fields of a log that are read here. */
interface EmittedLog {
  readonly address: Hex;
  readonly topics: readonly Hex[];
}

/** The accounts whose user operations a transaction executed, by the events of the EntryPoints. */
export function operationSenders(logs: readonly EmittedLog[]): readonly Hex[] {
  const senders = logs
    .filter(({ address, topics }) => topics[0] === OPERATION_TOPIC && KNOWN_ENTRY_POINTS.includes(address))
    .flatMap(({ topics: [, , sender] }) => (sender === undefined ? [] : [`0x${sender.slice(-40)}` as Hex]));
  return [...new Set(senders)];
}

/** Which account a call of an EntryPoint pays: the second word of both its methods for bundles. In lower case. */
export function beneficiaryOf(data: Hex): Hex {
  return `0x${data.slice(98, 138).toLowerCase()}`;
}
