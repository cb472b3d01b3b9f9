import type { ProjectNames } from "./describe.ts";

/** Time after which an unknown name makes the project's names be read again: a compiler may have run since. */
const NAMES_MS = 5_000;

/** The project's names, which are read again only where something is unknown: a project may have hundreds of files. */
export interface CachedNames {
  /** The names for what was unknown in those of before: read again where they are old. Rejects with their reader's error. */
  newest(): Promise<ProjectNames>;
  /** Result of `look` in the current names; `undefined` if it finds nothing. */
  find<Found>(look: (names: ProjectNames) => Found | undefined): Promise<Found | undefined>;
}

export function cacheNames(read: () => Promise<ProjectNames>, nowMs: () => number): CachedNames {
  let kept: { readonly names: Promise<ProjectNames>; readonly atMs: number } | undefined;
  const names = (): Promise<ProjectNames> => {
    const reading = read();
    kept = { names: reading, atMs: nowMs() };
    // Files that cannot be read now may be there the next time.
    reading.catch(() => (kept = undefined));
    return reading;
  };
  return {
    newest: () => (kept === undefined || nowMs() - kept.atMs >= NAMES_MS ? names() : kept.names),
    async find(look) {
      const found = look(await (kept?.names ?? names()));
      if (found !== undefined || kept === undefined || nowMs() - kept.atMs < NAMES_MS) return found;
      return look(await names());
    },
  };
}
