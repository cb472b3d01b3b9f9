import {
  type ErrorFragment,
  type EventFragment,
  Fragment,
  type FunctionFragment,
  id,
  Interface,
  type InterfaceAbi,
  type JsonFragment,
  type JsonFragmentType,
} from "ethers";

/**
 * Functions, errors and events of contracts, by selector and by topic. Each selector has every distinct form.
 */
export interface AbiIndex {
  functions(selector: string): readonly FunctionFragment[];
  events(topic: string): readonly EventFragment[];
  errors(selector: string): readonly ErrorFragment[];
}

/**
 * Functions, events and errors of contracts, in their order. They are hashed when first asked for, and ethers makes only those
 * that are found: an `Interface` of each contract holds up a process for seconds where a project has hundreds.
 */
export function abiIndex(abis: readonly InterfaceAbi[]): AbiIndex {
  let items: ReadonlyMap<string, readonly JsonFragment[]> | undefined;
  const made = new Map<string, readonly Fragment[]>();
  const found = (type: string, hash: string): readonly Fragment[] => {
    items ??= indexed(abis);
    const key = `${type} ${hash.toLowerCase()}`;
    const fragments = made.get(key) ?? fragmentsOf(items.get(key) ?? []);
    // What strangers ask for and nothing has is not kept.
    if (fragments.length > 0) made.set(key, fragments);
    return fragments;
  };
  return {
    functions: (selector) => found("function", selector) as readonly FunctionFragment[],
    events: (topic) => found("event", topic) as readonly EventFragment[],
    errors: (selector) => found("error", selector) as readonly ErrorFragment[],
  };
}

/** Hexadecimal characters of a selector. */
const SELECTOR_LENGTH = 10;

function indexed(abis: readonly InterfaceAbi[]): ReadonlyMap<string, readonly JsonFragment[]> {
  const hashes = new Map<string, string>();
  const index = new Map<string, JsonFragment[]>();
  for (const item of abis.flatMap(itemsOf)) {
    const { type, name, inputs = [] } = item;
    if (name === undefined || (type !== "function" && type !== "event" && type !== "error")) continue;
    const signature = `${name}(${inputs.map(typeOf).join()})`;
    const hash = hashes.get(signature) ?? id(signature);
    hashes.set(signature, hash);
    const key = `${type} ${type === "event" ? hash : hash.slice(0, SELECTOR_LENGTH)}`;
    index.set(key, [...(index.get(key) ?? []), item]);
  }
  return index;
}

/** In JSON, as compilers write it. */
function itemsOf(abi: InterfaceAbi): readonly JsonFragment[] {
  const isJson = Array.isArray(abi) && abi.every((item) => typeof item === "object" && !(item instanceof Fragment));
  return (isJson ? abi : JSON.parse(new Interface(abi).formatJson())) as readonly JsonFragment[];
}

/** Type in the form that signatures use. */
function typeOf({ type = "", components = [] }: JsonFragmentType): string {
  if (type.startsWith("tuple")) return `(${components.map(typeOf).join()})${type.slice("tuple".length)}`;
  return type.replace(/^(u?int)(?=\[|$)/, "$1256");
}

function fragmentsOf(items: readonly JsonFragment[]): readonly Fragment[] {
  const different = new Map(items.map((item) => [JSON.stringify(item), item]));
  return [...different.values()].flatMap((item) => {
    try {
      return [Fragment.from(item)];
    } catch {
      // Of types that no call has, as functions have that libraries keep to themselves.
      return [];
    }
  });
}
