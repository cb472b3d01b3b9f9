/** A parameter in Solidity's JSON. */
export interface AbiParameter {
  readonly name: string;
  readonly type: string;
  readonly components?: readonly AbiParameter[];
}

/** A function in Solidity's JSON. */
export interface AbiFunction {
  readonly type: "function";
  readonly name: string;
  readonly inputs: readonly AbiParameter[];
  readonly outputs: readonly AbiParameter[];
  readonly stateMutability: "pure" | "view" | "nonpayable" | "payable";
}

/** The functions of a contract that an artifact describes. */
export function functionsOf(abi: unknown): readonly AbiFunction[] {
  const entries: readonly unknown[] = Array.isArray(abi) ? abi : [];
  return entries.filter((entry): entry is AbiFunction => (entry as { readonly type?: unknown } | null)?.type === "function");
}

/** Name and types, which distinguish functions with the same name. */
export function signatureOf({ name, inputs }: AbiFunction): string {
  return `${name}(${inputs.map(typeOf).join(",")})`;
}

function typeOf({ type, components = [] }: AbiParameter): string {
  return type.startsWith("tuple") ? `(${components.map(typeOf).join(",")})${type.slice("tuple".length)}` : type;
}

/** Label of a parameter; `unnamed` is the text for a missing name. */
export function labelOf(parameter: AbiParameter, unnamed: string): string {
  return `${parameter.name === "" ? unnamed : parameter.name}, ${typeOf(parameter)}`;
}

/**
 * Structure of a parameter: a plain value, parts in order, or items, whose number is fixed if `count` is set.
 */
export type Shape =
  | { readonly kind: "plain" }
  | { readonly kind: "parts"; readonly parts: readonly AbiParameter[] }
  | { readonly kind: "items"; readonly item: AbiParameter; readonly count?: number };

export function shapeOf({ type, components = [] }: AbiParameter): Shape {
  const list = /^(.*)\[(\d*)\]$/.exec(type);
  if (list === null) return type === "tuple" ? { kind: "parts", parts: components } : { kind: "plain" };
  const item = { name: "", type: list[1] ?? "", components };
  return list[2] === "" ? { kind: "items", item } : { kind: "items", item, count: Number(list[2]) };
}

export function isRead({ stateMutability }: AbiFunction): boolean {
  return stateMutability === "view" || stateMutability === "pure";
}
