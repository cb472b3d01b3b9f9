import { getCreateAddress, Interface } from "ethers";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { Action, Deployment, Intent, Situation } from "./actions/action.ts";
import { ACTIONS } from "./actions/all.ts";
import type { Coverage } from "./coverage.ts";
import { auditL1, auditModel, type Audit } from "./invariants/audit.ts";
import { chainsIn, checkAudit, marksIn } from "./invariants/between-steps.ts";
import { Closing } from "./invariants/closing.ts";
import { Drain } from "./invariants/drain.ts";
import { ForcedOperations, isExitDue } from "./invariants/forced-operations.ts";
import { Flows } from "./invariants/flows.ts";
import { Payments } from "./invariants/payments.ts";
import { Transfers } from "./invariants/transfers.ts";
import { invariant } from "./invariants/violation.ts";
import { Records } from "./l2/records.ts";
import { describeError, Refusal } from "./model/refusal.ts";
import { exitOpensAt } from "./model/exits.ts";
import type { Transaction } from "./model/frame.ts";
import { perform } from "./model/perform.ts";
import type { Call, Chain, World } from "./model/world.ts";
import { isAnyFrozen } from "./model/standings.ts";
import { observe, type Prepared } from "./observe.ts";
import type { RawCall, Log } from "./support/l1.ts";
import { Choices } from "./support/random.ts";
import type { Scene } from "./support/scene.ts";
import { route, type Attempt } from "./third-parties.ts";

/** Step of an episode: attempts without effect, then a transaction. */
export interface Step {
  readonly seed: number;
  /** Names of actions: the first few that are possible are tried. */
  readonly probes: readonly string[];
  /** The first that is possible happens. */
  readonly acts: readonly string[];
}

/** Step with only its possible parts. Repeating the steps repeats their effects. */
interface TakenStep extends Step {
  readonly probes: string[];
  readonly acts: string[];
}

/** Inverse share of sent transactions among those that L1 refuses. */
const SENT_THOUGH_REFUSED = 8;
/** Maximum number of actions that a step tries without effect. */
const MOST_PROBES = 3;
/** Steps between checks of the invariant that takes many transactions. */
const STEPS_PER_DRAIN = 250;
/** Inverse share of steps that try a due exit: it stays due until it is activated. */
const STEPS_PER_DUE_EXIT = 4;
/** Inverse share of steps that try an exit too early. It is also tried at its last second. */
const STEPS_PER_EARLY_EXIT = 8;
/** Late in an episode more than a day passes at once: announcements expire, exits open. */
const LEAP_STEP = 400;
const LEAP = 86_500n;

/** L1 did not do what the model said it would. */
export class Divergence extends Error {
  override readonly name = "Divergence";
}

export interface EpisodeOptions {
  /** Transactions between comparisons of the complete state. */
  readonly auditInterval: number;
  readonly stepsPerDrain?: number;
  /**
   * Whether L1 may do what the model does not say, and the invariants alone judge it, for L1s with a fault. All that the model would
   * refuse is sent.
   */
  readonly isUnpredicted?: boolean;
}

/** One ecosystem from its beginning on, on L1 and in the model. */
export class Episode {
  readonly world: World;
  readonly records: Records;
  readonly #scene: Scene;
  readonly #coverage: Coverage;
  readonly #prepared: Prepared = { batches: new Map(), foundings: new Map() };
  readonly #forced = new ForcedOperations();
  readonly #payments = new Payments();
  readonly #transfers = new Transfers();
  readonly #flows = new Flows();
  readonly #trace: TakenStep[] = [];
  readonly #options: EpisodeOptions;
  #audit: Audit | undefined;
  /** Events since the state was last compared. */
  #logs: Log[] = [];
  #transactions = 0;
  #now = 0n;
  #steps = 0;
  /** Nonce of the account that deploys contracts whose constructors call. */
  #builderNonce = 0;

  constructor(scene: Scene, coverage: Coverage, options: EpisodeOptions) {
    this.#scene = scene;
    this.#coverage = coverage;
    this.#options = options;
    this.world = scene.newWorld();
    this.records = new Records(scene);
  }

  async begin(): Promise<void> {
    this.#now = await this.#scene.l1.now();
    this.#audit = await auditL1(this.#scene, this.world);
  }

  /** Steps so far. */
  get trace(): readonly Step[] {
    return this.#trace;
  }

  /** Runs a step. Rejects with Divergence or Violation. */
  async run({ seed, probes, acts }: Step): Promise<void> {
    const taken: TakenStep = { seed, probes: [], acts: [] };
    this.#trace.push(taken);
    await this.#probeSome(seed, probes, taken);
    const random = new Choices(seed);
    const second = this.#now + this.#pause(random);
    for (const name of acts) {
      const situation = this.#situation(choicesOf(seed, name), second);
      const made = actionOf(name).make(situation);
      if (made === undefined) continue;
      taken.acts.push(name);
      if (!("call" in made) || made.isImpossible === true) await this.#probe(actionOf(name), situation, made);
      else if (await this.#act(actionOf(name), situation, made, random)) break;
    }
    await this.#checkExits(random);
    if (++this.#steps % (this.#options.stepsPerDrain ?? STEPS_PER_DRAIN) === 0) await this.#drainSome(random);
  }

  /** Tries the first actions that are possible. The model works while L1 does. */
  async #probeSome(seed: number, names: readonly string[], taken: TakenStep): Promise<void> {
    const tried: Promise<void>[] = [];
    for (const name of names) {
      const situation = this.#situation(choicesOf(seed, name), this.#now);
      const made = actionOf(name).make(situation);
      if (made === undefined) continue;
      taken.probes.push(name);
      if (tried.push(this.#probe(actionOf(name), situation, made)) === MOST_PROBES) break;
    }
    await Promise.all(tried);
  }

  /** Seconds until the next transaction: a few, or until something is due. */
  #pause(random: Choices): bigint {
    if (this.#steps === LEAP_STEP) return LEAP;
    // Council and governance hurry, because a freeze lasts only a few ordinary steps.
    if (isAnyFrozen(this.world, this.#now) && !random.oneIn(10)) return random.between(1n, 2n);
    if (!random.oneIn(10)) return random.between(1n, random.oneIn(5) ? 120n : 12n);
    const chain = random.pick(this.world.allChains());
    const opensAt = chain === undefined ? 0n : exitOpensAt(chain);
    const until = opensAt - this.#now + random.between(0n, 2n);
    return until > 0n && until < 4_000n && random.oneIn(4) ? until : random.between(1n, 300n);
  }

  #situation(random: Choices, now: bigint): Situation {
    const { batches, foundings } = this.#prepared;
    return {
      scene: this.#scene,
      world: this.world,
      records: this.records,
      random,
      now,
      remember: (formed) => void batches.set(formed.batch.commitment, formed),
      found: (chainId, founding) => void foundings.set(chainId, founding),
    };
  }

  /** Tries an action without effect. */
  async #probe(action: Action, situation: Situation, made: Intent | Deployment): Promise<void> {
    if (!("call" in made)) return this.#deploy(action, made);
    await this.#try(action, route(situation, made, this.#builderNonce));
  }

  async #try(action: Action, attempt: Attempt): Promise<void> {
    const transaction = begin(attempt.origin, this.#now);
    const raw = this.#encode(attempt);
    const isChain = raw.to !== undefined && this.world.kinds.get(raw.to) === "ChainContract";
    const answer = this.#scene.l1.call(attempt.origin, raw, isChain ? this.world.addresses.implementation : undefined);
    const expected = this.world.journal.imagine(() => this.#predict(attempt, transaction));
    const actual = await answer;
    this.#compare(action, attempt, expected, actual, [], []);
    this.#coverage.record(action, transaction, attempt.parties);
  }

  /** Lets an action happen in a transaction. One that L1 will refuse is mostly only tried. Returns whether it was sent. */
  async #act(action: Action, situation: Situation, made: Intent, random: Choices): Promise<boolean> {
    const second = situation.now;
    const attempt = route(situation, made, this.#builderNonce);
    const transaction = begin(attempt.origin, second);
    const expected = this.#predict(attempt, transaction);
    if (expected !== "ok" && this.#options.isUnpredicted !== true && !random.oneIn(SENT_THOUGH_REFUSED)) {
      await this.#try(action, attempt);
      return false;
    }
    await this.#transact(action, attempt, transaction, expected);
    this.#coverage.record(action, transaction, attempt.parties);
    if (++this.#transactions % this.#options.auditInterval === 0) await this.checkState();
    return true;
  }

  async #transact(action: Pick<Action, "name">, attempt: Attempt, transaction: Transaction, expected: string): Promise<void> {
    const raw = this.#encode(attempt);
    const { end, logs } = await this.#scene.l1.transact(attempt.origin, raw, transaction.now);
    this.#now = transaction.now;
    if (attempt.builtAt !== undefined) this.#builderNonce++;
    const ends = expected === "ok" ? transaction.ends : [];
    this.#compare(action, attempt, expected, end, ends, this.#scene.codec.endsIn(logs));
    this.world.journal.settle();
    if (attempt.builtAt !== undefined && end === "ok") this.world.kinds.set("ConstructorRequester", attempt.builtAt);
    observe(this.world, this.records, this.#prepared);
    this.#forced.check(this.world, logs);
    this.#payments.check(logs);
    this.#transfers.read(this.world, this.records, logs);
    this.#flows.read(this.records, logs);
    this.#logs.push(...logs);
  }

  #encode({ call, builtAt }: Attempt): RawCall {
    const raw = this.#scene.l1.encode(call, (address) => this.world.kinds.get(address));
    if (builtAt === undefined) return raw;
    const args = CONSTRUCTOR.encodeDeploy([raw.to, raw.data]);
    return { data: `${this.#scene.constructorCaller}${args.slice(2)}` as Hex, value: raw.value };
  }

  /** Predicts the result by the model; changes the world on success. */
  #predict({ origin, call, builtAt }: Attempt, transaction: Transaction): string {
    try {
      perform(this.world, transaction, builtAt ?? origin, call, builtAt !== undefined);
      return "ok";
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      transaction.raised.add(`${error.raisedBy}.${error.error}`);
      return error.text;
    }
  }

  #compare(
    action: Pick<Action, "name">,
    attempt: Attempt,
    expected: string,
    actual: string,
    ends: readonly string[],
    actualEnds: readonly string[],
  ): void {
    const [said, done] = [
      [expected, ...ends],
      [actual, ...actualEnds],
    ].map((list) => list.join("; "));
    if (said === done || this.#options.isUnpredicted === true) return;
    const { call, origin, parties } = attempt;
    throw new Divergence(
      `${action.name}, by ${parties.join(", ")} ${origin}: ${describeCall(call)}\n  the model: ${said}\n  L1:        ${done}`,
    );
  }

  async #deploy(action: Action, { artifact, args, refusal }: Deployment): Promise<void> {
    const { abi, bytecode } = await this.#scene.artifact(artifact);
    const { builder } = this.#scene.accounts;
    const address = getCreateAddress({ from: builder, nonce: this.#builderNonce });
    const { error, args: errorArgs } = refusal(address.toLowerCase() as Hex);
    const encoded = abi.encodeDeploy(args);
    const data = `${bytecode}${encoded.slice(2)}` as Hex;
    const actual = await this.#scene.l1.call(builder, { data, value: 0n });
    const expected = describeError(error, errorArgs);
    if (actual !== expected) throw new Divergence(`deployment of ${artifact}\n  the model: ${expected}\n  L1:        ${actual}`);
    this.#coverage.recordLabels(action, [`${artifact}.${error}`]);
  }

  /** Lets every transfer end, one way or the other. */
  async close(seed: number): Promise<void> {
    const random = new Choices(seed);
    const stage = {
      situation: () => this.#situation(random, this.#now + 1n),
      send: (by: Hex, call: Call) => this.#send(by, call),
      waitUntil: (second: bigint) => void (this.#now = second > this.#now ? second - 1n : this.#now),
    };
    await new Closing(stage, this.#transfers).run();
    await this.checkState();
  }

  /** A transaction of an account, or of a third party's contract, of which both the model and L1 judge. Returns whether they took it. */
  async #send(by: Hex, call: Call): Promise<boolean> {
    const situation = this.#situation(new Choices(0), this.#now + 1n);
    const attempt = route(situation, { call, by }, this.#builderNonce);
    const transaction = begin(attempt.origin, situation.now);
    const expected = this.#predict(attempt, transaction);
    if (expected !== "ok") return false;
    await this.#transact({ name: "closing" }, attempt, transaction, expected);
    return transaction.ends.every((end) => end === "ok");
  }

  /** Compares the state of all chains and what the bridge holds, and checks it against what was seen before. */
  async checkState(): Promise<void> {
    const audit = await auditL1(this.#scene, this.world);
    const [actual, expected] = [audit, auditModel(this.#scene, this.world)].map(describe) as [string, string];
    if (actual !== expected && this.#options.isUnpredicted !== true)
      throw new Divergence(`state
  the model: ${expected}
  L1:        ${actual}`);
    const touched = chainsIn(this.#logs, (address) => this.world.allChains().find((chain) => chain.address === address)?.id);
    checkAudit(this.#audit!, audit, touched, marksIn(this.#logs, this.world.addresses.roots));
    this.#transfers.check(audit, this.records);
    this.#logs = [];
    this.#audit = audit;
  }

  /** On some honest chain everyone leaves, as they could at any time. */
  async #drainSome(random: Choices): Promise<void> {
    const drain = new Drain(this.#scene, this.world, this.records);
    const l2 = random.pick(drain.candidates());
    if (l2 !== undefined) await drain.run(l2, this.#now);
  }

  /** An exit that is due can be activated by anyone, at any time, and not in the second before. */
  async #checkExits(random: Choices): Promise<void> {
    const chains = this.world.allChains().filter(({ exited }) => !exited.value);
    const due = random.oneIn(STEPS_PER_DUE_EXIT) ? random.pick(chains.filter((chain) => isExitDue(chain, this.#now))) : undefined;
    const early = chains.filter((chain) => exitOpensAt(chain) >= this.#now);
    const last = random.pick(early.filter((chain) => exitOpensAt(chain) === this.#now));
    const almost = last ?? (random.oneIn(STEPS_PER_EARLY_EXIT) ? random.pick(early) : undefined);
    const ends = await Promise.all([due, almost].map((chain) => this.#tryExit(chain)));
    invariant(due === undefined || ends[0] === "ok", () => `the exit of chain ${due?.id} is due, and a stranger gets ${ends[0]}`);
    invariant(ends[1] !== "ok", () => `the exit of chain ${almost?.id} opens too early`);
  }

  async #tryExit(chain: Chain | undefined): Promise<string | undefined> {
    if (chain === undefined) return undefined;
    const raw = this.#scene.l1.encode({ to: chain.address, fn: "activateExit", args: [], value: 0n }, () => "ChainContract");
    return this.#scene.l1.call(this.#scene.accounts.stranger, raw, this.world.addresses.implementation);
  }
}

const CONSTRUCTOR = new Interface(["constructor(address target, bytes data)"]);

function begin(origin: Hex, now: bigint): Transaction {
  return { origin, now, ends: [], reached: new Set(), accepted: new Set(), raised: new Set(), met: new Set() };
}

function actionOf(name: string): Action {
  const action = ACTIONS.get(name);
  if (action === undefined) throw new Error(`no action is called '${name}'`);
  return action;
}

const POSITIONS = new Map([...ACTIONS.keys()].map((name, i) => [name, i]));

/** Choices of an action in a step, independent of the step's other tries. */
function choicesOf(seed: number, name: string): Choices {
  return new Choices(seed + 1 + (POSITIONS.get(name) ?? 0));
}

const describe = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? String(item) : item));

function describeCall({ to, fn, args, value }: Attempt["call"]): string {
  return `${fn} of ${to} with ${value} wei and ${describe(args).slice(0, 2_000)}`;
}
