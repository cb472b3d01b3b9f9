import type { Chain } from "../chain/chain.ts";
import { chainRules } from "../chain/model/rules.ts";
import type { PeerCommands, PeerProposal } from "../chain/sequencer/peer-commands.ts";
import type { Sequencer } from "../chain/sequencer/sequencer.ts";
import { decodeTransaction } from "../chain/transaction/decode-transaction.ts";
import type { Hex } from "../protocol/hex.ts";
import type { ReaderFacts } from "./decision-reader.ts";
import { ExecutedInputs } from "./executed-inputs.ts";

/** Inputs of a chain that no leader chooses, as far as this node has them. */
export type SharedInputs = Pick<ReaderFacts, "operation" | "root" | "wish">;

/** Chain that executes proposals of leaders, and leads in its turn. */
export interface CheckedChain extends Pick<Sequencer, "lead" | "hasWork"> {
  /** Newest executed block. */
  readonly executedHead: { readonly hash: Hex };
  /** Maximum work of one transaction, which a decision must be able to hold. */
  readonly maxTransactionWork: number;
  /** Facts for the next command. */
  facts(): ReaderFacts;
  propose(...proposal: Parameters<PeerCommands["propose"]>): Promise<PeerProposal>;
}

/** The chain as decisions see it. `inputs` is called for each command. Throws TypeError for a chain that decides alone. */
export function checkedChain(chain: Chain, inputs: () => SharedInputs, executed = new ExecutedInputs()): CheckedChain {
  const { sequencer, spine, chainId } = chain;
  const { peers } = sequencer;
  if (peers === undefined) throw new TypeError(`chain ${chainId} has no deciders, and executes no proposals of others`);
  const rules = chainRules(chainId);
  spine.attach(executed);
  return {
    get executedHead() {
      return sequencer.executedHead;
    },
    maxTransactionWork: peers.maxTransactionWork,
    facts: () => ({
      ...inputs(),
      opening: (timestamp) => sequencer.opening(timestamp),
      transaction: (raw) => decodeTransaction(raw, rules, { replayProtection: "required", intrinsicGas: "required" }),
      next: executed.next,
      maySeal: sequencer.mayEnd,
      hasOpenBatch: sequencer.hasOpenBatch,
    }),
    propose: (command, options) => peers.propose(command, options),
    lead: (turn) => sequencer.lead(turn),
    get hasWork() {
      return sequencer.hasWork;
    },
  };
}
