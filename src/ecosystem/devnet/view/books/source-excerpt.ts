import type { ProjectNames } from "./describe.ts";

/** A line of a source with those around it. */
export interface SourceExcerpt {
  /** Such as "contracts/Counter.sol". */
  readonly source: string;
  /** Counted from 1. */
  readonly line: number;
  /** Number of the first of `lines`. */
  readonly firstLine: number;
  readonly lines: readonly string[];
}

/** Number of lines before and after the given one. */
const AROUND = 4;
/** Characters of a line: generated sources have long ones. */
const MOST_OF_LINE = 300;

/**
 * Innermost line of a stack trace in the project's sources; else the innermost in a package that the project has compiled; else
 * undefined. `reason` is the cause of the failure, as the end of "it reverted …".
 */
export async function excerptOf(
  stackTrace: readonly string[],
  reason: string,
  source: ProjectNames["source"],
): Promise<SourceExcerpt | undefined> {
  const places = stackTrace.flatMap((frame) => {
    const [, name, number] = PLACE.exec(frame) ?? [];
    return name === undefined ? [] : [{ name, number: Number(number) }];
  });
  const isOfPackage = ({ name }: { readonly name: string }): boolean => name.startsWith(OF_PACKAGE);
  const inOrder = [...places.filter((place) => !isOfPackage(place)), ...places.filter(isOfPackage)];
  for (const { name, number } of inOrder) {
    const text = await source?.(name);
    if (text !== undefined) return excerpt(name, text.split(/\r?\n/), number, reason);
  }
  return undefined;
}

/** Start of a package's source name, in Hardhat's form. */
const OF_PACKAGE = "npm/";

function excerpt(name: string, all: readonly string[], traced: number, reason: string): SourceExcerpt | undefined {
  const line = lineThatReverts(all, traced, /^with (\w+)\(/.exec(reason)?.[1]);
  if (line === undefined) return undefined;
  const first = Math.max(1, line - AROUND);
  const lines = all.slice(first - 1, line + AROUND);
  return { source: name, line, firstLine: first, lines: lines.map((each) => each.slice(0, MOST_OF_LINE)) };
}

/**
 * Line of an error. The optimizer lets errors share code, so the reported line may be another error's: then the line with
 * the right one. `undefined` if there are several.
 */
function lineThatReverts(lines: readonly string[], reportedLine: number, error: string | undefined): number | undefined {
  const [, other] = REVERT.exec(lines[reportedLine - 1] ?? "") ?? [];
  if (error === undefined || other === undefined || other === error) return reportedLine;
  const places = lines.flatMap((line, place) => (REVERT.exec(line)?.[1] === error ? [place + 1] : []));
  return places.length === 1 ? places[0] : undefined;
}

/** With an error that the contract names. */
const REVERT = /\brevert (?:\w+\.)*(\w+)\(/;
/** "at Counter.increase (contracts/Counter.sol:17)" */
const PLACE = /\((.+):(\d+)\)$/;
