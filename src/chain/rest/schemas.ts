/** Schemas of OpenAPI 3.1, which are those of JSON Schema 2020-12, by name. */
const hex = (bytes: number, description: string): object => ({
  type: "string",
  pattern: `^0x[0-9a-f]{${bytes * 2}}$`,
  description,
});
const hash = hex(32, "32 bytes");
const address = hex(20, "an address in lower case");
const data = { type: "string", pattern: "^0x([0-9a-f]{2})*$" };
const count = { type: "integer", minimum: 0 };
const wei = { type: "string", pattern: "^\\d+$", description: "wei of the chain's base token, in decimal digits" };
const orNull = (schema: object): object => ({ anyOf: [schema, { type: "null" }] });
const stage = (description: string, ...first: readonly string[]): object => ({
  enum: [...first, "included", "committed", "proven", "executed"],
  description,
});
/** An object with these members and no others. */
const record = (properties: Readonly<Record<string, object>>): object => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const onL1 = orNull(record({ transactionHash: hash, time: { type: "string", format: "date-time" } }));

const error = record({
  code: { type: "string", description: "for programs; it does not change" },
  message: { type: "string", description: "what was wrong, and what to do" },
});

const index = { ...count, description: "index of a node" };
const indexes = { type: "array", items: index };
/** Object with further members, which may be absent. */
const withOptional = (schema: object, optional: Readonly<Record<string, object>>): object => {
  const { properties, ...rest } = schema as { readonly properties: object };
  return { ...rest, properties: { ...properties, ...optional } };
};
const node = withOptional(
  record({
    address,
    condition: { enum: ["honest", "crashed", "silent", "equivocating"], description: "the fault that was set" },
  }),
  {
    view: { ...count, description: "absent while the node does not run" },
    withholdsFrom: { ...indexes, description: "nodes that get nothing from this one" },
    lagMs: { ...count, description: "delay of its messages, in milliseconds" },
    fault: { type: "string", description: "reason why the node has stopped" },
  },
);

export const SCHEMAS = {
  Error: record({ error }),
  SignedTransaction: {
    type: "object",
    properties: { raw: { type: "string", pattern: "^0x([0-9a-fA-F]{2})+$", description: "of any type that the chain takes" } },
    required: ["raw"],
  },
  Transaction: record({
    hash,
    stage: stage("the last stage that it, or its batch on L1, has reached", "pending"),
    from: address,
    to: orNull(address),
    valueWei: wei,
    nonce: count,
    isPriorityOperation: { type: "boolean", description: "whether it came through L1's queue" },
    block: orNull(count),
    batch: orNull(count),
    receipt: orNull(
      record({
        success: { type: "boolean" },
        gasUsed: count,
        gasPriceWei: wei,
        contractAddress: orNull(address),
        logs: { type: "array", items: record({ address, topics: { type: "array", items: hash }, data }) },
      }),
    ),
    l1: record({ committed: orNull(hash), proven: orNull(hash), executed: orNull(hash) }),
  }),
  Block: record({
    number: count,
    hash,
    parentHash: hash,
    timestamp: { ...count, description: "seconds since 1970" },
    gasUsed: count,
    gasLimit: count,
    coinbase: address,
    batch: count,
    stage: stage("the last stage that its batch has reached on L1"),
    transactions: { type: "array", items: hash },
  }),
  Batch: record({
    number: count,
    timestamp: { ...count, description: "seconds since 1970, of its first block" },
    firstBlock: count,
    lastBlock: count,
    transactionCount: count,
    priorityOperationCount: count,
    stateRoot: hash,
    commitment: hash,
    stage: stage("the last stage that it has reached on L1"),
    committed: onL1,
    proven: onL1,
    executed: onL1,
  }),
  Lookup: {
    type: "object",
    properties: { sender: { type: "string", description: "the contract CrossChainViews" }, data: { type: "string" } },
    required: ["sender", "data"],
  },
  View: record({ data: { ...data, description: "what `verify` of CrossChainViews takes" } }),
  LookupError: record({ error, message: { type: "string", description: "the same, where ERC-3668 has it" } }),
  Nodes: withOptional(
    record({
      inProcesses: { type: "boolean", description: "whether each node has a process" },
      view: { ...count, description: "turn of the present leader" },
      leader: index,
      quorum: { ...count, description: "equal votes that decide" },
      members: { type: "array", items: node },
      evidence: {
        type: "array",
        items: record({ signer: address, view: count }),
        description: "votes that no honest node casts both; hyperchain_evidence has their signatures",
      },
    }),
    { groups: { type: "array", items: indexes, description: "nodes that reach each other; absent without a partition" } },
  ),
  Account: record({ address, block: count, balanceWei: wei, nonce: count, codeBytes: count }),
} as const;

export type SchemaName = keyof typeof SCHEMAS;
