import { compiledLines, type CompiledCode } from "./compiled-lines.ts";
import { type CompilationFiles, readCompilation } from "./read-compilation.ts";

interface Input {
  readonly userSourceNameMap: Readonly<Record<string, string>>;
  readonly input: { readonly sources: Readonly<Record<string, { readonly content?: string }>> };
}

interface Output {
  readonly output: {
    readonly sources?: Readonly<Record<string, { readonly id: number; readonly ast?: unknown }>>;
    readonly contracts?: CompiledCode["contracts"];
  };
}

type Lines = ReturnType<typeof compiledLines>;

/**
 * Source lines of the project's code, by the compilation's id; undefined if unknown. A compilation has up to
 * tens of megabytes and a unique id: it is read once, on demand.
 */
export function projectLines(artifacts: CompilationFiles): (id: string) => Promise<Lines | undefined> {
  const read = new Map<string, Promise<Lines | undefined>>();
  return (id) => {
    const reading = read.get(id) ?? linesOf(artifacts, id);
    read.set(id, reading);
    // What cannot be read now may be there the next time.
    reading.catch(() => read.delete(id));
    return reading;
  };
}

async function linesOf(artifacts: CompilationFiles, id: string): Promise<Lines | undefined> {
  const compilation = await readCompilation<Input, Output>(artifacts, id);
  if (compilation === undefined) return undefined;
  const [{ userSourceNameMap, input }, { output }] = compilation;
  const shown = new Map(Object.entries(userSourceNameMap).map(([name, compiled]) => [compiled, name]));
  const sources = Object.entries(output.sources ?? {}).map(([name, { id: number, ast }]) => {
    const text = input.sources[name]?.content ?? "";
    return [name, { id: number, ast, text, shownAs: shown.get(name) ?? name }] as const;
  });
  return compiledLines({ sources: Object.fromEntries(sources), contracts: output.contracts ?? {} });
}
