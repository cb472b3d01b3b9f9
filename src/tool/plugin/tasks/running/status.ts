import type { NewTaskActionFunction } from "hardhat/types/tasks";
import type { ChainStatus, EcosystemInfo, EcosystemStatus } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { ChainPowersInfo } from "../../../../ecosystem/devnet/view/governing/chain-powers.ts";
import { announcedOf, powersOver } from "../../../../ecosystem/devnet/view/governing/powers-words.ts";
import { proofInWords, proofMaker } from "../../../../ecosystem/devnet/view/batches/proof-in-words.ts";
import { encryptionSentence, nodesSentence, slotsSentence } from "../../../../ecosystem/devnet/view/books/nodes-text.ts";
import { unprovenLine } from "../../../../ecosystem/devnet/view/batches/unproven.ts";
import { LoneChainError, type LoneChain } from "../../discovery/lone-chain.ts";
import { readNumber } from "../session/arguments.ts";
import { readyLine, stuckChainLine, stuckLine } from "../session/event-lines.ts";
import { feeLine } from "./fee-line.ts";
import { requestLines } from "./guardian-lines.ts";
import { stakeLines } from "./stake-lines.ts";
import { firstScreen } from "./first-screen.ts";
import { wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import { alarm, createOutput, strong, table, waitLine, warning } from "../session/output.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";
import { versionInWords } from "../../../../ground/protocol/protocol-version.ts";

type StatusArguments = ArgumentsOf<(typeof runningTasks)["status"]>;

/** For one ETH. */
const dollars = wholeNumber(1, 10 ** 9, 3_000);

type ExecutionOfChain = NonNullable<ChainStatus["execution"]>;
type ProofInTheMaking = NonNullable<ChainStatus["proving"]>[number];

/** Maximum printed proofs of a chain. */
const MOST_PROOFS = 5;
/** Stuck messages, and ready ones, that have a line each. */
const MOST_LISTED = 10;

/** `hyperchain:status`: prints the running chains, and the progress of their batches and messages. */
const action: NewTaskActionFunction<StatusArguments> = async (args, hre) => {
  const ethPrice = readNumber("eth-price", args.ethPrice, dollars);
  const status = withEcosystem(args, hre, "reads", async ({ info, output, request }) => {
    const status = (await request("hyperchain_status")) as EcosystemStatus;
    const changes = (await Promise.all(status.chains.map(({ name }) => changesOf(name, request)))).filter(
      (each) => each !== undefined,
    );
    output.result(() => text({ info, changes }, status, ethPrice), { info, status, changes });
    if (status.chains.some(({ fault, ended }) => fault !== undefined && ended !== true)) process.exitCode = 1;
  });
  await status.catch((error: unknown) => {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof LoneChainError)) throw error;
    createOutput(args.json).result(() => loneText(cause.chain), { chain: cause.chain });
  });
};

/**
 * Announced changes of a chain. Undefined for a chain that only its readers may see, and if its settlement
 * layer does not answer: the remainder is printed.
 */
function changesOf(name: string, request: Session["request"]): Promise<ChainPowersInfo | undefined> {
  return request("hyperchain_changes", name).then(
    (changes) => changes as ChainPowersInfo,
    () => undefined,
  );
}

/** Description of a chain without its ecosystem. */
function loneText(chain: LoneChain): string {
  const { url, chainId, blockNumber, batch, isExecuted, hyperchain, settlementChainId } = chain;
  const stage = isExecuted === undefined ? "" : isExecuted ? ", executed" : ", not executed yet";
  const contract =
    hyperchain === undefined
      ? "not known here: this node reads nothing of what the chain settles on"
      : `${hyperchain} on chain ${settlementChainId}`;
  return [
    strong(`chain ${chainId} at ${url}, without an ecosystem`),
    table([
      ["contract", contract],
      ["newest block", String(blockNumber)],
      ["newest batch sealed here", batch === undefined ? "none" : `${batch}${stage}`],
    ]),
    "It was rebuilt: members, messages and fees of its ecosystem are printed if that answers.",
  ].join("\n\n");
}

/** Facts that do not change with each block. */
interface Described {
  readonly info: EcosystemInfo;
  readonly changes: readonly ChainPowersInfo[];
}

function text({ info, changes }: Described, { chains, messages, guardians = [] }: EcosystemStatus, ethPrice?: number): string {
  const rows = [["", "block", "waiting", "batches sealed", "committed", "proven", "executed", "version"], ...chains.map(row)];
  // The end of a chain implies that L1 refuses its transactions.
  const faults = chains.flatMap(({ name, fault, ended }) =>
    fault === undefined || ended === true ? [] : [warning(`${name} has stopped: ${fault}`)],
  );
  const delays = chains.flatMap(({ name, waitsFor, ended }) =>
    waitsFor === undefined || ended === true ? [] : [waitLine(name, waitsFor)],
  );
  const standbys = info.chains.flatMap(standbyLines);
  const attested = info.chains.flatMap(({ name, attestation }) =>
    attestation === undefined ? [] : [warning(`Attestation of ${name}: ${attestation.sentence}`)],
  );
  const ofQueue = info.chains.flatMap(({ name, orderedBy }) =>
    orderedBy === undefined ? [] : [`Order of ${name}: ${orderedBy.sentence}`],
  );
  const porters = info.chains.flatMap(({ name, porter }) =>
    porter === undefined ? [] : [`Porter of ${name}, chain ${porter.chainId} at ${porter.url}: ${porter.sentence}`],
  );
  const proofs = chains.flatMap((chain) => (chain.proving ?? []).slice(0, MOST_PROOFS).map((proof) => proofLine(chain, proof)));
  const fees = chains.flatMap((chain) => (chain.fees === undefined ? [] : [feeLine({ ...chain, fees: chain.fees }, ethPrice)]));
  const idle = chains.flatMap(({ name, stopped, ended, stuck: reason }) =>
    reason === undefined
      ? []
      : [warning(stopped === true || ended === true ? `${reason.why}. ${reason.help}` : stuckChainLine(name, reason))],
  );
  const stuck = listed(messages.stuck, (message) => warning(stuckLine(info, message)));
  const ready = listed(messages.ready, (message) => readyLine(info, message));
  return [
    strong(info.name),
    firstScreen(info, { keys: false }),
    table(rows),
    ...(standbys.length === 0 ? [] : [standbys.join("\n")]),
    changes.flatMap((chain) => powersOver(chain).map((power) => `Changes of ${chain.name}: ${power}`)).join("\n"),
    ...changes.flatMap((chain) => announcedOf(chain, layerOf(info, chain.name)).map((line) => warning(`${chain.name}: ${line}`))),
    ...attested,
    ...ofQueue,
    ...porters,
    ...chains.flatMap(nodesLines),
    ...chains.flatMap(promisesLines),
    ...chains.flatMap(({ name, external }) => (external === undefined ? [] : [externalLine(name, external)])),
    ...guardians.flatMap(({ name, requests }) => requestLines(name, requests)),
    ...(info.stake === undefined ? [] : [stakeLines(info, info.stake).join("\n")]),
    ...(proofs.length === 0 ? [] : [proofs.join("\n")]),
    ...chains.flatMap((chain) => (chain.execution === undefined ? [] : [executionLines(chain, chain.execution).join("\n")])),
    ...(fees.length === 0 ? [] : [fees.join("\n")]),
    ...faults,
    ...delays,
    ...idle,
    ...stuck,
    ...ready,
    countsLine(messages),
  ].join("\n\n");
}

/** Nodes that decide a chain together, and envelopes that they open. */
function nodesLines({ name, nodes, encryption }: ChainStatus): readonly string[] {
  return [
    ...(nodes === undefined ? [] : [`Nodes of ${name}: ${nodesSentence(nodes)}`]),
    ...(encryption === undefined ? [] : [`Encrypted mempool of ${name}: ${encryptionSentence(encryption)}`]),
  ];
}

/** Promises that a chain has taken; a warning while one source is shut out. */
function promisesLines({ name, promises }: ChainStatus): readonly string[] {
  if (promises === undefined) return [];
  const line = `Promises that ${name} has taken: ${promises.sentence}`;
  return [promises.shutOut.length > 0 ? warning(line) : line];
}

/** Slots of an external sequencer, and a part in doubt. */
function externalLine(name: string, external: NonNullable<ChainStatus["external"]>): string {
  const line = `Slots of ${name}: ${slotsSentence(external)}`;
  return external.inDoubtSince === undefined && external.evidence.length === 0 ? line : warning(line);
}

/** Lines of the first messages, and the number of the others. */
function listed<T>(messages: readonly T[], line: (message: T) => string): readonly string[] {
  const lines = messages.slice(0, MOST_LISTED).map(line);
  const more = messages.length - lines.length;
  return more === 0 ? lines : [...lines, `and ${more} more; --json shows all`];
}

function countsLine(messages: EcosystemStatus["messages"]): string {
  const { inFlight, ready, stuck, delivered, failed, ended } = messages;
  const parts = [
    `${inFlight} in flight`,
    ...(ready.length === 0 ? [] : [`${ready.length} ready`]),
    `${stuck.length} stuck`,
    `${delivered} delivered`,
    ...(failed === 0 ? [] : [alarm(`${failed} failed where they arrived ('npx hardhat hyperchain:logs' tells why)`)]),
    ...(ended === 0 ? [] : [`${ended} ended (calls on L1 that expired or were canceled)`]),
  ];
  return `Messages: ${parts.join(", ")}${ageNote(messages)}`;
}

function layerOf({ chains }: EcosystemInfo, name: string): string {
  return chains.find((each) => each.name === name)?.settlesOn?.name ?? "L1";
}

/** The accounts that sign where validators do not, now and with the next terms. */
function standbyLines({ name, standby, nextQuorum, nextStandby }: EcosystemInfo["chains"][number]): readonly string[] {
  const line = (when: string, of: NonNullable<typeof standby>): string =>
    `Standby of ${name}${when}: ${of.threshold} of ${of.members.join(", ")}, while an operation of its queue is overdue`;
  const from = nextQuorum === undefined ? "" : ` from ${new Date(1_000 * nextQuorum.effectiveAt).toISOString()} on`;
  return [...(standby === undefined ? [] : [line("", standby)]), ...(nextStandby === undefined ? [] : [line(from, nextStandby)])];
}

/** Maximum age of an automatic poll while all members answer. */
const UNREMARKABLE_MS = 3_000;

function ageNote({ ageMs = 0, outdated }: EcosystemStatus["messages"]): string {
  const age = ageMs <= UNREMARKABLE_MS ? "at the last look" : `by looks up to ${Math.round(ageMs / 1000)} s ago`;
  if (outdated !== undefined) return ` (${age}; now: ${outdated})`;
  return ageMs <= UNREMARKABLE_MS ? "" : ` (${age})`;
}

function proofLine({ name, settlesOn: layer = "L1" }: ChainStatus, { batch, ...proof }: ProofInTheMaking): string {
  const where = proofInWords(proof, layer, ({ phase, fraction }) =>
    fraction === undefined || phase === "queued" ? phase : `${phase} ${Math.round(fraction * 100)} %`,
  );
  const maker = proofMaker(proof);
  return `Proof of batch ${batch} of ${name}: ${where}${maker === undefined ? "" : `, by ${maker}`}`;
}

/** Lines about proven batches of a chain, and reasons for unproven ones. */
function executionLines(
  { name: chain }: ChainStatus,
  { proven, unproven, pending, proving }: ExecutionOfChain,
): readonly string[] {
  const told = unproven
    .slice(-MOST_PROOFS)
    .map((each) => (each.reason === "disagreement" ? alarm : warning)(unprovenLine(chain, each)));
  const others = unproven.length - told.length;
  const part = proving === undefined ? "" : `, batch ${proving.batch} in progress (${proving.phase})`;
  return [
    `Execution of ${chain}: ${proven} ${proven === 1 ? "batch" : "batches"} proven, ${pending.length} to be proven${part}`,
    ...(others === 0 ? [] : [`and ${others} before these without a proof; --json shows all`]),
    ...told,
  ];
}

function row({ name, blockNumber, waiting, batches, protocolVersion }: ChainStatus): readonly string[] {
  const { sealed, committed, proven, executed } = batches;
  return [name, ...[blockNumber, waiting, sealed, committed, proven, executed].map(String), versionInWords(protocolVersion)];
}

export default action;
