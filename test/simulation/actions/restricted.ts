import { toHex, wordToHex } from "../../../src/ground/protocol/hex.ts";
import { transactionTreeProof } from "../../../src/ground/protocol/transaction-tree.ts";
import { addressOf, ZERO_ADDRESS } from "../model/aliases.ts";
import { callOf, type Action, type Intent, type Situation } from "./action.ts";
import { sampleRecord } from "../../support/batch-record.ts";

/** A function that only one contract may call, called by anyone. */
function restricted(error: string, name: string, make: (situation: Situation, chainId: bigint) => Intent["call"]): Action {
  return {
    name: `call ${name} without the right`,
    aims: [error, name],
    weight: 0,
    make(situation) {
      const chainId = situation.random.pick(situation.world.chainIds.value);
      return chainId === undefined ? undefined : { call: make(situation, chainId) };
    },
  };
}

const request = (situation: Situation): unknown => ({
  sender: situation.random.pick(situation.scene.accounts.users),
  contractL2: addressOf(5n),
  mintValue: 1n << 100n,
  l2Value: 0n,
  l2Calldata: "0x",
  l2GasLimit: 100_000n,
  l2GasPerPubdataByteLimit: 800n,
  factoryDeps: [],
  refundRecipient: addressOf(6n),
});
const chainAddress = ({ world }: Situation, id: bigint): Intent["call"]["to"] => world.chains.get(id)!.address;
const thief = ({ random, scene }: Situation): string => random.pick(scene.accounts.users)!;
const flow = ({ world }: Situation): unknown => ({
  kind: 1,
  destinationChainId: 0n,
  originChainId: world.l1ChainId,
  originToken: ZERO_ADDRESS,
  amount: 1n,
});
const onlyFactory = "SharedBridge.OnlyFactory";
const notTheChain = "SharedBridge.NotTheChain";

/** A proof of a leaf of the registry, right or with one thing wrong. */
function isIncluded(error: string, change: (args: unknown[], situation: Situation) => void): Action {
  return {
    name: `look for a leaf of the registry with ${error}`,
    aims: [error],
    weight: 0,
    make(situation) {
      const { world, random } = situation;
      const leaves = world.rootLeaves.value;
      if (leaves.length === 0) return undefined;
      const leaf = random.index(leaves.length);
      const args = [
        BigInt(leaves.length),
        BigInt(leaf),
        1n,
        2n,
        toHex(random.bytes(32)),
        sampleRecord(),
        transactionTreeProof(leaves, leaf),
      ];
      change(args, situation);
      return { call: callOf(world.addresses.roots, "isIncluded", ...args) };
    },
  };
}

/** Repeats the factory's initialization of a chain. */
function initializeAgain(situation: Situation): Intent | undefined {
  const { world, random, scene } = situation;
  const chainId = random.pick(world.chainIds.value);
  if (chainId === undefined) return undefined;
  return {
    call: callOf(chainAddress(situation, chainId), "initialize", chainId, scene.tokens.base, 0n),
    by: world.addresses.factory,
    isImpossible: true,
  };
}

export const restrictedActions: readonly Action[] = [
  { name: "initialize a chain again", aims: ["ChainContract.AlreadyInitialized"], weight: 0, make: initializeAgain },
  restricted("ChainContract.OnlyFactory", "ChainContract.bridgehubRequestL2Transaction", (s, id) =>
    callOf(chainAddress(s, id), "bridgehubRequestL2Transaction", request(s), thief(s)),
  ),
  restricted("ChainContract.OnlyFactory", "ChainContract.initialize", (s, id) =>
    callOf(chainAddress(s, id), "initialize", id, s.scene.tokens.base, 0n),
  ),
  restricted("ChainSettings.OnlyFactory", "ChainSettings.recordBirth", (s, id) =>
    callOf(s.world.addresses.settings, "recordBirth", id),
  ),
  restricted("ChainFactory.NotTheChain", "ChainFactory.recordBirth", (s, id) =>
    callOf(s.world.addresses.factory, "recordBirth", id),
  ),
  restricted("ChainSettings.OnlyFactory", "ChainSettings.configure", (s, id) =>
    callOf(s.world.addresses.settings, "configure", s.world.chains.get(id)!.configuration),
  ),
  restricted(onlyFactory, "SharedBridge.depositBaseToken", (s, id) =>
    callOf(s.world.addresses.bridge, "depositBaseToken", id, s.scene.tokens.calm, thief(s), 5n),
  ),
  restricted(onlyFactory, "SharedBridge.bridgehubDeposit", (s, id) =>
    callOf(s.world.addresses.bridge, "bridgehubDeposit", id, thief(s), 0n, "0x"),
  ),
  restricted(onlyFactory, "SharedBridge.bridgehubConfirmL2Transaction", (s, id) =>
    callOf(s.world.addresses.bridge, "bridgehubConfirmL2Transaction", id, toHex(s.random.bytes(32)), toHex(s.random.bytes(32))),
  ),
  restricted(notTheChain, "SharedBridge.applyFlows", (s, id) =>
    callOf(s.world.addresses.bridge, "applyFlows", id, 0n, 0n, [flow(s)]),
  ),
  restricted(notTheChain, "SharedBridge.refundBaseToken", (s, id) =>
    callOf(s.world.addresses.bridge, "refundBaseToken", id, toHex(s.random.bytes(32)), ZERO_ADDRESS, thief(s), 5n),
  ),
  restricted(notTheChain, "SharedBridge.refundTokenDeposit", (s, id) =>
    callOf(s.world.addresses.bridge, "refundTokenDeposit", id, toHex(s.random.bytes(32)), {
      depositor: thief(s),
      token: ZERO_ADDRESS,
      amount: 5n,
    }),
  ),
  restricted("SharedBridge.OnlyStateExit", "SharedBridge.payHolding", (s, id) =>
    callOf(s.world.addresses.bridge, "payHolding", id, ZERO_ADDRESS, thief(s), 5n),
  ),
  restricted("SharedBridge.OnlyStateExit", "SharedBridge.payTransit", (s, id) =>
    callOf(s.world.addresses.bridge, "payTransit", id, ZERO_ADDRESS, thief(s), 5n),
  ),
  restricted("TransactionRootRegistry.NotTheChain", "TransactionRootRegistry.append", (s, id) =>
    callOf(s.world.addresses.roots, "append", id, 0n, toHex(s.random.bytes(32)), sampleRecord()),
  ),
  restricted("ChainContract.OnlyRegistry", "ChainContract.markRecord", (s, id) => callOf(chainAddress(s, id), "markRecord")),
  restricted("BytecodeRegistry.NotTheChain", "BytecodeRegistry.record", (s, id) =>
    callOf(s.world.addresses.bytecodes, "record", id, [toHex(s.random.bytes(32))], []),
  ),
  isIncluded(
    "TransactionRootRegistry.SiblingCount",
    (args, { random }) => (args[6] = (args[6] as unknown[]).slice(random.index(3) + 1)),
  ),
  isIncluded("TransactionRootRegistry.LeafIndexTooLarge", (args, { random }) => (args[1] = (1n << 32n) + random.between(0n, 9n))),
  isIncluded("TransactionRootRegistry.isIncluded ok", () => {}),
  isIncluded("TransactionRootRegistry.RootIndexUnknown", (args) => (args[0] = (args[0] as bigint) + 1n)),
];

/** Reads with an undefined leaf kind. */
export const treeActions: readonly Action[] = [
  {
    name: "compute a root of an unknown kind of leaf",
    aims: ["StateTree.LeafKindUnknown", "StateTree.computeRoot"],
    weight: 0,
    make({ world, random, records }) {
      const [l2] = records.chains;
      if (l2 === undefined) return undefined;
      const path = { nextKey: wordToHex(0n), index: 0, leafCount: 1, siblings: Array.from({ length: 32 }, () => wordToHex(0n)) };
      const leaf = { kind: 4 + random.index(200), account: addressOf(1n), slot: 0n, value: 1n };
      return { call: callOf(world.addresses.stateTree, "computeRoot", leaf, path) };
    },
  },
];
