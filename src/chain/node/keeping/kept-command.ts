import type { chainRules } from "../../../proofs/rules/chain-rules.ts";
import type { BatchCommand } from "../../ordering/command.ts";
import { priorityOperation } from "../../predeploys/priority-operation.ts";
import { decodeTransaction } from "../../../ground/transaction/decode-transaction.ts";
import type { SignedTransaction } from "../../../ground/transaction/transaction.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import { decodeEntry, encodeEntry } from "../../settlement/journal/journal-entry.ts";

/** Stored form of a command: operations in the form of L1's queue, transactions in their signed form. */
type KeptCommand =
  | Exclude<BatchCommand, { readonly type: "block" | "operation" }>
  | {
      readonly type: "block";
      readonly timestamp: bigint;
      readonly areSafe: boolean;
      readonly transactions: readonly Hex[];
      /** Identity of the envelope that the block opens. */
      readonly opens?: Hex;
    }
  | { readonly type: "operation"; readonly timestamp: bigint; readonly queued: L2CanonicalTransaction };

/** Data of a command that its text lacks. */
interface CommandContext {
  /** Receives operations' fees. */
  readonly coinbase: Hex;
  readonly rules: ReturnType<typeof chainRules>;
  /** Rules of the chain's porter. Default: it has none. */
  readonly porter?: ReturnType<typeof chainRules> | undefined;
}

export function encodeCommand(command: BatchCommand): string {
  return encodeEntry(kept(command));
}

/** Inverse of `encodeCommand`. Throws SyntaxError, or TransactionFormatError, for a malformed text. */
export function decodeCommand(text: string, { coinbase, rules, porter }: CommandContext): BatchCommand {
  const command = decodeEntry<KeptCommand>(text);
  switch (command.type) {
    case "block": {
      // Each was taken once, by what the chain took then.
      const decode = (raw: Hex): SignedTransaction =>
        decodeTransaction(raw, rules, { replayProtection: "optional", opened: "allowed", porter });
      const { opens: identity, ...block } = command;
      const transactions = block.transactions.map(decode);
      return { ...block, transactions, ...(identity === undefined ? {} : { opens: { identity, transaction: transactions[0] } }) };
    }
    case "operation": {
      const { type, timestamp, queued } = command;
      return { type, timestamp, operation: priorityOperation(queued, coinbase) };
    }
    case "open":
    case "empty":
    case "imports":
    case "cheat":
    case "impersonation":
    case "seal":
      return command;
    default:
      throw new SyntaxError(`a kept command has no type that this software knows: ${text.slice(0, 80)}`);
  }
}

function kept(command: BatchCommand): KeptCommand {
  switch (command.type) {
    case "block": {
      const { type, timestamp, areSafe = false, opens } = command;
      const transactions = command.transactions.map((transaction) => signed(transaction).raw);
      return { type, timestamp, areSafe, transactions, ...(opens === undefined ? {} : { opens: opens.identity }) };
    }
    case "operation": {
      const { type, timestamp, operation } = command;
      if (operation.queued === undefined)
        throw new TypeError(`operation ${operation.canonicalTxHash} is to be kept, and L1's queue is not known to have it`);
      return { type, timestamp, queued: operation.queued };
    }
    case "open":
    case "empty":
    case "imports":
    case "cheat":
    case "impersonation":
    case "seal":
      return command;
  }
}

function signed(transaction: { readonly kind: string }): SignedTransaction {
  if (transaction.kind !== "signed") throw new TypeError("a sequencer's block holds signed transactions only");
  return transaction as SignedTransaction;
}
