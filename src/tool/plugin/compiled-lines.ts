import type { CodePlaces, SourcePlace } from "../../ecosystem/devnet/view/books/describe.ts";

/** Node of the compiler's syntax trees, with the fields that this file reads. */
interface SyntaxNode {
  readonly nodeType: string;
  readonly name?: string;
  readonly kind?: string;
  /** First byte, bytes, and the source's number. */
  readonly src: string;
  readonly nodes?: readonly SyntaxNode[];
}

/** A compilation's sources and code, as its input and its output have them. */
export interface CompiledCode {
  readonly sources: Readonly<
    Record<string, { readonly id: number; readonly ast?: unknown; readonly text: string; readonly shownAs: string }>
  >;
  readonly contracts: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          { readonly evm?: { readonly deployedBytecode?: { readonly object: string; readonly sourceMap?: string } } }
        >
      >
    >
  >;
}

/** A function in a source, by its bytes. */
interface FunctionPlace {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

interface Source {
  readonly shownAs: string;
  /** Start of each line. */
  readonly lines: readonly number[];
  readonly functions: readonly FunctionPlace[];
}

/** Source positions of a contract's code, by the compiler's source maps. */
interface CompiledPlaces {
  /**
   * Lines of Solidity for a position in a contract's code, innermost first. `trail` has the instructions at
   * which the code jumped, in order, and then the instruction of the position.
   */
  lines(source: string, contract: string, trail: readonly number[]): readonly string[];
  /** The line of each instruction of a contract; undefined where the contract is unknown. */
  places(source: string, contract: string): CodePlaces | undefined;
}

/** Source position of an instruction, and its jump into a function ("i") or out of one ("o"). */
interface Origin {
  readonly start: number;
  readonly end: number;
  readonly source: number;
  readonly jump: string;
}

const [PUSH1, PUSH32] = [0x60, 0x7f];

/** Source: Solidity's documentation, "Source Mappings". */
export function compiledLines({ sources, contracts }: CompiledCode): CompiledPlaces {
  const byId = new Map(Object.values(sources).map((source) => [source.id, sourceOf(source)]));
  const code = new Map<string, ReturnType<typeof originsOf>>();
  for (const [source, all] of Object.entries(contracts))
    for (const [name, { evm }] of Object.entries(all)) {
      const { object = "", sourceMap = "" } = evm?.deployedBytecode ?? {};
      if (sourceMap !== "") code.set(`${source}:${name}`, originsOf(object, sourceMap));
    }
  return {
    lines(source, contract, trail) {
      const origins = code.get(`${source}:${contract}`)?.();
      if (origins === undefined) return [];
      return callers(trail, origins).flatMap((origin) => {
        const place = placeOf(origin, byId);
        return place === undefined ? [] : [`at ${place.function} (${place.source}:${place.line})`];
      });
    },
    places(source, contract) {
      const origins = code.get(`${source}:${contract}`)?.();
      if (origins === undefined) return undefined;
      return (pc) => {
        const origin = origins.get(pc);
        return origin === undefined ? undefined : { jump: origin.jump, place: placeOf(origin, byId) };
      };
    },
  };
}

/** Origins by position in the code, read on demand. */
function originsOf(object: string, sourceMap: string): () => ReadonlyMap<number, Origin> {
  let known: ReadonlyMap<number, Origin> | undefined;
  return () => (known ??= decoded(object, sourceMap));
}

function decoded(object: string, sourceMap: string): ReadonlyMap<number, Origin> {
  const origins = new Map<number, Origin>();
  let fields = ["0", "0", "-1", "-"];
  let pc = 0;
  for (const entry of sourceMap.split(";")) {
    // What is left out is as before.
    const said = entry.split(":");
    fields = fields.map((before, i) => (said[i] === undefined || said[i] === "" ? before : said[i]));
    const [start = 0, length = 0, source = -1] = fields.slice(0, 3).map(Number);
    origins.set(pc, { start, end: start + length, source, jump: fields[3] ?? "-" });
    const op = Number.parseInt(object.slice(2 * pc, 2 * pc + 2), 16);
    pc += op >= PUSH1 && op <= PUSH32 ? op - PUSH1 + 2 : 1;
  }
  return origins;
}

/** The functions that had not ended, by where each called the next one; the innermost first. */
function callers(trail: readonly number[], origins: ReadonlyMap<number, Origin>): readonly Origin[] {
  const open: Origin[] = [];
  for (const pc of trail.slice(0, -1)) {
    const origin = origins.get(pc);
    if (origin?.jump === "i") open.push(origin);
    if (origin?.jump === "o") open.pop();
  }
  return [...open, origins.get(trail.at(-1) ?? -1)].flatMap((origin) => origin ?? []).toReversed();
}

/** Undefined for what the compiler made itself: the way from a selector to its function, or to data's decoding. */
function placeOf({ start, end, source }: Origin, byId: ReadonlyMap<number, Source>): SourcePlace | undefined {
  const { shownAs, lines, functions } = byId.get(source) ?? {};
  const within = functions?.find((each) => each.start <= start && end <= each.end && end - start < each.end - each.start);
  if (shownAs === undefined || within === undefined || lines === undefined) return undefined;
  return { source: shownAs, line: lines.findLastIndex((begin) => begin <= start) + 1, function: within.name };
}

function sourceOf({ ast, text, shownAs }: CompiledCode["sources"][string]): Source {
  // The compiler counts bytes.
  const bytes = Buffer.from(text);
  const lines = [0];
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines.push(at + 1);
  return { shownAs, lines, functions: ((ast as SyntaxNode | undefined)?.nodes ?? []).flatMap((node) => functionsIn(node)) };
}

function functionsIn(node: SyntaxNode, contract?: string): readonly FunctionPlace[] {
  if (node.nodeType === "ContractDefinition") return (node.nodes ?? []).flatMap((each) => functionsIn(each, node.name));
  if (node.nodeType !== "FunctionDefinition" && node.nodeType !== "ModifierDefinition") return [];
  const [start = 0, length = 0] = node.src.split(":").map(Number);
  const name = node.name === undefined || node.name === "" ? (node.kind ?? "") : node.name;
  return [{ start, end: start + length, name: contract === undefined ? name : `${contract}.${name}` }];
}
