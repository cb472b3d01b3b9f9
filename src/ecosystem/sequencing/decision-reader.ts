import type { BatchCommand, OpenedEnvelope } from "../../chain/ordering/command.ts";
import type { PriorityOperation } from "../../ground/protocol/system-transactions.ts";
import type { NumberedWish } from "../../chain/sequencer/shared-input.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import { TransactionFormatError } from "../../ground/transaction/transaction-format-error.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import type { LeaderCommand } from "./decision.ts";
import type { NextInputs } from "./executed-inputs.ts";

/** Envelopes that the chain has taken, also in undecided blocks. */
export interface EnvelopeFacts {
  /** Number of envelopes whose transactions must come next. */
  readonly owed: number;
  /** First owed envelope, if it is open on this node. */
  readonly opened: OpenedEnvelope | undefined;
}

/** Facts of this node that complete the fields of a command, before the command runs. */
export interface ReaderFacts {
  /** Command that opens the next batch at this second. */
  opening(timestamp: bigint): BatchCommand;
  /** Decodes a signed transaction, whose signature must name the chain. Throws TransactionFormatError. */
  transaction(raw: Hex): SignedTransaction;
  /** Operation of L1's queue; undefined if this node's L1 does not show it, or not deep enough. */
  operation(index: bigint): PriorityOperation | undefined;
  /** Root in L1's registry; undefined if this node's L1 does not show it, or not deep enough. */
  root(registryIndex: bigint): ImportedRoot | undefined;
  /** Wish of the host; undefined if this node has not received it. */
  wish(number: bigint): NumberedWish | undefined;
  /** True if this node has read L1 of late: it has every upgrade that may count for a batch that opens now. */
  readonly isL1Fresh: boolean;
  /** First index of the queue, of the registry and of the wishes that the chain has not taken. */
  readonly next: NextInputs;
  /** Envelopes of the chain; undefined if it opens none. */
  readonly envelopes: EnvelopeFacts | undefined;
  readonly hasOpenBatch: boolean;
  /** True if a wish, the age of the batch or its limits let it end now. */
  readonly maySeal: boolean;
}

/** Reason not to execute a command: it can never be valid here, or this node lacks facts yet. */
export interface DecisionRefusal {
  readonly verdict: "invalid" | "later";
  readonly reason: string;
}

/** Command that a leader's command leads to on this node. Nothing but the leader's choices comes from the leader. */
export function readCommand(command: LeaderCommand, facts: ReaderFacts): BatchCommand | DecisionRefusal {
  const { type, timestamp } = command;
  if ((type === "open") === facts.hasOpenBatch) return invalid(`${type} with ${facts.hasOpenBatch ? "an open" : "no"} batch`);
  switch (type) {
    case "open":
      return facts.isL1Fresh ? facts.opening(timestamp) : later("this node has an old view of L1, and opens no batch");
    case "seal":
      return facts.maySeal ? { type, timestamp } : later("no wish, age or limit ends the batch");
    case "block":
      return readBlock(command, facts);
    case "opened":
      return readOpened(command, facts);
    case "operation": {
      const refusal = outOfOrder("operation", command.index, facts.next.operation);
      const operation = facts.operation(command.index);
      return refusal ?? (operation === undefined ? unseen("operation", command.index) : { type, timestamp, operation });
    }
    case "imports":
      return readImports(command, facts);
    case "wish": {
      const refusal = outOfOrder("wish", command.number, facts.next.wish);
      const wish = facts.wish(command.number);
      return refusal ?? (wish === undefined ? unseen("wish", command.number) : { ...wish, timestamp });
    }
  }
}

export function isRefusal(read: BatchCommand | DecisionRefusal): read is DecisionRefusal {
  return "verdict" in read;
}

function readBlock(
  { timestamp, transactions }: Extract<LeaderCommand, { readonly type: "block" }>,
  facts: ReaderFacts,
): BatchCommand | DecisionRefusal {
  // An empty block passes time without an account's request.
  if (transactions.length === 0) return invalid("a block without transactions, and without a wish");
  try {
    return { type: "block", timestamp, transactions: transactions.map((raw) => facts.transaction(raw)) };
  } catch (error) {
    if (error instanceof TransactionFormatError) return invalid(error.message);
    throw error;
  }
}

function readOpened(
  { timestamp, runs }: Extract<LeaderCommand, { readonly type: "opened" }>,
  { envelopes }: ReaderFacts,
): BatchCommand | DecisionRefusal {
  if (envelopes === undefined || envelopes.owed === 0) return invalid("an opened envelope, but the chain owes none");
  const { opened } = envelopes;
  if (opened === undefined) return later("this node has not opened the envelope that is owed");
  if (runs && opened.transaction === undefined) return invalid(`envelope ${opened.identity} contains no transaction`);
  const transactions = runs && opened.transaction !== undefined ? [opened.transaction] : [];
  return { type: "block", timestamp, transactions, opens: opened };
}

function readImports(
  { timestamp, indexes }: Extract<LeaderCommand, { readonly type: "imports" }>,
  facts: ReaderFacts,
): BatchCommand | DecisionRefusal {
  const roots: ImportedRoot[] = [];
  for (const [i, index] of indexes.entries()) {
    const first = (indexes[i - 1] ?? facts.next.root - 1n) + 1n;
    if (index < first) return invalid(`root ${index} after root ${first - 1n}`);
    const root = facts.root(index);
    if (root === undefined) return unseen("root", index);
    roots.push(root);
  }
  return roots.length === 0 ? invalid("an import of no root") : { type: "imports", timestamp, roots };
}

/** Operations and wishes are taken in their order, each one time. */
function outOfOrder(type: string, index: bigint, next: bigint): DecisionRefusal | undefined {
  return index === next ? undefined : invalid(`${type} ${index} before ${type} ${next}`);
}

function unseen(type: string, index: bigint): DecisionRefusal {
  return later(`this node has not received ${type} ${index}`);
}

function invalid(reason: string): DecisionRefusal {
  return { verdict: "invalid", reason };
}

function later(reason: string): DecisionRefusal {
  return { verdict: "later", reason };
}
