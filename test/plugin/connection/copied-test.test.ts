import assert from "node:assert/strict";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { concat, ContractFactory, toBeHex } from "ethers";
import type { BaseContract, InterfaceAbi, JsonRpcProvider, Signer } from "ethers";
import type { Artifact } from "hardhat/types/artifacts";
import { projectNames } from "../../../src/plugin/project-names.ts";
import { ALICE, clientOf, refusalOf, RELAYER, startFlowDevnet, UNPROVEN } from "../../flow/support/devnet.ts";
import type { FlowDevnet } from "../../flow/support/devnet.ts";
import { EXAMPLE_PROJECT, installPlugin, runInExample } from "./support/example-project.ts";

const LIMIT_MS = 240_000;
const COPIED = join(EXAMPLE_PROJECT, "test/copied.ts");
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
  const copied = (chain: string, hash: string): Promise<string> =>
    onAlpha.send("hyperchain_asTest", [chain, hash]) as Promise<string>;

  before(async () => {
    installPlugin();
    const built = await runInExample(HARDHAT, ["build"], LIMIT_MS);
    assert.equal(built.code, 0, built.output);
    for (const file of globSync("artifacts/contracts/**/*.json", { cwd: EXAMPLE_PROJECT })) {
      const artifact = JSON.parse(readFileSync(join(EXAMPLE_PROJECT, file), "utf8")) as Artifact;
      if (typeof artifact.contractName === "string") artifacts.set(artifact.contractName, artifact);
    }
    const names = projectNames({
      getAllFullyQualifiedNames: () => Promise.resolve(new Set(artifacts.keys())),
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
      { ...UNPROVEN, relayer: true, fundedAccounts: [0, ALICE, RELAYER] },
      { names },
    );
    [onAlpha, onBeta] = [clientOf(devnet.chains[0]!), clientOf(devnet.chains[1]!)];
  });
  after(async () => {
    onAlpha?.destroy();
    onBeta?.destroy();
    await devnet?.close();
    rmSync(COPIED, { force: true });
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
    const chain = concat(["0x0001000002", toBeHex(272, 2)]);
    const there = [concat([chain, "0x00"]), concat([chain, "0x14", await counter.getAddress()])];
    const tooMuch = await call(remote, "increase", [...there, 101n]);
    await devnet.settle();
    await devnet.relay();
    const tests = [];
    for (const hash of [moved, refused, early, tooMuch]) tests.push(await copied("alpha", hash));
    const [ofMoved = "", ofRefused = "", ofEarly = "", ofTooMuch = ""] = tests;
    assert.match(ofMoved, /await expect\(sent\)\.to\.emit\(token, "Transfer"\)\.withArgs\(alice, "0x0b[^"]*", 7n\);/i);
    assert.match(ofRefused, /revertedWithCustomError\(token, "ERC20InsufficientBalance"\)\.withArgs\(alice, 993n, 5000n\)/);
    assert.match(ofEarly, /revertedWithCustomError\(vault, "TooEarly"\);/);
    assert.match(ofTooMuch, /revertedOn\(beta, counter, "TooMuch"\)\.withArgs\(101n, 100n\)/);
    // One file has each name once.
    const parts = tests.map((text, i) =>
      (i === 0 ? text : text.replace(/^import .*\n/gm, "")).replaceAll("connection", `connection${i}`),
    );
    const blocks = parts.map((text) => text.replace(/^(const \{ hyperchains \} = .*;)\n\n(describe\(.*)/m, "$2\n  $1"));
    writeFileSync(COPIED, blocks.join("\n"));
    const { code, output } = await runInExample(HARDHAT, ["test", "mocha", "test/copied.ts"], LIMIT_MS);
    assert.equal(code, 0, `${output}\n${readFileSync(COPIED, "utf8")}`);
    assert.equal(output.match(/✔ does what it did/g)?.length, 4, output);
  });

  test("attack: what strangers chose is text in it, and what is no user's transaction is refused", async () => {
    const token = await deploy("Token", onAlpha, HOSTILE, HOSTILE, 1n);
    const text = await copied("alpha", token.deploymentTransaction()!.hash);
    const quoted = String.raw`"\"); process.exit(7); (\"${"${process.exit(8)}"}` + "`" + String.raw`\u2028"`;
    assert.ok(text.includes(`deployContract("Token", [${quoted}, ${quoted}, 1n],`), text);
    assert.equal((await refusalOf(onAlpha, "hyperchain_asTest", ["alpha", `0x${"12".repeat(32)}`])).code, -32_602);
  });
});
