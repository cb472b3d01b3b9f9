import type { Rooms } from "./import-rules.ts";

const CHAIN = {
  transaction: "src/chain/transaction/",
  model: "src/chain/model/",
  witness: "src/chain/witness/",
  execution: "src/chain/execution/",
  state: "src/chain/state/",
  batch: "src/chain/batch/",
  mempool: "src/chain/mempool/",
  predeploys: "src/chain/predeploys/",
  ordering: "src/chain/ordering/",
  sequencer: "src/chain/sequencer/",
  index: "src/chain/index/",
  questions: "src/chain/questions/",
  past: "src/chain/past/",
  composition: "src/chain/chain.ts",
  verification: "src/chain/verification/",
  reconstruction: "src/chain/reconstruction/",
  rest: "src/chain/rest/",
  rpc: "src/chain/rpc/",
} as const;

const [protocol, abi, field, kernels, stark, devices, circuits, recursion, runtime] = [
  "src/protocol/",
  "src/abi/",
  "src/field/",
  "src/kernels/",
  "src/stark/",
  "src/devices/",
  "src/circuits/",
  "src/recursion/",
  "src/runtime/",
];
/** A chain as a log, a reducer and followers, whatever it carries out. */
const core = "src/core/";
const allOfChain = Object.values(CHAIN);

/** The classes that all errors come from: every room may import it, and it imports nothing. */
const errors = "src/errors/";

const AFTER_ERRORS: Rooms = {
  [field]: [],
  [protocol]: [],
  [abi]: [],
  [runtime]: [],
  [core]: [protocol],
  [kernels]: [field],
  [stark]: [kernels, field],
  // What proofs are made on: the processor, and perhaps a graphics card before it.
  [devices]: [stark, kernels, field, runtime],
  [circuits]: [stark, kernels, field, protocol],
  // The machine whose programs check proofs.
  [recursion]: [circuits, stark, kernels, field],
  // The zkEVM's machine: what it computes for the kernel with libraries is handed in.
  "src/machine/": ["src/machine/protocol-codes/", protocol],
  // Precompiled contracts that are bytecode: bytes, and where they are called.
  "src/machine/protocol-codes/": [],
  // Proofs of the machine's runs: its rows as the tables have them, and the system of the tables.
  "src/execution-proof/": ["src/machine/", circuits, recursion, stark, kernels, field, protocol],
  // Proofs of whole batches, from what a chain keeps of them; verified from L1's records.
  "src/execution-proof/batch/": [
    "src/execution-proof/",
    "src/machine/",
    circuits,
    devices,
    recursion,
    stark,
    kernels,
    CHAIN.execution,
    CHAIN.model,
    CHAIN.state,
    CHAIN.transaction,
    CHAIN.witness,
    protocol,
    runtime,
  ],
  "src/prover/": [circuits, devices, stark, kernels, field, protocol, runtime],
  // Proofs as jobs that queues carry to this process's provers, and to those of other processes and machines.
  "src/proving/": ["src/execution-proof/batch/", "src/prover/", circuits, devices, stark, kernels, protocol, runtime],

  // One chain, in the order of its flow: what a transaction is, how blocks run, what a batch holds, how it is served.
  [CHAIN.transaction]: [protocol, runtime],
  [CHAIN.model]: [CHAIN.transaction, kernels, protocol],
  [CHAIN.witness]: [CHAIN.model, CHAIN.transaction, "src/machine/protocol-codes/", protocol, runtime],
  [CHAIN.execution]: [CHAIN.model, CHAIN.transaction, CHAIN.witness, protocol],
  [CHAIN.state]: [CHAIN.model, field, kernels, protocol],
  [CHAIN.batch]: [core, CHAIN.model, CHAIN.ordering, CHAIN.state, protocol],
  [CHAIN.mempool]: [CHAIN.transaction, protocol],
  [CHAIN.predeploys]: [CHAIN.model, CHAIN.witness, protocol],
  [CHAIN.ordering]: [core, CHAIN.model, CHAIN.transaction, CHAIN.witness, protocol],
  [CHAIN.sequencer]: [
    core,
    CHAIN.batch,
    CHAIN.execution,
    CHAIN.mempool,
    CHAIN.model,
    CHAIN.ordering,
    CHAIN.transaction,
    CHAIN.witness,
    protocol,
    runtime,
  ],
  [CHAIN.index]: [core, CHAIN.batch, CHAIN.model, CHAIN.ordering, CHAIN.state, CHAIN.transaction, protocol],
  [CHAIN.questions]: [CHAIN.execution, CHAIN.model, CHAIN.transaction, CHAIN.witness, protocol, runtime],
  [CHAIN.past]: [
    CHAIN.batch,
    CHAIN.execution,
    CHAIN.index,
    CHAIN.model,
    CHAIN.questions,
    CHAIN.state,
    CHAIN.transaction,
    CHAIN.witness,
    kernels,
    protocol,
  ],
  [CHAIN.composition]: [
    core,
    CHAIN.batch,
    CHAIN.execution,
    CHAIN.index,
    CHAIN.mempool,
    CHAIN.model,
    CHAIN.ordering,
    CHAIN.past,
    CHAIN.predeploys,
    CHAIN.questions,
    CHAIN.sequencer,
    CHAIN.state,
    CHAIN.transaction,
    CHAIN.witness,
    kernels,
    protocol,
    runtime,
  ],
  [CHAIN.verification]: [
    core,
    CHAIN.batch,
    CHAIN.execution,
    CHAIN.model,
    CHAIN.ordering,
    CHAIN.predeploys,
    CHAIN.state,
    CHAIN.transaction,
    CHAIN.witness,
    kernels,
    protocol,
  ],
  [CHAIN.reconstruction]: [CHAIN.composition, CHAIN.execution, CHAIN.model, CHAIN.state, kernels, protocol, runtime],
  // Resources made of JSON-RPC calls.
  [CHAIN.rest]: [CHAIN.rpc],
  [CHAIN.rpc]: [
    core,
    CHAIN.composition,
    CHAIN.execution,
    CHAIN.index,
    CHAIN.mempool,
    CHAIN.model,
    CHAIN.ordering,
    CHAIN.questions,
    CHAIN.sequencer,
    CHAIN.state,
    CHAIN.transaction,
    CHAIN.witness,
    protocol,
  ],

  // What options may be, for the config, the command line and devnets.
  "src/options/": [CHAIN.model, protocol],

  "src/settlement-layer/": [protocol, abi, runtime],
  "src/settlement/": ["src/settlement-layer/", protocol, abi, runtime],
  "src/relayer/": ["src/settlement-layer/", protocol, abi, runtime],
  // What a user of an ecosystem does, over public RPC: for tasks, tests, front-ends and the demonstration.
  "src/client/": ["src/settlement-layer/", "src/relayer/", protocol, abi, runtime],
  // Other projects' bridges over proven messages, through public RPC.
  "src/bridges/": ["src/settlement-layer/", "src/relayer/", "src/client/", protocol, abi, runtime],
  // One chain composed: batches out to L1, operations in, served to its users.
  "src/ledger/": [runtime],
  "src/node/": [
    core,
    ...allOfChain,
    "src/execution-proof/batch/",
    kernels,
    "src/ledger/",
    "src/prover/",
    "src/settlement-layer/",
    "src/settlement/",
    protocol,
    abi,
    runtime,
  ],
  "src/devnet/": [
    core,
    "src/node/",
    "src/execution-proof/batch/",
    devices,
    kernels,
    "src/proving/",
    "src/ledger/",
    ...allOfChain,
    "src/prover/",
    "src/settlement-layer/",
    "src/settlement/",
    "src/client/",
    "src/relayer/",
    "src/bridges/",
    "src/options/",
    protocol,
    abi,
    runtime,
  ],
  // The page that shows an ecosystem, served; what runs in the browser is in page/.
  "src/page/": ["src/devnet/", "src/proving/", CHAIN.rpc, runtime],
  // The types of what tests get in hand.
  "src/plugin/api/": ["src/options/", "src/client/", "src/devnet/", "src/node/", protocol, runtime],
  "src/plugin/": [
    "src/plugin/api/",
    "src/page/",
    "src/proving/",
    "src/prover/",
    devices,
    "src/types.ts",
    "src/options/",
    "src/devnet/",
    "src/node/",
    "src/client/",
    "src/relayer/",
    "src/settlement-layer/",
    CHAIN.execution,
    CHAIN.model,
    CHAIN.predeploys,
    CHAIN.state,
    protocol,
    runtime,
  ],
  // The demonstrations: of the ecosystem through devnet, and of the prover by itself.
  "src/demo/": [
    "src/devnet/",
    "src/page/",
    "src/node/",
    "src/client/",
    "src/relayer/",
    "src/prover/",
    circuits,
    stark,
    kernels,
    field,
    CHAIN.execution,
    CHAIN.state,
    protocol,
    runtime,
  ],

  // What the package exports.
  "src/types.ts": ["src/plugin/api/", "src/options/", "src/client/", "src/devnet/"],
  "src/type-extensions.ts": ["src/plugin/", "src/types.ts"],
  "src/index.ts": ["src/plugin/", "src/type-extensions.ts", "src/types.ts"],
  // A chain with parts of others.
  "src/kit/": ["src/plugin/", "src/devnet/", "src/node/", "src/options/", protocol, CHAIN.execution],
  "src/kit.ts": ["src/kit/", "src/devnet/", "src/settlement/", "src/proving/", CHAIN.execution, CHAIN.mempool, protocol],
  "src/client.ts": ["src/client/", "src/relayer/", protocol, runtime],
};

/**
 * What each room of src may import besides itself (docs/architecture.md). A room that is not listed is refused, so a new folder is
 * placed here first. The map has no circle.
 */
export const ROOMS: Rooms = {
  [errors]: [],
  ...Object.fromEntries(Object.entries(AFTER_ERRORS).map(([room, others]) => [room, [...others, errors]])),
};
