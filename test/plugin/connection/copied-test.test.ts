import assert from "node:assert/strict";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { ContractFactory, getAddress, type BaseContract, type InterfaceAbi, type JsonRpcProvider, type Signer } from "ethers";
import type { Artifact } from "hardhat/types/artifacts";
import { call as clientCall } from "../../../src/ecosystem/client/calls/call.ts";
import {
  addFlowFee,
  executeFlow,
  prepareFlow,
  refundFlow,
  releaseFlow,
} from "../../../src/ecosystem/client/flows/atomic-flow.ts";
import { deployAtomicFlows } from "../../../src/ecosystem/client/flows/atomic-flows-contract.ts";
import { buildFlow } from "../../../src/ecosystem/client/flows/build-flow.ts";
import { finalizeWithdrawal, withdraw } from "../../../src/ecosystem/client/messages/withdraw.ts";
import { deposit } from "../../../src/ecosystem/client/queue/deposit.ts";
import { bringRoot } from "../../../src/ecosystem/client/queue/l1-word.ts";
import { atomicFlows } from "../../../src/ecosystem/client/sending/contract-interfaces.ts";
import { send } from "../../../src/ecosystem/client/transfers/send.ts";
import { projectNames } from "../../../src/tool/plugin/project-names.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../../src/ecosystem/relayer/atomic-flows-address.ts";
import { ALICE, clientOf, refusalOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../../flow/support/devnet.ts";
import { EXAMPLE_PROJECT, installPlugin, runInExample, testWithViem } from "./support/example-project.ts";

const COPIED = join(EXAMPLE_PROJECT, "test/copied.ts");
const COPIED_WITH_VIEM = join(EXAMPLE_PROJECT, "cache/copied-with-viem.ts");
const HARDHAT = "hardhat/dist/src/cli.js";
const HOSTILE = '"); process.exit(7); ("${process.exit(8)}`\u2028';

describe("I11: a transaction that is copied as a test", () => {
  let devnet: FlowDevnet;
  let onAlpha: JsonRpcProvider;
  let onBeta: JsonRpcProvider;
  const artifacts = new Map<string, Artifact>();
  const deploy = async (name: string, on: JsonRpcProvider, ...args: readonly unknown[]): Promise<BaseContract> => {
    const { abi, bytecode } = artifacts.get(name)!;
    const signer = devnet.accounts.wallet(ALICE).connect(on) as unknown as Signer;
    return (await new ContractFactory(abi as InterfaceAbi, bytecode, signer).deploy(...args)).waitForDeployment();
  };
  const call = async (contract: BaseContract, name: string, args: readonly unknown[], gasLimit?: bigint): Promise<string> => {
    const data = contract.interface.encodeFunctionData(name, args);
    const signer = contract.runner as unknown as Signer;
    const { hash } = await signer.sendTransaction({ to: contract, data, ...(gasLimit === undefined ? {} : { gasLimit }) });
    await signer.provider!.waitForTransaction(hash);
    return hash;
  };
  const copied = (chain: string, hash: string, library?: string): Promise<string> =>
    onAlpha.send("hyperchain_asTest", library === undefined ? [chain, hash] : [chain, hash, library]) as Promise<string>;
  /** Copies as tests, with viem too. */
  const copiedForBoth = async (places: readonly (readonly [chain: string, hash: string])[]) => {
    const ethers: string[] = [];
    const viem: string[] = [];
    for (const [chain, hash] of places) {
      ethers.push(await copied(chain, hash));
      viem.push(await copied(chain, hash, "viem"));
    }
    return { ethers, viem };
  };

  /** Merges tests into one file, which has each name and each import once. */
  const oneFile = (tests: readonly string[]): string => {
    const imports = new Set(tests.flatMap((text) => text.match(/^import .*$/gm) ?? []));
    const parts = tests.map((text, i) => text.replace(/^import .*\n/gm, "").replaceAll("connection", `connection${i}`));
    const blocks = parts.map((text) => text.replace(/^(const \{ hyperchains \} = .*;)\n\n(describe\(.*)/m, "$2\n  $1"));
    return [...imports, ...blocks].join("\n");
  };
  /** Runs them in the example project: those with ethers by mocha, those with viem by Node's runner. */
  const pass = async ({ ethers, viem }: Readonly<Record<"ethers" | "viem", readonly string[]>>): Promise<void> => {
    const runs = [
      [COPIED, ethers, () => runInExample(HARDHAT, ["test", "mocha", "test/copied.ts"])],
      [COPIED_WITH_VIEM, viem, () => testWithViem([COPIED_WITH_VIEM])],
    ] as const;
    for (const [file, tests, run] of runs) {
      if (tests.length === 0) continue;
      writeFileSync(file, oneFile(tests));
      const { code, output } = await run();
      assert.equal(code, 0, `${output}\n${readFileSync(file, "utf8")}`);
      assert.equal(stripVTControlCharacters(output).match(/✔ does what it did/g)?.length, tests.length, output);
    }
  };

  before(async () => {
    installPlugin();
    const built = await runInExample(HARDHAT, ["build"]);
    assert.equal(built.code, 0, built.output);
    for (const file of globSync("artifacts/contracts/**/*.json", { cwd: EXAMPLE_PROJECT })) {
      const artifact = JSON.parse(readFileSync(join(EXAMPLE_PROJECT, file), "utf8")) as Artifact;
      if (typeof artifact.contractName === "string") artifacts.set(artifact.contractName, artifact);
    }
    const names = projectNames({
      getAllFullyQualifiedNames: () => Promise.resolve(new Set(artifacts.keys())),
      clearCache: () => Promise.resolve(),
      // Which never changes.
      getArtifactPath: () => Promise.resolve(EXAMPLE_PROJECT),
      readArtifact: ((name: string) => Promise.resolve(artifacts.get(name)!)) as never,
      getAllBuildInfoIds: () => Promise.resolve(new Set()),
      getBuildInfoPath: () => Promise.resolve(undefined),
      getBuildInfoOutputPath: () => Promise.resolve(undefined),
    });
    devnet = await startFlowDevnet(
      [
        { chainId: 271n, name: "alpha" },
        { chainId: 272n, name: "beta" },
      ],
      { ...UNPROVEN, relayer: true, singletons: true, fundedAccounts: [0, ALICE, RELAYER] },
      { names },
    );
    [onAlpha, onBeta] = [clientOf(devnet.chains[0]!), clientOf(devnet.chains[1]!)];
  });
  after(async () => {
    onAlpha?.destroy();
    onBeta?.destroy();
    await devnet?.close();
    for (const file of [COPIED, COPIED_WITH_VIEM]) rmSync(file, { force: true });
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test("passes in the example project: of a call, one that fails, one whose call fails on another chain, and one before its time", async () => {
    const token = await deploy("Token", onAlpha, HOSTILE, "EXA", 1_000n);
    const bob = `0x${"0b".repeat(20)}`;
    const moved = await call(token, "transfer", [bob, 7n]);
    const refused = await call(token, "transfer", [bob, 5_000n], 200_000n);
    const vault = await deploy("Vault", onAlpha, 86_400n);
    const early = await call(vault, "open", [], 200_000n);
    const counter = await deploy("Counter", onBeta);
    const remote = await deploy("RemoteCounter", onAlpha);
    const there = [272n, await counter.getAddress()];
    const tooMuch = await call(remote, "increase", [...there, 101n]);
    const nothing = await call(remote, "increase", [...there, 0n]);
    await devnet.settle();
    await devnet.relay();
    const tests = await copiedForBoth([moved, refused, early, tooMuch, nothing].map((hash) => ["alpha", hash]));
    const [ofMoved = "", ofRefused = "", ofEarly = "", ofTooMuch = "", ofNothing = ""] = tests.ethers;
    assert.match(ofMoved, /await expect\(sent\)\.to\.emit\(token, "Transfer"\)\.withArgs\(alice, "0x0b[^"]*", 7n\);/i);
    assert.match(ofRefused, /revertedWithCustomError\(token, "ERC20InsufficientBalance"\)\.withArgs\(alice, 993n, 5000n\)/);
    assert.match(ofEarly, /revertedWithCustomError\(vault, "TooEarly"\);/);
    assert.match(ofTooMuch, /revertedOn\(beta, counter, "TooMuch"\)\.withArgs\(101n, 100n\)/);
    assert.match(ofNothing, /revertedOn\(beta, "nothing to add"\);/);
    const [moves = "", refuses = "", , fails = "", adds = ""] = tests.viem;
    assert.match(moves, /emitWithArgs\(Promise\.resolve\(sent\), token, "Transfer", \[alice, "0x0b[^"]*", 7n\]\);/i);
    assert.match(
      refuses,
      /revertWithCustomErrorWithArgs\(token\.write\.transfer\(.*\), token, "ERC20InsufficientBalance", \[alice, 993n, 5000n\]\)/,
    );
    assert.match(fails, /encodeErrorResult\(\{ abi: counter\.abi, errorName: "TooMuch", args: \[101n, 100n\] \}\)/);
    // Error(string) of "nothing to add".
    assert.match(adds, /\{ code: "CallFailed", data: "0x08c379a0(0{62}20)(0{62}0e)6e6f7468696e6720746f206164640{36}" \}/);
    await pass(tests);
  });

  test("passes of each kind of act: deposit, send, call, withdrawal, claim, delivery, creation, payment, and one from L1", async () => {
    const info = devnet.info();
    const onL1 = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider) as unknown as Signer;
    const alice = devnet.accounts.wallet(ALICE).connect(onAlpha) as unknown as Signer;
    const bob = `0x${"0b".repeat(20)}` as const;
    const counter = await deploy("Counter", onBeta);
    const account = String(counter.target) as Hex;
    const data = counter.interface.encodeFunctionData("increase", [3n]) as Hex;
    const deposited = await deposit(info, { chain: 271n, to: { chain: 271n, account: bob }, amount: 5n }, onL1);
    const called = await clientCall(info, { chain: info.l1.chainId, to: { chain: 272n, account }, data }, onL1);
    const sent = await send(info, { chain: 271n, to: { chain: 272n, account: bob }, amount: 7n }, alice);
    const increased = await clientCall(info, { chain: 271n, to: { chain: 272n, account }, data }, alice);
    const withdrawn = await withdraw(info, { chain: 271n, to: bob, amount: 9n }, alice);
    const waiting = await withdraw(info, { chain: 271n, to: bob, amount: 11n }, alice);
    await devnet.settle();
    await devnet.relay();
    const claim = await finalizeWithdrawal(info, { chain: 271n, messageHash: withdrawn.messageHash }, onL1);
    assert.equal(claim.state, "paid");
    const payment = await alice.sendTransaction({ to: bob, value: 13n });
    await payment.wait();
    const { steps } = (await devnet.messages()).find(({ messageHash }) => messageHash === sent.messageHash)!;
    const delivery = steps.find(({ step }) => step === "executed")!.transactionHash;
    const l1 = info.l1.name;
    const tests = await copiedForBoth([
      [l1, deposited.l1TransactionHash],
      [l1, called.transactionHash],
      ["alpha", sent.transactionHash],
      ["alpha", increased.transactionHash],
      ["alpha", waiting.transactionHash],
      [l1, claim.l1TransactionHash!],
      ["beta", delivery],
      ["alpha", sent.messageHash],
      ["beta", counter.deploymentTransaction()!.hash],
      ["alpha", payment.hash],
    ]);
    const says = [
      `hyperchains.deposit({ to: "${getAddress(bob)}@alpha", amount: 5n, from: alice })`,
      'hyperchains.call({ chain: "l1", to: `${await counter.getAddress()}@beta`, data: "0x',
      `hyperchains.send({ chain: "alpha", to: "${getAddress(bob)}@beta", amount: 7n, from: alice })`,
      "await expect(sent).to.be.deliveredTo(beta);",
      `hyperchains.withdraw({ chain: "alpha", to: "${getAddress(bob)}", amount: 11n, from: alice })`,
      "await expect(sent).to.be.deliveredTo(l1);",
      "amount: 7n",
      "amount: 7n",
      'beta.ethers.deployContract("Counter"',
      "value: 13n",
    ];
    says.forEach((line, i) => assert.ok(tests.ethers[i]?.includes(line), `${line} in ${tests.ethers[i]}`));
    // The acts are the test API's, in the same words for both.
    const viem = [0, 2, 4, 8, 9].map((i) => tests.viem[i] ?? "");
    await pass({ ...tests, viem });
  });

  test("passes for each act of an atomic flow: an escrow, its fee, the pivot, a release, a refund, and a late act", async () => {
    const info = devnet.info();
    const providerOf = (chainId: number) =>
      chainId === 271 ? onAlpha : chainId === 272 ? onBeta : (devnet.l1.provider as JsonRpcProvider);
    const alice = devnet.accounts.wallet(ALICE);
    const [here, there] = [alice.connect(onAlpha) as unknown as Signer, alice.connect(onBeta) as unknown as Signer];
    for (const signer of [here, there]) await deployAtomicFlows(info, signer === here ? 271 : 272, signer);
    const bob = `0x${"0b".repeat(20)}` as const;
    const token = await deploy("Token", onBeta, "Money", "MNY", 1_000n);
    const leg = (chain: string, amount: bigint, pivot = false) => {
      const request = { party: `${alice.address}@${chain}`, to: `${bob}@${chain}`, amount, pivot };
      return chain === "beta" ? { ...request, token: String(token.target) } : request;
    };
    const now = async (): Promise<bigint> => BigInt((await devnet.l1.provider.getBlock("latest"))!.timestamp);
    const build = async (...legs: ReturnType<typeof leg>[]) =>
      (await buildFlow(info, { legs, deadline: (await now()) + 7_200n }, providerOf)).flow;
    const happens = await build(leg("alpha", 5n), leg("alpha", 6n, true), leg("beta", 7n));
    const lacks = await build(leg("alpha", 8n), leg("alpha", 9n, true));
    const given = await prepareFlow(info, { flow: happens, leg: 0, fee: 3n }, here);
    const fee = await addFlowFee(info, { flow: happens, leg: 0, fee: 4n }, here);
    await prepareFlow(info, { flow: happens, leg: 1 }, here);
    const givenThere = await prepareFlow(info, { flow: happens, leg: 2 }, there);
    await prepareFlow(info, { flow: lacks, leg: 0 }, here);
    await devnet.settle();
    const onL1 = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider) as unknown as Signer;
    await bringRoot(info, 271n, onL1);
    await devnet.relay();
    const executed = await executeFlow(info, { flow: happens }, here, providerOf);
    const released = await releaseFlow(info, { flow: happens, leg: 0 }, here, providerOf);
    await devnet.chains[0]!.provider.request({ method: "evm_increaseTime", params: [8_000] });
    const data = atomicFlows.encodeFunctionData("prepare", [lacks, 1n]);
    const late = await here.sendTransaction({ to: ATOMIC_FLOWS_ADDRESS, data, gasLimit: 500_000n });
    await onAlpha.waitForTransaction(late.hash);
    const refunded = await refundFlow(info, { flow: lacks, leg: 0 }, here, providerOf);
    const tests = await copiedForBoth([
      ["alpha", given],
      ["alpha", fee],
      ["beta", givenThere],
      ["alpha", executed],
      ["alpha", released],
      ["alpha", late.hash],
      ["alpha", refunded],
    ]);
    const says = [
      ["hyperchains.flow({", "flow.prepare(0, { fee: 3n })", 'legs[0]?.status).to.equal("held")'],
      ["flow.addFee(0, 4n, { from: alice })", "legs[0]?.fee).to.equal(7n)"],
      ["amount: 7n, token: await token.getAddress() }", "flow.prepare(2)"],
      ["flow.bringRoot(1)", "flow.execute({ from: alice })", 'state).to.equal("committed")'],
      ['legs[0]?.status).to.equal("released")'],
      ["assert.rejects(flow.prepare(1)"],
      ['legs[0]?.status).to.equal("refunded")'],
    ];
    says.forEach((lines, i) =>
      lines.forEach((line) => assert.ok(tests.ethers[i]?.includes(line), `${line} in ${tests.ethers[i]}`)),
    );
    await pass(tests);
  });

  test("attack: contains other accounts' input as text, and refuses transactions that are not a user's", async () => {
    const token = await deploy("Token", onAlpha, HOSTILE, HOSTILE, 1n);
    const text = await copied("alpha", token.deploymentTransaction()!.hash);
    const quoted = String.raw`"\"); process.exit(7); (\"${"${process.exit(8)}"}` + "`" + String.raw`\u2028"`;
    assert.ok(text.includes(`deployContract("Token", [${quoted}, ${quoted}, 1n],`), text);
    assert.equal((await refusalOf(onAlpha, "hyperchain_asTest", ["alpha", `0x${"12".repeat(32)}`])).code, -32_602);
    const { hash } = token.deploymentTransaction()!;
    const refusal = await refusalOf(onAlpha, "hyperchain_asTest", ["alpha", hash, "web3"]);
    assert.deepEqual([refusal.code, refusal.message], [-32_602, "a test is written with ethers or viem"]);
  });
});
