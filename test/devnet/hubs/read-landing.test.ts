import assert from "node:assert/strict";
import { test } from "node:test";
import { Interface, type ParamType } from "ethers";
import { hubAbi } from "../../../src/ground/abi/hub.ts";
import { readLanding } from "../../../src/ecosystem/devnet/view/batches/proof-of-hub.ts";

const HUB = new Interface(hubAbi);

/** The least value of a type. */
function least(param: ParamType): unknown {
  if (param.isArray()) return [];
  if (param.isTuple()) return param.components.map(least);
  if (param.type === "bytes") return "0x";
  return param.type.startsWith("bytes") ? `0x${"00".repeat(Number(param.type.slice(5)))}` : 0;
}

test("A142: a stranger's landing without the padding at its end, which L1 accepts, is read; others are refused", () => {
  const values = HUB.getFunction("land")!.inputs.map((input) =>
    input.name === "certificate"
      ? input.components!.map((each) => (each.name === "signatures" ? [`0x${"11".repeat(65)}`] : least(each)))
      : least(input),
  );
  const call = HUB.encodeFunctionData("land", values);
  const unpadded = call.slice(0, -2 * 31);
  assert.deepEqual({ ...readLanding(unpadded), header: 0, items: 0 }, { ...readLanding(call), header: 0, items: 0 });
  assert.equal(readLanding(unpadded)?.header.number, 0n);
  assert.equal(readLanding(call)?.header.number, 0n);
  // The certificate, which is last, is L1's to read.
  assert.equal(readLanding(unpadded.slice(0, -2))?.header.number, 0n);
  for (const other of ["0x", "0x12345678", call.slice(0, 10), call.slice(0, 10 + 64 * 7)])
    assert.equal(readLanding(other), undefined, String(other.length));
});
