import assert from "node:assert/strict";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { Contract, Interface, type ContractTransactionResponse, type TransactionReceipt } from "ethers";
import hre from "hardhat";
import { referenceCompressor } from "../../../../src/chain/state/batch-compressor.ts";
import { leafPath } from "../../../../src/chain/state/leaf-path.ts";
import { StateTree } from "../../../../src/chain/state/state-tree.ts";
import { flowFact, flowFactKey, hashAtomicFlow, type AtomicFlow } from "../../../../src/ground/protocol/atomic-flow.ts";
import type { BatchRecord } from "../../../../src/ground/protocol/batch-record.ts";
import { parentId } from "../../../../src/ground/protocol/chain-ancestry.ts";
import { digestToHex } from "../../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../../src/ground/protocol/domain-tags.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import type { HoldingKey } from "../../../../src/ground/protocol/holding.ts";
import { hashL2Log, l2LogTreeRoot, messageLog } from "../../../../src/ground/protocol/l2-log.ts";
import { l2LogProof } from "../../../../src/ground/protocol/log-proof.ts";
import { encodeMessageProof, l2LogTreeProof } from "../../../../src/ground/protocol/message-proof.ts";
import { PREDEPLOYS } from "../../../../src/ground/protocol/predeploys.ts";
import {
  transactionTreeLeaf,
  transactionTreeProof,
  transactionTreeRoot,
} from "../../../../src/ground/protocol/transaction-tree.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../../../src/ecosystem/relayer/atomic-flows-address.ts";
import { sampleRecord, recordOfMark } from "../../../support/batch-record.ts";
import { BOOTLOADER, startLocalL2, type LocalL2 } from "./local-l2.ts";

/** Seconds at which L1 and the chains begin; later than the machine's clock, which engines start with. */
export const START = 4_000_000_000n;

/** A leaf of the modelled registry, with what it takes to prove things of it. */
export interface WorldLeaf {
  readonly index: number;
  readonly chainId: bigint;
  readonly batchNumber: bigint;
  readonly logRoot: Hex;
  readonly record: BatchRecord;
  /** Storage of the flows' contract before and after. */
  readonly before: StateTree;
  readonly after: StateTree;
  readonly bodies: readonly Hex[];
  readonly logs: readonly Hex[];
}

/** A chain whose batches are executed by hand. */
export interface WorldChain extends LocalL2 {
  readonly flows: Contract;
  readonly users: readonly HardhatEthersSigner[];
  /** Seconds by the chain's clock at its next transaction; each transaction takes one at least. */
  clock: bigint;
  send(contract: Contract, user: number, name: string, args: readonly unknown[], value?: bigint): Promise<TransactionReceipt>;
  /** Executes on L1 a batch with all the chain's actions, at a time of L1. */
  execute(at: bigint): Promise<WorldLeaf>;
  /** Marks on L1 that the chain executed nothing more until a time; `exited` that it never will. */
  mark(at: bigint, exited?: boolean): WorldLeaf;
  /** Gives the chain the newest root of the registry. */
  importRoot(): Promise<void>;
}

export interface FlowWorld {
  readonly chains: readonly [WorldChain, WorldChain, WorldChain];
  readonly leaves: readonly WorldLeaf[];
  /** The contract's address, on all chains. */
  readonly address: Hex;
  /** The newest leaf with a leg's message, as `IAtomicFlows` takes it, proven against the newest root. */
  fact(flow: AtomicFlow, leg: number): { batchNumber: bigint; index: bigint; proof: readonly Hex[] };
  hasFact(flow: AtomicFlow, leg: number): boolean;
  /** Proof of a leg's absence in the state of a registry's leaf: before it for escrows, after it for the pivot. */
  absence(flow: AtomicFlow, leg: number, leaf: WorldLeaf, state?: "before" | "after"): object;
  /** The newest leaf with a leg's message, as the state exit on L1 takes it. */
  message(flow: AtomicFlow, leg: number): object;
  /** Place of a leg's escrow in the last state of its chain that L1 has executed. */
  heldPath(flow: AtomicFlow, leg: number): object;
  /** Resolves with what undoes all that happens from here on. */
  snapshot(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

interface ChainState {
  batchNumber: bigint;
  firstBlock: number;
  imported: number;
  tree: StateTree;
}

const NEIGHBOURS = Array.from({ length: 6 }, (_, i) => ({
  leafKind: LeafKind.storage,
  address: 0xbeefn,
  slot: BigInt(i),
  value: BigInt(i) + 1n,
}));
const messenger = new Interface(["event L1MessageSent(address indexed sender, bytes32 indexed hash, bytes message)"]);

/** Three chains with the flows' contract, under a modelled layer that tests move by hand: L1, or the chain that their ids name. */
export async function startFlowWorld(ids: readonly [bigint, bigint, bigint] = [270n, 271n, 272n]): Promise<FlowWorld> {
  const leaves: WorldLeaf[] = [];
  const hashes: Hex[] = [];
  const append = (leaf: Omit<WorldLeaf, "index">): WorldLeaf => {
    const appended = { ...leaf, index: leaves.length };
    leaves.push(appended);
    hashes.push(transactionTreeLeaf(leaf));
    return appended;
  };
  const states: ChainState[] = [];
  const chains: WorldChain[] = [];
  for (const chainId of ids) {
    const state: ChainState = { batchNumber: 0n, firstBlock: 0, imported: 0, tree: treeOf([]) };
    states.push(state);
    chains.push(await startChain(Number(chainId), state, append, hashes));
  }
  const address = ATOMIC_FLOWS_ADDRESS;
  const rootIndex = (): bigint => BigInt(leaves.length);
  const find = (flow: AtomicFlow, leg: number): { leaf: WorldLeaf; index: number } | undefined => {
    const body = hexOf(flowFact(hashAtomicFlow(flow), leg));
    for (const leaf of leaves) {
      if (leaf.chainId !== flow.legs[leg]!.chainId) continue;
      const index = leaf.bodies.indexOf(body);
      if (index !== -1) return { leaf, index };
    }
    return undefined;
  };

  const batchRoot = ({ chainId, batchNumber, logRoot, record, index }: WorldLeaf) => ({
    ...{ chainId, batchNumber, logRoot, record, leafIndex: BigInt(index) },
    ...{ siblings: transactionTreeProof(hashes, index), rootIndex: rootIndex() },
  });

  return {
    chains: chains as [WorldChain, WorldChain, WorldChain],
    leaves,
    address,
    hasFact: (flow, leg) => find(flow, leg) !== undefined,
    fact(flow, leg) {
      const found = find(flow, leg);
      if (found === undefined) throw new Error(`no executed batch has leg ${leg}`);
      const { leaf, index } = found;
      const proof = encodeMessageProof({
        logSiblings: l2LogTreeProof(leaf.logs, index),
        registryLeafIndex: BigInt(leaf.index),
        registrySiblings: transactionTreeProof(hashes, leaf.index),
        registryRootIndex: rootIndex(),
        record: leaf.record,
      });
      return { batchNumber: leaf.batchNumber, index: BigInt(index), proof };
    },
    absence(flow, leg, leaf, state = flow.legs[leg]!.isPivot ? "after" : "before") {
      const key = flowFactKey(address, hashAtomicFlow(flow), leg, flow.legs[leg]!.isPivot);
      const proof = leaf[state].prove(key);
      return {
        batch: batchRoot(leaf),
        low: { kind: proof.leafKind, key: digestToHex(proof.key), value: proof.value },
        path: leafPath(proof),
      };
    },
    message(flow, leg) {
      const found = find(flow, leg);
      if (found === undefined) throw new Error(`no executed batch has leg ${leg}`);
      const { leaf, index } = found;
      return { batch: batchRoot(leaf), index, proof: l2LogProof(leaf.logs, index) };
    },
    heldPath(flow, leg) {
      const last = leaves.findLast(({ chainId }) => chainId === flow.legs[leg]!.chainId);
      if (last === undefined) throw new Error(`leg ${leg} has no executed batch`);
      return leafPath(last.after.prove(flowFactKey(address, hashAtomicFlow(flow), leg, false)));
    },
    async snapshot() {
      const kept = await Promise.all(chains.map(({ ethers }) => ethers.provider.send("evm_snapshot", [])));
      const [count, clocks, before] = [leaves.length, chains.map(({ clock }) => clock), states.map((state) => ({ ...state }))];
      return async () => {
        for (const [i, chain] of chains.entries()) {
          await chain.ethers.provider.send("evm_revert", [kept[i]]);
          chain.clock = clocks[i]!;
          Object.assign(states[i]!, before[i]);
        }
        leaves.length = count;
        hashes.length = count;
      };
    },
    async close() {
      for (const chain of chains) await chain.close();
    },
  };
}

async function startChain(
  chainId: number,
  state: ChainState,
  append: (leaf: Omit<WorldLeaf, "index">) => WorldLeaf,
  hashes: readonly Hex[],
): Promise<WorldChain> {
  const l2 = await startLocalL2(chainId, {
    l1ChainId: parentId(BigInt(chainId)) ?? 31337n,
    l1SharedBridge: "0xb41d6e00000000000000000000000000000b41d6",
    baseTokenOriginChainId: 31337n,
    baseTokenOriginToken: "0x0000000000000000000000000000000000000000",
    bornAt: 0n,
  });
  const { provider } = l2.ethers;
  const users = await l2.ethers.getSigners();
  // Where clients put it: L1's state exit knows it there.
  const address = ATOMIC_FLOWS_ADDRESS;
  const { abi, deployedBytecode } = await hre.artifacts.readArtifact("AtomicFlows");
  await provider.send("hardhat_setCode", [address, deployedBytecode]);
  const flows = new Contract(address, abi, users[0]);
  const roots = await l2.predeploy("ImportedRoots", await l2.impersonate(BOOTLOADER));
  state.firstBlock = (await provider.getBlockNumber()) + 1;
  /** Slots that transactions wrote in the contract, by their events. */
  const slotsWritten = async (): Promise<HoldingKey[]> => {
    const logs = await provider.getLogs({ address, fromBlock: 0, toBlock: "latest" });
    return logs.flatMap((log) => {
      const event = flows.interface.parseLog(log)!;
      const [id, leg] = [event.args[0] as Hex, Number(event.args[1])];
      const escrow = flowFactKey(address, id, leg, false);
      return event.name === "PivotExecuted" ? [escrow, flowFactKey(address, id, leg, true)] : [escrow];
    });
  };
  /** Sets the time of the next block. */
  const tick = async (): Promise<void> => {
    const last = BigInt((await provider.getBlock("latest"))!.timestamp);
    await provider.send("evm_setNextBlockTimestamp", [Number(chain.clock > last ? chain.clock : last + 1n)]);
  };
  const chain: WorldChain = {
    ...l2,
    flows,
    users,
    clock: START,
    async send(contract, user, name, args, value = 0n) {
      await tick();
      const caller = contract.connect(users[user]!) as Contract;
      const overrides = { gasLimit: 16_000_000n, value };
      const response = (await caller.getFunction(name).send(...args, overrides)) as ContractTransactionResponse;
      const receipt = await response.wait();
      assert.ok(receipt);
      return receipt;
    },
    async execute(at) {
      const toBlock = await provider.getBlockNumber();
      const said = await provider.getLogs({ address: PREDEPLOYS.L1Messenger, fromBlock: state.firstBlock, toBlock });
      const sent = said.map((log) => messenger.parseLog(log)!).map(({ args }) => [args[0] as string, args[2] as Hex] as const);
      const logs = sent.map(([sender, body]) => hashL2Log(messageLog(sender.toLowerCase() as Hex, fromHex(body))));
      const keys = new Map((await slotsWritten()).map((key) => [key.slot, key]));
      const slots = await Promise.all(
        [...keys.values()].map(async (key) => ({ ...key, value: BigInt(await provider.getStorage(address, key.slot)) })),
      );
      const before = state.tree;
      state.tree = treeOf(slots);
      state.firstBlock = toBlock + 1;
      const lastTimestamp = BigInt((await provider.getBlock(toBlock))!.timestamp);
      const record = sampleRecord({
        oldStateRoot: digestToHex(before.root),
        newStateRoot: digestToHex(state.tree.root),
        lastTimestamp,
        executedAt: at,
        provenSince: state.batchNumber + 1n,
      });
      const after = state.tree;
      const [batchNumber, bodies] = [state.batchNumber++, sent.map(([, body]) => body)];
      const logRoot = l2LogTreeRoot(logs);
      return append({ chainId: l2.chainId, batchNumber, logRoot, record, before, after, bodies, logs });
    },
    mark(at, exited = false) {
      const { tree } = state;
      const stateRoot = digestToHex(tree.root);
      const record = recordOfMark({ protocolVersion: 1n, stateRoot, lastBlock: 5n, exited }, at);
      const batchNumber = state.batchNumber;
      return append({
        chainId: l2.chainId,
        batchNumber,
        logRoot: wordToHex(0n),
        record,
        before: tree,
        after: tree,
        bodies: [],
        logs: [],
      });
    },
    async importRoot() {
      if (state.imported === hashes.length) return;
      state.imported = hashes.length;
      await tick();
      await (await roots.getFunction("importRoot").send(hashes.length, transactionTreeRoot(hashes))).wait();
    },
  };
  return chain;
}

/** A state with these slots among others'. */
function treeOf(slots: readonly (HoldingKey & { value: bigint })[]): StateTree {
  const leaves = [...NEIGHBOURS, ...slots].filter(({ value }) => value !== 0n);
  return StateTree.genesis(leaves, { compressor: referenceCompressor });
}

const hexOf = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString("hex")}`;

/** Hash of the call of a pivot's recipient. */
export const callOf = (data: Hex): Hex => keccak(fromHex(data));
