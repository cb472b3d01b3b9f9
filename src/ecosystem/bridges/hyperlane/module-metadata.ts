import type { Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { strangersAnswer, strangersWord } from "../worked-member.ts";
import { securityModule } from "./interfaces.ts";

/** Hyperlane's kinds of modules that ask others. */
const [ROUTING, AGGREGATION] = [1, 2];
/** Modules that one message asks: a stranger's may name any number, and name each other. */
const MOST_MODULES = 16;

/**
 * Metadata of a proven message for a security module. A module that calls others gets their metadata: an
 * aggregation gets that of as many modules as it needs, first of those that accept the message now.
 * `undefined` if only validators or other parties could provide it.
 */
export async function moduleMetadata(module: Hex, message: Hex, provider: Provider): Promise<Hex | undefined> {
  return new ModuleReading(message, provider).metadataOf(module);
}

/** A module's kind as it says; undefined where it says none. */
export async function moduleKind(module: Hex, provider: Provider): Promise<number | undefined> {
  const kind = await strangersWord(provider, { to: module, data: securityModule.encodeFunctionData("moduleType") });
  return kind === undefined ? undefined : Number(kind);
}

class ModuleReading {
  readonly #message: Hex;
  readonly #provider: Provider;
  #calls = 0;

  constructor(message: Hex, provider: Provider) {
    this.#message = message;
    this.#provider = provider;
  }

  async metadataOf(module: Hex): Promise<Hex | undefined> {
    if (++this.#calls > MOST_MODULES) return undefined;
    const kind = await moduleKind(module, this.#provider);
    if (kind === ROUTING) {
      const [next] = (await this.#ask("route", module)) ?? [];
      return typeof next === "string" ? this.metadataOf(next as Hex) : undefined;
    }
    if (kind === AGGREGATION) return this.#aggregated(module);
    return "0x";
  }

  /** A place of two numbers of 32 bits for each module, then what they get. */
  async #aggregated(module: Hex): Promise<Hex | undefined> {
    const [modules, threshold] = ((await this.#ask("modulesAndThreshold", module)) ?? []) as [(readonly Hex[])?, bigint?];
    if (modules === undefined || threshold === undefined || modules.length > MOST_MODULES) return undefined;
    const able: { readonly place: number; readonly metadata: Hex; readonly accepts: boolean }[] = [];
    for (const [place, each] of modules.entries()) {
      const metadata = await this.metadataOf(each);
      if (metadata !== undefined) able.push({ place, metadata, accepts: await this.#accepts(each, metadata, module) });
    }
    if (able.length < Number(threshold)) return undefined;
    // One that counts what it lets through says no outside of the mailbox's call.
    const chosen = able.toSorted((a, b) => Number(b.accepts) - Number(a.accepts)).slice(0, Number(threshold));
    const given = new Map(chosen.map(({ place, metadata }) => [place, metadata]));
    return inPlaces(modules.map((_, place) => given.get(place)));
  }

  async #accepts(module: Hex, metadata: Hex, from: Hex): Promise<boolean> {
    const data = securityModule.encodeFunctionData("verify", [metadata, this.#message]);
    const answer = await strangersAnswer(this.#provider, { to: module, data, from });
    return answer !== undefined && /^0x0{63}1$/.test(answer);
  }

  async #ask(name: "route" | "modulesAndThreshold", to: Hex): Promise<readonly unknown[] | undefined> {
    const data = securityModule.encodeFunctionData(name, [this.#message]);
    const answer = await strangersAnswer(this.#provider, { to, data });
    try {
      return answer === undefined ? undefined : securityModule.decodeFunctionResult(name, answer).toArray();
    } catch {
      // A stranger's bytes.
      return undefined;
    }
  }
}

/**
 * Encodes metadata in the format of Hyperlane's `AggregationIsmMetadata.sol`; an index of zeros is a module
 * that is not called.
 */
function inPlaces(parts: readonly (Hex | undefined)[]): Hex {
  const uint32 = (value: number): string => value.toString(16).padStart(8, "0");
  let [places, bodies] = ["", ""];
  for (const metadata of parts) {
    const start = 8 * parts.length + bodies.length / 2;
    bodies += metadata?.slice(2) ?? "";
    places += metadata === undefined ? uint32(0).repeat(2) : uint32(start) + uint32(8 * parts.length + bodies.length / 2);
  }
  return `0x${places}${bodies}`;
}
