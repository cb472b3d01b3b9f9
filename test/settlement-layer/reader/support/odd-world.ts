import { Interface } from "ethers";
import { chainFactoryAbi } from "../../../../src/ground/abi/chain-factory.ts";
import { fromHex, toHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import type { PubdataLog } from "../../../../src/ground/protocol/pubdata.ts";
import { PREDEPLOYS } from "../../../../src/ground/protocol/predeploys.ts";
import type { ImportedRoot } from "../../../../src/ground/protocol/rolling-hash.ts";
import { hyperchainInterface, registryInterface } from "../../../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import type { BatchContent, SettledL1 } from "../../../settlement/support/settled-l1.ts";
import { ModelledChain, type CommitManner } from "./modelled-chain.ts";
import { sampleRecord } from "../../../support/batch-record.ts";

const [PLAIN, MASKED, UNDONE, LENIENT] = [0, 1, 2, 3];
const shaper = new Interface([
  "function run((address target, bytes data, uint8 manner)[] steps) payable",
  "function pay(address target, bytes data, uint256 value) payable",
]);
const factory = new Interface(chainFactoryAbi);
/** Calls that no reader makes. */
const registryCalls = new Interface([
  "function append(uint256 chainId, uint256 batchNumber, bytes32 logRoot, (uint256 protocolVersion, bytes32 oldStateRoot, bytes32 newStateRoot, " +
    "bytes32 partition, bytes32 extensions, uint64 lastBlock, uint64 lastTimestamp, uint64 executedAt, uint64 provenSince, uint64 firstTimestamp, bytes32 refused) record)",
  "function mark(uint256 chainId)",
]);
/** The registry takes it of chains only. */
const SENDERS: readonly Hex[] = [
  PREDEPLOYS.L2AssetRouter,
  PREDEPLOYS.InteropCenter,
  PREDEPLOYS.L2BaseToken,
  `0x${"ab".repeat(20)}`,
];
const CALLDATA_TAIL = 31;

interface Step {
  readonly target: string;
  readonly data: string;
  readonly manner: number;
}

type Totals = Readonly<Record<"committed" | "verified" | "executed", number>>;

/**
 * An L1 with a rollup and two chains that withhold their data, on which strangers do, at random, whatever they may: in
 * contracts, nested, several calls in a transaction, among decoys and calls that revert.
 */
export class OddWorld {
  readonly chains: readonly ModelledChain[];
  /** Number of executions of each kind of step. */
  readonly done = new Map<string, number>();
  readonly #settled: SettledL1;
  readonly #shaper: string;
  readonly #random: () => number;
  /** A state of L1 to return to, once. */
  #mark: { readonly id: string; readonly states: readonly ReturnType<ModelledChain["state"]>[] } | undefined;
  /** The last call that committed something: for decoys. */
  #lastCommit: Hex = "0x";

  private constructor(settled: SettledL1, chains: readonly ModelledChain[], shaperAddress: string, random: () => number) {
    this.#settled = settled;
    this.chains = chains;
    this.#shaper = shaperAddress;
    this.#random = random;
  }

  static async create(settled: SettledL1, firstChainId: bigint, random: () => number): Promise<OddWorld> {
    const chains: ModelledChain[] = [];
    for (const [i, publishes] of [true, false, false].entries())
      chains.push(await ModelledChain.create(settled, firstChainId + BigInt(i), publishes));
    const contract = await settled.l1.deploy("CallShaper");
    return new OddWorld(settled, chains, await contract.getAddress(), random);
  }

  async step(): Promise<void> {
    const chain = this.#pick(this.chains);
    const { committed, verified, executed } = await this.#totals(chain);
    const dice = this.#random();
    if (dice < 0.12) return this.#queue(chain);
    if (dice < 0.18) return this.#noise();
    if (dice < 0.24) return this.#mark === undefined ? this.#setMark() : this.#reorganize();
    if (dice < 0.32 && committed > executed) return this.#revert(chain, executed, committed);
    if (dice < 0.6) return this.#commit(chain);
    if (dice < 0.66 && !chain.publishes) return this.#allAtOnce(chain, { committed, verified, executed });
    if (dice < 0.85 && verified < committed) return this.#finish(chain, "prove", chain.prove(verified));
    if (executed < verified) return this.#execute(chain, executed, verified);
    return verified < committed ? this.#finish(chain, "prove", chain.prove(verified)) : this.#commit(chain);
  }

  async #commit(chain: ModelledChain): Promise<void> {
    const manners: readonly CommitManner[] = chain.publishes
      ? ["direct"]
      : ["direct", "loose", "embedded", "behind decoys", "masked"];
    const manner = this.#pick(manners);
    const committedAt = await this.#nextTime();
    const content = (): Promise<BatchContent> => this.#content(chain);
    const contents = this.#random() < 0.3 ? [content, content] : [content];
    if (contents.length > 1) this.#count("commit several");
    const call = await chain.commit(contents, committedAt, manner);
    const decoy = this.#altered(call);
    this.#count(`commit ${manner}`);
    switch (manner) {
      case "direct":
        await this.#send(chain.hyperchain, call, committedAt);
        break;
      case "loose":
        // The padding of the last signature is missing, which the contract does not mind.
        await this.#send(chain.hyperchain, toHex(fromHex(call).slice(0, -CALLDATA_TAIL)), committedAt);
        break;
      case "embedded":
        await this.#run([this.#plain(chain, call)], committedAt);
        break;
      case "behind decoys":
        await this.#run(
          [
            { ...this.#plain(chain, decoy), manner: UNDONE },
            { ...this.#plain(chain, call), manner: UNDONE },
            { ...this.#plain(chain, decoy), manner: LENIENT },
            this.#masked(chain, call),
          ],
          committedAt,
        );
        break;
      case "masked":
        await this.#run([this.#masked(chain, call)], committedAt);
    }
    this.#lastCommit = call;
  }

  /** Executes some of the proven batches, or all, in one call. */
  #execute(chain: ModelledChain, executed: number, verified: number): Promise<void> {
    const count = 1 + Math.floor(this.#random() * (verified - executed));
    if (count > 1) this.#count("execute several");
    return this.#finish(chain, "execute", chain.execute(executed, count));
  }

  async #finish(chain: ModelledChain, verb: "prove" | "execute", call: Hex): Promise<void> {
    const manner = this.#pick(["direct", "embedded", "masked", "behind decoys"]);
    this.#count(`${verb} ${manner}`);
    const time = await this.#nextTime();
    if (manner === "direct") return this.#send(chain.hyperchain, call, time);
    const decoys = [
      { ...this.#plain(chain, this.#altered(call)), manner: LENIENT },
      { ...this.#plain(chain, call), manner: UNDONE },
    ];
    if (manner === "embedded") return this.#run([this.#plain(chain, call)], time);
    return this.#run([...(manner === "masked" ? [] : decoys), this.#masked(chain, call)], time);
  }

  /** Finishes what is committed, and commits, proves and executes two batches more, in one transaction with another chain's commit. */
  async #allAtOnce(chain: ModelledChain, { committed, verified, executed }: Totals): Promise<void> {
    this.#count("all at once");
    const committedAt = await this.#nextTime();
    const steps: Step[] = [];
    for (let number = verified; number < committed; number++) steps.push(this.#masked(chain, chain.prove(number)));
    for (let number = executed; number < committed; number++) steps.push(this.#plain(chain, chain.execute(number)));
    for (let i = 0; i < 2; i++) {
      const number = chain.batches.length;
      const commit = await chain.commit([() => this.#content(chain)], committedAt, "masked");
      for (const call of [commit, chain.prove(number), chain.execute(number)]) steps.push(this.#masked(chain, call));
    }
    const other = this.chains.find((candidate) => candidate !== chain && !candidate.publishes);
    if (other !== undefined) {
      const call = await other.commit([() => this.#content(other)], committedAt, "embedded");
      steps.splice(3, 0, {
        target: this.#shaper,
        data: shaper.encodeFunctionData("run", [[this.#plain(other, call)]]),
        manner: PLAIN,
      });
    }
    await this.#run(steps, committedAt);
  }

  async #revert(chain: ModelledChain, executed: number, committed: number): Promise<void> {
    const place = this.chains.indexOf(chain);
    const lowest = Math.max(executed, this.#mark?.states[place]?.batches.length ?? 0);
    if (lowest >= committed) return this.#noise();
    this.#count("revert");
    const time = await this.#nextTime();
    const call = await chain.revert(lowest + Math.floor(this.#random() * (committed - lowest)));
    return this.#random() < 0.5 ? this.#send(chain.hyperchain, call, time) : this.#run([this.#masked(chain, call)], time);
  }

  async #queue(chain: ModelledChain): Promise<void> {
    const value = 10n ** 17n;
    const request = [
      chain.chainId,
      value,
      `0x${"77".repeat(20)}`,
      5n,
      toHex(this.#bytes(40)),
      1_000_000n,
      800n,
      [],
      `0x${"88".repeat(20)}`,
    ];
    const data = factory.encodeFunctionData("requestL2TransactionDirect", [request]);
    const { factory: to } = this.#settled.ecosystem.addresses;
    const time = await this.#nextTime();
    const isDirect = this.#random() < 0.5;
    this.#count(isDirect ? "queue direct" : "queue through a contract");
    if (isDirect) return this.#send(to, data, time, value);
    return this.#send(this.#shaper, shaper.encodeFunctionData("pay", [to, data, value]), time, value);
  }

  /** Calls that are refused, and marks of chains, with calldata that names what others did. */
  async #noise(): Promise<void> {
    this.#count("noise");
    const { addresses } = this.#settled.ecosystem;
    const chain = this.#pick(this.chains);
    const targets = [chain.hyperchain, addresses.roots, addresses.bridge, addresses.factory, this.#shaper];
    const selectors = ["commitBatches", "proveBatch", "executeBatches", "revertBatches"].map(
      (name) => hyperchainInterface.getFunction(name)!.selector,
    );
    const append = registryCalls.encodeFunctionData("append", [chain.chainId, 0n, `0x${"00".repeat(32)}`, sampleRecord()]);
    const mark = registryCalls.encodeFunctionData("mark", [chain.chainId]);
    const steps = Array.from({ length: 4 }, () => {
      const garbage = this.#pick(selectors) + toHex(this.#bytes(700)).slice(2);
      return {
        target: this.#pick(targets),
        data: this.#pick([garbage, append, mark, this.#lastCommit]),
        manner: this.#pick([UNDONE, LENIENT]),
      };
    });
    await this.#run(steps, await this.#nextTime());
  }

  async #setMark(): Promise<void> {
    this.#mark = { id: (await this.#ask("evm_snapshot", [])) as string, states: this.chains.map((chain) => chain.state()) };
  }

  async #reorganize(): Promise<void> {
    this.#count("reorg");
    await this.#ask("evm_revert", [this.#mark?.id]);
    for (const [i, chain] of this.chains.entries()) chain.return(this.#mark!.states[i]!);
    this.#mark = undefined;
    // Signed by the quorum: any account could commit this batch again.
    this.#lastCommit = "0x";
    // The new blocks differ from the reverted ones.
    await this.#noise();
  }

  async #content(chain: ModelledChain): Promise<BatchContent> {
    const waiting = Number(await this.#contract(chain, "getTotalPriorityTxs")) - chain.operationsTaken;
    const taken = Math.floor(this.#random() * (waiting + 1));
    const canonicalTxHashes: Hex[] = [];
    for (let i = 0; i < taken; i++) {
      const operation = (await this.#contract(chain, "priorityOperation", chain.operationsTaken + i)) as { readonly hash: Hex };
      canonicalTxHashes.push(operation.hash);
    }
    const logs: PubdataLog[] = canonicalTxHashes.map(() => ({ type: "priorityOp", success: this.#random() < 0.5 }));
    for (let i = Math.floor(this.#random() * 5); i > 0; i--) {
      // Few bodies, so that several senders and several batches have the same.
      const message: PubdataLog = {
        type: "message",
        sender: this.#pick(SENDERS),
        body: Uint8Array.of(1, Math.floor(this.#random() * 3)),
      };
      logs.splice(Math.floor(this.#random() * (logs.length + 1)), 0, message);
    }
    const importedRoots: ImportedRoot[] = [];
    const latest = Number(await this.#registry("latestRootIndex"));
    for (let i = Math.floor(this.#random() * 3); i > 0; i--) {
      const registryIndex = BigInt(Math.floor(this.#random() * (latest + 1)));
      importedRoots.push({ registryIndex, root: (await this.#registry("rootAt", registryIndex)) as Hex });
    }
    const writes = [{ leaf: Math.floor(this.#random() * 30), value: BigInt(1 + Math.floor(this.#random() * 1e6)) }];
    return { logs, canonicalTxHashes, importedRoots, writes };
  }

  async #registry(name: string, ...args: unknown[]): Promise<unknown> {
    const to = this.#settled.ecosystem.addresses.roots;
    const data = registryInterface.encodeFunctionData(name, args);
    return registryInterface.decodeFunctionResult(name, await this.#settled.l1.ethers.provider.call({ to, data }))[0];
  }

  async #totals(chain: ModelledChain): Promise<Totals> {
    const names = ["getTotalBatchesCommitted", "getTotalBatchesVerified", "getTotalBatchesExecuted"];
    const [committed, verified, executed] = await Promise.all(names.map((name) => this.#contract(chain, name)));
    return { committed: Number(committed), verified: Number(verified), executed: Number(executed) };
  }

  async #contract(chain: ModelledChain, name: string, ...args: unknown[]): Promise<unknown> {
    const data = hyperchainInterface.encodeFunctionData(name, args);
    return hyperchainInterface.decodeFunctionResult(
      name,
      await this.#settled.l1.ethers.provider.call({ to: chain.hyperchain, data }),
    )[0];
  }

  #plain({ hyperchain }: ModelledChain, call: Hex): Step {
    return { target: hyperchain, data: call, manner: PLAIN };
  }

  #masked({ hyperchain }: ModelledChain, call: Hex): Step {
    return { target: hyperchain, data: toHex(fromHex(call).map((byte) => 255 - byte)), manner: MASKED };
  }

  /** Names the same batch, but brings another record, or other logs: the contract refuses it. */
  #altered(call: Hex): Hex {
    const bytes = fromHex(call);
    const args = hyperchainInterface.parseTransaction({ data: call })?.args;
    const [first] = (args?.["batches"] ?? []) as readonly { readonly batch: { readonly withheld: { readonly logs: string } } }[];
    const logs = first?.batch.withheld.logs ?? "0x";
    // Of the record, word 10 is a state root; of the logs the last byte is a body's or its hash's.
    const endOfLogs = (call.indexOf(logs.slice(2)) + logs.length - 2) / 2 - 1;
    const at = this.#random() < 0.5 && logs.length > 6 ? endOfLogs - 1 : 4 + 32 * 10;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return toHex(bytes);
  }

  #run(steps: readonly Step[], time: bigint): Promise<void> {
    return this.#send(this.#shaper, shaper.encodeFunctionData("run", [steps]), time);
  }

  async #send(to: string, data: string, time: bigint, value = 0n): Promise<void> {
    await this.#ask("evm_setNextBlockTimestamp", [Number(time)]);
    const receipt = await (await this.#settled.accounts[7]!.sendTransaction({ to, data, value, gasLimit: 16_000_000n })).wait();
    if (receipt?.status !== 1) throw new Error(`the transaction to ${to} failed`);
  }

  async #nextTime(): Promise<bigint> {
    return (await this.#settled.latestTimestamp()) + 1n + BigInt(Math.floor(this.#random() * 10));
  }

  #ask(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.#settled.l1.ethers.provider.send(method, [...params]) as Promise<unknown>;
  }

  #bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => Math.floor(this.#random() * 256));
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)]!;
  }

  #count(what: string): void {
    this.done.set(what, (this.done.get(what) ?? 0) + 1);
  }
}
