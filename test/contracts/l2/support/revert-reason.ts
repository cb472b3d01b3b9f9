import assert from "node:assert/strict";
import { Interface } from "ethers";
import hre from "hardhat";

/** Revert data of a failed call, wherever the layers of Hardhat and ethers left it. */
function revertData(error: unknown): string | undefined {
  for (let e = error; typeof e === "object" && e !== null; e = (e as { cause?: unknown }).cause) {
    const { data } = e as { data?: unknown };
    if (typeof data === "string") return data;
  }
  return undefined;
}

/** Asserts that the call reverts with the custom error of the named contract, and with these arguments where given. */
export async function assertReverts(
  call: Promise<unknown>,
  contract: string,
  errorName: string,
  args?: readonly unknown[],
): Promise<void> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (outcome === undefined) assert.fail(`expected a revert with ${errorName}, but the call succeeded`);
  const data = revertData(outcome.error);
  const { abi } = await hre.artifacts.readArtifact(contract);
  const parsed = data === undefined || data === "0x" ? null : new Interface(abi).parseError(data);
  if (parsed === null)
    throw new Error(`reverted without a known error of ${contract} (${data ?? "no data"})`, { cause: outcome.error });
  assert.equal(parsed.name, errorName);
  if (args !== undefined) assert.deepEqual([...parsed.args], args);
}
