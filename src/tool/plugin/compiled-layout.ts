import type { NamedType, StorageLayout, StorageType } from "../../ecosystem/devnet/view/books/storage-layout.ts";

/** Node of the compiler's syntax trees, with the fields that this file reads. */
interface Node {
  readonly id: number;
  readonly nodeType: string;
  readonly name?: string;
  readonly nodes?: readonly Node[];
  readonly members?: readonly Node[];
  readonly typeName?: Node;
  readonly baseType?: Node;
  readonly keyType?: Node;
  readonly valueType?: Node;
  readonly underlyingType?: Node;
  readonly referencedDeclaration?: number;
  readonly linearizedBaseContracts?: readonly number[];
  readonly storageLayout?: unknown;
  readonly stateVariable?: boolean;
  readonly constant?: boolean;
  readonly mutability?: string;
  readonly storageLocation?: string;
  readonly visibility?: string;
  readonly typeDescriptions?: { readonly typeString?: string };
}

/** Sources of one compilation, as its output has them. */
export type CompiledSources = Readonly<Record<string, { readonly ast?: unknown }>>;

const DECLARATIONS = new Set(["ContractDefinition", "StructDefinition", "EnumDefinition", "UserDefinedValueTypeDefinition"]);

/**
 * The layouts of a compilation's contracts, by source and name, from its syntax trees, which every project's build has: the
 * compiler's own `storageLayout` would have to be asked for in the project's settings. Undefined where there is no such contract,
 * and where it says itself at which slot its storage begins.
 */
export function compiledLayouts(sources: CompiledSources): (source: string, contract: string) => StorageLayout | undefined {
  const declared = new Map<number, Node>();
  const contracts = new Map<string, Node>();
  for (const [source, { ast }] of Object.entries(sources)) {
    for (const node of (ast as Node | undefined)?.nodes ?? []) {
      for (const each of [node, ...(node.nodes ?? [])])
        // Without the functions, which are most of a tree: what is kept lasts as long as the project's compilation.
        if (DECLARATIONS.has(each.nodeType)) declared.set(each.id, { ...each, nodes: (each.nodes ?? []).filter(isStored) });
      const contract = node.nodeType === "ContractDefinition" ? declared.get(node.id) : undefined;
      if (contract !== undefined) contracts.set(`${source}:${contract.name ?? ""}`, contract);
    }
  }
  return (source, name) => {
    const contract = contracts.get(`${source}:${name}`);
    const bases = contract?.linearizedBaseContracts?.map((id) => declared.get(id));
    if (bases === undefined || bases.some((base) => base === undefined || (base.storageLayout ?? null) !== null))
      return undefined;
    return bases.toReversed().flatMap((base) => (base?.nodes ?? []).map((each) => named(each, declared)));
  };
}

function isStored({ nodeType, stateVariable, constant, mutability, storageLocation }: Node): boolean {
  return (
    nodeType === "VariableDeclaration" &&
    stateVariable === true &&
    constant !== true &&
    mutability !== "immutable" &&
    storageLocation !== "transient"
  );
}

type Declared = ReadonlyMap<number, Node>;

function named({ name = "", typeName }: Node, declared: Declared): NamedType {
  return { name, type: typeOf(typeName, declared) };
}

/** Throws TypeError for a type that no variable has. */
function typeOf(node: Node | undefined, declared: Declared): StorageType {
  if (node === undefined) throw new TypeError("the compilation tells no type of a variable");
  const name = node.typeDescriptions?.typeString ?? "";
  switch (node.nodeType) {
    case "ElementaryTypeName":
      return elementary(name);
    case "Mapping":
      return { kind: "mapping", name, key: typeOf(node.keyType, declared), value: () => typeOf(node.valueType, declared) };
    case "ArrayTypeName": {
      const [, length] = /\[(\d+)\]$/.exec(name) ?? [];
      const element = (): StorageType => typeOf(node.baseType, declared);
      return { kind: "list", name, element, ...(length === undefined ? {} : { length: BigInt(length) }) };
    }
    case "FunctionTypeName":
      return { kind: "value", name, bytes: node.visibility === "external" ? 24 : 8 };
    case "UserDefinedTypeName":
      return declaredType(declared.get(node.referencedDeclaration ?? -1), declared);
    default:
      throw new TypeError(`no variable has a type of the kind ${node.nodeType}`);
  }
}

function elementary(name: string): StorageType {
  const base = name.replace(/ payable$/, "");
  if (base === "string" || base === "bytes") return { kind: "bytes", name: base };
  const [, kind, digits] = /^(uint|int|bytes)(\d+)$/.exec(base) ?? [];
  if (digits !== undefined) return { kind: "value", name: base, bytes: kind === "bytes" ? Number(digits) : Number(digits) / 8 };
  if (base === "bool") return { kind: "value", name: base, bytes: 1 };
  if (base === "address") return { kind: "value", name: base, bytes: 20 };
  throw new TypeError(`Solidity has no type ${name.slice(0, 100)} that storage holds`);
}

function declaredType(node: Node | undefined, declared: Declared): StorageType {
  if (node === undefined) throw new TypeError("the compilation does not have the type's declaration");
  const { name = "" } = node;
  switch (node.nodeType) {
    case "StructDefinition":
      return { kind: "struct", name, members: () => (node.members ?? []).map((each) => named(each, declared)) };
    case "EnumDefinition":
      return { kind: "value", name, bytes: 1, members: (node.members ?? []).map((each) => each.name ?? "") };
    case "ContractDefinition":
      return { kind: "value", name, bytes: 20 };
    case "UserDefinedValueTypeDefinition":
      return typeOf(node.underlyingType, declared);
    default:
      throw new TypeError(`no variable has a type that is a ${node.nodeType}`);
  }
}
