import type { AggregatedBatch } from "../../../src/ground/protocol/aggregate.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import type { L2Chain } from "../l2/l2-chain.ts";
import { proofOfAggregate } from "../../support/aggregate-proof.ts";
import { EXECUTION_VERSION } from "../support/scene.ts";
import { callOf, running, type Action, type Intent, type Situation } from "./action.ts";

const MOST_OF_A_CHAIN = 3;
const TOO_MANY = 65;

/** Whether an aggregate can prove the batch. */
const isProvable =
  ({ chain }: L2Chain) =>
  ({ batchNumber, protocolVersion }: StoredBatch): boolean =>
    protocolVersion === EXECUTION_VERSION && batchNumber >= chain.verified.value;

/** Batches that wait for a proof of their execution, some chain's and some of each, in order. */
function waiting(situation: Situation): AggregatedBatch[] {
  const { random } = situation;
  return random.some(running(situation)).flatMap((l2) => {
    const provable = l2.pending.map(({ stored }) => stored).filter(isProvable(l2));
    return provable.slice(0, 1 + random.index(MOST_OF_A_CHAIN)).map((batch) => ({ chainId: l2.chain.id, batch }));
  });
}

/** Batches of the version that no chain takes: executed or proven long ago, another chain's, or of no chain at all. */
function stale({ records, random }: Situation): AggregatedBatch[] {
  const known = records.chains.flatMap(({ chain, pending, executed }) =>
    [...pending, ...executed].map(({ stored }) => ({ chainId: chain.id, batch: stored })),
  );
  const old = random.pick(known.filter(({ batch }) => batch.protocolVersion === EXECUTION_VERSION));
  const chainId = random.pick(records.chains)?.chain.id;
  if (chainId === undefined) return [];
  const foreign = { chainId, batch: old?.batch ?? sampleBatch(records.chains[0]!) };
  return [random.oneIn(2) ? (old ?? foreign) : foreign];
}

const sampleBatch = ({ chain }: L2Chain): StoredBatch => ({ ...chain.last, protocolVersion: EXECUTION_VERSION });

function intentOf({ scene }: Situation, items: readonly AggregatedBatch[], digest: Hex, proof: Hex): Intent {
  return { call: callOf(scene.aggregator, "proveBatches", items, digest, proof) };
}

const chooseDigest = ({ random }: Situation): Hex => wordToHex(random.between(0n, 1n << 30n));

function aggregate(situation: Situation): Intent | undefined {
  const { random, world, scene } = situation;
  const items = [...waiting(situation), ...(random.oneIn(3) ? stale(situation) : [])];
  if (items.length === 0 || world.refusingVerifiers.get(scene.aggregateVerifierDouble) === true) return undefined;
  const digest = chooseDigest(situation);
  return intentOf(situation, items, digest, proofOfAggregate(items, digest));
}

/** An aggregate of one batch with one thing wrong; the verifier would take it. */
function mutated(
  error: string,
  change: (item: AggregatedBatch, situation: Situation) => { items: readonly AggregatedBatch[]; digest?: Hex; proof?: Hex },
): Action {
  return {
    name: `aggregate with ${error}`,
    aims: [`ProofAggregator.${error}`],
    weight: 0,
    make(situation) {
      const l2 = situation.random.pick(situation.records.chains);
      if (l2 === undefined) return undefined;
      const changed = change({ chainId: l2.chain.id, batch: sampleBatch(l2) }, situation);
      const { items, digest = chooseDigest(situation), proof = "0x" } = changed;
      return intentOf(situation, items, digest, proof);
    },
  };
}

const withBatch = (item: AggregatedBatch, change: Partial<StoredBatch>): AggregatedBatch => ({
  ...item,
  batch: { ...item.batch, ...change },
});

/** Names an unknown chain in a proof that the verifier accepts. */
function nameUnknownChain(item: AggregatedBatch, situation: Situation): { items: AggregatedBatch[]; digest: Hex; proof: Hex } {
  const digest = chooseDigest(situation);
  const items = [{ ...item, chainId: situation.random.between(1n << 33n, 1n << 60n) }];
  return { items, digest, proof: proofOfAggregate(items, digest) };
}

/** Anyone tells a chain that a batch is proven, without a proof. */
function claimProven(situation: Situation): Intent | undefined {
  const l2 = situation.random.pick(situation.records.chains);
  if (l2 === undefined) return undefined;
  const { stored } = situation.random.pick(l2.pending) ?? { stored: l2.chain.last };
  return { call: callOf(l2.chain.address, "acceptProven", stored) };
}

/** Proves the batch's data alone although its version proves execution. */
function proveDataOnly(situation: Situation): Intent | undefined {
  const next = ({ chain, pending }: L2Chain): StoredBatch | undefined =>
    pending.find(({ stored }) => stored.batchNumber === chain.verified.value)?.stored;
  const l2 = situation.random.pick(
    running(situation).filter((candidate) => next(candidate)?.protocolVersion === EXECUTION_VERSION),
  );
  const stored = l2 === undefined ? undefined : next(l2);
  return l2 === undefined || stored === undefined ? undefined : { call: callOf(l2.chain.address, "proveBatch", stored, "0x") };
}

export const aggregateActions: readonly Action[] = [
  {
    name: "aggregate",
    aims: ["ProofAggregator.proveBatches ok", "ChainContract.acceptProven ok"],
    weight: 6,
    make: aggregate,
  },
  mutated("BatchCountOutOfRange", (item, { random }) => ({
    items: random.oneIn(8) ? Array.from({ length: TOO_MANY }, () => item) : [],
  })),
  mutated("VersionMismatch", (item, { random }) => ({
    items: [item, withBatch(item, { protocolVersion: random.between(10n, 1n << 40n) })],
  })),
  mutated("BatchNumberTooLarge", (item, { random }) => ({
    items: [withBatch(item, { batchNumber: random.between(2n ** 32n - 1n, 2n ** 64n - 1n) })],
  })),
  mutated("DigestNotCanonical", (item, { random }) => {
    const word = wordToHex((1n << 256n) - 1n);
    const field = random.choose("oldStateRoot", "newStateRoot", "diffDigest", "point", "evaluation");
    const value = field === "point" || field === "evaluation" ? (word.slice(0, 42) as Hex) : word;
    return random.oneIn(4) ? { items: [item], digest: word } : { items: [withBatch(item, { [field]: value })] };
  }),
  mutated("UnknownChain", nameUnknownChain),
  mutated("ProofRefused", (item) => ({ items: [item], proof: "0x00" })),
  mutated("ProofNotStored", (item) => ({ items: [item] })),
  { name: "claim that a batch is proven", aims: ["ChainContract.OnlyAggregator"], weight: 0, make: claimProven },
  { name: "prove the data only", aims: ["ChainContract.ExecutionUnproven"], weight: 0, make: proveDataOnly },
];
