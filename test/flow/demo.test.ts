import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type ExecutedOnL1, tooLittleMemory } from "../../src/tool/demo/executed-on-l1.ts";
import type { EcosystemInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";

const MAIN = fileURLToPath(new URL("../../src/tool/demo/main.ts", import.meta.url));
const STEPS = ["initiated", "settled", "inTransactionRoot", "imported", "delivered", "executed", "importSettled"];

interface Report {
  readonly messages: readonly {
    readonly type: string;
    readonly steps: readonly { readonly step: string; readonly seconds: number; readonly transaction: string }[];
  }[];
  readonly batches: readonly { readonly proveTransaction: string; readonly l1Gas: { readonly prove: number } }[];
  readonly l1: { readonly url: string };
  readonly bobWei: string;
  readonly counterVisits: number;
  readonly executedOnL1?: ExecutedOnL1;
}

const start = (...options: string[]) =>
  spawn(process.execPath, [MAIN, "--workers", "2", ...options], { stdio: ["ignore", "pipe", "inherit"] });

async function outputOf(...options: string[]): Promise<{ readonly code: unknown; readonly text: string }> {
  const child = start(...options);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, "close")) as [unknown];
  return { code, text: Buffer.concat(chunks).toString("utf8") };
}

async function asked(url: string, method: string): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: [] });
  return ((await (await fetch(url, { method: "POST", body })).json()) as { readonly result: unknown }).result;
}

function checkReport({ messages, batches, bobWei, counterVisits }: Report): void {
  assert.deepEqual(
    messages.map(({ type }) => type),
    ["transfer", "bundle"],
  );
  for (const { steps } of messages) {
    assert.deepEqual(
      steps.map(({ step }) => step),
      STEPS,
    );
    for (const { transaction } of steps) assert.match(transaction, /^0x[0-9a-f]{64}$/);
    // L1 may check the import before or after the message is delivered.
    const at = steps.map(({ seconds }) => seconds);
    const inOrder = at.slice(0, 6);
    assert.deepEqual(
      inOrder,
      inOrder.toSorted((a, b) => a - b),
    );
    assert.ok(at[6]! >= at[3]!);
  }
  assert.ok(batches.length >= 2);
  // No check of a proof is cheaper than its calldata: 16 gas for each of more than 40,000 bytes.
  for (const { l1Gas } of batches) assert.ok(l1Gas.prove > 640_000, String(l1Gas.prove));
  assert.equal(bobWei, String(2n * 10n ** 18n));
  assert.equal(counterVisits, 1);
}

function checkExecutedOnL1({ executedOnL1 }: Report): void {
  assert.ok(executedOnL1 !== undefined);
  const { chainId, gas, proveTransaction, steps } = executedOnL1;
  assert.equal(chainId, 273);
  assert.match(proveTransaction!, /^0x[0-9a-f]{64}$/);
  // EIP-7623: 40 gas for each byte of a proof of some 80 KiB.
  assert.ok(gas > 3_000_000, String(gas));
  const told = steps.map(({ step }) => step);
  for (const kind of ["list", "batch", "fast"])
    assert.ok(
      told.some((step) => step.endsWith(kind)),
      told.join("; "),
    );
  assert.match(told.at(-1)!, /^executed on L1 by one proof of its execution, \d+ gas, [\d.]+ s$/);
  const at = steps.map(({ seconds }) => seconds);
  assert.deepEqual(
    at,
    at.toSorted((a, b) => a - b),
  );
}

test("the proof for L1 is omitted, with a reported reason, if less memory is free than it needs", () => {
  assert.equal(tooLittleMemory(2 ** 31), undefined);
  assert.match(tooLittleMemory(2 ** 31 - 1)!, /takes up to 2048 MiB of memory, and 2047 MiB are free/);
});

test("C1 the demonstration tells the seven steps of a transfer and of a call, with a proof for every batch, stays up and answers, and ends on Ctrl-C", async () => {
  const child = start("--json", ...(IS_NIGHTLY ? ["--exit"] : ["--seven-steps"]));
  const closed = once(child, "close");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const report = JSON.parse(line) as Report;
  checkReport(report);
  if (IS_NIGHTLY) checkExecutedOnL1(report);
  else {
    assert.equal(report.executedOnL1, undefined);
    assert.equal(await asked(report.l1.url, "eth_chainId"), "0x7a69");
    const { accounts, relayer } = (await asked(report.l1.url, "hyperchain_info")) as EcosystemInfo;
    // Alice, Bob and the relayer: the page names accounts by these numbers.
    assert.deepEqual(accounts.funded, [1, 2, 9]);
    // Account 9 of the phrase, as Hardhat prints it.
    assert.equal(relayer?.address, "0xa0ee7a142d267c1f36714e4a8f75612f20a79720");
    child.kill("SIGINT");
  }
  const [code] = (await closed) as [unknown];
  assert.equal(code, 0);
});

test("it explains its options, and refuses others with one line", async () => {
  const help = await outputOf("--help");
  assert.equal(help.code, 0);
  assert.match(help.text, /--exit/);
  assert.equal((await outputOf("--workers", "none")).code, 2);
});
