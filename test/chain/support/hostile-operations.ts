import type { Interface, ParamType } from "ethers";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import { PREDEPLOYS, type PredeployName } from "../../../src/ground/protocol/predeploys.ts";
import type { Random } from "../state/support/random.ts";
import { testContract } from "./artifact.ts";
import { loop, push, staticCall, type Code } from "./assembler.ts";
import { CodeWriter, ODD_ADDRESSES, ODD_CODES } from "./random-code.ts";
import { scopedCode, waryCode } from "./transaction-scoped.ts";
import type { RequestedOperation } from "./verified-chain.ts";

/** Limit of L1's queue. */
const MAX_GAS = 8_000_000n;
const CREATION: Hex = `0x${"00".repeat(20)}`;
/** Hashes until little gas is left. */
const MUCH_WORK = loop([0x5f, 0x5f, 0x20, 0x50], { times: 20, reserve: 30_000 });
/** Hashes so much that no operation may. */
const HASHES: Code = Array.from({ length: 10 }, () => [...push(100_000), 0x5f, 0x20, 0x50]).flat();
/** Passes a mebibyte on to an empty account, again and again. */
const MUCH_DATA = loop(staticCall(0xdead, 2 ** 20), { reserve: 50_000 });
/** A contract on L1 whose alias is the address that 1, the first precompiled contract, has on L2. */
const MEETS_PRECOMPILE: Hex = "0xeeeeffffffffffffffffffffffffffffffffeef0";

/** Kinds of hostile operation; a run must have had each. */
export const KINDS = [
  "odd target",
  "predeploy call",
  "creation",
  "odd creation",
  "code call",
  "delegated call",
  "much work",
  "much data",
  "recent hash",
  "transaction scope",
] as const;
export type Kind = (typeof KINDS)[number];

/** For the chain's genesis: contracts that leave marks on a transaction, then do what no operation may, and look for such marks. */
export function scopedContracts(): GenesisAccount[] {
  const recentHash = [...push(1), 0x43, 0x03, 0x40, 0x50];
  const lasts = [HASHES, staticCall(0x08, 0), recentHash, Array.from({ length: 17 }, () => staticCall(0xdead, 2 ** 20)).flat()];
  const codes = lasts.flatMap((last) => [scopedCode(last), waryCode(last)]);
  return codes.map((code, i) => ({ address: `0x${(0x5c09ed00 + i).toString(16).padStart(40, "0")}`, nonce: 1n, code }));
}

/** Operations as L1's queue lets them in, of everything that users may try against a chain. */
export class HostileOperations {
  readonly #random: Random;
  readonly #predeploys: readonly (readonly [Hex, Interface])[];
  /** Contracts of random code. */
  readonly #contracts: readonly Hex[];
  /** Accounts with keys, some of them delegated to such contracts. */
  readonly #accounts: readonly Hex[];
  /** Contracts of `scopedContracts`. */
  readonly #scoped: readonly Hex[] = scopedContracts().map(({ address }) => address);

  private constructor(
    random: Random,
    predeploys: readonly (readonly [Hex, Interface])[],
    contracts: readonly Hex[],
    accounts: readonly Hex[],
  ) {
    this.#random = random;
    this.#predeploys = predeploys;
    this.#contracts = contracts;
    this.#accounts = accounts;
  }

  static async create(random: Random, contracts: readonly Hex[], accounts: readonly Hex[]): Promise<HostileOperations> {
    const names = Object.keys(PREDEPLOYS) as PredeployName[];
    const predeploys = await Promise.all(names.map(async (name) => [PREDEPLOYS[name], (await testContract(name)).abi] as const));
    return new HostileOperations(random, predeploys, contracts, accounts);
  }

  next(kind: Kind): RequestedOperation {
    const random = this.#random;
    if (kind === "transaction scope") return this.#transactionScope();
    const { to, data } = this.#call(kind);
    const floor = 21_000n + 40n * BigInt(fromHex(data).length);
    const valueWei = random.pick([0n, 0n, 1n, 10n ** 18n]);
    const gasLimit =
      kind === "much work" || kind === "much data" ? MAX_GAS - BigInt(random.below(10)) * 500_000n : this.#gasLimit(floor);
    return { from: this.#sender(), to, data, valueWei, gasLimit, refundRecipient: this.#recipient() };
  }

  /** Leaves marks and is broken off, or looks for them; where gas is free, the refund's recipient looks next. */
  #transactionScope(): RequestedOperation {
    const random = this.#random;
    const to = random.pick(this.#scoped);
    const data = random.pick<Hex>(["0x", "0x01", "0x01"]);
    const price = random.below(2) === 0 ? {} : { gasPriceWei: 0n, mintedWei: 1n };
    return {
      from: this.#sender(),
      to,
      data,
      gasLimit: MAX_GAS,
      refundRecipient: random.pick([to, to, to, this.#recipient()]),
      ...price,
    };
  }

  #call(kind: Exclude<Kind, "transaction scope">): { readonly to: Hex; readonly data: Hex } {
    const random = this.#random;
    switch (kind) {
      case "odd target":
        return { to: random.pick(ODD_ADDRESSES), data: this.#bytes(random.pick([0, 0, 4, 36, 128, 192, 213, 384])) };
      case "predeploy call": {
        const [to, abi] = random.pick(this.#predeploys);
        const functions = abi.fragments.filter((fragment) => fragment.type === "function");
        const { name, inputs } = random.pick(functions) as unknown as {
          readonly name: string;
          readonly inputs: readonly ParamType[];
        };
        const signature = `${name}(${inputs.map((input) => input.format()).join()})`;
        return {
          to,
          data: abi.encodeFunctionData(
            signature,
            inputs.map((input) => this.#argument(input)),
          ) as Hex,
        };
      }
      case "creation":
        return { to: CREATION, data: CodeWriter.of(random, random.below(8)) };
      case "odd creation":
        return {
          to: CREATION,
          data: random.pick<Hex>([...ODD_CODES, "0x", `0x${"5b".repeat(32_768)}`, `0x${"00".repeat(32_000)}`]),
        };
      case "much work":
        return { to: CREATION, data: MUCH_WORK };
      case "much data":
        return { to: CREATION, data: MUCH_DATA };
      case "recent hash":
        // NUMBER less one or two, BLOCKHASH; then some random code.
        return { to: CREATION, data: `0x600${random.pick([1, 1, 2])}43034050${CodeWriter.of(random, 2).slice(2)}` };
      case "code call":
        return { to: random.pick(this.#contracts), data: this.#bytes(random.below(64)) };
      case "delegated call":
        return { to: random.pick(this.#accounts), data: this.#bytes(random.below(64)) };
    }
  }

  /** Account with a key, or a contract's alias; rarely one with code on L2, which EIP-3607 forbids. */
  #sender(): Hex {
    const random = this.#random;
    if (random.below(12) === 0) return random.pick(this.#contracts);
    if (random.below(2) === 0) return random.pick(this.#accounts);
    const contract: Hex = random.below(8) === 0 ? MEETS_PRECOMPILE : `0x${"7".repeat(39)}${random.below(4)}`;
    return aliasOf(270n, contract);
  }

  #recipient(): Hex {
    return this.#random.pick([CREATION, ...this.#accounts, ...this.#contracts, ...ODD_ADDRESSES]);
  }

  /** Little, about what it takes, plenty, or all that there is. */
  #gasLimit(floor: bigint): bigint {
    const random = this.#random;
    const more = random.pick([
      0n,
      1n,
      BigInt(random.below(40_000)),
      BigInt(random.below(200_000)),
      1_000_000n,
      5_000_000n,
      MAX_GAS,
    ]);
    return floor + more < MAX_GAS ? floor + more : MAX_GAS;
  }

  #argument(type: ParamType): unknown {
    const random = this.#random;
    if (type.baseType === "array") {
      const length = type.arrayLength === -1 || type.arrayLength === null ? random.below(3) : type.arrayLength;
      return Array.from({ length }, () => this.#argument(type.arrayChildren as ParamType));
    }
    if (type.baseType === "tuple") return (type.components ?? []).map((component) => this.#argument(component));
    if (type.baseType === "address") return random.pick([...this.#accounts, ...this.#contracts, ...ODD_ADDRESSES]);
    if (type.baseType === "bool") return random.below(2) === 0;
    if (type.baseType === "string" || type.baseType === "bytes") return this.#bytes(random.pick([0, 1, 32, 190, 300]));
    if (type.baseType.startsWith("bytes")) return this.#bytes(Number(type.baseType.slice(5)));
    const bits = Number(type.baseType.replace(/^u?int/, ""));
    const unsigned = random.pick([0n, 1n, 31_337n, BigInt(random.below(1000)), random.bits(bits), 2n ** BigInt(bits - 1) - 1n]);
    return type.baseType.startsWith("int") ? BigInt.asIntN(bits, unsigned) : BigInt.asUintN(bits, unsigned);
  }

  #bytes(length: number): Hex {
    if (length > 64) return toHex(Uint8Array.from({ length }, () => this.#random.below(256)));
    return toHex(fromHex(keccak(fromHex(wordToHex(this.#random.bits(64))))).subarray(0, Math.min(length, 32)));
  }
}
