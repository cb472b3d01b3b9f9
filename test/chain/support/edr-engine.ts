import { NamedError } from "../../../src/ground/errors/named-error.ts";
import type {
  BlockEnvironment,
  BlockHeader,
  BlockReceipt,
  EngineRefusal,
  MinedBlock,
  MineResult,
} from "../../../src/chain/model/block.ts";
import { ETHEREUM_CODE_LIMITS } from "../../../src/proofs/rules/code-limits.ts";
import { codeLimitsOf } from "../../../src/chain/model/limits-of-state.ts";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import type { StateCheat } from "../../../src/ground/protocol/state-cheat.ts";
import { gasPriceOf, isEthereumTransaction, type EngineTransaction } from "../../../src/ground/transaction/transaction.ts";
import { fromHex, hexQuantity, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import type { StateReader } from "../../../src/chain/model/state-reader.ts";
import {
  BLOCK_START_CONTRACTS,
  edrOverride,
  prepareEngine,
  type EdrConnect,
  type EdrConnection,
} from "../../../src/chain/execution/connection.ts";
import { isHostileCode } from "../../../src/chain/model/hostile-code.ts";
import { environmentOf, parseReceipt } from "../../../src/chain/execution/rpc-shapes.ts";

interface EdrEngineOptions {
  readonly chainId: number;
  readonly coinbase: Hex;
  /** Seconds. */
  readonly genesisTimestamp: bigint;
  readonly genesis: readonly GenesisAccount[];
}

interface EdrEngineDependencies {
  readonly connect: EdrConnect;
}

/** EDR, the EVM of Hardhat, as an oracle: makes blocks of the given transactions in the given order. */
export class EdrEngine {
  readonly #connection: EdrConnection;
  readonly #impersonated = new Set<Hex>();

  private constructor(connection: EdrConnection) {
    this.#connection = connection;
  }

  /** Opens an engine whose newest block has the given state. Throws EngineError for genesis code that would end the process. */
  static async open(options: EdrEngineOptions, dependencies: EdrEngineDependencies): Promise<EdrEngine> {
    const hostile = options.genesis.find(({ code }) => isHostileCode(fromHex(code ?? "0x")));
    if (hostile !== undefined) throw new EngineError("HostileCode", `${hostile.address} holds a truncated PUSH20`);
    prepareEngine();
    const connection = await dependencies.connect(
      edrOverride({
        chainId: options.chainId,
        coinbase: options.coinbase,
        genesisTimestamp: options.genesisTimestamp,
        unlimitedCode: codeLimitsOf(options.genesis) !== ETHEREUM_CODE_LIMITS,
      }),
    );
    const engine = new EdrEngine(connection);
    for (const address of BLOCK_START_CONTRACTS) {
      await engine.request("hardhat_setCode", [address, "0x"]);
      await engine.request("hardhat_setNonce", [address, "0x0"]);
    }
    for (const account of options.genesis) await engine.#setAccount(account);
    return engine;
  }

  /**
   * Mines one block. A transaction that EDR cannot include (it checks funds and nonces against the state before the block) comes
   * back as refused, and the block holds the others; none of them where `isWhole`. Throws EngineError when the block came out
   * differently; the engine is then unusable. One call at a time.
   */
  async mine(
    transactions: readonly EngineTransaction[],
    environment: BlockEnvironment,
    { isWhole }: { readonly isWhole: boolean } = { isWhole: false },
  ): Promise<MineResult> {
    const randomness = this.request("hardhat_setPrevRandao", [environment.prevRandao]);
    // Awaited below; a failure is one of this call either way.
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
      return { ...(await this.mine([], environment)), refused };
    };
    if (isWhole && refused.length > 0 && hashes.length > 0) return mineEmpty("another transaction of its block was refused");
    try {
      await this.request("evm_mine", [Number(environment.timestamp)]);
    } catch (error) {
      if (hashes.length === 0) throw error;
      // One of them cannot pay, or does not fit, after its predecessors. EDR made no block.
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
    return { block, included, refused };
  }

  /** Mines empty blocks in sequence, by two requests for each. Throws as `mine`. */
  async mineEmpty(environments: readonly BlockEnvironment[]): Promise<void> {
    const last = environments.at(-1);
    if (last === undefined) return;
    for (const { prevRandao, timestamp } of environments) {
      await this.request("hardhat_setPrevRandao", [prevRandao]);
      await this.request("evm_mine", [Number(timestamp)]);
    }
    const mined = parseBlock(await this.request("eth_getBlockByNumber", ["latest", false]));
    checkBlock(mined.environment, last, mined.transactionHashes, []);
  }

  /**
   * Changes the state between two blocks. Throws EDR's error if it cannot; nothing has changed then. A value that is
   * there already is not set: EDR would make an empty account of an absent one, and it puts no nonce back.
   */
  async cheat(cheat: StateCheat): Promise<void> {
    const { address } = cheat;
    if (await this.#has(cheat)) return;
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

  async #has(cheat: StateCheat): Promise<boolean> {
    const { address } = cheat;
    switch (cheat.type) {
      case "balance":
        return (await this.state.account(address)).balanceWei === cheat.balanceWei;
      case "nonce":
        return (await this.state.account(address)).nonce === cheat.nonce;
      case "code":
        return (await this.state.code(address)) === cheat.code;
      case "storage":
        return (await this.state.word(address, cheat.slot)) === cheat.value;
    }
  }

  /** The state now. */
  get state(): StateReader {
    const read = async (method: string, ...params: Hex[]): Promise<Hex> =>
      (await this.request(method, [...params, "latest"])) as Hex;
    return {
      async account(address) {
        const [nonce, balance] = await Promise.all([read("eth_getTransactionCount", address), read("eth_getBalance", address)]);
        return { nonce: BigInt(nonce), balanceWei: BigInt(balance) };
      },
      code: (address) => read("eth_getCode", address),
      word: async (address, slot) => BigInt(await read("eth_getStorageAt", address, hexQuantity(slot))),
    };
  }

  /** Sends a request to EDR. It must run no hostile code. */
  request(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.#connection.provider.request({ method, params });
  }

  /** Marks the present state; the mark can be used once. */
  async snapshot(): Promise<string> {
    return (await this.request("evm_snapshot", [])) as string;
  }

  /** Returns to a mark and removes later blocks. Throws EngineError for an unknown mark. */
  async revert(mark: string): Promise<void> {
    if ((await this.request("evm_revert", [mark])) !== true) {
      throw new EngineError("UnknownSnapshot", `snapshot ${mark} does not exist or was used`);
    }
    this.#impersonated.clear();
  }

  async close(): Promise<void> {
    await this.#connection.close();
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

/** A block as EDR reports it. */
interface ReportedBlock {
  readonly environment: BlockEnvironment;
  readonly hash: Hex;
  readonly transactionHashes: readonly Hex[];
}

/** Reads an `eth_getBlockByNumber` answer with transaction hashes. Throws EngineError for a base fee. */
function parseBlock(answer: unknown): ReportedBlock {
  const header = answer as BlockHeader & { readonly baseFeePerGas: Hex; readonly transactions: readonly Hex[] };
  if (BigInt(header.baseFeePerGas) !== 0n) throw new EngineError("UnexpectedBlock", `the base fee is ${header.baseFeePerGas}`);
  return { environment: environmentOf(header, false), hash: header.hash, transactionHashes: header.transactions };
}

/** Error of EDR as an oracle: EDR made another block than the given one, or cannot run it. */
export class EngineError extends NamedError<"UnexpectedBlock" | "UnknownSnapshot" | "HostileCode"> {
  override readonly name = "EngineError";
}
