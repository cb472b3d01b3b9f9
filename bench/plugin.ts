import { execFileSync, spawnSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import networkHelpers from "@nomicfoundation/hardhat-network-helpers";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { NetworkConnection } from "hardhat/types/network";
import hyperchain from "../src/index.ts";
import { installInEmptyProject, type EmptyProject } from "../test/package/support/empty-project.ts";
import { median } from "./statistics.ts";

export interface PluginBenchOptions {
  readonly json: boolean;
  /** Samples of each measurement; the median is reported. */
  readonly samples: number;
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TOOLS = ["hardhat-ethers", "hardhat-network-helpers", "hardhat-mocha"].map((name) => `@nomicfoundation/${name}`);
const CONFIG = `import { defineConfig } from "hardhat/config";
import ethers from "@nomicfoundation/hardhat-ethers";
import mocha from "@nomicfoundation/hardhat-mocha";
import networkHelpers from "@nomicfoundation/hardhat-network-helpers";
import hyperchain from "hardhat-hyperchain";

export default defineConfig({ plugins: [hyperchain, ethers, networkHelpers, mocha] });
`;
/** Smallest test with two chains and the default prover. */
const TEST = `import assert from "node:assert/strict";
import { network } from "hardhat";

it("spawns two chains", async () => {
  const connection = await network.create("hyperchains");
  assert.deepEqual([...connection.hyperchains].map(({ name }) => name), ["alpha", "beta"]);
  await connection.close();
});
`;

/** Measures the waits of the plugin's users, and its size. */
export async function benchPlugin({ json, samples }: PluginBenchOptions): Promise<void> {
  execFileSync(process.execPath, ["scripts/build.ts"], { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  const project = installInEmptyProject(["hardhat", ...TOOLS, "mocha", "chai"]);
  try {
    project.write("hardhat.config.ts", CONFIG);
    project.write("test/two-chains.ts", TEST);
    const result = {
      cliHelpMs: medianOf(samples, () => runMs(project, ["hyperchain:spawn", "--help"])),
      coldTestSeconds: inSeconds(medianOf(samples, () => runMs(project, ["test", "mocha", "--no-compile"]))),
      ...(await inProcess(samples)),
      tarballKiB: Math.round(project.tarball.bytes / 1024),
      installedMiB: installedMiB(project),
    };
    if (json) console.log(JSON.stringify(result));
    else for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(24)} ${value}`);
  } finally {
    project.remove();
  }
}

/** From the start of the process to its end. */
function runMs(project: EmptyProject, args: readonly string[]): number {
  const begun = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ["node_modules/hardhat/dist/src/cli.js", ...args], {
    cwd: project.folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`hardhat ${args.join(" ")} ended with ${String(status)}: ${stdout}${stderr}`);
  return performance.now() - begun;
}

async function inProcess(
  samples: number,
): Promise<{ loadFixtureMs: number; settleMsWithoutProofs: number; settleSecondsWithProofs: number }> {
  const hre = await createHardhatRuntimeEnvironment({ plugins: [hyperchain, hardhatEthers, networkHelpers] });
  const unproven = await hre.network.create({ network: "hyperchains", override: { hyperchains: { proofs: "none" } } });
  const loadFixtureMs = await restoreMs(unproven, samples);
  const settleMsWithoutProofs = await settleMs(unproven, samples);
  await unproven.close();
  const proven = await hre.network.create("hyperchains");
  const settleSecondsWithProofs = inSeconds(await settleMs(proven, samples));
  await proven.close();
  return { loadFixtureMs, settleMsWithoutProofs, settleSecondsWithProofs };
}

/** Back to a fixture after a transaction on each member. */
async function restoreMs(connection: NetworkConnection, samples: number): Promise<number> {
  const { hyperchains } = connection;
  const fixture = async (): Promise<void> => {
    for (const member of [hyperchains.l1, ...hyperchains]) await pay(member);
  };
  await connection.networkHelpers.loadFixture(fixture);
  const marked = String(await heights(hyperchains));
  const times: number[] = [];
  for (let i = 0; i <= samples; i++) {
    await fixture();
    const begun = performance.now();
    await connection.networkHelpers.loadFixture(fixture);
    times.push(performance.now() - begun);
    if (String(await heights(hyperchains)) !== marked) throw new Error("the fixture did not restore every member");
  }
  return rounded(median(times.slice(1)));
}

function heights(hyperchains: NetworkConnection["hyperchains"]): Promise<readonly number[]> {
  return Promise.all([hyperchains.l1, ...hyperchains].map((member) => member.ethers.provider.getBlockNumber()));
}

/** A transaction on each chain, then until L1 has executed both batches. */
async function settleMs({ hyperchains }: NetworkConnection, samples: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i <= samples; i++) {
    for (const chain of hyperchains) await pay(chain);
    const begun = performance.now();
    await hyperchains.settle();
    times.push(performance.now() - begun);
  }
  return rounded(median(times.slice(1)));
}

async function pay({ ethers }: Pick<NetworkConnection, "ethers">): Promise<void> {
  const [sender] = await ethers.getSigners();
  await (await sender?.sendTransaction({ to: sender.address, value: 1n }))?.wait();
}

/** The plugin and what it brings along, without what a Hardhat project with ethers has in any case. */
function installedMiB({ folder }: EmptyProject): number {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>;
  };
  const brought = Object.entries(packages).filter(
    ([path, { dev, devOptional }]) => path !== "" && dev !== true && devOptional !== true,
  );
  const bytes = brought.reduce(
    (sum, [path]) => sum + bytesIn(join(ROOT, path)),
    bytesIn(join(folder, "node_modules/hardhat-hyperchain")),
  );
  return Math.round((bytes / 2 ** 20) * 10) / 10;
}

/**
 * Size of a folder without nested packages, which are counted separately, and without missing files such as another
 * system's binary.
 */
function bytesIn(folder: string): number {
  const entries = lstatSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder, { withFileTypes: true });
  return entries
    .filter(({ name }) => name !== "node_modules")
    .reduce(
      (sum, entry) => sum + (entry.isDirectory() ? bytesIn(join(folder, entry.name)) : lstatSync(join(folder, entry.name)).size),
      0,
    );
}

function medianOf(samples: number, measure: () => number): number {
  measure();
  return rounded(median(Array.from({ length: samples }, measure)));
}

function inSeconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
