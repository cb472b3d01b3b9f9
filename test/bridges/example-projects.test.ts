import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { createWorkplace } from "../plugin/support/run-task.ts";
import { installProject } from "../support/installed-project.ts";
import { CCIP_DAPP } from "./support/ccip-dapp.ts";
import { DAPP } from "./support/dapp.ts";
import { SUPERCHAIN_DAPP } from "./support/superchain-dapp.ts";
import { HYPERLANE_DAPP } from "./support/warp-routes.ts";

const HARDHAT = fileURLToPath(new URL("../../node_modules/hardhat/dist/src/cli.js", import.meta.url));
const run = promisify(execFile);

for (const { bridge, cwd, passing, lines } of [
  {
    bridge: "LayerZero",
    cwd: DAPP,
    passing: 2,
    lines: [
      /^LayerZero V2, at the same addresses/m,
      /alpha \(271\) has the endpoint id 40231/,
      /not by your DVNs:.*Nothing is proven here\.$/m,
    ],
  },
  {
    bridge: "Hyperlane",
    cwd: HYPERLANE_DAPP,
    passing: 2,
    lines: [/^Hyperlane, at the same addresses/m, /l1 \(31337\) has the domain 11155111/, /not by your validators and ISM:/],
  },
  {
    bridge: "CCIP",
    cwd: CCIP_DAPP,
    passing: 1,
    lines: [
      /^CCIP, at the same addresses/m,
      /alpha \(271\) has the selector 10344971235874465080/,
      /this package's contracts behind the published interfaces of CCIP.*not by your oracle network and RMN:/,
    ],
  },
  {
    bridge: "the Superchain",
    cwd: SUPERCHAIN_DAPP,
    passing: 2,
    lines: [
      /^the Superchain, at the same addresses/im,
      /alpha \(271\) has the chain id 271/,
      /this package's contracts behind the published interfaces of the Superchain.*not by your interop set:/,
    ],
  },
])
  describe(`C14 a project of a dapp of ${bridge}, with the packed plugin`, () => {
    const workplace = createWorkplace();
    before(async () => {
      installProject(cwd);
      // Optimism's and OpenZeppelin's packages need no links.
      if (existsSync(join(cwd, "link-contracts.mjs"))) await run(process.execPath, ["link-contracts.mjs"], { cwd });
    });
    after(() => workplace.close());

    test("its tests pass, on unchanged Solidity from npm", async () => {
      const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
      const { stdout } = await run(process.execPath, [HARDHAT, "test", "mocha"], { cwd, env });
      assert.match(stdout, new RegExp(`${passing} passing`));
    });

    test("hyperchain:bridges shows contracts, ids and what a pass says, of an ecosystem that it spawned", async () => {
      const { info } = await workplace.spawn([], { cwd });
      const { stdout, code } = await workplace.run(["hyperchain:bridges", "--url", info.l1.url], { cwd });
      assert.equal(code, 0);
      for (const line of lines) assert.match(stdout, line);
      assert.match(stdout, /0 messages, 0 not executed/);
      const into = join(workplace.stateFolder, "registry");
      const written = await workplace.run(["hyperchain:bridges", "--registry", into, "--url", info.l1.url], { cwd });
      if (bridge !== "Hyperlane") return assert.match(written.stderr, /has no Hyperlane; its config names it/);
      assert.equal(written.code, 0);
      const alpha = readFileSync(join(into, "chains/alpha/metadata.yaml"), "utf8");
      for (const line of ["chainId: 271", "domainId: 84532", `  - http: "${info.chains[0]!.url}"`])
        assert.ok(alpha.includes(`${line}\n`));
      const l1 = readFileSync(join(into, "chains/l1/addresses.yaml"), "utf8");
      assert.ok(l1.includes(`mailbox: "${info.bridges?.hyperlane?.contracts.mailbox}"\n`));
    });
  });
