import { endWithReader, parseCommandLine, usageError, wholeNumber } from "../src/tool/demo/command-line.ts";

const HELP = `Usage: npm run -s bench -- <suite> [options]

Suites
  prove        proof of N leaf writes: time by phase, size, gas by phase, proven bits, memory
  native       what each opcode and precompiled contract takes of a proof's tables, and its weight
  kernels      every kernel, wasm compared with the scalar reference, outputs compared
  gpu          kernels and whole proofs on WebAssembly and on a graphics card, results compared: one line
  tables       a proof of a run of the kernel, and one of many wide tables, shaped like a whole proof of execution: time by
               phase, memory, proven bits
  execution    proofs of the execution of a chain's batches, with secure parameters: time by phase, memory, size, verification
  ready        a process until it can prove execution: from the sources and from the package's code
  recursion    the same proofs for validators and for a program that checks them: time, size, permutations to check, memory
  state-tree   building and updating the state tree
  devnet       an L1 with two chains: start, confirmation, throughput, seven steps, costs on L1, with real proofs
  chains       1, 2, 4 and 8 chains at the same time: transactions a second, processor time, and a model beyond one machine
  lists        transfers to another chain in a list, compared with plain ones: bytes of pubdata and gas (give --transfers 100)
  nodes        one sequencer, four and seven nodes, and four in processes: processor time and wait of a transfer
  bundles      one sequencer for two chains: processor time and wait of a bundle that is on both or on none
  messages     messages between chains: what a status and other questions take meanwhile, and what a delivery costs
  promises     messages by a promise, and by a root of L1: until they arrive
  bridges      bridges of others: what each adds to a start, and what a delivery takes
  mine         10,000 empty blocks in one call on a chain, compared with Hardhat's own network
  kept         an ecosystem in a folder: confirmation compared with one in memory, and its next start
  operations   the worst operations of L1's queue: cost to run and settle, compared with the time that they buy
  worst-gas    the heaviest transactions by what they do: how long a payment behind them waits, and how long a seal keeps the process
  page         the page in a real browser: until its first paint and its first table, its longest task, what it weighs
  plugin       what users of the plugin wait for: help, a test with two chains, a fixture, settling; and what it weighs

Options
  --json             one JSON object per line
  --write            native: writes the weights
  --check            native: fails where they are not what is measured
  --writes N[,N…]    prove: leaf writes per batch (default 128,1024)
  --leaves N         prove: leaves of the tree before the batch (default 100000)
  --transfers N[,N…] tables: ERC-20 transfers whose tables are proven; 0 leaves them out; execution, recursion, lists: those of
                     each batch (default 1,16)
  --blocks N[,N…]    tables: blocks that a proven run of the kernel opens; 0 leaves it out (default 16)
  --touched N[,N…]   tables: leaves of the state that a proven program writes (default none)
  --signatures N[,N…] tables: signatures whose keys a proven program recovers (default none)
  --workers N[,N…]   prove, tables, execution: threads that compute (default: all cores)
  --transactions N   devnet, kept, chains, nodes: transfers of each measurement, of each chain (default 2000)
  --chains N[,N…]    chains: how many at the same time (default 1,2,4,8); messages: between how many (default 8)
  --bundles N        bundles: how many are measured (default 400)
  --messages N       messages, promises: how many of each measurement (default 200)
  --recipients N     kept: new accounts that each transfer pays (default 1)
  --store FOLDER     kept: measures a start of this store alone; makes it first where it is not there
  --seconds N        devnet: how long to prove without a pause; 0 leaves it out (default 60)
  --rows N           gpu: log2 of the rows (default 14)
  --software         gpu: a card in software, on Linux x64: whether results agree, and nothing about speed
  --groth16          execution: a batch of a proven chain that verifies a Groth16 proof with three inputs, instead of transfers
  --sixteen          recursion: instead, sixteen batches of three chains that one proof executes on L1, and their gas
  --card             execution, recursion: proofs are made on the machine's graphics card
  --only TEXT        bridges, operations, worst-gas: only those in whose description this is
  --samples N        prove, ready, gpu, plugin, page, mine, bridges: of which the median is reported, after one for warming up
                     (default 3); ready has none for warming up
  --help`;

const integers = (name: string, text: string, most?: number): number[] =>
  text.split(",").map((part) => wholeNumber(name, part, 1, most));
/** Parses integers like {@link integers}; 0 means none. */
const integersFrom0 = (name: string, text: string, most: number): number[] =>
  text.split(",").flatMap((part) => wholeNumber(name, part, 0, most) || []);

endWithReader();
const { values, positionals } = parseCommandLine({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    writes: { type: "string", default: "128,1024" },
    leaves: { type: "string", default: "100000" },
    workers: { type: "string" },
    transfers: { type: "string", default: "1,16" },
    blocks: { type: "string", default: "16" },
    touched: { type: "string", default: "0" },
    signatures: { type: "string", default: "0" },
    samples: { type: "string", default: "3" },
    rows: { type: "string", default: "14" },
    software: { type: "boolean", default: false },
    card: { type: "boolean", default: false },
    groth16: { type: "boolean", default: false },
    sixteen: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    transactions: { type: "string", default: "2000" },
    chains: { type: "string" },
    messages: { type: "string", default: "200" },
    bundles: { type: "string", default: "400" },
    recipients: { type: "string", default: "1" },
    store: { type: "string" },
    seconds: { type: "string", default: "60" },
  },
});
const [suite, surplus] = positionals;

if (values.help || suite === undefined) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}
if (surplus !== undefined) usageError(`one suite at a time, got '${positionals.join(" ")}'`);
switch (suite) {
  case "prove": {
    const { benchProve } = await import("./prove.ts");
    await benchProve({
      json: values.json,
      writes: integers("writes", values.writes),
      leaves: wholeNumber("leaves", values.leaves, 2, 4_000_000),
      workers: values.workers === undefined ? [undefined] : integers("workers", values.workers, 64),
      samples: wholeNumber("samples", values.samples, 1),
    });
    break;
  }
  case "native": {
    const { benchNative } = await import("./native/native.ts");
    benchNative({ json: values.json, write: values.write, check: values.check });
    break;
  }
  case "kernels": {
    const { benchKernels } = await import("./kernels.ts");
    await benchKernels({ json: values.json });
    break;
  }
  case "gpu": {
    const { benchGpu } = await import("./gpu.ts");
    const { json, software } = values;
    const [logRows, samples] = [wholeNumber("rows", values.rows, 7, 18), wholeNumber("samples", values.samples, 1, 100)];
    await benchGpu({ json, software, logRows, samples });
    break;
  }
  case "devnet": {
    const { benchDevnet } = await import("./devnet.ts");
    await benchDevnet({
      json: values.json,
      transactions: wholeNumber("transactions", values.transactions, 16, 100_000),
      provenSeconds: wholeNumber("seconds", values.seconds, 0, 3600),
    });
    break;
  }
  case "chains": {
    const { benchChains } = await import("./chains.ts");
    benchChains({
      json: values.json,
      chains: integers("chains", values.chains ?? "1,2,4,8", 16),
      transactions: wholeNumber("transactions", values.transactions, 16, 100_000),
    });
    break;
  }
  case "lists": {
    const { benchLists } = await import("./lists.ts");
    await benchLists({ json: values.json, transfers: wholeNumber("transfers", values.transfers, 1, 256) });
    break;
  }
  case "nodes": {
    const { benchNodes } = await import("./nodes.ts");
    await benchNodes({ json: values.json, transactions: wholeNumber("transactions", values.transactions, 1, 100_000) });
    break;
  }
  case "bundles": {
    const { benchBundles } = await import("./bundles.ts");
    await benchBundles({ json: values.json, bundles: wholeNumber("bundles", values.bundles, 1, 100_000) });
    break;
  }
  case "messages": {
    const { benchMessages } = await import("./messages.ts");
    await benchMessages({
      json: values.json,
      chains: wholeNumber("chains", values.chains ?? "8", 2, 16),
      messages: wholeNumber("messages", values.messages, 16, 10_000),
    });
    break;
  }
  case "promises": {
    const { benchPromises } = await import("./promises.ts");
    await benchPromises({ json: values.json, messages: wholeNumber("messages", values.messages, 1, 10_000) });
    break;
  }
  case "bridges": {
    const { benchBridges } = await import("./bridges.ts");
    await benchBridges({ json: values.json, samples: wholeNumber("samples", values.samples, 1, 100), only: values.only });
    break;
  }
  case "mine": {
    const { benchMine } = await import("./mine.ts");
    await benchMine({ json: values.json, samples: wholeNumber("samples", values.samples, 1, 100) });
    break;
  }
  case "kept": {
    const { benchKept } = await import("./kept.ts");
    await benchKept({
      json: values.json,
      transactions: wholeNumber("transactions", values.transactions, 16, 100_000),
      recipients: wholeNumber("recipients", values.recipients, 1, 100),
      ...(values.store === undefined ? {} : { store: values.store }),
    });
    break;
  }
  case "operations": {
    const { benchOperations } = await import("./operations.ts");
    await benchOperations({ json: values.json, only: values.only });
    break;
  }
  case "worst-gas": {
    const { benchWorstGas } = await import("./worst-gas.ts");
    await benchWorstGas({ json: values.json, only: values.only });
    break;
  }
  case "page": {
    const { benchPage } = await import("./page.ts");
    await benchPage({ json: values.json, samples: wholeNumber("samples", values.samples, 1) });
    break;
  }
  case "plugin": {
    const { benchPlugin } = await import("./plugin.ts");
    await benchPlugin({ json: values.json, samples: wholeNumber("samples", values.samples, 1) });
    break;
  }
  case "tables": {
    const { benchTables } = await import("./tables.ts");
    await benchTables({
      json: values.json,
      transfers: integersFrom0("transfers", values.transfers, 200),
      blocks: integersFrom0("blocks", values.blocks, 10_000),
      touched: integersFrom0("touched", values.touched, 1000),
      signatures: integersFrom0("signatures", values.signatures, 100),
      workers: values.workers === undefined ? [undefined] : integers("workers", values.workers, 64),
    });
    break;
  }
  case "execution": {
    const { benchExecution } = await import("./execution.ts");
    await benchExecution({
      json: values.json,
      transfers: integers("transfers", values.transfers, 1000),
      groth16: values.groth16,
      workers: values.workers === undefined ? [undefined] : integers("workers", values.workers, 64),
      card: values.card,
    });
    break;
  }
  case "ready": {
    const { benchReady } = await import("./ready.ts");
    const samples = wholeNumber("samples", values.samples, 1, 100);
    await benchReady({ json: values.json, workers: integers("workers", values.workers ?? "2", 64)[0], samples });
    break;
  }
  case "recursion": {
    const { benchRecursion, benchSixteen } = await import("./recursion.ts");
    if (values.sixteen) {
      await benchSixteen({ json: values.json });
      break;
    }
    await benchRecursion({
      json: values.json,
      transfers: integers("transfers", values.transfers, 1000),
      workers: values.workers === undefined ? [undefined] : integers("workers", values.workers, 64),
      card: values.card,
    });
    break;
  }
  case "state-tree": {
    const { benchStateTree } = await import("./state-tree.ts");
    await benchStateTree({ json: values.json });
    break;
  }
  default:
    usageError(`unknown suite '${suite}'`);
}
