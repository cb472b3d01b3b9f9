import { HARD_PATTERNS, SHRINKING_PATTERNS, type ProsePattern } from "./prose-patterns.ts";
import { proseOf, type Prose } from "./prose.ts";
import type { SourceTree } from "./source-tree.ts";

/** Counts of words by room and pattern. */
export type WordCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** A word that a rule finds. */
export interface FoundWord {
  readonly path: string;
  readonly line: number;
  readonly word: string;
  readonly pattern: ProsePattern;
}

const PATTERNS = [...HARD_PATTERNS, ...SHRINKING_PATTERNS];

/**
 * Room of a file for these lists: a room of a floor (`src/chain/rpc`), two folders of its path (`test/flow`), one folder for the page and for
 * scripts, and each page of documentation that a newcomer reads alone.
 */
export function proseRoomOf(path: string): string {
  const [first = "", second = "", third, fourth] = path.split("/");
  if (first === "src" && fourth !== undefined) return `${first}/${second}/${third}`;
  const isDeep = ["src", "test", "contracts", "docs", "fixtures"].includes(first);
  return isDeep && third !== undefined ? `${first}/${second}` : second === "" ? path : first;
}

/** All words of the lists in the prose of the files. */
export function wordsIn(tree: SourceTree): readonly FoundWord[] {
  return [...tree].flatMap(([path, text]) => proseOf(path, text).flatMap((prose) => wordsOf(path, prose)));
}

function wordsOf(path: string, prose: Prose): readonly FoundWord[] {
  return PATTERNS.filter(
    ({ isStart, allowsBoolean }) => !(allowsBoolean && prose.isOfBoolean) && !(isStart && !prose.start),
  ).flatMap((pattern) =>
    matchesOf(pattern, prose)
      .map(({ word, line }) => ({ path, line, word, pattern }))
      .filter(({ line }) => !prose.exempt.has(line)),
  );
}

function matchesOf(
  { pattern, isStart }: ProsePattern,
  { text, start = "", line }: Prose,
): readonly { word: string; line: number }[] {
  if (isStart) {
    const word = pattern.exec(start)?.[0];
    return word === undefined ? [] : [{ word, line }];
  }
  return [...text.matchAll(pattern)].map((match) => ({
    word: match[0],
    line: line + text.slice(0, match.index).split("\n").length - 1,
  }));
}

/** Counts of each room, in alphabetical order; a pattern without a word in a room has no entry. */
export function countsOf(words: readonly FoundWord[]): WordCounts {
  const rooms: Record<string, Record<string, number>> = {};
  for (const { path, pattern } of words) {
    const counts = (rooms[proseRoomOf(path)] ??= {});
    counts[pattern.name] = (counts[pattern.name] ?? 0) + 1;
  }
  return sorted(rooms);
}

/** Hard words in finished rooms, and counts that have risen. */
export function proseViolations(words: readonly FoundWord[], known: WordCounts, finished: readonly string[]): readonly string[] {
  const inFinished = words
    .filter(({ path, pattern }) => pattern.isHard && finished.includes(proseRoomOf(path)))
    .map(({ path, line, word, pattern }) => `${path}:${line}: "${word}" in a finished room; write ${pattern.instead}`);
  const insteadOf = new Map(words.map(({ pattern }) => [pattern.name, pattern.instead]));
  const risen = Object.entries(countsOf(words)).flatMap(([room, counts]) =>
    Object.entries(counts)
      .map(([name, count]) => ({ name, count, limit: known[room]?.[name] ?? 0 }))
      .filter(({ count, limit }) => count > limit)
      .map(({ name, count, limit }) => `${room}: ${count} times "${name}", at most ${limit}; write ${insteadOf.get(name)}`),
  );
  return [...inFinished, ...risen];
}

/** The lower of two counts, of rooms and patterns that both have: a list only shrinks. */
export function lowered(known: WordCounts, now: WordCounts): WordCounts {
  const rooms: Record<string, Record<string, number>> = {};
  for (const [room, counts] of Object.entries(known))
    for (const [name, count] of Object.entries(counts)) {
      const least = Math.min(count, now[room]?.[name] ?? 0);
      if (least > 0) (rooms[room] ??= {})[name] = least;
    }
  return sorted(rooms);
}

/** Rooms of the files without a hard word. */
export function roomsWithoutHardWords(tree: SourceTree, words: readonly FoundWord[]): readonly string[] {
  const hard = new Set(words.filter(({ pattern }) => pattern.isHard).map(({ path }) => proseRoomOf(path)));
  return [...new Set([...tree.keys()].map(proseRoomOf))].filter((room) => !hard.has(room)).sort();
}

function sorted(rooms: Readonly<Record<string, Readonly<Record<string, number>>>>): WordCounts {
  const entries = Object.entries(rooms).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([room, counts]) => [room, Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))]),
  );
}
