import { AbiCoder, Interface, type ErrorFragment, type InterfaceAbi } from "ethers";
import hre from "hardhat";
import { encodeFunctionData, type Abi, type AbiFunction } from "viem";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { describeError } from "../model/refusal.ts";
import { OTHER_CONTRACTS, PROTOCOL_CONTRACTS, type Call, type ContractKind } from "../model/world.ts";

const BUILT_IN = new Interface(["error Error(string)", "error Panic(uint256)"]);

/** Calls as bytes, and revert data as text. */
export class Codec {
  readonly interfaces: ReadonlyMap<ContractKind, Interface>;
  readonly #errors = new Map<string, ErrorFragment>();
  readonly #functions = new Map<string, AbiFunction>();
  readonly #callEnded: string;

  private constructor(abis: ReadonlyMap<ContractKind, Abi>) {
    const interfaces = new Map([...abis].map(([kind, abi]) => [kind, new Interface(abi as InterfaceAbi)]));
    this.interfaces = interfaces;
    for (const [kind, abi] of abis) {
      for (const item of abi) {
        if (item.type === "function") this.#functions.set(`${kind}.${item.name}`, item);
      }
    }
    for (const contract of [BUILT_IN, ...interfaces.values()]) {
      contract.forEachError((error) => void this.#errors.set(error.selector, error));
    }
    this.#callEnded = interfaces.get("ThirdParty")!.getEvent("CallEnded")!.topicHash;
  }

  static async load(): Promise<Codec> {
    const names = [...PROTOCOL_CONTRACTS, ...OTHER_CONTRACTS];
    const loaded = names.map(async (name): Promise<[ContractKind, Abi]> => {
      const { abi } = await hre.artifacts.readArtifact(name);
      return [name, abi as Abi];
    });
    return new Codec(new Map(await Promise.all(loaded)));
  }

  /** A call's input, at a contract of this kind; nothing for accounts. */
  encode(call: Call, kindOf: (address: Hex) => ContractKind | undefined): Hex {
    const kind = kindOf(call.to);
    if (kind === undefined || call.fn === "receive") return "0x";
    // A decoy treats the call of another contract as its call.
    const abi = this.#functions.get(`${kind}.${call.fn}`) ?? this.#anyFunction(call.fn);
    const planned = (inner: Call): unknown => ({ target: inner.to, value: inner.value, data: this.encode(inner, kindOf) });
    const args = call.args.map((argument) => this.#convert(kind, call.fn, argument, planned));
    const isTokenPlan = kind === "HostileToken" && call.fn === "prepare";
    const flat = isTokenPlan ? this.#planOfToken(call.args[0] as Call | undefined, kindOf) : args;
    // Ten times as fast as ethers' encoder, which the model's hashes are made with.
    return `${encodeFunctionData({ abi: [abi] as Abi, functionName: call.fn, args: flat })}${call.trailing?.slice(2) ?? ""}`;
  }

  #anyFunction(name: string): AbiFunction {
    for (const [path, found] of this.#functions) if (path.endsWith(`.${name}`)) return found;
    throw new Error(`no contract has a function '${name}'`);
  }

  #convert(kind: ContractKind, fn: string, argument: unknown, planned: (call: Call) => unknown): unknown {
    const isPlan = kind === "ThirdParty" && (fn === "run" || fn === "prepare") && Array.isArray(argument);
    return isPlan ? (argument as Call[]).map(planned) : argument;
  }

  #planOfToken(attack: Call | undefined, kindOf: (address: Hex) => ContractKind | undefined): unknown[] {
    if (attack === undefined) return [`0x${"00".repeat(20)}`, "0x"];
    return [attack.to, this.encode(attack, kindOf)];
  }

  /** Revert data as `Name(argument, …)`; `0x` where there are none. */
  describe(data: string): string {
    if (data.length < 10) return "0x";
    const error = this.#errors.get(data.slice(0, 10));
    if (error === undefined) return `unknown error ${data}`;
    return describeError(
      error.name,
      AbiCoder.defaultAbiCoder()
        .decode(error.inputs, `0x${data.slice(10)}`)
        .toArray(),
    );
  }

  /** Results of third parties' calls, in order. */
  endsIn(logs: readonly { readonly topics: readonly string[]; readonly data: string }[]): string[] {
    return logs
      .filter(({ topics }) => topics[0] === this.#callEnded)
      .map(({ data }) => {
        const [success, result] = AbiCoder.defaultAbiCoder().decode(["bool", "bytes"], data);
        return success ? "ok" : this.describe(result as string);
      });
  }
}
