import type { JsonRpcProvider } from "ethers";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { parseAccount } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import type { CouncilAct } from "../../../../ecosystem/client/governing/council.ts";
import {
  GovernanceBook,
  type Proposal,
  type RegistryGovernance,
  type Votes,
} from "../../../../ecosystem/client/governing/governance.ts";
import type { PlannedCall } from "../../../../ecosystem/client/keystore/plan.ts";
import { callInWords, callOfAct } from "../../../../ecosystem/client/governing/registry-acts.ts";
import { type Sender, submit } from "../../../../ecosystem/client/sending/submit.ts";
import { readUpgrades, readVersion } from "../../../../ecosystem/client/governing/upgrade.ts";
import {
  castVote,
  executeProposal,
  propose,
  queueProposal,
  SUPPORT,
  type Support,
} from "../../../../ecosystem/client/governing/votes.ts";
import { connectHttp } from "../../../../ecosystem/devnet/relaying/relaying.ts";
import { governanceInNumbers } from "../../../../ecosystem/devnet/view/governing/governance-info.ts";
import { governedBy, proposalsOf, standingsOf } from "../../../../ecosystem/devnet/view/governing/governance-words.ts";
import { flagName } from "../../../../ecosystem/options/spawn-flags.ts";
import { type Hex, isHexBytes } from "../../../../ground/protocol/hex.ts";
import { versionInWords } from "../../../../ground/protocol/protocol-version.ts";
import { callJsonRpc } from "../../discovery/json-rpc.ts";
import { pluginError } from "../../plugin-error.ts";
import { contentBeside } from "./add-version.ts";
import { withChainOnL1, type FoundOnL1 } from "../from-l1/chain-on-l1.ts";
import { strong } from "../session/output.ts";
import { actInCouncil, COUNCIL_ACTS, councilActOf } from "./council-acts.ts";
import { signAs } from "./sign-as.ts";
import { readVersionOption } from "./version-option.ts";
import type { governingTasks } from "../arguments/governing.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type GovernanceArguments = ArgumentsOf<(typeof governingTasks)["governance"]>;

/** Options of which each is something that governance does; several make one proposal. */
const ACTS = ["add", "retire", "halt", "council", "call"] as const;
/** Steps of a proposal. */
const STEPS = ["vote", "queue", "execute"] as const;
/** Options that belong to another, or to one of several. */
const BELONGS = {
  verifier: ["add"],
  replacement: ["halt", "approveHalt"],
  calldata: ["call"],
  support: ["vote"],
  seconds: ["freeze", "softFreeze"],
  deadline: COUNCIL_ACTS,
  signatures: COUNCIL_ACTS,
} as const satisfies Readonly<Record<string, readonly (keyof GovernanceArguments)[]>>;

/** A chain's registry of versions, and who governs it. */
interface Governed {
  readonly chain: FoundOnL1;
  readonly l1: JsonRpcProvider;
  readonly book: GovernanceBook;
  readonly known: RegistryGovernance;
  /** Version of the named chain. */
  readonly version: bigint;
}

/** `hyperchain:governance`: shows who governs the versions of a chain, proposes acts, and votes on them. */
const action: NewTaskActionFunction<GovernanceArguments> = (args, hre) => {
  const acts = ACTS.filter((act) => args[act] !== undefined);
  const steps = STEPS.filter((step) => args[step] !== undefined);
  requireOneThing(args, acts, steps);
  const ofCouncil = councilActOf(args);
  const effect = acts.length + steps.length > 0 || ofCouncil !== undefined ? "acts" : "reads";
  return withChainOnL1(args, hre, effect, async (chain) => {
    const l1 = connectHttp(BigInt((await callJsonRpc(chain.l1, "eth_chainId", [])) as string), chain.l1);
    try {
      const { verifiers, version } = await readUpgrades(chain.hyperchain, l1);
      const book = new GovernanceBook(verifiers);
      const governed = { chain, l1, book, version, known: await book.look(l1) };
      const [step] = steps;
      if (ofCouncil !== undefined) await actAsMember(governed, ofCouncil, args);
      else if (acts.length > 0) await enact(governed, args);
      else if (step !== undefined) await carryOn(governed, step, args);
      else await tell(governed);
    } finally {
      l1.destroy();
    }
  });
};

function requireOneThing(args: GovernanceArguments, acts: readonly string[], steps: readonly string[]): void {
  const ofCouncil = COUNCIL_ACTS.filter((act) => args[act] !== undefined);
  const ofGovernance = acts.length > 0 ? [acts.map(flagName).join(" with ")] : [];
  const things = [...steps.map(flagName), ...ofCouncil.map(flagName), ...ofGovernance];
  if (things.length > 1) throw pluginError(`${things.join(" and ")} exclude each other; give one of them`);
  for (const option of Object.keys(BELONGS) as readonly (keyof typeof BELONGS)[]) {
    const owners: readonly (keyof GovernanceArguments)[] = BELONGS[option];
    if (args[option] !== undefined && owners.every((owner) => args[owner] === undefined))
      throw pluginError(`--${option} belongs to ${owners.map(flagName).join(" or ")}`);
  }
  if (args.description !== undefined && acts.length === 0)
    throw pluginError(`--description belongs to what is proposed: --${ACTS.join(", --")}`);
}

/** Proposes all acts together under votes; under an account, sends each of them as that account. */
async function enact(governed: Governed, args: GovernanceArguments): Promise<void> {
  const { chain, l1, known } = governed;
  const { votes, governance, verifiers } = known;
  const { from, description = "" } = args;
  const only = votes === undefined ? { account: governance, role: "governance" } : undefined;
  let told: object = {};
  const transactionHash = await signAs(chain, only, { from, l1 }, async (sender) => {
    const calls = await callsOf(governed, args, sender);
    for (const call of calls)
      chain.output.progress(`${votes === undefined ? "governance" : "the proposal"} ${callInWords(verifiers, call)}`);
    if (votes === undefined) return inTurn(calls, sender);
    const { id, transactionHash: hash } = await propose(votes.governor, { calls, description }, sender);
    told = { proposal: id };
    return hash;
  });
  await tell(governed, { ...told, transactionHash });
}

/** Tells a member's signature, or has all of them count. */
async function actAsMember(governed: Governed, act: CouncilAct, args: GovernanceArguments): Promise<void> {
  const { chain, known } = governed;
  const done = await actInCouncil(act, { ...governed, council: known.council }, args);
  if (typeof done === "string") return tell(governed, { transactionHash: done });
  const { member, signature, deadline } = done;
  chain.output.result(
    () =>
      `${member} has signed, until second ${deadline} of ${chain.layer}'s time; anyone brings this with the others' signatures, by --deadline ${deadline} --signatures …:\n${signature}`,
    done,
  );
}

async function inTurn(calls: readonly PlannedCall[], sender: Sender): Promise<Hex> {
  let hash: string | undefined;
  for (const call of calls) ({ hash } = await submit(sender, call));
  if (hash === undefined) throw new TypeError("some act was named");
  return hash as Hex;
}

async function callsOf(governed: Governed, args: GovernanceArguments, sender: Sender): Promise<readonly PlannedCall[]> {
  const { verifiers } = governed.known;
  const calls: PlannedCall[] = [];
  const version = (option: "add" | "retire" | "halt" | "replacement"): bigint | undefined =>
    readVersionOption(option, args[option]);
  const [added, retired, halted] = [version("add"), version("retire"), version("halt")];
  if (added !== undefined)
    calls.push(
      callOfAct(verifiers, { type: "addVersion", version: added, content: await content(governed, added, args, sender) }),
    );
  if (retired !== undefined) calls.push(callOfAct(verifiers, { type: "retire", version: retired }));
  if (halted !== undefined)
    calls.push(callOfAct(verifiers, { type: "halt", version: halted, replacement: version("replacement") ?? 0n }));
  if (args.council !== undefined) calls.push(callOfAct(verifiers, { type: "council", next: parseAccount(args.council) }));
  if (args.call !== undefined) calls.push({ to: parseAccount(args.call), value: 0n, data: readData(args.calldata) });
  return calls;
}

/** The content of a version that differs from the chain's in its verifier, and in what its execution requires. */
async function content(
  { l1, known: { verifiers }, version: present }: Governed,
  version: bigint,
  { verifier }: GovernanceArguments,
  sender: Sender,
) {
  if (verifier === undefined)
    throw pluginError(`--add ${version} needs --verifier: the contract that checks the proofs of the version's batches`);
  if ((await readVersion(verifiers, version, l1)) !== undefined)
    throw pluginError(
      `version ${versionInWords(version)} has been added already; schedule it with hyperchain:upgrade --to ${version}`,
    );
  const known = await readVersion(verifiers, present, l1);
  if (known === undefined) throw new Error(`the registry ${verifiers} does not have version ${versionInWords(present)}`);
  const beside = { version: present, content: known };
  return contentBeside(verifiers, { version, verifier: parseAccount(verifier), beside }, sender);
}

/** Throws a plugin error. */
function readData(data = "0x"): Hex {
  if (isHexBytes(data)) return data.toLowerCase() as Hex;
  throw pluginError(`--calldata is 0x and two hex digits for each byte, got '${data}'`);
}

async function carryOn(governed: Governed, step: (typeof STEPS)[number], args: GovernanceArguments): Promise<void> {
  const { chain, l1, known } = governed;
  const support = readSupport(args.support);
  const { governor, proposal } = proposalNamed(known, args[step] ?? "");
  const transactionHash = await signAs(chain, undefined, { from: args.from, l1 }, (sender) => {
    if (step === "vote") return castVote(governor, proposal.id, support, sender);
    return step === "queue" ? queueProposal(governor, proposal, sender) : executeProposal(governor, proposal, sender);
  });
  await tell(governed, { proposal: proposal.id, transactionHash });
}

/** Proposal by its id, or by first digits that no other id has. Throws a plugin error. */
function proposalNamed(
  { votes, governance }: RegistryGovernance,
  text: string,
): { readonly governor: Votes["governor"]; readonly proposal: Proposal } {
  if (votes === undefined) throw pluginError(`no votes govern here, but ${governance}: its acts need no proposal`);
  const found = votes.proposals.filter(({ id }) => /^\d+$/.test(text) && String(id).startsWith(text));
  const [proposal] = found;
  if (proposal !== undefined && found.length === 1) return { governor: votes.governor, proposal };
  const known = votes.proposals.map(({ id }) => String(id)).join(", ");
  throw pluginError(
    `'${text}' does not name exactly one proposal; ${known === "" ? "nothing was proposed yet" : `there are ${known}`}`,
  );
}

/** Throws a plugin error. */
function readSupport(text = "for"): Support {
  if (Object.hasOwn(SUPPORT, text)) return text as Support;
  throw pluginError(`--support is ${Object.keys(SUPPORT).join(", ")}; got '${text}'`);
}

/** Prints the present governance. */
async function tell({ chain, book, l1 }: Governed, done: object = {}): Promise<void> {
  const info = governanceInNumbers(await book.look(l1));
  const proposals = proposalsOf(info);
  const sections = [
    strong(`Governance of what settles on ${chain.layer}`),
    ...governedBy(info),
    ...standingsOf(info),
    ...proposals,
  ];
  chain.output.result(() => sections.join("\n"), { ...info, ...done });
}

export default action;
