import { Interface } from "ethers";
import { chainFactoryAbi } from "../../../ground/abi/chain-factory.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { readFactIndex } from "../../../ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { registryInterface } from "../../settlement-layer/reader/contract-interfaces.ts";
import { nextBlockTime } from "../../settlement-layer/reader/l1-time.ts";
import { SettlementError } from "../errors/settlement-error.ts";
import { atDepth, findRecord, readContract, type ChainContract } from "./chain-reader.ts";
import { attemptsDue, executeSource } from "./execute-source.ts";
import type { SenderContext } from "./sender-context.ts";

const factory = new Interface(chainFactoryAbi);

/** Contracts that a chain's contract reads. */
export interface ContractsOnL1 {
  readonly factory: Hex;
  readonly registry: Hex;
}

/** A fact that a committed batch imports, until L1 shows it to the chain. */
export class AwaitedFact {
  readonly #context: SenderContext;
  readonly #contracts: ContractsOnL1;
  readonly #fact: ImportedRoot;
  readonly #batch: StoredBatch;
  #attempts = 0;
  #source: Hex | undefined;
  /** Log roots by the hash of the record. */
  readonly #logRoots = new Map<Hex, Hex>();

  constructor(context: SenderContext, contracts: ContractsOnL1, fact: ImportedRoot, batch: StoredBatch) {
    this.#context = context;
    this.#contracts = contracts;
    this.#fact = fact;
    this.#batch = batch;
  }

  /**
   * Resolves with true if L1 shows the fact. Executes the source if that is due. Rejects with SettlementError FactVoid if L1 has
   * executed or stores another batch of the number, or has executed none within the patience.
   */
  async isShown(): Promise<boolean> {
    const { registryIndex: index, root } = this.#fact;
    if ((await this.#valueOn(this.#context)) === root) return true;
    const { factPatienceSeconds = 0 } = this.#context;
    const patience = BigInt(factPatienceSeconds);
    const other = await this.#findOther();
    const waited = (await timeOf(this.#context)) - this.#batch.committedAt;
    const due = attemptsDue(waited, patience);
    if (other === undefined && due > this.#attempts) {
      this.#attempts = due;
      if (await executeSource(this.#context, index)) return this.isShown();
    }
    if ((other === undefined && waited <= patience) || !(await this.#mayVoid())) return false;
    const { chainId, batchNumber: number } = readFactIndex(index) ?? {};
    const { batchNumber } = this.#batch;
    const reason = other ?? `L1 has not executed that batch ${factPatienceSeconds} seconds after this one's commit`;
    const imported = `batch ${batchNumber} imports a fact about batch ${number} of chain ${chainId}`;
    throw new SettlementError("FactVoid", `${imported}, and ${reason}`, { voided: { batchNumber, index } });
  }

  /**
   * Describes another batch of the number that L1 has executed or stores, deep enough: a rebuild for a block that L1 undoes later
   * would cost the chain its batches. Its chain may have reverted a stored batch since, so the newest block must have it as well.
   */
  async #findOther(): Promise<string | undefined> {
    const { root } = this.#fact;
    const deep = await atDepth(this.#context, this.#context.confirmations);
    const value = await this.#valueOn(deep);
    if (BigInt(value) !== 0n) return value === root ? undefined : `L1 executed that number with log root ${value}, not ${root}`;
    const hash = await this.#storedHash(deep);
    const logRoot = hash && (await this.#logRootOf(deep, hash));
    if (logRoot === undefined || logRoot === root || (await this.#storedHash(this.#context)) !== hash) return undefined;
    return `L1 stores that number with log root ${logRoot}, not ${root}`;
  }

  #valueOn(chain: ChainContract): Promise<Hex> {
    return readImport(chain, this.#contracts, this.#fact.registryIndex);
  }

  /** Hash of the record that L1 stores for the number; undefined if it stores none. */
  async #storedHash({ provider }: ChainContract): Promise<Hex | undefined> {
    const { chainId, batchNumber = 0n } = readFactIndex(this.#fact.registryIndex) ?? {};
    this.#source ??= (await readFactory({ provider }, this.#contracts.factory, "getHyperchain", chainId)) as Hex;
    if (BigInt(this.#source) === 0n) return undefined;
    const hash = await readContract<Hex>({ provider, hyperchain: this.#source }, "storedBatchHash", batchNumber);
    return BigInt(hash) === 0n ? undefined : hash;
  }

  /** The batch began after the creation of the importing chain, so its event is searched from there. */
  async #logRootOf({ provider, fromBlock }: ChainContract, hash: Hex): Promise<Hex | undefined> {
    const { batchNumber = 0n } = readFactIndex(this.#fact.registryIndex) ?? {};
    const read = this.#logRoots.get(hash);
    if (read !== undefined || this.#source === undefined) return read;
    // L1's node may have a state before its logs, so the next turn searches again.
    const record = await findRecord({ provider, fromBlock, hyperchain: this.#source }, batchNumber, hash);
    if (record !== undefined) this.#logRoots.set(hash, record.l2LogsTreeRoot);
    return record?.l2LogsTreeRoot;
  }

  /** A request that fails is repeated: a chain rebuilds only after the report of its promise is mined. */
  async #mayVoid(): Promise<boolean> {
    try {
      return (await this.#context.mayVoid?.(this.#fact.registryIndex)) ?? true;
    } catch {
      return false;
    }
  }
}

/** Value of an import on L1. It depends on its caller, so the call is made in the name of the chain's contract. */
export async function readImport(
  { provider, hyperchain: from }: ChainContract,
  { registry: to }: ContractsOnL1,
  index: bigint,
): Promise<Hex> {
  const data = registryInterface.encodeFunctionData("rootAt", [index]);
  return registryInterface.decodeFunctionResult("rootAt", await provider.call({ from, to, data }))[0] as Hex;
}

/** Second of L1's next block, because an idle L1's newest block may be old. */
export async function timeOf({ provider }: SenderContext): Promise<bigint> {
  const { send } = provider;
  if (send !== undefined) return nextBlockTime({ send });
  return BigInt((await provider.getBlock("latest"))?.timestamp ?? 0);
}

/** Addresses of the contracts that the chain's contract reads. */
export async function readContracts(context: ChainContract): Promise<ContractsOnL1> {
  const address = await readContract<Hex>(context, "factory");
  return { factory: address, registry: (await readFactory(context, address, "messageRoot")) as Hex };
}

async function readFactory(
  { provider }: Pick<ChainContract, "provider">,
  to: Hex,
  name: string,
  ...args: readonly unknown[]
): Promise<unknown> {
  const answer = await provider.call({ to, data: factory.encodeFunctionData(name, args) });
  return factory.decodeFunctionResult(name, answer)[0] as unknown;
}
