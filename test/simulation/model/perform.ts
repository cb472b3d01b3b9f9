import { aggregator } from "./aggregator.ts";
import { batches } from "./batches.ts";
import { bridge } from "./bridge.ts";
import { exits } from "./exits.ts";
import { factory } from "./factory.ts";
import type { CallEnd, EntryPoint, Frame, Transaction } from "./frame.ts";
import { hostileToken, secondBridge, thirdParty, verifierDouble } from "./outsiders.ts";
import { queue } from "./queue.ts";
import { bytecodeRegistry, transactionRootRegistry, verifierRegistry } from "./registries.ts";
import { Refusal, requireThat } from "./refusal.ts";
import { stateExit } from "./state-exit.ts";
import { computeRoot, computeRootWithout, type LeafPath, type LowLeaf } from "./state-tree.ts";
import { terms } from "./terms.ts";
import type { Call, Configuration, ContractKind, World } from "./world.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

interface ContractKey {
  readonly kind: number;
  readonly account: Hex;
  readonly slot: bigint;
}

interface ContractLeaf extends ContractKey {
  readonly value: bigint;
}

function initialize(frame: Frame, _chainId: bigint, _baseToken: Hex): void {
  requireFactory(frame, "ChainContract");
  const { isInitialized } = frame.world.chainAt(frame.self);
  requireThat(!isInitialized.value, "ChainContract", "AlreadyInitialized");
  isInitialized.value = true;
}
import { upgrades } from "./upgrades.ts";

/** Records nothing, because the model's chain has the configuration already. */
const recordBirth = (frame: Frame, _chainId: bigint): void => requireFactory(frame, "ChainSettings");
const configure = (frame: Frame, _configuration: Configuration): void => requireFactory(frame, "ChainSettings");

function requireFactory({ world, sender }: Frame, raisedBy: ContractKind): void {
  const { factory: expected } = world.addresses;
  requireThat(sender === expected, raisedBy, "OnlyFactory", () => [expected, sender]);
}

const stateTree = {
  computeRoot: (_: Frame, { kind, account, slot, value }: ContractLeaf, path: LeafPath): Hex =>
    computeRoot({ leafKind: kind, address: BigInt(account), slot, value }, path),
  computeRootWithout: (_: Frame, { kind, account, slot }: ContractKey, low: LowLeaf, path: LeafPath): Hex =>
    computeRootWithout({ leafKind: kind, address: BigInt(account), slot }, low, path),
};

/** The functions that the model knows, by contract. */
const ENTRY_POINTS: Partial<Record<ContractKind, Record<string, EntryPoint>>> = {
  ChainContract: { ...batches, ...queue, ...exits, initialize },
  ChainFactory: factory,
  SharedBridge: bridge,
  ChainSettings: { ...upgrades, ...terms, configure, recordBirth },
  StateExit: stateExit,
  StateTree: stateTree,
  VerifierRegistry: verifierRegistry,
  TransactionRootRegistry: transactionRootRegistry,
  BytecodeRegistry: bytecodeRegistry,
  ThirdParty: thirdParty,
  HostileToken: hostileToken,
  SecondBridgeDouble: secondBridge,
  VerifierDouble: verifierDouble,
  AggregateVerifierDouble: verifierDouble,
  ProofAggregator: aggregator,
};

const PAYABLE = new Set([
  "ChainFactory.requestL2TransactionDirect",
  "ChainFactory.requestL2TransactionDirectTo",
  "ChainFactory.requestL2TransactionsTogether",
  "ChainFactory.requestL2TransactionTwoBridges",
  "ChainFactory.requestL2TransactionTwoBridgesTo",
  "SharedBridge.depositBaseToken",
  "SharedBridge.bridgehubDeposit",
  "SecondBridgeDouble.bridgehubDeposit",
]);

/** Performs a call like L1: returns the contract's result, or throws Refusal without a change of the world. */
export function perform(world: World, transaction: Transaction, sender: Hex, call: Call, fromConstructor = false): unknown {
  const kind = world.kinds.get(call.to);
  if (kind === undefined) return undefined;
  const name = `${kind}.${call.fn}`;
  transaction.reached.add(name);
  return world.journal.attempt(() => {
    const entry = ENTRY_POINTS[kind]?.[call.fn];
    // A third party's fallback takes anything.
    if (kind === "ThirdParty" && entry === undefined) return undefined;
    const takesValue = kind === "ThirdParty" || PAYABLE.has(name) || call.value === 0n;
    if (entry === undefined || !takesValue) throw new Refusal(kind, "0x");
    if (kind === "SharedBridge") world.ether.value += call.value;
    const result = entry(frameOf(world, transaction, sender, call, fromConstructor), ...(call.args as never[]));
    transaction.accepted.add(name);
    return result;
  });
}

function frameOf(world: World, transaction: Transaction, sender: Hex, call: Call, fromConstructor: boolean): Frame {
  const next = (inner: Call): unknown => perform(world, transaction, call.to, inner);
  return {
    world,
    transaction,
    sender,
    self: call.to,
    value: call.value,
    fromConstructor,
    isCanonical: call.trailing === undefined,
    call: next,
    tryCall(inner): CallEnd {
      try {
        return { result: next(inner) };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        transaction.raised.add(`${error.raisedBy}.${error.error}`);
        return { refusal: error };
      }
    },
  };
}
