import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import hre from "hardhat";
import { jobsToRecord, readRecorded } from "../../scripts/hardhat/recorded-compilations.ts";
import { createWorkplace } from "../plugin/support/run-task.ts";
import { byNight } from "../support/nightly.ts";
import { installInEmptyProject, supportedNodes, type EmptyProject } from "./support/empty-project.ts";

const CONFIG = `import { createRequire } from "node:module";
import { defineConfig } from "hardhat/config";
import hyperchain from "hardhat-hyperchain";

const path = createRequire(import.meta.url).resolve("solc/soljson.js");
export default defineConfig({
  plugins: [hyperchain],
  solidity: { version: "0.8.37", path },
  hyperchains: { chains: { shop: {}, bank: { chainId: 400 } } },
});
`;
const WRONG_CONFIG = `import type { HardhatUserConfig } from "hardhat/config";
import type { NetworkConnection } from "hardhat/types/network";
import type * as client from "hardhat-hyperchain/client";
import type { Hyperchains, HyperchainsConfig } from "hardhat-hyperchain";
import type { viemChain } from "hardhat-hyperchain/viem";

// @ts-expect-error a chain id is a number
export const wrong: HardhatUserConfig = { hyperchains: { chains: { shop: { chainId: "400" } } } };
export const right: HardhatUserConfig = { hyperchains: { chains: { shop: { chainId: 400 } } } };
// @ts-expect-error chains are a list once the config is resolved
export const notAny = (config: HyperchainsConfig): string => config.chains;
export const connected = ({ hyperchains }: NetworkConnection): Hyperchains => hyperchains;
export const names = (hyperchains: Hyperchains): string[] => [...hyperchains].map(({ name }) => name);
export type Others = [keyof typeof client, typeof viemChain];
// @ts-expect-error a name is not a number
export const notAnyEither = ({ hyperchains }: NetworkConnection): number => hyperchains.info.name;
`;
const CONTRACT = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInteropCenter} from "hardhat-hyperchain/contracts/interfaces/l2/IInteropCenter.sol";

contract Shop {
    IInteropCenter public immutable CENTER;

    constructor(IInteropCenter center) {
        CENTER = center;
    }
}
`;

describe("I1 the packed plugin in an empty project", () => {
  const workplace = createWorkplace();
  let project: EmptyProject;
  before(() => {
    project = installInEmptyProject(["hardhat", "solc", "typescript", "@types/node"]);
    project.write("hardhat.config.ts", CONFIG);
    project.write("typed.ts", WRONG_CONFIG);
    project.write("contracts/Shop.sol", CONTRACT);
  });
  after(async () => {
    await workplace.close();
    project.remove();
  });

  test("it carries what runs and what is imported, and neither sources nor tests", () => {
    const { files } = project.tarball;
    for (const file of [
      "dist/index.js",
      "dist/index.d.ts",
      "dist/artifacts.br",
      "dist/tool/page-server/assets.br",
      "contracts/interfaces/l2/IInteropCenter.sol",
      "README.md",
      "LICENSE",
      "CHANGELOG.md",
    ]) {
      assert.ok(files.includes(file), file);
    }
    assert.deepEqual(
      files.filter((file) => /^(src|test|bench|scripts|node_modules|fixtures)\/|\.map$|[^d]\.ts$/.test(file)),
      [],
    );
    // Pages are in the repository and on the site.
    assert.deepEqual(
      files.filter((file) => file.startsWith("docs/")),
      [],
    );
    assert.ok(project.tarball.bytes < 1.95 * 2 ** 20, `${project.tarball.bytes} bytes`);
  });

  test("of its contracts it carries those that a project may import, and their imports", () => {
    const { exports } = JSON.parse(
      readFileSync(join(project.folder, "node_modules/hardhat-hyperchain/package.json"), "utf8"),
    ) as {
      readonly exports: Readonly<Record<string, string>>;
    };
    const needed = new Set(Object.values(exports).flatMap((file) => (file.endsWith(".sol") ? [join(file)] : [])));
    for (const file of needed) {
      const source = readFileSync(join(project.folder, "node_modules/hardhat-hyperchain", file), "utf8");
      for (const [, target] of source.matchAll(/^import .*?"(\.[^"]+)";/gm)) needed.add(join(dirname(file), target ?? ""));
    }
    const carried = project.tarball.files.filter((file) => file.endsWith(".sol"));
    assert.ok(needed.size > 10);
    assert.deepEqual(carried.toSorted(), [...needed].toSorted());
  });

  test("it carries the body of each thread and process that its modules start", () => {
    const plugin = join(project.folder, "node_modules/hardhat-hyperchain");
    const { files } = project.tarball;
    const code = files
      .filter((file) => file.endsWith(".js"))
      // A line of the package's code may end in a string.
      .map((file) => readFileSync(join(plugin, file), "utf8").replaceAll("\\\n", ""));
    // A module starts a body next to its source, whatever file of the package the module is in.
    const bodies = code.flatMap((text) =>
      [...text.matchAll(/["`](\.\/[\w-]+)\.(?:js|\$\{\w+\})["`],\s*[\w$]+\(["`]([\w/-]+)\.js["`]\)/g)].map(
        ([, body = "", starter = ""]) => `${join("dist", dirname(starter), body)}.js`,
      ),
    );
    for (const body of [
      "proofs/execution-proof/batch/execution-thread",
      "proofs/prover/prover-thread",
      "chain/witness/witness-thread",
    ])
      assert.ok(bodies.includes(`dist/${body}.js`), body);
    assert.deepEqual(
      bodies.filter((body) => !files.includes(body)),
      [],
    );
  });

  test("every declaration that one of its declarations imports is in it", () => {
    const plugin = join(project.folder, "node_modules/hardhat-hyperchain");
    const { files } = project.tarball;
    const missing = files
      .filter((file) => file.endsWith(".d.ts"))
      .flatMap((file) =>
        [...readFileSync(join(plugin, file), "utf8").matchAll(/(?:from |import\(|import |module )"(\.[^"]+)"/g)].map(
          ([, target]) => join(dirname(file), target ?? "").replace(/\.js$/, ".d.ts"),
        ),
      )
      .filter((target) => !files.includes(target));
    assert.deepEqual(missing, []);
  });

  test("nothing that a project installs with it has an install script", () => {
    const lock = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8")) as {
      readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly hasInstallScript?: boolean }>>;
    };
    const installed = Object.entries(lock.packages).filter(([, { dev }]) => dev !== true);
    assert.ok(installed.some(([name]) => name.endsWith("/tiny-secp256k1")));
    assert.deepEqual(
      installed.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([name]) => name),
      [],
    );
  });

  test("its README leads to files that it carries, or to the documentation in the repository", () => {
    const readme = readFileSync(join(project.folder, "node_modules/hardhat-hyperchain/README.md"), "utf8");
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, target]) => target ?? "");
    const pages = links.filter((target) => target.startsWith("docs/"));
    assert.ok(pages.length > 3);
    assert.match(readme, /documentation\]\(docs\/README\.md\), which the package does not contain/);
    for (const page of pages) assert.ok(existsSync(new URL(`../../${page}`, import.meta.url)), page);
    const targets = links.filter((target) => !target.startsWith("docs/"));
    assert.deepEqual(
      targets.filter((target) => !project.tarball.files.includes(target)),
      [],
    );
  });

  const nodes = [...supportedNodes()];
  // By day the oldest alone: all other tests run on the newest.
  for (const [major, node] of byNight(nodes, nodes.slice(-1))) {
    test(`on Node ${major} it starts the config's chains, takes a deposit and settles it with a proof`, async () => {
      const options = { node, cwd: project.folder };
      const ecosystem = await workplace.spawn(["--batch-ms", "0"], options);
      assert.deepEqual(
        ecosystem.info.chains.map(({ name, chainId }) => [name, chainId]),
        [
          ["shop", 271],
          ["bank", 400],
        ],
      );
      const { page } = ecosystem.info as { readonly page?: string };
      assert.match(await (await fetch(String(page))).text(), /<script type="module" src="\/page.js">/);
      const deposit = await workplace.run(["hyperchain:deposit", "1", "1@bank", "--json"], options);
      assert.equal(deposit.code, 0, deposit.stderr);
      const settled = await workplace.run(["hyperchain:settle", "bank", "--json"], options);
      assert.equal(settled.code, 0, settled.stderr);
      const [batch] = JSON.parse(settled.stdout) as readonly { readonly proof: { readonly bytes: number } }[];
      assert.ok((batch?.proof.bytes ?? 0) > 10_000);
      assert.equal(await ecosystem.interrupt(), 0);
    });
  }

  test("its types are found and are not any, and lead to no error in a project that checks the declarations of its packages", () => {
    const tsc = join(project.folder, "node_modules/typescript/bin/tsc");
    const options = ["--noEmit", "--strict", "--skipLibCheck", "false", "--target", "es2023", "--module", "nodenext"];
    // Every entry, whatever the package exports.
    const { exports } = JSON.parse(
      readFileSync(join(project.folder, "node_modules/hardhat-hyperchain/package.json"), "utf8"),
    ) as {
      readonly exports: Readonly<Record<string, string>>;
    };
    const entries = Object.entries(exports).flatMap(([name, file]) => (file.endsWith(".js") ? [name.slice(1)] : []));
    assert.ok(entries.includes("/kit") && entries.length >= 5, entries.join());
    project.write(
      "entries.ts",
      entries.map((entry, i) => `export type * as entry${i} from "hardhat-hyperchain${entry}";\n`).join(""),
    );
    const { stdout, status } = spawnSync(process.execPath, [tsc, ...options, "--types", "node", "typed.ts", "entries.ts"], {
      cwd: project.folder,
      encoding: "utf8",
    });
    assert.equal(status, 0, stdout);
  });

  test("its contracts can be imported from Solidity, with a compiler that is already there", async () => {
    const { code, stderr, stdout } = await workplace.run(["build"], { cwd: project.folder });
    assert.equal(code, 0, stdout + stderr);
    const artifact = join(project.folder, "artifacts/contracts/Shop.sol/Shop.json");
    assert.ok(existsSync(artifact));
    assert.match(readFileSync(artifact, "utf8"), /CENTER/);
  });
});

describe("recorded compilations of verifiers", () => {
  test("equal the compiler's outputs for the sources", async () => {
    for (const { id, compile } of await jobsToRecord(hre)) {
      const recorded = readRecorded(id);
      assert.ok(recorded !== undefined, "npm run generate records it");
      assert.deepEqual(await compile(), recorded);
    }
  });
});
