import type { Chain } from "../../chain/chain.ts";
import { chainRules } from "../../proofs/rules/chain-rules.ts";
import type { PeerCommands, PeerProposal } from "../../chain/sequencer/peer-commands.ts";
import type { Sequencer } from "../../chain/sequencer/sequencer.ts";
import type { SequencerError } from "../../chain/sequencer/sequencer-error.ts";
import type { SharedInput } from "../../chain/sequencer/shared-input.ts";
import { decodeTransaction } from "../../ground/transaction/decode-transaction.ts";
import { MAX_ENVELOPES } from "../../ground/protocol/envelope.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import type { ReaderFacts } from "./decision-reader.ts";
import type { OwedEnvelopes } from "./encrypted/owed-envelopes.ts";
import type { ExecutedInputs } from "./executed-inputs.ts";

/** Inputs of a chain that no leader chooses, as far as this node has them. */
export interface SharedInputs extends Pick<ReaderFacts, "operation" | "root" | "wish" | "isL1Fresh"> {
  /** Newest root to import that has this index in L1's registry or a later one. */
  newestRoot(first: bigint): ImportedRoot | undefined;
  /** True if this node may take the operation as a leader. `failedViews`: views without a decision since the last one. */
  mayTake(index: bigint, failedViews: number): boolean;
  /** True if a decision of this view must take the operation, because this node has seen it for long. */
  mustTake(index: bigint, view: number): boolean;
  /** The chain's rules do not allow the wish of this number. */
  refuse(number: bigint, error: SequencerError): void;
}

/** Inputs of a node whose leaders take them over as pieces of work. */
export const NO_INPUTS: SharedInputs = {
  operation: () => undefined,
  root: () => undefined,
  wish: () => undefined,
  isL1Fresh: true,
  newestRoot: () => undefined,
  mayTake: () => true,
  mustTake: () => false,
  refuse: () => undefined,
};

/** Chain that executes proposals of leaders, and leads in its turn. */
export interface CheckedChain extends Pick<Sequencer, "hasWork"> {
  /** Newest executed block. */
  readonly executedHead: { readonly hash: Hex };
  /** Maximum work of one transaction, which a decision must be able to hold. */
  readonly maxTransactionWork: number;
  /** Facts for the next command. */
  facts(): ReaderFacts;
  /** Index of L1's operation that the next decision must take, if its view is this one. */
  dueOperation(view: number): bigint | undefined;
  /** True if the open batch has no room for a change that waits: then a leader may end it. */
  needsBatch(): Promise<boolean>;
  propose(...proposal: Parameters<PeerCommands["propose"]>): Promise<PeerProposal>;
  /** Leads. `failedViews`: views without a decision since the last one. */
  lead(turn: TurnOfChain, failedViews: number): Promise<void>;
}

type TurnOfChain = Omit<Parameters<Sequencer["lead"]>[0], "input" | "onRefused" | "mayOnlyOpen" | "maxEnvelopes">;

/**
 * The chain as decisions see it. `inputs` is called for each command; `executed` is a source of the chain. Throws TypeError for
 * a chain that decides alone.
 */
export function checkedChain(
  chain: Chain,
  inputs: () => SharedInputs,
  executed: ExecutedInputs,
  envelopes?: OwedEnvelopes,
): CheckedChain {
  const { sequencer, chainId } = chain;
  const { peers } = sequencer;
  if (peers === undefined) throw new TypeError(`chain ${chainId} has no deciders, and executes no proposals of others`);
  const rules = chainRules(chainId);
  const input = (failedViews: number): SharedInput | undefined =>
    inputAfter(executed, inputs(), { leftOut: sequencer.censoredOperations, failedViews });
  const opened = (): SharedInput | undefined => {
    const envelope = envelopes?.opened;
    const [first] = envelopes?.owed ?? [];
    return envelope === undefined || first === undefined ? undefined : { type: "opened", envelope, payer: first.payer };
  };
  /** If no batch is open, the next command opens one, on a fresh view of L1. */
  const mayContinue = (): boolean => sequencer.hasOpenBatch || inputs().isL1Fresh;
  return {
    get executedHead() {
      return sequencer.executedHead;
    },
    maxTransactionWork: peers.maxTransactionWork,
    facts: () => {
      const { operation, root, wish, isL1Fresh } = inputs();
      return {
        operation,
        root,
        wish,
        isL1Fresh,
        opening: (timestamp) => sequencer.opening(timestamp),
        transaction: (raw) => decodeTransaction(raw, rules, { replayProtection: "required", intrinsicGas: "required" }),
        next: executed.next,
        envelopes: envelopes === undefined ? undefined : { owed: envelopes.owed.length, opened: envelopes.opened },
        maySeal: sequencer.mayEnd,
        hasOpenBatch: sequencer.hasOpenBatch,
      };
    },
    dueOperation(view) {
      const { operation: index } = executed.next;
      const operation = inputs().operation(index);
      if (operation === undefined || sequencer.isPaused) return undefined;
      if (sequencer.censoredOperations.has(operation.canonicalTxHash)) return undefined;
      return inputs().mustTake(index, view) ? index : undefined;
    },
    needsBatch: () => peers.needsBatch(inputsAfter(executed, inputs())),
    propose: (command, options) => peers.propose(command, options),
    lead(turn, failedViews) {
      if (!mayContinue()) return Promise.resolve();
      const owed = new Set(envelopes?.owed);
      const mayOnlyOpen = (): boolean => envelopes?.owed.some((envelope) => owed.has(envelope)) === true;
      return sequencer.lead({
        ...turn,
        mayOnlyOpen,
        maxEnvelopes: envelopes === undefined ? Infinity : MAX_ENVELOPES,
        input: () => (mayOnlyOpen() ? opened() : input(failedViews)),
        onRefused: (_input, error) => inputs().refuse(executed.next.wish, error),
      });
    },
    get hasWork() {
      // Otherwise leaders would decide nothing without a pause.
      if (!mayContinue()) return false;
      if (envelopes !== undefined && envelopes.owed.length > 0)
        return !sequencer.isPaused && (opened() !== undefined || sequencer.isEndDue);
      return sequencer.hasWork || (!sequencer.isPaused && input(0) !== undefined);
    },
  };
}

/** All changes that a leader may make next. */
function inputsAfter({ next }: ExecutedInputs, inputs: SharedInputs): readonly SharedInput[] {
  const operation = inputs.operation(next.operation);
  const wish = inputs.wish(next.wish);
  const root = inputs.newestRoot(next.root);
  return [
    ...(operation === undefined ? [] : [{ type: "operation", operation } as const]),
    ...(wish === undefined ? [] : [wish]),
    ...(root === undefined ? [] : [{ type: "imports", roots: [root] } as const]),
  ];
}

interface Choice {
  readonly leftOut: Sequencer["censoredOperations"];
  readonly failedViews: number;
}

/** L1's queue comes first, because its operations have a deadline. An operation that is left out stays, with all after it. */
function inputAfter({ next }: ExecutedInputs, inputs: SharedInputs, { leftOut, failedViews }: Choice): SharedInput | undefined {
  const operation = inputs.operation(next.operation);
  const isTaken = operation !== undefined && !leftOut.has(operation.canonicalTxHash);
  if (isTaken && inputs.mayTake(next.operation, failedViews)) return { type: "operation", operation };
  const wish = inputs.wish(next.wish);
  if (wish !== undefined) return wish;
  // Roots have no deadline, and other nodes may see them later.
  const root = failedViews > 0 ? undefined : inputs.newestRoot(next.root);
  return root === undefined ? undefined : { type: "imports", roots: [root] };
}
