import { Interface } from "ethers";
import { provenHookAbi } from "../../../ground/abi/proven-hook.ts";
import type { PublishedContract, PublishedPackage } from "../published-code.ts";

export const provenHook = new Interface(provenHookAbi);

const CALLED = {
  initialize: "initialize(address,address,address,address)",
  localDomain: "localDomain()",
  owner: "owner()",
  defaultIsm: "defaultIsm()",
  defaultHook: "defaultHook()",
  requiredHook: "requiredHook()",
  latestDispatchedId: "latestDispatchedId()",
  recipientIsm: "recipientIsm(address)",
  process: "process(bytes,bytes)",
} as const;

/** Functions and events of Hyperlane's mailbox that the bridge uses. */
export const mailbox = new Interface([
  `function ${CALLED.initialize}`,
  `function ${CALLED.localDomain} view returns (uint32)`,
  `function ${CALLED.owner} view returns (address)`,
  `function ${CALLED.defaultIsm} view returns (address)`,
  `function ${CALLED.defaultHook} view returns (address)`,
  `function ${CALLED.requiredHook} view returns (address)`,
  `function ${CALLED.recipientIsm} view returns (address)`,
  `function ${CALLED.process} payable`,
  "event Dispatch(address indexed sender, uint32 indexed destination, bytes32 indexed recipient, bytes message)",
  "event ProcessId(bytes32 indexed messageId)",
]);

/** Functions of a recipient's security module that the bridge calls. */
export const securityModule = new Interface([
  "function moduleType() view returns (uint8)",
  "function route(bytes message) view returns (address)",
  "function modulesAndThreshold(bytes message) view returns (address[] modules, uint8 threshold)",
  "function verify(bytes metadata, bytes message) returns (bool)",
]);

const CORE: PublishedPackage = { name: "@hyperlane-xyz/core", major: 12 };
/** Packages that a project must have installed. */
export const PACKAGES: readonly PublishedPackage[] = [CORE];

/** Hyperlane's contract that runs, as its package has it. */
export const PUBLISHED_MAILBOX: PublishedContract = {
  from: CORE,
  file: "dist/typechain/factories/contracts/Mailbox__factory.js",
  functions: Object.values(CALLED),
};
