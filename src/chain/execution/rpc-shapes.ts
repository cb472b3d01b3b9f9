import type { BlockEnvironment, BlockHeader, BlockLog, BlockReceipt } from "../model/block.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { EngineError } from "./engine.ts";

/** Environment of a block's transactions. Throws EngineError for another shape. */
export function environmentOf(header: BlockHeader, isMetered: boolean): BlockEnvironment {
  return {
    number: quantity(header, "number"),
    timestamp: quantity(header, "timestamp"),
    prevRandao: hex(header, "mixHash"),
    coinbase: hex(header, "miner"),
    gasLimit: quantity(header, "gasLimit"),
    isMetered,
  };
}

/** Reads an `eth_getTransactionReceipt` answer. Throws EngineError for another shape. */
export function parseReceipt(answer: unknown): BlockReceipt {
  const receipt = asRecord(answer);
  const contractAddress = receipt["contractAddress"];
  const logs = list(receipt, "logs").map(parseLog);
  return {
    transactionHash: hex(receipt, "transactionHash"),
    success: quantity(receipt, "status") === 1n,
    gasUsed: quantity(receipt, "gasUsed"),
    logs,
    contractAddress: contractAddress === null || contractAddress === undefined ? undefined : asHex(contractAddress),
    ...(logs.length === 0 ? {} : { logsBloom: hex(receipt, "logsBloom") }),
  };
}

function parseLog(answer: unknown): BlockLog {
  const log = asRecord(answer);
  return { address: hex(log, "address"), topics: list(log, "topics").map(asHex), data: hex(log, "data") };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw unexpected("an object", value);
  return value as Readonly<Record<string, unknown>>;
}

function asHex(value: unknown): Hex {
  if (typeof value !== "string" || !value.startsWith("0x")) throw unexpected("hexadecimal digits", value);
  return value.toLowerCase() as Hex;
}

function hex(record: Readonly<Record<string, unknown>>, field: string): Hex {
  return asHex(record[field]);
}

function quantity(record: Readonly<Record<string, unknown>>, field: string): bigint {
  return BigInt(asHex(record[field]));
}

function list(record: Readonly<Record<string, unknown>>, field: string): readonly unknown[] {
  const value = record[field];
  if (!Array.isArray(value)) throw unexpected(`a list of ${field}`, value);
  return value;
}

function unexpected(expected: string, got: unknown): EngineError {
  return new EngineError("UnexpectedAnswer", `the engine was to answer with ${expected}, got ${JSON.stringify(got)}`);
}
