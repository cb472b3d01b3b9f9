import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { NO_CARD } from "../kernels/support/swiftshader.ts";

const bench = fileURLToPath(new URL("../../bench/main.ts", import.meta.url));

test("H2: the benchmark of cards prints one line, whose results agree", { skip: NO_CARD }, async () => {
  const args = [bench, "gpu", "--json", "--software", "--rows", "7", "--samples", "1"];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  assert.equal(stdout.trim().split("\n").length, 1);
  const { adapter, agrees, backends, limits, calibration } = JSON.parse(stdout) as {
    readonly adapter: string;
    readonly agrees: boolean;
    readonly limits: { readonly maxBufferSize: number };
    readonly calibration: { readonly gain: number };
    readonly backends: Readonly<
      Record<"wasm" | "webgpu", Readonly<Record<"kernels" | "proofs", Readonly<Record<string, number>>>>>
    >;
  };
  assert.match(adapter, /SwiftShader/);
  assert.equal(agrees, true);
  assert.ok(limits.maxBufferSize >= 2 ** 27 && calibration.gain > 0);
  for (const { kernels, proofs } of [backends.wasm, backends.webgpu]) {
    assert.deepEqual(Object.keys(kernels), ["interpolate", "commitKeccak", "commitPoseidon", "grindKeccak"]);
    assert.deepEqual(Object.keys(proofs), ["chunkLike"]);
    for (const ms of [...Object.values(kernels), ...Object.values(proofs)]) assert.ok(ms >= 0);
  }
});
