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

/** Name and types, by which functions of one name are told apart. */
export function signatureOf({ name, inputs }: AbiFunction): string {
  return `${name}(${inputs.map(typeOf).join(",")})`;
}

function typeOf({ type, components = [] }: AbiParameter): string {
  return type.startsWith("tuple") ? `(${components.map(typeOf).join(",")})${type.slice("tuple".length)}` : type;
}

/** What is typed for a parameter, in words. */
export function labelOf(parameter: AbiParameter): string {
  const type = typeOf(parameter);
  const isList = type.startsWith("(") || type.endsWith("]");
  return `${parameter.name === "" ? "argument" : parameter.name}, ${type}${isList ? ", as a list" : ""}`;
}

export function isRead({ stateMutability }: AbiFunction): boolean {
  return stateMutability === "view" || stateMutability === "pure";
}
