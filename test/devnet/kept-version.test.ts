import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openWorld, type World } from "../../src/ecosystem/devnet/keeping/world.ts";
import { planDevnet } from "../../src/ecosystem/devnet/described/options.ts";

const { options, plans } = planDevnet({ chains: [{ chainId: 271n }], fundedAccounts: [], fundingWei: 0n });

/** A started ecosystem whose contracts are of this version, kept in a folder. */
async function kept(protocolVersion: bigint): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "kept-version-"));
  const world = openWorld(folder, { options, plans, nowMs: 1_000 });
  world.keepLayer({ versions: { trusted: { protocolVersion } } } as Parameters<World["keepLayer"]>[0]);
  world.started();
  await world.close();
  return folder;
}

test("an ecosystem that was kept with contracts of a format that this software does not read is refused by its version", async () => {
  const folder = await kept(1n);
  assert.throws(() => openWorld(folder, { options, plans, nowMs: 2_000 }), {
    name: "DevnetOptionsError",
    message: new RegExp(`^data: protocol version 1 has format 0, .*${folder} .*software that made it, or name another folder$`),
  });
  rmSync(folder, { recursive: true });
});

test("a folder of a supported format is continued", async () => {
  const folder = await kept(2n);
  const world = openWorld(folder, { options, plans, nowMs: 2_000 });
  assert.equal(world.continues, true);
  await world.close();
  rmSync(folder, { recursive: true });
});
