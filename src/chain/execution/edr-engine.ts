import type { BlockEnvironment, BlockHeader, BlockReceipt, EngineRefusal, Head, MinedBlock, MineResult } from "../model/block.ts";
import { ETHEREUM_CODE_LIMITS } from "../model/code-limits.ts";
import { codeLimitsOf } from "../model/limits-of-state.ts";
import type { GenesisAccount } from "../model/genesis.ts";
import type { StateCheat } from "../witness/state-cheat.ts";
import { gasPriceOf, isEthereumTransaction } from "../transaction/transaction.ts";
import type { EngineTransaction } from "../transaction/transaction.ts";
import { fromHex, hexQuantity, wordToHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BlockNumber } from "../../protocol/ids.ts";
import type { StateReader } from "../model/state-reader.ts";
import { BLOCK_START_CONTRACTS, edrOverride, prepareEngine } from "./connection.ts";
import type { EdrConnect, EdrConnection } from "./connection.ts";
import { EngineError } from "./engine.ts";
import type { ExecutionEngine, HardhatNetwork } from "./engine.ts";
import { isHostileCode } from "../model/hostile-code.ts";
import { blockPlaceOf, mayNeedOlderState, OlderStates } from "./older-states.ts";
import { headerOf, parseBlock, parseReceipt } from "./rpc-shapes.ts";

export interface EdrEngineOptions {
  readonly chainId: number;
  readonly coinbase: Hex;
  /** Seconds. */
  readonly genesisTimestamp: bigint;
  readonly genesis: readonly GenesisAccount[];
  /** The block that has the given state. Default: block 0, at `genesisTimestamp`. What was before it is not known. */
  readonly head?: Head;
  /** What was up to the head: then what the genesis says of the state does not count. */
  readonly past?: EdrPast;
}

/** Where an engine reads the state and the blocks that were before it. */
interface EdrPast {
  readonly url: string;
  /** The oldest block whose state is known. */
  readonly oldestState: bigint;
  /** Ends what is read from. */
  close(): Promise<void>;
}

interface EdrEngineDependencies {
  readonly connect: EdrConnect;
}

/** How much older than the head the blocks in the place of unknown ones are: more than a start can take. */
const FILLER_SECONDS = 86_400n;

/** EDR, Hardhat's own EVM, as a chain's execution engine. */
export class EdrEngine implements ExecutionEngine {
  readonly hardhat: HardhatNetwork = { request: (method, params) => this.request(method, params) };
  readonly explainer = undefined;
  readonly chargesUnits = false;
  readonly check = undefined;
  readonly #connection: EdrConnection;
  readonly #past: EdrPast | undefined;
  readonly #impersonated = new Set<Hex>();
  readonly #olderStates = new OlderStates();
  /** Of the newest block, or a higher one after a return to a snapshot. */
  #newest = 0n;

  private constructor(connection: EdrConnection, past: EdrPast | undefined) {
    this.#connection = connection;
    this.#past = past;
  }

  /** Opens an engine whose newest block has the given state. Throws EngineError for genesis code that would end the process. */
  static async open(options: EdrEngineOptions, dependencies: EdrEngineDependencies): Promise<EdrEngine> {
    const hostile = options.genesis.find(({ code }) => isHostileCode(fromHex(code ?? "0x")));
    if (hostile !== undefined) throw new EngineError("HostileCode", `${hostile.address} holds a truncated PUSH20`);
    prepareEngine();
    const { head, past } = options;
    const forking = head === undefined || past === undefined ? {} : { forking: { url: past.url, blockNumber: head.number } };
    const connection = await dependencies.connect(
      edrOverride({
        chainId: options.chainId,
        coinbase: options.coinbase,
        genesisTimestamp: options.head === undefined ? options.genesisTimestamp : options.head.timestamp - FILLER_SECONDS,
        unlimitedCode: codeLimitsOf(options.genesis) !== ETHEREUM_CODE_LIMITS,
        ...forking,
      }),
    );
    const engine = new EdrEngine(connection, past);
    if (head !== undefined && past !== undefined) {
      engine.#newest = head.number;
      return engine;
    }
    for (const address of BLOCK_START_CONTRACTS) {
      await engine.request("hardhat_setCode", [address, "0x"]);
      await engine.request("hardhat_setNonce", [address, "0x0"]);
    }
    if (options.head !== undefined) await engine.#fillUpTo(options.head);
    for (const account of options.genesis) await engine.#setAccount(account);
    return engine;
  }

  mine(
    transactions: readonly EngineTransaction[],
    environment: BlockEnvironment,
    { isWhole }: { readonly isWhole: boolean } = { isWhole: false },
  ): Promise<MineResult> {
    return this.#olderStates.making(() => this.#mine(transactions, environment, isWhole));
  }

  async #mine(transactions: readonly EngineTransaction[], environment: BlockEnvironment, isWhole: boolean): Promise<MineResult> {
    const randomness = this.request("hardhat_setPrevRandao", [environment.prevRandao]);
    // Waited for below, beside the transactions; a failure is one of this call either way.
    randomness.catch(() => undefined);
    const included: EngineTransaction[] = [];
    const hashes: Hex[] = [];
    const refused: EngineRefusal[] = [];
    const heldUp = new Set<Hex>();
    for (const transaction of transactions) {
      // EDR would keep a later nonce in its own pool, for a block that the sequencer did not decide.
      if (heldUp.has(transaction.from)) {
        refused.push({ transaction, reason: `an earlier transaction of ${transaction.from} was refused` });
        continue;
      }
      try {
        hashes.push(await this.#submit(transaction));
        included.push(transaction);
      } catch (error) {
        heldUp.add(transaction.from);
        refused.push({ transaction, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    await randomness;
    /** All still wait. */
    const mineEmpty = async (reason: string): Promise<MineResult> => {
      for (const hash of hashes) await this.request("hardhat_dropTransaction", [hash]);
      refused.push(...included.map((transaction) => ({ transaction, reason })));
      return { ...(await this.#mine([], environment, false)), refused };
    };
    if (isWhole && refused.length > 0 && hashes.length > 0) return mineEmpty("another transaction of its block was refused");
    try {
      await this.request("evm_mine", [Number(environment.timestamp)]);
    } catch (error) {
      if (hashes.length === 0) throw error;
      // One of them cannot pay any more, or has no place, after those before it. No block was made.
      return mineEmpty(error instanceof Error ? error.message : String(error));
    }
    const [reported, ...answers] = await Promise.all([
      this.request("eth_getBlockByNumber", ["latest", false]),
      ...hashes.map((hash) => this.request("eth_getTransactionReceipt", [hash])),
    ]);
    const mined = parseBlock(reported);
    checkBlock(mined.environment, environment, mined.transactionHashes, hashes);
    const receipts: BlockReceipt[] = answers.map(parseReceipt);
    const block: MinedBlock = { environment, hash: mined.hash, receipts };
    this.#newest = environment.number;
    return { block, included, refused };
  }

  mineEmpty(environments: readonly BlockEnvironment[]): Promise<readonly Hex[]> {
    return this.#olderStates.making(() => this.#mineEmpty(environments));
  }

  /** Two requests for each block, and a filter that has all hashes at the end. The last hash depends on all that is in each. */
  async #mineEmpty(environments: readonly BlockEnvironment[]): Promise<readonly Hex[]> {
    const last = environments.at(-1);
    if (last === undefined) return [];
    const filter = await this.request("eth_newBlockFilter", []);
    // It begins with the block that is there.
    await this.request("eth_getFilterChanges", [filter]);
    for (const { prevRandao, timestamp } of environments) {
      await this.request("hardhat_setPrevRandao", [prevRandao]);
      await this.request("evm_mine", [Number(timestamp)]);
    }
    const hashes = (await this.request("eth_getFilterChanges", [filter])) as readonly Hex[];
    await this.request("eth_uninstallFilter", [filter]);
    const mined = parseBlock(await this.request("eth_getBlockByNumber", ["latest", false]));
    checkBlock(mined.environment, last, mined.transactionHashes, []);
    if (hashes.length !== environments.length || hashes.at(-1) !== mined.hash)
      throw new EngineError(
        "UnexpectedBlock",
        `${hashes.length} blocks were made, the last ${hashes.at(-1)}; there were to be ${environments.length}, of which ${mined.hash} is the last`,
      );
    this.#newest = last.number;
    return hashes;
  }

  async cheat(cheat: StateCheat): Promise<void> {
    const { address } = cheat;
    switch (cheat.type) {
      case "balance":
        await this.request("hardhat_setBalance", [address, hexQuantity(cheat.balanceWei)]);
        return;
      case "nonce":
        await this.request("hardhat_setNonce", [address, hexQuantity(cheat.nonce)]);
        return;
      case "code":
        await this.request("hardhat_setCode", [address, cheat.code]);
        return;
      case "storage":
        await this.request("hardhat_setStorageAt", [address, hexQuantity(cheat.slot), wordToHex(cheat.value)]);
        return;
    }
  }

  state(at: BlockNumber | "now"): StateReader {
    const block = at === "now" ? "latest" : hexQuantity(at);
    const read = async (method: string, ...params: Hex[]): Promise<Hex> =>
      (await this.request(method, [...params, block])) as Hex;
    return {
      async account(address) {
        const [nonce, balance] = await Promise.all([read("eth_getTransactionCount", address), read("eth_getBalance", address)]);
        return { nonce: BigInt(nonce), balanceWei: BigInt(balance) };
      },
      code: (address) => read("eth_getCode", address),
      word: async (address, slot) => BigInt(await read("eth_getStorageAt", address, hexQuantity(slot))),
    };
  }

  async header(number: BlockNumber): Promise<BlockHeader | undefined> {
    const answer = await this.request("eth_getBlockByNumber", [hexQuantity(number), false]);
    return answer === null ? undefined : headerOf(answer);
  }

  /** Asks EDR. */
  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    this.#requireState(method, params);
    const ask = (): Promise<unknown> => this.#connection.provider.request({ method, params });
    return mayNeedOlderState(method, params, this.#newest) ? this.#olderStates.read(ask) : ask();
  }

  async snapshot(): Promise<string> {
    return (await this.request("evm_snapshot", [])) as string;
  }

  async revert(mark: string): Promise<void> {
    if ((await this.request("evm_revert", [mark])) !== true) {
      throw new EngineError("UnknownSnapshot", `snapshot ${mark} does not exist or was used`);
    }
    this.#impersonated.clear();
  }

  async close(): Promise<void> {
    await this.#connection.close();
    await this.#past?.close();
  }

  /** Throws EngineError NotKept where a place's past does not reach so far back. */
  #requireState(method: string, params: readonly unknown[]): void {
    if (this.#past === undefined) return;
    const { oldestState } = this.#past;
    if (method === "eth_getProof")
      throw new EngineError(
        "NotKept",
        "eth_getProof has no answer: the state roots in headers of a chain that was started from a place are not its state's; " +
          "zks_getProof proves values under the root that L1 has",
      );
    const block = blockPlaceOf(method, params);
    const number =
      block === "earliest" ? 0n : typeof block === "string" && /^0x[0-9a-f]{1,16}$/i.test(block) ? BigInt(block) : oldestState;
    if (number < oldestState)
      throw new EngineError(
        "NotKept",
        `the state of block ${number} is not kept: since the ecosystem was started again, block ${oldestState} is the oldest with a state`,
      );
  }

  async #submit(transaction: EngineTransaction): Promise<Hex> {
    if (isEthereumTransaction(transaction)) return (await this.request("eth_sendRawTransaction", [transaction.raw])) as Hex;
    const { from, to, valueWei, data, gasLimit, nonce } = transaction;
    if (!this.#impersonated.has(from)) {
      await this.request("hardhat_impersonateAccount", [from]);
      this.#impersonated.add(from);
    }
    const target = to === undefined ? {} : { to };
    const fields = {
      value: hexQuantity(valueWei),
      gas: hexQuantity(gasLimit),
      gasPrice: hexQuantity(gasPriceOf(transaction)),
      nonce: hexQuantity(nonce),
    };
    return (await this.request("eth_sendTransaction", [{ from, ...target, data, ...fields }])) as Hex;
  }

  /** Empty blocks in the place of those that are not known; the last one has the head's timestamp. */
  async #fillUpTo({ number, timestamp }: Head): Promise<void> {
    if (number > 1n) await this.request("hardhat_mine", [hexQuantity(number - 1n), "0x0"]);
    if (number > 0n) await this.request("evm_mine", [Number(timestamp)]);
    this.#newest = number;
  }

  async #setAccount(account: GenesisAccount): Promise<void> {
    const { address, balanceWei = 0n, nonce = 0n, code, storage = [] } = account;
    if (balanceWei !== 0n) await this.request("hardhat_setBalance", [address, hexQuantity(balanceWei)]);
    if (nonce !== 0n) await this.request("hardhat_setNonce", [address, hexQuantity(nonce)]);
    if (code !== undefined && code !== "0x") await this.request("hardhat_setCode", [address, code]);
    for (const { slot, value } of storage) {
      await this.request("hardhat_setStorageAt", [address, hexQuantity(slot), wordToHex(value)]);
    }
  }
}

function checkBlock(
  got: BlockEnvironment,
  expected: BlockEnvironment,
  gotHashes: readonly Hex[],
  expectedHashes: readonly Hex[],
): void {
  const fields = ["number", "timestamp", "prevRandao", "coinbase", "gasLimit"] as const;
  for (const field of fields) {
    if (got[field] === expected[field]) continue;
    throw new EngineError("UnexpectedBlock", `the block's ${field} is ${got[field]}, it was to be ${expected[field]}`);
  }
  if (gotHashes.join() !== expectedHashes.join()) {
    throw new EngineError("UnexpectedBlock", `block ${got.number} holds [${gotHashes}], it was to hold [${expectedHashes}]`);
  }
}
