import { styleText } from "node:util";

/** Output of a task: results to stdout, progress to stderr, so that a pipe receives only results. */
export interface Output {
  readonly json: boolean;
  /** One step of the way. */
  progress(line: string): void;
  /** The result: text for people, or the value as one line of JSON. */
  result(text: () => string, value: unknown): void;
}

export function createOutput(json: boolean): Output {
  // `npx hardhat … | head -1`: the reader leaves, which is not an error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
  // The output of contracts is not a result.
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

/** Emphasizes text that a reader should see first. */
export function strong(text: string): string {
  return styleText("bold", text);
}

/** Highlights a warning, in either stream. */
export function warning(text: string): string {
  return styleText(["bold", "yellow"], text);
}

/** Line about a chain that waits for L1 for this reason, or continues. */
export function waitLine(name: string, reason: string | undefined): string {
  return reason === undefined ? `${name} continues` : warning(`${name} waits, and continues automatically: ${reason}`);
}

/** Highlights an error. */
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
