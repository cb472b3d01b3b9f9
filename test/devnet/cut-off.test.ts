import assert from "node:assert/strict";
import { it } from "node:test";
import { EcosystemClosedError } from "../../src/ecosystem/devnet/shutdown-guard.ts";
import { callJsonRpc, JsonRpcError } from "../../src/tool/plugin/discovery/json-rpc.ts";
import { startFlowDevnet } from "../flow/support/devnet.ts";

it("I1: calls that the end of an ecosystem interrupts are reported so, by its methods and to other processes", async () => {
  const devnet = await startFlowDevnet([271n], { proofs: "none" });
  const { url } = devnet.chains[0]!;
  const asked = [
    ...Array.from({ length: 20 }, () => devnet.messages()),
    ...Array.from({ length: 20 }, () => devnet.status()),
    devnet.relay(),
  ].map((answer) =>
    answer.then(
      () => undefined,
      (error: unknown) => error,
    ),
  );
  // These arrive while it closes.
  const remote = Array.from({ length: 40 }, (_, i) =>
    callJsonRpc(url, i % 2 === 0 ? "hyperchain_messages" : "hyperchain_status").then(
      () => undefined,
      (error: unknown) => error,
    ),
  );
  await devnet.close();
  await assert.rejects(devnet.settle(), EcosystemClosedError);
  const failures = (await Promise.all(asked)).filter((error) => error !== undefined);
  assert.ok(failures.length > 0, "something was cut off");
  for (const error of failures) assert.ok(error instanceof EcosystemClosedError, String(error));
  for (const error of await Promise.all(remote)) {
    if (error instanceof JsonRpcError) assert.equal(error.message, "the ecosystem was closed before this was answered");
    else if (error !== undefined)
      assert.match(String(error), /ECONNREFUSED|ECONNRESET|other side closed|socket hang up|fetch failed/);
  }
  assert.deepEqual(devnet.faults, []);
});
