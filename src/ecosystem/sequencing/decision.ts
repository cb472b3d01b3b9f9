import type { BatchCommand } from "../../chain/ordering/command.ts";
import { signed } from "../../chain/sequencer/waiting-pool.ts";
import { hexQuantity, type Hex } from "../../ground/protocol/hex.ts";

/**
 * A leader's command. It has the leader's choices only: everything else follows from the chain, from L1 and from wishes, which
 * each node has.
 */
export type LeaderCommand = { readonly timestamp: bigint } & (
  | { readonly type: "open" | "seal" }
  | { readonly type: "block"; readonly transactions: readonly Hex[] }
  /** Operation of L1's queue, by its index there. */
  | { readonly type: "operation"; readonly index: bigint }
  /** Roots of other chains, by their indexes in L1's registry. */
  | { readonly type: "imports"; readonly indexes: readonly bigint[] }
  /** Block of the first envelope that the chain owes; `runs` is false if its transaction cannot run. */
  | { readonly type: "opened"; readonly runs: boolean }
  /** Wish of the host, by its number. */
  | { readonly type: "wish"; readonly number: bigint }
);

/** Content of a decision. */
interface LeaderDecision {
  /** Hash of the newest block after its commands. */
  readonly outcome: Hex;
  readonly commands: readonly LeaderCommand[];
}

const HASH = /^0x[0-9a-f]{64}$/;
const BYTES = /^0x(?:[0-9a-f]{2})+$/;
const UINT64 = /^0x[0-9a-f]{1,16}$/;

/** A leader's choices in commands of its chain. `nextWish` is the number of the first wish among them. */
export function leaderCommandsOf(commands: readonly BatchCommand[], nextWish: bigint): readonly LeaderCommand[] {
  let number = nextWish;
  return commands.map((command) => {
    const { type, timestamp } = command;
    if (type === "empty" || type === "cheat" || type === "impersonation") return { type: "wish", timestamp, number: number++ };
    return leaderCommandOf(command);
  });
}

function leaderCommandOf(command: Exclude<BatchCommand, { readonly type: "empty" | "cheat" | "impersonation" }>): LeaderCommand {
  const { type, timestamp } = command;
  switch (type) {
    case "open":
    case "seal":
      return { type, timestamp };
    case "block":
      if (command.opens !== undefined) return { type: "opened", timestamp, runs: command.transactions.length > 0 };
      return { type, timestamp, transactions: signed(command.transactions).map(({ raw }) => raw) };
    case "imports":
      return { type, timestamp, indexes: command.roots.map(({ registryIndex }) => registryIndex) };
    case "operation": {
      const { queued } = command.operation;
      if (queued !== undefined) return { type, timestamp, index: queued.nonce };
      throw new TypeError(`operation ${command.operation.canonicalTxHash} has no index in L1's queue`);
    }
  }
}

export function encodeDecision({ outcome, commands }: LeaderDecision): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([outcome, ...commands.map(tupleOf)]));
}

/** Inverse of `encodeDecision`; undefined for all other bytes. */
export function decodeDecision(content: Uint8Array): LeaderDecision | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const [outcome, ...tuples] = parsed as readonly unknown[];
  const commands = tuples.map(commandOf);
  if (!isText(outcome, HASH) || !commands.every((command) => command !== undefined)) return undefined;
  const decision = { outcome, commands };
  // There is one form of each decision.
  return Buffer.compare(encodeDecision(decision), content) === 0 ? decision : undefined;
}

function tupleOf(command: LeaderCommand): readonly unknown[] {
  const head = [command.type, hexQuantity(command.timestamp)];
  switch (command.type) {
    case "open":
    case "seal":
      return head;
    case "block":
      return [...head, command.transactions];
    case "opened":
      return [...head, command.runs];
    case "operation":
      return [...head, hexQuantity(command.index)];
    case "imports":
      return [...head, command.indexes.map(hexQuantity)];
    case "wish":
      return [...head, hexQuantity(command.number)];
  }
}

function commandOf(tuple: unknown): LeaderCommand | undefined {
  if (!Array.isArray(tuple)) return undefined;
  const [type, second, value] = tuple as readonly unknown[];
  const timestamp = numberOf(second);
  if (timestamp === undefined) return undefined;
  switch (type) {
    case "open":
    case "seal":
      return { type, timestamp };
    case "block":
      return isList(value, (each): each is Hex => isText(each, BYTES)) ? { type, timestamp, transactions: value } : undefined;
    case "opened":
      return typeof value === "boolean" ? { type, timestamp, runs: value } : undefined;
    case "imports": {
      const indexes: readonly unknown[] = Array.isArray(value) ? value.map(numberOf) : [undefined];
      return isList(indexes, (each) => typeof each === "bigint") ? { type, timestamp, indexes } : undefined;
    }
    case "operation":
    case "wish": {
      const number = numberOf(value);
      if (number === undefined) return undefined;
      return type === "wish" ? { type, timestamp, number } : { type, timestamp, index: number };
    }
    default:
      return undefined;
  }
}

function numberOf(value: unknown): bigint | undefined {
  return isText(value, UINT64) ? BigInt(value) : undefined;
}

function isText(value: unknown, form: RegExp): value is Hex {
  return typeof value === "string" && form.test(value);
}

function isList<Each>(value: unknown, isEach: (each: unknown) => each is Each): value is readonly Each[] {
  return Array.isArray(value) && value.every(isEach);
}
