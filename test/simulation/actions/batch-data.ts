import { AbiCoder } from "ethers";
import {
  AssetMessageKind,
  ASSET_MESSAGE_BYTES,
  ASSET_ROUTER_ADDRESS,
  encodeAssetMessage,
} from "../../../src/ground/protocol/asset-message.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../../src/ground/protocol/held-accounts-address.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { formBatch } from "../l2/form.ts";
import type { L2Chain } from "../l2/l2-chain.ts";
import { addressOf } from "../model/aliases.ts";
import type { CommitBatch } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import { availabilityDigest } from "../model/quorum.ts";
import { keyOf, sign, signAll } from "../support/keys.ts";
import { running, type Action, type Intent, type Situation } from "./action.ts";
import { commitIntent, formEmpty, hasRoom, mustTake, signaturesFor } from "./batches.ts";

const HEADER = { logs: 0, codes: 0, updates: 0, insertions: 0 };

/** Pubdata with these counts and nothing or this behind them. */
function pubdata(counts: Partial<typeof HEADER>, ...rest: readonly number[]): Uint8Array {
  const { logs, codes, updates, insertions } = { ...HEADER, ...counts };
  const words = [logs, codes, updates, insertions].flatMap((count) => [count >> 8, count & 255]);
  return Uint8Array.from([2, ...words, ...rest]);
}

const index = (value: number): number[] => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
const ACCOUNT = Array.from(fromHex(addressOf(0x500000n)));
const MESSAGE_HEAD = [2, ...Array.from(fromHex(addressOf(0x600000n))), 0, 0, 0];

type Bytes = (situation: Situation, l2: L2Chain) => Uint8Array;

/** Bytes that do not encode pubdata, by the error that they cause. */
const MALFORMED: Record<string, Bytes> = {
  Truncated: ({ random }) =>
    random.choose(
      pubdata({}).slice(0, 8),
      pubdata({ logs: 1 }),
      pubdata({ logs: 1 }, 2, 0, 0),
      pubdata({ codes: 1 }, 0, 0),
      pubdata({ updates: 1 }, 1, 0, 0, 0),
    ),
  UnsupportedVersion: () => Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0),
  TooManyLogs: () => pubdata({ logs: 16_385 }),
  UnknownLogHead: ({ random }) => pubdata({ logs: 1 }, 3 + random.index(200)),
  OperationCountMismatch: (_, { chain }) => pubdata({ logs: 1 }, chain.operationsQueued.value > 10_000n ? 0 : 1),
  EmptyBytecode: () => pubdata({ codes: 1 }, 0, 0, 0),
  BytecodesNotAscending: () => pubdata({ codes: 2 }, 0, 0, 1, 0x60, 0, 0, 1, 0x60),
  UnknownEntryHead: () => pubdata({ updates: 1 }, 0x80, ...index(2)),
  LengthOutOfRange: () => pubdata({ insertions: 1 }, 0, ...ACCOUNT, 33, ...new Uint8Array(34).fill(1)),
  LeadingZeroByte: () => pubdata({ insertions: 1 }, 0x21, ...ACCOUNT, 0, 1),
  IndexNotAscending: () => pubdata({ updates: 1 }, 1, ...index(1), 1),
  IndexBeyondLeafCount: () => pubdata({ updates: 1 }, 1, ...index(0x3fff_ffff), 1),
  KindReserved: ({ random }) => pubdata({ insertions: 1 }, 0x80 + random.index(0x80), ...ACCOUNT, 1),
  TrailingBytes: ({ random }) => Uint8Array.of(...pubdata({}), ...random.bytes(1 + random.index(40))),
  TooManyMessages: (situation) => pubdata({ logs: manyLogs(situation) }, ...someLogs(situation)),
  LeafCountBeyondLimit: () => pubdata({ insertions: 1 }, 0x20, ...ACCOUNT, 1),
};

/** Too much for one batch; made once, since it is the same for all chains. */
const TOO_LONG = toHex(new Uint8Array(100_001).fill(1));
/** More messages than a batch may have, in a count that L1 reads before the logs behind it. No operation is among them. */
const manyLogs = ({ random }: Situation): number => (random.oneIn(2) ? 4097 : 4097 + random.index(12_000));

/** A few of the logs that the count announces. */
const someLogs = ({ random }: Situation): number[] => Array.from({ length: random.index(4) }, () => MESSAGE_HEAD).flat();

let tooManyFlows: Hex | undefined;

/** Sends of as many different assets as it takes to make the execution too expensive. */
function flowFlood(l1ChainId: bigint): Hex {
  const count = 353;
  const body = (i: number): number[] =>
    Array.from(
      encodeAssetMessage({
        kind: AssetMessageKind.hyperbridgeDelivery,
        destinationChainId: 1n,
        originChainId: l1ChainId,
        originToken: addressOf(0x700000n + BigInt(i)),
        amount: 1n,
        recipient: addressOf(1n),
        sender: addressOf(1n),
        nonce: 0n,
      }),
    );
  const head = [2, ...Array.from(fromHex(ASSET_ROUTER_ADDRESS)), 0, 0, ASSET_MESSAGE_BYTES];
  tooManyFlows ??= toHex(
    Uint8Array.from([...pubdata({ logs: count }), ...Array.from({ length: count }, (_, i) => [...head, ...body(i)]).flat()]),
  );
  return tooManyFlows;
}

/** A commit of this batch with something else in it, with the signatures that it had. */
function commitWith(situation: Situation, l2: L2Chain, change: (batch: CommitBatch) => Partial<CommitBatch>): Intent {
  const { previous, batch } = formEmpty(situation, l2);
  const changed = { ...batch, ...change(batch) };
  return commitIntent(l2, { previous, batch: changed, signatures: signaturesFor(situation, l2, changed.commitment) });
}

/** Chains on which no operation is due, so that data are looked at first. */
function calm(situation: Situation): L2Chain[] {
  return running(situation).filter((l2) => !mustTake(l2, situation.now));
}

function ofChain(
  name: string,
  aims: readonly string[],
  choose: (situation: Situation) => L2Chain[],
  change: (situation: Situation, l2: L2Chain, batch: CommitBatch) => Partial<CommitBatch>,
): Action {
  return {
    name,
    aims,
    weight: 0,
    make(situation) {
      const l2 = situation.random.pick(choose(situation));
      return l2 === undefined ? undefined : commitWith(situation, l2, (batch) => change(situation, l2, batch));
    },
  };
}

const malformed = Object.entries(MALFORMED).map(([error, bytes]) =>
  ofChain(
    `commit of data with ${error}`,
    [`BatchReader.${error}`],
    (situation) => calm(situation).filter(({ chain }) => error !== "LeafCountBeyondLimit" || chain.last.leafCount > 1n << 28n),
    (situation, l2) => ({ pubdata: toHex(bytes(situation, l2)) }),
  ),
);

/** Logs of withheld data that L1 does not take. */
const WITHHELD: Record<string, Bytes> = {
  MessageBodyWithheld: ({ random }) =>
    Uint8Array.of(0, 1, 3, ...fromHex(random.choose(ASSET_ROUTER_ADDRESS, HELD_ACCOUNTS_ADDRESS)), ...new Uint8Array(32)),
  Truncated: ({ random }) =>
    random.choose(
      new Uint8Array(1),
      Uint8Array.of(0, 1),
      Uint8Array.of(0, 1, 3, 0),
      Uint8Array.of(0, 1, 2, 0),
      Uint8Array.of(0, 1, 4, 0, 0, 1),
    ),
  TooManyLogs: () => Uint8Array.of(0x40, 1),
  UnknownLogHead: () => Uint8Array.of(0, 1, 5),
  OperationCountMismatch: () => Uint8Array.of(0, 1, 1),
  TrailingBytes: () => Uint8Array.of(0, 0, 7),
  TooManyMessages: (situation) => {
    const count = manyLogs(situation);
    return Uint8Array.of(count >> 8, count & 255, ...someLogs(situation));
  },
};

const withheld = Object.entries(WITHHELD).map(([error, bytes]) =>
  ofChain(`commit of withheld logs with ${error}`, [`BatchReader.${error}`], calm, (situation, l2, batch) => ({
    pubdata: "0x",
    withheld: { ...batch.withheld, logs: toHex(bytes(situation, l2)) },
  })),
);

const withPolicy =
  (name: "rollup" | "committee" | "all" | "any") =>
  (situation: Situation): L2Chain[] =>
    running(situation).filter(({ chain }) => chain.configuration.dataAvailabilityPolicy === situation.scene.policies[name]);

const abi = AbiCoder.defaultAbiCoder();

/** Signs an availability that a committee's members could have signed, with one fault. */
function falseAvailability(error: string): Action {
  return {
    name: `commit with ${error}`,
    aims: [`CommitteePolicy.${error}`],
    weight: 0,
    make(situation) {
      const { world, scene, random } = situation;
      const l2 = random.pick(withPolicy("committee")(situation));
      if (l2 === undefined) return undefined;
      const { reading, previous, batch } = formEmpty(situation, l2);
      const digest = availabilityDigest(world, scene.policies.committee, reading.preCommitment, reading.pubdataHash);
      const good = signAll(digest, scene.committeeKeys);
      const signatures: Record<string, Hex[]> = {
        TooFewSignatures: good.slice(0, random.index(2)),
        NotAMember: [good[0]!, sign(digest, keyOf("stranger"))],
        SignersNotAscending: [good[1]!, good[0]!],
        SignatureLength: [good[0]!, "0x1234"],
        SignatureMalformed: [good[0]!, `${good[1]!.slice(0, -2)}00` as Hex],
      };
      const changed = { ...batch, policyData: abi.encode(["bytes[]"], [signatures[error]]) as Hex };
      return commitIntent(l2, { previous, batch: changed, signatures: signaturesFor(situation, l2, batch.commitment) });
    },
  };
}

/** Code that an account gets and that was published nowhere. */
function commitHiddenCode(situation: Situation): Intent | undefined {
  const { random, scene, world } = situation;
  const l2 = random.pick(withPolicy("rollup")(situation).filter(hasRoom));
  if (l2 === undefined) return undefined;
  const write = {
    leafKind: LeafKind.codeHash,
    address: random.between(1n << 102n, 1n << 103n),
    slot: 0n,
    value: BigInt(keccak(random.bytes(9))),
  };
  const formed = formBatch(scene, world, l2, { ...formEmpty(situation, l2).content, writes: [write] });
  return commitIntent(l2, { ...formed, signatures: signaturesFor(situation, l2, formed.batch.commitment) });
}

/** A rollup's batch in an encoding that decoders take and readers do not. */
function commitOddlyEncoded(situation: Situation): Intent | undefined {
  const l2 = situation.random.pick(withPolicy("rollup")(situation));
  if (l2 === undefined) return undefined;
  const intent = commitWith(situation, l2, () => ({}));
  return { ...intent, call: { ...intent.call, trailing: toHex(situation.random.bytes(1 + situation.random.index(64))) } };
}

export const batchDataActions: readonly Action[] = [
  ...malformed,
  ...withheld,
  ofChain("commit of a root that is not a digest", ["BatchReader.DigestNotCanonical"], running, ({ random }, _, batch) =>
    random.oneIn(2)
      ? { newStateRoot: wordToHex((1n << 256n) - 1n) }
      : { diffDigest: toHex(Uint8Array.of(...random.bytes(28), 0x7f, 0, 0, 1)), commitment: batch.commitment },
  ),
  ofChain("commit with another coinbase", ["ChainContract.CommitmentMismatch"], running, ({ scene }) => ({
    coinbase: scene.accounts.stranger,
  })),
  ofChain("commit of too much data", ["BatchReader.PubdataTooLong"], running, () => ({ pubdata: TOO_LONG })),
  ofChain("commit of too many flows", ["ChainContract.ExecutionTooExpensive"], calm, ({ world }) => ({
    pubdata: flowFlood(world.l1ChainId),
  })),
  ofChain(
    "commit with data for another policy",
    ["RollupCalldataPolicy.MalformedPolicyData"],
    withPolicy("rollup"),
    ({ random }) => ({ policyData: toHex(random.bytes(random.choose(1, 2, 31, 33, 64, 70))) }),
  ),
  ofChain("commit with data for too few policies", ["AllOfPolicy.MalformedPolicyData"], withPolicy("all"), ({ random }) => ({
    policyData: abi.encode(["bytes[]"], [random.choose([], ["0x"], ["0x", "0x", "0x"])]) as Hex,
  })),
  ofChain("commit with data for an unknown policy", ["AnyOfPolicy.MemberUnknown"], withPolicy("any"), ({ random }) => ({
    policyData: abi.encode(["uint256", "bytes"], [random.between(2n, 9n), "0x"]) as Hex,
  })),
  ...["TooFewSignatures", "NotAMember", "SignersNotAscending", "SignatureLength", "SignatureMalformed"].map(falseAvailability),
  { name: "commit of hidden code", aims: ["BytecodeRegistry.BytecodeNotPublished"], weight: 0, make: commitHiddenCode },
  { name: "commit in an odd encoding", aims: ["RollupCalldataPolicy.PubdataNotPublished"], weight: 0, make: commitOddlyEncoded },
];
