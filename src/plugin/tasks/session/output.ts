import { styleText } from "node:util";

/** Where a task writes: results to stdout, everything on the way to stderr, so that a pipe gets results alone. */
export interface Output {
  readonly json: boolean;
  /** One step of the way. */
  progress(line: string): void;
  /** The result: text for people, or the value as one line of JSON. */
  result(text: () => string, value: unknown): void;
}

export function createOutput(json: boolean): Output {
  // `npx hardhat … | head -1`: the reader leaves, which is no fault.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
  // What contracts print, and others, is no result.
  if (json) console.log = console.error;
  return {
    json,
    progress(line) {
      process.stderr.write(`${styleText("dim", line, { stream: process.stderr })}\n`);
    },
    result(text, value) {
      process.stdout.write(`${json ? toJson(value) : text()}\n`);
    },
  };
}

/** JSON in which amounts are decimal strings. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => (typeof each === "bigint" ? each.toString() : each));
}

/** What a reader should see first. */
export function strong(text: string): string {
  return styleText("bold", text);
}

/** What needs attention, in whichever stream. */
export function warning(text: string): string {
  return styleText(["bold", "yellow"], text);
}

/** What must not be overlooked: something is wrong. */
export function alarm(text: string): string {
  return styleText(["bold", "red"], text);
}

/** Rows in columns that are as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
