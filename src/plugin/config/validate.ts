import type { HardhatUserConfigValidationError } from "hardhat/types/hooks";
import { LEAST_MAX_INSTRUCTIONS, MOST_MAX_INSTRUCTIONS } from "../../chain/instruction-limits.ts";
import { ETHER_DECIMALS, parseAmount } from "../amount.ts";
import { FIRST_CHAIN_ID, MAX_CHAINS } from "./resolve.ts";

/** A check of one field: undefined where the value will do, else what it must be, as the end of "must be …". */
type Check = (value: unknown) => string | undefined;
type Path = readonly (string | number)[];

const MAX_PORT = 65_535;
/** L1 gives out no others; the bits above number the chains below an L2. */
const MAX_CHAIN_ID = 2 ** 32 - 1;
/** Of Hardhat's in-process networks. */
const LOCAL_L1_CHAIN_ID = 31_337;
const HIGHEST_FUNDED = 10;

const wholeNumber =
  (least: number, most: number, example: number): Check =>
  (value) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most
      ? undefined
      : `a whole number from ${least} to ${most}, such as ${example}`;
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    typeof value === "string" && values.includes(value) ? undefined : values.map((each) => `"${each}"`).join(" or ");
const text =
  (pattern: RegExp, description: string): Check =>
  (value) =>
    typeof value === "string" && pattern.test(value) ? undefined : description;
const trueOrFalse: Check = (value) => (typeof value === "boolean" ? undefined : "true or false");
const url = text(/^https?:\/\/\S+$/, 'a URL such as "http://127.0.0.1:8545"');
const port = wholeNumber(0, MAX_PORT, 8545);
const seconds = wholeNumber(0, 2 ** 40, 3_600);
const orNull =
  (check: Check): Check =>
  (value) => {
    const wanted = value === null ? undefined : check(value);
    return wanted === undefined ? undefined : `${wanted}, or null for never`;
  };
const blocks: Check = (value) =>
  value === "instant" || (typeof value === "number" && wholeNumber(1, 3_600_000, 1_000)(value) === undefined)
    ? undefined
    : '"instant" or milliseconds between blocks, such as 1000';
const amount: Check = (value) =>
  typeof value === "string" && parseAmount(value, ETHER_DECIMALS) !== undefined ? undefined : 'an amount of ETH in quotes, such as "100"';
const atLeastOneMember = wholeNumber(1, 16, 3);

const address = text(/^0x[0-9a-fA-F]{40}$/, "an address: 0x and 40 hex digits");
const baseToken: Check = (value) =>
  address(value) === undefined || (isObject(value) && typeof value["name"] === "string" && typeof value["symbol"] === "string")
    ? undefined
    : 'the address of an ERC-20 on L1, or { name: "Gold", symbol: "GLD" } for one that is deployed there';

const origin = text(/^(\*|[a-z][a-z0-9+.-]*:\/\/[^/\s]+)$/, "an origin");
const origins: Check = (value) =>
  Array.isArray(value) && value.every((each) => origin(each) === undefined) ? undefined : 'a list of origins, such as ["https://app.example.com"], or ["*"]';

const TOP: Readonly<Record<string, Check>> = {
  name: text(/^\S.*$/, "a name"),
  host: text(/^\S+$/, 'an interface to listen on, such as "127.0.0.1"'),
  origins,
  url,
  relayer: trueOrFalse,
  pollIntervalMs: wholeNumber(1, 3_600_000, 100),
};
const SECTIONS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  l1: { port, url, confirmations: wholeNumber(1, 1_000, 1) },
  prover: { mode: oneOf("stark", "none"), workers: wholeNumber(1, 64, 4) },
  relayerPolicy: { minRewardPercent: wholeNumber(0, 1_000_000, 100), reserve: amount },
  accounts: { funded: wholeNumber(0, HIGHEST_FUNDED, HIGHEST_FUNDED), balance: amount },
};
const CHAIN: Readonly<Record<string, Check>> = {
  chainId: wholeNumber(1, MAX_CHAIN_ID, FIRST_CHAIN_ID),
  port,
  blocks,
  baseToken,
  readers: (value) => (Array.isArray(value) && value.every((each) => address(each) === undefined) ? undefined : "a list of addresses"),
  dataAvailability: oneOf("rollup", "validium"),
  executionDelaySeconds: seconds,
  priorityOpWindowSeconds: seconds,
  exitDelaySeconds: seconds,
  cheats: trueOrFalse,
  journal: text(/\S/, "a path of a file"),
  maxInstructions: wholeNumber(LEAST_MAX_INSTRUCTIONS, MOST_MAX_INSTRUCTIONS, 4_000_000),
};
const CHAIN_SECTIONS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  batches: { maxAgeMs: orNull(wholeNumber(1, 86_400_000, 2_000)), maxTransactions: wholeNumber(1, 100_000, 100) },
  committee: { members: atLeastOneMember, threshold: atLeastOneMember },
  quorum: { members: atLeastOneMember, threshold: atLeastOneMember },
};
/** What `0x…@name` can hold, and never a number, which would be a chain id. */
const CHAIN_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** Everything that is wrong with the user's `hyperchains`: each error names the field, what it holds and what it should. */
export function validateHyperchains(user: unknown): HardhatUserConfigValidationError[] {
  if (user === undefined) return [];
  const errors = [...fieldErrors(["hyperchains"], user, TOP, SECTIONS, ["chains"]), ...l1Errors(user)];
  if (!isObject(user) || user["chains"] === undefined) return errors;
  return [...errors, ...chainsErrors(["hyperchains", "chains"], user["chains"])];
}

function l1Errors(user: unknown): HardhatUserConfigValidationError[] {
  const l1 = isObject(user) ? user["l1"] : undefined;
  if (!isObject(l1) || l1["url"] === undefined || l1["port"] === undefined) return [];
  return [{ path: ["hyperchains", "l1", "port"], message: "is the port of an L1 that is started; with l1.url none is, so leave one of the two out" }];
}

function chainsErrors(path: Path, chains: unknown): HardhatUserConfigValidationError[] {
  if (!isObject(chains)) return [must(path, chains, "an object with one chain per name, such as { alpha: {}, beta: { chainId: 300 } }")];
  const entries = Object.entries(chains);
  const errors: HardhatUserConfigValidationError[] = [];
  if (entries.length < 1 || entries.length > MAX_CHAINS) {
    errors.push({ path: [...path], message: `must have 1 to ${MAX_CHAINS} chains, has ${entries.length}; leave "chains" out for two chains` });
  }
  const nameOfId = new Map<unknown, string>([[LOCAL_L1_CHAIN_ID, "the L1"]]);
  for (const [place, [name, chain]] of entries.entries()) {
    if (!CHAIN_NAME.test(name) || name.toLowerCase() === "l1") {
      errors.push({ path: [...path, name], message: `"${name}" cannot name a chain; use letters, digits, - and _, starting with a letter, and not "l1"` });
    }
    errors.push(...fieldErrors([...path, name], chain, CHAIN, CHAIN_SECTIONS));
    if (!isObject(chain)) continue;
    if (chain["dataAvailability"] !== "validium") {
      for (const field of ["committee", "readers"].filter((each) => chain[each] !== undefined)) {
        errors.push({ path: [...path, name, field], message: 'is for a validium; a rollup gives its data to everybody. Add dataAvailability: "validium", or leave it out' });
      }
    }
    for (const field of ["committee", "quorum"]) errors.push(...signersErrors([...path, name, field], chain[field]));
    const chainId = chain["chainId"] ?? FIRST_CHAIN_ID + place;
    const other = nameOfId.get(chainId);
    if (other !== undefined) {
      errors.push({ path: [...path, name, "chainId"], message: `${String(chainId)} is the chain id of ${other} already; give each chain its own` });
    }
    nameOfId.set(chainId, `"${name}"`);
  }
  return errors;
}

function signersErrors(path: Path, signers: unknown): HardhatUserConfigValidationError[] {
  if (!isObject(signers)) return [];
  const { members, threshold } = signers;
  if (typeof members !== "number" || typeof threshold !== "number") {
    return [{ path: [...path], message: "must have both members and threshold, such as { members: 3, threshold: 2 }" }];
  }
  if (threshold <= members) return [];
  return [{ path: [...path, "threshold"], message: `must be at most members (${members}), got ${threshold}: it could never be reached` }];
}

/** Errors of an object's plain fields and of those of its sections; fields in `elsewhere` are checked by the caller. */
function fieldErrors(
  path: Path,
  value: unknown,
  checks: Readonly<Record<string, Check>>,
  sections: Readonly<Record<string, Readonly<Record<string, Check>>>> = {},
  elsewhere: readonly string[] = [],
): HardhatUserConfigValidationError[] {
  if (!isObject(value)) return [must(path, value, "an object")];
  return Object.entries(value).flatMap(([field, content]) => {
    if (content === undefined || elsewhere.includes(field)) return [];
    const section = sections[field];
    if (section !== undefined) return fieldErrors([...path, field], content, section);
    const check = checks[field];
    if (check !== undefined) {
      const wanted = check(content);
      return wanted === undefined ? [] : [must([...path, field], content, wanted)];
    }
    const known = [...Object.keys(checks), ...Object.keys(sections), ...elsewhere];
    return [{ path: [...path, field], message: `"${field}" is no field here; there are ${known.join(", ")}` }];
  });
}

function must(path: Path, value: unknown, wanted: string): HardhatUserConfigValidationError {
  return { path: [...path], message: `must be ${wanted}; got ${shown(value)}` };
}

function shown(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "function" ? "a function" : (JSON.stringify(value) ?? String(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
