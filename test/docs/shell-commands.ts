import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Programs that listings call. A shell that runs a listing notes their arguments in their place. */
const PROGRAMS = ["npx", "npm", "curl", "jq", "docker", "anvil", "mkdir", "ln", "node"];
const NOTES = ".commands";
const RECORDER = [
  `note() { printf '%s\\0' "$#" "$@" >> ${NOTES}; }`,
  ...PROGRAMS.map((program) => `${program}() { note ${program} "$@"; }`),
].join("\n");

/** Result of a shell for a listing. */
export interface ShellRun {
  /** Each program that the listing calls, with its arguments as the program receives them. */
  readonly commands: readonly (readonly string[])[];
  /** Texts of the files of these names that it writes. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Runs a listing in a shell in an empty folder, with programs that only record their arguments: quotes,
 * comments, variables, pipes and files are the shell's. Throws if the shell refuses the listing or finds no
 * program of the given names.
 */
export function inShell(code: string, names: readonly string[] = []): ShellRun {
  const folder = mkdtempSync(join(tmpdir(), "listing-"));
  try {
    const { status, stderr } = spawnSync("/bin/sh", ["-euc", `${RECORDER}\n${code}`], {
      cwd: folder,
      env: { PATH: "" },
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`the shell refuses ${code.trim()}: ${stderr}`);
    return {
      commands: notedIn(join(folder, NOTES)),
      files: Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")])),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Each command's number of words, then its words. */
function notedIn(file: string): readonly (readonly string[])[] {
  const fields = existsSync(file) ? readFileSync(file, "utf8").split("\0").slice(0, -1) : [];
  const commands: (readonly string[])[] = [];
  for (let at = 0; at < fields.length;) {
    const words = Number(fields[at]);
    commands.push(fields.slice(at + 1, at + 1 + words));
    at += 1 + words;
  }
  return commands;
}
