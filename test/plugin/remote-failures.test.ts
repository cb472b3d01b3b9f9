import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Contract, ContractFactory, getCreateAddress, HDNodeWallet, Interface, JsonRpcProvider, type InterfaceAbi } from "ethers";
import type { CallFailure, MessageTrace } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { inclusionOf } from "../../src/ecosystem/relayer/inclusion.ts";
import { EXAMPLE_PROJECT, installPlugin } from "./connection/support/example-project.ts";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

const LINE = "at Counter.increase (contracts/Counter.sol:16)";
const TEXT = readFileSync(join(EXAMPLE_PROJECT, "contracts/Counter.sol"), "utf8").split("\n");
const SOURCE = { source: "contracts/Counter.sol", line: 16, firstLine: 12, lines: TEXT.slice(11, 20) };

/** Client without a cache, because an account's next nonce changes after each transaction. */
function clientOf(chain: { readonly url: string } | undefined): JsonRpcProvider {
  return new JsonRpcProvider(chain?.url, undefined, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 });
}

describe("B2: why a call failed on a spawned chain", () => {
  const workplace = createWorkplace();
  const options = { cwd: EXAMPLE_PROJECT };
  let ecosystem: SpawnedEcosystem;
  let beta: JsonRpcProvider;
  let counter: string;

  before(async () => {
    installPlugin();
    const built = await workplace.run(["build"], options);
    assert.equal(built.code, 0, built.stdout + built.stderr);
    ecosystem = await workplace.spawn(["--proofs", "none", "--batch-ms", "300"], options);
    beta = clientOf(ecosystem.info.chains[1]);
    const { abi, bytecode } = JSON.parse(
      readFileSync(join(EXAMPLE_PROJECT, "artifacts/contracts/Counter.sol/Counter.json"), "utf8"),
    ) as { abi: InterfaceAbi; bytecode: string };
    const contract = await new ContractFactory(
      abi,
      bytecode,
      HDNodeWallet.fromPhrase(ecosystem.info.accounts.mnemonic ?? "").connect(beta),
    ).deploy();
    counter = await contract.getAddress();
    assert.equal(await new Contract(counter, abi, beta).getFunction("total").staticCall(), 0n);
  });
  after(async () => {
    beta.destroy();
    await workplace.close();
  });

  const call = (amount: string) =>
    workplace.run(["hyperchain:call", `${counter}@beta`, "increase(uint256)", amount, "--from", "2@alpha", "--force"], options);

  test("the task says which error, and in which line; the hash it prints leads to the trace over both chains", async () => {
    const { code, stderr } = await call("101");
    assert.equal(code, 1, stderr);
    assert.match(stderr, /the call arrived on beta and reverted there with TooMuch\(101, 100\)$/m);
    assert.ok(stderr.includes(LINE), stderr);
    const hash = /Its message is (0x[0-9a-f]{64})/.exec(stderr)?.[1];

    const followed = await workplace.run(["hyperchain:message", hash ?? ""], options);
    assert.ok(followed.stdout.includes("reverted there with TooMuch(101, 100)"), followed.stdout);
    const trace = (await beta.send("hyperchain_traceMessage", [hash])) as MessageTrace;
    assert.deepEqual(
      trace.transactions.map(({ step, chainId }) => [step, chainId]),
      [
        ["initiated", 271],
        ["executed", 272],
      ],
    );
    const { contract, call: called, reason, stackTrace, chainId } = trace.failure ?? assert.fail("no failure");
    assert.deepEqual(
      [chainId, contract, called, reason, stackTrace],
      [272, counter.toLowerCase(), "increase(101)", "with TooMuch(101, 100)", [LINE]],
    );

    assert.deepEqual(trace.failure?.source, SOURCE);

    const [known] = (await beta.send("hyperchain_getMessage", [hash])) as readonly {
      failure: { data: string; reason: string };
    }[];
    assert.equal(known?.failure.reason, "with TooMuch(101, 100)");
    assert.equal(known?.failure.data, trace.failure?.data);
  });

  test("of a contract's call, the stack continues on the sending chain: by page and task, down to the line that sent", async () => {
    const alpha = clientOf(ecosystem.info.chains[0]);
    const { abi, bytecode } = JSON.parse(
      readFileSync(join(EXAMPLE_PROJECT, "artifacts/contracts/RemoteCounter.sol/RemoteCounter.json"), "utf8"),
    ) as { abi: InterfaceAbi; bytecode: string };
    const developer = HDNodeWallet.fromPhrase(ecosystem.info.accounts.mnemonic ?? "").connect(alpha);
    const remote = await new ContractFactory(abi, bytecode, developer).deploy();
    const asked = await remote.getFunction("increase").send(272n, counter, 101n);
    await inclusionOf(asked.hash as Hex, alpha);
    const followed = await workplace.run(["hyperchain:message", asked.hash, "--json"], options);
    alpha.destroy();
    const text = readFileSync(join(EXAMPLE_PROJECT, "contracts/RemoteCounter.sol"), "utf8").split("\n");
    const line = text.findIndex((each) => each.includes("made.send(msg.value)")) + 1;
    const sent = `at RemoteCounter.increase (contracts/RemoteCounter.sol:${line})`;
    const { messageHash, failure } = JSON.parse(followed.stdout) as { messageHash: string; failure: string };
    const below = /at CrossChainCalls\.send \(npm\/hardhat-hyperchain@[^/]+\/contracts\/Hyperchain\.sol:\d+\)/.exec(failure)?.[0];
    assert.ok(failure.endsWith(`    ${LINE}\n    sent from alpha\n    ${below}\n    ${sent}`), failure);
    const trace = (await beta.send("hyperchain_traceMessage", [messageHash])) as MessageTrace | null;
    const { sentFrom } = trace?.failure ?? assert.fail("no failure");
    assert.deepEqual([sentFrom?.chainId, sentFrom?.stackTrace], [271, [below, sent]]);
    assert.deepEqual([sentFrom?.source?.source, sentFrom?.source?.line], ["contracts/RemoteCounter.sol", line]);
    // An account that sends directly has no line.
    assert.doesNotMatch((await call("101")).stderr, /sent from/);
  });

  test("prints a reason as text, and no failure for a successful call", async () => {
    assert.match((await call("0")).stderr, /reverted there with "nothing to add"/);
    const fine = await workplace.run(
      ["hyperchain:call", `${counter}@beta`, "increase(uint256)", "3", "--from", "2@alpha", "--json"],
      options,
    );
    assert.equal(fine.code, 0, fine.stderr);
    // B7: what contracts print is not among the results.
    assert.ok(ecosystem.lines.length > 1);
    for (const line of ecosystem.lines) assert.doesNotThrow(() => JSON.parse(line), line);
    assert.match(ecosystem.errors(), /counted to 3 on chain 272/);
    const { messageHash } = JSON.parse(fine.stdout) as { messageHash: string };
    const trace = (await beta.send("hyperchain_traceMessage", [messageHash])) as MessageTrace;
    assert.equal(trace.failure, undefined);
    assert.ok(JSON.stringify(trace).includes('"call":"increase(3)"'));
    const [known] = (await beta.send("hyperchain_getMessage", [messageHash])) as readonly { failure: unknown }[];
    assert.equal(known?.failure, null);
    assert.equal(await beta.send("hyperchain_traceMessage", [`0x${"12".repeat(32)}`]), null);
  });

  test("prints no line for another account's contract whose revert data looks like a line of the project", async () => {
    const developer = HDNodeWallet.fromPhrase(ecosystem.info.accounts.mnemonic ?? "").connect(beta);
    const data = new Interface(["error Error(string)"]).encodeErrorResult("Error", [`no\n    ${LINE}\n`]).slice(2);
    const length = (data.length / 2).toString(16);
    const code = `60${length}600a5f3960${length}5ffd${data}`;
    const created = await developer.sendTransaction({ data: `0x60${(code.length / 2).toString(16)}8060095f395ff3${code}` });
    await inclusionOf(created.hash as Hex, beta);
    const to = getCreateAddress(created);
    const { hash } = await developer.sendTransaction({ to, gasLimit: 100_000n });
    await inclusionOf(hash as Hex, beta);
    const failure = (await beta.send("hyperchain_failure", ["beta", hash])) as CallFailure;
    assert.match(failure.reason, /^with "no {4}at Counter/);
    assert.equal(failure.source, undefined);
    assert.ok(!failure.stackTrace.some((line) => line.includes("Counter")), failure.stackTrace.join("\n"));
  });

  test("prints the failing line of a transaction with those around it; nothing for a successful one", async () => {
    const developer = HDNodeWallet.fromPhrase(ecosystem.info.accounts.mnemonic ?? "").connect(beta);
    const increase = async (amount: bigint): Promise<CallFailure | null> => {
      const data = new Interface(["function increase(uint256)"]).encodeFunctionData("increase", [amount]);
      const { hash } = await developer.sendTransaction({ to: counter, data, gasLimit: 100_000n });
      await inclusionOf(hash as Hex, beta);
      return (await beta.send("hyperchain_failure", ["beta", hash])) as CallFailure | null;
    };
    const failure = await increase(102n);
    assert.deepEqual([failure?.reason, failure?.stackTrace[0], failure?.source], ["with TooMuch(102, 100)", LINE, SOURCE]);
    assert.equal(await increase(4n), null);
    const unknown = beta
      .send("hyperchain_failure", ["beta", `0x${"12".repeat(32)}`])
      .then(String, (error: Error) => error.message);
    assert.match(await unknown, /transaction 0x1212/);
  });
});
