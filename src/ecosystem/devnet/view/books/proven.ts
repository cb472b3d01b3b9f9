import type { ExternalStatus } from "../../../sequencing/external/external-status.ts";
import type { NodesStatus } from "../../../sequencing/local/nodes-status.ts";
import type { LastProof } from "../../../../ground/protocol/last-proof.ts";
import type { ProverMode } from "./ecosystem-info.ts";

/** Statement of the proof that a settlement layer checks. */
const PROVEN_CHANGES =
  "The new state root is the old one with exactly the published diffs applied, and the batch's outputs (messages, priority " +
  "operations, imported roots) are the ones stored in that state.";

const NOTHING =
  "NOTHING IS PROVEN: the prover is off. L1 takes a marker instead of each proof, under a separate protocol version that " +
  "the real verifier refuses. State and execution are trusted to the chain's validator quorum, and on a chain without a quorum to " +
  "any account that settles it. For tests only.";

const TRUSTED = "Execution is trusted to the chain's validator quorum, whose signatures L1 checks too.";

/** A chain, and the sentence that says what is proven of its execution; without one that is trusted. */
interface ProvenChain {
  readonly name: string;
  readonly execution?: { readonly sentence: string };
}

/**
 * Paragraph about proofs and trust in an ecosystem with these chains. `executionSentence` describes the proofs of a
 * chain's execution.
 */
export function provenSentence(mode: ProverMode, chains: readonly ProvenChain[]): string {
  if (mode === "none") return NOTHING;
  const trusted = chains.filter(({ execution }) => execution === undefined);
  if (trusted.length === chains.length) return `${PROVEN_CHANGES} ${TRUSTED}`;
  const said = `${PROVEN_CHANGES} What is proven of the execution of transactions is said of each chain.`;
  if (trusted.length === 0) return said;
  const names = new Intl.ListFormat("en").format(trusted.map(({ name }) => name));
  return `${said} Of ${names} it is trusted to the validator quorum.`;
}

/** Statement of proofs of execution. */
const LED_BY_RULES =
  "by the rules of the EVM and the protocol (signatures, nonces, fees, opcodes, gas, storage, messages) they lead from the state " +
  "before each batch to the state root that";

/** Origin of the order of a chain without a sequencer. */
export const OF_QUEUE_ALONE =
  "L1's priority queue alone makes its order: no account chooses its transactions or leaves one out, every node derives the same " +
  "blocks from L1, and any account settles them.";

/** Sentence about a chain whose blocks nodes decide together; `isEncrypted` if they open transactions after their order. */
export function sentenceOfNodes(
  { members: { length }, quorum, inProcesses }: Pick<NodesStatus, "members" | "quorum" | "inProcesses">,
  isEncrypted: boolean,
): string {
  const where = inProcesses ? "in processes" : "of this process";
  const silent = length - quorum;
  return (
    `${length} nodes ${where} decide each block by ${quorum} equal votes under leaders that rotate (Simplex), and sign its batches ` +
    `as validators. Up to ${silent} ${silent === 1 ? "node" : "nodes"} may be silent. ` +
    (inProcesses
      ? "Each executes the chain before it votes, and signs a batch that it has formed. This process passes their messages on."
      : "They share one execution, so that none checks another's.") +
    (isEncrypted
      ? " They open encrypted transactions after their order is final; a dealer, this process, has the mempool's key."
      : "")
  );
}

/** Sentence about a chain whose users' transactions an external sequencer orders. */
export function sentenceOfExternal({ sequencer, peers, isCut }: Pick<ExternalStatus, "sequencer" | "peers" | "isCut">): string {
  if (isCut) return "External sequencing was cut: the operator's sequencer orders transactions alone.";
  const others =
    peers.length === 0 ? "" : `, together with those of chain ${peers.join(", ")}: a slot decides on all of them or on none`;
  return (
    `The key of ${sequencer} orders users' transactions from outside this process${others}. It can reorder and withhold them; this ` +
    "process executes, signs batches, and takes L1's operations."
  );
}

/** Gas of L1 for one last proof with its calldata, of one batch or of several (docs/recursion.md). */
const LAST_PROOF_GAS = { fast: "5.9 M", small: "3.3 M" } as const satisfies Record<LastProof, string>;

/** Sentence about the proof of execution that L1 checks. Each figure of gas names its proof. */
export function lastProofSentence(last: LastProof): string {
  const { fast, small } = LAST_PROOF_GAS;
  return last === "fast"
    ? `Last proof: fast, about ${fast} gas on L1. Public layers use small, ${small} gas, which takes more than twice the processor time.`
    : `Last proof: small, about ${small} gas on L1.`;
}

const BY_QUORUM =
  "The quorum chooses the transactions and their order, and can wait; a quorum that says anything else of them gets nothing executed.";

/**
 * Sentence about the proofs of a chain's execution. L1 executes batches from number `since` on by proofs. `executed` counts all
 * executed batches. `order` names who orders transactions.
 */
export function executionSentence(since: number, executed: number, order: "quorum" | "queue" = "quorum"): string {
  const count = Math.max(0, executed - since);
  const those = count === 1 ? "1 batch is" : `${count} batches are`;
  const before = since === 0 ? "" : " Earlier batches it executed by the quorum's signatures.";
  return (
    `Proven on L1 since batch ${since} (${those} executed so far): L1 executes no batch before its contracts have checked one proof of its ` +
    `transactions: ${LED_BY_RULES} L1 has after it. ${order === "queue" ? OF_QUEUE_ALONE : BY_QUORUM}${before}`
  );
}
