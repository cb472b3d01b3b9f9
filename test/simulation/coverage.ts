import type { Action } from "./actions/action.ts";
import type { Transaction } from "./model/frame.ts";
import { PROTOCOL_CONTRACTS } from "./model/world.ts";
import type { Codec } from "./support/codec.ts";
import { PARTIES } from "./third-parties.ts";

/** Minimum number of each event in a run of this many steps or more; proportional in a shorter run. */
const TARGET = 100;
const STEPS_PER_TARGET = 10_000;

export function targetOf(steps: number): number {
  return Math.min(TARGET, Math.floor((TARGET * steps) / STEPS_PER_TARGET));
}

/** Minimum in a short run, where chance does not even out: two deviations less for random events. */
export function leastOf(steps: number): number {
  const target = targetOf(steps);
  return target === TARGET ? TARGET : Math.max(1, Math.floor(target - 2 * Math.sqrt(target)));
}

/** Errors that no call of the simulation can cause, and why. */
export const UNREACHABLE: Record<string, string> = {
  "ChainFactory.DeploymentFailed": "the address of a chain's contract is taken by that chain alone",
  "SharedBridge.ClaimPotOverdraft": "a pot holds what the messages of executed batches say, each of which is claimed once",
  "TransactionRootRegistry.RegistryFull": "needs 2^32 executed batches",
  "CommitteePolicy.MalformedPolicyData": "declared for all policies; this one decodes its data or reverts without an error",
  "CommitteePolicy.PubdataNotPublished": "declared for all policies; data held by a committee need not be published",
  "AllOfPolicy.MemberUnknown": "declared for composed policies; this one asks all of its members",
  "AllOfPolicy.PubdataNotPublished": "declared for all policies; raised by members",
  "AnyOfPolicy.MalformedPolicyData": "declared for all policies; this one decodes its data or reverts without an error",
  "AnyOfPolicy.PubdataNotPublished": "declared for all policies; raised by members",
};

/** Calls, calls that are taken, and errors that the simulation does not have to meet, and why. */
export const NOT_CALLED: Record<string, string> = Object.fromEntries([
  ...["refundListed", "NotInList", "ListMismatch"].map((name) => [
    `StateExit.${name}`,
    "the model's chains have no lists of transfers; test/contracts/l1/transit-exit.test.ts calls and refuses it",
  ]),
  ...["payOther", "OnlyOtherExits"].map((name) => [
    `StateExit.${name}`,
    "the model has no chains on chains and no held accounts; test/contracts/l1/nested-exit.test.ts calls and refuses it",
  ]),
  ...["createHeldExit", "OtherHeldExitCode", "HeldExitNotCreated"].map((name) => [
    `StateExit.${name}`,
    "the model has no held accounts; test/contracts/l1/held-exit.test.ts calls and refuses it",
  ]),
  ...["noteBlock", "noteBlock ok", "NotOnL1", "BlockHashUnknown"].map((name) => [
    `TransactionRootRegistry.${name}`,
    "a noted block is a leaf of no chain; test/contracts/l1/noted-blocks.test.ts calls and refuses it",
  ]),
  ...[
    "ChainContract.settle",
    "ChainContract.SettlerMismatch",
    "ChainContract.PubdataNotPublished",
    "ChainSettings.NoQuorum",
    "ChainSettings.QuorumRequired",
    "ChainSettings.VersionNeedsQuorum",
    "ChainFactory.VersionNeedsQuorum",
    "ChainFactory.DelayWithoutQuorum",
    "ChainFactory.CheatsWithoutQuorum",
    "ChainFactory.PolicyBindsNoSettler",
    "ChainFactory.StandbyWithoutQuorum",
  ].map((label) => [
    label,
    "the model's versions prove no execution, so its chains have a quorum; test/contracts/attacks/without-quorum.test.ts has the rest",
  ]),
  ...[
    "ChainFactory.QuorumOfQueue",
    "ChainFactory.FiltererOfQueue",
    "ChainSettings.CoinbaseOfQueue",
    "ChainSettings.BatchWithoutOperation",
  ].map((label) => [
    label,
    "the model's versions are trusted ones, without chains of the queue; test/contracts/attacks/queue-alone.test.ts meets it",
  ]),
  ...[
    "ChainContract.importBatch",
    "ChainContract.ImportsMissing",
    "ChainContract.NoImportLeft",
    "ChainContract.ImportNumberMismatch",
    "ChainContract.ImportDataMismatch",
    "ChainContract.ImportRootMismatch",
    "BatchReader.ImportWithLogs",
    "ChainFactory.recordBirth ok",
    "ChainSettings.ImportsMissing",
  ].map((label) => [label, "the model's chains have no first state; test/contracts/l1/imports.test.ts brings and refuses them"]),
  ["VerifierRegistry.FreezeOutOfRange", "raised by the constructor; test/contracts/l1/freezes.test.ts meets it"],
  [
    "ChainFactory.ReaderTooNew",
    "the model's versions have the reader of the deployment; test/contracts/attacks/governed-versions.test.ts meets it",
  ],
  ["ChainFactory.ReactionTimeTooShort", "raised by the constructor; test/contracts/l1/freezes.test.ts meets it"],
  ["ChainSettings.FormatFalls", "the model's versions have one format; test/contracts/attacks/formats.test.ts meets it"],
  [
    "StateExit.LegTooLate",
    "met at random only: needs a flow without a pivot that was late on a chain that stopped; test/contracts/l1/escrow-exit.test.ts refuses it",
  ],
  [
    "ChainSettings.BatchesWaiting",
    "met at random only: needs a halted upgrade in effect and a batch that is not executed; test/contracts/l1/emergency.test.ts meets it",
  ],
  ...["LogIndexTooLarge", "LogProofLength", "LogProofMetadata"].map((name) => [
    `StateExit.${name}`,
    "raised by the library that reads the factory's proofs too, where each is met; test/contracts/l1/escrow-exit.test.ts shows false proofs",
  ]),
]);

/** Errors of one contract that another only passes on, so that clients can decode them. */
const PASSED_ON: readonly (readonly [by: string, from: string])[] = [
  ["ChainContract", "BatchReader"],
  ["ChainContract", "ChainSettings"],
];

/** Events that a simulation must reach: `Contract.function`, the same with ` ok`, `Contract.Error`, `party kind`. */
export class Coverage {
  readonly #counts = new Map<string, number>();
  /** Tries by action and aim. */
  readonly #tries = new Map<string, Map<string, { tries: number; hits: number }>>();
  readonly labels: readonly string[];

  constructor(codec: Codec) {
    this.labels = [...entryPoints(codec), ...errors(codec), ...PARTIES.map((party) => `party ${party}`)];
  }

  count(label: string): number {
    return this.#counts.get(label) ?? 0;
  }

  /** Adds what another part of the run reached. */
  add(other: Coverage): void {
    for (const [label, count] of other.#counts) this.#counts.set(label, this.count(label) + count);
  }

  /** Counts what an attempt reached. */
  record(
    { name, aims }: Pick<Action, "name" | "aims">,
    { reached, accepted, raised, met }: Transaction,
    kinds: readonly string[],
  ): void {
    const parties = [...kinds, ...met].map((kind) => `party ${kind}`);
    this.recordLabels({ name, aims }, [...reached, ...[...accepted].map((entry) => `${entry} ok`), ...raised, ...parties]);
  }

  recordLabels({ name, aims }: Pick<Action, "name" | "aims">, labels: readonly string[]): void {
    for (const label of labels) this.#counts.set(label, this.count(label) + 1);
    for (const aim of aims) {
      const tried = this.#triesOf(name, aim);
      tried.tries++;
      if (labels.includes(aim)) tried.hits++;
    }
  }

  /** Rate at which an action reaches one of its aims when possible, from 0 to 1. */
  successOf(name: string, aim: string): number {
    const { tries, hits } = this.#triesOf(name, aim);
    return (hits + 1) / (tries + 1);
  }

  #triesOf(name: string, aim: string): { tries: number; hits: number } {
    const ofAction = this.#tries.get(name) ?? new Map<string, { tries: number; hits: number }>();
    this.#tries.set(name, ofAction);
    const tried = ofAction.get(aim) ?? { tries: 0, hits: 0 };
    ofAction.set(aim, tried);
    return tried;
  }

  /** Rarest event. */
  least(): { readonly label: string; readonly count: number } {
    const [label] = [...this.labels].sort((a, b) => this.count(a) - this.count(b)) as [string];
    return { label, count: this.count(label) };
  }

  /** Events with a smaller count than the target. */
  missing(target: number): string[] {
    return this.labels
      .filter((label) => this.count(label) < target)
      .map((label) => `${label}: ${this.count(label)} of ${target}`);
  }
}

/** All functions that change something: they must be called, and they must accept. */
function entryPoints({ interfaces }: Codec): string[] {
  return PROTOCOL_CONTRACTS.flatMap((contract) => {
    const names: string[] = [];
    interfaces.get(contract)!.forEachFunction(({ name, stateMutability }) => {
      const entry = `${contract}.${name}`;
      if (NOT_CALLED[entry] !== undefined || stateMutability === "view" || stateMutability === "pure") return;
      names.push(...[entry, `${entry} ok`].filter((label) => NOT_CALLED[label] === undefined));
    });
    return names;
  });
}

function errors({ interfaces }: Codec): string[] {
  const errorsOf = (contract: (typeof PROTOCOL_CONTRACTS)[number]): string[] => {
    const names = new Set<string>();
    interfaces.get(contract)!.forEachError(({ name }) => void names.add(name));
    return [...names];
  };
  return PROTOCOL_CONTRACTS.flatMap((contract) => {
    const passedOn = PASSED_ON.filter(([by]) => by === contract).flatMap(([, from]) => errorsOf(from as typeof contract));
    const own = errorsOf(contract).filter((name) => !passedOn.includes(name) || OWN_TOO.has(`${contract}.${name}`));
    return own.map((name) => `${contract}.${name}`);
  }).filter((label) => (UNREACHABLE[label] ?? NOT_CALLED[label]) === undefined);
}

/** Errors of the same name that both contracts raise. */
const OWN_TOO = new Set(["ChainContract.OnlyFactory"]);
