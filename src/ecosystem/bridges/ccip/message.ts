import { AbiCoder, id as hashOfText, keccak256, type Result } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ccipRamps } from "./interfaces.ts";

/** A message as CCIP's onramp tells it in 1.6. */
export interface CcipMessage {
  readonly id: Hex;
  readonly source: bigint;
  readonly destination: bigint;
  readonly sequenceNumber: bigint;
  /** 0 where its order does not matter. */
  readonly nonce: bigint;
  readonly sender: Hex;
  readonly receiver: Hex;
  readonly dataLength: number;
  /** For its receiver. */
  readonly gas: bigint;
  /** For each pool on the destination. */
  readonly poolGas: readonly bigint[];
  /** Decoded argument for the ramps. */
  readonly raw: Result;
}

const EVENT = ccipRamps.getEvent("CCIPMessageSent");
const MESSAGE_TYPE = EVENT?.inputs[2];
const TAG = hashOfText("hyperchain CCIP message");

/** Undefined for one whose fields are not as these ramps write them. */
export function readMessage(raw: Result): CcipMessage | undefined {
  const [header, sender, data, receiver, extraArgs, , , , tokenAmounts] = raw.toArray() as [
    ...[Result, string, string, string, string, string, bigint, bigint, Result],
  ];
  const [id, source, destination, sequenceNumber, nonce] = header.toArray() as [Hex, bigint, bigint, bigint, bigint];
  if (receiver.length !== 66 || extraArgs.length < 2 + 2 * 36) return undefined;
  return {
    id,
    source,
    destination,
    sequenceNumber,
    nonce,
    raw,
    sender: sender.toLowerCase() as Hex,
    receiver: `0x${receiver.slice(-40)}`,
    dataLength: data.length / 2 - 1,
    gas: BigInt(`0x${extraArgs.slice(10, 74)}`),
    poolGas: tokenAmounts.map((each: Result) => BigInt(String(each[4]))),
  };
}

/** The id as the ramps derive it: of the whole message, with 0 in its place. */
export function messageIdOf(raw: Result): Hex {
  if (MESSAGE_TYPE === undefined) throw new TypeError("the ramps tell whole messages");
  const [header, ...rest] = raw.toArray() as [Result, ...unknown[]];
  const unnamed = [[`0x${"00".repeat(32)}`, ...header.toArray().slice(1)], ...rest];
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", MESSAGE_TYPE], [TAG, unnamed])) as Hex;
}
