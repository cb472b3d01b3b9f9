import { addressOf, ETH, ZERO_ADDRESS } from "../model/aliases.ts";
import { PLAIN_SETTINGS } from "../../../src/ecosystem/devnet/chain-on-l1/create-chain.ts";
import { announcementOf } from "../model/factory.ts";
import { machineOf } from "../model/versions.ts";
import type { Configuration, ProtocolVersion, World } from "../model/world.ts";
import { toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import type { Announcement } from "../l2/records.ts";
import { sortKeys, type Key } from "../support/keys.ts";
import {
  DOUBTED_VERSION,
  EXECUTION_KEY,
  EXECUTION_VERSION,
  FULL_LEAF_COUNT,
  FULL_VERSION,
  PROVEN_VERSION,
  VERSION,
} from "../support/scene.ts";
import { callOf, type Action, type Intent, type Situation } from "./action.ts";
import { chooseStandby } from "./terms.ts";

const DAY = 86_400n;
/** No chain with such an id exists, unless one of these actions creates it. */
const FIRST_ID = 500n;
const LAST_ID = 20_000n;
const MOST_CHAINS = 16;
const MOST_ANNOUNCEMENTS = 30;
const NEVER = 1n << 64n;

function unusedId({ world, random }: Situation): bigint {
  const id = random.between(FIRST_ID, LAST_ID);
  return world.chains.get(id) === undefined ? id : LAST_ID + BigInt(world.chainIds.value.length) + 1n;
}

/** Keys of a quorum: some of those that there are, in their order. */
function chooseKeys({ scene, random }: Situation): Key[] {
  const count = 1 + random.index(3);
  const start = random.index(scene.keys.length - count + 1);
  return sortKeys(scene.keys.slice(start, start + count));
}

/** A configuration that the factory takes. */
export function chooseConfiguration(situation: Situation, keys: readonly Key[]): Configuration {
  const { scene, random, world } = situation;
  const { policies, tokens, filterer, accounts } = scene;
  const priorityOpWindow = random.between(1n, 300n);
  /** Exit delay in addition to the window and the time to recover; the execution delay is shorter. */
  const spare = random.between(100n, 1_200n);
  // The first chains differ in every respect, so that no part is missing in an episode.
  const number = situation.records.announcements.length;
  const baseTokens = [ETH, tokens.base, ETH, tokens.hostile, ETH];
  const availability = [policies.rollup, policies.committee, policies.any, policies.rollup, policies.all];
  const isGoverned = !random.oneIn(4);
  const executing = [EXECUTION_VERSION, EXECUTION_VERSION];
  const versions = [VERSION, VERSION, VERSION, DOUBTED_VERSION, FULL_VERSION, ...executing].filter((version) => {
    return world.versions.get(version) !== undefined && world.retiresAt.get(version) === undefined;
  });
  const times = {
    executionDelay: random.oneIn(2) ? 0n : random.between(1n, spare - 1n),
    exitDelay: priorityOpWindow + world.recoveryTime + world.freezeTime + spare,
  };
  const standby = chooseStandby(situation, times);
  return {
    ...PLAIN_SETTINGS,
    ...times,
    chainId: unusedId(situation),
    protocolVersion: random.pick(versions) ?? VERSION,
    admin: accounts.admin,
    baseToken: baseTokens[number % baseTokens.length]!,
    dataAvailabilityPolicy: availability[(number * 2) % availability.length]!,
    transactionFilterer: number % 6 === 4 ? filterer : ZERO_ADDRESS,
    sequencingMode: 0n,
    isGoverned,
    takesReplacements: isGoverned && !random.oneIn(3),
    requiresSecondCheck: false,
    cheatsAllowed: random.oneIn(4),
    validatorThreshold: random.between(1n, BigInt(keys.length)),
    priorityOpWindow,
    priorityGasPerSecond: random.choose(50_000n, 100_000n),
    l2GasPrice: random.between(1n, 20n),
    validators: keys.map(({ address }) => address),
    standbyThreshold: standby.threshold,
    standby: standby.validators,
  };
}

function announceChain(situation: Situation): Intent | undefined {
  const { world, random, scene, records } = situation;
  if (records.announcements.length >= MOST_ANNOUNCEMENTS) return undefined;
  const keys = chooseKeys(situation);
  const configuration = chooseConfiguration(situation, keys);
  const [creator, secret] = [random.pick(scene.accounts.users)!, toHex(random.bytes(32))];
  records.announcements.push({ configuration, secret, creator, isHonest: records.announcements.length % 3 !== 2 });
  // Anyone may bring an announcement to L1: it shows nothing.
  return { call: callOf(world.addresses.factory, "announceChain", announcementOf(world, creator, configuration, secret)) };
}

const announcementHashes = new WeakMap<Announcement, Hex>();

/** Hash of an announcement, cached because announcements recur. */
function hashOfAnnouncement(world: World, announcement: Announcement): Hex {
  const { creator, configuration, secret } = announcement;
  const hash = announcementHashes.get(announcement) ?? announcementOf(world, creator, configuration, secret);
  announcementHashes.set(announcement, hash);
  return hash;
}

/** Announcements on L1 that are ripe or not. */
function announced({ world, records, now }: Situation, isRipe: (since: bigint) => boolean): Announcement[] {
  return records.announcements.filter((announcement) => {
    const since = world.announcedAt.get(hashOfAnnouncement(world, announcement)) ?? 0n;
    return since !== 0n && now >= since && isRipe(since) && world.chains.get(announcement.configuration.chainId) === undefined;
  });
}

function creation(
  { world }: Situation,
  { configuration, secret, creator }: Announcement,
  change: Partial<Announcement> = {},
): Intent {
  const call = callOf(world.addresses.factory, "createChain", change.configuration ?? configuration, change.secret ?? secret);
  return { call, by: change.creator ?? creator };
}

function createChain(situation: Situation): Intent | undefined {
  const { random, now, world } = situation;
  if (world.chainIds.value.length >= MOST_CHAINS) return undefined;
  const ripe = random.pick(announced(situation, (since) => now >= since + world.revealDelay && now <= since + DAY));
  if (ripe === undefined) return undefined;
  const { isHonest } = ripe;
  // Two of three operators leave their chains at some time, and their users have to leave too.
  const leavesAt = random.oneIn(3) ? NEVER : now + random.between(300n, 5_000n);
  situation.found(ripe.configuration.chainId, { isHonest, leavesAt });
  return creation(situation, ripe);
}

/** Someone else wants the id that another has announced, or announces nothing. */
function createUnannounced(situation: Situation): Intent {
  const { random, scene } = situation;
  const stolen = random.pick(announced(situation, () => true));
  const configuration = chooseConfiguration(situation, chooseKeys(situation));
  const own = { configuration, secret: toHex(random.bytes(32)), creator: scene.accounts.stranger, isHonest: false };
  return stolen === undefined || random.oneIn(2)
    ? creation(situation, own)
    : { ...creation(situation, stolen, { creator: scene.accounts.stranger }), party: "squatter of chain ids" };
}

function createAtWrongTime(isRipe: (situation: Situation, since: bigint) => boolean) {
  return (situation: Situation): Intent | undefined => {
    const found = situation.random.pick(announced(situation, (since) => isRipe(situation, since)));
    return found === undefined ? undefined : creation(situation, found);
  };
}

type Change = (situation: Situation, configuration: Configuration) => Partial<Configuration>;

/** One thing that the factory does not take, by its error. */
const REFUSED: Record<string, Change> = {
  ChainIdTaken: ({ world, random }) => ({ chainId: random.pick(world.chainIds.value) ?? 0n }),
  ChainIdOutOfRange: ({ random }) => ({ chainId: random.choose(0n, 2n ** 32n, 2n ** 200n) }),
  ChainIdOfSettlementChain: ({ world }) => ({ chainId: world.l1ChainId }),
  AdminMissing: () => ({ admin: ZERO_ADDRESS }),
  BaseTokenWithoutCode: ({ random }) => ({ baseToken: random.choose(ZERO_ADDRESS, addressOf(0xdeadn)) }),
  PolicyWithoutCode: ({ scene }) => ({ dataAvailabilityPolicy: scene.accounts.stranger }),
  FiltererWithoutCode: ({ scene }) => ({ transactionFilterer: scene.accounts.stranger }),
  SequencingModeUnsupported: ({ random }) => ({
    sequencingMode: random.choose(
      random.between(2n, 255n),
      random.between(0x102n, 0x1ffn),
      random.between(0x202n, 0x2ffn),
      0x400n,
    ),
  }),
  ModeNeedsProofs: ({ random }) => ({ sequencingMode: random.choose(1n, 0x100n, 0x200n, 0x301n), protocolVersion: VERSION }),
  SequencerUnused: ({ scene }) => ({ sequencer: scene.accounts.stranger }),
  TermsUnsupported: () => ({ isGoverned: false, takesReplacements: true }),
  ImportsUnused: ({ random }) =>
    random.choose<Partial<Configuration>>({ importStateRoot: wordToHex(1n) }, { importData: wordToHex(1n) }),
  DigestNotCanonical: () => ({ importBatches: 1n, importStateRoot: wordToHex((1n << 256n) - 1n) }),
  QuorumEmpty: () => ({ validators: [] }),
  TooManyValidators: () => ({ validators: Array.from({ length: 65 }, (_, i) => addressOf(0x10_0000n + BigInt(i))) }),
  ValidatorsNotAscending: ({ random }, { validators }) => ({
    validators: random.choose([...validators, validators[0]!], [ZERO_ADDRESS]),
  }),
  ThresholdOutOfRange: ({ random }, { validators }) => ({
    validatorThreshold: random.choose(0n, BigInt(validators.length) + 1n),
  }),
  PriorityOpWindowOutOfRange: ({ random }) => ({ priorityOpWindow: random.choose(0n, 30n * DAY + 1n) }),
  ExitDelayOutOfRange: ({ random }) => ({ exitDelay: random.choose(0n, 90n * DAY + 1n) }),
  ExitDelayTooShort: ({ random, world }, { priorityOpWindow, executionDelay }) => {
    const limit = priorityOpWindow + executionDelay + world.recoveryTime + world.freezeTime;
    return { exitDelay: limit - random.between(0n, limit - 1n) };
  },
  PriorityGasRateOutOfRange: ({ random }) => ({ priorityGasPerSecond: random.choose(random.between(0n, 49_999n), 100_001n) }),
  L2GasPriceOutOfRange: ({ random }) => ({ l2GasPrice: random.choose(0n, 10n ** 12n + 1n) }),
  RetirementNoticeTooShort: ({ random }) => ({ exitDelay: random.between(4_001n, 9_000n) }),
};

function refused([error, change]: readonly [string, Change]): Action {
  return {
    name: `create a chain with ${error}`,
    aims: [`ChainFactory.${error}`],
    weight: 0,
    make(situation) {
      const configuration = chooseConfiguration(situation, chooseKeys(situation));
      const changed = { ...configuration, ...change(situation, configuration) };
      return { call: callOf(situation.world.addresses.factory, "createChain", changed, wordToHex(0n)) };
    },
  };
}

/** A version that is missing, or whose end is announced or past. */
function createUnderVersion(error: string, choose: (situation: Situation) => readonly bigint[]): Action {
  return {
    name: `create a chain with ${error}`,
    aims: [error],
    weight: 0,
    make(situation) {
      const protocolVersion = situation.random.pick(choose(situation));
      if (protocolVersion === undefined) return undefined;
      const configuration = { ...chooseConfiguration(situation, chooseKeys(situation)), protocolVersion };
      return { call: callOf(situation.world.addresses.factory, "createChain", configuration, wordToHex(0n)) };
    },
  };
}

function retiringVersions({ world }: Situation, isRipe: (retiresAt: bigint) => boolean): bigint[] {
  return [...world.retiresAt.entries()].filter(([, retiresAt]) => isRipe(retiresAt)).map(([version]) => BigInt(version));
}

function newVersion({ world, scene, random }: Situation): readonly [bigint, ProtocolVersion] {
  const content = {
    verifier: scene.verifierDouble,
    secondVerifier: ZERO_ADDRESS,
    aggregator: ZERO_ADDRESS,
    tree: scene.stateTree,
    reader: world.addresses.reader,
    genesisStateRoot: scene.genesis.root,
    genesisLeafCount: scene.genesis.leafCount,
    executionKey: wordToHex(0n),
  };
  // Of the EVM's machine for the most part: chains take no other, and are refused one.
  const hasOther = [...world.versions.entries()].some(([version]) => machineOf(BigInt(version)) !== 0n);
  const machine = random.oneIn(hasOther ? 4 : 1) ? random.between(1n, 0x7fffn) : 0n;
  return [(machine << 16n) + (random.between(4n, 255n) << 8n) + 2n, content];
}

function addVersion(situation: Situation): Intent | undefined {
  const { world, scene } = situation;
  let [version, content] = newVersion(situation);
  if (world.versions.get(DOUBTED_VERSION) === undefined) version = DOUBTED_VERSION;
  else if (world.versions.get(EXECUTION_VERSION) === undefined)
    [version, content] = [EXECUTION_VERSION, { ...content, aggregator: scene.aggregator, executionKey: EXECUTION_KEY }];
  else if (world.versions.get(FULL_VERSION) === undefined)
    [version, content] = [FULL_VERSION, { ...content, genesisLeafCount: FULL_LEAF_COUNT }];
  if (world.versions.get(version) !== undefined) return undefined;
  return { call: callOf(world.addresses.verifiers, "addVersion", version, content), by: scene.accounts.governance };
}

/** Versions that chains run on stay, for the most part. */
function retireVersion({ world, scene, random }: Situation): Intent | undefined {
  const spared = random.oneIn(12)
    ? [PROVEN_VERSION, VERSION]
    : [PROVEN_VERSION, VERSION, DOUBTED_VERSION, EXECUTION_VERSION, FULL_VERSION];
  const versions = [...world.versions.entries()].map(([version]) => BigInt(version));
  const version = random.pick(
    versions.filter((candidate) => !spared.includes(candidate) && world.retiresAt.get(candidate) === undefined),
  );
  if (version === undefined) return undefined;
  return { call: callOf(world.addresses.verifiers, "scheduleRetirement", version), by: scene.accounts.governance };
}

function governance(
  error: string,
  make: (situation: Situation) => readonly [string, ...unknown[]] | undefined,
  byAnyone = false,
): Action {
  return {
    name: `govern with ${error}`,
    aims: [`VerifierRegistry.${error}`],
    weight: 0,
    make(situation) {
      const made = make(situation);
      if (made === undefined) return undefined;
      const [fn, ...args] = made;
      const { world, scene } = situation;
      const call = callOf(world.addresses.verifiers, fn, ...args);
      return byAnyone ? { call } : { call, by: scene.accounts.governance };
    },
  };
}

const changedVersion = (situation: Situation, change: Partial<ProtocolVersion>): readonly [string, ...unknown[]] => {
  const [version, content] = newVersion(situation);
  return ["addVersion", version, { ...content, ...change }];
};

/** A new version with this aggregator, whose number is a proven one's or a trusted one's. */
const versionWithAggregator = (situation: Situation, aggregator: Hex, isProven: boolean): readonly [string, ...unknown[]] => {
  const [version, content] = newVersion(situation);
  return ["addVersion", isProven ? version + 1n : version, { ...content, aggregator, executionKey: EXECUTION_KEY }];
};

export const chainActions: readonly Action[] = [
  { name: "announce a chain", aims: ["ChainFactory.announceChain ok"], weight: 0.6, make: announceChain },
  {
    name: "create an unannounced chain",
    aims: ["ChainFactory.ChainNotAnnounced", "party squatter of chain ids"],
    weight: 0,
    make: createUnannounced,
  },
  {
    name: "create a chain early",
    aims: ["ChainFactory.CreationTooEarly"],
    weight: 0,
    make: createAtWrongTime(({ now, world }, since) => now < since + world.revealDelay),
  },
  {
    name: "create a chain late",
    aims: ["ChainFactory.AnnouncementExpired"],
    weight: 0,
    make: createAtWrongTime(({ now }, since) => now > since + DAY),
  },
  {
    name: "create a chain",
    aims: ["ChainFactory.createChain ok", "ChainContract.initialize ok", "ChainSettings.configure ok"],
    weight: 0.6,
    make: createChain,
  },
  ...Object.entries(REFUSED).map(refused),
  createUnderVersion("VerifierRegistry.UnknownProtocolVersion", () => [12_345n]),
  createUnderVersion("VerifierRegistry.ProtocolVersionRetiring", (situation) =>
    retiringVersions(situation, (retiresAt) => situation.now < retiresAt),
  ),
  createUnderVersion("VerifierRegistry.VersionHalted", ({ world }) =>
    [...world.standings.entries()].filter(([, { haltedAt }]) => haltedAt !== 0n).map(([version]) => BigInt(version)),
  ),
  createUnderVersion("VerifierRegistry.ProtocolVersionRetired", (situation) =>
    retiringVersions(situation, (retiresAt) => situation.now >= retiresAt),
  ),
  { name: "add a version", aims: ["VerifierRegistry.addVersion ok"], weight: 0.3, make: addVersion },
  { name: "retire a version", aims: ["VerifierRegistry.scheduleRetirement ok"], weight: 0.3, make: retireVersion },
  governance(
    "OnlyGovernance",
    (situation) => situation.random.choose(changedVersion(situation, {}), ["scheduleRetirement", VERSION] as const),
    true,
  ),
  governance("UnknownProtocolVersion", ({ random }) => ["scheduleRetirement", random.between(2n ** 41n, 2n ** 42n)]),
  governance("ProtocolVersionExists", (situation) => ["addVersion", VERSION, newVersion(situation)[1]]),
  governance("ProofsMismatch", (situation) => ["addVersion", 2n ** 31n + newVersion(situation)[0], newVersion(situation)[1]]),
  governance("RetirementAlreadyScheduled", ({ world, random }) => {
    const scheduled = random.pick([...world.retiresAt.entries()]);
    return scheduled === undefined ? undefined : ["scheduleRetirement", BigInt(scheduled[0])];
  }),
  governance("VerifierWithoutCode", (situation) => changedVersion(situation, { verifier: situation.scene.accounts.stranger })),
  governance("TreeWithoutCode", (situation) => changedVersion(situation, { tree: situation.scene.accounts.stranger })),
  governance("ReaderWithoutCode", (situation) => changedVersion(situation, { reader: situation.scene.accounts.stranger })),
  governance("ReaderOfOtherFormat", (situation) => {
    const [version, content] = newVersion(situation);
    return ["addVersion", version + situation.random.between(2n, 200n), content];
  }),
  governance("AggregatorMissing", (situation) => {
    const [version, content] = newVersion(situation);
    return ["addVersion", version + 1n, content];
  }),
  governance("AggregatorWithoutCode", (situation) => versionWithAggregator(situation, situation.scene.accounts.stranger, true)),
  governance("AggregatorOfOtherVersion", (situation) => versionWithAggregator(situation, situation.scene.aggregator, true)),
  governance("AggregatorOfTrustedVersion", (situation) => versionWithAggregator(situation, situation.scene.aggregator, false)),
  governance("ExecutionKeyMismatch", (situation) =>
    changedVersion(
      situation,
      situation.random.oneIn(2) ? { aggregator: situation.scene.aggregator } : { executionKey: EXECUTION_KEY },
    ),
  ),
  governance("ProtocolVersionZero", (situation) => ["addVersion", 0n, newVersion(situation)[1]]),
  governance("ProtocolVersionTooLarge", (situation) => [
    "addVersion",
    situation.random.choose(2n ** 32n, 2n ** 200n),
    newVersion(situation)[1],
  ]),
  governance("GenesisWithoutOutputsLeaf", (situation) =>
    changedVersion(situation, { genesisLeafCount: situation.random.between(0n, 1n) }),
  ),
  governance("DigestNotCanonical", (situation) => changedVersion(situation, { genesisStateRoot: wordToHex((1n << 256n) - 1n) })),
];
