import { add } from "../../src/proofs/field/koala-bear.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { AirBuilder } from "../../src/proofs/stark/constraints/air.ts";
import { DEFAULT_PARAMETERS } from "../../src/proofs/stark/systems/parameters.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { compileSystem } from "../../src/proofs/stark/systems/system.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { checkTraces } from "../stark/check-traces.ts";

const t = new AirBuilder("fibonacci", 1);
const a = t.column("a");
const b = t.column("b");
t.assertEqual("a starts at one", "firstRow", a, t.constant(1));
t.assertEqual("b starts at one", "firstRow", b, t.constant(1));
t.assertEqual("a becomes b", "transition", t.next(a), b);
t.assertEqual("b becomes the sum", "transition", t.next(b), t.add(a, b));
t.assertEqual("b ends in the result", "lastRow", b, t.public(0));

export const fibonacci = compileSystem({
  name: "fibonacci/1",
  // Small, hence not secure: the reference backend is slow.
  parameters: { ...DEFAULT_PARAMETERS, logBlowup: 3, grindingBits: 8, minLogRows: 4 },
  tables: [{ air: t.build() }],
  statementValueCount: 1,
  // A statement is the result in four bytes. Bytes that are not a statement give undefined.
  publicValues: (bytes) => (bytes.length === 4 ? [new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)] : undefined),
});

const trace = [new Uint32Array(64).fill(1), new Uint32Array(64).fill(1)] as const;
for (let row = 1; row < 64; row++) {
  trace[0][row] = trace[1][row - 1] ?? 0;
  trace[1][row] = add(trace[0][row - 1] ?? 0, trace[1][row - 1] ?? 0);
}
const statement = new Uint8Array(4);
new DataView(statement.buffer).setUint32(0, trace[1][63] ?? 0);
const input = { statement, auxiliary: [[]], traces: [trace] };

export const violations = checkTraces(fibonacci, input); // []: names constraint and row otherwise
const proof = await prove(fibonacci, input, createReferenceBackend());
export const result = verify(fibonacci, statement, proof); // { ok: true }
