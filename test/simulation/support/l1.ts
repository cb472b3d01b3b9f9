import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { Call, ContractKind } from "../model/world.ts";
import { addressOf } from "../model/aliases.ts";
import type { Codec } from "./codec.ts";
import { revertDataOf, tolerantCode } from "./tolerant-call.ts";

/** EIP-7825's limit. */
const GAS = "0x1000000";
const GAS_PRICE = "0x2540be400";
/** Between a contract and where its code is once more. */
const MIRROR_MASK = 0x5a5a_0000_0000_0000_0000n;
/** Far from the present, so that no test depends on it. */
const START_DATE = "2100-01-01T00:00:00Z";

export interface Log {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** Result of a transaction or call: `ok`, or the error. */
export interface L1End {
  readonly end: string;
  readonly logs: readonly Log[];
}

/** A folder that does not exist: an engine that knows no sources looks for no reasons of failures, which takes longer than the calls. */
const NO_ARTIFACTS = "test/simulation/no-artifacts";

type Provider = { request(args: { method: string; params: unknown[] }): Promise<unknown> };

/** The execution engine in this process: a block per transaction, at the second that the simulation says. */
export class SimulatedL1 {
  readonly #provider: Provider;
  readonly #codec: Codec;
  readonly #mirrors = new Map<Hex, Hex>();
  readonly close: () => Promise<void>;

  private constructor(provider: Provider, codec: Codec, close: () => Promise<void>) {
    this.#provider = provider;
    this.#codec = codec;
    this.close = close;
  }

  static async start(codec: Codec) {
    const networks = { local: { type: "edr-simulated", chainType: "l1" } } as const;
    const hre = await createHardhatRuntimeEnvironment({ plugins: [hardhatEthers], networks, paths: { artifacts: NO_ARTIFACTS } });
    const connection = await hre.network.create({ network: "local", override: { initialDate: START_DATE } });
    const { provider, ethers } = connection;
    return { l1: new SimulatedL1(provider as Provider, codec, () => connection.close()), ethers };
  }

  request(method: string, ...params: unknown[]): Promise<unknown> {
    return this.#provider.request({ method, params });
  }

  async now(): Promise<bigint> {
    const block = (await this.request("eth_getBlockByNumber", "latest", false)) as { timestamp: string };
    return BigInt(block.timestamp);
  }

  /** Bytes that a call returns. Rejects where it reverts. */
  async read(to: Hex, data: Hex): Promise<Hex> {
    return (await this.request("eth_call", { to, data, gas: GAS }, "latest")) as Hex;
  }

  /** Puts the code of a contract at a second address, where tolerant calls find it. */
  async mirror(contract: Hex): Promise<void> {
    const mirror = addressOf(BigInt(contract) ^ MIRROR_MASK);
    await this.request("hardhat_setCode", mirror, await this.request("eth_getCode", contract, "latest"));
    this.#mirrors.set(contract, mirror);
  }

  /**
   * Tries a call at the latest block's time, without effect. `to` is absent where a contract is created. `codeAt` is an address
   * with the code of `to`, where `mirror` was not called for that.
   */
  async call(
    from: Hex,
    { to, data, value }: RawCall,
    codeAt = to === undefined ? undefined : this.#mirrors.get(to),
  ): Promise<string> {
    const fields = { from, ...(to === undefined ? {} : { to }), data, value: quantity(value), gas: GAS };
    try {
      if (to === undefined || codeAt === undefined) {
        await this.request("eth_call", fields, "latest");
        return "ok";
      }
      const returned = await this.request("eth_call", fields, "latest", { [to]: { code: tolerantCode(codeAt) } });
      const reverted = revertDataOf(String(returned));
      return reverted === undefined ? "ok" : this.#codec.describe(reverted);
    } catch (error) {
      return this.#codec.describe(revertData(error));
    }
  }

  /** Sends a transaction, mined at this second. */
  async transact(from: Hex, { to, data, value }: RawCall, second: bigint): Promise<L1End> {
    await this.request("evm_setNextBlockTimestamp", Number(second));
    const target = to === undefined ? {} : { to };
    try {
      const fields = { from, ...target, data, value: quantity(value), gas: GAS, gasPrice: GAS_PRICE };
      const hash = await this.request("eth_sendTransaction", fields);
      const { logs } = (await this.request("eth_getTransactionReceipt", hash)) as { logs: Log[] };
      return { end: "ok", logs };
    } catch (error) {
      return { end: this.#codec.describe(revertData(error)), logs: [] };
    }
  }

  encode(call: Call, kindOf: (address: Hex) => ContractKind | undefined): RawCall {
    return { to: call.to, data: this.#codec.encode(call, kindOf), value: call.value };
  }
}

/** A call as L1 gets it. */
export interface RawCall {
  readonly to?: Hex;
  readonly data: Hex;
  readonly value: bigint;
}

const quantity = (value: bigint): string => `0x${value.toString(16)}`;

/** Returns the revert data of a call; rethrows other errors. */
function revertData(error: unknown): string {
  const { data } = error as { data?: unknown };
  if (typeof data === "string") return data;
  if (typeof data === "object" && data !== null && "data" in data && typeof data.data === "string") return data.data;
  throw error;
}
