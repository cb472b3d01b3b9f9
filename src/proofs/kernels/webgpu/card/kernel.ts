import { FIELD } from "../wgsl/field.ts";

/**
 * One operation on the card. Each invocation has a number `i` below `count`, and an item: a row of 32-bit
 * numbers, some of which are offsets of columns. Buffers have 32-bit words; buffers that are written are
 * bound once each, none of them read under another name.
 */
export interface CardKernel {
  readonly name: string;
  /** Numbers that are the same for all invocations, `p.…` in the code. */
  readonly params: readonly string[];
  /** Names of an item's words, which are variables in the code. */
  readonly item: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** A buffer of words that are written atomically, bound last. */
  readonly atomic?: string;
  /** Functions, constants and types, behind those of the field. */
  readonly declarations?: string;
  /** The body of the operation; it may `return`. */
  readonly body: string;
}

/** The names of a kernel's buffers in the order of their bindings. */
export function buffersOf({ read, write, atomic }: CardKernel): string[] {
  return [...read, ...write, ...(atomic === undefined ? [] : [atomic])];
}

/** Invocations of a workgroup. */
export const GROUP = 64;
/** Workgroups in a row of workgroups: below the 65,535 that every device has. */
export const GROUPS_IN_ROW = 32_768;

/** The whole shader of a kernel. Its params begin with `first`, the number of the first invocation, and `count`. */
export function shaderOf({ params, item, read, write, atomic, declarations = "", body }: CardKernel): string {
  const bindings = [
    ...read.map((name) => `var<storage, read> ${name}: array<u32>;`),
    ...write.map((name) => `var<storage, read_write> ${name}: array<u32>;`),
    ...(atomic === undefined ? [] : [`var<storage, read_write> ${atomic}: array<atomic<u32>>;`]),
  ];
  return `${FIELD}
struct Params { first: u32, count: u32, ${params.map((name) => `${name}: u32, `).join("")} }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> items: array<u32>;
${bindings.map((binding, i) => `@group(0) @binding(${i + 2}) ${binding}`).join("\n")}
${declarations}
@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = p.first + (group.y * ${GROUPS_IN_ROW}u + group.x) * ${GROUP}u + lane;
  if (i >= p.count) { return; }
  ${item.map((name, k) => `let ${name} = items[group.z * ${item.length}u + ${k}u];`).join("\n  ")}
  ${body}
}
`;
}
