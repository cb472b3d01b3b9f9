import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { JsonRpcProvider, Wallet } from "ethers";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

/** Of development account 1. */
const KEY_1 = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
/** BLS12-381, sums of points: of two that are infinity here. */
const UNPROVEN = `0x${"b".padStart(40, "0")}`;
const INFINITIES = `0x${"00".repeat(256)}`;

interface Verdict {
  readonly verified: boolean;
  readonly newStateRoot?: string;
  readonly provenBits?: number;
  readonly error?: { readonly code: string; readonly message: string };
}

describe("B3: hyperchain:verify checks a batch's execution on any machine", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;
  let folder: string;
  let answer: Record<string, unknown>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "verify-"));
    ecosystem = await workplace.spawn(["--execution", "proven", "--chains", "1", "--batch-ms", "0", "--no-relayer"], {
      config: { accounts: { funded: 2 } },
    });
    const chain = new JsonRpcProvider(ecosystem.info.chains[0]?.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    const wallet = new Wallet(KEY_1, chain);
    const settle = () => chain.send("hyperchain_settle", [null, { execution: true }]);
    await settle();
    await (await wallet.sendTransaction({ to: `0x${"e1".repeat(20)}`, value: 5n })).wait();
    await settle();
    await (await wallet.sendTransaction({ to: UNPROVEN, data: INFINITIES, gasLimit: 100_000n })).wait();
    // Proofs are made by now: a task has two minutes, and on a busy machine a proof takes longer.
    const settled = await workplace.run(["hyperchain:settle", "--execution"]);
    assert.match(settled.stdout, /alpha: The transactions of batches 0 to 1 are proven/);
    answer = (await chain.send("hyperchain_getExecutionProof", [1])) as Record<string, unknown>;
    chain.destroy();
  });
  after(async () => {
    await workplace.close();
    await rm(folder, { recursive: true });
  });

  const verify = async (batch: number, ...args: readonly string[]) => {
    const { code, stdout, stderr } = await workplace.run(["hyperchain:verify", "alpha", String(batch), "--json", ...args]);
    assert.notEqual(stdout, "", stderr);
    return { code, stderr, verdict: JSON.parse(stdout) as Verdict };
  };
  /** The answer with something else, in a file. */
  const altered = (change: object): string => {
    const path = join(folder, "answer.json");
    writeFileSync(path, JSON.stringify({ ...answer, ...change }));
    return path;
  };

  test("a transfer's batch leads to the state that L1 has", async () => {
    const { code, verdict, stderr } = await verify(1);
    assert.equal(code, 0, stderr);
    assert.equal(verdict.verified, true);
    assert.ok((verdict.provenBits ?? 0) >= 100);
  });

  test("the same with L1's URL, the contract and a file alone", async () => {
    const [chain] = ecosystem.info.chains;
    const { code, stdout, stderr } = await workplace.run([
      ...["hyperchain:verify", chain?.hyperchain ?? "", "1", "--json"],
      ...["--settlement-url", ecosystem.info.l1.url, "--proof", altered({})],
    ]);
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as Verdict).verified, true);
  });

  test("the first batch leads on from the genesis and the chain's first state", async () => {
    const { code, verdict, stderr } = await verify(0);
    assert.equal(code, 0, stderr);
    assert.equal(verdict.verified, true);
  });

  test("a proof in which a byte is another, or of another batch, is refused by name", async () => {
    const proof = String(answer["proof"]);
    const at = proof.length - 2_000;
    const flipped = `${proof.slice(0, at)}${proof[at] === "0" ? "1" : "0"}${proof.slice(at + 1)}`;
    const other = await verify(1, "--proof", altered({ proof: flipped }));
    assert.deepEqual([other.code, other.verdict.verified], [1, false]);
    assert.match(other.verdict.error?.code ?? "", /^(ChunkRefused|Malformed|RelistingRefused)$/);
    const outputs = { ...(answer["outputs"] as object), cheatCount: "1" };
    assert.equal((await verify(1, "--proof", altered({ outputs }))).verdict.error?.code, "BadClaim");
    assert.equal((await verify(0, "--proof", altered({}))).verdict.error?.code, "BadClaim");
  });

  test("a proof that is not kept any more is told by name", async () => {
    assert.equal((await verify(1, "--proof", altered({ kind: "pruned" }))).verdict.error?.code, "ProofPruned");
  });

  test("a proof that is still to be made says nothing against its batch, and what to wait for", async () => {
    const path = altered({ kind: "proving" });
    const { code, verdict } = await verify(1, "--proof", path);
    assert.deepEqual([code, verdict.error?.code], [1, "NotMade"]);
    const { stdout } = await workplace.run(["hyperchain:verify", "alpha", "1", "--proof", path]);
    assert.match(
      stdout,
      /^batch 1 is not verified yet: the proof of the batch is not made yet; ask again later, when .*hyperchain:status/,
    );
  });

  test("a batch without a proof is told with the reason, by the task and by status", async () => {
    const { code, verdict } = await verify(2);
    assert.equal(code, 1);
    assert.equal(verdict.error?.code, "NotProven");
    assert.match(verdict.error?.message ?? "", /unsupported-precompile/);
    const { stdout } = await workplace.run(["hyperchain:status"]);
    assert.match(
      stdout,
      /Execution of batch 2 of alpha is not proven, since it calls a precompiled contract that no circuit covers: unsupported-precompile/,
    );
    assert.match(stdout, /The transactions of batches 0 to 1 are proven/);
  });

  interface WatchEvent {
    readonly event: "watching" | "verified" | "named";
    readonly batchNumber?: string;
    readonly code?: string;
    readonly provenBits?: number;
  }

  test("a watch that knows L1 and the chain's address verifies each proof of all bits, and names the batch that has a label", async () => {
    const [chain] = ecosystem.info.chains;
    const watching = await workplace.start([
      ...["hyperchain:verify", chain!.hyperchain, "0", "--watch", "--json"],
      ...["--settlement-url", ecosystem.info.l1.url, "--chain-url", chain!.url],
    ]);
    const l1 = new JsonRpcProvider(ecosystem.info.l1.url, undefined, { staticNetwork: true });
    while (watching.lines.length < 4) await l1.send("eth_blockNumber", []);
    l1.destroy();
    const told = watching.lines.map((line) => JSON.parse(line) as WatchEvent);
    assert.deepEqual(
      told.map(({ event, batchNumber, code }) => [event, batchNumber, code]),
      [
        ["watching", undefined, undefined],
        ["verified", "0", undefined],
        ["verified", "1", undefined],
        ["named", "2", "Labelled"],
      ],
    );
    for (const { provenBits } of told.slice(1, 3)) assert.ok((provenBits ?? 0) >= 100);
    assert.equal(await watching.interrupt(), 0);
  });

  test("attack: a watch that is served another proof than the batch's names it by the refusal's code", async () => {
    const proof = String(answer["proof"]);
    const at = proof.length - 2_000;
    const result = { ...answer, proof: `${proof.slice(0, at)}${proof[at] === "0" ? "1" : "0"}${proof.slice(at + 1)}` };
    const liar = createServer((_request, response) => response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result })));
    const { port } = await new Promise<AddressInfo>((resolve) =>
      liar.listen(0, "127.0.0.1", () => resolve(liar.address() as AddressInfo)),
    );
    const { code, stdout, stderr } = await workplace.run([
      ...["hyperchain:verify", ecosystem.info.chains[0]!.hyperchain, "1", "--watch", "--fail-fast", "--json"],
      ...["--settlement-url", ecosystem.info.l1.url, "--chain-url", `http://127.0.0.1:${port}`],
    ]);
    liar.closeAllConnections();
    liar.close();
    assert.equal(code, 1, stderr);
    const named = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as WatchEvent)[1];
    assert.deepEqual([named?.event, named?.batchNumber], ["named", "1"]);
    assert.match(named?.code ?? "", /^(ChunkRefused|Malformed|RelistingRefused)$/);
  });

  test("a batch that L1 does not have is refused", async () => {
    assert.equal((await verify(9, "--proof", altered({}))).verdict.error?.code, "NotCommitted");
    assert.equal((await verify(9)).verdict.error?.code, "BatchUnknown");
  });
});
