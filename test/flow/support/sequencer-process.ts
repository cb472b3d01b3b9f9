import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

const EXAMPLE = fileURLToPath(new URL("../../../fixtures/kit/shared-sequencer.ts", import.meta.url));
const NAMES = new URL("../../support/package-names.ts", import.meta.url).href;
/** The example imports the package by its name. */
const PRELOAD = `data:text/javascript,import{resolvePackageNames}from"${NAMES}";resolvePackageNames()`;

/** Line of the example's output. */
export interface BundleAnswer {
  readonly isTaken?: boolean;
  readonly slot?: number;
  readonly reason?: string;
}

/** Process of the kit's example, which sequences several chains. */
export class SequencerProcess {
  readonly #child: ChildProcess;
  readonly #waiting: ((answer: BundleAnswer | undefined) => void)[] = [];
  readonly #ended: Promise<unknown>;

  constructor(file: string, key: Hex, urls: readonly string[]) {
    const args = ["--disable-warning=ExperimentalWarning", "--import", PRELOAD, EXAMPLE, file, key, ...urls];
    this.#child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    assert.ok(this.#child.stdout !== null);
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      this.#waiting.shift()?.(JSON.parse(line) as BundleAnswer);
    });
    this.#ended = once(this.#child, "exit").then(() => {
      for (const answer of this.#waiting.splice(0)) answer(undefined);
    });
  }

  /** Sends a bundle. Resolves with undefined if the process ends before it answers. */
  bundle(legs: readonly (readonly Hex[])[]): Promise<BundleAnswer | undefined> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#child.stdin?.write(`${JSON.stringify(legs)}\n`);
    });
  }

  /** Ends the process as a power cut would. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
