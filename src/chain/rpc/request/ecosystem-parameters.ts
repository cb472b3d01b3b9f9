import { readQuantity } from "./quantities.ts";

/** Parameter of a method of this package. */
interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly isOptional?: true;
}

interface ParameterType {
  /** Form of its values, for messages. */
  readonly form: string;
  is(value: unknown): boolean;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
const CHAIN: ParameterType = {
  form: 'an id or a name, such as 271 or "alpha"',
  is: (value) => isText(value) || Number.isSafeInteger(value),
};
const NUMBER: ParameterType = {
  form: 'a number, such as 31, "31" or "0x1f"',
  is: (value) => readQuantity(value) !== undefined,
};
const HASH: ParameterType = {
  form: "32 bytes in hexadecimal digits after 0x",
  is: (value) => isText(value) && /^0x[0-9a-f]{64}$/i.test(value),
};
const ADDRESS: ParameterType = {
  form: "20 bytes in hexadecimal digits after 0x",
  is: (value) => isText(value) && /^0x[0-9a-f]{40}$/i.test(value),
};
const TEXT: ParameterType = { form: "a text", is: isText };
const OBJECT: ParameterType = { form: "an object", is: isObject };
const LIST: ParameterType = { form: "a list", is: Array.isArray };
const BOOLEAN: ParameterType = { form: "true or false", is: (value) => typeof value === "boolean" };

const required = (name: string, type: ParameterType): Parameter => ({ name, type });
const optional = (name: string, type: ParameterType): Parameter => ({ name, type, isOptional: true });

const chain = required("the chain", CHAIN);
const hash = required("the hash of the transaction", HASH);
const batch = required("the number of the batch", NUMBER);
const account = required("the address of the account", ADDRESS);
const freshness = optional("the freshness", OBJECT);
const page = optional("the page", OBJECT);

/** Parameters of each method of this package, in their order. */
export const ECOSYSTEM_PARAMETERS: Readonly<Record<string, readonly Parameter[]>> = {
  hyperchain_activity: [optional("the list of ranges of blocks", LIST)],
  hyperchain_acts: [],
  hyperchain_addChain: [required("the options of the chain", OBJECT)],
  hyperchain_asTest: [required("the member", CHAIN), hash, optional("the library", TEXT)],
  hyperchain_batch: [chain, batch],
  hyperchain_batches: [
    chain,
    optional("the number of the batch after the page", NUMBER),
    optional("the number of batches", NUMBER),
  ],
  hyperchain_bridges: [],
  hyperchain_changes: [chain],
  hyperchain_closeSession: [],
  hyperchain_contracts: [],
  hyperchain_curse: [required("the chain id of the member", CHAIN), required("the curse", BOOLEAN)],
  hyperchain_cutSlot: [],
  hyperchain_deployments: [page],
  hyperchain_describe: [required("the list of calls, events and contracts", LIST)],
  hyperchain_dump: [],
  hyperchain_encryption: [],
  hyperchain_evidence: [],
  hyperchain_executeDelivery: [required("the id of the message", TEXT), optional("the gas", OBJECT)],
  hyperchain_failure: [chain, hash],
  hyperchain_getAccessLists: [],
  hyperchain_getBatchData: [batch, required("the signature of the reader", TEXT)],
  hyperchain_getHub: [required("the name of the hub", TEXT)],
  hyperchain_getHubBlock: [required("the name of the hub", TEXT), optional("the number of the block", NUMBER)],
  hyperchain_getHubState: [required("the name of the hub", TEXT)],
  hyperchain_getMessage: [required("the hash of the message", HASH), optional("the leaf of the registry", NUMBER)],
  hyperchain_getOfferedBatches: [],
  hyperchain_getOfferedProof: [batch],
  hyperchain_getPromise: [required("the receiver and the batch", OBJECT)],
  hyperchain_getSessionChallenge: [account],
  hyperchain_governance: [chain],
  hyperchain_history: [account, optional("the position of the page", OBJECT), optional("the number of transactions", NUMBER)],
  hyperchain_importFact: [required("the message with its proof", OBJECT)],
  hyperchain_importPromise: [required("the answer of hyperchain_getPromise", OBJECT)],
  hyperchain_info: [],
  hyperchain_landHub: [required("the name of the hub", TEXT)],
  hyperchain_lookUp: [chain, required("the sender", TEXT), required("the data", TEXT)],
  hyperchain_message: [required("the hash of the message", HASH), optional("the source chain", CHAIN), freshness],
  hyperchain_messages: [page, freshness],
  hyperchain_nodes: [],
  hyperchain_openSession: [required("the message of the challenge", OBJECT), required("the signature", TEXT)],
  hyperchain_prepare: [account, required("the request", OBJECT)],
  hyperchain_proof: [chain, batch],
  hyperchain_propose: [required("the part", OBJECT)],
  hyperchain_publishSlot: [required("the slot", OBJECT)],
  hyperchain_read: [required("the call", OBJECT)],
  hyperchain_relay: [optional("the transaction to relay", OBJECT)],
  hyperchain_removeChain: [chain, optional("the options of the removal", OBJECT)],
  hyperchain_reseal: [chain, optional("the number of the first batch", NUMBER)],
  hyperchain_sealBatch: [],
  hyperchain_scheduleAggregators: [required("the name of the hub", TEXT), required("the numbers of the accounts", LIST)],
  hyperchain_search: [required("the text", TEXT)],
  hyperchain_sendLink: [required("the signed transaction", TEXT)],
  hyperchain_setAccessLists: [required("the lists", OBJECT)],
  hyperchain_setFault: [required("the fault", OBJECT)],
  hyperchain_setGuardian: [
    required("the name of the network", TEXT),
    required("the index of the guardian", NUMBER),
    required("true to start its process, false to end it", BOOLEAN),
  ],
  hyperchain_settle: [optional("the chain", CHAIN), optional("the options of the settlement", OBJECT)],
  hyperchain_slot: [optional("the number of the slot", NUMBER)],
  hyperchain_sourceSteps: [chain, hash],
  hyperchain_startChain: [chain],
  hyperchain_status: [freshness],
  hyperchain_stopChain: [chain],
  hyperchain_storageChanges: [required("the member", CHAIN), hash],
  hyperchain_traceMessage: [required("the hash of the message", HASH), optional("the source chain", CHAIN)],
  hyperchain_transactions: [page],
  hyperchain_useSession: [required("the token", TEXT)],
  hyperchain_waiting: [],
  hyperchain_wallet: [account],
};

/** Reason why parameters are not those of the method; undefined if they are. Null is an absent parameter. */
export function parameterFault(parameters: readonly Parameter[], values: readonly unknown[]): string | undefined {
  const isAbsent = (value: unknown): boolean => value === undefined || value === null;
  for (const [index, { name, type, isOptional }] of parameters.entries()) {
    const value = values[index];
    if (isAbsent(value)) {
      if (isOptional !== true) return `${positionOf(index)} is missing: ${name}`;
    } else if (!type.is(value)) {
      return `${positionOf(index)}, ${name}, is ${type.form}; got ${shown(value)}`;
    }
  }
  const last = values.findLastIndex((value) => !isAbsent(value));
  if (last < parameters.length) return undefined;
  const names = parameters.map(({ name }) => name).join(", ");
  return `${positionOf(parameters.length)}, ${shown(values[last])}, is one more than the method has: ${names === "" ? "none" : names}`;
}

const ORDINALS = ["first", "second", "third", "fourth"];

/** Name of a parameter by its position, for messages. */
export function positionOf(index: number): string {
  return `the ${ORDINALS[index] ?? String(index + 1)} parameter`;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? typeof value).slice(0, 80);
}
