import { SAFE_CONFIRMATIONS } from "./fields/l1.ts";
import { ETHEREUM_CODE_LIMITS } from "../../proofs/rules/code-limits.ts";
import { ETH_BASE_TOKEN } from "../../ground/protocol/base-token.ts";
import { SUPERCHAIN } from "../../ground/protocol/superchain.ts";
import { ancestryConflicts } from "./ancestry-rules.ts";
import { externalConflicts } from "./external-rules.ts";
import { factConflicts } from "./fact-rules.ts";
import { instantConflicts } from "./instant-rules.ts";
import { linkConflicts } from "./link-rules.ts";
import { hasNodeProcesses, nodesOf, type PlannedAt } from "./plan.ts";
import type { OptionPath, OptionProblem } from "./problems.ts";
import { guardianNetworks, hasHolders, isStoredByOwners, publishesInputs } from "./data-facts.ts";
import { hubConflicts, type Hubs } from "./hub-rules.ts";
import { partitionConflicts } from "./partition-rules.ts";
import { guardianConflicts, type GuardianNetworks } from "./guardian-rules.ts";
import type { StakeTerms } from "./fields/stake.ts";
import {
  councilThresholds,
  DEVELOPMENT_COUNCIL,
  softFreezeObjection,
  thresholdObjection,
  voteObjection,
  type GovernanceOption,
} from "./fields/governance.ts";
import { exitDelayObjection } from "./fields/time-limits.ts";
import { longestWaitSeconds } from "./fields/settlement.ts";

/** L1 options that the rules between options read. */
interface RuledL1 {
  readonly url?: string | undefined;
  readonly port?: number | undefined;
  readonly confirmations?: number | undefined;
  readonly fork?: object | undefined;
}

/** Options of an ecosystem that the rules between options read, except its chains. */
interface RuledEcosystem {
  readonly l1: RuledL1;
  readonly l1Path: OptionPath;
  readonly governance: GovernanceOption;
  /** The folder that keeps it. */
  readonly data?: string | undefined;
  readonly stake?: StakeTerms | undefined;
  readonly guardians?: GuardianNetworks | undefined;
  readonly hubs?: Hubs | undefined;
}

/** Chain id of Hardhat's in-process networks. */
const LOCAL_L1_CHAIN_ID = 31_337;
/** Block time of Ethereum. */
const L1_BLOCK_SECONDS = 12;
/**
 * Seconds in which pending proofs are executed: up to eight in sequence, each in a transaction that L1
 * includes.
 */
const EXECUTION_MARGIN_SECONDS = 600;

/** Conflicts between options that are valid individually. */
export function conflicts(
  chains: readonly PlannedAt[],
  { l1, l1Path, governance, data, stake, guardians = {}, hubs = {} }: RuledEcosystem,
): readonly OptionProblem[] {
  const freezeSeconds = governance.council?.freezeSeconds ?? 0;
  return [
    ...l1Conflicts(l1, l1Path),
    ...governanceConflicts(governance),
    ...(data === undefined ? [] : keepingConflicts(chains, l1)),
    ...ancestryConflicts(chains),
    ...guardianConflicts(chains.map(guardedPlan), guardians, stake),
    ...hubConflicts(
      chains.map(({ plan }) => plan),
      hubs,
    ),
    ...sharedIds(chains),
    ...externalConflicts(chains),
    ...factConflicts(chains),
    ...linkConflicts(chains),
    ...instantConflicts(chains),
    ...partitionConflicts(chains),
    ...chains.flatMap((chain) => [
      ...provenConflicts(chain),
      ...secondCheckConflicts(chain),
      ...queueConflicts(chain),
      ...bftConflicts(chain),
      ...encryptionConflicts(chain),
      ...standbyConflicts(chain, freezeSeconds),
      ...importConflicts(chain),
      ...superchainConflicts(chain),
      ...dataConflicts(chain),
      ...inputsConflicts(chain),
      ...ownersConflicts(chain),
      ...timeConflicts(chain, l1, freezeSeconds),
      ...paceConflicts(chain),
      ...feeConflicts(chain),
    ]),
  ];
}

function l1Conflicts({ url, port, fork }: RuledL1, path: OptionPath): readonly OptionProblem[] {
  if (url === undefined) return [];
  const ofStarted = [
    ["port", port, "is the port of an L1 that is started"],
    ["fork", fork, "is what an L1 that is started begins with"],
  ] as const;
  return ofStarted
    .filter(([, value]) => value !== undefined)
    .map(([field, , what]) => ({
      path: [...path, field],
      message: `${what}; with l1.url none is, so leave one of the two out`,
    }));
}

/** A council freezes for governance to answer meanwhile. */
function governanceConflicts({ governor, council }: GovernanceOption): readonly OptionProblem[] {
  if (council === undefined) return [];
  const members = council.members?.length ?? DEVELOPMENT_COUNCIL;
  const reached = thresholdObjection(councilThresholds(council, members), members) ?? softFreezeObjection(council);
  if (reached !== undefined) return [{ path: ["governance", "council"], message: reached }];
  const objection = governor && voteObjection(governor, council.freezeSeconds);
  return objection === undefined ? [] : [{ path: ["governance", "governor"], message: objection }];
}

/** A folder keeps an ecosystem as a whole. */
function keepingConflicts(chains: readonly PlannedAt[], { url, fork }: RuledL1): readonly OptionProblem[] {
  const elsewhere = {
    path: ["data"],
    message: "keeps an L1 that is started; with l1.url none is, so leave one of the two out",
  };
  const forked = {
    path: ["data"],
    message: "keeps an L1 from its first block on; with l1.fork the first blocks are elsewhere, so leave one of the two out",
  };
  const beside = chains
    .filter(({ plan: { settlement } }) => settlement.journal !== undefined)
    .map(({ path }) => ({
      path: [...path, "journal"],
      message: "is kept in the folder that data names; leave one of the two out",
    }));
  return [...(url === undefined ? [] : [elsewhere]), ...(fork === undefined ? [] : [forked]), ...beside];
}

function sharedIds(chains: readonly PlannedAt[]): readonly OptionProblem[] {
  const owners = new Map([[BigInt(LOCAL_L1_CHAIN_ID), "the L1"]]);
  const names = new Set<string>();
  return chains.flatMap(({ path, plan: { name, chainId } }) => {
    const problems: OptionProblem[] = [];
    const owner = owners.get(chainId);
    if (owner !== undefined) {
      const message = `${chainId} is the chain id of ${owner} already; give each chain its own`;
      problems.push({ path: [...path, "chainId"], message });
    }
    if (names.has(name))
      problems.push({ path: [...path, "name"], message: `"${name}" is taken by another chain; choose another` });
    owners.set(chainId, `"${name}"`);
    names.add(name);
    return problems;
  });
}

/** A proof covers code of Ethereum's limit of size. */
function provenConflicts({ path, plan: { proving, firstState } }: PlannedAt): readonly OptionProblem[] {
  if (proving.execution === "trusted" || !firstState.allowUnlimitedContractSize) return [];
  const message = 'is "proven", which takes no code of any size; leave it or allowUnlimitedContractSize out';
  return [{ path: [...path, "execution"], message }];
}

/** Only trusted versions on L1 have a second verifier. */
function secondCheckConflicts({ path, plan: { protocol, proving, settlesOn } }: PlannedAt): readonly OptionProblem[] {
  if (!protocol.secondCheck) return [];
  const refused = (message: string): OptionProblem => ({ path: [...path, "secondCheck"], message });
  return [
    ...(proving.execution === "trusted"
      ? []
      : [refused('is true, and no second verifier checks proofs of execution; set execution to "trusted", or leave it out')]),
    ...(settlesOn === undefined
      ? []
      : [refused(`is true, and contracts on ${settlesOn} have no second verifier; leave it or settlesOn out`)]),
  ];
}

/**
 * Conflicts of a chain that L1's queue alone orders. No account controls this chain, and no step of it waits
 * for a signature.
 */
function queueConflicts({ path, plan }: PlannedAt): readonly OptionProblem[] {
  const { ordering, protocol, proving, validators, availability, settlement } = plan;
  if (ordering.sequencing !== "queue") return [];
  const refused: readonly (readonly [field: string, is: boolean, why: string])[] = [
    ["quorum", validators.quorum !== undefined, "and anyone settles such a chain"],
    ["standby", validators.standby !== undefined, "and anyone settles such a chain"],
    ["transactionOrder", ordering.transactionOrder !== "arrival", "and no transaction waits in it"],
    ["senders", ordering.senders !== undefined, "and every account's operations enter its queue"],
    ["deployers", ordering.deployers !== undefined, "and every account's operations enter its queue"],
    ["filterer", protocol.filterer !== undefined, "and every account's operations enter its queue"],
    ["fees", ordering.fees !== undefined, "and L1 has the price of its operations"],
    ["dataAvailability", availability.dataAvailability !== "rollup", "which publishes its data in each settlement"],
    ["executionDelaySeconds", protocol.executionDelaySeconds !== 0, "which is executed where it is proven"],
    ["pace", togetherOption(settlement.pace) !== undefined, "whose batches are settled one by one"],
  ];
  const path0 = (field: string): OptionPath => [...path, field];
  const problems = refused
    .filter(([, is]) => is)
    .map(([field, , why]) => ({
      path: path0(field),
      message: `is set together with sequencing "queue", ${why}; leave one of the two out`,
    }));
  if (proving.execution === "proven") return problems;
  const message = 'is "queue", which takes a chain whose execution L1 checks; set its execution to "proven" too';
  return [{ path: path0("sequencing"), message }, ...problems];
}

/** Nodes that decide a chain are its validators, for good. */
function bftConflicts({ path, plan }: PlannedAt): readonly OptionProblem[] {
  if (nodesOf(plan) === 0) return [];
  const { validators } = plan;
  const refused = (["quorum", "standby"] as const)
    .filter((field) => validators[field] !== undefined)
    .map((field) => ({
      path: [...path, field],
      message: `is set together with sequencing by "bft", whose nodes are the validators; leave one of the two out`,
    }));
  return [...refused, ...processConflicts({ path, plan })];
}

/** Envelopes are opened by nodes of one process, and no kernel has their type. */
function encryptionConflicts({ path, plan }: PlannedAt): readonly OptionProblem[] {
  if (plan.ordering.transactionOrder !== "encrypted") return [];
  const refused = (field: string, message: string): OptionProblem => ({ path: [...path, field], message });
  const isBft = nodesOf(plan) > 0;
  return [
    ...(isBft
      ? []
      : [
          refused(
            "transactionOrder",
            'is "encrypted", and nodes hold the key together; set sequencing to { by: "bft", nodes: 4 }, or choose "arrival" or "fee"',
          ),
        ]),
    ...(hasNodeProcesses(plan)
      ? [
          refused(
            "transactionOrder",
            'is "encrypted", and nodes in processes open no envelopes; leave processes out, or choose "arrival" or "fee"',
          ),
        ]
      : []),
    ...(plan.proving.execution === "proven"
      ? [
          refused(
            "execution",
            'is "proven", and no proof covers transactions of envelopes; set "trusted", or choose another transactionOrder',
          ),
        ]
      : []),
  ];
}

/** Nodes in processes know the genesis of the chain's version, and data that commits publish. */
function processConflicts({ path, plan }: PlannedAt): readonly OptionProblem[] {
  if (!hasNodeProcesses(plan)) return [];
  const { firstState, availability } = plan;
  const refused: readonly (readonly [field: string, is: boolean, reason: string])[] = [
    ["import", firstState.imported !== undefined, "which start from the genesis"],
    ["dataAvailability", availability.dataAvailability !== "rollup", 'which form batches of "rollup" alone'],
  ];
  return refused
    .filter(([, is]) => is)
    .map(([field, , reason]) => ({
      path: [...path, field],
      message: `is set together with nodes in processes, ${reason}; leave it or processes out`,
    }));
}

/** Checks that a standby's replacement of reverted batches can be executed before the exit opens. */
function standbyConflicts(
  { path, plan: { validators, protocol, settlesOn } }: PlannedAt,
  freezeSeconds: number,
): readonly OptionProblem[] {
  const { exitDelaySeconds, executionDelaySeconds } = protocol;
  const frozen = settlesOn === undefined ? freezeSeconds : 0;
  const needed = 2 * executionDelaySeconds + frozen;
  if (validators.standby === undefined || exitDelaySeconds > needed) return [];
  const freeze = frozen === 0 ? "" : ` with ${frozen} of a freeze`;
  const message = `${exitDelaySeconds} is not longer than twice executionDelaySeconds${freeze} (${needed}), in which a standby settles; give more, or leave standby out`;
  return [{ path: [...path, "exitDelaySeconds"], message }];
}

/**
 * Conflicts of the Superchain's contracts. A chain whose first batch has no initial state imports them, so
 * the limits of imports apply.
 */
function superchainConflicts({ path, plan }: PlannedAt): readonly OptionProblem[] {
  const { firstState, settlesOn, availability, proving } = plan;
  if (!firstState.superchain) return [];
  const taken = firstState.imported?.find(({ address }) => Object.values<string>(SUPERCHAIN).includes(address));
  if (taken !== undefined) {
    const message = `has an account at ${taken.address}, where bridges.superchain has a contract; leave one of the two out`;
    return [{ path: [...path, "import"], message }];
  }
  if (proving.execution === "trusted" || settlesOn !== undefined || availability.dataAvailability !== "validium") return [];
  const message = 'is "proven", where bridges.superchain is imported, and a validium takes no imports; leave one of the two out';
  return [{ path: [...path, "execution"], message }];
}

/** An import's data are calldata of L1. */
function importConflicts({ path, plan }: PlannedAt): readonly OptionProblem[] {
  const { firstState, settlesOn, availability } = plan;
  if (firstState.imported === undefined) return [];
  const at = [...path, "import"];
  const refused = (message: string): readonly OptionProblem[] => [{ path: at, message }];
  if (firstState.imported.length === 0) return refused("has no account; name some, or leave it out");
  const { runtimeBytes } = ETHEREUM_CODE_LIMITS;
  const long = firstState.imported.find(({ code }) => code.length > 2 + 2 * runtimeBytes);
  if (long !== undefined && !firstState.allowUnlimitedContractSize)
    return refused(
      `has ${(long.code.length - 2) / 2} bytes of code at ${long.address}, and the chain takes ${runtimeBytes} (EIP-170); leave that account out, or say allowUnlimitedContractSize: true`,
    );
  if (settlesOn !== undefined)
    return refused(
      `is brought to L1, and the chain settles on ${settlesOn}, which carries batches alone; leave one of the two out`,
    );
  if (availability.dataAvailability !== "rollup" && !publishesInputs(availability))
    return refused("is published on L1, and dataAvailability says otherwise; leave that or the import out");
  return [];
}

function guardedPlan({ path, plan: { availability, protocol } }: PlannedAt) {
  const names = guardianNetworks(availability);
  const field = availability.partition === undefined ? ["dataAvailability"] : ["partition", "guardians"];
  return { path: [...path, ...field], names, protocol };
}

function dataConflicts({ path, plan: { availability } }: PlannedAt): readonly OptionProblem[] {
  if (hasHolders(availability.dataAvailability)) return [];
  const message = 'is for a validium; others give their data to everybody. Add dataAvailability: "validium", or leave it out';
  // Calldata of acts has the contents of held accounts, so reads need a session.
  const refused = isStoredByOwners(availability) ? (["committee"] as const) : (["committee", "readers", "openReads"] as const);
  return refused
    .filter((field) => availability[field] !== undefined && availability[field] !== false)
    .map((field) => ({ path: [...path, field], message }));
}

/** A quorum that lies about execution could list acts that no owner signed. */
function ownersConflicts({ path, plan: { availability, proving } }: PlannedAt): readonly OptionProblem[] {
  if (!isStoredByOwners(availability) || proving.execution === "proven") return [];
  const message =
    'is "trusted", and a quorum that lies could spend held accounts without their owners; set "proven", or another dataAvailability';
  return [{ path: [...path, "execution"], message }];
}

/** Inputs are on L1 itself, and do not name decisions of nodes. */
function inputsConflicts({ path, plan }: PlannedAt): readonly OptionProblem[] {
  const { availability, settlesOn, ordering } = plan;
  if (!publishesInputs(availability)) return [];
  const refused = (field: string, message: string): OptionProblem => ({ path: [...path, field], message });
  return [
    ...(settlesOn === undefined
      ? []
      : [
          refused(
            "settlesOn",
            'is a chain, and inputs are published on L1 alone; leave it out, or set dataAvailability: "rollup"',
          ),
        ]),
    ...(typeof ordering.sequencing === "string"
      ? []
      : [
          refused(
            "dataAvailability",
            `is "inputs", which chains with sequencing by "${ordering.sequencing.by}" do not form; leave one of the two out`,
          ),
        ]),
  ];
}

/** An operation must be seen, taken and committed within the window: confirmations and the age of a batch shorten it. */
function timeConflicts(
  { path, plan }: PlannedAt,
  { url, confirmations = SAFE_CONFIRMATIONS }: RuledL1,
  freezeSeconds: number,
): readonly OptionProblem[] {
  const { priorityOpWindowSeconds: window } = plan.protocol;
  const { maxAgeMs = 0 } = plan.ordering.batches;
  const problems: OptionProblem[] = [];
  // Contracts on a chain have no council.
  const frozen = plan.settlesOn === undefined ? freezeSeconds : 0;
  const objection = exitDelayObjection(plan.protocol, { recoverySeconds: 0, freezeSeconds: frozen });
  if (objection !== undefined) problems.push({ path: [...path, "exitDelaySeconds"], message: objection });
  const unseen = url === undefined ? 0 : confirmations * L1_BLOCK_SECONDS;
  const batch = maxAgeMs / 1_000;
  if (unseen + batch >= window) {
    problems.push({
      path: [...path, "priorityOpWindowSeconds"],
      message: `${window} s is too short for batches of up to ${batch} s after ${unseen} s of confirmations on L1; give more than ${unseen + batch}, or lower batches.maxAgeMs or l1.confirmations`,
    });
  }
  return problems;
}

/** L1's gas is paid for in ETH, and no price of another token is known. */
function feeConflicts({ path, plan: { protocol, ordering } }: PlannedAt): readonly OptionProblem[] {
  if (ordering.fees === undefined || protocol.baseToken === ETH_BASE_TOKEN) return [];
  const message = "follow L1's price in ETH, and this chain's gas is paid for in another token; leave fees or baseToken out";
  return [{ path: [...path, "fees"], message }];
}

/**
 * A proof that waits must not keep an operation of the queue so long that the exit opens. The operation is older than its
 * batch's last block, from which the wait counts, and L1 executes the batch some time after the wait.
 */
function paceConflicts({ path, plan }: PlannedAt): readonly OptionProblem[] {
  const { maxAgeSeconds, maxBatches, maxGasPriceWei, atLatestSeconds, shared, aggregatorSeconds } = plan.settlement.pace;
  const { exitDelaySeconds } = plan.protocol;
  const { maxAgeMs = 0 } = plan.ordering.batches;
  const at = (field: string): OptionPath => [...path, "pace", field];
  const together = togetherOption(plan.settlement.pace);
  if (together !== undefined && plan.proving.execution === "trusted") {
    const message = 'is of proofs of execution; say execution: "proven", or leave it out';
    return [{ path: at(together), message }];
  }
  if (shared === true && aggregatorSeconds !== undefined) {
    const message = "has another process prove batches together, and shared has this one; leave one of the two out";
    return [{ path: at("aggregatorSeconds"), message }];
  }
  const delays = maxAgeSeconds ?? maxBatches ?? maxGasPriceWei;
  if (delays === undefined && atLatestSeconds !== undefined) {
    const message = "bounds a wait, and no other field of the pace has proofs wait; add one, or leave it out";
    return [{ path: at("atLatestSeconds"), message }];
  }
  if (maxAgeSeconds !== undefined && atLatestSeconds !== undefined && maxAgeSeconds > atLatestSeconds) {
    const message = `${maxAgeSeconds} is longer than atLatestSeconds (${atLatestSeconds}); lower it, or give more there`;
    return [{ path: at("maxAgeSeconds"), message }];
  }
  const longest = longestWaitSeconds(plan.settlement);
  if (longest === 0) return [];
  const age = Math.ceil(maxAgeMs / 1_000);
  const needed = longest + age + EXECUTION_MARGIN_SECONDS;
  if (needed <= exitDelaySeconds) return [];
  const message = `${longest} is too near to exitDelaySeconds (${exitDelaySeconds}): with ${age} s for a batch's age and ${EXECUTION_MARGIN_SECONDS} s to execute what waits it needs ${needed}, or the exit could open meanwhile; give less, or a longer exitDelaySeconds`;
  return [{ path: at(delays === undefined ? "aggregatorSeconds" : "atLatestSeconds"), message }];
}

/** Option of a pace that lets one proof cover batches of several chains. */
function togetherOption({
  shared,
  aggregatorSeconds,
}: PlannedAt["plan"]["settlement"]["pace"]): "shared" | "aggregatorSeconds" | undefined {
  if (shared === true) return "shared";
  return aggregatorSeconds === undefined ? undefined : "aggregatorSeconds";
}
