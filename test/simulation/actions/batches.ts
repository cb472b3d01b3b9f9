import { assetId, AssetMessageKind } from "../../../src/ground/protocol/asset-message.ts";
import { toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { noProofMarker } from "../../../src/ground/protocol/no-proof.ts";
import { type StoredBatch, hashStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { formBatch, type FormedBatch } from "../l2/form.ts";
import type { BatchContent, BatchRecord, L2Chain } from "../l2/l2-chain.ts";
import { planFalseBatch, planHonestBatch } from "../l2/plan.ts";
import type { CommitBatch } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import type { BatchExecution } from "../../../src/chain/settlement/l1-sender/batch-calls.ts";
import { deadlineOf } from "../model/batches.ts";
import type { BatchRevert } from "../../../src/ground/protocol/quorum.ts";
import { batchDigest, revertDigest, type Terms } from "../model/quorum.ts";
import { type Key, sign, signAll } from "../support/keys.ts";
import { hashOfStatement } from "../model/registries.ts";
import { isProven } from "../model/versions.ts";
import type { World } from "../model/world.ts";
import { FULL_LEAF_COUNT } from "../support/scene.ts";
import { callOf, operated, running, stopped, type Action, type Intent, type Situation } from "./action.ts";

const STALE_SIGNATURE_BYTES = 64;
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
const ORDER = 2n * HALF_ORDER + 1n;

/** The arguments of `commitBatches`. */
interface CommitArguments {
  previous: StoredBatch;
  batch: CommitBatch;
  signatures: Hex[];
  terms?: Terms;
}

/** Approvals that hold as long as a simulation lasts. */
export const ALWAYS: Terms = { validFrom: 0n, validUntil: 1n << 40n };

/** Revert of the batches from this one on, which the quorum signs. */
function reversalOf({ chain }: L2Chain, firstNumber: bigint): BatchRevert {
  const hashAt = (number: bigint): Hex => {
    const stored = chain.batches.get(number);
    return stored === undefined ? wordToHex(0n) : hashStoredBatch(stored);
  };
  const lastBatchHash = hashAt(chain.committed.value - 1n);
  return {
    firstNumber,
    firstBatchHash: hashAt(firstNumber),
    lastBatchHash,
    revertCount: chain.revertCount.value,
    validUntil: ALWAYS.validUntil,
  };
}

export function revertIntent(
  { world }: Situation,
  l2: L2Chain,
  number: bigint,
  keys: readonly Key[],
  change: Partial<BatchRevert> = {},
): Intent {
  const reversal = { ...reversalOf(l2, number), ...change };
  return { call: callOf(l2.chain.address, "revertBatches", reversal, signAll(revertDigest(world, l2.chain, reversal), keys)) };
}

/** True if the next batch must take an operation. */
export function mustTake({ chain }: L2Chain, now: bigint): boolean {
  const first = chain.last.priorityOpTotal;
  return chain.operationsQueued.value > first && deadlineOf(chain, first) <= now;
}

/** Whether a tree of the chain can take more leaves. */
export function hasRoom({ chain }: L2Chain): boolean {
  return chain.genesis.leafCount < FULL_LEAF_COUNT;
}

function nothingHappens(l2: L2Chain, now: bigint): BatchContent {
  const { chain } = l2;
  return {
    operations: mustTake(l2, now) ? [{ operation: chain.queue.get(chain.last.priorityOpTotal)!, success: true }] : [],
    messages: [],
    writes: [],
    holdings: new Map(),
    bytecodes: [],
    imports: [],
    deliveries: [],
    escrows: [],
    cheatCount: 0n,
    timestamp: now,
    withhold: false,
  };
}

export function signaturesFor(situation: Situation, l2: L2Chain, commitment: Hex): Hex[] {
  const digest = batchDigest(situation.world, l2.chain, commitment, l2.chain.committed.value, ALWAYS);
  return signAll(digest, enoughKeys(situation, l2));
}

/** Keys of the current validators. */
function keysOf({ scene, now }: Situation, { chain }: L2Chain): Key[] {
  const { validators } = chain.termsAt(now);
  return scene.keys.filter(({ address }) => validators.includes(address));
}

function enoughKeys(situation: Situation, l2: L2Chain): Key[] {
  return keysOf(situation, l2).slice(0, Number(l2.chain.termsAt(situation.now).threshold));
}

function argumentsOf(situation: Situation, l2: L2Chain, { previous, batch }: FormedBatch): CommitArguments {
  return { previous, batch, signatures: signaturesFor(situation, l2, batch.commitment) };
}

export function commitIntent(l2: L2Chain, { previous, batch, signatures, terms = ALWAYS }: CommitArguments): Intent {
  return {
    call: callOf(l2.chain.address, "commitBatches", previous, [{ batch, approval: { ...terms, signatures } }]),
    isOwnInput: true,
  };
}

/** A batch in which as little happens as the chain's queue allows. */
export function formEmpty(situation: Situation, l2: L2Chain): FormedBatch {
  return formBatch(situation.scene, situation.world, l2, nothingHappens(l2, situation.now));
}

function commit(situation: Situation): Intent | undefined {
  const { world, records, random, now, scene } = situation;
  const l2 = random.pick(operated(situation).filter((candidate) => candidate.pending.length < 4 && hasRoom(candidate)));
  if (l2 === undefined) return undefined;
  const plan = l2.isHonest || random.oneIn(2) ? planHonestBatch : planFalseBatch;
  const formed = formBatch(scene, world, l2, plan(world, l2, records, random, now));
  situation.remember(formed);
  const intent = commitIntent(l2, argumentsOf(situation, l2, formed));
  return plan === planFalseBatch ? { ...intent, party: "quorum that lies" } : intent;
}

/** The operator's commit, sent by another that saw it. */
function copyCommit(situation: Situation): Intent | undefined {
  const { scene, random } = situation;
  const intent = commit(situation);
  return intent === undefined
    ? undefined
    : { ...intent, by: random.choose(scene.accounts.stranger, scene.parties[0]!), party: "copier of commits" };
}

function prove({ records, random, world }: Situation): Intent | undefined {
  const next = ({ chain, pending }: L2Chain): BatchRecord | undefined =>
    pending.find(({ stored }) => stored.batchNumber === chain.verified.value);
  // Others wait for an aggregate.
  const takesProof = (record: BatchRecord | undefined): boolean =>
    record !== undefined && !isProven(record.stored.protocolVersion);
  const l2 = random.pick(records.chains.filter((l2) => !l2.chain.exited.value && takesProof(next(l2))));
  const record = l2 === undefined ? undefined : next(l2);
  if (l2 === undefined || record === undefined) return undefined;
  return { call: callOf(l2.chain.address, "proveBatch", record.stored, proofOf(world, record.stored)) };
}

/** Proof that the verifier of the batch's version accepts. */
export function proofOf(world: World, batch: StoredBatch): Hex {
  const verifier = world.versions.get(batch.protocolVersion)?.verifier;
  const isDouble = verifier !== undefined && world.kinds.get(verifier) === "VerifierDouble";
  return isDouble ? hashOfStatement(batch) : toHex(noProofMarker(batch.commitment));
}

function executable({ records }: Situation): L2Chain[] {
  return records.chains.filter(({ chain }) => !chain.exited.value && chain.executed.value < chain.verified.value);
}

function execute(situation: Situation, from = executable(situation)): Intent | undefined {
  const l2 = situation.random.pick(from);
  if (l2 === undefined || l2.pending.length === 0) return undefined;
  // One more than are proven is refused with all.
  const proven = Number(l2.chain.verified.value - l2.chain.executed.value);
  const count = 1 + situation.random.index(situation.random.oneIn(8) ? l2.pending.length : proven);
  return executionIntent(l2, l2.pending.slice(0, count));
}

function executionIntent({ chain }: L2Chain, records: readonly BatchRecord[]): Intent {
  return { call: callOf(chain.address, "executeBatches", records.map(executionOf)) };
}

/** The contract's `BatchExecution` of a batch. */
export function executionOf({ stored, content, flows }: BatchRecord): BatchExecution {
  return { batch: stored, imports: content.imports, flows };
}

/** Executes a batch of a quorum that may have lied. */
const executeFalse = (situation: Situation): Intent | undefined =>
  execute(
    situation,
    executable(situation).filter(({ isHonest }) => !isHonest),
  );

/** Executes a batch of a quorum that claims more deliveries than are in transit to the chain. */
function executeFalseDelivery(situation: Situation): Intent | undefined {
  const { transit } = situation.world.bridge;
  const takesTooMuch = ({ isHonest, chain, pending: [first] }: L2Chain): boolean =>
    !isHonest &&
    first!.flows.some(
      ({ kind, originChainId, originToken, amount }) =>
        kind === AssetMessageKind.hyperbridgeDelivery && amount > transit.get(chain.id, assetId(originChainId, originToken)),
    );
  return execute(situation, executable(situation).filter(takesTooMuch));
}

function revertSome(situation: Situation): Intent | undefined {
  const { random } = situation;
  const l2 = random.pick(running(situation).filter(({ pending }) => pending.length > 0));
  if (l2 === undefined) return undefined;
  const number = random.pick(l2.pending)!.stored.batchNumber;
  return revertIntent(situation, l2, number, enoughKeys(situation, l2));
}

/** Reverts a stuck chain's committed batches, which L1 refuses to execute. */
function revertStuck(situation: Situation): Intent | undefined {
  const { random } = situation;
  const l2 = random.pick(running(situation).filter(({ pending, isHonest }) => pending.length > 2 && !isHonest));
  if (l2 === undefined) return undefined;
  const number = l2.chain.executed.value;
  return revertIntent(situation, l2, number, enoughKeys(situation, l2));
}

type Mutation = (args: CommitArguments, situation: Situation, l2: L2Chain) => void;

/** One thing wrong with a commit, by the error that it is for. */
const COMMIT_MUTATIONS: Record<string, Mutation> = {
  "ChainContract.BatchNumberMismatch": (args) => (args.batch = { ...args.batch, batchNumber: args.batch.batchNumber + 1n }),
  "ChainContract.StoredBatchMismatch": (args) => (args.previous = { ...args.previous, lastBlock: args.previous.lastBlock + 1n }),
  "ChainContract.BlockRangeInvalid": (args, { random }) =>
    (args.batch = random.oneIn(2)
      ? { ...args.batch, firstBlock: args.batch.firstBlock + 1n }
      : { ...args.batch, lastBlock: args.batch.firstBlock - 1n }),
  "ChainContract.TimestampsNotMonotone": (args) =>
    (args.batch = { ...args.batch, firstTimestamp: args.batch.lastTimestamp + 1n }),
  "ChainContract.TimestampInFuture": (args, { now, random }) =>
    (args.batch = { ...args.batch, lastTimestamp: now + random.between(1n, 1000n) }),
  "ChainContract.StateCheatsForbidden": (args) => (args.batch = { ...args.batch, cheatCount: 3n }),
  "ChainContract.TooManyImports": (args, { random }) =>
    (args.batch = { ...args.batch, importedRootCount: 256n + random.between(1n, 1000n) }),
  "ChainContract.PriorityOpsNotQueued": (args, _, { chain }) =>
    (args.batch = { ...args.batch, priorityOpCount: chain.operationsQueued.value - chain.last.priorityOpTotal + 1n }),
  "ChainContract.CommitmentMismatch": (args, { random }) => (args.batch = { ...args.batch, commitment: toHex(random.bytes(32)) }),
  "ChainContract.ApprovalNotYetValid": (args, { now, random }) =>
    (args.terms = { ...ALWAYS, validFrom: now + random.between(1n, 99n) }),
  "ChainContract.ApprovalExpired": (args, { now, random }) =>
    (args.terms = { ...ALWAYS, validUntil: now - random.between(1n, 99n) }),
  "ChainSettings.QuorumTooSmall": (args) => args.signatures.pop(),
  "ChainSettings.NotAValidator": (args, situation, l2) => {
    const { scene, world, random } = situation;
    const members = keysOf(situation, l2);
    const stranger = random.pick(scene.keys.filter((key) => !members.includes(key)))!;
    args.signatures[random.index(args.signatures.length)] = sign(
      batchDigest(world, l2.chain, args.batch.commitment, l2.chain.committed.value, ALWAYS),
      stranger,
    );
  },
  "ChainSettings.SignersNotAscending": (args, { random }) => {
    if (args.signatures.length > 1 && random.oneIn(2)) args.signatures.reverse();
    else args.signatures.push(args.signatures.at(-1)!);
  },
  "ChainSettings.SignatureLength": (args, { random }) => {
    const at = random.index(args.signatures.length);
    args.signatures[at] = args.signatures[at]!.slice(0, 2 + 2 * (random.oneIn(2) ? STALE_SIGNATURE_BYTES : 0)) as Hex;
  },
  "ChainSettings.SignatureMalformed": (args, { random }) => {
    const at = random.index(args.signatures.length);
    args.signatures[at] = random.oneIn(2) ? (`${args.signatures[at]!.slice(0, -2)}1d` as Hex) : malleate(args.signatures[at]!);
  },
};

/** The other signature of the same statement, which the curve allows and L1 does not. */
function malleate(signature: Hex): Hex {
  const s = ORDER - BigInt(`0x${signature.slice(66, 130)}`);
  const v = signature.endsWith("1b") ? "1c" : "1b";
  return `${signature.slice(0, 66)}${wordToHex(s).slice(2)}${v}` as Hex;
}

/** Old signatures of a commitment that was reverted since, and anybody's guess at the arguments. */
function commitMutated(error: string, mutate: Mutation): Action {
  return {
    name: `commit with ${error}`,
    aims: [error],
    weight: 0,
    make(situation) {
      const l2 = situation.random.pick(running(situation));
      if (l2 === undefined) return undefined;
      const args = argumentsOf(situation, l2, formEmpty(situation, l2));
      mutate(args, situation, l2);
      return commitIntent(l2, args);
    },
  };
}

/** A batch that takes none of the operations although one is due. */
function commitOverdue(situation: Situation): Intent | undefined {
  const { now, random, scene, world } = situation;
  const l2 = random.pick(running(situation).filter((candidate) => mustTake(candidate, now)));
  if (l2 === undefined) return undefined;
  const formed = formBatch(scene, world, l2, { ...nothingHappens(l2, now), operations: [] });
  return commitIntent(l2, argumentsOf(situation, l2, formed));
}

/** A batch whose clock is held back, so that an operation seems not to be due yet. */
function commitHeldBack(situation: Situation): Intent | undefined {
  const { now, random, scene, world } = situation;
  const l2 = random.pick(
    running(situation).filter(({ chain }) => {
      const { priorityOpTotal: first, lastTimestamp } = chain.last;
      const deadline = deadlineOf(chain, first);
      return (
        chain.operationsQueued.value > first && lastTimestamp < deadline && deadline + chain.configuration.priorityOpWindow <= now
      );
    }),
  );
  if (l2 === undefined) return undefined;
  const { priorityOpTotal: first, lastTimestamp } = l2.chain.last;
  const timestamp = random.between(lastTimestamp, deadlineOf(l2.chain, first) - 1n);
  const formed = formBatch(scene, world, l2, { ...nothingHappens(l2, now), operations: [], timestamp });
  return commitIntent(l2, argumentsOf(situation, l2, formed));
}

/** A batch under a version whose verifier says no. */
function proveInVain(situation: Situation): Intent | undefined {
  const { world, records, random } = situation;
  const refuses = ({ protocolVersion }: StoredBatch): boolean =>
    world.refusingVerifiers.get(world.versions.get(protocolVersion)!.verifier) === true;
  const next = ({ chain, pending }: L2Chain): StoredBatch | undefined =>
    pending.find(({ stored }) => stored.batchNumber === chain.verified.value)?.stored;
  const l2 = random.pick(
    records.chains.filter((candidate) => !candidate.chain.exited.value && refuses(next(candidate) ?? candidate.chain.genesis)),
  );
  const stored = l2 === undefined ? undefined : next(l2);
  return l2 === undefined || stored === undefined
    ? undefined
    : { call: callOf(l2.chain.address, "proveBatch", stored, proofOf(world, stored)) };
}

/** Any call on a chain that has stopped. */
function callStopped(situation: Situation): Intent | undefined {
  const { random } = situation;
  const l2 = random.pick(stopped(situation));
  if (l2 === undefined) return undefined;
  const { chain } = l2;
  const stored = chain.last;
  return {
    call: random.choose(
      callOf(chain.address, "commitBatches", stored, [
        { batch: formEmpty(situation, l2).batch, approval: { ...ALWAYS, signatures: [] } },
      ]),
      callOf(chain.address, "proveBatch", stored, proofOf(situation.world, stored)),
      callOf(chain.address, "executeBatches", [{ batch: stored, imports: [], flows: [] }]),
      callOf(chain.address, "revertBatches", reversalOf(l2, 0n), []),
      callOf(chain.address, "activateExit"),
    ),
  };
}

/** Attempts a stage of a batch too early or twice. */
function stageOutOfOrder(fn: "proveBatch" | "executeBatches", error: string): Action {
  return {
    name: `${fn} with ${error}`,
    aims: [error],
    weight: 0,
    make(situation) {
      const isProof = fn === "proveBatch";
      const done = running(situation).filter(({ chain }) =>
        isProof ? chain.verified.value === chain.committed.value : chain.executed.value === chain.verified.value,
      );
      const l2 = situation.random.pick(done);
      if (l2 === undefined) return undefined;
      const stored = l2.chain.last;
      const args = isProof ? [stored, proofOf(situation.world, stored)] : [[{ batch: stored, imports: [], flows: [] }]];
      return { call: callOf(l2.chain.address, fn, ...args) };
    },
  };
}

type StageMutation = (args: unknown[], situation: Situation) => void;

function mutatedStage(error: string, base: Action["make"], mutate: StageMutation): Action {
  return {
    name: `stage with ${error}`,
    aims: [error],
    weight: 0,
    make(situation) {
      const intent = base(situation);
      if (intent === undefined || !("call" in intent)) return undefined;
      const args = [...intent.call.args];
      mutate(args, situation);
      return { ...intent, call: { ...intent.call, args } };
    },
  };
}

/** Any batch of a call, also the last one. */
function mutatedExecution(
  error: string,
  mutate: (execution: BatchExecution, situation: Situation) => Partial<BatchExecution>,
): Action {
  return mutatedStage(
    error,
    (situation) => execute(situation),
    (args, situation) => {
      const executions = [...(args[0] as readonly BatchExecution[])];
      const index = situation.random.index(executions.length);
      const execution = executions[index]!;
      executions[index] = { ...execution, ...mutate(execution, situation) };
      args[0] = executions;
    },
  );
}

/** A batch whose delay has not passed. */
function executeEarly(situation: Situation): Intent | undefined {
  const early = executable(situation).filter(
    ({ chain, pending: [first] }) => first!.stored.committedAt + chain.configuration.executionDelay > situation.now,
  );
  const l2 = situation.random.pick(early);
  const [record] = l2?.pending ?? [];
  if (l2 === undefined || record === undefined) return undefined;
  return executionIntent(l2, [record]);
}

/** An attempt to undo what has been executed, with all the signatures that it could need. */
function revertExecuted(situation: Situation): Intent | undefined {
  const l2 = situation.random.pick(running(situation).filter(({ chain }) => chain.executed.value > 0n));
  if (l2 === undefined) return undefined;
  const number = situation.random.between(0n, l2.chain.executed.value - 1n);
  return revertIntent(situation, l2, number, keysOf(situation, l2));
}

function revertNothing(situation: Situation): Intent | undefined {
  const l2 = situation.random.pick(running(situation));
  if (l2 === undefined) return undefined;
  const number = l2.chain.committed.value + situation.random.between(0n, 3n);
  return revertIntent(situation, l2, number, keysOf(situation, l2));
}

const falseStored: StageMutation = (args) => (args[0] = { ...(args[0] as StoredBatch), newStateRoot: wordToHex(5n) });

/** A revert that was signed for another state of the chain. */
function revertMutated(error: string, change: (l2: L2Chain, situation: Situation) => Partial<BatchRevert>): Action {
  return {
    name: `revert with ${error}`,
    aims: [error],
    weight: 0,
    make(situation) {
      const l2 = situation.random.pick(running(situation).filter(({ pending }) => pending.length > 0));
      return l2 === undefined
        ? undefined
        : revertIntent(situation, l2, l2.pending[0]!.stored.batchNumber, keysOf(situation, l2), change(l2, situation));
    },
  };
}

export const batchActions: readonly Action[] = [
  {
    name: "commit",
    aims: [
      "ChainContract.commitBatches ok",
      "party quorum that lies",
      "SharedBridge.applyFlows ok",
      "BytecodeRegistry.record ok",
    ],
    weight: 14,
    make: commit,
  },
  { name: "copy a commit", aims: ["party copier of commits"], weight: 0.3, make: copyCommit },
  { name: "prove", aims: ["ChainContract.proveBatch ok"], weight: 12, make: prove },
  { name: "prove in vain", aims: ["ChainContract.ProofRefused"], weight: 0, make: proveInVain },
  {
    name: "execute",
    aims: ["ChainContract.executeBatches ok", "TransactionRootRegistry.append ok"],
    weight: 12,
    make: (situation) => execute(situation),
  },
  {
    name: "execute a false batch",
    aims: ["SharedBridge.BalanceOverdraft", "ChainContract.ImportedRootUnknown"],
    weight: 0.5,
    make: executeFalse,
  },
  { name: "execute a false delivery", aims: ["SharedBridge.TransitOverdraft"], weight: 0, make: executeFalseDelivery },
  { name: "revert", aims: ["ChainContract.revertBatches ok"], weight: 0.5, make: revertSome },
  { name: "revert what is stuck", aims: [], weight: 2, make: revertStuck },
  ...Object.entries(COMMIT_MUTATIONS).map(([error, mutate]) => commitMutated(error, mutate)),
  { name: "commit without a due operation", aims: ["ChainContract.PriorityOpOverdue"], weight: 0, make: commitOverdue },
  { name: "commit with the clock held back", aims: ["ChainContract.PriorityOpOverdueOnL1"], weight: 0, make: commitHeldBack },
  { name: "call a stopped chain", aims: ["ChainContract.ChainExited"], weight: 0, make: callStopped },
  stageOutOfOrder("proveBatch", "ChainContract.BatchNotCommitted"),
  stageOutOfOrder("executeBatches", "ChainContract.BatchNotProven"),
  mutatedStage("ChainContract.StoredBatchMismatch", prove, falseStored),
  mutatedExecution("ChainContract.StoredBatchMismatch", ({ batch }) => ({
    batch: { ...batch, leafCount: batch.leafCount + 1n },
  })),
  mutatedExecution("ChainContract.BatchNumberMismatch", ({ batch }) => ({
    batch: { ...batch, batchNumber: batch.batchNumber + 1n },
  })),
  mutatedStage("NoProofVerifier.NotTheMarker", prove, (args, { random }) => (args[1] = toHex(random.bytes(49)))),
  mutatedExecution("ChainContract.FlowsMismatch", (_, { world }) => ({
    flows: [
      {
        kind: 1,
        destinationChainId: 0n,
        originChainId: world.l1ChainId,
        originToken: wordToHex(0n).slice(0, 42) as Hex,
        amount: 1n,
      },
    ],
  })),
  mutatedExecution("ChainContract.ImportedRootsMismatch", ({ imports }, { world }) => ({
    imports: [...imports, { registryIndex: 0n, root: world.roots.value[0]! }],
  })),
  mutatedExecution("TransactionRootRegistry.RootIndexUnknown", (_, { world }) => ({
    // One more for each batch of the call that L1 would execute before.
    imports: [{ registryIndex: BigInt(world.roots.value.length + 64), root: wordToHex(0n) }],
  })),
  mutatedExecution("ChainContract.ImportedRootUnknown", () => ({ imports: [{ registryIndex: 0n, root: wordToHex(77n) }] })),
  { name: "execute early", aims: ["ChainContract.ExecutionDelayed"], weight: 0, make: executeEarly },
  revertMutated("ChainContract.RevertCountMismatch", (l2) => ({ revertCount: l2.chain.revertCount.value + 1n })),
  revertMutated("ChainContract.RevertExpired", (_, { now }) => ({ validUntil: now - 1n })),
  revertMutated("ChainContract.StoredBatchMismatch", () => ({ lastBatchHash: wordToHex(3n) })),
  { name: "revert what is executed", aims: ["ChainContract.RevertOfExecuted"], weight: 0, make: revertExecuted },
  { name: "revert what is not there", aims: ["ChainContract.NothingToRevert"], weight: 0, make: revertNothing },
];
