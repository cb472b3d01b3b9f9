import { parseArgs } from "node:util";

const HELP = `Usage: npm run -s bench -- <suite> [options]

Suites
  prove        proof of N leaf writes: time by phase, size, gas by phase, proven bits, memory
  kernels      every kernel, wasm beside the scalar reference, outputs compared
  state-tree   building and updating the state tree

Options
  --json             one JSON object per line
  --writes N[,N…]    prove: leaf writes per batch (default 128,1024)
  --leaves N         prove: leaves of the tree before the batch (default 100000)
  --workers N[,N…]   prove: threads that compute (default: all cores)
  --samples N        prove: proofs per size of which the median is reported, after one for warming up (default 3)
  --help`;

function integers(name: string, text: string): number[] {
  const values = text.split(",").map(Number);
  if (values.some((value) => !Number.isInteger(value) || value < 1)) {
    console.error(`--${name} takes whole numbers of at least 1, separated by commas; got '${text}'`);
    process.exit(2);
  }
  return values;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    writes: { type: "string", default: "128,1024" },
    leaves: { type: "string", default: "100000" },
    workers: { type: "string" },
    samples: { type: "string", default: "3" },
  },
});
const suite = positionals[0];

if (values.help || suite === undefined) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}
switch (suite) {
  case "prove": {
    const { benchProve } = await import("./prove.ts");
    await benchProve({
      json: values.json,
      writes: integers("writes", values.writes),
      leaves: integers("leaves", values.leaves)[0] ?? 100_000,
      workers: values.workers === undefined ? [undefined] : integers("workers", values.workers),
      samples: integers("samples", values.samples)[0] ?? 3,
    });
    break;
  }
  case "kernels": {
    const { benchKernels } = await import("./kernels.ts");
    await benchKernels({ json: values.json });
    break;
  }
  case "state-tree": {
    const { benchStateTree } = await import("./state-tree.ts");
    await benchStateTree({ json: values.json });
    break;
  }
  default:
    console.error(`unknown suite '${suite}'\n\n${HELP}`);
    process.exit(2);
}
