import { freezeLeft, standingOf } from "../model/standings.ts";
import { machineOf } from "../model/versions.ts";
import { PROVEN_VERSION, VERSION } from "../support/scene.ts";
import { callOf, type Action, type Intent, type Situation } from "./action.ts";

const allVersions = ({ world }: Situation): bigint[] =>
  [...world.versions.entries()].map(([version]) => BigInt(version)).filter((version) => version !== PROVEN_VERSION);
const frozen = (situation: Situation): bigint[] =>
  allVersions(situation).filter((version) => situation.now < standingOf(situation.world, version).frozenUntil);
/** True if the version may be halted. Halts are final, so that versions of most chains are halted rarely. */
const mayHalt = (situation: Situation, version: bigint): boolean =>
  standingOf(situation.world, version).haltedAt === 0n && (version !== VERSION || situation.random.oneIn(3));

/** A freeze passes. */
const lasts = ({ world }: Situation, version: bigint): boolean =>
  standingOf(world, version).haltedAt === 0n && world.retiresAt.get(version) === undefined;

function replacementOf(situation: Situation, version: bigint): bigint {
  const { random } = situation;
  const fit = allVersions(situation).filter(
    (other) => other !== version && machineOf(other) === machineOf(version) && lasts(situation, other),
  );
  return random.oneIn(3) ? 0n : (random.pick(fit) ?? 0n);
}

type Made = readonly [string, ...unknown[]] | undefined;
type Speaker = "council" | "governance" | "anyone";

/** One call of the registry. */
function ofRegistry(aim: string, by: Speaker, make: (situation: Situation) => Made, weight = 0): Action {
  return {
    name: `freezes: ${aim}`,
    aims: [`VerifierRegistry.${aim}`],
    weight,
    make(situation): Intent | undefined {
      const made = make(situation);
      if (made === undefined) return undefined;
      const [fn, ...args] = made;
      const { world, scene } = situation;
      const call = callOf(world.addresses.verifiers, fn, ...args);
      if (by === "anyone") return { call, by: scene.accounts.stranger };
      return { call, by: by === "council" ? world.council.value : scene.accounts.governance };
    },
  };
}

function freeze(situation: Situation): Made {
  const { world, random, now } = situation;
  const left = freezeLeft(world, now);
  const versions = random.some(allVersions(situation));
  // Mostly for long enough that council and governance can answer within it.
  return left === 0n || versions.length === 0
    ? undefined
    : ["freeze", versions, random.between(random.oneIn(4) ? 1n : (left + 1n) / 2n, left)];
}

/** A version that is frozen, and may be halted; rather one that stops a chain by that. */
function candidate(situation: Situation): bigint | undefined {
  const { world, random, now } = situation;
  const versions = frozen(situation).filter((version) => mayHalt(situation, version));
  const stops = (version: bigint): boolean =>
    world.allChains().some((chain) => !chain.exited.value && chain.termsAt(now).isGoverned && chain.version.value === version);
  return random.pick(versions.filter(stops)) ?? random.pick(versions);
}

function approve(situation: Situation): Made {
  const version = candidate(situation);
  return version === undefined ? undefined : ["approveHalt", version, replacementOf(situation, version)];
}

function halt(situation: Situation): Made {
  const { world, now, random } = situation;
  const approved = frozen(situation).filter((version) => {
    const { until = 0n, replacement = 0n } = world.approvals.get(version) ?? {};
    const isFit = replacement === 0n || lasts(situation, replacement);
    return now < until && isFit && standingOf(world, version).haltedAt === 0n;
  });
  const version = random.pick(approved);
  return version === undefined ? undefined : ["halt", version, world.approvals.get(version)!.replacement];
}

function ofFrozen(fn: string, change: (version: bigint, situation: Situation) => bigint | undefined) {
  return (situation: Situation): Made => {
    const version = candidate(situation);
    const other = version === undefined ? undefined : change(version, situation);
    return other === undefined ? undefined : [fn, version, other];
  };
}

const isThawed = (situation: Situation): bigint | undefined =>
  situation.random.pick(allVersions(situation).filter((version) => !frozen(situation).includes(version)));

export const freezeActions: readonly Action[] = [
  ofRegistry("freeze ok", "council", freeze, 1),
  ofRegistry(
    "unfreeze ok",
    "council",
    (s) => {
      const version = s.random.pick(frozen(s));
      return version === undefined ? undefined : ["unfreeze", version];
    },
    0.1,
  ),
  // Possible for seconds only: what is not costs no step.
  ofRegistry("approveHalt ok", "council", approve, 4),
  ofRegistry("halt ok", "governance", halt, 4),
  // Another one puts that off which waits.
  ofRegistry(
    "scheduleCouncil ok",
    "governance",
    ({ world, random }) =>
      world.nextCouncil.value === undefined || random.oneIn(8) ? ["scheduleCouncil", world.addresses.council] : undefined,
    0.4,
  ),
  ofRegistry(
    "changeCouncil ok",
    "anyone",
    ({ world, now }) => {
      const next = world.nextCouncil.value;
      return next === undefined || now < next.effectiveAt ? undefined : ["changeCouncil"];
    },
    0.5,
  ),
  ofRegistry("OnlyCouncil", "governance", (s) => s.random.choose(freeze(s), ["unfreeze", VERSION], ["approveHalt", VERSION, 0n])),
  ofRegistry("NothingToFreeze", "council", () => ["freeze", [], 1n]),
  ofRegistry("FreezeTooLong", "council", ({ world, now, random }) => [
    "freeze",
    [VERSION],
    random.choose(0n, freezeLeft(world, now) + 1n),
  ]),
  ofRegistry("VersionNotFrozen", "council", (s) => {
    const version = isThawed(s);
    return version === undefined ? undefined : s.random.choose(["unfreeze", version], ["approveHalt", version, 0n]);
  }),
  ofRegistry(
    "HaltNotApproved",
    "governance",
    ofFrozen("halt", (version, s) => (s.world.approvals.get(version)?.replacement === 0n ? undefined : 0n)),
  ),
  ofRegistry(
    "ReplacementUnfit",
    "council",
    ofFrozen("approveHalt", (version) => version),
  ),
  ofRegistry(
    "VersionHalted",
    "governance",
    (s) => {
      const version = s.random.pick(frozen(s).filter((each) => standingOf(s.world, each).haltedAt !== 0n));
      return version === undefined ? undefined : ["halt", version, 0n];
    },
    1,
  ),
  ofRegistry("NoCouncilScheduled", "anyone", ({ world }) =>
    world.nextCouncil.value === undefined ? ["changeCouncil"] : undefined,
  ),
  ofRegistry("CouncilTooEarly", "anyone", ({ world, now }) => {
    const next = world.nextCouncil.value;
    return next !== undefined && now < next.effectiveAt ? ["changeCouncil"] : undefined;
  }),
];
